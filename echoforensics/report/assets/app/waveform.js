/* A drawn outline of a recording that is also where one moves in it: a slider. Its points come with the data. */
"use strict";
(function (EF) {
  const word = EF.word, SVG = "http://www.w3.org/2000/svg", HEIGHT = 64;

  function drawn(name, attributes) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
    return made;
  }

  /** The outline of a recording; a plain bar where there are no points. @param {number[] | null} peaks */
  function outline(peaks) {
    if (!peaks || !peaks.length) return "M0 30H200V34H0Z";
    const pairs = peaks.length / 2, step = 200 / pairs, middle = HEIGHT / 2;
    const at = (value) => (middle - value / 127 * (middle - 1)).toFixed(1);
    let path = "";
    for (let pair = 0; pair < pairs; pair++) {
      const x = (pair * step).toFixed(1), top = at(Math.max(peaks[2 * pair + 1], 1)), low = at(Math.min(peaks[2 * pair], -1));
      path += "M" + x + " " + top + "h" + (step * 0.72).toFixed(2) + "V" + low + "h-" + (step * 0.72).toFixed(2) + "Z";
    }
    return path;
  }

  /**
   * @param {object} recording
   * @param {(share: number) => void} seek called with the place that was chosen, 0 to 1
   */
  EF.waveform = function (recording, seek) {
    const picture = drawn("svg", { viewBox: "0 0 200 " + HEIGHT, preserveAspectRatio: "none", "aria-hidden": "true",
      focusable: "false" });
    const ranges = drawn("g", { class: "ranges" });
    picture.append(drawn("path", { d: outline(recording.peaks), class: "wave" }), ranges,
      drawn("rect", { x: -1, y: 0, width: 0.8, height: HEIGHT, class: "at" }));
    const seconds = recording.seconds || 0;
    const slider = EF.make("div.waveform", {
      role: "slider", tabindex: "0", "aria-label": word("Place in the recording {0}", recording.exhibits[0]),
      "aria-valuemin": "0", "aria-valuemax": seconds.toFixed(1), "aria-valuenow": "0", "aria-valuetext": EF.duration(0),
    });
    slider.append(picture);
    slider.addEventListener("click", (event) => {
      const box = slider.getBoundingClientRect();
      seek(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    });
    slider.addEventListener("keydown", (event) => {
      const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };
      const now = Number(slider.getAttribute("aria-valuenow"));
      if (event.key in steps) seek(Math.min(1, Math.max(0, (now + steps[event.key]) / (seconds || 1))));
      else if (event.key === "Home" || event.key === "End") seek(event.key === "Home" ? 0 : 1);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    return {
      element: slider,
      /** Show ranges of it, each from and to in seconds. @param {[number, number][]} found @param {number} length */
      marked(found, length) {
        ranges.replaceChildren(...found.map(([from, to]) => drawn("rect", { x: from / length * 200,
          width: Math.max(0.4, (to - from) / length * 200), y: 0, height: HEIGHT, class: "range" })));
      },
      /** Show how far it is. @param {number} second @param {number} length */
      at(second, length) {
        picture.lastChild.setAttribute("x", String(length ? second / length * 200 : -1));
        slider.setAttribute("aria-valuenow", second.toFixed(1));
        slider.setAttribute("aria-valuetext", EF.duration(second));
        slider.setAttribute("aria-valuemax", length.toFixed(1));
      },
    };
  };

  /** Silent stretches of a recording, from its outline: [from, to] in seconds, of half a second and more. */
  EF.silences = function (recording) {
    const { peaks, seconds } = recording, found = [];
    if (!peaks || !peaks.length || !seconds) return found;
    const pairs = peaks.length / 2, loud = (pair) => Math.max(-peaks[2 * pair], peaks[2 * pair + 1]);
    const most = Math.max(...Array.from({ length: pairs }, (_, pair) => loud(pair)));
    const quiet = Math.max(2, most * 0.06);
    for (let pair = 0, from = -1; pair <= pairs; pair++) {
      const silent = pair < pairs && loud(pair) <= quiet;
      if (silent && from < 0) from = pair;
      if (!silent && from >= 0) {
        const start = from / pairs * seconds, end = pair / pairs * seconds;
        if (end - start >= 0.5) found.push([start, end]);
        from = -1;
      }
    }
    return found;
  };
})(window.EF);
