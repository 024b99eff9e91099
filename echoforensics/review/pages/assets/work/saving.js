/* Saving: changes go to the server one after the other, and are kept in the browser until it has them. */
"use strict";
(function (EF) {
  const word = EF.word, PAUSE = 600, WAITS = [1000, 2000, 4000, 8000, 15000];
  /** Kinds of which a later change takes the place of an earlier one that was not sent. */
  const WHOLE = ["notes", "transcript"];
  /** @type {{item: string, kind: string, body: object, made: number}[]} */
  let changes = [];
  /** The version of an item that this tab knows. @type {Map<string, number>} */
  const versions = new Map();
  /** Items of which a change waits for this person's word. @type {Map<string, object>} */
  const stopped = new Map();
  const listening = [];
  let sending = null, failures = 0, timer = 0, fault = "";

  function tell(event) {
    EF.keep(changes);
    for (const run of listening) run(event || {});
  }

  async function send(change) {
    const path = "/api/items/" + encodeURIComponent(change.item) + "/" + change.kind, known = versions.get(change.item);
    // Left behind by a tab that is gone: the version it knew is that of the change.
    const version = known === undefined ? change.version : known;
    return EF.call(change.kind === "transcript" ? "PUT" : "POST", path, { ...change.body, version });
  }

  const plain = (segments) => JSON.stringify(segments.map((one) => [one.from, one.to, one.text, one.unsure]));

  /** Whether a decision already has what a change asks for: it was saved, and the answer was lost. */
  function holds(decision, { kind, body }) {
    if (!decision) return false;
    const codes = decision.codes || [];
    if (kind === "codes") return (body.add || []).every((one) => codes.includes(one)) && !(body.remove || []).some((one) => codes.includes(one));
    if (kind === "notes") return (decision.notes || "") === body.text;
    if (kind === "transcript") return plain(decision.transcript || []) === plain(body.segments);
    return kind === "finish" && Boolean(decision.finished);
  }

  function saved(change, answer) {
    versions.set(change.item, answer.version);
    changes = changes.filter((one) => one !== change);
    failures = 0;
    fault = "";
    EF.signedIn();
    tell({ item: change.item, decision: answer.decision, saved: change });
  }

  /** What an answer that is not the wished one means for a change. */
  function failed(change, error) {
    if (error.status === 409 && holds(error.data.decision, change)) { saved(change, error.data); return; }
    if (change.kind === "undo" && error.status === 403) {
      // There is nothing of this person's to take back: nothing is lost.
      changes = changes.filter((one) => one !== change);
      EF.say(error.message);
      tell();
      return;
    }
    if (error.status === 409 || [400, 403, 404, 413, 422].includes(error.status)) {
      stopped.set(change.item, { change, status: error.status, message: error.message, data: error.data });
      fault = "";
      tell({ item: change.item, stopped: stopped.get(change.item) });
      return;
    }
    failures++;
    fault = error.message;
    tell();
  }

  const first = (now) => changes.find((one) => !stopped.has(one.item) && (now || !one.after || one.after <= Date.now()));

  async function run(now) {
    // Never done before it is known to have begun.
    await null;
    for (let change = first(now); change; change = first(now)) {
      change.sent = true;
      try { saved(change, await send(change)); }
      catch (error) {
        if (!(error instanceof EF.RoomError)) throw error;
        change.sent = false;
        failed(change, error);
        if (fault) break;
      }
    }
    sending = null;
    clearTimeout(timer);
    if (changes.some((one) => !stopped.has(one.item))) {
      timer = setTimeout(go, fault ? WAITS[Math.min(failures, WAITS.length) - 1] : PAUSE);
    }
    tell();
  }

  /** Send what there is. @param {boolean} [now] also what is being typed */
  function go(now) {
    if (!sending) sending = run(now === true);
    return sending;
  }

  EF.saving = {
    /** Begin with what was left behind. */
    async begin() {
      changes = (await EF.beginKept()).map((one) => ({ ...one, sent: false, after: 0 }));
      tell();
      if (changes.length) go(true);
    },
    onChange: (run) => listening.push(run),
    /** How many changes are not saved. */
    count: () => changes.length,
    fault: () => fault,
    busy: () => Boolean(sending) || changes.length > 0,
    of: (item) => changes.filter((one) => one.item === item),
    stopped: (item) => stopped.get(item) || null,
    anyStopped: () => stopped.size > 0,
    /**
     * The server's version of an item was read. An answer may be overtaken by that of a change, and is then of no use.
     * @returns {boolean} whether it is the latest that is known
     */
    know(item, version) {
      if (version < (versions.get(item) ?? -1)) return false;
      versions.set(item, version);
      return true;
    },

    /**
     * Change something of an item.
     * @param {string} item @param {string} kind of the address: codes, notes, transcript, undo, finish
     * @param {object} body
     */
    add(item, kind, body) {
      const typed = WHOLE.includes(kind), before = typed && changes.find((one) => one.item === item && one.kind === kind && !one.sent);
      if (before) { before.body = body; before.after = Date.now() + PAUSE; }
      else {
        // What was typed before goes before.
        if (!typed) for (const one of changes) if (one.item === item) one.after = 0;
        changes.push({ item, kind, body, version: versions.get(item), made: Date.now(), after: typed ? Date.now() + PAUSE : 0 });
      }
      tell();
      if (!typed) go(true);
      else if (!sending) { clearTimeout(timer); timer = setTimeout(go, fault ? WAITS[0] : PAUSE); }
    },
    /** Save all of an item now. @returns {Promise<boolean>} whether it is saved */
    async flush(item) {
      while (EF.saving.of(item).length && !stopped.has(item)) {
        await go(true);
        if (fault) break;
      }
      return !EF.saving.of(item).length;
    },
    retry: () => go(true),
    /** Give up what is not saved of an item. */
    drop(item) {
      const held = stopped.get(item);
      changes = changes.filter((one) => one.item !== item);
      stopped.delete(item);
      if (held && held.data.version !== undefined) versions.set(item, held.data.version);
      tell({ item, decision: held && held.data.decision, dropped: true });
    },
    /** Send what was stopped again, upon what is saved now. */
    again(item) {
      const held = stopped.get(item);
      stopped.delete(item);
      if (held && held.data.version !== undefined) versions.set(item, held.data.version);
      go(true);
    },
  };

  window.addEventListener("online", () => go(true));
  window.addEventListener("focus", () => { if (fault) go(true); });
  window.addEventListener("beforeunload", (event) => { if (changes.length && !EF.keptByBrowser()) event.preventDefault(); });
})(window.EF);
