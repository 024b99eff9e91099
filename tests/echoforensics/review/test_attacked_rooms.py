"""Rooms and cases that somebody exchanges, copies or alters while a server has them open."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.errors import CaseError
from echoforensics.review.audit.room_check import verify_room
from echoforensics.review.closing.closing import close_room
from echoforensics.review.room import ReviewRoom
from echoforensics.verification import verify_case
from tests.echoforensics.conftest import Sealed
from tests.echoforensics.review.conftest import NewPerson, OpenRoom
from tests.echoforensics.review.room_client import RoomClient
from tests.echoforensics.review.work.conftest import MakeQueue, decide, make_queue

__all__ = ["make_queue"]


@pytest.fixture
def case_paths(sealed: Sealed, other_case: Path, tmp_path: Path) -> list[Path]:
    """Two cases, which may be altered."""
    return [Path(shutil.copytree(path, tmp_path / path.name)) for path in (sealed.path, other_case)]


@pytest.fixture
def item(make_queue: MakeQueue, new_person: NewPerson) -> str:
    """A clip of the first case, which Rita decided on."""
    rita = new_person()
    found = rita.post(f"/api/queues/{make_queue('rita', of='case')}/next")["id"]
    decide(rita, found, "child")
    return str(found)


def test_a_copy_of_a_room_that_was_closed_is_not_closed_too(
    item: str, room: ReviewRoom, open_room: OpenRoom, supervisor: RoomClient, case_paths: list[Path], tmp_path: Path
) -> None:
    room.close()
    copy = Path(shutil.copytree(room.path, tmp_path / "elsewhere"))
    close_room(open_room(room.path))
    ledger = (case_paths[0] / "custody.jsonl").read_bytes()
    with pytest.raises(CaseError, match="is another copy of the room than was closed into case") as refused:
        close_room(open_room(copy))
    assert f"Close from {room.path}, or begin a new room. Closed into: other" in str(refused.value)
    assert (case_paths[0] / "custody.jsonl").read_bytes() == ledger
    assert verify_case(case_paths[0], sources=False).ok


def test_a_case_that_is_altered_meanwhile_keeps_nobody_from_the_other(
    item: str, make_queue: MakeQueue, supervisor: RoomClient, case_paths: list[Path]
) -> None:
    queue = make_queue("rita", of="other")
    for one in supervisor.get(f"/api/queues/{queue}/items")["items"]:
        if one["state"] != "done":
            decide(supervisor, one["id"], "unsure")
    ledger = case_paths[0] / "custody.jsonl"
    ledger.write_bytes(ledger.read_bytes().replace(b'"Tester"', b'"Wester"'))
    refused = supervisor.post("/api/close", 400, confirm=True)["error"]
    assert refused.startswith("Not closed: case: ")
    assert ". Closed into: other" in refused
    assert [verify_case(path, sources=False).ok for path in case_paths] == [False, True]


def test_a_database_of_another_room_is_refused(
    item: str, room: ReviewRoom, open_room: OpenRoom, tmp_path: Path
) -> None:
    room.close()
    other = open_room(tmp_path / "other.review")
    other.close()
    for name in ("room.db", "audit.jsonl"):
        kept = (room.path / name).read_bytes()
        shutil.copy(other.path / name, room.path / name)
        assert not verify_room(room.path).ok, name
        with pytest.raises(CaseError):
            open_room(room.path)
        (room.path / name).write_bytes(kept)
    assert verify_room(room.path).ok


def test_a_planted_log_of_writes_is_a_change_by_hand(
    item: str, room: ReviewRoom, open_room: OpenRoom, tmp_path: Path
) -> None:
    room.close()
    planted = Path(shutil.copytree(room.path, tmp_path / "planted"))
    with closing(sqlite3.connect(planted / "room.db", isolation_level=None)) as db:
        db.execute("UPDATE decisions SET codes = '[]'")
        shutil.copy(planted / "room.db-wal", room.path / "room.db-wal")
    assert {one.name for one in verify_room(room.path).checks.checks if not one.ok} == {"work"}
    with pytest.raises(CaseError, match="was changed outside of the room"):
        open_room(room.path)


@pytest.mark.parametrize("how", ["cut", "replayed"])
def test_a_ledger_that_is_exchanged_meanwhile_closes_nothing(
    make_queue: MakeQueue, new_person: NewPerson, room: ReviewRoom, supervisor: RoomClient, case_paths: list[Path],
    how: str,
) -> None:  # fmt: skip
    audit = room.path / "audit.jsonl"
    before = audit.read_bytes()
    rita = new_person()
    item = rita.post(f"/api/queues/{make_queue('rita', of='case')}/next")["id"]
    decide(rita, item, "child")
    lines = audit.read_bytes().splitlines(keepends=True)
    audit.write_bytes(before if how == "replayed" else b"".join(lines[:-1]))
    ledger = (case_paths[0] / "custody.jsonl").read_bytes()

    refused = rita.post(f"/api/items/{item}/notes", 507, version=2, text="x")["error"]
    assert refused.startswith("The audit of the room, or a case, was changed outside of the room.")
    assert "was changed while it was in use" in supervisor.post("/api/close", 400, confirm=True)["error"]
    assert (case_paths[0] / "custody.jsonl").read_bytes() == ledger
    with pytest.raises(CaseError, match="was changed while it was in use"):
        room.close()
