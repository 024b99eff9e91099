/* The room's keys: those of the report, and one for each code. */
"use strict";
(function (EF) {
  const word = EF.word;
  const own = (name, ...given) => {
    const run = (EF.currentView().keys || {})[name];
    return run ? run(...given) : null;
  };

  function play() {
    const number = own("sound");
    if (typeof number === "number" && number >= 0) EF.player.toggle(number);
    else if (EF.player.current() >= 0) EF.player.toggle(EF.player.current());
    else EF.say(word("There is no recording here"));
  }

  /** The keys with what they do. @returns {[string, string, () => void][]} */
  EF.roomKeys = () => [
    [" ", word("Play or pause"), play], ["b", word("Back 2 seconds"), () => EF.player.back(2)],
    ["-", word("Slower"), () => EF.player.faster(-1)], ["+", word("Faster"), () => EF.player.faster(1)],
    ["l", word("Loop"), () => EF.player.loop()], ["s", word("Skip silence"), () => EF.player.skip()],
    ["a", word("Autoplay on or off"), () => own("autoplay")],
    ...EF.me.codes.map((code) => [code.key, word("Code: {0}", EF.codeLabel(code.id)), () => own("code", code.id)]),
    ["n", word("Write a note"), () => own("note")], ["t", word("Write what you hear"), () => own("transcript")],
    ["r", word("Request a redaction"), () => own("redact")], ["u", word("Undo"), () => own("undo")],
    ["f", word("Finish and take the next"), () => own("finish")], ["o", word("Open a clip that may be distressing"), () => own("open")],
    ["j", word("Next"), () => own("next")], ["k", word("Previous"), () => own("previous")], ["/", word("Search"), () => own("search")],
  ];
  EF.keyHint = () => word("While you write, Escape gives the keys back. Ctrl+. plays or pauses, Ctrl+, goes back 2 s.");

  /** Keys that work while something is written. */
  EF.beginRoomKeys = function () {
    EF.useKeys(EF.roomKeys, EF.keyHint());
    document.addEventListener("keydown", (event) => {
      const field = event.target.closest("textarea, input");
      if (!field || field.closest("dialog")) return;
      if (event.key === "Escape") field.blur();
      else if (event.ctrlKey && event.key === ".") play();
      else if (event.ctrlKey && event.key === ",") EF.player.back(2);
      else return;
      event.preventDefault();
    });
  };
})(window.EF);
