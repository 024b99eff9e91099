/* Text into the page. Evidence only ever becomes text (textContent); nothing of it becomes markup, an address or a
   script. */
"use strict";
(function (EF) {
  const LONG = 600, FOLDED = 300;

  /* Characters that cannot be seen, or would turn a line round, are written out. markup.py knows the same. */
  const HIDDEN = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b" +
    "\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]", "gu");

  /** @param {unknown} text @returns {string} */
  EF.visible = (text) => String(text).replace(HIDDEN, (found) =>
    "[U+" + found.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "]");

  /** A number with its thousands set apart. @param {number} count */
  EF.number = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");

  /** A sentence of the page in its language; {0}, {1} are the values. @param {string} english */
  function word(english, ...values) {
    const known = EF.head().words, text = Object.hasOwn(known, english) ? known[english] : english;
    return text.replace(/\{(\d)\}/g, (_, place) => String(values[Number(place)]));
  }
  EF.word = word;

  /** A word of the records' vocabulary in plain words. @param {"times" | "clocks" | "states" | "statuses" | "strengths" | "signs"} table */
  EF.term = function (table, name) {
    const terms = EF.head().terms[table];
    return Object.hasOwn(terms, name) ? terms[name] : name;
  };

  /**
   * An element. Children are elements, texts, or null for none.
   * @param {string} name with its classes behind dots: "p.hint"
   * @param {object} [attributes] "on" is a map of listeners
   */
  EF.make = function (name, attributes, ...children) {
    const [tag, ...classes] = name.split("."), made = document.createElement(tag);
    if (classes.length) made.className = classes.join(" ");
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "on") for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
      else if (value === true) made.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, String(value));
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      made.append(child instanceof Node ? child : EF.visible(child));
    }
    if (tag === "button") made.type = "button";
    return made;
  };

  /** A value from the evidence or about it, folded away behind its beginning where it is long. */
  function folded(name, text) {
    const whole = String(text), made = EF.make(name, { dir: "auto" });
    if (whole.length <= LONG) { made.textContent = EF.visible(whole); return made; }
    const more = EF.make("button.whole", {}, word("show whole ({0} characters)", EF.number(whole.length)));
    more.addEventListener("click", () => { made.textContent = EF.visible(whole); });
    made.append(EF.visible(whole.slice(0, FOLDED)) + " … ", more);
    return made;
  }
  EF.folded = folded;

  /** Words that stand in the evidence. */
  EF.quoted = (text) => folded("q.evidence", text);

  /** How an exhibit or an interaction is reached by its number. @param {string} number @returns {HTMLElement} */
  EF.link = (number) => EF.make("a", { href: "#" + number }, number);

  /** Links to exhibits or interactions. @param {string[]} numbers */
  EF.links = (numbers) => numbers.flatMap((number) => [EF.link(number), " "]);

  /** Say something to a screen reader, and on the page for a while. */
  let hiding = 0;
  EF.say = function (text) {
    const status = document.getElementById("status");
    status.textContent = text;
    status.dataset.shown = "yes";
    clearTimeout(hiding);
    hiding = setTimeout(() => { delete status.dataset.shown; }, 4000);
  };

  /** What the browser remembers of this case; where it remembers nothing, what the page does. */
  const memory = new Map();
  EF.remembered = function (name) {
    const key = "echoforensics-" + name;
    if (memory.has(key)) return memory.get(key);
    try { return window.localStorage.getItem(key); } catch { return null; }
  };
  EF.remember = function (name, text) {
    const key = "echoforensics-" + name;
    try { window.localStorage.setItem(key, text); memory.delete(key); return true; }
    catch { memory.set(key, text); return false; }
  };
})(window.EF);
