/* Closing: the results are signed into the case. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** What was added, as the server says it. */
  function result(found) {
    const rows = found.cases.map((one) => [one.case, EF.number(one.exhibits), EF.number(one.known), EF.number(one.redactions)]);
    return EF.make("section", { "aria-labelledby": "closed-title" }, EF.make("h2", { id: "closed-title" }, word("Closed into the case")),
      EF.table(word("Closed into the case"), [word("Case"), word("Records added"), word("Added before"), word("Redacted copies made")], rows));
  }

  EF.addView("close", {
    begin(element) {
      const wrong = EF.make("div"), done = EF.make("div", { role: "status" }), sure = EF.tick(word("I have checked the results, and they may be signed into the case"), { id: "close-sure" });
      const close = EF.button(word("Close the room into the case"), async () => {
        if (!sure.querySelector("input").checked) { EF.warn(wrong, word("Tick the box first.")); sure.querySelector("input").focus(); return; }
        close.disabled = true;
        done.replaceChildren(EF.make("p", {}, word("Signing. This may take a few minutes.")));
        if (!await EF.attempt(async () => { const found = await EF.post("/api/close", { confirm: true }); done.replaceChildren(result(found)); EF.say(word("Closed into the case")); }, wrong)) done.replaceChildren();
        close.disabled = false;
      }, { primary: true });
      element.replaceChildren(EF.make("h1", {}, word("Close the room")),
        EF.make("p", {}, word("Codes, notes, transcripts, second opinions and what was settled become annotations of the case, signed, with their authors and times. The case itself stays as it was. What was added before is not added again, and the review can go on afterwards.")),
        EF.make("p", {}, sure), wrong, EF.make("p.buttons", {}, close), done);
    },
    async show() {}, keys: {},
  });
})(window.EF);
