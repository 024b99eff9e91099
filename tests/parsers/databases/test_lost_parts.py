"""Databases without their beginning, and logs and journals without their database."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable

import pytest

from parsers.databases.journal_files import SqliteJournalFiles
from parsers.databases.lost_header_database import LostHeaderDatabase
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

Make = Callable[..., dict[str, bytes]]
Read = Callable[..., tuple[list[Record], list[Issue]]]

TABLES = (
    "CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT, title TEXT, visit_count INTEGER, typed_count INTEGER,"
    " last_visit_time INTEGER NOT NULL, hidden INTEGER)",
    "CREATE TABLE visits (id INTEGER PRIMARY KEY, url INTEGER NOT NULL, visit_time INTEGER NOT NULL)",
)
URL = "https://alexa.amazon.com/spa/index.html"


def _history(make_database: Make, *pragmas: str, rows: int = 80) -> dict[str, bytes]:
    addresses = [
        ("INSERT INTO urls VALUES (?, ?, ?, 1, 0, 13344473600000000, 0)",
         (number, f"{URL}?{number}" if number % 2 else f"https://example.org/{number}", f"Title {number}"))
        for number in range(1, rows + 1)
    ]  # fmt: skip
    visits = [
        ("INSERT INTO visits VALUES (?, ?, 13344473600000000)", (number, number)) for number in range(1, rows + 1)
    ]
    return make_database(*pragmas, *TABLES, "PRAGMA wal_checkpoint(TRUNCATE)", *addresses, *visits, name="History")


def _titles(records: list[Record]) -> set[object]:
    return {record.fields.get("title") or record.fields.get("column_3") for record in records}


ALEXA = {f"Title {number}" for number in range(1, 81, 2)}


def test_a_header_that_was_overwritten_is_done_without(make_database: Make, read_with: Read) -> None:
    content = _history(make_database, "PRAGMA page_size = 1024")["History"]
    for begun in (bytes(100), random.Random(1).randbytes(100)):
        source = Source.of(begun + content[100:], "Default/History")
        assert [parser.name for parser in claiming(source)] == ["sqlite_without_header"]
        records, issues = read_with(LostHeaderDatabase(), source)
        assert _titles(records) >= ALEXA
        assert {record.data_type for record in records} == {"alexa:web:visit", "alexa:web:address"}
        assert [issue.what for issue in issues] == [
            "The database's first 100 bytes are missing or overwritten; it was read by its pages."
        ]


@pytest.mark.parametrize("page_size", [512, 4096])
def test_a_header_that_was_cut_off_is_done_without(make_database: Make, read_with: Read, page_size: int) -> None:
    content = _history(make_database, f"PRAGMA page_size = {page_size}")["History"]
    records, _ = read_with(LostHeaderDatabase(), Source.of(content[100:], "History"))
    assert _titles(records) >= ALEXA
    for record in (record for record in records if record.data_type == "alexa:web:address"):
        at, size = map(int, record.locator.removeprefix("bytes:").split("+"))
        assert str(record.fields["title"]).encode() in content[100:][at : at + size]


@pytest.mark.parametrize(
    ("at", "put", "data_type"),
    [
        (16, b"\0\0", "alexa:web:address"),
        (16, b"\4\1", "alexa:web:address"),
        (100, b"\x77", "alexa:app:lone_row"),
    ],
)
def test_a_header_of_no_use_is_done_without(
    make_database: Make, read_with: Read, source_in: Callable[..., Source], at: int, put: bytes, data_type: str
) -> None:
    whole = _history(make_database, "PRAGMA page_size = 1024")["History"]
    content = whole[:at] + put + whole[at + len(put) :]
    source = Source.of(content, "Default/History")
    assert "sqlite_without_header" in [parser.name for parser in claiming(source)]
    records, issues = read_with(LostHeaderDatabase(), source)
    assert _titles(records) >= ALEXA
    assert data_type in {record.data_type for record in records}
    assert issues[0].what == "The database's header or first page is damaged; it was read by its pages."
    # A log may hold the first page: then the database is read as others are.
    beside = source_in({"History": content, "History-wal": b"log"}, "History")
    assert list(LostHeaderDatabase().parse(beside)) == []
    assert not LostHeaderDatabase().claims(Source.of(whole, "Default/History"))


@pytest.mark.parametrize("zeroed", [True, False])
def test_without_the_first_page_rows_of_the_service_are_read(
    make_database: Make, read_with: Read, *, zeroed: bool
) -> None:
    content = _history(make_database, "PRAGMA page_size = 1024")["History"]
    records, issues = read_with(
        LostHeaderDatabase(), Source.of(bytes(1024) * zeroed + content[1024:], "found/file0001")
    )
    assert _titles(records) == ALEXA
    assert {record.data_type for record in records} == {"alexa:app:lone_row"}
    assert issues[0].what == "The database's first page is missing or overwritten; it was read by its pages."
    assert "rows in them name nothing of the Alexa service and were not read" in issues[-1].what


def test_a_log_without_its_database_is_read(make_database: Make, read_with: Read) -> None:
    files = _history(
        make_database, "PRAGMA page_size = 1024", "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"
    )
    records, issues = read_with(SqliteJournalFiles(), Source.of(files["History-wal"], "a/History-wal"))
    assert _titles(records) >= ALEXA
    assert issues[0].what == "Its database is not beside it, or no parser took that; the log was read by itself."


def test_a_log_without_the_first_page_gives_rows_of_the_service(make_database: Make, read_with: Read) -> None:
    files = _history(
        make_database, "PRAGMA page_size = 1024", "PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"
    )
    log = files["History-wal"]
    frames = [log[at : at + 1048] for at in range(32, len(log), 1048)]
    kept = [frame for frame in frames if struct.unpack(">I", frame[:4])[0] != 1]
    for path in ("History-wal", "renamed.bin"):
        records, issues = read_with(SqliteJournalFiles(), Source.of(log[:32] + b"".join(kept), path))
        assert _titles(records) == ALEXA
        assert len(issues) >= 2
        assert all(record.file == "" for record in records)


@pytest.mark.parametrize("zeroed", [True, False])
def test_a_journal_without_its_database_is_read(make_database: Make, read_with: Read, *, zeroed: bool) -> None:
    files = make_database(
        "PRAGMA page_size = 1024", "PRAGMA journal_mode = PERSIST", *TABLES,
        ("INSERT INTO urls VALUES (1, ?, 'Alexa', 1, 0, 13344473600000000, 0)", (URL,)),
        "UPDATE urls SET title = 'changed'", name="History",
    )  # fmt: skip
    journal = files["History-journal"]
    if not zeroed:
        size = struct.pack(">5I", 0xFFFFFFFF, 0, 3, 512, 1024)
        journal = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + size + journal[28:]
    records, issues = read_with(SqliteJournalFiles(), Source.of(journal, "b/History-journal"))
    assert "Alexa" in _titles(records)
    assert issues[0].what == "Its database is not beside it, or no parser took that; the journal was read by itself."


def test_a_super_journal_is_kept_and_says_nothing() -> None:
    source = Source.of(b"/data/History-journal\0/data/Cookies-journal\0", "data/History-mj0A1B2C3D9")
    assert [parser.name for parser in claiming(source)] == ["sqlite_companions"]
    assert list(SqliteJournalFiles().parse(source)) == []
    assert not SqliteJournalFiles().claims(Source.of(b"text", "data/History-mj0A1B2C3D9"))


def test_beside_its_database_a_log_says_nothing(make_database: Make, source_in: Callable[..., Source]) -> None:
    files = _history(make_database, "PRAGMA journal_mode = WAL", rows=3)
    assert list(SqliteJournalFiles().parse(source_in(files, "History-wal"))) == []


@pytest.mark.parametrize("seed", range(6))
def test_other_files_are_not_taken_for_a_database(seed: int) -> None:
    draw = random.Random(seed)
    kinds = (draw.randbytes(9000), bytes(9000), b"\x0d" * 9000, b"\r\n" * 5000, b"\x0d\0\0\0\1" * 2000, b"text " * 3000)
    assert not LostHeaderDatabase().claims(Source.of(kinds[seed]))
