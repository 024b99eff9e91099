/* A window over many rows, so that a million of them are as quick as ten: an ARIA grid whose rows are drawn where they
   are looked at. Columns of cells on a wide screen, a list of cards on a narrow one. */
"use strict";
(function (EF) {
  const OVER = 6;

  /**
   * @param {object} given
   * @param {string} given.label what the grid is called
   * @param {(row: number) => object[] | null} given.cells of a row; null where its data is still being loaded
   * @param {(position: number) => void} given.choose called when a row is chosen
   * @param {() => void} given.close called when Escape is pressed
   */
  EF.grid = function ({ label, cells, choose, close }) {
    const head = EF.make("div.head", { role: "rowgroup" }), pane = EF.make("div.pane", { role: "rowgroup" });
    const box = EF.make("div.grid", { role: "grid", "aria-label": label, tabindex: "0" }, head, pane);
    let rows = new Uint32Array(0), chosen = -1, columns = [], drawn = "", heights = null;

    const sizes = () => heights || (heights = {
      row: parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 64, head: head.offsetHeight,
    });

    /* Browsers cannot scroll beyond some millions of pixels; a longer table is scrolled in proportion. */
    function measure() {
      const { row, head: top } = sizes(), full = rows.length * row, view = Math.max(row, box.clientHeight - top);
      const height = Math.min(full, EF.head().tallest);
      return { row, view, height, scale: height < full ? (full - view) / (height - view) : 1 };
    }

    function line(position, top, height) {
      const made = EF.make("div.row", { role: "row", "aria-rowindex": position + 2, id: "row-" + position });
      made.style.top = top + "px";
      made.style.height = height + "px";
      made.dataset.position = String(position);
      if (position === chosen) { made.classList.add("chosen"); made.setAttribute("aria-selected", "true"); }
      const content = cells(rows[position]);
      if (content) content.forEach((cell, column) => { cell.setAttribute("aria-colindex", String(column + 1)); made.append(cell); });
      else made.append(EF.make("div.cell.waiting", { role: "gridcell" }, "…"));
      return made;
    }

    function draw(force) {
      const { row, view, scale } = measure(), at = box.scrollTop, top = at * scale / row;
      const first = Math.max(0, Math.floor(top) - OVER), last = Math.min(rows.length, Math.ceil(top + view / row) + OVER);
      const state = scale === 1 ? first + ":" + last : String(at);
      if (!force && state === drawn) return;
      drawn = state;
      const made = document.createDocumentFragment();
      for (let position = first; position < last; position++) {
        made.append(line(position, scale === 1 ? position * row : at + (position - top) * row, row));
      }
      pane.replaceChildren(made);
    }

    function reveal(position) {
      const { row, view, scale } = measure(), top = position * row, at = box.scrollTop * scale;
      if (top < at) box.scrollTop = top / scale;
      else if (top + row > at + view) box.scrollTop = Math.ceil((top + row - view) / scale);
    }

    function select(position) {
      if (!rows.length) return;
      chosen = Math.min(Math.max(position, 0), rows.length - 1);
      reveal(chosen);
      draw(true);
      box.setAttribute("aria-activedescendant", "row-" + chosen);
    }

    function key(event) {
      if (event.altKey || event.ctrlKey || event.metaKey || event.target !== box) return;
      const page = Math.max(1, Math.floor(measure().view / sizes().row) - 1);
      const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
      if (event.key in steps) { select(chosen + steps[event.key]); choose(chosen, false); }
      else if (event.key === "Enter") { select(Math.max(chosen, 0)); choose(chosen, true); }
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    }

    box.addEventListener("keydown", key);
    box.addEventListener("scroll", () => draw(false), { passive: true });
    pane.addEventListener("click", (event) => {
      const line = event.target.closest(".row");
      if (!line) return;
      select(Number(line.dataset.position));
      choose(chosen, true);
    });
    window.addEventListener("resize", () => { heights = null; size(); draw(true); });
    function size() { pane.style.height = measure().height + "px"; }

    return {
      element: box,
      /** Show other rows. @param {Uint32Array} given */
      show(given, keep) {
        rows = given;
        chosen = keep === undefined ? -1 : rows.indexOf(keep);
        box.setAttribute("aria-rowcount", String(rows.length + 1));
        box.removeAttribute("aria-activedescendant");
        size();
        box.scrollTop = 0;
        if (chosen >= 0) select(chosen);
        else draw(true);
      },
      /** Name the columns. @param {{name: string, label: string}[]} given */
      columns(given) {
        columns = given;
        box.setAttribute("aria-colcount", String(columns.length));
        const line = EF.make("div.row", { role: "row", "aria-rowindex": "1" });
        columns.forEach((column, at) => line.append(
          EF.make("div.cell." + column.name, { role: "columnheader", "aria-colindex": at + 1 }, column.label)));
        head.replaceChildren(line);
        box.dataset.columns = columns.map((column) => column.name).join(" ");
        box.style.setProperty("--columns", columns.map((column) => column.width).join(" "));
        heights = null;
        draw(true);
      },
      draw: () => draw(true),
      select,
      chosen: () => chosen,
      rowAt: (position) => rows[position],
      count: () => rows.length,
      focus: () => box.focus({ preventScroll: true }),
      resized() { heights = null; size(); draw(true); },
    };
  };
})(window.EF);
