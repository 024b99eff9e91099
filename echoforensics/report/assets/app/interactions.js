/* The interactions: a strip of days, a strip of the hours of one day, and a card for each. */
"use strict";
(function (EF) {
  const word = EF.word, PAGE = 40, MOST_DAYS = 120;
  let all = [], shown = [], drawn = 0, at = -1, form = null, hours = null, days = null, cards = null, count = null, asked = {}, end = null;
  const NAMES = ["text", "device", "day", "hour", "signs", "against", "sound", "marked"];
  const texts = new WeakMap();

  const holds = (one, wanted) => {
    if (!texts.has(one)) texts.set(one, EF.cardText(one));
    return texts.get(one).includes(wanted);
  };
  const value = (name) => {
    const field = form.elements[name];
    return field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
  };

  /** Whether an interaction is wanted, by all but its day and hour. */
  function wanted(one, marked) {
    if (asked.text && !holds(one, EF.fullFold(asked.text))) return false;
    if (asked.device && !one.devices.some((device) => device.serial === asked.device)) return false;
    if (asked.signs && !one.unintended) return false;
    if (asked.against && !one.contradictions.length) return false;
    if (asked.sound && !one.recordings.length) return false;
    return !marked || marked.has("IN-" + Number(one.number.slice(3))) ||
      one.members.some((member) => marked.has(Number(member.exhibit.slice(3))));
  }

  /** A strip of buttons, each as high as there are interactions. */
  function strip(element, label, bars, chosen, choose) {
    const most = Math.max(1, ...bars.map((bar) => bar.count));
    const had = element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    element.setAttribute("aria-label", label);
    element.replaceChildren(...bars.map((bar) => {
      const made = EF.make("button.bar", {
        "aria-pressed": String(bar.key === chosen), "data-key": bar.key, disabled: !bar.count && bar.key !== chosen,
        "aria-label": word("{0}, interactions: {1}", bar.label, bar.count), title: word("{0}, interactions: {1}", bar.label, bar.count),
        on: { click: () => choose(bar.key === chosen ? "" : bar.key) },
      }, EF.make("span.fill"), EF.make("span.name", { "aria-hidden": "true" }, bar.name));
      made.firstChild.style.height = Math.round(bar.count / most * 100) + "%";
      return made;
    }));
    const again = had && [...element.children].find((bar) => bar.dataset.key === had);
    if (again) again.focus();
  }

  function strips(found) {
    const byDay = new Map(), byHour = new Array(24).fill(0);
    for (const one of found) {
      if (one.second === null) continue;
      const day = EF.day(one.second);
      byDay.set(day, (byDay.get(day) || 0) + 1);
      if (!asked.day || asked.day === day) byHour[EF.hour(one.second)]++;
    }
    const known = [...byDay].sort();
    days.hidden = known.length < 2 || known.length > MOST_DAYS;
    if (!days.hidden) {
      // A day says its year where that is another than the one before it.
      const name = (day, at) => (at && known[at - 1][0].slice(0, 4) === day.slice(0, 4) ? day.slice(5) : day);
      strip(days, word("Days ({0})", EF.zone()), known.map(([day, number], at) => ({ key: day, label: day, name: name(day, at), count: number })),
        asked.day, (key) => choose({ day: key, hour: "" }));
    }
    strip(hours, asked.day ? word("Hours of {0} ({1})", asked.day, EF.zone()) : word("Hours of the day ({0})", EF.zone()),
      byHour.map((number, hour) => ({ key: String(hour), label: String(hour).padStart(2, "0") + ":00", name: hour % 3 ? "" : String(hour).padStart(2, "0"), count: number })),
      asked.hour, (key) => choose({ hour: key }));
  }

  function choose(change) {
    for (const [name, text] of Object.entries(change)) form.elements[name].value = text;
    apply();
  }

  function apply(address = true) {
    asked = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
    if (address) EF.go("interactions", asked, true);
    const marked = asked.marked ? EF.marks.markedExhibits() : null;
    const found = all.filter((one) => wanted(one, marked));
    strips(found);
    shown = found.filter((one) => (!asked.day || (one.second !== null && EF.day(one.second) === asked.day)) &&
      (!asked.hour || (one.second !== null && EF.hour(one.second) === Number(asked.hour))));
    count.textContent = word("{0} of {1} interactions", EF.number(shown.length), EF.number(all.length));
    drawn = 0;
    at = -1;
    cards.replaceChildren();
    more();
    document.documentElement.dataset.filtered = String(performance.now());
  }

  /** Draw the next cards, with the day above the first of each day. */
  function more(until = drawn + PAGE) {
    const made = document.createDocumentFragment();
    for (; drawn < Math.min(until, shown.length); drawn++) {
      const one = shown[drawn], before = shown[drawn - 1];
      const day = one.second === null ? word("No time in UTC") : EF.day(one.second);
      const last = !before ? null : before.second === null ? word("No time in UTC") : EF.day(before.second);
      if (day !== last) made.append(EF.make("h2.day", {}, day));
      made.append(EF.card(one));
    }
    cards.append(made);
    end.hidden = drawn >= shown.length;
  }

  async function current(position, focus = true) {
    if (!shown.length) return;
    at = Math.min(Math.max(position, 0), shown.length - 1);
    if (at >= drawn) more(at + PAGE);
    const card = document.getElementById("card-" + shown[at].number);
    for (const other of cards.querySelectorAll(".card.current")) other.classList.remove("current");
    card.classList.add("current");
    if (focus) card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "start" });
    EF.prepareRecording(sound());
  }

  const sound = () => at < 0 || !shown[at].recordings.length ? -1 : shown[at].recordings[0];

  function filters() {
    const field = (label, control) => EF.make("div.field", {}, EF.make("label", { for: control.id }, label), control);
    const tick = (name, label) => EF.make("label.tick", {}, EF.make("input", { type: "checkbox", name, value: "1" }), " ", label);
    const devices = new Map();
    for (const one of all) for (const device of one.devices) if (device.serial) devices.set(device.serial, device.name || device.serial);
    form = EF.make("form.filters", { autocomplete: "off", "aria-label": word("Filters") },
      field(word("Text"), EF.make("input", { id: "in-text", name: "text", type: "search", spellcheck: "false" })),
      field(word("Device"), EF.make("select", { id: "in-device", name: "device" }, EF.make("option", { value: "" }, word("any")),
        [...devices].map(([serial, name]) => EF.make("option", { value: serial }, name)))),
      field(word("Day"), EF.make("input", { id: "in-day", name: "day", type: "date" })),
      EF.make("input", { name: "hour", type: "hidden" }),
      tick("signs", word("with signs that it was not intended")), tick("against", word("where records do not agree")),
      tick("sound", word("with a recording")), tick("marked", word("only marked")),
      EF.make("button", { on: { click: () => { form.reset(); form.elements.hour.value = ""; apply(); } } }, word("Clear")),
      EF.make("button", { on: { click: () => EF.printInteractions(shown) } }, word("Print these")));
    let waiting = 0;
    form.addEventListener("input", (event) => {
      clearTimeout(waiting);
      if (event.target.name === "day") form.elements.hour.value = "";
      waiting = setTimeout(() => apply(), event.target.name === "text" ? 120 : 0);
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  /** An exhibit of an interaction, by which it is known when interactions are numbered anew. */
  EF.exhibitOf = (number) => (all.find((one) => one.number === number)?.members || []).find((member) => member.exhibit)?.exhibit || "";

  async function begin(element) {
    all = await EF.loadInteractions();
    days = EF.make("div.strip.days", { role: "group" });
    hours = EF.make("div.strip.hours", { role: "group" });
    cards = EF.make("div.cards");
    count = EF.make("p.count", { role: "status", "aria-live": "polite" });
    end = EF.make("button.more", { on: { click: () => more() } }, word("Show more"));
    element.replaceChildren(EF.make("h1.quiet", {}, word("Interactions")), filters(), days, hours, count, cards, end);
    if (!all.length) cards.before(EF.make("p.hint", {}, word("This report holds no interaction.")));
    new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting) && drawn) more(); }, { rootMargin: "800px" }).observe(end);
    EF.onZone(() => apply(false));
  }

  async function show(given) {
    if (!given.open || !shown.length) {
      for (const name of NAMES) {
        const field = form.elements[name];
        if (field.type === "checkbox") field.checked = Boolean(given[name]);
        else field.value = given[name] || "";
      }
      apply(false);
    }
    if (!given.open) return;
    if (!all.some((one) => one.number === given.open)) { EF.say(word("There is no interaction {0} in this report.", given.open)); return; }
    if (!shown.some((one) => one.number === given.open)) { form.reset(); form.elements.hour.value = ""; apply(false); }
    await current(shown.findIndex((one) => one.number === given.open));
  }

  EF.addView("interactions", {
    begin, show,
    keys: {
      next: () => current(at + 1), previous: () => current(at - 1), search: () => form.elements.text.focus(),
      subject: () => at < 0 ? null : shown[at].number, sound,
    },
  });
})(window.EF);
