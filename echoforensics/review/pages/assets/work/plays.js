/* What was played: from where to where, how long, and how fast. It is told to the server, which keeps it on record. */
"use strict";
(function (EF) {
  const LONGEST = 30000, SHORTEST = 0.05;
  /** Of each recording, the item and the number of the sound. @type {Map<number, {item: string, sound: number}>} */
  const sounds = new Map();
  /** Plays that the server does not have yet. @type {{item: string, body: object}[]} */
  let waiting = [];
  let stretch = null, seen = 0, seenAt = 0, sending = false;
  const see = (second) => { seen = second; seenAt = performance.now(); };

  /** Where it is after a jump is known at once; where it jumped from is reckoned from when it was last looked at. */
  function jumped() {
    if (!stretch) return;
    const since = Math.min(0.5, (performance.now() - seenAt) / 1000) * stretch.speed;
    seen = Math.min(seen + since, EF.player.element.duration || seen);
    end();
  }

  /** Say what a recording is to the server. */
  EF.knowSound = (number, item, sound) => sounds.set(number, { item, sound });

  function begin() {
    const audio = EF.player.element;
    end();
    if (audio.paused || audio.ended) return;
    see(audio.currentTime);
    stretch = { number: EF.player.current(), from: seen, at: performance.now(), speed: audio.playbackRate };
  }

  function end(keepalive) {
    const one = stretch;
    stretch = null;
    if (!one || !sounds.has(one.number) || seen - one.from < SHORTEST) return;
    const { item, sound } = sounds.get(one.number);
    waiting.push({ item, body: { sound, from: one.from, to: seen, seconds: (performance.now() - one.at) / 1000, speed: one.speed } });
    send(keepalive);
  }

  async function send(keepalive) {
    if (sending && !keepalive) return;
    sending = true;
    while (waiting.length) {
      const one = waiting[0];
      try {
        if (keepalive) waiting = waiting.slice(1);
        await EF.call("POST", "/api/items/" + encodeURIComponent(one.item) + "/plays", one.body, keepalive);
        if (!keepalive) waiting.shift();
      } catch (error) {
        if (!(error instanceof EF.RoomError)) throw error;
        if (error.status >= 400 && error.status < 500 && error.status !== 401 && error.status !== 429) waiting.shift();
        else { setTimeout(send, 5000); break; }
      }
    }
    sending = false;
  }

  const moved = () => {
    const audio = EF.player.element;
    if (!stretch || audio.seeking) return;
    see(audio.currentTime);
    // Long ones are told in parts, so that not much is lost with a tab.
    if (performance.now() - stretch.at > LONGEST) begin();
  };

  EF.beginPlays = function () {
    const audio = EF.player.element;
    audio.addEventListener("playing", begin);
    audio.addEventListener("ratechange", () => { if (stretch) begin(); });
    audio.addEventListener("timeupdate", moved);
    audio.addEventListener("seeking", jumped);
    audio.addEventListener("seeked", begin);
    audio.addEventListener("pause", () => { if (!audio.seeking && stretch && audio.currentTime > seen) seen = audio.currentTime; end(); });
    audio.addEventListener("ended", () => { if (stretch) seen = audio.duration; end(); });
    audio.addEventListener("emptied", () => end());
    window.addEventListener("pagehide", () => end(true));
    setInterval(moved, 100);
  };
})(window.EF);
