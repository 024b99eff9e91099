"""Live rows are those that SQLite itself shows."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.table_row import DatabaseIssue, RowProvenance, TableRow
from parsers.formats.sqlite.varint import values, varint
from parsers.locator import resolve

Make = Callable[..., dict[str, bytes]]
Read = Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]

VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
    st.binary(max_size=40),
    st.sampled_from(["x" * 600, b"y" * 5000]),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=60),
    st.sampled_from([512, 1024, 4096, 65536]),
    st.sampled_from(["UTF-8", "UTF-16le", "UTF-16be"]),
    st.booleans(),
)
def test_every_row_and_no_other(
    make_database: Make,
    read_database: Read,
    rows: list[tuple[object, ...]],
    page_size: int,
    encoding: str,
    without_rowid: bool,
) -> None:
    files = make_database(
        f"PRAGMA page_size = {page_size}",
        f"PRAGMA encoding = '{encoding}'",
        "CREATE TABLE t (n INTEGER PRIMARY KEY, a, b, c)" + (" WITHOUT ROWID" if without_rowid else ""),
        *(("INSERT INTO t VALUES (?, ?, ?, ?)", (number, *row)) for number, row in enumerate(rows, 1)),
    )
    found, issues = read_database(files)
    assert issues == []
    assert sorted(tuple(row.values[name] for name in "nabc") for row in found) == _selected(files, "n, a, b, c")
    assert {row.provenance for row in found} <= {RowProvenance.LIVE}


def _selected(files: dict[str, bytes], columns: str) -> list[tuple[object, ...]]:
    """What SQLite itself shows."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(files["x.db"])
        return db.execute(f"SELECT {columns} FROM t ORDER BY 1").fetchall()


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_is_read_back(number: int) -> None:
    encoded: list[int] = []
    value = number & (2**64 - 1)
    if value >> 56:
        encoded = [value & 0xFF]
        value >>= 8
        encoded[:0] = [value >> shift & 0x7F | 0x80 for shift in range(49, -1, -7)]
    else:
        encoded = [value & 0x7F]
        while value := value >> 7:
            encoded.insert(0, value & 0x7F | 0x80)
    assert varint(bytes(encoded), 0) == (number, len(encoded))


def test_the_locator_leads_to_the_row(make_database: Make, read_database: Read) -> None:
    files = make_database("CREATE TABLE t (a TEXT, b INTEGER)", "INSERT INTO t VALUES ('alexa', 7)")
    (row,), issues = read_database(files)
    assert issues == []
    cell = resolve(io.BytesIO(files["x.db"]), row.locator).content
    assert cell[0] == len(cell) - 2
    assert values(cell[2:], 1) == ["alexa", 7]


def test_a_column_added_later_is_absent_from_older_rows(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('old')", "ALTER TABLE t ADD COLUMN b TEXT",
        "INSERT INTO t VALUES ('new', 'x')",
    )  # fmt: skip
    rows, issues = read_database(files)
    assert [dict(row.values) for row in rows] == [{"a": "old"}, {"a": "new", "b": "x"}]
    assert issues == []


def test_a_column_added_with_a_default_shows_it_in_older_rows(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "CREATE TABLE t (a TEXT)", "INSERT INTO t VALUES ('old')", "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT '7'",
        "ALTER TABLE t ADD COLUMN c NOT NULL DEFAULT 'x''y'", "INSERT INTO t VALUES ('new', NULL, 'z')",
    )  # fmt: skip
    (old, new), issues = read_database(files)
    assert (dict(old.values), old.defaulted) == ({"a": "old", "b": 7, "c": "x'y"}, ("b", "c"))
    assert (dict(new.values), new.defaulted) == ({"a": "new", "b": None, "c": "z"}, ())
    assert issues == []


def test_a_statement_that_is_not_understood_is_an_issue(make_database: Make, read_database: Read) -> None:
    files = make_database("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")
    content = files["x.db"].replace(b"CREATE TABLE t (a)", b"CREATE TABLE t  a ")
    rows, issues = read_database({"x.db": content})
    assert rows == []
    assert [issue.what for issue in issues] == [
        "t: the statement that made it is not understood, and its rows are not read: CREATE TABLE t  a "
    ]


