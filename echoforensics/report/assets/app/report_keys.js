/* The report's keys. */
"use strict";
(function (EF) {
  const word = EF.word, VIEWS = ["overview", "interactions", "timeline", "recordings", "marks"];
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

  EF.useKeys(() => [
    ["j", word("Next"), () => own("next")], ["k", word("Previous"), () => own("previous")],
    [" ", word("Play or pause"), play], ["l", word("Loop"), () => EF.player.loop()],
    ["-", word("Slower"), () => EF.player.faster(-1)], ["+", word("Faster"), () => EF.player.faster(1)],
    ["s", word("Skip silence"), () => EF.player.skip()], ["m", word("Mark, or take the mark away"), () => subject(EF.marks.toggle)],
    ["n", word("Tag or note"), () => subject(EF.askNote)], ["x", word("Leave out, or keep"), () => subject(EF.marks.exclude)],
    ["u", word("Undo the last mark"), () => EF.marks.undo()], ["/", word("Search"), () => own("search")],
    ...VIEWS.map((name, at) => [String(at + 1), { overview: word("Overview"), interactions: word("Interactions"),
      timeline: word("Timeline"), recordings: word("Recordings"), marks: word("Marks") }[name], () => EF.go(name)]),
  ], word("In the timeline the arrow keys move, Enter opens a row, Escape closes it."));
})(window.EF);
