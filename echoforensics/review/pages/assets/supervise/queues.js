/* Queues: made from a case with a filter, given to people, with what is heard a second time. */
"use strict";
(function (EF) {
  const word = EF.word;
  let list = null, wrong = null, maker = null, known = { queues: [], cases: [], people: [] };

  const reviewers = () => known.people.filter((one) => one.role !== "reader");
  const ticks = (choices, chosen) => choices.map(([id, name]) => EF.tick(name, { value: id, checked: chosen.includes(id) }));
  const ticked = (made) => made.map((one) => one.querySelector("input")).filter((box) => box.checked).map((box) => box.value);
  const group = (title, made) => EF.make("fieldset", {}, EF.make("legend", {}, title), made.length ? made : EF.make("p.hint", {}, word("none")));

  /** Fields of what is heard a second time. @param {{sample?: number, codes?: string[]}} second */
  function secondFields(second) {
    const sample = EF.make("input", { type: "number", min: "0", max: "100", step: "1", value: String(Math.round((second.sample || 0) * 100)) });
    const codes = ticks(EF.me.codes.map((one) => [one.id, EF.codeLabel(one.id)]), second.codes || []);
    return { shown: [EF.field(word("Second opinion: percent drawn at random"), sample), group(word("Second opinion whenever coded"), codes)],
      value: () => ({ sample: Math.min(100, Math.max(0, Number(sample.value) || 0)) / 100, codes: ticked(codes) }) };
  }

  function edit(one) {
    const people = ticks(known.people.map((person) => [person.id, person.display]), one.people || []), second = secondFields(one.second || {});
    const keep = EF.make("button.primary", {}, word("Save")), cancel = EF.make("button", {}, word("Cancel")), fault = EF.make("div");
    const dialog = EF.dialog(one.name, group(word("People"), people), ...second.shown, fault, EF.make("p.buttons", {}, keep, cancel));
    cancel.addEventListener("click", () => dialog.close());
    keep.addEventListener("click", () => EF.attempt(async () => {
      await EF.call("PATCH", "/api/queues/" + encodeURIComponent(one.id), { people: ticked(people), second: second.value() });
      dialog.close();
      await load();
    }, fault));
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  }

  function row(one) {
    const { open, taken, done } = one.counts || { open: 0, taken: 0, done: 0 };
    const names = (one.people || []).map((id) => (known.people.find((person) => person.id === id) || { display: id }).display);
    const second = one.second || {};
    return [EF.make("a", { href: "/work" + EF.address("queue", { id: one.id }) }, one.name), one.case || "",
      one.kind === "interactions" ? word("interactions") : word("recordings"), names.join(", ") || "–", EF.number(open), EF.number(taken), EF.number(done),
      Math.round((second.sample || 0) * 100) + " %" + ((second.codes || []).length ? " + " + second.codes.map(EF.codeLabel).join(", ") : ""),
      EF.button(word("Change"), () => edit(one), { "aria-label": word("Change {0}", one.name) })];
  }

  function form() {
    const name = EF.make("input", { required: true, maxlength: "200" }), of = EF.choice(known.cases.map((one) => [one.id, one.name]));
    const kind = EF.choice([["recordings", word("recordings")], ["interactions", word("interactions")]]);
    const text = EF.make("input", { type: "search", maxlength: "200" }), from = EF.make("input", { type: "date" }), to = EF.make("input", { type: "date" });
    const device = EF.make("input", { maxlength: "200" }), unintended = EF.tick(word("only with signs that it was not intended"), {}), voices = EF.tick(word("without the device's own sounds"), {});
    const people = ticks(reviewers().map((one) => [one.id, one.display]), []), second = secondFields({ sample: 0.1 }), fault = EF.make("div");
    const send = EF.make("button.primary", {}, word("Create the queue"));
    send.type = "submit";
    const made = EF.make("form", { "aria-label": word("Create a queue") }, EF.make("div.filters", {}, EF.field(word("Name"), name), EF.field(word("Case"), of), EF.field(word("Of"), kind),
      EF.field(word("Text"), text), EF.field(word("From"), from), EF.field(word("To"), to), EF.field(word("Device"), device), unintended, voices),
    group(word("People"), people), EF.make("div.filters", {}, ...second.shown), fault, EF.make("p.buttons", {}, send));
    made.addEventListener("submit", (event) => {
      event.preventDefault();
      EF.attempt(async () => {
        const filter = { text: text.value.trim(), from: from.value, to: to.value, device: device.value.trim(), unintended: unintended.querySelector("input").checked,
          without_device_sounds: voices.querySelector("input").checked };
        await EF.post("/api/queues", { name: name.value.trim(), case: of.value, kind: kind.value, people: ticked(people), second: second.value(),
          filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value)) });
        EF.say(word("The queue was created"));
        await load();
      }, fault);
    });
    return made;
  }

  async function load() {
    const { queues, cases, workers } = await EF.get("/api/queues");
    known = { queues, cases, people: workers };
    list.replaceChildren(queues.length ? EF.table(word("Queues"), [word("Queue"), word("Case"), word("Of"), word("People"), word("Open"), word("In progress"), word("Done"), word("Second opinion"), ""],
      queues.map(row)) : EF.make("p.hint", {}, word("There is no queue yet. Create one below.")));
    maker.replaceChildren(form());
  }

  EF.addView("queues", {
    begin(element) {
      list = EF.make("div");
      wrong = EF.make("div");
      maker = EF.make("div");
      element.replaceChildren(EF.make("h1", {}, word("Queues")), wrong, list, EF.make("h2", {}, word("Create a queue")), maker);
    },
    show: () => EF.attempt(load, wrong), keys: {},
  });
})(window.EF);