@pytest.mark.parametrize(
    ("statement", "names", "number"),
    [
        ("CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b)", ["a", "b"], "a"),
        ('CREATE TABLE "t" ("a b" INTEGER, [c], `d` DEFAULT (1 + 2), PRIMARY KEY ("a b"))', ["a b", "c", "d"], "a b"),
        ("CREATE TABLE t (a INT PRIMARY KEY, b DECIMAL(10, 2) NOT NULL)", ["a", "b"], None),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)", ["a", "b"], None),
        (
            "CREATE TABLE IF NOT EXISTS t (a -- a, note\n, b /* b, c */, CHECK (a > 0 AND b IN (5, 2)))",
            ["a", "b"],
            None,
        ),
        ("CREATE TABLE t (a, b AS (a + 1), c AS (a + 2) STORED, d)", ["a", "c", "d"], None),
        ("CREATE TABLE t (a INT, b, PRIMARY KEY (b, a)) WITHOUT ROWID", ["b", "a"], None),
        ("CREATE TABLE t (a INTEGER NOT NULL DEFAULT (CAST(strftime('%s') AS INTEGER)), b)", ["a", "b"], None),
        ("CREATE TABLE t (a INTEGER CHECK (a NOT NULL OR 'PRIMARY KEY' = 'x'), b)", ["a", "b"], None),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY CHECK (a <> 'KEY DESC'), b)", ["a", "b"], "a"),
        ("CREATE TABLE t (a INTEGER, b, PRIMARY KEY (a DESC))", ["a", "b"], "a"),
        ("CREATE TABLE t (a INTEGER(4) PRIMARY KEY, b)", ["a", "b"], None),
        ("""CREATE TABLE "t" ('a''s' "INTEGER" PRIMARY KEY, "b""c" CHECK ("b""c" < ','))""", ["a's", 'b"c'], "a's"),
    ],
)
def test_columns_are_those_of_the_statement(
    make_database: Make, read_database: Read, statement: str, names: list[str], number: str | None
) -> None:
    plain = [name for name in names if name != "c" or "AS (" not in statement]
    columns = ", ".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in plain)
    files = make_database(statement, f"INSERT INTO t ({columns}) VALUES ({', '.join('5' for _ in plain)})")
    rows, issues = read_database(files, "t")
    assert issues == []
    assert [sorted(row.values) for row in rows] == [sorted(names)]
    assert [row.values[name] for row in rows for name in plain] == [5] * len(plain)
    assert number is None or rows[0].rowid == 5


def test_the_log_is_read_as_sqlite_reads_it(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
        *(("INSERT INTO t VALUES (?, ?)", (number, "x" * number)) for number in range(1, 300)),
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "UPDATE t SET b = 'changed' WHERE a = 5", "INSERT INTO t VALUES (1000, 'late')",
    )  # fmt: skip
    assert set(files) == {"x.db", "x.db-wal"}
    rows, issues = read_database(files)
    assert issues == []
    live = {row.values["a"]: row for row in rows if row.live}
    expected = {number: "x" * number for number in range(1, 300)} | {5: "changed", 1000: "late"}
    assert {number: row.values["b"] for number, row in live.items()} == expected
    assert live[5].provenance is live[1000].provenance is RowProvenance.LOG
    assert (live[5].file, live[150].file) == ("-wal", "")
    old = [row for row in rows if not row.live]
    assert [(row.provenance, row.file, row.rowid, row.values["b"]) for row in old] == [
        (RowProvenance.UNALLOCATED, "-wal", None, "xxxxx"),
        (RowProvenance.OLD, "", 5, "xxxxx"),
    ]
    cell = resolve(io.BytesIO(files["x.db-wal"]), live[1000].locator).content
    assert cell.endswith(b"late")


def test_a_log_beside_an_empty_database_is_enough(make_database: Make, read_database: Read) -> None:
    files = make_database(
        "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (a, b)",
        "INSERT INTO t VALUES (1, 'alexa')",
    )  # fmt: skip
    rows, issues = read_database(files)
    assert ([dict(row.values) for row in rows], issues) == ([{"a": 1, "b": "alexa"}], [])


def test_table_that_leads_beyond_the_pages_stated_is_an_issue(
    make_database: Make, read_database: Read, tmp_path: Path
) -> None:
    files = make_database(
        "PRAGMA page_size = 512",
        "CREATE TABLE t (a TEXT)",
        *(f"INSERT INTO t VALUES ('{'x' * 200}')" for _ in range(8)),
    )
    whole = bytearray(files["x.db"])
    rows, issues = read_database(files)
    assert (len(rows), issues) == (8, [])
    count = len(whole) // 512
    whole[28:32] = (count - 2).to_bytes(4, "big")
    (tmp_path / "x.db").write_bytes(whole)
    with (
        closing(sqlite3.connect(tmp_path / "x.db")) as connection,
        pytest.raises(sqlite3.DatabaseError, match="malformed"),
    ):
        connection.execute("SELECT * FROM t").fetchall()

    rows, issues = read_database({"x.db": bytes(whole)})

    assert len(rows) == 8
    assert [issue.what for issue in issues] == [
        f"the table t: it leads to page {count}, and the header states {count - 2} pages; SQLite takes the database for"
        " damaged: a change of it may not have been finished"
    ]


def test_tables_are_not_compared_with_one_another(
    make_database: Make, read_database: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 120
    files = make_database(*(f"CREATE TABLE t{n} (a, b)" for n in range(count)), "INSERT INTO t7 VALUES (1, 2)")
    compared = 0

    def equal(one: TableDefinition, other: object) -> bool:
        nonlocal compared
        compared += 1
        return one is other

    monkeypatch.setattr(TableDefinition, "__eq__", equal)
    rows, issues = read_database(files)

    assert (len(rows), issues) == (1, [])
    assert compared < 5 * count
