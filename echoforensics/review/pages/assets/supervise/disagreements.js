/* Where two listeners decided differently: both beside each other, and what holds. */
"use strict";
(function (EF) {
  const word = EF.word;
  let list = null, wrong = null;

  function opinion(one, union) {
    const codes = (one.codes || []).map((id) => EF.make("span.mark" + (union.has(id) ? ".differs" : ""), {}, EF.codeLabel(id)));
    const heard = (one.transcript || []).map((segment) => EF.make("p", { dir: "auto" }, segment.from.toFixed(2) + " s: ", segment.text));
    return EF.make("div", {}, EF.make("h3", {}, one.who), EF.make("p.marks", {}, codes.length ? codes : word("no codes")),
      one.notes ? EF.make("p", { dir: "auto" }, word("Notes: {0}", one.notes)) : null, heard);
  }

  /** Codes that not everybody gave. */
  function differing(opinions) {
    const all = new Set(opinions.flatMap((one) => one.codes || []));
    return new Set([...all].filter((id) => !opinions.every((one) => (one.codes || []).includes(id))));
  }

  function card(one, at) {
    const union = differing(one.opinions), agreed = (one.opinions[0] ? one.opinions[0].codes || [] : []).filter((id) => !union.has(id));
    const chosen = new Set(one.settled ? one.settled.codes : agreed), fault = EF.make("div"), note = EF.make("textarea", { rows: "2", maxlength: "10000", dir: "auto" });
    const buttons = EF.me.codes.map((code) => EF.make("button.code", { "aria-pressed": String(chosen.has(code.id)), disabled: Boolean(one.settled || one.mine), on: { click: (event) => {
      if (chosen.has(code.id)) chosen.delete(code.id);
      else chosen.add(code.id);
      event.currentTarget.setAttribute("aria-pressed", String(chosen.has(code.id)));
    } } }, EF.codeLabel(code.id)));
    const settle = () => EF.attempt(async () => {
      await EF.post("/api/disagreements/" + encodeURIComponent(one.id) + "/settle", { codes: [...chosen], note: note.value.trim() });
      EF.say(word("Settled"));
      await load();
    }, fault);
    const title = "disagreement-" + at;
    return EF.make("article.card", { "aria-labelledby": title },
      EF.make("h2", { id: title }, EF.make("a", { href: "/work" + EF.address("item", { id: one.item, queue: one.queue }) }, one.about || one.title || one.item)),
      EF.make("div.sides", {}, one.opinions.map((each) => opinion(each, union))),
      EF.make("h3", {}, one.settled ? word("Settled by {0}", one.settled.by) : word("Final codes")), EF.make("div.codes", { role: "group", "aria-label": word("Final codes") }, buttons),
      one.settled ? EF.make("p", { dir: "auto" }, one.settled.note || "") : one.mine ? EF.make("p.hint", {}, word("One of these is yours: somebody else has to settle it.")) : EF.make("div", {}, EF.field(word("Why"), note), fault, EF.make("p.buttons", {}, EF.button(word("Settle"), settle, { primary: true }))));
  }

  async function load() {
    const { disagreements } = await EF.get("/api/disagreements");
    const open = disagreements.filter((one) => !one.settled), settled = disagreements.filter((one) => one.settled);
    list.replaceChildren(EF.make("p.count", {}, word("{0} to settle, {1} settled", open.length, settled.length)), ...[...open, ...settled].map(card));
  }

  EF.addView("disagreements", {
    begin(element) {
      list = EF.make("div.cards");
      wrong = EF.make("div");
      element.replaceChildren(EF.make("h1", {}, word("Disagreements")), wrong, list);
    },
    show: () => EF.attempt(load, wrong), keys: {},
  });
})(window.EF);
