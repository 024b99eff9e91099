/* The timeline: a window over the rows, so that a hundred thousand of them are as quick as ten.
   Evidence only ever becomes text (textContent); nothing of it becomes markup. */
"use strict";
(function () {
  const $ = (id) => document.getElementById(id);
  const ROW = 64, HEAD = 40, OVER = 8, LONG = 600, FOLDED = 300, MOST_OPTIONS = 2000;
  const report = window.REPORT;

  /* --- text ------------------------------------------------------------------------------------------- */

  /* Characters that cannot be seen, or would turn a line round, are written out. markup.py knows the same. */
  const HIDDEN = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b" +
    "\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]", "gu");
  const visible = (text) => String(text).replace(HIDDEN, (found) =>
    "[U+" + found.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");
  const number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined && text !== null) made.textContent = visible(text);
    return made;
  }

  /* A value, folded away behind its beginning where it is long. */
  function value(name, className, text) {
    const made = element(name, className), whole = String(text);
    made.dir = "auto";
    if (whole.length <= LONG) { made.textContent = visible(whole); return made; }
    const button = element("button", "whole", "show whole (" + number(whole.length) + " characters)");
    button.type = "button";
    button.addEventListener("click", () => { made.textContent = visible(whole); });
    made.append(visible(whole.slice(0, FOLDED)) + " … ", button);
    return made;
  }

  function player(sha256) {
    const media = report.media[sha256];
    if (!media) return element("p", "silent", "The recording is not in this bundle.");
    return media[1] ? window.PLAYERS.make("media/" + media[0]) : window.PLAYERS.silent("media/" + media[0]);
  }

  if (!report || !report.chunks || !window.PLAYERS) return;   // the page says what that means

  /* --- rows ------------------------------------------------------------------------------------------- */

  const chunks = report.chunks;
  const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const chunkOf = new Uint32Array(total), placeOf = new Uint32Array(total);
  for (let number = 0, row = 0; number < chunks.length; number++) {
    for (let place = 0; place < chunks[number].length; place++, row++) { chunkOf[row] = number; placeOf[row] = place; }
  }

  function get(row, name) {
    const column = chunks[chunkOf[row]][name], place = placeOf[row];
    return Array.isArray(column) ? column[place] : column.of[column.at[place]];
  }

  const seconds = new Map([[null, 0]]);   // of an offset such as +09:00
  function offset(row) {
    const text = get(row, "offset");
    if (!seconds.has(text)) {
      const [hours, minutes, rest] = text.slice(1).split(":").map(Number);
      seconds.set(text, (text[0] === "-" ? -1 : 1) * (hours * 3600 + minutes * 60 + (rest || 0)));
    }
    return seconds.get(text);
  }

  function clock(row, shift) {
    const micro = get(row, "micro");
    const fraction = micro ? "." + String(micro).padStart(6, "0").replace(/0+$/, "") : "";
    return new Date((get(row, "second") + shift) * 1000).toISOString().slice(0, 19).replace("T", " ") + fraction;
  }
  const known = (row) => get(row, "second") !== null;
  const utc = (row) => known(row) ? clock(row, 0) + " UTC" : null;
  const local = (row) => get(row, "offset") === null ? null
    : clock(row, offset(row)) + " " + get(row, "offset");
  const day = (row) => Math.floor((get(row, "second") + offset(row)) / 86400);

  /* Whether each row holds a text, in any of its columns. */
  const SEARCHED = ["exhibit", "message", "transcript", "recorded_time", "timestamp_desc", "data_type", "clock",
    "device_serial", "device_type", "account", "person", "utterance_id", "recording", "evidence", "path", "locator",
    "sha256", "parser", "parser_version", "corroborated_by", "record"];
  const plain = chunks.map((chunk) => SEARCHED.filter((name) => Array.isArray(chunk[name])));
  const pooled = chunks.map((chunk) => SEARCHED.filter((name) => !Array.isArray(chunk[name])));
  const haystacks = new Array(total);
  function haystack(row) {
    if (haystacks[row] === undefined) {
      const parts = [utc(row), local(row)];
      for (const name of plain[chunkOf[row]]) parts.push(get(row, name));
      haystacks[row] = parts.join("\n").toLowerCase();
    }
    return haystacks[row];
  }
  function search(words) {
    const held = chunks.map((chunk, index) => pooled[index].map((name) => {
      const holds = chunk[name].of.map((text) => text !== null && String(text).toLowerCase().includes(words));
      return holds.includes(true) ? [chunk[name].at, holds] : null;
    }).filter(Boolean));
    return (row) => held[chunkOf[row]].some(([at, holds]) => holds[at[placeOf[row]]]) || haystack(row).includes(words);
  }

  /* --- the table -------------------------------------------------------------------------------------- */

  const grid = $("grid"), pane = $("rows"), detail = $("detail"), count = $("count");
  let shown = [], chosen = -1, chosenRow = -1;

  const CELLS = [
    ["exhibit", (row) => [get(row, "exhibit") + (get(row, "recording") ? " ▶" : ""), get(row, "data_type")]],
    ["when", (row) => known(row) ? [utc(row), local(row)] : get(row, "recorded_time") === null ? ["no time"]
      : ["time zone unknown:", "recorded as ", get(row, "recorded_time")]],
    ["what", (row) => [get(row, "timestamp_desc"), get(row, "clock") + " clock"]],
    ["message", (row) => [get(row, "message"), null, get(row, "transcript")]],
  ];

  function line(position, top) {
    const row = shown[position], made = element("div", "row");
    made.setAttribute("role", "row");
    made.setAttribute("aria-rowindex", String(position + 2));
    made.id = "row-" + position;
    made.style.top = top + "px";
    made.dataset.position = String(position);
    if (position === chosen) { made.classList.add("chosen"); made.setAttribute("aria-selected", "true"); }
    CELLS.forEach(([name, content], index) => {
      const cell = element("div", "cell " + name), [first, second, quoted] = content(row);
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("aria-colindex", String(index + 1));
      cell.append(element("div", "first", first.slice(0, LONG)));
      if (second || quoted) {
        const below = element("div", "second", second);
        if (quoted) below.append(value("q", "evidence", quoted.slice(0, FOLDED)));
        cell.append(below);
      }
      made.append(cell);
    });
    return made;
  }

  /* Browsers cannot scroll beyond some millions of pixels; a longer table is scrolled in proportion. */
  function measure() {
    const full = shown.length * ROW, view = Math.max(ROW, grid.clientHeight - HEAD);
    const height = Math.min(full, report.tallest);
    return { view, height, scale: height < full ? (full - view) / (height - view) : 1 };
  }

  let drawn = "";
  function draw(force) {
    const { view, scale } = measure(), at = grid.scrollTop, top = at * scale / ROW;
    const first = Math.max(0, Math.floor(top) - OVER);
    const last = Math.min(shown.length, Math.ceil(top + view / ROW) + OVER);
    const state = scale === 1 ? first + ":" + last : String(at);
    if (!force && state === drawn) return;
    drawn = state;
    const made = document.createDocumentFragment();
    for (let position = first; position < last; position++) {
      made.append(line(position, scale === 1 ? position * ROW : at + (position - top) * ROW));
    }
    pane.replaceChildren(made);
  }

  function reveal(position) {
    const { view, scale } = measure(), top = position * ROW, at = grid.scrollTop * scale;
    if (top < at) grid.scrollTop = top / scale;
    else if (top + ROW > at + view) grid.scrollTop = Math.ceil((top + ROW - view) / scale);
  }

  function filtered() {
    const words = $("filter-text").value.toLowerCase().trim(), type = $("filter-type").value;
    const device = $("filter-device").value, sound = $("filter-recordings").checked;
    const [from, to] = ["filter-from", "filter-to"].map((id) => Date.parse($(id).value) / 86400000);
    const dated = !Number.isNaN(from) || !Number.isNaN(to);
    const holds = words ? search(words) : null, seen = $("filter-fold").checked ? new Set() : null;
    const found = [];
    let undated = 0;
    for (let row = 0; row < total; row++) {
      if (type && get(row, "data_type") !== type && !get(row, "data_type").startsWith(type + ":")) continue;
      if (device && get(row, "device_serial") !== device) continue;
      if (sound && !get(row, "recording")) continue;
      if (dated && known(row) && (day(row) < from || day(row) > to)) continue;
      if (holds && !holds(row)) continue;
      if (dated && !known(row)) { undated++; continue; }
      if (seen) {
        if (seen.has(get(row, "record"))) continue;
        seen.add(get(row, "record"));
      }
      found.push(row);
    }
    return [found, undated];
  }

  function apply() {
    const [found, undated] = filtered();
    shown = found;
    chosen = shown.indexOf(chosenRow);
    pane.style.height = measure().height + "px";
    grid.setAttribute("aria-rowcount", String(shown.length + 1));
    grid.removeAttribute("aria-activedescendant");
    count.textContent = number(shown.length) + " of " + number(total) + " rows" + (undated
      ? "; " + number(undated) + " more are left out because their UTC is not known, and dates are asked for" : "");
    grid.scrollTop = 0;
    if (chosen >= 0) choose(chosen, false);
    else draw(true);
  }

  function choose(position, open) {
    if (!shown.length) return;
    chosen = Math.min(Math.max(position, 0), shown.length - 1);
    chosenRow = shown[chosen];
    if (open || !detail.hidden) {
      show(chosenRow);
      if (open) $("split").scrollIntoView({ block: "nearest" });
    }
    reveal(chosen);
    draw(true);
    grid.setAttribute("aria-activedescendant", "row-" + chosen);
  }

  /* --- one row ---------------------------------------------------------------------------------------- */

  const NAMES = {
    utc: "UTC", local: report.zone, recorded_time: "Recorded as", timestamp_desc: "What the time is of",
    clock: "Whose clock", data_type: "Data type", device_serial: "Device serial", device_type: "Device type",
    account: "Account", person: "Person", utterance_id: "Utterance", transcript: "Text recognised by the service",
    recording: "Recording (SHA-256)", corroborated_by: "Corroborated by", others: "Other times of the record",
    evidence: "Evidence", path: "Path", locator: "Locator", places: "Places that hold it", sha256: "SHA-256 of the file", parser: "Parser",
    parser_version: "Parser version", state: "State", interaction: "Interaction", record: "Record",
  };
  const FROM_EVIDENCE = new Set(["recorded_time", "device_serial", "device_type", "account", "person", "utterance_id",
    "transcript", "evidence", "path"]);
  const MADE = {
    utc: (row) => utc(row) || (get(row, "recorded_time") === null ? "the record holds no time" : "time zone unknown"),
    local,
    others: (row) => {
      const record = get(row, "record"), found = [];
      for (let other = 0; other < total; other++) {
        if (other !== row && get(other, "record") === record) found.push(get(other, "exhibit"));
      }
      return found.join(" ");
    },
  };

  function links(exhibits) {
    const made = element("dd");
    for (const exhibit of exhibits.split(" ")) {
      const link = element("a", "", exhibit);
      link.href = "#" + exhibit;
      made.append(link, " ");
    }
    return made;
  }

  function show(row) {
    const list = element("dl");
    for (const [name, label] of Object.entries(NAMES)) {
      const held = name in MADE ? MADE[name](row) : get(row, name);
      if (held === null || held === "") continue;
      list.append(element("dt", "", label));
      if (name === "corroborated_by" || name === "others") list.append(links(held));
      else if (FROM_EVIDENCE.has(name)) {
        const cell = element("dd");
        cell.append(value("q", "evidence", held));
        list.append(cell);
      } else list.append(value("dd", "", held));
    }
    const close = element("button", "close", "Close");
    close.type = "button";
    close.addEventListener("click", hide);
    const title = element("h3"), link = element("a", "", get(row, "exhibit"));
    link.href = "#" + get(row, "exhibit");
    title.append(link);
    detail.replaceChildren(close, title, value("p", "", get(row, "message")));
    if (get(row, "transcript")) {
      const said = element("p", "said", "Text recognised by the service: ");
      said.append(value("q", "evidence", get(row, "transcript")));
      detail.append(said);
    }
    if (get(row, "recording")) detail.append(player(get(row, "recording")));
    detail.append(list);
    detail.scrollTop = 0;
    detail.hidden = false;
  }

  function hide() {
    detail.hidden = true;
    detail.replaceChildren();
    draw(true);
    grid.focus();
  }

  function jump() {
    const wanted = /^#EF-(\d+)$/.exec(location.hash);
    if (!wanted) return;
    const exhibit = "EF-" + wanted[1].padStart(7, "0");
    let position = shown.findIndex((row) => get(row, "exhibit") === exhibit);
    if (position < 0) {
      $("filters").reset();
      apply();
      position = shown.findIndex((row) => get(row, "exhibit") === exhibit);
    }
    if (position < 0) { count.textContent = "There is no row " + exhibit + " in this report."; return; }
    $("timeline").scrollIntoView();
    grid.focus({ preventScroll: true });
    choose(position, true);
  }

  /* --- begin ------------------------------------------------------------------------------------------ */

  function options(id, name, parts) {
    const found = new Set();
    for (const chunk of chunks) {
      for (const held of Array.isArray(chunk[name]) ? chunk[name] : chunk[name].of) if (held) parts(held, found);
    }
    for (const held of [...found].sort().slice(0, MOST_OPTIONS)) {
      const option = element("option", "", held);
      option.value = held;
      $(id).append(option);
    }
  }

  let waiting = 0;
  const later = (delay) => { clearTimeout(waiting); waiting = setTimeout(apply, delay); };
  $("filters").addEventListener("input", () => later(80));
  $("filters").addEventListener("reset", () => later(0));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  grid.addEventListener("scroll", () => draw(false), { passive: true });
  window.addEventListener("resize", () => { pane.style.height = measure().height + "px"; draw(true); });
  window.addEventListener("hashchange", jump);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#EF-']");
    if (link && link.hash === location.hash) { event.preventDefault(); jump(); }   // no hashchange comes of it
  });
  pane.addEventListener("click", (event) => {
    const row = event.target.closest(".row");
    if (row) choose(Number(row.dataset.position), true);
  });
  grid.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor((grid.clientHeight - HEAD) / ROW) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total };
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) choose(chosen + steps[event.key], false);
    else if (event.key === "Enter") choose(Math.max(chosen, 0), true);
    else if (event.key === "Escape" && !detail.hidden) hide();
    else return;
    event.preventDefault();
  });
  detail.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

  options("filter-type", "data_type", (held, found) => {
    held.split(":").forEach((_, index, parts) => found.add(parts.slice(0, index + 1).join(":")));
  });
  options("filter-device", "device_serial", (held, found) => found.add(held));
  if (total !== report.total) {
    $("table").prepend(element("p", "notice", "Only " + number(total) + " of " + number(report.total) +
      " rows could be loaded: a file of the folder data is missing or damaged. timeline.csv has them."));
  }
  $("loading").remove();
  $("table").hidden = false;
  apply();
  jump();
  document.documentElement.dataset.ready = "yes";
  /* What is searched is made in pauses, so that the first letter typed need not wait for it. */
  setTimeout(function prepare(row) {
    for (const end = Math.min(total, row + 2000); row < end; row++) haystack(row);
    if (row < total) setTimeout(prepare, 20, row);
  }, 500, 0);
})();
