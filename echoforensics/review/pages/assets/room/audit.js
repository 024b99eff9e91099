/* The audit: who did what and when, as the signed ledger of the room has it. */
"use strict";
(function (EF) {
  const word = EF.word, PAGE = 100;
  let form = null, list = null, wrong = null, whole = null, more = null, next = null, round = 0;

  /** Kinds of events, in the words of the page. The ledger has them in English. */
  const KINDS = {
    "log-in": word("log-in"), "failed log-in": word("failed log-in"), "log-out": word("log-out"), denied: word("denied"), view: word("view"),
    "loaded ahead": word("loaded ahead"), play: word("play"), code: word("code"), note: word("note"), transcript: word("transcript"), undo: word("undo"),
    finish: word("finish"), next: word("next"), left: word("left"), "distress opened": word("distress opened"), assigned: word("assigned"),
    settled: word("settled"), "redaction asked": word("redaction asked"), "redaction heard": word("redaction heard"),
    "redaction approved": word("redaction approved"), "redaction refused": word("redaction refused"), redacted: word("redacted"),
    "queue made": word("queue made"), "queue changed": word("queue changed"), "person put to queues": word("person put to queues"),
    "person added": word("person added"), "person changed": word("person changed"), "link made": word("link made"), "account set up": word("account set up"),
    "security key added": word("security key added"), "key of second factors renewed": word("key of second factors renewed"),
    "server started": word("server started"), "server stopped": word("server stopped"), closing: word("closing"), closed: word("closed"),
  };
  const kind = (what) => Object.hasOwn(KINDS, what) ? KINDS[what] : what;

  function row(one) {
    const details = one.details && Object.keys(one.details).length ? EF.make("code", {}, JSON.stringify(one.details)) : "";
    return EF.make("tr", {}, [EF.number(one.number), EF.make("span.short", {}, EF.moment(one.at)), one.who || "–", EF.make("span", { title: one.what }, kind(one.what)), one.about || "", details].map((cell) => EF.make("td", {}, cell)));
  }

  async function load(anew) {
    const now = ++round, { person, what } = form.elements;
    await EF.attempt(async () => {
      const found = await EF.get("/api/audit" + EF.query({ person: person.value.trim(), what: what.value, limit: PAGE, after: anew ? "" : next }));
      if (now !== round) return;
      whole.textContent = found.intact ? word("The ledger is intact: its chain and its signatures hold.") : word("The ledger does not hold: a line was changed or taken out. Keep the folder of the room as it is, and run `echoforensics verify` on it.");
      whole.className = found.intact ? "fine" : "notice";
      if (anew) list.replaceChildren();
      list.append(...found.events.map(row));
      next = found.next;
      more.hidden = next === null || next === undefined;
    }, wrong);
  }

  function begin(element) {
    const what = EF.make("input", { name: "what", type: "search", list: "audit-kinds", maxlength: "100" });
    form = EF.make("form.filters", { "aria-label": word("Filters"), autocomplete: "off" }, EF.field(word("Person"), EF.make("input", { name: "person", type: "search", maxlength: "200" })),
      EF.field(word("What"), what), EF.make("datalist", { id: "audit-kinds" }, Object.entries(KINDS).map(([value, label]) => EF.make("option", { value, label }))));
    let waiting = 0;
    form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => load(true), 250); });
    form.addEventListener("submit", (event) => event.preventDefault());
    list = EF.make("tbody");
    wrong = EF.make("div");
    whole = EF.make("p", { role: "status" });
    more = EF.button(word("Show more"), () => load(false));
    const heads = [word("Number"), word("Time"), word("Person"), word("What"), word("About"), word("Details")].map((text) => EF.make("th", { scope: "col" }, text));
    element.replaceChildren(EF.make("h1", {}, word("Audit")), EF.make("p", {}, word("Every sign-in, view, play, code, change, export and refused request. Nothing here can be changed.")), whole, form, wrong,
      EF.make("div.wide", { tabindex: "0", role: "group", "aria-label": word("Events") }, EF.make("table", {}, EF.make("thead", {}, EF.make("tr", {}, heads)), list)), more);
    EF.onZone(() => load(true));
  }

  EF.addView("audit", { begin, show: () => load(true), keys: {} });
  EF.beginRoom(() => EF.openView());
})(window.EF);
