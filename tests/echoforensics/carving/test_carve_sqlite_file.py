from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import sqlite_file
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]
Make = Callable[..., dict[str, bytes]]


def _database(make: Make, size: int = 1024, rows: int = 60) -> bytes:
    fill = [("INSERT INTO t VALUES (?, ?)", (number, "text " * 40)) for number in range(rows)]
    return make(f"PRAGMA page_size = {size}", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)", *fill)["x.db"]


@pytest.mark.parametrize("before", [0, 512, 3111])
@pytest.mark.parametrize("size", [512, 4096, 65536])
def test_its_header_states_its_pages(before: int, size: int, after: bytes, make_database: Make, scan_for: Scan) -> None:
    planted = _database(make_database, size)

    assert scan_for(bytes(before) + planted + after, *sqlite_file.SIGNATURES) == [
        Carved(
            "SQLite database",
            ".db",
            ((before, len(planted)),),
            Grade.ENDED,
            "its header states so many pages",
            f"pages of {size} bytes; whether they hold together shows when it is read",
            is_record=True,
        )
    ]


def test_beyond_the_media_it_is_cut_short(make_database: Make, scan_for: Scan) -> None:
    planted = _database(make_database)
    (found,) = scan_for(planted[:-1000], *sqlite_file.SIGNATURES)

    assert (found.length, found.grade) == (len(planted) - 1000, Grade.CUT)
    assert found.ending == "its header states 1000 bytes more than the media has"


def test_without_a_number_that_counts_pages_of_trees_are_taken(
    after: bytes, make_database: Make, scan_for: Scan
) -> None:
    planted = bytearray(_database(make_database))
    planted[92:96] = b"\xff" * 4

    (found,) = scan_for(bytes(planted) + after, *sqlite_file.SIGNATURES)

    assert (found.length, found.grade) == (len(planted), Grade.ENDED)


@pytest.mark.parametrize(
    ("at", "change"), [(16, b"\x03\x00"), (21, b"\x41"), (18, b"\x07"), (56, b"\0\0\0\x09"), (100, b"\x07")]
)
def test_what_is_no_header_is_none(at: int, change: bytes, make_database: Make, scan_for: Scan) -> None:
    content = bytearray(_database(make_database))
    content[at : at + len(change)] = change

    assert scan_for(bytes(content), *sqlite_file.SIGNATURES) == []


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_damaged_bytes_never_raise_nor_lead_beyond_the_media(make_database: Make, data: st.DataObject) -> None:
    whole = _database(make_database, rows=9)
    at, change = data.draw(st.integers(0, 110)), data.draw(st.binary(min_size=1, max_size=8))
    content = (whole[:at] + change + whole[at + len(change) :])[: data.draw(st.integers(0, len(whole)))]
    found = sqlite_file.carve(View(len(content), lambda offset, size: content[offset : offset + size]), 0)

    assert found is None or 0 < found.length <= len(content)
