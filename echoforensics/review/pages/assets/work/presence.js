/* Who else is on the clip. */
"use strict";
(function (EF) {
  const word = EF.word, EVERY = 10000;
  let item = null, place = null, timer = 0;

  async function tell() {
    const asked = item;
    clearTimeout(timer);
    if (!asked) return;
    timer = setTimeout(tell, EVERY);
    if (document.hidden && asked === tell.last) return;
    try {
      const { others } = await EF.post("/api/items/" + encodeURIComponent(asked) + "/here");
      if (asked !== item) return;
      tell.last = asked;
      const text = others && others.length ? word("Also on this clip now: {0}", others.join(", ")) : "";
      if (place.textContent !== text) place.textContent = text;
      place.hidden = !text;
    } catch (error) {
      if (!(error instanceof EF.RoomError)) throw error;
    }
  }

  /** Say that a clip is being looked at, until another is. @param {string | null} id @param {HTMLElement} [shown] where others are named */
  EF.present = function (id, shown) {
    item = id;
    place = shown || null;
    return tell();
  };
})(window.EF);
