/* The plan of work: who has how much, and how the distressing clips are spread. */
"use strict";
(function (EF) {
  const word = EF.word;
  /** At a thousand clips in a shift of nine hours there are so many seconds for each. */
  const SECONDS = 28.8;

  async function show() {
    const element = document.getElementById("view-plan"), wrong = EF.make("div"), list = EF.make("div");
    element.replaceChildren(EF.make("h1", {}, word("Plan of work")), wrong, list);
    await EF.attempt(async () => {
      const { people, queues, spread } = await EF.get("/api/plan");
      const most = Math.max(1, ...people.map((one) => one.open + one.taken + one.done));
      list.replaceChildren(EF.make("h2", {}, word("People")),
        EF.table(word("People"), [word("Person"), word("Open"), word("In progress"), word("Done"), word("Distressing"), word("Clips an hour"), word("Share")],
          people.map((one) => [one.display, EF.number(one.open), EF.number(one.taken), EF.number(one.done), EF.number(one.distress),
            one.hour === null || one.hour === undefined ? "–" : String(Math.round(one.hour)),
            EF.make("progress", { max: most, value: one.open + one.taken + one.done, "aria-label": word("Share of {0}", one.display) })])),
        EF.make("p", {}, spread || word("Clips that were coded as distressing go to the person who has heard the fewest of them.")),
        EF.make("h2", {}, word("Queues")),
        EF.table(word("Queues"), [word("Queue"), word("Open"), word("In progress"), word("Done"), word("Second opinion")],
          queues.map((one) => [one.name, EF.number(one.open), EF.number(one.taken), EF.number(one.done), EF.number(one.second)])),
        EF.make("p.hint", {}, word("A thousand clips in nine hours leave {0} s for each. Plan breaks, and fewer of the distressing ones.", SECONDS)));
    }, wrong);
  }

  EF.addView("plan", { begin: () => null, show, keys: {} });
})(window.EF);
