/* One queue: its clips, filtered and sorted. */
"use strict";
(function (EF) {
  const word = EF.word, NAMES = ["text", "state", "code", "sort", "mine"], PAGE = 100;
  let form = null, list = null, count = null, wrong = null, more = null, title = null, next = null;
  let shown = [], asked = {}, at = -1, after = null, round = 0;

  const value = (name) => form.elements[name].type === "checkbox" ? (form.elements[name].checked ? "1" : "") : form.elements[name].value;
  const queue = () => EF.me.queues.find((one) => one.id === asked.id);

  function codes(one) {
    return EF.make("span.marks", {}, (one.codes || []).map((id) => EF.make("span.mark", {}, EF.codeLabel(id))));
  }

  function row(one) {
    const hidden = one.distress && !one.distress_opened;
    const link = EF.make("a", { href: EF.address("item", { id: one.id, queue: asked.id }) }, one.about);
    return EF.make("li.clip", { "data-item": one.id, tabindex: "-1" },
      EF.make("div.first", {}, link, EF.make("span.soft", {}, one.time ? EF.moment(one.time) : word("no time")),
        typeof one.seconds === "number" ? EF.make("span.soft", {}, EF.duration(one.seconds)) : null, one.device ? EF.quoted(one.device) : null,
        EF.make("span.state", { "data-state": one.state }, EF.stateName(one.state) + (one.assigned ? ": " + EF.visible(one.assigned) : "")),
        one.decided_in ? EF.make("span.soft", {}, word("at {0} of the case {1}", one.decided_in.about, EF.visible(one.decided_in.case))) : null,
        EF.supervises() && one.state !== "done" ? EF.button(word("Assign"), () => EF.assign(one, () => load(true)), { "aria-label": word("Assign {0}", one.about) }) : null),
      EF.make("div", {}, hidden ? EF.make("em", {}, word("May be distressing. The text is hidden until you open the clip.")) : one.title ? EF.make("span", { dir: "auto" }, one.title) : null, " ", codes(one)));
  }

  function filters() {
    const text = EF.make("input", { name: "text", type: "search", spellcheck: "false", maxlength: "200" });
    const state = EF.choice([["", word("any")], ...["open", "taken", "done", "second"].map((one) => [one, EF.stateName(one)])], { name: "state" });
    const code = EF.choice([["", word("any")], ...EF.me.codes.map((one) => [one.id, EF.codeLabel(one.id)])], { name: "code" });
    const sort = EF.choice([["", word("the queue's order")], ["time", word("time")], ["newest", word("time, newest first")], ["length", word("length")],
      ["longest", word("length, longest first")], ["title", word("text")], ["state", word("state")]], { name: "sort" });
    form = EF.make("form.filters", { autocomplete: "off", "aria-label": word("Filters") }, EF.field(word("Text"), text), EF.field(word("State"), state),
      EF.field(word("Code"), code), EF.field(word("Sorted by"), sort), EF.tick(word("only mine"), { name: "mine" }),
      EF.button(word("Clear"), () => { form.reset(); apply(); }));
    let waiting = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, event.target.name === "text" ? 250 : 0);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  function begin(element) {
    title = EF.make("h1", {});
    next = EF.button(word("Take the next (f)"), () => EF.takeNext(asked.id), { primary: true });
    next.hidden = !EF.mayCode();
    count = EF.make("p.count", { role: "status", "aria-live": "polite" });
    wrong = EF.make("div");
    list = EF.make("ol.clips");
    more = EF.button(word("Show more"), () => load(false));
    element.replaceChildren(EF.make("p.over", {}, EF.make("a", { href: "#queues" }, word("Your queues"))), title, EF.make("p", {}, next), filters(), count, wrong, list, more);
    EF.onZone(() => load(true));
  }

  function apply() {
    const wanted = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
    asked = { id: asked.id, ...wanted };
    EF.go("queue", asked, true);
    load(true);
  }

  async function load(anew) {
    const now = ++round, { id, ...filter } = asked;
    await EF.attempt(async () => {
      const found = await EF.get("/api/queues/" + encodeURIComponent(id) + "/items" + EF.query({ ...filter, limit: PAGE, after: anew ? "" : after }));
      if (now !== round) return;
      if (anew) { shown = []; at = -1; list.replaceChildren(); }
      shown.push(...found.items);
      list.append(...found.items.map(row));
      after = found.next;
      more.hidden = !found.next;
      const { open, taken, done } = found.counts;
      count.textContent = word("{0} of {1} done, {2} in progress, {3} open", EF.number(done), EF.number(open + taken + done), EF.number(taken), EF.number(open))
        + (shown.length ? "" : ". " + word("No clip matches."));
    }, wrong);
  }

  async function show(given) {
    asked = given;
    title.textContent = EF.visible(queue() ? queue().name : word("Queue"));
    for (const name of NAMES) {
      const field = form.elements[name];
      if (field.type === "checkbox") field.checked = Boolean(given[name]);
      else field.value = given[name] || "";
    }
    EF.player.stop();
    EF.present(null);
    await load(true);
  }

  function current(place) {
    if (!shown.length) return;
    at = Math.min(Math.max(place, 0), shown.length - 1);
    const element = list.children[at];
    for (const other of list.querySelectorAll(".current")) other.classList.remove("current");
    element.classList.add("current");
    element.querySelector("a").focus();
    element.scrollIntoView({ block: "nearest" });
  }

  EF.addView("queue", {
    begin, show,
    keys: { next: () => current(at + 1), previous: () => current(at - 1), search: () => form.elements.text.focus(), finish: () => EF.mayCode() && EF.takeNext(asked.id) },
  });
})(window.EF);
