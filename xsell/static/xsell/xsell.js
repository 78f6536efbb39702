// One tick is enough: a ticked bump is sent at once. Without scripts its button does the same.
document.addEventListener("change", (event) => {
  const tick = event.target;
  if (tick.matches("[data-xsell-submit]") && tick.checked) {
    tick.form.requestSubmit();
  }
});

// The pop-up stands in the page; where the browser can, it comes to the front, and Escape closes it.
for (const popup of document.querySelectorAll("dialog[data-xsell-popup]")) {
  if (popup.showModal) {
    popup.close();
    popup.showModal();
  }
}

// What an offer's end says counts down to the moment at which the shop ends it, by the shop's clock.
for (const time of document.querySelectorAll("[data-xsell-ends]")) {
  const behind = Number(time.dataset.xsellNow) * 1000 - Date.now();
  const ends = Number(time.dataset.xsellEnds) * 1000;
  const day = 24 * 60 * 60;
  const two = (number) => String(number).padStart(2, "0");
  const tell = () => {
    const left = Math.ceil((ends - Date.now() - behind) / 1000);
    if (left <= 0) {
      time.parentElement.textContent = time.dataset.xsellOver;
      return;
    }
    if (left < day) {
      const clock = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
      time.dataset.xsellLeft = clock.map(two).join(":");
    }
    setTimeout(tell, 1000);
  };
  tell();
}
