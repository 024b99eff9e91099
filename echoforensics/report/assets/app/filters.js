/* Which rows are shown: a loop over the packed columns of the index. */
"use strict";
(function (EF) {
  const NONE = 0;

  /** Numbers of the values that a text of a filter asks for. */
  function codes(values, wanted, holds) {
    const found = new Uint8Array(values.length);
    values.forEach((value, number) => { if (value !== null && wanted.some((one) => holds(value, one))) found[number] = 1; });
    return found;
  }
  const several = (text) => String(text).split(/[ ,]+/).filter(Boolean);

  /** What a filter asks for, made ready: a table of allowed numbers for each column. */
  function ready(index, asked) {
    const tests = [];
    const add = (column, allowed) => tests.push([index[column], allowed]);
    if (asked.kind) {
      add("kind", codes(index.kinds, several(asked.kind), ([kind], one) => kind === one || kind.startsWith(one + ":")));
    }
    if (asked.device) {
      add("device", codes(index.devices, [asked.device], ([serial], one) => serial === one));
    }
    if (asked.evidence) add("evidence", codes(index.items, [asked.evidence], (items, one) => items.includes(one)));
    if (asked.person) add("person", codes(index.persons, [asked.person], (person, one) => person === one));
    if (asked.state) add("state", codes(index.states, several(asked.state), (state, one) => state === one));
    return tests;
  }

  /** Hours that are asked for; over midnight where the first is the later. */
  function hours(asked) {
    const from = asked.hourfrom ? Number(asked.hourfrom) : 0, to = asked.hourto ? Number(asked.hourto) : 23;
    if (!asked.hourfrom && !asked.hourto) return null;
    return Array.from({ length: 24 }, (_, hour) => from <= to ? hour >= from && hour <= to : hour >= from || hour <= to);
  }

  /**
   * @param {object} asked the filters by name
   * @param {Uint8Array | null} hits rows that hold the text, or null where none is asked for
   * @returns {{rows: Uint32Array, undated: number}} positions of rows; and how many are left out because times are
   *   asked for and theirs in UTC is unknown
   */
  EF.filterRows = function (asked, hits) {
    const index = EF.index(), total = index.length, found = new Uint32Array(total);
    const tests = ready(index, asked), hour = hours(asked);
    const day = (text) => text ? Date.parse(text) / 1000 : NaN;
    const from = day(asked.from), to = day(asked.to) + 86400;
    const dated = !Number.isNaN(from) || !Number.isNaN(to) || hour !== null;
    const interaction = asked.interaction ? Number(String(asked.interaction).replace(/^IN-/i, "")) : NONE;
    const sound = Boolean(asked.sound), seen = asked.fold ? new Set() : null;
    const marked = asked.marked ? EF.marks.markedExhibits() : null;
    let count = 0, undated = 0;
    each: for (let row = 0; row < total; row++) {
      for (const [column, allowed] of tests) if (!allowed[column[row]]) continue each;
      if (hits && !hits[row]) continue;
      if (sound && !(index.flags[row] & 1)) continue;
      if (interaction && index.interaction[row] !== interaction) continue;
      if (marked && !marked.has(index.exhibit[row]) && !marked.has("IN-" + index.interaction[row])) continue;
      if (dated) {
        const second = index.second[row];
        if (Number.isNaN(second)) { undated++; continue; }
        const wall = EF.wall(second);
        if (wall < from || wall >= to) continue;
        if (hour && !hour[Math.floor(wall / 3600 % 24 + 24) % 24]) continue;
      }
      if (seen) {
        if (seen.has(index.record[row])) continue;
        seen.add(index.record[row]);
      }
      found[count++] = row;
    }
    return { rows: found.slice(0, count), undated };
  };

  /** The position of an exhibit among all rows, or -1. @param {string} exhibit */
  EF.positionOf = function (exhibit) {
    const number = Number(exhibit.replace(/^EF-/i, ""));
    return EF.index().exhibit.indexOf(number);
  };
  EF.exhibit = (row) => "EF-" + String(EF.index().exhibit[row]).padStart(7, "0");
})(window.EF);
