/* One clip: its sound, what the records and a machine say of it, and what this person decides. */
"use strict";
(function (EF) {
  const word = EF.word;
  let context = null, parts = null, warning = null, round = 0;

  const element = () => document.getElementById("view-item");
  const empty = { codes: [], notes: "", transcript: [], finished: false };

  /** The decision with what is not saved yet. */
  function shown(decision) {
    const made = { ...empty, ...decision, codes: [...(decision && decision.codes || [])] };
    for (const { kind, body } of EF.saving.of(context.id)) {
      if (kind === "codes") made.codes = [...made.codes.filter((one) => !(body.remove || []).includes(one)), ...(body.add || []).filter((one) => !made.codes.includes(one))];
      else if (kind === "notes") made.notes = body.text;
      else if (kind === "transcript") made.transcript = body.segments;
      else if (kind === "finish") made.finished = true;
    }
    return made;
  }

  function draw() {
    const decision = shown(context.decision);
    for (const part of [parts.codes, parts.notes, parts.transcript]) part.show(decision);
    const conflict = EF.conflict(context.id), before = parts.conflict.firstChild;
    if (!conflict) parts.conflict.replaceChildren();
    else if (!before || before.textContent !== conflict.textContent) parts.conflict.replaceChildren(conflict);
    parts.done.hidden = !decision.finished;
  }

  /** What others decided, as far as this person may see it. */
  function others(found) {
    if (!found.length) return null;
    return EF.make("section", { "aria-labelledby": "others-title" }, EF.make("h2", { id: "others-title" }, word("Others")),
      EF.make("ul", {}, found.map((one) => EF.make("li", { dir: "auto" }, EF.make("strong", {}, one.who || word("Somebody else")), ": ",
        (one.codes || []).map(EF.codeLabel).join(", ") || word("no codes"), one.notes ? " · " + EF.visible(one.notes) : ""))));
  }

  /** The same sound in other cases, and where it was decided. */
  function equal(found) {
    return (found.equal || []).map((one) => EF.make("p.hint", { dir: "auto" }, one.decided
      ? word("Decided at the same sound: {0} of the case {1}, by {2}.", one.about, EF.visible(one.case), EF.visible(found.item.assigned || ""))
      : word("The same sound is {0} of the case {1}; one decision holds for both.", one.about, EF.visible(one.case))));
  }

  function statements(found) {
    if (!found.length) return null;
    return EF.make("section", {}, EF.make("h2", {}, word("What the records say")), EF.make("ul", {}, found.map((one) =>
      EF.make("li", {}, typeof one === "string" ? EF.visible(one) : EF.visible(one.says || one.text || ""), one.exhibit ? [" ", EF.link(one.exhibit)] : null))));
  }

  function evidence(found) {
    const box = EF.make("div.told"), interaction = found.interaction;
    if (interaction) box.append(EF.make("h2", {}, word("Evidence")), EF.card({ ...interaction, recordings: [] }));
    box.append(...[statements(found.statements || [])].filter(Boolean));
    // A card has what a machine heard; a recording without one has it here.
    if (!interaction) {
      box.append(...(found.machine || []).map((one) => EF.make("p.machine", {}, EF.make("strong", {}, word("Found by a machine; it can be wrong:")), " ",
        EF.visible(one.says), " ", EF.link(one.exhibit))));
    }
    for (const one of found.recordings || []) {
      const texts = interaction ? [] : (one.texts || []).map(([exhibit, text]) => EF.make("p.said", {}, EF.quoted(text), " ", EF.link(exhibit)));
      if (texts.length) box.append(EF.make("h2", {}, word("Heard, as the service stored it")));
      box.append(...texts, EF.make("details.why", {}, EF.make("summary", {}, word("Time, format, hash and places")), EF.recordingFacts(one)));
    }
    return box;
  }

  function make(found) {
    const told = evidence(found);
    warning = EF.warning(context, told);
    parts = { codes: EF.codesPart(context), notes: EF.notesPart(context), transcript: EF.transcriptPart(context), redaction: EF.redactionPart(context),
      conflict: EF.make("div"), done: EF.make("p.done", { hidden: true }, word("Finished")), present: EF.make("p.present", { role: "status", hidden: true }) };
    const queue = EF.me.queues.find((one) => one.id === context.queue);
    const sound = found.numbers.length ? found.numbers.map((number) => EF.playerFor(number)) : EF.make("p.hint", {}, word("This clip has no recording."));
    const act = EF.make("p.buttons", {}, EF.button(word("Finish and next (f)"), () => finish(), { primary: true }), EF.button(word("Undo (u)"), () => undo()));
    act.hidden = context.fixed;
    const auto = EF.tick(word("Autoplay the next clip (a)"), { id: "autoplay" }), box = auto.querySelector("input");
    box.checked = autoplay();
    box.addEventListener("change", () => EF.remember("autoplay", box.checked ? "on" : "off"));
    element().replaceChildren(
      EF.make("p.over", {}, EF.make("a", { href: EF.address("queue", { id: context.queue }) }, queue ? queue.name : word("Queue"))),
      EF.make("h1.quiet", { tabindex: "-1" }, found.item.about), parts.present,
      found.blind ? EF.make("p.hint", {}, word("A second opinion: what others decided is not shown to you.")) : "",
      found.copies ? EF.make("p.hint", {}, found.copies === 1 ? word("This decision applies to 1 more recording with the same sound.")
        : word("This decision applies to {0} more recordings with the same sound.", found.copies)) : "",
      ...equal(found),
      found.read_only && EF.mayCode() ? EF.make("p.hint", {}, word("This decision is closed, or somebody else's: you can read and listen.")) : "",
      parts.conflict,
      EF.make("div.desk", {}, EF.make("div.sound", {}, warning.element, sound, told),
        EF.make("div.coding", {}, parts.done, parts.codes.element, act, auto, others(found.others || []), parts.notes.element,
          parts.transcript.element, found.numbers.length && !context.fixed ? parts.redaction.element : null)));
    parts.redaction.begin();
    draw();
  }

  const autoplay = () => EF.remembered("autoplay") === "on";

  async function show(asked) {
    const now = ++round, id = asked.id || "";
    EF.player.stop();
    const wrong = EF.make("div");
    const ok = await EF.attempt(async () => {
      const found = await EF.readClip(id, (fresh) => {
        if (now !== round || !EF.saving.know(id, fresh.version)) return;
        context.decision = fresh.decision;
        if (fresh.read_only !== found.read_only) { make({ ...fresh, numbers: found.numbers }); return; }
        draw();
      });
      if (now !== round) return;
      context = { id, queue: asked.queue || found.item.queue, item: found.item, decision: found.decision, recordings: found.numbers, next: found.next,
        seconds: found.numbers.length ? EF.recordings()[found.numbers[0]].seconds : null, fixed: found.read_only || !EF.mayCode(),
        change: (kind, body) => EF.saving.add(id, kind, body) };
      EF.saving.know(id, found.version);
      make(found);
      EF.present(id, parts.present);
      element().querySelector("h1").focus({ preventScroll: true });
      window.scrollTo(0, 0);
      document.documentElement.dataset.item = id;
      if (autoplay() && found.numbers.length && !warning.closed()) EF.player.play(found.numbers[0]);
      EF.readAhead(found.next);
    }, wrong);
    if (!ok && now === round) {
      context = null;
      element().replaceChildren(EF.make("h1", {}, word("This clip cannot be shown")), wrong,
        EF.make("p.buttons", {}, EF.button(word("Try again"), () => show(asked)), EF.make("a", { href: "#queues" }, word("Your queues"))));
    }
  }

  async function finish() {
    if (!context || context.fixed) return;
    const { id, queue } = context;
    EF.saving.add(id, "finish", {});
    if (await EF.saving.flush(id)) await EF.takeNext(queue, id);
    else EF.say(word("Not saved yet: you can go on when it is."));
  }

  async function undo() {
    if (!context || context.fixed) return;
    // What is on its way is not lost by it: it is undone, too.
    await EF.saving.flush(context.id);
    EF.saving.add(context.id, "undo", {});
    EF.say(word("Undone"));
  }

  /** Leave the clip to somebody else. */
  EF.leaveClip = async function () {
    const { id, queue, fixed } = context;
    if (!fixed && !await EF.attempt(() => EF.post("/api/items/" + encodeURIComponent(id) + "/leave"))) return;
    EF.go("queue", { id: queue });
    EF.say(word("Left to somebody else"));
  };

  EF.beginItem = function () {
    EF.saving.onChange((event) => {
      if (!context || event.item !== context.id || !parts) return;
      if (event.decision) context.decision = event.decision;
      draw();
    });
    // At the end of a sound nothing is decided: the next comes when this one is finished.
    EF.player.onEnded(() => { if (context) EF.readAhead(context.next); });
  };

  const sound = () => context && context.recordings.length ? context.recordings[0] : -1;
  EF.addView("item", {
    begin: () => null, show,
    keys: {
      sound, finish, undo, open: () => warning && warning.open(), code: (id) => parts && parts.codes.toggle(id),
      note: () => parts && parts.notes.focus(), transcript: () => parts && parts.transcript.focus(), redact: () => parts && !context.fixed && parts.redaction.toggle(),
      autoplay() { const box = document.getElementById("autoplay"); if (box) box.click(); EF.say(autoplay() ? word("Autoplay on") : word("Autoplay off")); },
    },
  });
})(window.EF);
