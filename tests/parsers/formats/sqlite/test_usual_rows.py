"""Rows read by a plan are those that are read value by value, also in damaged pages."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from parsers.formats.sqlite.page import TABLE_LEAF, BtreePage
from parsers.formats.sqlite.table_row import FoundRow
from parsers.formats.sqlite.usual_rows import UsualRows
from parsers.formats.sqlite.varint import RowError, values

PAGE = 1024
VALUES = (None, 0, 1, -1, 300, -70_000, 1 << 40, -(1 << 62), 0.5, "", "text", "\N{SNOWMAN}" * 9, b"", bytes(range(200)))


def pages_of(path: Path, encoding: str, draw: random.Random) -> list[bytes]:
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA page_size = {PAGE}")
        db.execute(f"PRAGMA encoding = '{encoding}'")
        db.execute("CREATE TABLE t (a, b, c, d)")
        for number in (*range(60), *range(100_000, 100_040), *range(1 << 30, (1 << 30) + 9)):
            db.execute("INSERT INTO t (rowid, a, b, c, d) VALUES (?, ?, ?, ?, ?)", (number, *draw.choices(VALUES, k=4)))
        db.execute("INSERT INTO t (a) VALUES (?)", ("x" * 5000,))
        db.commit()
    content = path.read_bytes()
    found = [content[at : at + PAGE] for at in range(PAGE, len(content), PAGE)]
    return [page for page in found if page[0] == TABLE_LEAF]


def by_value(page: BtreePage, at: int, encoding: int) -> FoundRow | None:
    try:
        cell = page.cell(at)
        return None if cell.overflow else FoundRow(at, cell.size, cell.rowid, values(cell.payload, encoding))
    except RowError:
        return None


@pytest.mark.parametrize(("name", "encoding"), [("UTF-8", 1), ("UTF-16le", 2), ("UTF-16be", 3)])
def test_a_plan_gives_what_each_value_gives(name: str, encoding: int, tmp_path: Path) -> None:
    draw = random.Random(encoding)
    whole = pages_of(tmp_path / "made.db", name, draw)
    read = unread = 0
    for turn in range(6):
        usual = UsualRows(encoding)
        for content in whole:
            damaged = bytearray(content)
            for _ in range(5 * turn):
                damaged[draw.randrange(8, PAGE)] = draw.randrange(256)
            page = BtreePage(2, bytes(damaged), PAGE, "", 0)
            for at in page.pointers():
                found = usual.read(page, at)
                if found:
                    assert found == by_value(page, at, encoding)
                    read += 1
                else:
                    unread += 1
    assert read > 200
    assert unread > 20


def test_headers_that_are_all_new_are_not_planned(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "made.db")) as db:
        db.execute(f"PRAGMA page_size = {1 << 16}")
        db.execute("CREATE TABLE t (a, b)")
        rows = (("x" * (number % 50), "y" * (number // 50)) for number in range(1000))
        db.executemany("INSERT INTO t VALUES (?, ?)", rows)
        db.commit()
    content = (tmp_path / "made.db").read_bytes()
    usual = UsualRows(1)
    found = []
    for start in range(1 << 16, len(content), 1 << 16):
        page = BtreePage(2, content[start : start + (1 << 16)], 1 << 16, "", 0)
        if page.kind == TABLE_LEAF:
            found += [usual.read(page, at) for at in page.pointers()]
    assert 200 < sum(row is not None for row in found) < 400
