"""The room's ledger: it has every event once, in order, and whoever takes one out is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chain_of_custody.keys import SigningKey
from chain_of_custody.ledger import Ledger, read
from echoforensics.errors import CaseDiskError, CaseError
from echoforensics.review.audit.audit_ledger import AuditLedger
from echoforensics.review.store.room_database import RoomDatabase

Begin = Callable[[], tuple[RoomDatabase, AuditLedger]]


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def begin(tmp_path: Path, key: SigningKey) -> Begin:
    def open_it() -> tuple[RoomDatabase, AuditLedger]:
        database = RoomDatabase(tmp_path / "room.db", lambda: 1000)
        return database, AuditLedger(tmp_path, database, key)

    return open_it


def record(database: RoomDatabase, *whats: str) -> None:
    for what in whats:
        with database.transaction() as change:
            change.record("rita", what, "item-1", seconds=2)


def numbers(folder: Path) -> list[int]:
    entries = list(read(folder / "audit.jsonl"))
    return [entry.detail["number"] for entry in entries[1:] if isinstance(entry.detail["number"], int)]


def test_an_event_is_in_the_ledger_when_its_transaction_has_ended(begin: Begin, tmp_path: Path) -> None:
    database, ledger = begin()
    record(database, "play")

    *_, last = read(tmp_path / "audit.jsonl")

    assert (last.actor, last.action) == ("rita", "play")
    assert last.detail == {"number": 1, "at": 1000, "about": "item-1", "details": {"seconds": 2}}
    assert (ledger.length, ledger.head) == (2, last.line_hash)
    assert ledger.is_intact()


def test_events_of_many_threads_are_each_there_once(begin: Begin, tmp_path: Path) -> None:
    database, _ = begin()
    threads = [threading.Thread(target=record, args=(database, *["play"] * 5)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers(tmp_path) == list(range(1, 41))


def test_what_a_killed_server_left_is_appended_by_the_next(begin: Begin, tmp_path: Path) -> None:
    database, ledger = begin()
    record(database, "view")
    database.after_commit(lambda: None)  # killed between the commit and the ledger
    record(database, "play", "next")
    assert numbers(tmp_path) == [1]

    begin()

    assert numbers(tmp_path) == [1, 2, 3]
    assert ledger.length == 2


def test_no_room_for_the_ledger_says_so_and_loses_no_event(
    begin: Begin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = begin()

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "append_all", no_room)
        with pytest.raises(CaseDiskError, match="No space left"):
            record(database, "play")
    record(database, "next")

    assert numbers(tmp_path) == [1, 2]


@pytest.mark.parametrize("change", ["edited", "removed", "moved"])
def test_a_ledger_that_was_changed_is_seen_while_the_room_is_open(begin: Begin, tmp_path: Path, change: str) -> None:
    database, ledger = begin()
    record(database, "view", "play", "next")
    path = tmp_path / "audit.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "edited":
        lines[2] = lines[2].replace(b"rita", b"paul")
    elif change == "removed":
        del lines[2]
    else:
        lines[1], lines[2] = lines[2], lines[1]
    path.write_bytes(b"".join(lines))

    if change != "removed":
        record(database, "view")  # the line that is written next does not hide it

    assert not ledger.is_intact()


@pytest.mark.parametrize("change", ["edited", "removed", "cut", "emptied"])
def test_a_room_whose_ledger_was_changed_is_not_opened(begin: Begin, tmp_path: Path, change: str) -> None:
    database, ledger = begin()
    record(database, "view", "play", "next")
    ledger.close()
    database.close()
    path = tmp_path / "audit.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    if change == "edited":
        lines[2] = lines[2].replace(b"rita", b"paul")
    elif change == "emptied":
        lines = []
    else:
        del lines[2 if change == "removed" else 3]
    path.write_bytes(b"".join(lines))
    # Whoever can cut the ledger can write this file too.
    (tmp_path / "audit.head").unlink()

    with pytest.raises(CaseError, match=r"broken|cut off"):
        begin()


def test_a_database_that_says_something_else_than_the_ledger_is_not_opened(begin: Begin, tmp_path: Path) -> None:
    database, ledger = begin()
    record(database, "view", "play")
    with database.transaction() as change:
        change.db.execute("UPDATE events SET who = 'paul' WHERE number = 2")
    ledger.close()
    database.close()

    with pytest.raises(CaseError, match="something else of event 2"):
        begin()


def test_a_database_older_than_the_ledger_is_not_opened(begin: Begin, tmp_path: Path) -> None:
    database, ledger = begin()
    record(database, "view")
    ledger.close()
    database.close()
    older = (tmp_path / "room.db").read_bytes()
    database, ledger = begin()
    record(database, "play")
    ledger.close()
    database.close()
    (tmp_path / "room.db").write_bytes(older)

    with pytest.raises(CaseError, match="older than the ledger"):
        begin()


def test_another_key_cannot_go_on_with_it(begin: Begin, tmp_path: Path) -> None:
    database, _ = begin()

    with pytest.raises(CaseError, match="signed with another key"):
        AuditLedger(tmp_path, database, SigningKey.generate())
