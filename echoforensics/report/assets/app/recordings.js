/* The recordings: each distinct one once, voices apart from the device's own sounds. */
"use strict";
(function (EF) {
  const word = EF.word, PAGE = 40;
  let all = [], shown = [], drawn = 0, at = -1, form = null, list = null, count = null, end = null;
  const NAMES = ["text", "state", "group", "sounds"];

  function card(number) {
    const one = all[number], exhibit = one.exhibits[0];
    const texts = one.texts.map(([from, text]) => EF.make("p.said", {}, EF.quoted(text), " ", EF.links([from])));
    return EF.make("article.card.recording", { id: "recording-" + exhibit, tabindex: "-1", "data-subject": exhibit, "aria-label": exhibit },
      EF.make("header", {}, EF.make("h3", {}, EF.links(one.exhibits)), one.state === "live" ? null : EF.make("p.state", {}, EF.term("states", one.state)),
        one.redaction ? EF.make("p.state", {}, one.withheld ? word("Withheld") : word("Redacted")) : null),
      EF.playerFor(number), texts, EF.heardByPeople(one.human),
      EF.make("details.why", {}, EF.make("summary", {}, word("Time, format, hash and places")), EF.recordingFacts(one)),
      EF.marks.controls(exhibit));
  }

  const search = (one) => EF.fullFold([...one.exhibits, one.sha256, one.format, ...one.places, ...one.interactions,
    ...one.texts.map(([, text]) => text), ...(one.human || []).map(([, text]) => text)].join("\n"));

  /** The heading that a recording stands under. */
  function group(number, by) {
    const one = all[number];
    if (by === "interaction") return one.interactions[0] || word("No interaction");
    if (by === "places") return one.places.length > 1 ? word("The same bytes at several places") : word("At one place");
    return one.chime ? word("Sounds of the device itself") : word("Voices, and what else was recorded");
  }

  const value = (name) => form.elements[name].value;

  function apply(address = true) {
    const asked = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
    if (address) EF.go("recordings", asked, true);
    const wanted = asked.text ? EF.fullFold(asked.text) : "";
    shown = all.map((_, number) => number).filter((number) => {
      const one = all[number];
      return (!wanted || search(one).includes(wanted)) && (!asked.state || one.state === asked.state) &&
        (!asked.sounds || (asked.sounds === "device") === one.chime);
    });
    const order = (number) => asked.group === "interaction" ? all[number].interactions[0] || "~" : asked.group === "places"
      ? -all[number].places.length : Number(all[number].chime);
    shown.sort((a, b) => order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : a - b);
    count.textContent = word("{0} of {1} distinct recordings", EF.number(shown.length), EF.number(all.length));
    drawn = 0;
    at = -1;
    list.replaceChildren();
    more();
  }

  function more(until = drawn + PAGE) {
    const made = document.createDocumentFragment(), by = value("group");
    for (; drawn < Math.min(until, shown.length); drawn++) {
      const title = group(shown[drawn], by);
      if (!drawn || group(shown[drawn - 1], by) !== title) {
        made.append(EF.make("h2.day", {}, /^IN-/.test(title) ? EF.links([title]) : title));
      }
      made.append(card(shown[drawn]));
    }
    list.append(made);
    end.hidden = drawn >= shown.length;
  }

  async function current(position) {
    if (!shown.length) return;
    at = Math.min(Math.max(position, 0), shown.length - 1);
    if (at >= drawn) more(at + PAGE);
    const card = document.getElementById("recording-" + all[shown[at]].exhibits[0]);
    for (const other of list.querySelectorAll(".card.current")) other.classList.remove("current");
    card.classList.add("current");
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
    EF.prepareRecording(shown[at]);
  }

  async function begin(element) {
    all = await EF.loadRecordings();
    const field = (label, control) => EF.make("div.field", {}, EF.make("label", { for: control.id }, label), control);
    const choice = (name, made) => EF.make("select", { id: "rec-" + name, name }, made.map(([held, text]) => EF.make("option", { value: held }, text)));
    const states = [...new Set(all.map((one) => one.state))];
    form = EF.make("form.filters", { autocomplete: "off", "aria-label": word("Filters") },
      field(word("Text"), EF.make("input", { id: "rec-text", name: "text", type: "search", spellcheck: "false" })),
      field(word("State"), choice("state", [["", word("any")], ...states.map((state) => [state, EF.term("states", state)])])),
      field(word("Sounds"), choice("sounds", [["", word("any")], ["voice", word("all but the device's own")], ["device", word("the device's own")]])),
      field(word("Grouped by"), choice("group", [["", word("voices and device sounds")], ["interaction", word("interaction")], ["places", word("identical bytes")]])),
      EF.make("button", { on: { click: () => { form.reset(); apply(); } } }, word("Clear")));
    form.addEventListener("input", () => apply());
    form.addEventListener("submit", (event) => event.preventDefault());
    count = EF.make("p.count", { role: "status", "aria-live": "polite" });
    list = EF.make("div.cards");
    end = EF.make("button.more", { on: { click: () => more() } }, word("Show more"));
    element.replaceChildren(EF.make("h1.quiet", {}, word("Recordings")), form, count,
      EF.make("p.hint", {}, word("The text beside a recording is what the service recognised; it can be wrong. Listen before relying on it.")), list, end);
    if (!all.length) list.before(EF.make("p.hint", {}, word("This report holds no recording.")));
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && drawn) more(); }, { rootMargin: "800px" }).observe(end);
    EF.onZone(() => apply(false));
  }

  async function show(given) {
    for (const name of NAMES) form.elements[name].value = given[name] || "";
    apply(false);
  }

  EF.addView("recordings", {
    begin, show,
    keys: {
      next: () => current(at + 1), previous: () => current(at - 1), search: () => form.elements.text.focus(),
      subject: () => at < 0 ? null : all[shown[at]].exhibits[0], sound: () => at < 0 ? -1 : shown[at],
    },
  });
})(window.EF);
