"""Deleted records are found, marked, and never taken for live ones."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from parsers.formats.sqlite.table_row import DatabaseIssue, RowProvenance, TableRow
from parsers.locator import resolve

Make = Callable[..., dict[str, bytes]]
Read = Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]

TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, heard TEXT NOT NULL, at INTEGER, score REAL)"


def _insert(count: int) -> list[tuple[str, tuple[object, ...]]]:
    return [
        ("INSERT INTO t VALUES (?, ?, ?, ?)", (number, f"alexa, number {number}", 1500000000000 + number, number / 3))
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("gone", [[1], [30], [60], [10, 11, 12], list(range(20, 40)), list(range(1, 61, 2))])
def test_deleted_rows_are_recovered_from_unallocated_space(
    gone: list[int], make_database: Make, read_database: Read
) -> None:
    deleted = [("DELETE FROM t WHERE id = ?", (number,)) for number in gone]
    files = make_database(TABLE, *_insert(60), *deleted)
    rows, issues = read_database(files)
    assert issues == []
    assert [row.rowid for row in rows if row.live] == [number for number in range(1, 61) if number not in gone]
    found = [row for row in rows if not row.live]
    assert {row.provenance for row in found} == {RowProvenance.UNALLOCATED}
    assert {row.values["heard"] for row in found} == {f"alexa, number {number}" for number in gone}
    assert len(found) == len(gone)
    for row in found:
        number = int(str(row.values["heard"]).rpartition(" ")[2])
        assert row.rowid in (None, number)
        assert row.values["at"] == 1500000000000 + number
        assert row.values["score"] == number / 3
        assert str(row.values["heard"]).encode() in resolve(io.BytesIO(files["x.db"]), row.locator).content


def test_a_row_over_whose_end_another_was_written_is_not_given(make_database: Make, read_database: Read) -> None:
    table = "CREATE TABLE t (id INTEGER PRIMARY KEY, heard TEXT NOT NULL, at INTEGER)"
    rows = [("INSERT INTO t VALUES (?, ?, ?)", (300 + number, "long " * 20 + str(number), 9)) for number in range(9)]
    files = make_database(
        table, *rows, "DELETE FROM t WHERE id = 304", ("INSERT INTO t VALUES (400, ?, 7)", ("short",)),
        "DELETE FROM t WHERE id = 400",
    )  # fmt: skip
    found, issues = read_database(files)
    assert issues == []
    assert [(row.rowid, row.values["heard"]) for row in found if not row.live] == [(400, "short")]


def test_a_row_that_can_be_read_in_two_ways_says_so_or_is_left_out(make_database: Make, read_database: Read) -> None:
    ever: set[tuple[object, ...]] = set()
    given = certain = 0
    for first in range(1, 25):
        numbers = range(first, first + 9)
        rows = [(f"{'ab' * (number % 5)}{number}", f"value {number} " * (number % 3)) for number in numbers]
        ever.update(rows)
        files = make_database(
            "CREATE TABLE t (name TEXT, value TEXT)", *(("INSERT INTO t VALUES (?, ?)", row) for row in rows),
            "DELETE FROM t WHERE rowid % 2", ("INSERT INTO t VALUES ('x', ?)", ("y" * first,)),
            "DELETE FROM t WHERE rowid > 4",
        )  # fmt: skip
        ever.add(("x", "y" * first))
        for row in read_database(files)[0]:
            given += not row.live
            if not row.live and "may be made of two rows" not in row.why:
                certain += 1
                assert (row.values["name"], row.values["value"]) in ever
    assert 0 < certain < given


def test_rows_under_what_was_an_interior_page_for_a_time_are_whole(make_database: Make, read_database: Read) -> None:
    rows = [
        ("INSERT INTO t VALUES (?, ?, ?, ?)", (number, f"heard {number}", 16 * 10**11, 0.5)) for number in range(900)
    ]
    files = make_database("PRAGMA page_size = 1024", TABLE, *rows, "DELETE FROM t")
    for row in read_database(files)[0]:
        assert (row.values["heard"], row.values["at"], row.values["score"]) == (f"heard {row.rowid}", 16 * 10**11, 0.5)


def test_rows_of_before_a_column_was_added_are_recovered(make_database: Make, read_database: Read) -> None:
    files = make_database(
        TABLE, *_insert(40), "ALTER TABLE t ADD COLUMN later TEXT DEFAULT 'none'", "DELETE FROM t WHERE id % 2"
    )
    found = [row for row in read_database(files)[0] if not row.live]
    assert {row.values["heard"] for row in found} == {f"alexa, number {number}" for number in range(1, 41, 2)}
    assert {(row.values["later"], row.defaulted) for row in found} == {("none", ("later",))}


def test_the_rest_of_a_long_row_is_read_from_free_pages_and_said(make_database: Make, read_database: Read) -> None:
    texts = [f"{number} " + "card " * 900 for number in range(6)]
    files = make_database(
        "PRAGMA page_size = 1024", "CREATE TABLE t (id INTEGER PRIMARY KEY, json TEXT)",
        *(("INSERT INTO t VALUES (?, ?)", (200 + number, text)) for number, text in enumerate(texts)),
        "DELETE FROM t WHERE id = 203", "DELETE FROM t WHERE id = 201",
    )  # fmt: skip
    found = [row for row in read_database(files)[0] if not row.live]
    assert found
    assert {row.values["json"] for row in found} <= {texts[1], texts[3]}
    assert all("its later part was read from pages that may have been used anew" in row.why for row in found)


def test_rows_of_freed_pages_are_recovered(make_database: Make, read_database: Read) -> None:
    files = make_database("PRAGMA page_size = 1024", TABLE, *_insert(400), "DELETE FROM t WHERE id > 5")
    rows, issues = read_database(files)
    assert issues == []
    assert [row.rowid for row in rows if row.live] == [1, 2, 3, 4, 5]
    found = {row.values["heard"] for row in rows if not row.live}
    assert found <= {f"alexa, number {number}" for number in range(6, 401)}
    assert len(found) > 380
    assert {row.provenance for row in rows if not row.live} == {RowProvenance.FREELIST, RowProvenance.UNALLOCATED}
    assert all(row.why for row in rows if not row.live)


def test_rows_of_a_table_dropped_are_reported_of_a_table_they_fit(make_database: Make, read_database: Read) -> None:
    other = TABLE.replace("TABLE t", "TABLE gone")
    moved = [(text.replace("INTO t", "INTO gone"), row) for text, row in _insert(200)]
    files = make_database(TABLE, other, *moved, "DROP TABLE gone")
    rows, _ = read_database(files)
    assert len({row.values["heard"] for row in rows}) > 190
    assert {row.provenance for row in rows} == {RowProvenance.FREELIST}


def test_deleted_for_good_is_gone(make_database: Make, read_database: Read) -> None:
    files = make_database(TABLE, *_insert(60), "DELETE FROM t WHERE id > 30", "VACUUM")
    rows, issues = read_database(files)
    assert (len(rows), issues) == (30, [])
    assert all(row.live for row in rows)


def test_overwritten_on_deletion_is_gone(make_database: Make, read_database: Read) -> None:
    files = make_database("PRAGMA secure_delete = ON", TABLE, *_insert(60), "DELETE FROM t WHERE id > 30")
    rows, issues = read_database(files)
    assert (len(rows), issues) == (30, [])


def test_a_journal_that_was_kept_gives_the_state_before(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "PRAGMA journal_mode = PERSIST", TABLE, *_insert(20), "UPDATE t SET heard = 'changed' WHERE id = 7"
    )
    assert files["x.db-journal"].startswith(bytes(28))
    rows, issues = read_database(files)
    assert issues == []
    assert {row.rowid: row.values["heard"] for row in rows if row.live}[7] == "changed"
    old = [row for row in rows if row.provenance is RowProvenance.OLD]
    assert [(row.rowid, row.values["heard"], row.file) for row in old] == [(7, "alexa, number 7", "-journal")]


def test_frames_cut_off_or_left_in_a_log_are_not_live(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "PRAGMA journal_mode = WAL", TABLE, "PRAGMA wal_checkpoint(TRUNCATE)", *_insert(3),
        "UPDATE t SET heard = 'last' WHERE id = 3",
    )  # fmt: skip
    log = files["x.db-wal"]
    whole, _ = read_database(files)
    assert {row.values["heard"] for row in whole if row.live} == {"alexa, number 1", "alexa, number 2", "last"}
    assert [row.values["heard"] for row in whole if not row.live] == ["alexa, number 3"]
    checksum_at = len(log) - 4096 - 1
    broken = {**files, "x.db-wal": log[:checksum_at] + bytes([log[checksum_at] ^ 1]) + log[checksum_at + 1 :]}
    rows, issues = read_database(broken)
    assert issues == []
    assert {row.values["heard"] for row in rows if row.live} == {f"alexa, number {n}" for n in (1, 2, 3)}
    assert [row.values["heard"] for row in rows if not row.live] == ["last"]
    assert "left from an earlier use" in next(row.why for row in rows if not row.live)


@pytest.mark.parametrize("value", ["", 0, None])
def test_a_deleted_row_of_four_bytes_does_not_end_the_reading(
    value: object, make_database: Make, read_database: Read
) -> None:
    rows = [("INSERT INTO t VALUES (?)", (each,)) for each in ("first", value, "third")]
    found, issues = read_database(make_database("CREATE TABLE t (a)", *rows, "DELETE FROM t WHERE rowid = 2"))
    assert [row.values["a"] for row in found if row.live] == ["first", "third"]
    assert issues == []


def test_rows_of_the_list_of_tables_are_no_rows_of_a_table(make_database: Make, read_database: Read) -> None:
    table = "CREATE TABLE t (kind TEXT, name TEXT, other TEXT, number INTEGER, sql TEXT)"
    filler = "x" * 300
    made = [f"CREATE TABLE gone{number} (a TEXT DEFAULT '{filler}')" for number in range(40)]
    dropped = [f"DROP TABLE gone{number}" for number in range(40)]
    rows = [("INSERT INTO t VALUES (?, ?, ?, ?, ?)", ("k", "n", "o", 1, "s"))]
    found, issues = read_database(make_database(table, *made, *dropped, *rows))
    assert [dict(row.values) for row in found] == [{"kind": "k", "name": "n", "other": "o", "number": 1, "sql": "s"}]
    assert issues == []
