/* One key for each thing that is done often. They work where nothing is being typed, and can be switched off. */
"use strict";
(function (EF) {
  const word = EF.word, VIEWS = ["overview", "interactions", "timeline", "recordings", "marks"];
  let help = null;
  const own = (name, ...given) => {
    const run = (EF.currentView().keys || {})[name];
    return run ? run(...given) : null;
  };

  /** What is being looked at: an interaction or an exhibit. */
  function subject(run) {
    const found = own("subject");
    if (found) run(found);
    else EF.say(word("Choose one first, with the key j"));
  }

  function play() {
    const number = own("sound");
    if (typeof number === "number" && number >= 0) EF.player.toggle(number);
    else if (EF.player.current() >= 0) EF.player.toggle(EF.player.current());
    else EF.say(word("There is no recording here"));
  }

  /* The keys: what they are called, what they do, and when. */
  const KEYS = () => [
    ["j", word("Next"), () => own("next")], ["k", word("Previous"), () => own("previous")],
    [" ", word("Play or pause"), play], ["l", word("Loop"), () => EF.player.loop()],
    ["-", word("Slower"), () => EF.player.faster(-1)], ["+", word("Faster"), () => EF.player.faster(1)],
    ["s", word("Skip silence"), () => EF.player.skip()], ["m", word("Mark, or take the mark away"), () => subject(EF.marks.toggle)],
    ["n", word("Tag or note"), () => subject(EF.askNote)], ["x", word("Leave out, or keep"), () => subject(EF.marks.exclude)],
    ["u", word("Undo the last mark"), () => EF.marks.undo()], ["/", word("Search"), () => own("search")],
    ...VIEWS.map((name, at) => [String(at + 1), { overview: word("Overview"), interactions: word("Interactions"),
      timeline: word("Timeline"), recordings: word("Recordings"), marks: word("Marks") }[name], () => EF.go(name)]),
    ["?", word("Show the keys"), show],
  ];

  function makeHelp() {
    const rows = KEYS().map(([key, what]) => EF.make("tr", {}, EF.make("td", {}, EF.make("kbd", {}, key === " " ? word("Space") : key)), EF.make("td", {}, what)));
    const on = EF.make("input", { type: "checkbox", id: "keys-on" });
    on.checked = EF.remembered("keys") !== "off";
    on.addEventListener("change", () => EF.remember("keys", on.checked ? "on" : "off"));
    const close = EF.make("button.primary", {}, word("Close"));
    const dialog = EF.dialog(word("Keys"),
      EF.make("table", {}, EF.make("thead", {}, EF.make("tr", {}, EF.make("th", { scope: "col" }, word("Key")), EF.make("th", { scope: "col" }, word("What it does")))),
        EF.make("tbody", {}, rows)),
      EF.make("p.hint", {}, word("In the timeline the arrow keys move, Enter opens a row, Escape closes it.")),
      EF.make("label.tick", {}, on, " ", word("Use these keys")), EF.make("p.buttons", {}, close));
    close.addEventListener("click", () => dialog.close());
    return dialog;
  }

  function show() {
    help = help || makeHelp();
    if (!help.open) help.showModal();
  }

  function typing(target) {
    return target.isContentEditable || target.closest("dialog[open]") || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
      (target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (event.key !== "?" && EF.remembered("keys") === "off") return;
    // A button, a link or a box that has the focus keeps the key that presses it.
    if (event.key === " " && event.target.closest("button, a, summary, input")) return;
    const key = event.key === "=" ? "+" : event.key, found = KEYS().find(([name]) => name === key);
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
  document.getElementById("show-keys").addEventListener("click", show);
})(window.EF);
