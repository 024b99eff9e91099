/* A window over the page. */
"use strict";
(function (EF) {
  /**
   * A window over the page, closed by Escape; it is shown by its `showModal()`.
   * @param {string} title
   * @param {...(Node | string)} content
   * @returns {HTMLDialogElement}
   */
  EF.dialog = function (title, ...content) {
    const heading = EF.make("h2", {}, title);
    const made = EF.make("dialog", { "aria-label": title }, heading, content);
    document.body.append(made);
    return made;
  };
})(window.EF);
