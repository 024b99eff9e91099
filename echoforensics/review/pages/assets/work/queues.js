/* The queues of this person. */
"use strict";
(function (EF) {
  const word = EF.word;

  const kind = (one) => one.kind === "interactions" ? word("interactions") : word("recordings");

  function card(one) {
    const counts = one.counts || { open: 0, taken: 0, done: 0 };
    const whole = counts.open + counts.taken + counts.done;
    const bar = EF.make("progress", { max: Math.max(1, whole), value: counts.done, "aria-label": word("Done in {0}", one.name) });
    return EF.make("article.card.queue", { "aria-label": one.name },
      EF.make("header", {}, EF.make("h2", {}, EF.make("a", { href: EF.address("queue", { id: one.id }) }, one.name)), EF.make("p.soft", {}, kind(one) + (one.case ? " · " + EF.visible(one.case) : ""))),
      EF.make("p", {}, bar, " ", word("{0} of {1} done, {2} in progress, {3} open", EF.number(counts.done), EF.number(whole), EF.number(counts.taken), EF.number(counts.open))),
      EF.mayCode() ? EF.make("p.buttons", {}, EF.button(word("Take the next"), () => EF.takeNext(one.id), { primary: true, "aria-label": word("Take the next of {0}", one.name) })) : null);
  }

  async function show() {
    const element = document.getElementById("view-queues"), list = EF.make("div.cards"), wrong = EF.make("div");
    element.replaceChildren(EF.make("h1", {}, word("Your queues")), wrong, list);
    EF.player.stop();
    EF.present(null);
    await EF.attempt(async () => {
      const { queues } = await EF.get("/api/queues");
      list.replaceChildren(...queues.map(card));
      if (!queues.length) list.append(EF.make("p.hint", {}, word("No queue is assigned to you yet. Ask a supervisor.")));
    }, wrong);
  }

  EF.addView("queues", { begin: () => null, show, keys: {} });
})(window.EF);
