/* Text in rows: the same rows as the command finds with --search. Of each chunk one long text is kept that holds what
   is searched of its rows, so that a hundred thousand rows are gone through in a few milliseconds. */
"use strict";
(function (EF) {
  const SEARCHED = ["message", "transcript", "fields", "utterance_id", "device_serial", "device_type", "account",
    "person", "path", "evidence", "sha256", "recording", "data_type", "exhibit", "recorded_time", "timestamp_desc",
    "clock", "parser"];
  /** Up to this many rows the texts of all chunks are kept; of more, a chunk is read again for each search. */
  const KEPT_ROWS = 400000;
  /** @type {Map<number, object>} */
  const kept = new Map();

  /** What is searched of a chunk. */
  function prepared(chunk) {
    const plain = SEARCHED.filter((name) => Array.isArray(chunk[name]));
    const ends = new Uint32Array(chunk.length), parts = [];
    let length = 0;
    for (let place = 0; place < chunk.length; place++) {
      for (const name of plain) {
        const text = chunk[name][place];
        if (text !== null) { parts.push(text); length += text.length + 1; }
      }
      ends[place] = length;
    }
    const text = parts.length ? parts.join("\0") + "\0" : "";
    const pools = SEARCHED.filter((name) => !plain.includes(name)).map((name) => ({
      of: chunk[name].of, at: new Uint16Array(chunk[name].at),
    }));
    return { ascii: EF.asciiFold(text), text: EF.isAscii(text) ? null : text, ends, pools };
  }

  /** A chunk's text folded fully; folding may change lengths, so row by row. */
  function foldedRows(held) {
    if (!held.folded) {
      held.folded = Array.from(held.ends, (end, place) =>
        EF.fullFold((held.text || held.ascii).slice(place ? held.ends[place - 1] : 0, end)));
    }
    return held.folded;
  }

  /** Mark the rows of a chunk that hold a text. */
  async function mark(held, number, words, ascii, hits, first) {
    const wanted = ascii ? EF.asciiFold(words) : EF.fullFold(words);
    for (const pool of held.pools) {
      const fold = ascii ? EF.asciiFold : EF.fullFold;
      const holds = pool.of.map((one) => one !== null && fold(String(one)).includes(wanted));
      if (holds.includes(true)) pool.at.forEach((value, place) => { if (holds[value]) hits[first + place] = 1; });
    }
    if (!ascii) {
      foldedRows(held).forEach((text, place) => { if (text.includes(wanted)) hits[first + place] = 1; });
    } else {
      for (let at = held.ascii.indexOf(wanted), place = 0; at >= 0;) {
        while (held.ends[place] <= at) place++;
        hits[first + place] = 1;
        at = held.ascii.indexOf(wanted, held.ends[place]);
      }
    }
    if (/^rec-/i.test(words)) {
      const chunk = await EF.chunk(number);
      for (let place = 0; place < held.ends.length; place++) {
        if (EF.value(chunk, place, "record").toLowerCase().includes(wanted)) hits[first + place] = 1;
      }
    }
  }

  async function held(number) {
    const known = kept.get(number);
    if (known) return known;
    const made = prepared(await EF.chunk(number));
    if (EF.head().rows.count <= KEPT_ROWS) kept.set(number, made);
    return made;
  }

  /**
   * Which rows hold a text.
   * @param {string} words
   * @param {() => boolean} stale whether another search was begun meanwhile
   * @param {(done: number) => void} report called with how many rows were gone through
   * @returns {Promise<Uint8Array | null>} 1 for each row that does; null where it was not finished
   */
  EF.search = async function (words, stale, report) {
    const { count, chunk } = EF.head().rows, hits = new Uint8Array(count), text = words.replace(/\0/g, "");
    const ascii = EF.isAscii(text);
    for (let number = 0; number * chunk < count; number++) {
      const known = kept.get(number);
      if (known && !/^rec-/i.test(text)) { mark(known, number, text, ascii, hits, number * chunk); continue; }
      await mark(known || await held(number), number, text, ascii, hits, number * chunk);
      if (stale()) return null;
      report(Math.min(count, (number + 1) * chunk));
    }
    return hits;
  };

  /** Prepare the search in pauses, so that the first letter typed need not wait for it. */
  EF.prepareSearch = async function () {
    const { count, chunk } = EF.head().rows;
    if (count > KEPT_ROWS) { document.documentElement.dataset.searchable = "later"; return; }
    for (let number = 0; number * chunk < count; number++) {
      await new Promise((done) => setTimeout(done, 15));
      await held(number);
    }
    document.documentElement.dataset.searchable = "yes";
  };
})(window.EF);
