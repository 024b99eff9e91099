"""The room's database: transactions with their events, readers beside a writer."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.errors import CaseDiskError, CaseError
from echoforensics.review.store.event_table import all_events, latest_events
from echoforensics.review.store.room_database import RoomDatabase, set_setting, setting


@pytest.fixture
def database(tmp_path: Path) -> RoomDatabase:
    return RoomDatabase(tmp_path / "room.db", lambda: 1000)


def test_an_event_is_kept_with_its_change(database: RoomDatabase) -> None:
    with database.transaction() as change:
        set_setting(change, "colour", "blue")
        change.record("rita", "code", "item-1", codes=["distress"])

    with database.reading() as db:
        (event,) = all_events(db)
        assert setting(db, "colour") == "blue"
    assert event.as_json() == {
        "number": 1, "at": 1000, "who": "rita", "what": "code", "about": "item-1", "details": {"codes": ["distress"]},
    }  # fmt: skip


def test_a_change_that_fails_leaves_nothing_and_no_event(database: RoomDatabase) -> None:
    calls: list[int] = []
    database.after_commit(lambda: calls.append(1))

    def write() -> None:
        with database.transaction() as change:
            set_setting(change, "colour", "blue")
            change.record("rita", "play", seconds=0.5)

    with pytest.raises(TypeError, match="float"):
        write()

    with database.reading() as db:
        assert (setting(db, "colour"), list(all_events(db)), calls) == ("", [], [])


def test_events_are_handed_on_after_the_commit_and_only_where_there_are_some(database: RoomDatabase) -> None:
    seen: list[int] = []

    def look() -> None:
        with database.reading() as db:
            seen.append(len(list(all_events(db))))

    database.after_commit(look)
    with database.transaction() as change:
        set_setting(change, "colour", "blue")
    with database.transaction() as change:
        change.record("rita", "view")

    assert seen == [1]


def test_who_reads_neither_waits_for_who_writes_nor_sees_half_a_change(database: RoomDatabase) -> None:
    seen: list[str] = []

    def read() -> None:
        with database.reading() as db:
            seen.append(setting(db, "colour"))

    with database.transaction() as change:
        set_setting(change, "colour", "blue")
        reader = threading.Thread(target=read)
        reader.start()
        reader.join()
    read()

    assert seen == ["", "blue"]


def test_who_reads_cannot_write(database: RoomDatabase) -> None:
    with database.reading() as db, pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM settings")


def test_events_are_filtered_newest_first(database: RoomDatabase) -> None:
    for who, what in (("rita", "view"), ("paul", "play"), ("rita", "play"), ("rita", "play")):
        with database.transaction() as change:
            change.record(who, what)

    with database.reading() as db:
        assert [event.number for event in latest_events(db, who="rita", what="play")] == [4, 3]
        assert [event.number for event in latest_events(db, before=4, limit=2)] == [3, 2]


def test_many_threads_write_one_after_the_other(database: RoomDatabase) -> None:
    def write(number: int) -> None:
        for _ in range(5):
            with database.transaction() as change:
                change.record(f"p{number}", "view")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as db:
        assert [event.number for event in all_events(db)] == list(range(1, 41))


def test_only_its_owner_reads_the_file(database: RoomDatabase) -> None:
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


def test_a_commit_waits_for_the_disk(database: RoomDatabase) -> None:
    with database.reading() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_another_version_is_refused(database: RoomDatabase) -> None:
    database.close()
    with closing(sqlite3.connect(database.path)) as db:
        db.execute("PRAGMA user_version = 99")

    with pytest.raises(CaseError, match="version 99"):
        RoomDatabase(database.path)


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "room.db").write_bytes(b"no database at all, but a longer text")

    with pytest.raises(CaseError, match="cannot be opened"):
        RoomDatabase(tmp_path / "room.db")


def test_a_full_disk_says_so_and_keeps_what_was_saved(database: RoomDatabase) -> None:
    with database.transaction() as change:
        set_setting(change, "kept", "yes")
        (pages,) = change.db.execute("PRAGMA page_count").fetchone()
        change.db.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(CaseDiskError, match="full"), database.transaction() as change:
        set_setting(change, "large", "x" * 100_000)

    with database.reading() as db:
        assert (setting(db, "kept"), setting(db, "large")) == ("yes", "")
