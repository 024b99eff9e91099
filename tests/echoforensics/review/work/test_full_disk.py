"""Where the room's disk is full, that is said, and what was saved stays."""

from __future__ import annotations

from echoforensics.review.room import ReviewRoom
from tests.echoforensics.review.conftest import NewPerson
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue

NOTE = "x" * 20_000


def test_a_full_disk_says_so_and_keeps_what_was_saved(
    make_queue: MakeQueue, new_person: NewPerson, room: ReviewRoom, supervisor: RoomClient
) -> None:
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita')}/next")["id"]
    rita.post(f"/api/items/{item}/notes", version=0, text="saved")
    # As on a disk without room: SQLite refuses to make the file longer.
    writer = room.database._writer
    (pages,) = writer.execute("PRAGMA page_count").fetchone()
    writer.execute(f"PRAGMA max_page_count = {pages}")
    refused = rita.post(f"/api/items/{item}/notes", 507, version=1, text=NOTE)
    writer.execute("PRAGMA max_page_count = 1000000")

    assert refused["error"].startswith("Not saved: ")
    assert "full" in refused["error"]
    shown = rita.get(f"/api/items/{item}")
    assert (shown["version"], shown["decision"]["notes"]) == (1, "saved")
    assert rita.post(f"/api/items/{item}/notes", version=1, text=NOTE)["version"] == 2
    assert supervisor.get("/api/audit")["intact"]
