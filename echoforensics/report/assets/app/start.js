/* Begin: everything is there now. */
"use strict";
(function (EF) {
  if (!EF.head()) return;   // the page says what is missing
  EF.beginZones();
  EF.marks.begin();
  EF.onZone(() => document.documentElement.dataset.zone = EF.zone());
  window.addEventListener("beforeprint", () => {
    for (const folded of document.querySelectorAll("#view-overview details, .plain details")) folded.open = true;
  });
  EF.openView();
})(window.EF);
