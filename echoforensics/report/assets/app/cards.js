/* One interaction as a card: when, where, what was heard, what was answered, its sound, and why it belongs together. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** When it began, with how far that may be off. */
  function when(one) {
    if (one.second === null) return EF.make("p.when", {}, word("no time in UTC is known"));
    const off = one.uncertainty ? " " + word("± {0} s", (one.uncertainty / 1e6).toFixed(1)) : "";
    const local = EF.local(one.second, one.micro);
    return EF.make("p.when", { title: one.start_basis }, EF.make("time", {}, EF.utc(one.second, one.micro)), off,
      local ? EF.make("span.local", {}, local) : null);
  }

  const device = (held) => held.name || held.serial || held.type || "";

  function devices(one) {
    if (!one.devices.length && !one.account) return null;
    return EF.make("p.where", {}, one.devices.flatMap((held, at) => [at ? ", " : "", EF.quoted(device(held)),
      held.name && held.serial ? EF.make("span.soft", {}, " " + EF.visible(held.serial)) : null]),
    one.persons.length ? [" · " + word("voice recognised as") + " ", EF.quoted(one.persons.join(", "))] : null);
  }

  /** What was heard: as the service stored it; what a machine heard stands apart. */
  function heard(one) {
    const text = one.transcript ? EF.make("p.said", {}, EF.quoted(one.transcript))
      : EF.make("p.said.none", {}, one.transcript === "" ? word("The service stored an empty text.") : word("No record holds a text."));
    return [EF.make("h4", {}, word("Heard, as the service stored it")), text, ...EF.heardByPeople(one.human),
      ...one.machine.map((found) => EF.make("p.machine", {}, EF.make("strong", {}, word("Found by a machine; it can be wrong:")), " ",
        EF.visible(found.says), " ", EF.links([found.exhibit])))];
  }

  /** What people wrote down of it in a review room, beside the service's text. */
  EF.heardByPeople = function (human) {
    return (human || []).map(([exhibit, text, author]) => EF.make("p.said.human", {}, EF.make("strong", {}, word("Written down by {0}:", EF.visible(author))), " ",
      EF.quoted(text), " ", EF.links([exhibit])));
  };

  /** What else people wrote about it, as the case holds it. */
  function annotations(one) {
    const written = new Set((one.human || []).map(([exhibit]) => exhibit)), others = one.annotations.filter((found) => !written.has(found.exhibit));
    if (!others.length) return [];
    return [EF.make("h4", {}, word("Annotations in the case")), EF.make("ul", {}, others.map((found) =>
      EF.make("li.annotation", {}, EF.visible(found.says) + " ", EF.links([found.exhibit]))))];
  }

  function answered(one) {
    if (!one.answers.length) return [];
    return [EF.make("h4", {}, word("Answered")), ...one.answers.map((answer) => EF.make("p.answer", {}, EF.quoted(answer.text),
      EF.make("span.soft", {}, " " + EF.visible(answer.kind) + ". " + EF.visible(answer.origin) + " "), EF.links([answer.exhibit])))];
  }

  const statement = (side) => EF.make("li", {}, EF.visible(side.says) + " ", side.exhibit ? EF.links([side.exhibit]) : null);

  function disagreements(one) {
    return one.contradictions.map((found) => EF.make("div.against", {}, EF.make("h4", {}, word("Records do not agree")),
      EF.make("p", {}, found.what), EF.make("ul", {}, found.sides.map(statement))));
  }

  function signs(one) {
    const found = one.unintended;
    if (!found) return [];
    return [EF.make("div.signs", {}, EF.make("h4", {}, word("Signs that it was not intended: {0}", found.signs.map((sign) => EF.term("signs", sign)).join(", "))),
      EF.make("div.sides", {},
        EF.make("div", {}, EF.make("h5", {}, word("What speaks for it")), EF.make("ul", {}, found.speaks_for.map(statement))),
        EF.make("div", {}, EF.make("h5", {}, word("What speaks against it")), EF.make("ul", {}, found.speaks_against.map(statement)))))];
  }

  /** Each source, with how many records. */
  function sources(one) {
    const counts = new Map();
    for (const member of one.members) if (member.source !== "none") counts.set(member.source, (counts.get(member.source) || 0) + 1);
    const named = { account: word("account"), device: word("device"), sound: word("sound") };
    const all = [...counts].map(([source, count]) => (named[source] || source) + " (" + count + ")").join(", ");
    const words = counts.size > 1 ? word("{0} independent sources: {1}", counts.size, all) : counts.size ? word("One source: {0}", all)
      : word("No independent source");
    const agree = counts.size > 1 && !one.contradictions.length ? ". " + word("They do not contradict each other.") : ".";
    return EF.make("p.sources", {}, words + agree);
  }

  function members(one) {
    const rows = one.members.map((member) => EF.make("li", {},
      EF.make("p", {}, member.exhibit ? EF.link(member.exhibit) : null,
        EF.make("span.soft", {}, " " + EF.visible(member.kind) + (member.places > 1 ? ", " + word("at {0} places", member.places) : ""))),
      EF.folded("p", member.says),
      EF.make("p.soft", {}, EF.make("strong", {}, EF.term("strengths", member.strength) + ": "), EF.visible(member.reason))));
    const content = [EF.make("ul.members", {}, rows)];
    if (one.statuses.length) {
      content.push(EF.make("h5", {}, word("Status, as each record gives it")), EF.make("ul", {}, one.statuses.map((status) =>
        EF.make("li", {}, EF.quoted(status.status), EF.make("span.soft", {}, " " + (EF.term("statuses", status.status) === status.status ? "" : EF.term("statuses", status.status)) + " "), EF.links([status.exhibit])))));
    }
    if (one.left_open.length) {
      content.push(EF.make("h5", {}, word("What was not joined")), EF.make("ul", {}, one.left_open.map((text) => EF.make("li", {}, text))));
    }
    content.push(EF.make("p.soft", {}, word("Its time:") + " " + EF.visible(one.start_basis)));
    return EF.make("details.why", {}, EF.make("summary", {}, one.members.length === 1 ? word("1 record, and what it is")
      : word("{0} records, and why they belong together", one.members.length)), content);
  }

  /** @param {object} one an interaction @returns {HTMLElement} */
  EF.card = function (one) {
    const card = EF.make("article.card", { id: "card-" + one.number, tabindex: "-1", "data-subject": one.number, "aria-label": one.number });
    card.append(...[
      EF.make("header", {}, EF.make("h3", {}, EF.link(one.number)), when(one), devices(one)),
      one.left_out ? EF.make("p.partial", {}, one.left_out === 1
        ? word("1 record of this interaction is not in this part of the case.")
        : word("{0} records of this interaction are not in this part of the case.", one.left_out)) : null,
      ...heard(one), ...one.recordings.map((number) => EF.playerFor(number)), ...answered(one), ...disagreements(one), ...signs(one),
      sources(one), members(one), ...annotations(one), EF.marks ? EF.marks.controls(one.number) : null,
    ].filter(Boolean));
    return card;
  };

  /** What is searched of an interaction. */
  EF.cardText = function (one) {
    return EF.fullFold([one.number, one.transcript, one.sentence, ...one.answers.map((answer) => answer.text),
      ...[...one.members, ...one.machine, ...one.annotations].flatMap((member) => [member.says, member.exhibit])].filter(Boolean).join("\n"));
  };
})(window.EF);
