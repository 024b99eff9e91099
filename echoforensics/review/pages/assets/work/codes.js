/* The codes of the project, each by one key. */
"use strict";
(function (EF) {
  const word = EF.word;

  /**
   * @param {object} context of the item
   * @returns {{element: HTMLElement, show: (decision: object) => void, toggle: (id: string) => void}}
   */
  EF.codesPart = function (context) {
    let set = [];
    const buttons = new Map();
    function toggle(id) {
      if (context.fixed) { EF.say(word("You may read and listen here, not code.")); return; }
      const has = set.includes(id);
      set = has ? set.filter((one) => one !== id) : [...set, id];
      draw();
      context.change("codes", { add: has ? [] : [id], remove: has ? [id] : [] });
      EF.say(has ? word("{0}: taken away", EF.codeLabel(id)) : word("{0}: set", EF.codeLabel(id)));
    }
    function draw() {
      for (const [id, button] of buttons) button.setAttribute("aria-pressed", String(set.includes(id)));
    }
    for (const code of EF.me.codes) {
      buttons.set(code.id, EF.make("button.code", { "aria-pressed": "false", disabled: context.fixed, on: { click: () => toggle(code.id) } },
        EF.make("kbd", { "aria-hidden": "true" }, code.key), " ", EF.codeLabel(code.id)));
    }
    return {
      element: EF.make("section", { "aria-labelledby": "codes-title" }, EF.make("h2", { id: "codes-title" }, word("Codes")),
        EF.make("div.codes", { role: "group", "aria-labelledby": "codes-title" }, ...buttons.values())),
      show(decision) { set = [...decision.codes]; draw(); },
      toggle,
    };
  };
})(window.EF);
