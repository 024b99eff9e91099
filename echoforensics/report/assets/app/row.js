/* One row, opened: what it says, where it comes from, the bytes it was read from, what it belongs to. */
"use strict";
(function (EF) {
  const word = EF.word;
  const FROM_EVIDENCE = new Set(["recorded_time", "device_serial", "device_type", "account", "person", "utterance_id",
    "transcript", "evidence", "path"]);

  const NAMES = () => [
    ["recorded_time", word("Recorded as")], ["timestamp_desc", word("What the time is of")],
    ["clock", word("Whose clock")], ["time_note", word("About the time")], ["device_serial", word("Device serial")],
    ["device_type", word("Device type")], ["account", word("Account")], ["person", word("Person")],
    ["utterance_id", word("Utterance")], ["recording", word("Recording (SHA-256)")], ["state", word("State")],
    ["data_type", word("Data type")],
  ];
  const PROVENANCE = () => [
    ["evidence", word("Evidence")], ["path", word("Path")], ["locator", word("Locator")],
    ["sha256", word("SHA-256 of the file")], ["places", word("Places that hold it")], ["parser", word("Parser")],
    ["parser_version", word("Parser version")], ["record", word("Record")],
  ];

  function pairs(list, names, chunk, place) {
    for (const [name, label] of names) {
      const held = EF.value(chunk, place, name) || (name === "locator" ? word("the whole file") : EF.value(chunk, place, name));
      if (held === null || held === "") continue;
      if (name === "timestamp_desc" || name === "clock" || name === "state") {
        list.append(EF.make("dt", {}, label), EF.make("dd", {}, EF.term({ timestamp_desc: "times", clock: "clocks", state: "states" }[name], held)));
        continue;
      }
      const value = FROM_EVIDENCE.has(name) ? EF.make("dd", {}, EF.quoted(held)) : EF.folded("dd", held);
      list.append(EF.make("dt", {}, label), value);
    }
  }

  function times(row, chunk, place) {
    const second = EF.index().second[row], micro = EF.value(chunk, place, "micro");
    if (Number.isNaN(second)) {
      return [EF.make("dt", {}, "UTC"), EF.make("dd", {}, EF.value(chunk, place, "recorded_time") === null
        ? word("the record holds no time") : word("time zone unknown"))];
    }
    const made = [EF.make("dt", {}, "UTC"), EF.make("dd", {}, EF.utc(second, micro))], local = EF.local(second, micro);
    if (local) made.push(EF.make("dt", {}, EF.zone()), EF.make("dd", {}, local));
    return made;
  }

  /** Other rows of the same record. */
  function others(row) {
    const { record, length } = EF.index(), found = [];
    for (let other = 0; other < length && found.length < 50; other++) {
      if (other !== row && record[other] === record[row]) found.push(EF.exhibit(other));
    }
    return found;
  }

  function belongs(row, chunk, place) {
    const list = EF.make("dl"), interaction = EF.value(chunk, place, "interaction");
    const add = (label, numbers) => {
      if (numbers.length) list.append(EF.make("dt", {}, label), EF.make("dd", {}, EF.links(numbers)));
    };
    add(word("Interaction"), interaction ? [interaction] : []);
    add(word("Corroborated by"), EF.value(chunk, place, "corroborated_by").split(" ").filter(Boolean));
    add(word("Other times of the record"), others(row));
    return list.childElementCount ? [EF.make("h3", {}, word("What it belongs to")), list] : [];
  }

  /** Sixteen bytes a line: where, in hexadecimal, and as text. */
  function dump(content, offset) {
    const lines = [];
    for (let at = 0; at < content.length; at += 16) {
      const part = [...content.slice(at, at + 16)];
      const hex = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ").padEnd(47);
      const text = part.map((byte) => byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
      lines.push((offset === null ? "" : String(offset + at).padStart(10) + "  ") + hex + "  " + text);
    }
    return lines.join("\n");
  }

  async function bytes(target, row) {
    const size = EF.head().rows.chunk;
    try {
      const [offset, length, content, why] = (await EF.bytesOf(Math.floor(row / size)))[row % size];
      if (why) { target.replaceChildren(EF.make("p.hint", {}, why)); return; }
      const shown = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
      const where = offset === null ? word("{0} bytes of a text that was decoded", EF.number(length))
        : word("{0} bytes, from byte {1} of the file", EF.number(length), EF.number(offset));
      const rest = length > shown.length ? word("; the first {0} are shown", EF.number(shown.length)) : "";
      const text = new TextDecoder("utf-8", { fatal: false }).decode(shown);
      target.replaceChildren(EF.make("p.hint", {}, where + rest + "."),
        EF.make("pre.bytes", { tabindex: "0", role: "group", "aria-label": word("Bytes") }, dump(shown, offset)),
        EF.make("pre.bytes.plain", { tabindex: "0", role: "group", "aria-label": word("Bytes as text") }, text));
    } catch (error) {
      target.replaceChildren(EF.make("p.hint", {}, word("The bytes could not be loaded ({0}).", error.message)));
    }
  }

  /** What else the record keeps. */
  function fields(chunk, place) {
    let held;
    try { held = JSON.parse(EF.value(chunk, place, "fields")); } catch { return []; }
    const filled = Object.entries(held).filter(([, value]) => value !== null && value !== "" &&
      !(typeof value === "object" && !Object.keys(value).length));
    if (!filled.length) return [];
    const list = EF.make("dl");
    for (const [name, value] of filled) {
      list.append(EF.make("dt", {}, name),
        EF.make("dd", {}, EF.quoted(typeof value === "string" ? value : JSON.stringify(value))));
    }
    return [EF.make("h3", {}, word("What else the record holds")), list];
  }

  /**
   * A row, opened.
   * @param {number} row its position
   * @param {() => void} close
   * @returns {Promise<Node[]>}
   */
  EF.openedRow = async function (row, close) {
    const size = EF.head().rows.chunk, chunk = await EF.chunk(Math.floor(row / size)), place = row % size;
    await EF.loadRecordings();
    const exhibit = EF.exhibit(row), text = EF.value(chunk, place, "transcript");
    const sound = EF.recordings().findIndex((one) => one.sha256 === EF.value(chunk, place, "recording"));
    const facts = EF.make("dl", {}, times(row, chunk, place)), from = EF.make("dl"), content = EF.make("div");
    pairs(facts, NAMES(), chunk, place);
    pairs(from, PROVENANCE(), chunk, place);
    bytes(content, row);
    const machine = EF.value(chunk, place, "data_type").startsWith("machine:");
    return [
      EF.make("div.detail-head", {},
        EF.make("h2", {}, EF.make("a", { href: "#" + exhibit }, exhibit)), EF.marks.controls(exhibit),
        EF.make("button.close", { on: { click: close } }, word("Close"))),
      machine ? EF.make("p.machine", {}, word("Found by a machine. It can be wrong.")) : null,
      EF.folded("p.sentence", EF.value(chunk, place, "message")),
      text ? EF.make("p.said", {}, word("Text recognised by the service:") + " ", EF.quoted(text)) : null,
      sound >= 0 ? EF.playerFor(sound) : null,
      facts,
      EF.make("h3", {}, word("Where it comes from")), from,
      EF.make("h3", {}, word("Bytes it was read from")), content,
      ...belongs(row, chunk, place),
      ...fields(chunk, place),
    ].filter(Boolean);
  };
})(window.EF);
