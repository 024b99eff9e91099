/* The view of marks, and the window in which a tag or a note is written. */
"use strict";
(function (EF) {
  const word = EF.word;
  let asking = null, name = null, list = null, kept = null;

  function makeAsking() {
    const tag = EF.make("input", { id: "mark-tag", name: "tag", list: "mark-tags", maxlength: "100", autocomplete: "off" });
    const note = EF.make("textarea", { id: "mark-note", name: "note", rows: "4", maxlength: "10000" });
    const tags = EF.make("datalist", { id: "mark-tags" }, [word("relevant"), word("privileged"), word("important"), word("unsure")]
      .map((text) => EF.make("option", { value: text })));
    const done = EF.make("button.primary", {}, word("Keep")), no = EF.make("button", {}, word("Cancel"));
    const dialog = EF.dialog(word("Tag or note"), EF.make("p.of"), EF.make("label", { for: "mark-tag" }, word("Tag")), tag, tags,
      EF.make("label", { for: "mark-note" }, word("Note")), note, EF.make("p.buttons", {}, done, no));
    no.addEventListener("click", () => dialog.close());
    done.addEventListener("click", () => {
      EF.marks.add(dialog.dataset.subject, "tag", tag.value);
      EF.marks.add(dialog.dataset.subject, "note", note.value);
      dialog.close();
    });
    return { dialog, tag, note };
  }

  /** Ask for a tag and a note. @param {string} subject */
  EF.askNote = function (subject) {
    asking = asking || makeAsking();
    asking.dialog.dataset.subject = subject;
    asking.dialog.querySelector(".of").textContent = subject;
    asking.tag.value = "";
    asking.note.value = "";
    asking.dialog.showModal();
    asking.note.focus();
  };

  const KINDS = () => ({ tag: word("Tag"), note: word("Note"), exclude: word("Leave out") });

  function draw() {
    if (!list) return;
    kept.textContent = EF.marks.keptByBrowser()
      ? word("Marks are kept by this browser, on this computer, until they are saved as a file.")
      : word("This browser keeps nothing: save the marks as a file before the page is closed.");
    const marks = EF.marks.all();
    if (!marks.length) { list.replaceChildren(EF.make("p.hint", {}, word("Nothing is marked yet."))); return; }
    const kinds = KINDS(), rows = marks.map((mark) => EF.make("tr", {},
      EF.make("td", {}, EF.make("a", { href: "#" + mark.about }, mark.about)), EF.make("td", {}, kinds[mark.kind]),
      EF.make("td", { dir: "auto" }, mark.text === "marked" ? word("marked") : mark.text), EF.make("td", {}, mark.author || EF.marks.author()),
      EF.make("td.short", {}, mark.date.replace("T", " ").replace("Z", " UTC")),
      EF.make("td", {}, EF.make("button", { "aria-label": word("Remove the mark of {0}", mark.about), on: { click: () => EF.marks.remove(mark) } }, word("Remove")))));
    const head = [word("Of"), word("Kind"), word("Text"), word("Author"), word("Made"), ""].map((text) =>
      text ? EF.make("th", { scope: "col" }, text) : EF.make("td"));
    list.replaceChildren(EF.make("div.wide", { tabindex: "0", role: "group", "aria-label": word("Marks") },
      EF.make("table", {}, EF.make("thead", {}, EF.make("tr", {}, head)), EF.make("tbody", {}, rows))));
  }

  function save() {
    if (!name.value.trim()) {
      name.setAttribute("aria-invalid", "true");
      name.focus();
      EF.say(word("Give your name first: each mark carries it."));
      return;
    }
    name.removeAttribute("aria-invalid");
    EF.marks.setAuthor(name.value.trim());
    EF.marks.download();
    EF.say(word("Saved as marks.json"));
  }

  async function begin(element) {
    name = EF.make("input", { id: "mark-author", autocomplete: "name", maxlength: "200" });
    name.value = EF.marks.author();
    name.addEventListener("change", () => { EF.marks.setAuthor(name.value.trim()); draw(); });
    kept = EF.make("p.hint");
    list = EF.make("div");
    const file = EF.make("input", { type: "file", id: "mark-file", accept: ".json,application/json" });
    file.addEventListener("change", async () => {
      if (file.files.length) EF.say(EF.marks.open(await file.files[0].text()));
      file.value = "";
    });
    element.replaceChildren(EF.make("h1", {}, word("Marks")),
      EF.make("p", {}, word("What you tag, note or leave out. The examiner adds the saved file to the case, where it is signed:")),
      EF.make("pre.command", { tabindex: "0", role: "group", "aria-label": word("Command") }, "echoforensics report CASE -o DIR --import-marks marks.json"),
      kept, EF.make("div.filters", {},
        EF.make("div.field", {}, EF.make("label", { for: "mark-author" }, word("Your name")), name),
        EF.make("button.primary", { on: { click: save } }, word("Save as a file")),
        EF.make("div.field", {}, EF.make("label", { for: "mark-file" }, word("Open a marks file")), file),
        EF.make("button", { on: { click: () => EF.marks.undo() } }, word("Undo")),
        EF.make("button", { on: { click: () => EF.printMarked() } }, word("Print what is marked"))), list);
    EF.marks.onChange(draw);
  }

  EF.addView("marks", { begin, show: async () => draw(), keys: {} });
})(window.EF);
