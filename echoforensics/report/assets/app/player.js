/* Playing: one recording at a time, by one element, with the next one made ready. */
"use strict";
(function (EF) {
  const word = EF.word, SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5], EDGE = 0.1;
  const audio = new Audio(), ready = new Audio();
  audio.preservesPitch = true;
  ready.preload = "auto";
  /** Players that are on the page, by the recording's number. @type {Map<number, Set<object>>} */
  const players = new Map();
  let current = -1, silences = [], loop = false, skip = false, speed = 1, bar = null, started = 0;
  /** What is run with the number of a recording that has played to its end. */
  const ended = [];

  const recording = () => EF.recordings()[current];
  const source = (one) => one.playable ? one.file : one.derivative ? one.derivative.file : null;
  const length = () => Number.isFinite(audio.duration) ? audio.duration : (recording() && recording().seconds) || 0;

  function each(number, run) {
    const set = players.get(number) || new Set();
    for (const player of set) {
      if (player.element.isConnected) run(player);
      else set.delete(player);
    }
  }

  function show() {
    if (current < 0) return;
    const playing = !audio.paused;
    each(current, (player) => player.show(playing, audio.currentTime, length()));
    if (bar) bar.show(playing);
  }

  function frame() {
    if (audio.paused) return;
    if (skip) {
      const now = audio.currentTime, silent = silences.find(([from, to]) => now >= from + EDGE && now < to - EDGE);
      if (silent) audio.currentTime = silent[1] - EDGE;
    }
    show();
    requestAnimationFrame(frame);
  }

  /** Take a recording; what was playing stops. */
  function take(number) {
    if (number === current) return true;
    const one = EF.recordings()[number], file = one && source(one);
    if (one.withheld) return EF.make("div.player.silent", {}, EF.make("p.hint", {}, EF.visible(one.redaction)));
    if (!file) { EF.say(word("This browser cannot play it. Save the file.")); return false; }
    audio.pause();
    show();
    current = number;
    silences = EF.silences(one);
    audio.src = file;
    audio.playbackRate = speed;
    audio.loop = loop;
    return true;
  }

  const player = {
    current: () => current,
    playing: () => !audio.paused,
    element: audio,
    /** Milliseconds from the key to the first sound of the last recording that was played. */
    latency: 0,
    async play(number) {
      if (!take(number)) return;
      makeBar();
      started = performance.now();
      try { await audio.play(); } catch (error) {
        if (error.name !== "AbortError") { each(number, (one) => one.broken()); EF.say(word("This browser cannot play it. Save the file.")); }
        return;
      }
      prepare(number + 1);
    },
    toggle(number) {
      if (number === current && !audio.paused) audio.pause();
      else player.play(number);
    },
    /** Go back some seconds in what was taken last. */
    back(seconds) { if (current >= 0) { audio.currentTime = Math.max(0, audio.currentTime - seconds); show(); } },
    stop: () => audio.pause(),
    /** @param {number} share of the full loudness, 0 to 1 */
    volume(share) { audio.volume = share; },
    onEnded: (run) => ended.push(run),
    /** The outline of a recording that is on the page, as {@link EF.waveform} made it, or null. */
    wave: (number) => [...players.get(number) || []].find((made) => made.element.isConnected)?.wave || null,
    seek(number, share) { if (take(number)) { audio.currentTime = share * length(); show(); } },
    loop(on) { loop = on === undefined ? !loop : on; audio.loop = loop; EF.say(loop ? word("Loop on") : word("Loop off")); show(); },
    skip(on) {
      skip = on === undefined ? !skip : on;
      EF.say(skip ? word("Silence is skipped") : word("Silence is played"));
      show();
    },
    faster(step) {
      const at = SPEEDS.indexOf(speed) + step;
      player.speed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))]);
    },
    speed(value) { speed = value; audio.playbackRate = value; EF.say(word("Speed {0}", value)); show(); },
    state: () => ({ loop, skip, speed, seconds: audio.currentTime }),
  };
  EF.player = player;

  /** Have the browser read a recording before it is asked for. */
  function prepare(number) {
    const one = EF.recordings()[number];
    if (one && source(one)) ready.src = source(one);
  }
  EF.prepareRecording = prepare;

  audio.addEventListener("playing", () => { player.latency = performance.now() - started; show(); requestAnimationFrame(frame); });
  for (const name of ["pause", "ended", "seeked", "loadedmetadata"]) audio.addEventListener(name, show);
  audio.addEventListener("ended", () => { for (const run of ended) run(current); });

  /** The bar at the foot of the page, once something plays. */
  function makeBar() {
    if (bar) return;
    const name = EF.make("span.name"), play = EF.make("button.play", { on: { click: () => player.toggle(current) } });
    const again = EF.make("button", { on: { click: () => player.loop() } }, word("Loop"));
    const silence = EF.make("button", { on: { click: () => player.skip() } }, word("Skip silence"));
    const rate = EF.make("select", { "aria-label": word("Speed") }, SPEEDS.map((value) => EF.make("option", { value }, value + "×")));
    rate.addEventListener("change", () => player.speed(Number(rate.value)));
    const element = EF.make("section.transport", { "aria-label": word("Player") }, play, name, again, silence,
      EF.make("label", {}, word("Speed") + " ", rate));
    document.body.append(element);
    bar = {
      show(playing) {
        play.textContent = playing ? word("Pause") : word("Play");
        if (name.textContent !== recording().exhibits[0]) name.replaceChildren(EF.link(recording().exhibits[0]));
        again.setAttribute("aria-pressed", String(loop));
        silence.setAttribute("aria-pressed", String(skip));
        rate.value = String(speed);
      },
    };
  }

  /**
   * A player for a recording: a button, its outline, and what to do where it cannot be played.
   * @param {number} number of the recording in the report
   */
  EF.playerFor = function (number) {
    const one = EF.recordings()[number], file = source(one), exhibit = one.exhibits[0];
    // Where files are not handed out, a recording has no name to be saved under.
    const save = one.name ? EF.make("a.save", { href: one.file, download: one.name }, word("Save {0}", one.name)) : null;
    if (!file) {
      return EF.make("div.player.silent", {}, EF.make("p.hint", {},
        word("Browsers have no decoder for {0}.", one.format),
        one.why_not ? " " + word("Not decoded: {0}.", EF.visible(one.why_not)) : null, " ", save));
    }
    const button = EF.make("button.play", { "aria-label": word("Play {0}", exhibit), on: { click: () => player.toggle(number) } }, word("Play"));
    const wave = EF.waveform(one, (share) => player.seek(number, share));
    const time = EF.make("span.time", {}, EF.duration(one.seconds)), note = EF.make("p.hint.note");
    const element = EF.make("div.player", { "data-recording": number }, button, wave.element, time, save, note);
    if (one.derivative) {
      note.append(EF.make("strong", {}, word("A derivative is played:")), " " + EF.visible(one.derivative.label) + " ",
        one.derivative.name ? EF.make("a", { href: one.derivative.file, download: one.derivative.name }, word("Save {0}", one.derivative.name)) : "", " ",
        word("SHA-256 of the derivative:") + " ", EF.make("code", {}, one.derivative.sha256));
    }
    const made = {
      element, wave,
      show(playing, second, whole) {
        button.textContent = playing ? word("Pause") : word("Play");
        button.setAttribute("aria-label", playing ? word("Pause {0}", exhibit) : word("Play {0}", exhibit));
        time.textContent = EF.duration(second) + " / " + EF.duration(whole);
        wave.at(second, whole);
      },
      broken() { note.textContent = word("This browser cannot play it. Save the file."); },
    };
    if (!players.has(number)) players.set(number, new Set());
    players.get(number).add(made);
    return element;
  };
})(window.EF);
