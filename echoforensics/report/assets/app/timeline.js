/* The timeline: every row of the report, filtered, with the columns that the reader chooses. */
"use strict";
(function (EF) {
  const word = EF.word, MOST_OPTIONS = 2000;
  let grid = null, detail = null, form = null, count = null, asked = {}, opened = -1, searching = 0, list = null;

  /* The columns beside the sentence, which is always there; width, and what a cell holds. */
  const COLUMNS = {
    time: ["14.5rem", () => EF.zone() === "UTC" ? word("Time") : word("Time, below it {0}", EF.zone()), time],
    kind: ["13rem", () => word("Kind"), (row) => [EF.index().kinds[EF.index().kind[row]][1]]],
    device: ["11rem", () => word("Device"), (row) => device(row)],
    exhibit: ["8.5rem", () => word("Exhibit"), (row) => [EF.exhibit(row), EF.marks.words(EF.exhibit(row))]],
    what: ["11rem", () => word("What the time is of"), (row, chunk, place) =>
      [EF.term("times", EF.value(chunk, place, "timestamp_desc")), EF.term("clocks", EF.value(chunk, place, "clock"))]],
    evidence: ["11rem", () => word("Evidence"), (row, chunk, place) =>
      [EF.value(chunk, place, "evidence"), EF.value(chunk, place, "path")]],
    person: ["9rem", () => word("Person"), (row, chunk, place) => [EF.value(chunk, place, "person")]],
    state: ["6rem", () => word("State"), (row, chunk, place) => [EF.term("states", EF.value(chunk, place, "state"))]],
    interaction: ["8.5rem", () => word("Interaction"), (row, chunk, place) => [EF.value(chunk, place, "interaction")]],
  };
  const FIRST = ["time", "kind", "exhibit"];
  let shown = FIRST;

  function device(row) {
    const held = EF.index().devices[EF.index().device[row]];
    return held ? [held[1] || held[0], held[1] ? held[0] : null] : [null];
  }

  function time(row, chunk, place) {
    const second = EF.index().second[row];
    if (Number.isNaN(second)) {
      const recorded = EF.value(chunk, place, "recorded_time");
      return recorded === null ? [word("no time")] : [word("time zone unknown:"), recorded];
    }
    const micro = EF.value(chunk, place, "micro");
    return [EF.utc(second, micro), EF.local(second, micro, true)];
  }

  function cells(row) {
    const size = EF.head().rows.chunk, number = Math.floor(row / size), place = row % size;
    const chunk = EF.heldChunk(number);
    if (!chunk) { EF.chunk(number).then(() => grid.draw(), failed); return null; }
    const text = EF.value(chunk, place, "transcript"), says = EF.value(chunk, place, "message");
    const sentence = EF.make("div.cell.sentence", { role: "gridcell" },
      EF.make("span.first", {}, says.slice(0, 400)),
      text && !says.includes(text) ? EF.make("q.evidence", { dir: "auto" }, text.slice(0, 200)) : null,
      EF.index().flags[row] & 1 ? EF.make("span.sound", { title: word("A recording belongs to it") }, " ▶") : null);
    return [sentence, ...shown.map((name) => {
      const [first, second] = COLUMNS[name][2](row, chunk, place);
      return EF.make("div.cell." + name, { role: "gridcell" },
        EF.make("span.first", {}, first === null || first === undefined ? "" : String(first).slice(0, 300)),
        second ? EF.make("span.second", {}, String(second).slice(0, 300)) : null);
    })];
  }

  function failed(error) {
    EF.say(word("A file of the folder data is missing or damaged ({0}). timeline.csv holds the rows.", error.message));
  }

  function useColumns(names) {
    shown = names;
    grid.columns([{ name: "sentence", label: word("What the record says"), width: "minmax(22rem, 1fr)" },
      ...names.map((name) => ({ name, label: COLUMNS[name][1](), width: COLUMNS[name][0] }))]);
  }

  async function open(row) {
    opened = row;
    detail.replaceChildren(...await EF.openedRow(row, hide));
    detail.hidden = false;
    detail.scrollTop = 0;
    grid.resized();
  }

  function hide() {
    if (detail.hidden) return;
    detail.hidden = true;
    detail.replaceChildren();
    opened = -1;
    grid.resized();
    grid.focus();
  }

  /* --- filters ---------------------------------------------------------------------------------------- */

  const value = (name) => {
    const field = form.elements[name];
    return field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
  };
  const NAMES = ["text", "kind", "device", "evidence", "person", "state", "from", "to", "hourfrom", "hourto", "interaction",
    "sound", "fold", "marked"];

  async function apply() {
    const mine = ++searching, stale = () => mine !== searching;
    asked = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
    EF.go("timeline", asked, true);
    let hits = null;
    if (asked.text) {
      hits = await EF.search(asked.text, stale, (done) => {
        count.textContent = word("{0} of {1} rows searched", EF.number(done), EF.number(EF.index().length));
      });
      if (!hits || stale()) return;
    }
    const found = EF.filterRows(asked, hits);
    list = found.rows;
    grid.show(found.rows, opened >= 0 ? opened : undefined);
    count.textContent = word("{0} of {1} rows", EF.number(found.rows.length), EF.number(EF.index().length)) +
      (found.undated ? "; " + word("{0} more are left out because their UTC is not known, and times are asked for",
        EF.number(found.undated)) : "");
    document.documentElement.dataset.filtered = String(mine);
  }

  let waiting = 0;
  const later = (delay) => { clearTimeout(waiting); waiting = setTimeout(() => apply().catch(failed), delay); };

  function set(name, text) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = Boolean(text);
    else {
      if (field.tagName === "SELECT" && text && ![...field.options].some((option) => option.value === text)) {
        field.append(EF.make("option", { value: text }, text.replace(/ /g, ", ")));
      }
      field.value = text || "";
    }
  }

  function options(values, label) {
    const made = [EF.make("option", { value: "" }, word("any"))];
    const named = values.map((one) => label(one)).sort((a, b) => a[1] < b[1] ? -1 : 1);
    return made.concat(named.slice(0, MOST_OPTIONS).map(([held, text]) => EF.make("option", { value: held }, text)));
  }

  /** Kinds in words; a family, with all of its kinds, before them. */
  function kindOptions(kinds) {
    const groups = new Map();
    for (const [kind, text, whose] of kinds) {
      const family = kind.split(":").slice(0, kind.startsWith("alexa:") ? 2 : 1).join(":");
      groups.set(family, [...(groups.get(family) || []), [kind, text, whose]]);
    }
    const made = [EF.make("option", { value: "" }, word("any"))];
    for (const [family, members] of [...groups].sort((a, b) => a[1][0][2] < b[1][0][2] ? -1 : 1)) {
      const sorted = members.sort((a, b) => a[1] < b[1] ? -1 : 1), whose = sorted[0][2] || family;
      made.push(EF.make("optgroup", { label: whose },
        sorted.length > 1 ? EF.make("option", { value: family }, word("all of {0}", whose)) : null,
        sorted.map(([kind, text]) => EF.make("option", { value: kind }, text))));
    }
    return made;
  }

  const field = (label, control) => EF.make("div.field", {}, EF.make("label", { for: control.id }, label), control);
  const choice = (name, made) => EF.make("select", { id: "filter-" + name, name }, made);
  const input = (name, type) => EF.make("input", { id: "filter-" + name, name, type, spellcheck: "false" });
  const tick = (name, label) => EF.make("label.tick", {}, EF.make("input", { type: "checkbox", name, value: "1" }), " ", label);

  function filters(index) {
    const hour = (name, minutes) => choice(name, [EF.make("option", { value: "" }, word("any")),
      ...Array.from({ length: 24 }, (_, at) => EF.make("option", { value: at }, String(at).padStart(2, "0") + minutes))]);
    const present = (list) => list.filter((one) => one !== null);
    const first = [
      field(word("Text"), input("text", "search")), field(word("Kind"), choice("kind", kindOptions(present(index.kinds)))),
      field(word("From day"), input("from", "date")), field(word("To day"), input("to", "date")),
      field(word("From hour"), hour("hourfrom", ":00")), field(word("To hour"), hour("hourto", ":59")),
    ];
    const states = [["live", word("live")], ["deleted", word("deleted")], ["carved", word("carved")],
      ["damaged", word("damaged")], ["deleted carved damaged", word("all but live")]];
    const more = [
      field(word("Device"), choice("device", options(present(index.devices), ([serial, name]) =>
        [serial, name ? name + " (" + serial + ")" : serial]))),
      field(word("Evidence"), choice("evidence", options([...new Set(present(index.items).flat())], (one) => [one, one]))),
      field(word("Person"), choice("person", options(present(index.persons), (one) => [one, one]))),
      field(word("State"), choice("state", [EF.make("option", { value: "" }, word("any")),
        ...states.map(([held, label]) => EF.make("option", { value: held }, label))])),
      field(word("Interaction"), input("interaction", "text")),
      tick("sound", word("only with a recording")), tick("fold", word("fold the rows of one record")),
      tick("marked", word("only marked")),
    ];
    form = EF.make("form.filters", { autocomplete: "off", "aria-label": word("Filters") }, first,
      EF.make("details.more", {}, EF.make("summary", {}, word("More filters")), EF.make("div.filters", {}, more)),
      EF.make("button", { on: { click: clear } }, word("Clear")),
      EF.make("button", { on: { click: () => EF.printRows(list) } }, word("Print these")));
    form.addEventListener("input", (event) => later(event.target.name === "text" ? 60 : 0));
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  function clear() { form.reset(); later(0); }

  function columnChoice() {
    const made = Object.entries(COLUMNS).map(([name, [, label]]) => {
      const box = EF.make("input", { type: "checkbox", value: name });
      box.checked = shown.includes(name);
      return EF.make("label.tick", {}, box, " ", label());
    });
    const choice = EF.make("details.columns", {}, EF.make("summary", {}, word("Columns")), EF.make("div", {}, made));
    choice.addEventListener("change", () => {
      const names = [...choice.querySelectorAll("input:checked")].map((box) => box.value);
      EF.remember("columns", names.join(" "));
      useColumns(names);
    });
    return choice;
  }

  async function begin(element) {
    const index = await EF.loadIndex();
    const before = EF.remembered("columns");
    if (before !== null) shown = before.split(" ").filter((name) => Object.hasOwn(COLUMNS, name));
    detail = EF.make("aside.detail", { "aria-label": word("The chosen row"), tabindex: "-1", hidden: true });
    detail.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    grid = EF.grid({
      label: word("Timeline"), cells, close: hide,
      choose: (position, openIt) => { if (openIt || opened >= 0) open(grid.rowAt(position)).catch(failed); },
    });
    count = EF.make("p.count", { role: "status", "aria-live": "polite", id: "count" });
    element.replaceChildren(EF.make("h1.quiet", {}, word("Timeline")), filters(index),
      EF.make("div.above", {}, count, columnChoice()), EF.make("div.split", {}, grid.element, detail));
    useColumns(shown);
    EF.onZone(() => { useColumns(shown); later(0); });
    EF.marks.onChange(() => grid.draw());
    if (index.length !== EF.head().rows.count) failed(new Error("index.js"));
    setTimeout(() => EF.prepareSearch().catch(failed), 400);
  }

  async function show(given) {
    if (!given.open || !list) {
      for (const name of NAMES) set(name, given[name]);
      form.querySelector("details.more").open = ["device", "evidence", "person", "state", "interaction", "sound", "fold",
        "marked"].some((name) => given[name]);
      await apply();
    }
    if (given.open) await jump(given.open);
  }

  async function jump(exhibit) {
    const row = EF.positionOf(exhibit);
    if (row < 0) { EF.say(word("There is no row {0} in this report.", exhibit)); return; }
    if (!list.includes(row)) { form.reset(); await apply(); }
    window.history.replaceState(null, "", "#" + exhibit);
    await open(row);
    grid.select(list.indexOf(row));
    grid.focus();
  }

  EF.addView("timeline", {
    begin, show,
    keys: {
      next: () => { grid.select(grid.chosen() + 1); if (opened >= 0) open(grid.rowAt(grid.chosen())); },
      previous: () => { grid.select(grid.chosen() - 1); if (opened >= 0) open(grid.rowAt(grid.chosen())); },
      search: () => form.elements.text.focus(),
      subject: () => grid.chosen() < 0 ? null : EF.exhibit(grid.rowAt(grid.chosen())),
      sound: () => null,
    },
  });
})(window.EF);
