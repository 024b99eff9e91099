/* Words that a listener is not sure of: ranges of characters in a text, which move with what is typed. */
"use strict";
(function (EF) {
  /** How many characters of Unicode a text has before a place of a script's text. */
  const characters = (text, at) => [...text.slice(0, at)].length;
  EF.characters = characters;

  /** Ranges put in order, those that touch joined, empty ones left out. @param {[number, number][]} ranges */
  function tidy(ranges) {
    const made = [];
    for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
      const last = made[made.length - 1];
      if (to <= from) continue;
      if (last && from <= last[1]) last[1] = Math.max(last[1], to);
      else made.push([from, to]);
    }
    return made;
  }

  /**
   * Where ranges are after a text was changed in one place.
   * @param {[number, number][]} ranges @param {string} before @param {string} after @returns {[number, number][]}
   */
  EF.movedRanges = function (ranges, before, after) {
    const old = [...before], now = [...after];
    let start = 0, end = 0;
    while (start < old.length && start < now.length && old[start] === now[start]) start++;
    while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;
    const gone = old.length - end, grown = now.length - old.length;
    const place = (at, isEnd) => at < start || (isEnd && at === start) ? at : at >= gone ? at + grown : isEnd ? start : now.length - end;
    return tidy(ranges.map(([from, to]) => [place(from, false), place(to, true)]));
  };

  /**
   * Mark a range as unsure, or as sure again where all of it is unsure. An empty range is the word that it is in.
   * @param {[number, number][]} ranges @param {string} text @param {number} from @param {number} to @returns {[number, number][]}
   */
  EF.toggledRange = function (ranges, text, from, to) {
    const all = [...text], letter = (at) => at >= 0 && at < all.length && !/\s/.test(all[at]);
    let start = from, end = to;
    if (start === end) {
      while (letter(start - 1)) start--;
      while (letter(end)) end++;
    }
    while (start < end && !letter(start)) start++;
    while (end > start && !letter(end - 1)) end--;
    if (start === end) return ranges;
    if (ranges.some(([a, b]) => a <= start && end <= b)) {
      return tidy(ranges.flatMap(([a, b]) => a <= start && end <= b ? [[a, start], [end, b]] : [[a, b]]));
    }
    return tidy([...ranges, [start, end]]);
  };

  /** A text with its unsure words marked. @param {string} text @param {[number, number][]} ranges @returns {(string | Node)[]} */
  EF.unsureText = function (text, ranges) {
    const all = [...text], made = [];
    let at = 0;
    for (const [from, to] of ranges) {
      made.push(all.slice(at, from).join(""), EF.make("span.unsure", {}, all.slice(from, to).join(""), EF.make("span.unseen", {}, " (" + EF.word("unsure") + ")")));
      at = to;
    }
    made.push(all.slice(at).join(""));
    return made;
  };
})(window.EF);
