/* Begin the page on which reviewers work. */
"use strict";
(function (EF) {
  EF.beginRoom(async () => {
    EF.beginState();
    EF.beginPlays();
    EF.beginItem();
    EF.beginRoomKeys();
    await EF.saving.begin();
    EF.openView();
  });
})(window.EF);
