/* Redactions that were asked for: approved or refused by somebody else than who asked. */
"use strict";
(function (EF) {
  const word = EF.word;
  let list = null, wrong = null;
  const STATES = () => ({ asked: word("requested"), approved: word("approved"), refused: word("refused") });

  function card(one, at) {
    const fault = EF.make("div"), note = EF.make("input", { maxlength: "1000" }), title = "redaction-" + at;
    const decide = (approve) => EF.attempt(async () => {
      await EF.post("/api/redactions/" + encodeURIComponent(one.id) + "/decision", { approve, note: note.value.trim() });
      EF.say(approve ? word("Approved") : word("Refused"));
      await load();
    }, fault);
    const ranges = one.ranges.map(([from, to]) => EF.make("li", {}, from.toFixed(2) + " – " + to.toFixed(2) + " s"));
    const asked = one.state === "asked";
    return EF.make("article.card", { "aria-labelledby": title },
      EF.make("h2", { id: title }, EF.make("a", { href: "/work" + EF.address("item", { id: one.item, queue: one.queue }) }, one.about), " · " + (STATES()[one.state] || one.state)),
      EF.make("p", {}, word("Requested by {0}, {1}. Reason: {2}.", EF.visible(one.asked_by), EF.moment(one.at), EF.visible(one.reason))), EF.make("ul", {}, ranges),
      EF.redactedSound(one.id, one.about),
      asked && one.mine ? EF.make("p.hint", {}, word("You requested this: somebody else has to decide.")) : null,
      asked && !one.mine ? EF.make("div", {}, EF.field(word("Note"), note), fault, EF.make("p.buttons", {},
        EF.button(word("Approve"), () => decide(true), { primary: true, "aria-label": word("Approve the redaction of {0}", one.about) }),
        EF.button(word("Refuse"), () => decide(false), { "aria-label": word("Refuse the redaction of {0}", one.about) }))) : null,
      asked ? null : EF.make("p", { dir: "auto" }, word("Decided by {0}. {1}", EF.visible(one.decided_by || ""), EF.visible(one.note || ""))));
  }

  async function load() {
    const { redactions } = await EF.get("/api/redactions"), rank = (one) => one.state === "asked" ? 0 : 1;
    list.replaceChildren(...[...redactions].sort((a, b) => rank(a) - rank(b)).map(card));
    if (!redactions.length) list.append(EF.make("p.hint", {}, word("No redaction was requested.")));
  }

  EF.addView("redactions", {
    begin(element) {
      list = EF.make("div.cards");
      wrong = EF.make("div");
      element.replaceChildren(EF.make("h1", {}, word("Redactions")), wrong, list);
    },
    show: () => EF.attempt(load, wrong), keys: {},
  });
})(window.EF);
