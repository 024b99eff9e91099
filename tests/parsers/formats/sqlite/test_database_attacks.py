"""Whatever the bytes, a database gives rows and faults: never an exception, never without end."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.table_row import DatabaseIssue, TableRow
from parsers.parser import Source

Make = Callable[..., dict[str, bytes]]
Read = Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]
SourceIn = Callable[..., Source]

ROWS = [
    ("INSERT INTO t VALUES (?, ?, ?)", (n, f"alexa {n}" * (200 if n == 9 else 1), bytes(n % 7))) for n in range(1, 90)
]
STATEMENTS = [
    "PRAGMA page_size = 512", "CREATE TABLE t (id INTEGER PRIMARY KEY, heard TEXT, b BLOB)",
    "CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID", *ROWS, "INSERT INTO w VALUES ('a', 1), ('b', 2)",
    "DELETE FROM t WHERE id % 3 = 0",
]  # fmt: skip


@pytest.fixture(scope="module")
def files(make_database: Make) -> dict[str, bytes]:
    return make_database(
        *STATEMENTS,
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 0",
        "UPDATE t SET heard = 'x' WHERE id < 9",
    )


def _all(files: dict[str, bytes], source_in: SourceIn) -> int:
    try:
        with Database(source_in(files)) as database:
            return len(list(database.rows(database.tables.values())))
    except DatabaseError:
        return 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["x.db", "x.db-wal"]),
    st.lists(st.tuples(st.integers(0, 2**31), st.binary(min_size=1, max_size=8)), max_size=12),
    st.one_of(st.none(), st.integers(0, 2**31)),
)
def test_changed_bytes(
    files: dict[str, bytes], source_in: SourceIn, name: str, changes: list[tuple[int, bytes]], cut: int | None
) -> None:
    content = bytearray(files[name])
    for place, piece in changes:
        at = place % len(content)
        content[at : at + len(piece)] = piece
    if cut is not None:
        del content[cut % len(content) :]
    assert _all({**files, name: bytes(content)}, source_in) >= 0


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.binary(max_size=2000))
def test_any_bytes(source_in: SourceIn, content: bytes, log: bytes) -> None:
    head = b"SQLite format 3\x00" + struct.pack(">H", 512) + b"\x01\x01\x00\x40\x20\x20"
    wal = struct.pack(">4I", 0x377F0682, 3007000, 512, 0)
    assert _all({"x.db": head + content, "x.db-wal": wal + log, "x.db-journal": content}, source_in) >= 0


def test_a_page_that_is_its_own_child_is_walked_once(make_database: Make, read_database: Read) -> None:
    files = make_database("PRAGMA page_size = 512", "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)", *(
        ("INSERT INTO t VALUES (?, ?)", (n, "x" * 90)) for n in range(30)
    ))  # fmt: skip
    content = bytearray(files["x.db"])
    assert content[512] == 5
    content[512 + 8 : 512 + 12] = struct.pack(">I", 2)
    rows, issues = read_database({"x.db": bytes(content)})
    assert [issue.what for issue in issues] == ["the table t: page 2 is reached a second time"]
    assert len(rows) > 20


def test_a_free_list_that_turns_in_a_circle_ends(make_database: Make, read_database: Read) -> None:
    files = make_database("PRAGMA page_size = 512", "CREATE TABLE t (a TEXT)", *(
        ("INSERT INTO t VALUES (?)", ("x" * 300,)) for _ in range(20)
    ), "DELETE FROM t")  # fmt: skip
    content = bytearray(files["x.db"])
    (trunk,) = struct.unpack_from(">I", content, 32)
    struct.pack_into(">I", content, (trunk - 1) * 512, trunk)
    struct.pack_into(">I", content, (trunk - 1) * 512 + 4, 0xFFFFFFFF)
    _, issues = read_database({"x.db": bytes(content)})
    assert any("cannot be followed" in issue.what for issue in issues)


@pytest.mark.parametrize(
    ("at", "value", "what"),
    [
        (0, b"SQLite format 4", "does not begin with the header"),
        (16, b"\x00\x03", "pages of 3 bytes"),
        (20, b"\xff", "reserves 255 bytes"),
    ],
)
def test_a_header_that_is_none(source_in: SourceIn, files: dict[str, bytes], at: int, value: bytes, what: str) -> None:
    content = bytearray(files["x.db"])
    content[at : at + len(value)] = value
    with pytest.raises(DatabaseError, match=what):
        Database(source_in({"x.db": bytes(content)}))


def test_a_row_of_a_length_that_cannot_be_is_an_issue(make_database: Make, read_database: Read) -> None:
    files = make_database("CREATE TABLE t (a TEXT)", ("INSERT INTO t VALUES (?)", ("x" * 9000,)))
    content = files["x.db"].replace(b"\xc6\x2c\x01", b"\xff\xff\xff\xff\x7f\x01"[:3], 1)
    assert content != files["x.db"]
    _, issues = read_database({"x.db": content})
    assert len(issues) == 1


@pytest.mark.parametrize(
    "filling",
    [b"\0", b"\x01", b"\x09", b"\x07\0", b"\x0d", b"text ", b"\0\0\0\x20", b"\x03\x08", b"\x04\x01\x01\x01\0"],
)
def test_free_pages_of_any_content_take_time_by_their_size_alone(
    make_database: Make, source_in: SourceIn, calls_of: Callable[..., tuple[int, int]], filling: bytes
) -> None:
    made = make_database("CREATE TABLE t (a TEXT, b INTEGER)", *(
        ("INSERT INTO t VALUES (?, 1)", ("x" * 1200,)) for _ in range(90)
    ), "DELETE FROM t")["x.db"]  # fmt: skip
    header = b"SQLite format 3\x00"
    assert made.startswith(header)
    calls = []
    for count in (8, 24):
        content = bytearray(made)
        for page in range(3, 3 + count):
            content[page * 4096 : (page + 1) * 4096] = (filling * 4096)[:4096]
        calls.append(calls_of(lambda content=content: _all({"x.db": bytes(content)}, source_in))[1])
    for_each = (calls[1] - calls[0]) / 16
    assert for_each < 200_000
    assert filling != b"\0" or for_each < 100


class _Broken(io.BytesIO):
    """A database that cannot be read from some byte on."""

    def __init__(self, content: bytes, end: int) -> None:
        super().__init__(content)
        self._end = end

    def read(self, size: int | None = -1) -> bytes:
        if self.tell() + (size or 0) > self._end:
            raise OSError("the medium is damaged")
        return super().read(size)


def test_rows_before_a_place_that_cannot_be_read_are_given(make_database: Make) -> None:
    many = [("INSERT INTO t VALUES (?)", (f"row {n}",)) for n in range(500)]
    content = make_database("PRAGMA page_size = 512", "CREATE TABLE t (heard TEXT)", *many)["x.db"]
    source = Source("x.db", len(content), content[:512], lambda: _Broken(content, len(content) // 2))
    found: list[TableRow | DatabaseIssue] = []
    with Database(source) as database, pytest.raises(OSError, match="damaged"):
        found.extend(database.rows(database.tables.values()))

    numbers = [row.rowid for row in found if isinstance(row, TableRow)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > 100
    assert len(numbers) % 64
