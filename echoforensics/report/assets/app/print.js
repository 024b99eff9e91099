/* A selection for paper: whole sentences, a table whose head is repeated on each page, and what was left out. */
"use strict";
(function (EF) {
  const word = EF.word, MOST = 2000;
  let wanted = null;

  function head(title, count, total) {
    const reference = EF.head().reference, part = document.querySelector("aside.part");
    return [
      EF.make("div.print-bar", {}, EF.make("button.primary", { on: { click: () => window.print() } }, word("Print")),
        EF.make("button", { on: { click: () => window.history.back() } }, word("Back"))),
      EF.make("h1", {}, title, reference ? " · " + EF.visible(reference) : ""),
      part ? EF.make("p.part", {}, part.textContent) : null,
      EF.make("p", {}, total > count ? word("The first {0} of {1} are printed. Times are in UTC and {2}.", EF.number(count), EF.number(total), EF.zone())
        : word("{0} are printed. Times are in UTC and {1}.", EF.number(count), EF.zone())),
      EF.make("p.soft", {}, word("Case {0}", EF.head().case)),
    ].filter(Boolean);
  }

  const times = (second, micro) => [EF.utc(second, micro), EF.local(second, micro) ? EF.make("br") : null, EF.local(second, micro)];

  /** A table of rows. @param {Uint32Array | number[]} rows positions */
  async function rowsPage(rows) {
    const size = EF.head().rows.chunk, lines = [];
    for (const row of rows.slice(0, MOST)) {
      const chunk = await EF.chunk(Math.floor(row / size)), place = row % size, held = (name) => EF.value(chunk, place, name);
      const second = EF.index().second[row], exhibit = EF.exhibit(row), text = held("transcript");
      lines.push(EF.make("tr", {}, EF.make("td.short", {}, exhibit),
        EF.make("td.short", {}, Number.isNaN(second) ? held("recorded_time") === null ? word("no time")
          : [word("time zone unknown:"), EF.make("br"), EF.visible(held("recorded_time"))] : times(second, held("micro")),
        EF.make("br"), EF.make("span.soft", {}, EF.term("times", held("timestamp_desc")) + ", " + EF.term("clocks", held("clock")))),
        EF.make("td", {}, EF.make("p", { dir: "auto" }, held("message")), text ? EF.make("p", {}, EF.make("q.evidence", { dir: "auto" }, text)) : null,
          EF.make("p.soft", {}, EF.visible(held("evidence")) + " · " + EF.visible(held("path")) + " · " + EF.visible(held("locator"))),
          EF.marks.words(exhibit) ? EF.make("p.soft", {}, word("Marks: {0}", EF.marks.of(exhibit).map((mark) => mark.text || word("left out")).join("; "))) : null)));
    }
    const names = [word("Exhibit"), word("Time"), word("What the record says")];
    return [...head(word("Timeline"), lines.length, rows.length), EF.make("table.printed", {},
      EF.make("thead", {}, EF.make("tr", {}, names.map((name) => EF.make("th", { scope: "col" }, name)))), EF.make("tbody", {}, lines))];
  }

  function interactionsPage(given) {
    const cards = given.slice(0, MOST).map((one) => {
      const card = EF.card(one);
      card.id = "printed-" + one.number;
      for (const folded of card.querySelectorAll("details")) folded.open = true;
      return card;
    });
    return [...head(word("Interactions"), cards.length, given.length), EF.make("div.cards", {}, cards)];
  }

  /** Print rows of the timeline. */
  EF.printRows = function (rows) { wanted = () => rowsPage(rows); EF.go("print"); };
  /** Print interactions. */
  EF.printInteractions = function (given) { wanted = async () => interactionsPage(given); EF.go("print"); };
  /** Print what is marked: interactions, then rows. */
  EF.printMarked = function () {
    wanted = async () => {
      const marked = EF.marks.markedExhibits(), index = await EF.loadIndex(), all = await EF.loadInteractions();
      const rows = [...index.exhibit.keys()].filter((row) => marked.has(index.exhibit[row]));
      const chosen = all.filter((one) => marked.has("IN-" + Number(one.number.slice(3))));
      const made = await rowsPage(rows);
      return chosen.length ? [...interactionsPage(chosen), ...made.slice(1)] : made;
    };
    EF.go("print");
  };

  EF.addView("print", {
    begin: async () => EF.loadIndex(),
    async show() {
      const element = document.getElementById("view-print");
      if (!wanted) { element.replaceChildren(EF.make("p.hint", {}, word("Choose what to print in the timeline, the interactions or the marks."))); return; }
      element.replaceChildren(EF.make("p.hint", {}, word("Being put together")));
      element.replaceChildren(...await wanted());
    },
    keys: {},
  });
})(window.EF);
