/* The room's data: what the report's scripts ask for, from a server instead of a folder. */
"use strict";
window.EF = {};
window.REPORT = (function (EF) {
  let begun = null;
  /** Every recording that was looked at since the page was opened. Their numbers stay. @type {object[]} */
  const recordings = [];

  EF.head = () => begun;
  EF.recordings = () => recordings;

  /**
   * Take recordings in. Their files are not handed out, so they have no name to be saved under.
   * @param {object[]} found
   * @returns {number[]} their numbers
   */
  EF.takeRecordings = (found) => found.map((one) => recordings.push({
    ...one, name: "", derivative: one.derivative ? { ...one.derivative, name: "" } : one.derivative,
  }) - 1);

  return { begin(head) { begun = head; } };
})(window.EF);
