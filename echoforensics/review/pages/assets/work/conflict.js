/* Somebody else saved first, or the server refused: both versions side by side, and this person chooses. */
"use strict";
(function (EF) {
  const word = EF.word;

  const codes = (list) => list.length ? list.map(EF.codeLabel).join(", ") : word("no codes");
  const segments = (list) => list.map((one) => one.text).join(" / ") || word("no transcript");

  /** What a change would make, in words. */
  function wanted({ kind, body }) {
    if (kind === "codes") {
      return [(body.add || []).map((one) => word("set {0}", EF.codeLabel(one))), (body.remove || []).map((one) => word("take {0} away", EF.codeLabel(one)))].flat().join(", ");
    }
    if (kind === "notes") return word("Notes: {0}", body.text);
    if (kind === "transcript") return word("Transcript: {0}", segments(body.segments));
    return kind === "finish" ? word("finish") : word("undo");
  }

  function theirs(decision) {
    return EF.make("div", {}, EF.make("h3", {}, decision.by ? word("Saved now, by {0}", decision.by) : word("Saved now")),
      EF.make("p", {}, word("Codes: {0}", codes(decision.codes || []))),
      EF.make("p", { dir: "auto" }, word("Notes: {0}", decision.notes || word("none"))),
      EF.make("p", { dir: "auto" }, word("Transcript: {0}", segments(decision.transcript || []))));
  }

  /**
   * What is shown of an item whose change was not taken.
   * @param {string} item
   * @returns {HTMLElement | null}
   */
  EF.conflict = function (item) {
    const held = EF.saving.stopped(item);
    if (!held) return null;
    const mine = EF.make("div", {}, EF.make("h3", {}, word("Yours, not saved")),
      EF.make("ul", {}, EF.saving.of(item).map((change) => EF.make("li", { dir: "auto" }, wanted(change)))));
    const first = held.status === 409;
    return EF.make("section.conflict", { role: "alert", "aria-labelledby": "conflict-title" },
      EF.make("h2", { id: "conflict-title" }, first ? word("Somebody else saved first. Nothing was overwritten.") : word("The server refused this change.")),
      first ? null : EF.make("p", {}, held.message),
      EF.make("div.sides", {}, held.data.decision ? theirs(held.data.decision) : null, mine),
      EF.make("p.buttons", {}, EF.button(first ? word("Keep the saved version") : word("Discard mine"), () => EF.saving.drop(item)),
        EF.button(first ? word("Save mine anyway") : word("Try again"), () => EF.saving.again(item), { primary: true })));
  };
})(window.EF);
