/* Clips: taken from a queue, read from the server, and the one that comes next read ahead with its sound. */
"use strict";
(function (EF) {
  const word = EF.word;
  /** What was read ahead. @type {{id: string, found: Promise<object>} | null} */
  let ahead = null;

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
    const held = ahead && ahead.id === id ? ahead : null;
    ahead = null;
    if (held) {
      const found = await held.found;
      if (found) {
        EF.attempt(async () => fresh(await EF.get("/api/items/" + encodeURIComponent(id))));
        return found;
      }
    }
    return read(id, "");
  };

  /** Read a clip and the beginning of its sound before it is asked for. @param {string | null} id */
  EF.readAhead = function (id) {
    if (!id || (ahead && ahead.id === id)) return;
    const found = read(id, "?ahead=1").then((one) => {
      if (one.numbers.length) EF.prepareRecording(one.numbers[0]);
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
