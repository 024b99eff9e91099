"""A transaction that was not finished is taken back as SQLite itself takes it back, and what it wrote is marked so."""

from __future__ import annotations

import random
import sqlite3
import struct
import tracemalloc
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from parsers.formats.sqlite.table_row import DatabaseIssue, RowProvenance, TableRow

Files = dict[str, bytes]
Read = Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]

MAGIC = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


def _unfinished(folder: Path, seed: int = 0, *pragmas: str, rows: int = 60) -> Files:
    """A database while a transaction is open whose pages did not fit into memory."""
    draw = random.Random(seed)
    path = folder / "x.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for pragma in (*pragmas, "cache_size = 2"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b)")
        db.execute("CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID")
        db.execute("BEGIN")
        for number in range(rows):
            db.execute("INSERT INTO t VALUES (?, ?, ?)", (number, f"kept {number}", "x" * draw.randint(0, 700)))
            db.execute("INSERT INTO w VALUES (?, ?)", (f"kept {number}", draw.random()))
        db.execute("DELETE FROM t WHERE id % 7 = 3")
        db.execute("COMMIT")
        db.execute("BEGIN")
        db.execute("UPDATE t SET a = 'UNFINISHED ' || id WHERE id % 2")
        db.execute("UPDATE w SET v = 'UNFINISHED'")
        db.execute("CREATE TABLE late (a)")
        for number in range(rows):
            db.execute("INSERT INTO t VALUES (?, 'UNFINISHED', ?)", (1000 + number, "y" * 300))
        db.execute("DELETE FROM t WHERE id < 9")
        files = {file.name: file.read_bytes() for file in folder.iterdir()}
        db.execute("COMMIT")
        return files


