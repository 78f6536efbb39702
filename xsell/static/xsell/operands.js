/* Rows of conditions: each shows the columns that its kind asks for. Without this file all show. */
(() => {
  "use strict";

  const controlsOf = (cell) => [...cell.querySelectorAll("input, select, textarea")];
  const operandsOf = (kind) => JSON.parse(kind.dataset.operands);
  const cellOf = (row, column) => row.querySelector(`td.field-${column}`);

  function draw(table) {
    const kinds = [...table.querySelectorAll("tr:not(.empty-form) select[data-operands]")];
    const first = table.querySelector("select[data-operands]");
    const columns = new Set(Object.values(operandsOf(first)).flat());
    for (const column of columns) {
      let isUsed = false;
      for (const kind of kinds) {
        const cell = cellOf(kind.closest("tr"), column);
        const asked = (operandsOf(kind)[kind.value] || []).includes(column);
        // What must be emptied, or is wrong, stays in sight.
        const shows =
          asked || controlsOf(cell).some((it) => it.value) || cell.querySelector(".errorlist");
        cell.classList.toggle("xsell-idle", !shows);
        isUsed = isUsed || Boolean(shows);
      }
      for (const it of table.querySelectorAll(`.column-${column}, td.field-${column}`)) {
        it.hidden = !isUsed;
      }
    }
    for (const kind of kinds) {
      const value = cellOf(kind.closest("tr"), "value");
      const example = JSON.parse(kind.dataset.examples)[kind.value] || "";
      for (const it of value ? controlsOf(value) : []) {
        it.placeholder = example;
      }
    }
  }

  function emptyOthers(kind) {
    const operands = operandsOf(kind);
    const asked = operands[kind.value] || [];
    for (const column of new Set(Object.values(operands).flat())) {
      for (const it of asked.includes(column) ? [] : controlsOf(cellOf(kind.closest("tr"), column))) {
        if (it.value) {
          it.value = "";
          it.dispatchEvent(new Event("change", { bubbles: true }));
        }
      }
    }
  }

  function drawAll() {
    for (const table of document.querySelectorAll(".xsell-rows table")) {
      if (table.querySelector("select[data-operands]")) {
        draw(table);
      }
    }
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-operands]")) {
      emptyOthers(event.target);
      drawAll();
    }
  });
  document.addEventListener("formset:added", drawAll);
  document.addEventListener("formset:removed", drawAll);
  document.addEventListener("DOMContentLoaded", drawAll);
})();
