/* Rows of conditions: each shows what its kind asks for. Without this file they are a wide table. */
(() => {
  "use strict";

  const KIND = "select[data-operands]";
  const controlsOf = (cell) => [...cell.querySelectorAll("input, select, textarea")];
  const cellOf = (row, column) => row.querySelector(`td.field-${column}`);
  const operandsOf = (kind) => JSON.parse(kind.dataset.operands);
  const columnsOf = (kind) => new Set(Object.values(operandsOf(kind)).flat());
  const askedBy = (kind) => operandsOf(kind)[kind.value] || [];

  function name(row, table) {
    for (const head of table.querySelectorAll("th[class^=column-]")) {
      const column = head.classList[0].replace("column-", "");
      const cell = cellOf(row, column);
      if (cell) {
        cell.dataset.label = head.textContent.trim();
      }
    }
    row.querySelector("td.delete").dataset.label = table.querySelector("th:last-child").textContent;
  }

  function draw(kind) {
    const row = kind.closest("tr");
    for (const column of columnsOf(kind)) {
      const cell = cellOf(row, column);
      // What must be emptied, or is wrong, stays in sight.
      const isFilled = controlsOf(cell).some((it) => it.value);
      const shows = askedBy(kind).includes(column) || isFilled || cell.querySelector(".errorlist");
      cell.hidden = !shows;
    }
    const example = JSON.parse(kind.dataset.examples)[kind.value] || "";
    const value = cellOf(row, "value");
    for (const it of value ? controlsOf(value) : []) {
      it.placeholder = example;
    }
  }

  function emptyOthers(kind) {
    const asked = askedBy(kind);
    for (const column of columnsOf(kind)) {
      for (const it of controlsOf(cellOf(kind.closest("tr"), column))) {
        if (it.value && !asked.includes(column)) {
          it.value = "";
          it.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
    }
  }

  function drawAll() {
    for (const table of document.querySelectorAll(".xsell-rows table")) {
      for (const kind of table.querySelectorAll(`tr:not(.empty-form) ${KIND}`)) {
        table.classList.add("xsell-shaped");
        name(kind.closest("tr"), table);
        draw(kind);
      }
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches(KIND)) {
      emptyOthers(event.target);
      draw(event.target);
    }
  });
  document.addEventListener("formset:added", drawAll);
  document.addEventListener("DOMContentLoaded", drawAll);
})();