def _as_sqlite_reads(files: Files, folder: Path) -> list[str] | None:
    """The rows that SQLite shows, after it has done with the journal what it does; None if it refuses the file."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        with closing(sqlite3.connect(folder / "x.db")) as db:
            return sorted(
                repr((table, row)) for table in ("t", "w") for row in db.execute(f"SELECT * FROM {table}").fetchall()
            )
    except sqlite3.DatabaseError:
        return None


def _live(rows: list[TableRow]) -> list[str]:
    return sorted(repr((row.table, tuple(row.values.values()))) for row in rows if row.live)


def test_the_rows_of_before_are_live_and_the_others_are_marked(tmp_path: Path, read_database: Read) -> None:
    files = _unfinished(tmp_path)
    rows, issues = read_database(files)

    assert [issue.what for issue in issues] == [
        "the rollback journal belongs to a change that was not finished; the database is read as SQLite would read it,"
        " with the pages of the journal in place of those that the change wrote"
    ]
    kept = [row for row in rows if row.live and row.table == "t"]
    assert sorted(str(row.values["a"]) for row in kept) == sorted(f"kept {n}" for n in range(60) if n % 7 != 3)
    assert {row.provenance for row in kept} <= {RowProvenance.LIVE, RowProvenance.JOURNAL}
    assert {row.file for row in kept if row.provenance is RowProvenance.JOURNAL} == {"-journal"}
    written = [row for row in rows if "UNFINISHED" in str(row.values.get("a")) + str(row.values.get("v"))]
    assert len(written) > 20
    assert {row.provenance for row in written if row.table == "w"} == {RowProvenance.UNFINISHED}
    assert not any(row.live for row in written)
    assert all(
        row.why.startswith("the rollback journal beside the database takes this page back to what it was before")
        for row in written
        if row.provenance is RowProvenance.UNFINISHED
    )


def test_a_count_of_pages_that_cannot_be_takes_no_memory(tmp_path: Path, read_database: Read) -> None:
    files = _unfinished(tmp_path)
    live = _live(read_database(files, "t", "w")[0])
    # The number of pages that the database had before the change, in the header of the journal.
    files["x.db-journal"] = files["x.db-journal"][:16] + b"\x7f\xff\xff\xff" + files["x.db-journal"][20:]

    tracemalloc.start()
    rows, _ = read_database(files, "t", "w")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert _live(rows) == live
    assert most < 64 * 1024 * 1024


@pytest.mark.parametrize("pragma", ["page_size = 512", "page_size = 65536", "synchronous = OFF", "auto_vacuum = 1"])
def test_every_kind_of_journal_is_read_as_sqlite_reads_it(tmp_path: Path, read_database: Read, pragma: str) -> None:
    (tmp_path / "made").mkdir()
    files = _unfinished(tmp_path / "made", 1, pragma, rows=200)
    assert files["x.db-journal"].startswith(MAGIC)
    assert _live(read_database(files, "t", "w")[0]) == _as_sqlite_reads(files, tmp_path)


def test_damaged_journals_are_read_as_sqlite_reads_them(
    tmp_path: Path, read_database: Read, series: Callable[[int], Iterable[int]]
) -> None:
    (tmp_path / "made").mkdir()
    files = _unfinished(tmp_path / "made", 2, "page_size = 1024")
    compared = 0
    for seed in series(300):
        draw = random.Random(seed)
        journal = bytearray(files["x.db-journal"])
        if draw.random() < 0.4:
            del journal[draw.randrange(len(journal)) :]
        for _ in range(draw.randint(0, 3)):
            at = draw.choice([draw.randrange(28), draw.randrange(max(1, len(journal)))])
            if at < len(journal):
                journal[at] = draw.randrange(256)
        damaged = {"x.db": files["x.db"], "x.db-journal": bytes(journal)}
        folder = tmp_path / str(seed)
        folder.mkdir()
        expected = _as_sqlite_reads(damaged, folder)
        if expected is not None:
            compared += 1
            assert _live(read_database(damaged, "t", "w")[0]) == expected, seed
    assert compared > 5


def _with_super_journal(journal: bytes, name: bytes) -> bytes:
    page = struct.pack(">I", 0x40000000 // 1024 + 1)
    return journal + page + name + struct.pack(">2I", len(name), sum(name)) + MAGIC


@pytest.mark.parametrize("is_there", [True, False])
def test_a_super_journal_decides(tmp_path: Path, read_database: Read, is_there: bool) -> None:
    (tmp_path / "made").mkdir()
    files = _unfinished(tmp_path / "made", 3, "page_size = 1024")
    beside = str(tmp_path / "x.db-mj01234567")
    files["x.db-journal"] = _with_super_journal(files["x.db-journal"], beside.encode())
    if is_there:
        files["x.db-mj01234567"] = f"{tmp_path}/x.db-journal\0".encode()
    else:
        files["x.db"] = (tmp_path / "made" / "x.db").read_bytes()
    rows, issues = read_database(files, "t", "w")

    assert _live(rows) == _as_sqlite_reads(files, tmp_path)
    assert any("super-journal" in issue.what for issue in issues) is not is_there


def test_a_journal_whose_header_was_zeroed_is_of_a_finished_change(tmp_path: Path, read_database: Read) -> None:
    files = _unfinished(tmp_path)
    files["x.db-journal"] = bytes(28) + files["x.db-journal"][28:]
    rows, _ = read_database(files, "t", "w")
    assert not any("UNFINISHED" in row.provenance.name for row in rows)
    assert {row.provenance for row in rows if row.file == "-journal"} == {RowProvenance.OLD}


def test_frames_after_the_last_commit_are_of_a_transaction_not_finished(tmp_path: Path, read_database: Read) -> None:
    files = _unfinished(tmp_path, 4, "journal_mode = WAL", "page_size = 1024", "wal_autocheckpoint = 0")
    files = {name: content for name, content in files.items() if not name.endswith("-shm")}
    rows, issues = read_database(files)
    assert issues == []
    assert not any("UNFINISHED" in str(row.values) for row in rows if row.live)
    written = [row for row in rows if str(row.values.get("a")).startswith("UNFINISHED")]
    assert RowProvenance.UNFINISHED in {row.provenance for row in written}
    assert _live([row for row in rows if row.table != "late"]) == _as_sqlite_reads(files, tmp_path)
