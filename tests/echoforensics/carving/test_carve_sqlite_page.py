from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.carving import sqlite_page, utterance
from echoforensics.carving.carved import Carved, Grade, View

Scan = Callable[..., list[Carved]]
Make = Callable[..., dict[str, bytes]]

UTTERANCE = "AB72C64C86AW2:1.0/2024/03/08/20/B0DEM0000000EF01/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"
NOISE = random.Random(2).randbytes(64 * 1024)


def _page(make: Make, size: int, rows: int = 3) -> bytes:
    fill = [("INSERT INTO t VALUES (?, ?)", (number, f"{number} {UTTERANCE}")) for number in range(rows)]
    content = make(f"PRAGMA page_size = {size}", "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)", *fill)["x.db"]
    return content[size : 2 * size]


@pytest.mark.parametrize("size", [512, 1024, 4096, 65536])
@pytest.mark.parametrize("before", [512, 16384])
def test_the_page_around_an_utterance_id_is_carved(size: int, before: int, make_database: Make, scan_for: Scan) -> None:
    page = _page(make_database, size)
    found = scan_for(NOISE[:before] + page + NOISE, *sqlite_page.SIGNATURES)

    assert found == [
        Carved(
            "SQLite table page",
            ".sqlite-page",
            ((before, size),),
            Grade.WHOLE,
            f"its rows and its freed room fill the page of {size} bytes",
            "3 rows",
            is_record=True,
        )
    ]


def test_a_page_in_a_write_ahead_log_is_carved_at_its_own_place(make_database: Make, scan_for: Scan) -> None:
    log = make_database(
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)",
        ("INSERT INTO t VALUES (?, ?)", (1, UTTERANCE)),
    )["x.db-wal"]

    found = scan_for(NOISE[:512] + log + NOISE, *sqlite_page.SIGNATURES)

    assert [log[each.offset - 512 - 24 :][:4] for each in found] == [b"\0\0\0\2"]
    assert "frame of a write-ahead log" in found[0].detail


def test_an_id_that_lies_in_no_page_gives_none(make_database: Make, scan_for: Scan) -> None:
    page = bytearray(_page(make_database, 1024))
    page[3:5] = b"\0\x09"

    assert scan_for(NOISE[:512] + bytes(page) + NOISE, *sqlite_page.SIGNATURES) == []
    assert scan_for(NOISE + UTTERANCE.encode() + NOISE, *sqlite_page.SIGNATURES) == []
    assert len(scan_for(NOISE + UTTERANCE.encode() + NOISE, *utterance.SIGNATURES)) == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_pages_never_raise_nor_lead_beyond_the_media(make_database: Make, data: st.DataObject) -> None:
    page = _page(make_database, 512)
    at, change = data.draw(st.integers(0, 511)), data.draw(st.binary(min_size=1, max_size=8))
    content = bytes(512) + (page[:at] + change + page[at + len(change) :])[: data.draw(st.integers(0, 512))]
    view = View(len(content), lambda offset, size: content[offset : offset + size])

    found = sqlite_page.page_around(view, data.draw(st.integers(0, len(content))))

    assert found is None or found.offset + found.length <= len(content)
