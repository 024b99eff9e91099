/* The people of the room: new ones, their roles, their queues, and links with which they set themselves up. */
"use strict";
(function (EF) {
  const word = EF.word, ROLES = () => ["reviewer", "reader", "examiner", "supervisor"].map((role) => [role, EF.roleName(role)]);
  let list = null, wrong = null;

  /** A link is shown once: it is a key to the account. */
  function showLink(display, link) {
    const whole = new URL(link, window.location.origin).href, close = EF.make("button.primary", {}, word("Close"));
    const field = EF.make("input", { readonly: true, value: whole });
    const dialog = EF.dialog(word("A link for {0}", display), EF.make("p", {}, word("Give it to this person only. It works once and is not shown again.")),
      EF.field(word("Link"), field), EF.make("p.buttons", {}, EF.button(word("Copy"), async () => {
        field.select();
        try { await navigator.clipboard.writeText(whole); EF.say(word("Copied")); }
        catch (error) { if (!(error instanceof DOMException)) throw error; EF.say(word("Press Ctrl+C: the link is selected.")); }
      }), close));
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    field.focus();
    field.select();
  }

  /** Change a person. The control shows it already; where it was refused, the list is shown as it is. */
  async function change(one, body) {
    if (await EF.attempt(() => EF.call("PATCH", "/api/people/" + encodeURIComponent(one.id), body), wrong)) EF.say(word("Saved"));
    else await EF.attempt(load);
  }

  const given = (one, queues) => queues.filter((queue) => (queue.people || []).includes(one.id));

  /** Give a person queues, or take them away: a queue knows its people. */
  function chooseQueues(one, queues) {
    const ticks = queues.map((queue) => EF.tick(queue.name, { value: queue.id, checked: given(one, [queue]).length > 0 }));
    const keep = EF.make("button.primary", {}, word("Save")), cancel = EF.make("button", {}, word("Cancel"));
    const dialog = EF.dialog(word("Queues of {0}", one.display), ...(queues.length ? ticks : [EF.make("p.hint", {}, word("none"))]), EF.make("p.buttons", {}, keep, cancel));
    cancel.addEventListener("click", () => dialog.close());
    keep.addEventListener("click", () => EF.attempt(async () => {
      const wanted = ticks.map((tick) => tick.querySelector("input").checked);
      dialog.close();
      for (const [at, queue] of queues.entries()) {
        if (wanted[at] === given(one, [queue]).length > 0) continue;
        const others = (queue.people || []).filter((id) => id !== one.id);
        await EF.call("PATCH", "/api/queues/" + encodeURIComponent(queue.id), { people: wanted[at] ? [...others, one.id] : others });
      }
      await load();
      EF.say(word("Saved"));
    }, wrong));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }

  function row(one, queues) {
    const role = EF.choice(ROLES(), { "aria-label": word("Role of {0}", one.display) });
    role.value = one.role;
    role.addEventListener("change", () => change(one, { role: role.value }));
    const active = EF.make("input", { type: "checkbox", checked: Boolean(one.active), "aria-label": word("{0} may sign in", one.display) });
    active.addEventListener("change", () => change(one, { active: active.checked }));
    const names = given(one, queues).map((queue) => queue.name);
    const ways = (one.second || []).map((way) => way === "totp" ? word("codes") : word("security key")).join(", ");
    return [EF.make("span", {}, EF.make("strong", {}, one.display), EF.make("span.soft", {}, " " + EF.visible(one.name))), role, active, ways || word("not set up"),
      EF.make("span", {}, names.join(", ") || "–", " ", EF.button(word("Choose"), () => chooseQueues(one, queues), { "aria-label": word("Queues of {0}", one.display) })),
      EF.moment(one.last),
      EF.button(word("New link"), () => EF.attempt(async () => showLink(one.display, (await EF.post("/api/people/" + encodeURIComponent(one.id) + "/link")).link), wrong),
        { "aria-label": word("New link for {0}", one.display) })];
  }

  async function load() {
    const [{ people }, { queues }] = await Promise.all([EF.get("/api/people"), EF.get("/api/queues")]);
    list.replaceChildren(EF.table(word("People"), [word("Person"), word("Role"), word("May sign in"), word("Second step"), word("Queues"), word("Last sign-in"), ""],
      people.map((one) => row(one, queues))));
  }

  function form() {
    const name = EF.make("input", { name: "name", required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false", autocomplete: "off" });
    const display = EF.make("input", { name: "display", required: true, maxlength: "200", autocomplete: "off" });
    const role = EF.choice(ROLES(), { name: "role" }), fault = EF.make("div");
    const made = EF.make("form.filters", { "aria-label": word("Add a person") }, EF.field(word("Name to sign in with"), name), EF.field(word("Name as others see it"), display),
      EF.field(word("Role"), role), EF.make("button.primary", { }, word("Add and create a link")));
    made.querySelector("button").type = "submit";
    made.addEventListener("submit", async (event) => {
      event.preventDefault();
      await EF.attempt(async () => {
        const { link } = await EF.post("/api/people", { name: name.value.trim(), display: display.value.trim(), role: role.value });
        showLink(display.value.trim(), link);
        made.reset();
        await load();
      }, fault);
    });
    return [made, fault];
  }

  EF.addView("people", {
    begin(element) {
      list = EF.make("div");
      wrong = EF.make("div");
      element.replaceChildren(EF.make("h1", {}, word("People")), wrong, list, EF.make("h2", {}, word("Add a person")), ...form());
    },
    show: () => EF.attempt(load, wrong), keys: {},
  });
})(window.EF);
