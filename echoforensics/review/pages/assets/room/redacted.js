/* A recording as a request would redact it: fetched when somebody wants to hear it, before anything is closed. */
"use strict";
(function (EF) {
  const word = EF.word;

  /** A button that becomes a player of the redacted sound. @param {string} id of the request @param {string} about whose sound */
  EF.redactedSound = function (id, about) {
    const wrong = EF.make("div"), place = EF.make("p", {});
    const button = EF.button(word("Listen with the redaction"), () => EF.attempt(async () => {
      button.disabled = true;
      try {
        const sound = await EF.get("/api/redactions/" + encodeURIComponent(id) + "/sound");
        const player = EF.make("audio", { controls: true, src: URL.createObjectURL(sound), "aria-label": word("{0} with the redaction", about) });
        place.replaceChildren(player);
        player.focus();
      } finally { button.disabled = false; }
    }, wrong), { "aria-label": word("Listen to {0} with the redaction", about) });
    place.append(button);
    return EF.make("div", {}, place, wrong);
  };
})(window.EF);
