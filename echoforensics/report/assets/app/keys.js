/* One key for each thing that is done often. They work where nothing is being typed, and can be switched off. */
"use strict";
(function (EF) {
  const word = EF.word;
  let help = null, keys = () => [], hint = "";

  /**
   * Use these keys from now on.
   * @param {() => [string, string, () => void][]} list of each the key, what it does in words, and what is run
   * @param {string} [more] what else the list of the keys says
   */
  EF.useKeys = function (list, more) {
    keys = list;
    hint = more || "";
  };
  /** The name of a key. */
  EF.keyName = (key) => key === " " ? word("Space") : key;

  function makeHelp() {
    const rows = [...keys(), ["?", word("Show the keys")]].map(([key, what]) => EF.make("tr", {}, EF.make("td", {}, EF.make("kbd", {}, EF.keyName(key))), EF.make("td", {}, what)));
    const on = EF.make("input", { type: "checkbox", id: "keys-on" });
    on.checked = EF.remembered("keys") !== "off";
    on.addEventListener("change", () => EF.remember("keys", on.checked ? "on" : "off"));
    const close = EF.make("button.primary", {}, word("Close"));
    const dialog = EF.dialog(word("Keys"),
      EF.make("table", {}, EF.make("thead", {}, EF.make("tr", {}, EF.make("th", { scope: "col" }, word("Key")), EF.make("th", { scope: "col" }, word("What it does")))),
        EF.make("tbody", {}, rows)),
      EF.make("p.hint", {}, hint),
      EF.make("label.tick", {}, on, " ", word("Use these keys")), EF.make("p.buttons", {}, close));
    close.addEventListener("click", () => dialog.close());
    return dialog;
  }

  function show() {
    if (help && help.open) return;
    if (help) help.remove();
    help = makeHelp();
    help.showModal();
  }

  function typing(target) {
    return target.isContentEditable || target.closest("dialog[open]") || ["TEXTAREA", "SELECT"].includes(target.tagName) ||
      (target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type));
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    if (event.key !== "?" && EF.remembered("keys") === "off") return;
    // A button, a link or a box that has the focus keeps the key that presses it.
    if (event.key === " " && event.target.closest("button, a, summary, input")) return;
    const key = event.key === "=" ? "+" : event.key, found = key === "?" ? [key, "", show] : keys().find(([name]) => name === key);
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
  document.getElementById("show-keys").addEventListener("click", show);
})(window.EF);
