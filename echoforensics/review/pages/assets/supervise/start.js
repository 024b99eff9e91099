/* Begin the page of supervisors. */
"use strict";
(function (EF) {
  EF.beginRoom(() => {
    if (EF.supervises()) {
      // Accounts are for supervisors alone.
      if (EF.me.role !== "supervisor") {
        document.body.dataset.first = "queues";
        document.querySelector(".top a[href='#people']").parentElement.remove();
        document.getElementById("view-people").remove();
      }
      EF.openView();
      return;
    }
    EF.warn(document.getElementById("notices"), EF.word("This page is for supervisors and examiners."));
    document.documentElement.dataset.ready = "yes";
  });
})(window.EF);
