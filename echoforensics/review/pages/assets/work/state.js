/* Whether everything is saved: always at the head of the page. */
"use strict";
(function (EF) {
  const word = EF.word;

  function text() {
    const count = EF.saving.count();
    if (!count) return ["saved", word("Saved")];
    if (EF.saving.fault()) {
      return ["kept", EF.keptByBrowser() ? word("Not saved: kept here, tried again. {0}", EF.saving.fault())
        : word("Not saved, and this browser keeps nothing: leave this page open. {0}", EF.saving.fault())];
    }
    return EF.saving.anyStopped() ? ["kept", word("Not saved: kept here until you decide")] : ["saving", word("Saving …")];
  }

  EF.beginState = function () {
    const place = document.getElementById("saved"), words = EF.make("span"), again = EF.button(word("Try now"), () => EF.saving.retry());
    place.append(words, " ", again);
    place.hidden = false;
    const show = () => {
      const [state, said] = text();
      if (words.textContent !== said) words.textContent = said;
      place.dataset.state = state;
      again.hidden = !EF.saving.fault();
    };
    EF.saving.onChange(show);
    show();
  };
})(window.EF);
