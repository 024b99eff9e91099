/* What a reader marks: tags, notes, and what is to be left out. Kept in the browser, saved as a file. */
"use strict";
(function (EF) {
  const word = EF.word, FORM = "echoforensics marks", VERSION = 1, MARKED = "marked";
  /** As the file has them. @type {{kind: string, about: string, exhibit?: string, text: string, author: string, date: string}[]} */
  let marks = [];
  /** What undo takes back. @type {object[][]} */
  const before = [];
  const listening = [];
  let keptByBrowser = true, saved = true;

  const key = () => "marks-" + EF.head().case;
  const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const valid = (mark) => mark && /^(EF|IN)-\d{7,15}$/.test(mark.about) && ["tag", "note", "exclude"].includes(mark.kind)
    && [mark.text, mark.author, mark.date].every((one) => typeof one === "string");

  function changed() {
    keptByBrowser = EF.remember(key(), JSON.stringify(marks));
    saved = false;
    for (const run of listening) run();
  }

  /** Replace the marks, so that it can be undone. */
  function become(next, said) {
    before.push(marks);
    marks = next;
    changed();
    EF.say(said);
  }

  const of = (subject, kind) => marks.filter((mark) => mark.about === subject && (!kind || mark.kind === kind));
  /* Interactions are numbered anew when evidence is added: a mark of one also names an exhibit of it. */
  const made = (subject, kind, text) => ({
    kind, about: subject, ...(subject.startsWith("IN-") ? { exhibit: EF.exhibitOf(subject) } : {}), text,
    author: EF.remembered("author") || "", date: now(),
  });

  const api = {
    begin() {
      try { marks = JSON.parse(EF.remembered(key()) || "[]").filter(valid); } catch { marks = []; }
    },
    all: () => marks,
    of,
    keptByBrowser: () => keptByBrowser,
    saved: () => saved || !marks.length,
    onChange: (run) => listening.push(run),
    author: () => EF.remembered("author") || "",
    setAuthor: (name) => EF.remember("author", name),

    /** Tag with one key, or take that tag away. */
    toggle(subject) {
      const has = of(subject, "tag").some((mark) => mark.text === MARKED);
      become(has ? marks.filter((mark) => !(mark.about === subject && mark.kind === "tag" && mark.text === MARKED))
        : [...marks, made(subject, "tag", MARKED)], has ? word("{0}: mark taken away", subject) : word("{0} marked", subject));
    },
    exclude(subject) {
      const has = of(subject, "exclude").length > 0;
      become(has ? marks.filter((mark) => !(mark.about === subject && mark.kind === "exclude"))
        : [...marks, made(subject, "exclude", "")], has ? word("{0} is kept", subject) : word("{0} is to be left out", subject));
    },
    add(subject, kind, text) {
      if (text.trim()) become([...marks, made(subject, kind, text.trim())], word("{0} marked", subject));
    },
    remove(mark) { become(marks.filter((other) => other !== mark), word("Mark taken away")); },
    undo() {
      if (!before.length) { EF.say(word("There is nothing to undo")); return; }
      marks = before.pop();
      changed();
      EF.say(word("Undone"));
    },

    /** The file that `echoforensics report --import-marks` reads. */
    file() {
      const author = api.author();
      const shown = marks.map((mark) => ({ ...mark, author: mark.author || author }));
      return JSON.stringify({ form: FORM, version: VERSION, case: EF.head().case, marks: shown }, null, 1);
    },
    download() {
      const url = URL.createObjectURL(new Blob([api.file()], { type: "application/json" }));
      const link = EF.make("a", { href: url, download: "marks.json" });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
      saved = true;
    },
    /** Add the marks of a file. @param {string} text @returns {string} what was done, or why not */
    open(text) {
      let file;
      try { file = JSON.parse(text); } catch { return word("This is not a marks file."); }
      if (!file || file.form !== FORM || file.version !== VERSION || !Array.isArray(file.marks)) {
        return word("This is not a marks file.");
      }
      if (file.case !== EF.head().case) return word("These marks are of another case.");
      const known = new Set(marks.map((mark) => JSON.stringify(mark)));
      const added = file.marks.filter(valid).map(({ kind, about, exhibit, text: words, author, date }) =>
        ({ kind, about, ...(exhibit ? { exhibit } : {}), text: words, author, date }))
        .filter((mark) => !known.has(JSON.stringify(mark)));
      const said = word("{0} marks were added", EF.number(added.length));
      if (added.length) become([...marks, ...added], said);
      return said;
    },

    /** What is marked, and not left out: numbers of exhibits, and interactions as IN- and the number. */
    markedExhibits() {
      const found = new Set();
      for (const { about: subject, kind } of marks) {
        if (kind !== "exclude") found.add(subject.startsWith("EF-") ? Number(subject.slice(3)) : "IN-" + Number(subject.slice(3)));
      }
      for (const { about: subject } of marks.filter((mark) => mark.kind === "exclude")) {
        found.delete(subject.startsWith("EF-") ? Number(subject.slice(3)) : "IN-" + Number(subject.slice(3)));
      }
      return found;
    },
    /** The marks of a subject in a few words. */
    words(subject) {
      return of(subject).map((mark) => mark.kind === "exclude" ? word("left out") : mark.kind === "note" ? word("note")
        : mark.text === MARKED ? word("marked") : mark.text).join(", ");
    },
  };

  /** Buttons that mark a subject, with what it is marked with. */
  api.controls = function (subject) {
    const mark = EF.make("button", { on: { click: () => api.toggle(subject) } }, word("Mark"));
    const note = EF.make("button", { on: { click: () => EF.askNote(subject) } }, word("Tag or note"));
    const exclude = EF.make("button", { on: { click: () => api.exclude(subject) } }, word("Leave out"));
    const words = EF.make("span.marks");
    const box = EF.make("div.marking", { role: "group", "aria-label": word("Marks of {0}", subject) }, mark, note, exclude, words);
    const show = () => {
      mark.setAttribute("aria-pressed", String(of(subject, "tag").some((one) => one.text === MARKED)));
      exclude.setAttribute("aria-pressed", String(of(subject, "exclude").length > 0));
      const notes = of(subject).filter((one) => one.text && one.text !== MARKED);
      words.replaceChildren(...notes.map((one) => EF.make("q.mark." + one.kind, { dir: "auto" }, one.text)));
      const card = box.closest("[data-subject]");
      if (card) card.dataset.excluded = of(subject, "exclude").length ? "yes" : "no";
    };
    show();
    setTimeout(show);
    listening.push(() => { if (box.isConnected) show(); });
    return box;
  };

  window.addEventListener("beforeunload", (event) => { if (!keptByBrowser && !api.saved()) event.preventDefault(); });
  EF.marks = api;
})(window.EF);
