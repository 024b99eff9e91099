/* Begin the page of supervisors. */
"use strict";
(function (EF) {
  EF.beginRoom(() => {
    if (EF.supervises()) { EF.openView(); return; }
    EF.warn(document.getElementById("notices"), EF.word("This page is for supervisors and examiners."));
    document.documentElement.dataset.ready = "yes";
  });
})(window.EF);
