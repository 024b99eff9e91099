/* How far first and second listeners agree, by code and by pair. */
"use strict";
(function (EF) {
  const word = EF.word;
  let queue = null, list = null, wrong = null;
  const interval = (one) => one.low === null || one.low === undefined ? "–" : EF.share(one.low) + " – " + EF.share(one.high);

  async function load() {
    const found = await EF.get("/api/agreement" + EF.query({ queue: queue.value }));
    const name = (one) => (one.people || []).join(", ");
    list.replaceChildren(EF.make("h2", {}, word("By code")),
      found.codes.length ? EF.table(word("Agreement by code"), [word("Code"), word("Heard by two"), word("Cohen's kappa"), word("95 % interval")],
        found.codes.map((one) => [EF.codeLabel(one.code), EF.number(one.items), EF.share(one.kappa), interval(one)])) : EF.make("p.hint", {}, word("No clip has a second opinion yet.")),
      EF.make("h2", {}, word("By pair")),
      found.pairs.length ? EF.table(word("Agreement by pair"), [word("People"), word("Code"), word("Heard by two"), word("Cohen's kappa"), word("95 % interval")],
        found.pairs.map((one) => [name(one), EF.codeLabel(one.code), EF.number(one.items), EF.share(one.kappa), interval(one)])) : EF.make("p.hint", {}, word("No clip has a second opinion yet.")),
      EF.make("p.hint", {}, word("Kappa is 1 where two people always agree and 0 where they agree as often as by chance. With few clips the interval is wide, and says more than the number.")));
  }

  async function show() {
    await EF.attempt(async () => {
      const { queues } = await EF.get("/api/queues"), chosen = queue.value;
      queue.replaceChildren(...[["", word("all")], ...queues.map((one) => [one.id, one.name])].map(([value, text]) => EF.make("option", { value }, text)));
      queue.value = chosen;
      await load();
    }, wrong);
  }

  EF.addView("agreement", {
    begin(element) {
      queue = EF.choice([["", word("all")]]);
      queue.addEventListener("change", () => EF.attempt(load, wrong));
      list = EF.make("div");
      wrong = EF.make("div");
      element.replaceChildren(EF.make("h1", {}, word("Agreement")), EF.make("div.filters", {}, EF.field(word("Queue"), queue)), wrong, list);
    },
    show, keys: {},
  });
})(window.EF);
