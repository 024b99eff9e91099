/* Asking for a redaction: ranges dragged on the outline or typed to 10 ms, and why. A second person approves it. */
"use strict";
(function (EF) {
  const word = EF.word, STEP = 0.01;
  const to10ms = (seconds) => Math.round(seconds * 100) / 100;
  const REASONS = () => [["privileged", word("privileged")], ["private", word("private")], ["third party", word("third party")],
    ["child", word("child")], ["unrelated", word("unrelated to the matter")], ["", word("another reason")]];

  /**
   * Let ranges be dragged on an outline; a click still moves in the sound.
   * @param {HTMLElement} element @param {() => boolean} on @param {(from: number, to: number, done: boolean) => void} run shares, 0 to 1
   */
  function dragging(element, on, run) {
    let start = null, moved = false;
    const share = (event) => {
      const box = element.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    };
    const ends = (event) => [Math.min(start, share(event)), Math.max(start, share(event))];
    element.addEventListener("pointerdown", (event) => {
      if (!on() || event.button !== 0) return;
      start = share(event);
      moved = false;
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("pointermove", (event) => {
      if (start === null) return;
      moved = moved || Math.abs(share(event) - start) * element.clientWidth > 4;
      if (moved) run(...ends(event), false);
    });
    element.addEventListener("pointerup", (event) => {
      if (start === null) return;
      if (moved) run(...ends(event), true);
      start = null;
    });
    element.addEventListener("pointercancel", () => { start = null; });
    element.addEventListener("click", (event) => { if (moved) { event.stopImmediatePropagation(); moved = false; } }, true);
  }

  /** @param {object} context of the item @returns {{element: HTMLElement, begin: () => void, toggle: () => void}} */
  EF.redactionPart = function (context) {
    let ranges = [], open = false;
    const number = context.recordings[0], seconds = context.seconds || 0;
    const list = EF.make("ol.segments"), wrong = EF.make("div.wrong"), panel = EF.make("div", { hidden: true });
    const reason = EF.choice(REASONS()), other = EF.make("input", { maxlength: "100" }), otherField = EF.field(word("Reason in words"), other);
    const replaced = EF.choice([["silence", word("silence")], ["tone", word("a tone")], ["noise", word("noise")]]);
    const requested = EF.make("div");
    otherField.hidden = true;
    reason.addEventListener("change", () => { otherField.hidden = reason.value !== ""; });

    const wave = () => EF.player.wave(number);
    function mark(more) { if (wave() && seconds) wave().marked([...ranges, ...(more ? [more] : [])], seconds); }
    function draw() {
      list.replaceChildren(...ranges.map((range, at) => {
        const time = (place, label) => {
          const input = EF.make("input", { type: "number", min: "0", max: String(seconds || ""), step: String(STEP), value: range[place].toFixed(2), "aria-label": label });
          input.addEventListener("change", () => { range[place] = to10ms(Math.min(seconds || Infinity, Math.max(0, Number(input.value) || 0))); input.value = range[place].toFixed(2); mark(); });
          return input;
        };
        return EF.make("li.times", {}, time(0, word("Range {0} from, in seconds", at + 1)), " – ", time(1, word("Range {0} to, in seconds", at + 1)), " s ",
          EF.button(word("Remove"), () => { ranges = ranges.filter((one) => one !== range); draw(); }, { "aria-label": word("Remove range {0}", at + 1) }));
      }));
      mark();
    }
    function add(from, to) { ranges.push([to10ms(from), to10ms(to)]); draw(); }

    async function ask() {
      const why = reason.value || other.value.trim();
      const fault = !ranges.length ? word("Add a range first: drag on the outline, or type it.")
        : ranges.some(([from, to]) => from >= to) ? word("A range ends after it begins: correct its times.")
          : !why ? word("Give the reason.") : "";
      if (fault) { EF.warn(wrong, fault); return; }
      if (await EF.attempt(() => EF.post("/api/items/" + encodeURIComponent(context.id) + "/redactions", { ranges, reason: why, with: replaced.value }), wrong)) {
        ranges = [];
        draw();
        await EF.attempt(mine, wrong);
        button.focus();
        EF.say(word("Requested. Somebody else has to approve it."));
      }
    }
    /** What this person requested of the clip: it can be heard before it is approved. */
    async function mine() {
      const { redactions } = await EF.get("/api/redactions");
      requested.replaceChildren(...redactions.filter((one) => one.mine && one.item === context.id).map((one) => EF.make("div", {},
        EF.make("p", {}, word("Requested:") + " " + one.ranges.map(([from, to]) => from.toFixed(2) + " – " + to.toFixed(2) + " s").join(", ")),
        EF.redactedSound(one.id, one.about))));
    }
    function toggle() {
      open = !open;
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (!open) { ranges = []; draw(); return; }
      EF.attempt(mine, wrong);
      const last = list.querySelector("input") || panel.querySelector("button");
      last.focus();
    }
    const button = EF.button(word("Redact (r)"), () => toggle(), { "aria-expanded": "false" });
    panel.append(EF.make("p.hint", {}, word("Drag on the outline, or add a range and type its times. The original stays as it is; a copy is made once somebody else has approved this.")),
      list, EF.make("p", {}, EF.button(word("Add a range"), () => {
        const from = Math.min(EF.player.current() === number ? EF.player.state().seconds : 0, Math.max(0, seconds - STEP));
        add(from, Math.min(seconds || from + 1, from + 1));
        list.lastChild.querySelector("input").focus();
      })), EF.make("div.filters", {}, EF.field(word("Reason"), reason), otherField, EF.field(word("Replaced with"), replaced)),
      wrong, EF.make("p", {}, EF.button(word("Request this redaction"), ask, { primary: true })), requested);
    return {
      element: EF.make("section", { "aria-labelledby": "redaction-title" }, EF.make("h2", { id: "redaction-title" }, word("Redaction")), EF.make("p", {}, button), panel),
      /** The outline is on the page now. */
      begin() {
        const shown = wave();
        if (!shown || !seconds) return;
        dragging(shown.element, () => open, (from, to, done) => {
          if (done) add(from * seconds, to * seconds);
          else mark([from * seconds, to * seconds]);
        });
      },
      toggle,
    };
  };
})(window.EF);
