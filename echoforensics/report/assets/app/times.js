/* Times: in UTC, and in the zone that the reader chooses. The data holds seconds since 1970 UTC and microseconds. */
"use strict";
(function (EF) {
  const word = EF.word;
  /** @type {Map<string, Intl.DateTimeFormat>} */
  const formats = new Map();
  /** Offsets of a zone by quarter of an hour. @type {Map<number, number>} */
  let quarters = new Map();
  let zone = "UTC";
  const changed = [];

  EF.zone = () => zone;
  EF.onZone = (run) => changed.push(run);

  /** Show times in another zone from now on. */
  EF.setZone = function (name) {
    if (name === zone) return;
    zone = name;
    quarters = new Map();
    EF.remember("zone", name);
    for (const run of changed) run();
  };

  function format(name) {
    if (!formats.has(name)) {
      formats.set(name, new Intl.DateTimeFormat("en-US", {
        timeZone: name, calendar: "gregory", numberingSystem: "latn", hourCycle: "h23", era: "short", year: "numeric",
        month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
      }));
    }
    return formats.get(name);
  }

  /** By how many seconds the zone is ahead of UTC at a time. @param {number} second */
  EF.offset = function (second) {
    if (zone === "UTC") return 0;
    const parts = {};
    for (const { type, value } of format(zone).formatToParts(new Date(second * 1000))) parts[type] = value;
    const wall = new Date(0);
    wall.setUTCFullYear(parts.era[0] === "B" ? 1 - parts.year : Number(parts.year), parts.month - 1, Number(parts.day));
    wall.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second));
    return wall.getTime() / 1000 - second;
  };

  /** Seconds of the zone's own clock, for filters. */
  EF.wall = function (second) {
    if (zone === "UTC") return second;
    const key = Math.floor(second / 900);
    if (!quarters.has(key)) quarters.set(key, EF.offset(key * 900));
    return second + quarters.get(key);
  };

  /** A time as text, without its zone. @param {number} second @param {number | null} micro */
  function plain(second, micro) {
    const fraction = micro ? "." + String(micro).padStart(6, "0").replace(/0+$/, "") : "";
    return new Date(second * 1000).toISOString().replace(/^\+00/, "").slice(0, 19).replace("T", " ") + fraction;
  }
  EF.utc = (second, micro) => plain(second, micro) + " UTC";

  /** How far the zone is from UTC, in words: +09:00. */
  function ahead(seconds) {
    const size = Math.abs(seconds), two = (part) => String(Math.floor(part)).padStart(2, "0");
    const rest = size % 60 ? ":" + two(size % 60) : "";
    return (seconds < 0 ? "-" : "+") + two(size / 3600) + ":" + two(size % 3600 / 60) + rest;
  }

  /** The time in the reader's zone, with its offset; null where that is UTC. @param {boolean} [short] without its name */
  EF.local = function (second, micro, short) {
    if (zone === "UTC") return null;
    const offset = EF.offset(second);
    return plain(second + offset, micro) + " " + ahead(offset) + (short ? "" : " " + zone);
  };
  EF.day = (second) => plain(EF.wall(second), 0).slice(0, 10);
  EF.hour = (second) => Math.floor(EF.wall(second) / 3600) % 24;
  EF.clockTime = (second) => plain(EF.wall(second), 0).slice(11);

  /** A length of time for people. */
  EF.duration = (seconds) => seconds === null ? word("duration unknown")
    : seconds < 60 ? seconds.toFixed(1) + " s"
      : Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0") + " min";

  /** The list of zones to choose from: UTC, the report's, the browser's. */
  EF.beginZones = function () {
    const choice = document.getElementById("zone"), own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const known = [...new Set(["UTC", EF.head().zone, own].filter(Boolean))];
    for (const name of known) choice.append(EF.make("option", { value: name }, name));
    const before = EF.remembered("zone");
    zone = known.includes(before) ? before : EF.head().zone || "UTC";
    choice.value = zone;
    choice.addEventListener("change", () => EF.setZone(choice.value));
  };
})(window.EF);
