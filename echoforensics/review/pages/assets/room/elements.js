/* Pieces of pages that several have: fields, tables, choices, notices. */
"use strict";
(function (EF) {
  const word = EF.word;
  let made = 0;

  /** A label above a control. @param {string} label @param {HTMLElement} control @returns {HTMLElement} */
  EF.field = function (label, control) {
    control.id = control.id || "field-" + ++made;
    return EF.make("div.field", {}, EF.make("label", { for: control.id }, label), control);
  };

  /** A box to tick with its label. @param {string} label @param {object} attributes of the box */
  EF.tick = (label, attributes) => EF.make("label.tick", {}, EF.make("input", { type: "checkbox", ...attributes }), " ", label);

  /** A choice. @param {[string, string][]} choices of each the value and its words @param {object} [attributes] */
  EF.choice = (choices, attributes) => EF.make("select", attributes, choices.map(([value, text]) => EF.make("option", { value }, text)));

  /**
   * A table that can be scrolled where it is too wide.
   * @param {string} label what a screen reader calls it
   * @param {string[]} heads empty for a column of buttons
   * @param {(Node | string | number | null)[][]} rows
   */
  EF.table = function (label, heads, rows) {
    const head = heads.map((text) => text ? EF.make("th", { scope: "col" }, text) : EF.make("td"));
    const body = rows.map((row) => EF.make("tr", {}, row.map((cell) => EF.make("td", {}, cell))));
    return EF.make("div.wide", { tabindex: "0", role: "group", "aria-label": label },
      EF.make("table", {}, EF.make("thead", {}, EF.make("tr", {}, head)), EF.make("tbody", {}, body)));
  };

  /** A button. @param {string} text @param {() => void} run @param {object} [attributes] */
  EF.button = (text, run, attributes) => EF.make("button" + (attributes && attributes.primary ? ".primary" : ""),
    { ...attributes, primary: null, on: { click: run } }, text);

  /** Say what went wrong, in a place that a screen reader reads out. @param {HTMLElement} place @param {string} text */
  EF.warn = (place, text) => place.replaceChildren(...text ? [EF.make("p.notice", { role: "alert" }, text)] : []);

  /** A time of the server, in milliseconds, as the page's zone has it. @param {number | null} milliseconds */
  EF.moment = function (milliseconds) {
    if (milliseconds === null || milliseconds === undefined) return "";
    const second = Math.floor(milliseconds / 1000);
    return EF.local(second, 0, true) || EF.utc(second, 0);
  };

  /** A share as a number of two digits, and a hyphen where there is none. @param {number | null} value */
  EF.share = (value) => value === null || value === undefined ? "–" : value.toFixed(2);

  /** The words of a role. @param {string} role */
  EF.roleName = (role) => ({ supervisor: word("supervisor"), examiner: word("examiner"), reviewer: word("reviewer"), reader: word("reader") })[role] || role;

  /** The words of a state of a clip. @param {string} state */
  EF.stateName = (state) => ({ open: word("open"), taken: word("taken"), done: word("done"), second: word("second opinion") })[state] || state;
})(window.EF);
