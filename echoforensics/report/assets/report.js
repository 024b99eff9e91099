/* The timeline: a window over the rows, so that a hundred thousand of them are as quick as ten.
   Evidence only ever becomes text (textContent); nothing of it becomes markup. */
"use strict";
(function () {
  const head = window.REPORT, rows = window.ROWS;
  const at = Object.fromEntries(head.columns.map((name, index) => [name, index]));
  const ROW = 56, OVER = 10;
  const $ = (id) => document.getElementById(id);
  const grid = $("grid"), spacer = $("spacer"), pane = $("window"), detail = $("detail"), count = $("count");
  const haystacks = new Array(rows.length);
  let shown = [], chosen = -1;

  /* Characters that would turn a line round, or cannot be seen, are written out. */
  const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
  function visible(text) {
    return String(text).replace(HIDDEN, (c) =>
      "[U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = visible(text);
    return made;
  }

  function haystack(index) {
    if (haystacks[index] === undefined) haystacks[index] = rows[index].join("\n").toLowerCase();
    return haystacks[index];
  }

  function utc(row) {
    const time = row[at.datetime];
    return time ? time.replace("T", " ").replace(/000\+00:00$/, "").replace(/\.000$/, "") + " UTC" : null;
  }

  function local(row) {
    const time = row[at.local_time];
    return time ? time.replace("T", " ").replace(/(\.\d{3})\d{3}/, "$1").replace(".000", "") : null;
  }

  function when(row) {
    if (row[at.datetime]) return utc(row);
    return row[at.recorded_time] ? "zone unknown: " + row[at.recorded_time] : "no time";
  }

  function player(sha256) {
    const media = head.media[sha256];
    if (!media) return null;
    if (!media[1]) return element("p", "", "Browsers cannot play this kind of recording; it lies in media/.");
    const audio = element("audio");
    audio.controls = true;
    audio.preload = "none";
    audio.src = "media/" + media[0];
    return audio;
  }

  function line(position) {
    const row = rows[shown[position]];
    const made = element("div", "row");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", String(position + 1));
    made.id = "row-" + position;
    made.style.top = position * ROW + "px";
    made.dataset.position = String(position);
    if (position === chosen) { made.classList.add("chosen"); made.setAttribute("aria-selected", "true"); }
    const cells = [
      ["exhibit", row[at.exhibit]],
      ["when", when(row), local(row)],
      ["what", row[at.timestamp_desc] + " · " + row[at.clock] + " clock", row[at.data_type]],
      ["message", row[at.message], row[at.transcript]],
    ];
    for (const [name, first, second] of cells) {
      const cell = element("div", "cell " + name);
      cell.setAttribute("role", "gridcell");
      cell.append(element("div", "first", first));
      if (second) cell.append(element("div", name === "message" ? "second evidence" : "second", second));
      made.append(cell);
    }
    if (row[at.recording]) made.classList.add("has-recording");
    return made;
  }

  let drawn = "";
  function draw(force) {
    const first = Math.max(0, Math.floor(grid.scrollTop / ROW) - OVER);
    const last = Math.min(shown.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW) + OVER);
    const state = first + ":" + last;
    if (!force && state === drawn) return;
    drawn = state;
    const made = document.createDocumentFragment();
    for (let position = first; position < last; position++) made.append(line(position));
    pane.replaceChildren(made);
  }

  function apply() {
    const words = $("filter-text").value.toLowerCase().trim();
    const type = $("filter-type").value, device = $("filter-device").value;
    const from = $("filter-from").value, to = $("filter-to").value;
    const withRecording = $("filter-recordings").checked, fold = $("filter-fold").checked;
    const seen = new Set();
    shown = [];
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (type && row[at.data_type] !== type && !row[at.data_type].startsWith(type + ":")) continue;
      if (device && row[at.device_serial] !== device) continue;
      if (withRecording && !row[at.recording]) continue;
      const day = (row[at.local_time] || row[at.datetime] || "").slice(0, 10);
      if ((from && (!day || day < from)) || (to && (!day || day > to))) continue;
      if (words && !haystack(index).includes(words)) continue;
      if (fold) {
        if (seen.has(row[at.record])) continue;
        seen.add(row[at.record]);
      }
      shown.push(index);
    }
    chosen = -1;
    spacer.style.height = shown.length * ROW + "px";
    grid.setAttribute("aria-rowcount", String(shown.length));
    grid.removeAttribute("aria-activedescendant");
    count.textContent = shown.length + " of " + rows.length + " rows";
    grid.scrollTop = 0;
    draw(true);
  }

  const NAMES = {
    datetime: "UTC", local_time: head.zone || "Local time", timestamp_desc: "Time of", recorded_time: "As recorded",
    clock: "Whose clock", data_type: "Data type", device_serial: "Device serial", device_type: "Device type",
    account: "Account", person: "Person", utterance_id: "Utterance", transcript: "Text recognised by the service",
    recording: "Recording (SHA-256)", evidence: "Evidence", path: "Path", locator: "Locator", sha256: "File's SHA-256",
    parser: "Parser", parser_version: "Parser version", corroborated_by: "Corroborated by", record: "Record",
  };
  const FROM_EVIDENCE = new Set(["recorded_time", "device_serial", "device_type", "account", "person", "utterance_id",
    "transcript", "evidence", "path"]);

  function show(position) {
    const row = rows[shown[position]];
    const list = element("dl");
    for (const [name, label] of Object.entries(NAMES)) {
      const value = row[at[name]];
      if (value === null || value === "") continue;
      list.append(element("dt", "", label), element("dd", FROM_EVIDENCE.has(name) ? "evidence" : "", value));
    }
    const close = element("button", "close", "Close");
    close.type = "button";
    close.addEventListener("click", () => { detail.hidden = true; grid.focus(); });
    const sound = row[at.recording] ? player(row[at.recording]) : null;
    detail.replaceChildren(close, element("h3", "", row[at.exhibit]), element("p", "", row[at.message]));
    if (sound) detail.append(sound);
    detail.append(list);
    detail.hidden = false;
  }

  function choose(position, open) {
    if (!shown.length) return;
    chosen = Math.min(Math.max(position, 0), shown.length - 1);
    const top = chosen * ROW;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + ROW > grid.scrollTop + grid.clientHeight) grid.scrollTop = top + ROW - grid.clientHeight;
    draw(true);
    grid.setAttribute("aria-activedescendant", "row-" + chosen);
    if (open) show(chosen);
    else if (!detail.hidden) show(chosen);
  }

  function jump() {
    const wanted = location.hash.slice(1);
    if (!/^EF-\d+$/.test(wanted)) return;
    let position = shown.findIndex((index) => rows[index][at.exhibit] === wanted);
    if (position < 0) {
      $("filters").reset();
      apply();
      position = shown.findIndex((index) => rows[index][at.exhibit] === wanted);
    }
    if (position < 0) return;
    $("timeline").scrollIntoView();
    choose(position, true);
    grid.focus({ preventScroll: true });
  }

  function options(id, values) {
    for (const value of [...values].sort()) {
      const option = element("option", "", value);
      option.value = value;
      $(id).append(option);
    }
  }

  const types = new Set(), devices = new Set();
  for (const row of rows) {
    const parts = row[at.data_type].split(":");
    for (let length = 1; length <= parts.length; length++) types.add(parts.slice(0, length).join(":"));
    if (row[at.device_serial]) devices.add(row[at.device_serial]);
  }
  options("filter-type", types);
  options("filter-device", devices);

  let waiting = 0;
  $("filters").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  grid.addEventListener("scroll", () => draw(false), { passive: true });
  window.addEventListener("resize", () => draw(false));
  window.addEventListener("hashchange", jump);
  pane.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row) choose(Number(row.dataset.position), true);
  });
  grid.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
    if (event.key in steps) choose(chosen + steps[event.key], false);
    else if (event.key === "Enter") choose(Math.max(chosen, 0), true);
    else if (event.key === "Escape") detail.hidden = true;
    else return;
    event.preventDefault();
  });
  apply();
  jump();
  document.documentElement.dataset.ready = "yes";
})();
