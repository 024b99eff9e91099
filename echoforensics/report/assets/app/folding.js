/* Which letters count as the same in a search: as the command has it. For a text of ASCII the two cases of ASCII
   letters; for any other the full folding of Unicode, which Python calls casefold. */
"use strict";
(function (EF) {
  const ASCII = /^[\x00-\x7f]*$/;
  EF.isAscii = (text) => ASCII.test(text);
  EF.asciiFold = (text) => ASCII.test(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (run) => run.toLowerCase());

  /* Upper case and back again joins what casefold joins; these it would join or part otherwise. */
  const ODD = /[\u0131\u0130\u03c2\u1e9e]/g;
  const KEPT = { "\u0131": "\u0131", "\u0130": "i\u0307", "\u03c2": "\u03c3", "\u1e9e": "ss" };
  const fold = (text) => text.toUpperCase().toLowerCase().replace(/\u03c2/g, "\u03c3");

  /** @param {string} text @returns {string} */
  EF.fullFold = function (text) {
    if (ASCII.test(text)) return text.toLowerCase();
    let made = "", at = 0;
    for (const found of text.matchAll(ODD)) {
      made += fold(text.slice(at, found.index)) + KEPT[found[0]];
      at = found.index + 1;
    }
    return made + fold(text.slice(at));
  };
})(window.EF);
