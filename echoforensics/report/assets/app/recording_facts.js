/* What is known of a recording beside its sound. */
"use strict";
(function (EF) {
  const word = EF.word;

  function when(one) {
    return EF.make("ul.plain", {}, one.times.map(([second, micro, recorded, of, clock]) => {
      const meaning = " (" + EF.visible(EF.term("times", of)) + ", " + EF.visible(EF.term("clocks", clock)) + ")";
      if (second === null) {
        return EF.make("li", {}, recorded === null ? word("no time")
          : [word("time zone unknown: recorded as") + " ", EF.quoted(recorded)], recorded === null ? null : meaning);
      }
      const local = EF.local(second, micro);
      return EF.make("li", {}, EF.utc(second, micro), local ? " · " + local : "", meaning);
    }));
  }

  /** @param {object} one a recording @returns {HTMLElement} a list of its facts */
  EF.recordingFacts = function (one) {
    const list = EF.make("dl"), add = (label, ...content) => list.append(EF.make("dt", {}, label), EF.make("dd", {}, ...content));
    add(word("Time"), when(one));
    add(word("Duration"), EF.duration(one.seconds));
    add(word("Format"), one.format);
    add(word("Condition"), one.whole ? word("well formed from its start to its end") : word("not well formed: {0}", one.fault || word("see the issues")));
    if (one.basis) add(word("Tied to its utterance"), one.basis);
    if (one.redaction) add(one.withheld ? word("Withheld") : word("Redacted"), one.redaction);
    if (one.copy) add(word("SHA-256 of the redacted copy"), EF.make("code", {}, one.copy));
    add(one.redaction ? word("SHA-256 of the original, which is withheld") : word("SHA-256"), EF.make("code", {}, one.sha256));
    if (one.interactions.length) add(word("Interaction"), EF.links(one.interactions));
    const places = one.places.map((place) => EF.make("li", {}, EF.quoted(place)));
    add(one.places.length === 1 ? word("Found at") : word("The same bytes at {0} places", one.places.length), places.length > 5
      ? EF.make("details", {}, EF.make("summary", {}, word("show {0} places", places.length)), EF.make("ul.plain", {}, places))
      : EF.make("ul.plain", {}, places));
    return list;
  };
})(window.EF);
