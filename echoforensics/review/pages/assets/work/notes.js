/* Notes on a clip. */
"use strict";
(function (EF) {
  const word = EF.word;

  /**
   * @param {object} context of the item
   * @returns {{element: HTMLElement, show: (decision: object) => void, focus: () => void}}
   */
  EF.notesPart = function (context) {
    const text = EF.make("textarea", { id: "notes", rows: "3", maxlength: "10000", dir: "auto", readonly: context.fixed, "aria-keyshortcuts": "n" });
    text.addEventListener("input", () => context.change("notes", { text: text.value }));
    return {
      element: EF.make("section", { "aria-labelledby": "notes-title" },
        EF.make("h2", {}, EF.make("label", { for: "notes", id: "notes-title" }, word("Notes"), " ", EF.make("kbd", { "aria-hidden": "true" }, "n"))), text),
      /* What is being typed is not taken away by an answer that comes meanwhile. */
      show(decision) { if (text.value !== (decision.notes || "") && document.activeElement !== text) text.value = decision.notes || ""; },
      focus: () => text.focus(),
    };
  };
})(window.EF);
