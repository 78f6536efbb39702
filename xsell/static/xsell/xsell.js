// One tick is enough: a ticked bump is sent at once. Without scripts its button does the same.
document.addEventListener("change", (event) => {
  const tick = event.target;
  if (tick.matches("[data-xsell-submit]") && tick.checked) {
    tick.form.requestSubmit();
  }
});
