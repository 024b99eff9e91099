from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.databases.lone_page import LonePage
from parsers.formats.sqlite.leaf_page import leaf_page
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

Make = Callable[..., dict[str, bytes]]

ACTIVITY = {
    "activities": [
        {
            "activityStatus": "SUCCESS",
            "creationTimestamp": 1_700_000_000_000,
            "description": '{"summary":"what time is it"}',
            "id": "A1#1700000000000#AB72C64C86AW2#B0F0071234567890",
            "registeredCustomerId": "A1",
            "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"}],
            "utteranceId": "AB72C64C86AW2:1.0/2023/11/14/22/B0F0071234567890/13:20::TNIH_2V.1/0",
            "version": 1,
        }
    ]
}


def _pages(make: Make, size: int, *statements: str | tuple[str, tuple[object, ...]]) -> list[bytes]:
    """Every leaf page of a table but the first page, of a database made by statements."""
    content = make(f"PRAGMA page_size = {size}", *statements)["x.db"]
    pages = [content[at : at + size] for at in range(size, len(content), size)]
    return [page for page in pages if page[0] == 0x0D and page[3:5] != b"\0\0"]


def _records(page: bytes) -> list[Record]:
    source = Source.of(page, "p8/$Carved/000000001000.sqlite-page")
    assert "sqlite_lone_page" in [parser.name for parser in claiming(source)]
    found = list(LonePage().parse(source))
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("size", [512, 1024, 4096, 65536])
def test_each_row_is_a_record_with_numbered_columns(size: int, make_database: Make) -> None:
    rows = [(number, f"name {number}", number / 4, b"\x01\x02" * number) for number in range(1, 6)]
    (page,) = _pages(
        make_database,
        size,
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, share REAL, raw BLOB)",
        *(("INSERT INTO t VALUES (?, ?, ?, ?)", row) for row in rows),
    )
    first, *_, last = _records(page)

    assert first.data_type == "alexa:app:lone_row"
    beginning = "A page of an SQLite table, whose database is gone, holds the row 1: column_2 name 1; column_3 0.25;"
    assert first.message.startswith(beginning)
    assert (first.fields["row"], first.fields["column_2"], first.fields["column_3"]) == (1, "name 1", 0.25)
    assert (last.fields["row"], last.fields["column_2"], last.fields["goes_on"]) == (5, "name 5", False)
    assert first.timestamps == ()
    for record in (first, last):
        at, length = map(int, record.locator.removeprefix("bytes:").split("+"))
        assert str(record.fields["column_2"]).encode() in page[at : at + length]


def test_an_answer_in_a_row_is_read_as_one(make_database: Make) -> None:
    (page,) = _pages(
        make_database,
        4096,
        "CREATE TABLE DataItem (key TEXT, value TEXT)",
        ("INSERT INTO DataItem VALUES (?, ?)", ("x", json.dumps(ACTIVITY))),
    )
    (record,) = _records(page)

    assert (record.data_type, record.transcript) == ("alexa:cloud:activity", "what time is it")
    assert record.utterance_id == ACTIVITY["activities"][0]["utteranceId"]


def test_a_row_that_goes_on_elsewhere_gives_what_is_here(make_database: Make) -> None:
    pages = _pages(
        make_database,
        512,
        "CREATE TABLE t (a TEXT, b TEXT)",
        ("INSERT INTO t VALUES (?, ?)", ("short", "long " * 500)),
    )
    (page,) = [page for page in pages if leaf_page(page)]
    issue, record = LonePage().parse(Source.of(page))

    assert isinstance(issue, Issue)
    assert "goes on in page" in issue.what
    assert isinstance(record, Record)
    assert record.fields == {"column_1": "short", "row": 1, "goes_on": True}


@pytest.mark.parametrize("other", [b"", b"\x0d" + bytes(511), random.Random(1).randbytes(4096), b"\x0d" * 1024])
def test_other_files_are_not_claimed(other: bytes) -> None:
    assert not LonePage().claims(Source.of(other))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_pages_never_raise(make_database: Make, data: st.DataObject) -> None:
    (page,) = _pages(
        make_database, 512, "CREATE TABLE t (a, b)", *(("INSERT INTO t VALUES (?, ?)", (n, "x" * n)) for n in range(9))
    )
    at = data.draw(st.integers(0, 511))
    change = data.draw(st.binary(min_size=1, max_size=8))
    content = (page[:at] + change + page[at + len(change) :])[:512]

    for item in LonePage().parse(Source.of(content)):
        assert isinstance(item, Record | Issue)
