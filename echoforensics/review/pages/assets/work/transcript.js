/* The human transcript: what a person heard, in segments with times, and the words of which they are not sure. */
"use strict";
(function (EF) {
  const word = EF.word;
  const hundredths = (seconds) => Math.round(seconds * 100) / 100;

  /** Where the sound of the item is now, in seconds. */
  const now = (context) => context.recordings.includes(EF.player.current()) ? hundredths(EF.player.state().seconds) : 0;

  /** The fields of a segment. */
  function row(context, segment, number, run) {
    const time = (name, label) => {
      const input = EF.make("input", { type: "number", step: "0.01", min: "0", value: segment[name].toFixed(2), "aria-label": label, readonly: context.fixed });
      input.addEventListener("change", () => { segment[name] = hundredths(Math.max(0, Number(input.value) || 0)); input.value = segment[name].toFixed(2); run.changed(); });
      return input;
    };
    const from = time("from", word("Segment {0} from, in seconds", number)), to = time("to", word("Segment {0} to, in seconds", number));
    const text = EF.make("textarea", { rows: "2", dir: "auto", maxlength: "10000", "aria-label": word("Segment {0}: what you hear", number), readonly: context.fixed });
    text.value = segment.text;
    const heard = EF.make("p.heard", { dir: "auto" });
    const draw = () => { heard.replaceChildren(...EF.unsureText(segment.text, segment.unsure)); heard.hidden = !segment.unsure.length; };
    text.addEventListener("input", () => {
      segment.unsure = EF.movedRanges(segment.unsure, segment.text, text.value);
      segment.text = text.value;
      draw();
      run.changed();
    });
    const unsure = () => {
      segment.unsure = EF.toggledRange(segment.unsure, segment.text, EF.characters(text.value, text.selectionStart), EF.characters(text.value, text.selectionEnd));
      draw();
      run.changed();
    };
    text.addEventListener("keydown", (event) => {
      if (!event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === "/") unsure();
      else if (event.key === "Enter") { to.value = (segment.to = now(context) || segment.to).toFixed(2); run.add(); }
      else return;
      event.preventDefault();
    });
    draw();
    const buttons = context.fixed ? [] : [
      EF.button(word("From now"), () => { from.value = (segment.from = now(context)).toFixed(2); run.changed(); }, { "aria-label": word("Segment {0} begins where the sound is now", number) }),
      EF.button(word("To now"), () => { to.value = (segment.to = now(context)).toFixed(2); run.changed(); }, { "aria-label": word("Segment {0} ends where the sound is now", number) }),
      EF.button(word("Unsure"), unsure, { title: "Ctrl+/", "aria-label": word("Segment {0}: mark the selected words as unsure, or as sure again", number) }),
      EF.button(word("Remove"), () => run.remove(segment), { "aria-label": word("Remove segment {0}", number) }),
    ];
    return EF.make("li.segment", {}, EF.make("div.times", {}, from, " – ", to, " s",
      EF.button(word("Go to"), () => EF.player.seek(context.recordings[0], segment.from / (context.seconds || 1)), { "aria-label": word("Go to segment {0} in the sound", number) })),
    text, heard, EF.make("div.marking", {}, buttons));
  }

  /**
   * @param {object} context of the item
   * @returns {{element: HTMLElement, show: (decision: object) => void, focus: () => void}}
   */
  EF.transcriptPart = function (context) {
    let segments = [];
    const list = EF.make("ol.segments");
    const sent = () => segments.filter((one) => one.text.trim()).map((one) => ({ ...one, to: Math.max(one.from, one.to) }));
    const run = {
      changed: () => context.change("transcript", { segments: sent() }),
      add() {
        const last = segments[segments.length - 1], from = last ? last.to : 0;
        segments.push({ from, to: Math.max(from, Math.floor((context.seconds || 0) * 100) / 100), text: "", unsure: [] });
        draw();
        list.lastChild.querySelector("textarea").focus();
      },
      remove(segment) {
        segments = segments.filter((one) => one !== segment);
        draw();
        run.changed();
        add.focus();
      },
    };
    const draw = () => list.replaceChildren(...segments.map((segment, at) => row(context, segment, at + 1, run)));
    const add = EF.button(word("Add a segment"), () => run.add());
    add.hidden = Boolean(context.fixed);
    const element = EF.make("section", { "aria-labelledby": "transcript-title" },
      EF.make("h2", { id: "transcript-title" }, word("What you hear"), " ", EF.make("kbd", { "aria-hidden": "true" }, "t")), list, EF.make("p", {}, add),
      EF.make("p.hint", {}, word("In a text: Ctrl+. plays or pauses, Ctrl+, goes back 2 s, Ctrl+/ marks words as unsure, Ctrl+Enter begins the next segment, Escape leaves.")));
    return {
      element,
      show(decision) {
        const found = decision.transcript || [];
        if (element.contains(document.activeElement) || JSON.stringify(found) === JSON.stringify(sent())) return;
        segments = found.map((one) => ({ from: hundredths(one.from), to: hundredths(one.to), text: one.text, unsure: (one.unsure || []).map((range) => [...range]) }));
        draw();
      },
      focus() {
        if (context.fixed) return;
        if (segments.length) list.lastChild.querySelector("textarea").focus();
        else run.add();
      },
    };
  };
})(window.EF);
