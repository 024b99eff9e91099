"""``verify ROOM``: an audit that was altered fails, whatever was altered."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chain_of_custody.keys import SigningKey
from echoforensics.case.custody.head_file import write_head
from echoforensics.review.audit.room_check import is_room, verify_room
from echoforensics.review.people.site import Site
from echoforensics.review.room import ReviewRoom
from tests.echoforensics.review.conftest import OpenRoom
from tests.echoforensics.review.room_client import RoomClient, quick_passwords


@pytest.fixture
def left(room: ReviewRoom, supervisor: RoomClient) -> Path:
    """The folder of a room that was closed."""
    room.close()
    return room.path


def lines(folder: Path) -> list[bytes]:
    return (folder / "audit.jsonl").read_bytes().splitlines(keepends=True)


def write(folder: Path, changed: list[bytes], *, head: bool = True) -> None:
    (folder / "audit.jsonl").write_bytes(b"".join(changed))
    if head:  # as whoever can write the one can write the other
        write_head(folder, len(changed), hashlib.sha256(changed[-1][:-1]).hexdigest(), "audit.head")


def failed(folder: Path) -> list[str]:
    return [check.name for check in verify_room(folder).checks.checks if not check.ok]


def test_a_room_as_it_was_left_verifies(left: Path, signing_key: SigningKey) -> None:
    before = {path.name: path.read_bytes() for path in left.iterdir()}

    found = verify_room(left, fingerprint=signing_key.public.fingerprint)

    assert found.ok
    assert [check.name for check in found.checks.checks] == ["ledger", "signatures", "events", "work"]
    assert (found.signed, found.fingerprint, found.kind) == (True, signing_key.public.fingerprint, "review room")
    assert {path.name: path.read_bytes() for path in left.iterdir()} == before
    assert is_room(left)


def test_a_room_that_a_server_has_open_verifies(room: ReviewRoom, supervisor: RoomClient) -> None:
    assert verify_room(room.path).ok


def _edited(found: list[bytes]) -> list[bytes]:
    found[3] = found[3].replace(b"supervisor", b"superviso0")
    return found


def _removed(found: list[bytes]) -> list[bytes]:
    return found[:3] + found[4:]


def _cut(found: list[bytes]) -> list[bytes]:
    return found[:-1]


def _doubled(found: list[bytes]) -> list[bytes]:
    return [*found, found[-1]]


def _begun(found: list[bytes]) -> list[bytes]:
    return found[:1]


@pytest.mark.parametrize("alter", [_edited, _removed, _cut, _doubled, _begun])
@pytest.mark.parametrize("head", [True, False])
def test_an_altered_ledger_fails(left: Path, alter: Callable[[list[bytes]], list[bytes]], head: bool) -> None:
    write(left, alter(lines(left)), head=head)

    assert failed(left)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET details = '{}' WHERE number = 5",
        "UPDATE events SET at = at + 1 WHERE number = 1",
        "DELETE FROM events WHERE number = 3",
        "DELETE FROM events WHERE number = (SELECT max(number) FROM events)",
        "INSERT INTO events (number, at, who, what, about, details) VALUES (0, 1, 'a', 'b', '', '{}')",
    ],
)
def test_an_altered_database_fails(left: Path, statement: str) -> None:
    with closing(sqlite3.connect(left / "room.db")) as db, db:
        db.execute(statement)

    assert failed(left) == ["events"]


def test_a_ledger_of_another_key_fails(left: Path) -> None:
    found = verify_room(left, fingerprint=SigningKey.generate().public.fingerprint)

    assert not found.ok


@pytest.mark.parametrize("name", ["audit.jsonl", "audit.head", "room.db"])
def test_a_missing_file_fails(left: Path, name: str) -> None:
    (left / name).unlink()

    assert failed(left)


def test_an_older_copy_of_the_whole_room_fails_against_the_head_that_was_written_down(
    open_room: OpenRoom, left: Path, tmp_path: Path
) -> None:
    older = tmp_path / "older"
    shutil.copytree(left, older)
    room = open_room(left)
    room.close()

    assert verify_room(left, expected_head=room.audit.head).ok
    assert verify_room(older).ok
    assert not verify_room(older, expected_head=room.audit.head).ok


def test_events_of_a_server_that_was_killed_are_named_and_no_failure(open_room: OpenRoom, left: Path) -> None:
    room = open_room(left)
    room.database.after_commit(lambda: None)
    with room.database.transaction() as change:
        change.record("rita", "play")

    found = verify_room(left)

    assert found.ok
    assert "1 event of room.db not yet in the ledger" in " ".join(found.notes)
    room.database.after_commit(room.audit.append_pending)


def test_an_unsigned_room_says_so(tmp_path: Path, extract_rows: Callable[..., object]) -> None:
    (tmp_path / "seized").mkdir()
    (tmp_path / "seized" / "notes.txt").write_text("nothing that is parsed")
    extract_rows(tmp_path / "seized")
    site = Site("localhost", 8765, tls=False)
    ReviewRoom(tmp_path / "room", [tmp_path / "case-1"], site, None, passwords=quick_passwords()).close()

    found = verify_room(tmp_path / "room")

    assert (found.ok, found.signed) == (True, False)
    assert "UNSIGNED" in found.checks.checks[1].detail
