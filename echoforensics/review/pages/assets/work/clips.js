/* Clips: taken from a queue, read from the server, and the one that comes next read ahead with its sound. */
"use strict";
(function (EF) {
  const word = EF.word;
  /** A sound of up to so many bytes is held whole, so that it plays at once and without a network. */
  const HELD = 8e6;
  /** What was read ahead. @type {{id: string, found: Promise<object>} | null} */
  let ahead = null;
  /** Addresses of sounds that are held, by the clip. @type {Map<string, string[]>} */
  const held = new Map();

  function taken(id, found) {
    // A recording whose place in the item is known is known to the record of plays.
    const numbers = EF.takeRecordings(found.recordings || []);
    numbers.forEach((number, sound) => EF.knowSound(number, id, sound));
    return { ...found, numbers };
  }

  const read = async (id, query) => taken(id, await EF.get("/api/items/" + encodeURIComponent(id) + query));

  /**
   * A clip. What was read ahead is shown at once, and asked for again: so it is on record that it is looked at, and
   * what was decided meanwhile is seen.
   * @param {string} id @param {(found: object) => void} fresh called with what was asked for again
   */
  EF.readClip = async function (id, fresh) {
    const before = ahead && ahead.id === id ? ahead : null;
    ahead = null;
    free(id);
    if (before) {
      const found = await before.found;
      if (found) {
        EF.attempt(async () => fresh(await EF.get("/api/items/" + encodeURIComponent(id))));
        return found;
      }
    }
    return read(id, "");
  };

  /** Let the sounds go of all clips but one. */
  function free(kept) {
    for (const [id, addresses] of held) {
      if (id === kept) continue;
      addresses.forEach((address) => URL.revokeObjectURL(address));
      held.delete(id);
    }
  }

  /** Hold the sound of a recording, where it is not long; else have the browser read its beginning. */
  async function hold(id, number) {
    const one = EF.recordings()[number], file = one.playable ? one.file : one.derivative && one.derivative.file;
    if (!file) return;
    const asked = new AbortController();
    const answer = await fetch(file, { cache: "no-store", signal: asked.signal });
    if (!answer.ok || Number(answer.headers.get("Content-Length") || Infinity) > HELD) {
      asked.abort();
      EF.prepareRecording(number);
      return;
    }
    const address = URL.createObjectURL(await answer.blob());
    held.set(id, [...held.get(id) || [], address]);
    if (one.playable) one.file = address;
    else one.derivative.file = address;
  }

  /** Read a clip and the beginning of its sound before it is asked for. @param {string | null} id */
  EF.readAhead = function (id) {
    if (!id || (ahead && ahead.id === id)) return;
    const found = read(id, "?ahead=1").then((one) => {
      one.numbers.slice(0, 1).forEach((number) => hold(id, number).catch((error) => {
        if (!(error instanceof TypeError || error instanceof DOMException)) throw error;   // it is asked for again when it is played
      }));
      return one;
    }, (error) => {
      if (!(error instanceof EF.RoomError)) throw error;
      return null;
    });
    ahead = { id, found };
  };

  /** Take the next clip of a queue, and go to it. @param {string} queue @param {string} [after] the clip that is open now */
  EF.takeNext = async function (queue, after) {
    await EF.attempt(async () => {
      const { id } = await EF.post("/api/queues/" + encodeURIComponent(queue) + "/next", after ? { after } : {});
      if (id) EF.go("item", { id, queue });
      else {
        EF.say(word("Nothing is left to take in this queue."));
        EF.go("queue", { id: queue });
      }
    });
  };
})(window.EF);
