/* The report's data: scripts of the folder data bring it when it is asked for. A page opened from a disk may load
   scripts, but not fetch. */
"use strict";
window.EF = {};
window.REPORT = (function (EF) {
  /** Chunks of rows that are held with all of their columns; the others are loaded again when they are looked at. */
  const HELD = 12;

  /** @type {Map<string, Promise<void>>} */
  const loading = new Map();
  /** @type {Map<number, object>} chunks of rows, the one used longest ago first */
  const rows = new Map();
  const bytes = new Map(), interactions = [];
  let begun = null, index = null, recordings = [];

  /** Run a script of the folder data. @param {string} name @returns {Promise<void>} */
  function load(name) {
    if (!loading.has(name)) {
      loading.set(name, new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = "data/" + name;
        script.onload = () => { script.remove(); done(); };
        script.onerror = () => { script.remove(); loading.delete(name); failed(new Error(name)); };
        document.head.append(script);
      }));
    }
    return loading.get(name);
  }

  const numbered = (kind, number, digits) => kind + "-" + String(number).padStart(digits, "0") + ".js";

  /** The columns of a chunk of rows. @param {number} number @returns {Promise<object>} */
  EF.chunk = async function (number) {
    if (!rows.has(number)) {
      const name = numbered("rows", number, 4);
      await load(name);
      loading.delete(name);
    }
    return EF.heldChunk(number);
  };

  /** The same where it is held already, else null. */
  EF.heldChunk = function (number) {
    const chunk = rows.get(number) || null;
    if (chunk) { rows.delete(number); rows.set(number, chunk); }
    return chunk;
  };

  /** The bytes of the rows of a chunk. @returns {Promise<Array>} */
  EF.bytesOf = async function (number) {
    if (!bytes.has(number)) await load(numbered("bytes", number, 4));
    return bytes.get(number);
  };

  /** What rows are filtered by. @returns {Promise<object>} */
  EF.loadIndex = async function () { if (!index) await load("index.js"); return index; };
  EF.index = () => index;

  /** Every interaction, in order. @returns {Promise<Array>} */
  EF.loadInteractions = async function () {
    await EF.loadRecordings();
    const names = Array.from({ length: begun.interactions.chunks }, (_, number) => numbered("interactions", number, 3));
    await Promise.all(names.map(load));
    return interactions.flat();
  };

  /** Every recording, in order. @returns {Promise<Array>} */
  EF.loadRecordings = async function () { await load("recordings.js"); return recordings; };
  EF.recordings = () => recordings;
  EF.head = () => begun;

  /** A value of a row. @param {object} chunk @param {number} place @param {string} name */
  EF.value = function (chunk, place, name) {
    const column = chunk[name];
    return Array.isArray(column) ? column[place] : column.of[column.at[place]];
  };

  /** A packed column as numbers. */
  function unpacked([code, text]) {
    const made = { d: Float64Array, I: Uint32Array, H: Uint16Array, B: Uint8Array }[code];
    let plain;
    if (Uint8Array.fromBase64) plain = Uint8Array.fromBase64(text);
    else {
      const binary = atob(text);
      plain = new Uint8Array(binary.length);
      for (let at = 0; at < binary.length; at++) plain[at] = binary.charCodeAt(at);
    }
    return new made(plain.buffer);
  }

  /* What the scripts of the folder data call. */
  return {
    begin(head) { begun = head; },
    index(packed) {
      index = { ...packed };
      for (const [name, column] of Object.entries(packed.columns)) index[name] = unpacked(column);
      delete index.columns;
    },
    rows(number, columns) {
      rows.set(number, columns);
      if (rows.size > HELD) rows.delete(rows.keys().next().value);
    },
    bytes(number, found) { bytes.set(number, found); },
    interactions(number, found) { interactions[number] = found; },
    recordings(found) { recordings = found; },
  };
})(window.EF);
