/* What was changed and is not saved yet, kept by the browser: each tab keeps its own, and a tab that was lost leaves it
   to the next that is opened. */
"use strict";
(function (EF) {
  const PREFIX = "echoforensics-room-unsaved-";
  let key = "", kept = true;

  const mine = () => PREFIX + EF.me.name + "-";
  function read(name) {
    try {
      const found = JSON.parse(window.localStorage.getItem(name) || "[]");
      return Array.isArray(found) ? found.filter((one) => one && typeof one.item === "string" && typeof one.kind === "string") : [];
    } catch { return []; }
  }

  /** Hold a name for as long as this tab is open; false where another tab holds it. */
  function hold(name) {
    if (!navigator.locks) return Promise.resolve(true);
    return new Promise((done) => {
      navigator.locks.request(name, { ifAvailable: true }, (lock) => {
        done(Boolean(lock));
        return lock ? new Promise(() => {}) : null;
      });
    });
  }

  /**
   * Begin: what tabs of this person have left behind, which are open no more.
   * @returns {Promise<object[]>} changes, in the order in which they were made
   */
  EF.beginKept = async function () {
    const found = [];
    let names = [];
    try { names = Object.keys(window.localStorage).filter((name) => name.startsWith(mine())); } catch { kept = false; }
    for (const name of names) {
      if (!await hold(name)) continue;
      found.push(...read(name));
      window.localStorage.removeItem(name);
    }
    key = mine() + crypto.randomUUID();
    await hold(key);
    return found.sort((a, b) => a.made - b.made);
  };

  /** Keep these changes in the place of those before. @param {object[]} changes @returns {boolean} whether the browser does */
  EF.keep = function (changes) {
    try {
      if (changes.length) window.localStorage.setItem(key, JSON.stringify(changes));
      else window.localStorage.removeItem(key);
      kept = true;
    } catch { kept = false; }
    return kept;
  };
  EF.keptByBrowser = () => kept;
})(window.EF);
