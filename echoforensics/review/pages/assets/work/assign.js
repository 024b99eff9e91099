/* A supervisor gives a clip to somebody, or to nobody. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** @param {object} one a clip of a queue @param {() => void} done */
  EF.assign = async function (one, done) {
    await EF.attempt(async () => {
      const { workers } = await EF.get("/api/queues"), fault = EF.make("div");
      const person = EF.choice([["", word("nobody")], ...workers.filter((each) => each.role !== "reader").map((each) => [each.id, each.display])]);
      const turn = one.state === "second" ? 2 : 1, keep = EF.make("button.primary", {}, word("Assign")), cancel = EF.make("button", {}, word("Cancel"));
      const dialog = EF.dialog(word("Assign {0}", one.about), EF.field(word("Person"), person), fault, EF.make("p.buttons", {}, keep, cancel));
      cancel.addEventListener("click", () => dialog.close());
      keep.addEventListener("click", () => EF.attempt(async () => {
        await EF.post("/api/items/" + encodeURIComponent(one.id) + "/assign", { person: person.value || null, turn });
        dialog.close();
        done();
      }, fault));
      dialog.addEventListener("close", () => dialog.remove());
      dialog.showModal();
    });
  };
})(window.EF);
