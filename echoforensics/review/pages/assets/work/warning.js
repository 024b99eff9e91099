/* What a first listener found distressing is opened knowingly: a warning first, the text blurred, the sound low. */
"use strict";
(function (EF) {
  const word = EF.word, LOW = 0.15;

  /**
   * @param {object} context of the item
   * @param {HTMLElement} veiled what is blurred until it is opened
   * @returns {{element: HTMLElement | null, open: () => void, closed: () => boolean}}
   */
  EF.warning = function (context, veiled) {
    let closed = context.item.distress && !context.item.distress_opened;
    EF.player.volume(closed ? LOW : 1);
    if (!closed) return { element: null, open() {}, closed: () => false };
    veiled.classList.add("veiled");
    veiled.inert = true;
    const element = EF.make("section.warning", { "aria-labelledby": "warning-title" },
      EF.make("h2", { id: "warning-title" }, word("This clip may distress you")),
      EF.make("p", {}, word("Somebody who heard it coded it as distressing. Its text is blurred and its sound is low until you open it. You may leave it to somebody else, and you may stop at any time.")),
      EF.make("p.buttons", {}, EF.button(word("Open (o)"), () => open(), { primary: true }),
        EF.button(word("Leave it to somebody else"), () => EF.leaveClip())));
    function open() {
      if (!closed) return;
      closed = false;
      veiled.classList.remove("veiled");
      veiled.inert = false;
      element.remove();
      EF.player.volume(1);
      EF.say(word("Opened. The sound is at its full loudness."));
      context.item.distress_opened = true;
      EF.attempt(() => EF.post("/api/items/" + encodeURIComponent(context.id) + "/open"));
    }
    return { element, open, closed: () => closed };
  };
})(window.EF);
