/* The views of the page, by what stands behind the # of its address: #timeline?state=deleted, #EF-0000012,
   #IN-0000004. */
"use strict";
(function (EF) {
  const word = EF.word;
  /** @type {Map<string, object>} */
  const views = new Map();
  let current = "";
  /** The view of an address that names none. */
  const first = () => document.body.dataset.first || "overview";

  /**
   * Add a view.
   * @param {string} name as in the address
   * @param {object} view "begin(element)" makes it when it is first shown; "show(asked)" is called with the parameters
   *   of the address each time; "keys" are its own keys
   */
  EF.addView = function (name, view) { views.set(name, { ...view, name, begun: null }); };
  EF.currentView = () => views.get(current) || { name: current };

  /** The address of a view with filters; empty ones are left out. */
  EF.address = function (name, asked) {
    const filled = Object.entries(asked || {}).filter(([, value]) => value !== "" && value !== false && value != null);
    const text = new URLSearchParams(filled.map(([key, value]) => [key, value === true ? "1" : value])).toString();
    return "#" + name + (text ? "?" + text : "");
  };

  /** Go to a view, or change what it shows. */
  EF.go = function (name, asked, replace) {
    const target = EF.address(name, asked);
    if (replace) {
      // Somebody may have left the view while it was still being drawn: then the address is that of another.
      if (wanted()[0] === name) { window.history.replaceState(null, "", target); mark(name); }
    } else if (window.location.hash === target) return open();
    else window.location.hash = target;
    return null;
  };

  function mark(name) {
    for (const link of document.querySelectorAll(".top nav a[href^='#']")) {
      if (link.getAttribute("href").split("?")[0] === "#" + name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  /** What an address asks for. */
  function wanted() {
    const text = window.location.hash.slice(1);
    const exhibit = /^EF-(\d{1,15})$/i.exec(text), interaction = /^IN-(\d{1,15})$/i.exec(text);
    if (exhibit) return ["timeline", { open: "EF-" + exhibit[1].padStart(7, "0") }];
    if (interaction) return ["interactions", { open: "IN-" + interaction[1].padStart(7, "0") }];
    const [name, query] = text.split("?");
    return [name || first(), Object.fromEntries(new URLSearchParams(query || ""))];
  }

  async function open() {
    let [name, asked] = wanted();
    if (name === "main" || (!views.has(name) && name !== first())) name = first();
    const element = document.getElementById("view-" + name), before = current;
    current = name;
    for (const view of document.querySelectorAll(".view")) view.hidden = view !== element;
    document.body.dataset.view = name;
    mark(name);
    const view = views.get(name);
    if (view) {
      try {
        if (!view.begun) view.begun = view.begin(element);
        await view.begun;
        if (current === name) await view.show(asked);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        element.replaceChildren(EF.make("p.notice", { role: "alert" }, word(
          "A file of the folder data is missing or damaged ({0}). timeline.csv holds the rows.", error.message)));
      }
    }
    if (before && before !== name && !asked.open) { window.scrollTo(0, 0); element.focus({ preventScroll: true }); }
    document.documentElement.dataset.ready = "yes";
    document.documentElement.dataset.shown = name;
  }
  EF.openView = open;

  window.addEventListener("hashchange", open);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link) return;
    if (link.classList.contains("skip")) { event.preventDefault(); document.getElementById("view-" + current).focus(); }
    else if (link.hash === window.location.hash) { event.preventDefault(); open(); }   // no hashchange comes of it
  });
})(window.EF);
