"""Leaf pages that are judged together, against what each is by itself."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from parsers.formats.sqlite.leaf_outlines import LeafOutline, may_begin_at, outline, outlines
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page, may_begin


def _value(draw: random.Random) -> object:
    number = draw.choice((0, 1, -1, 127, 128, -(2**31), 2**40, 2**62, -(2**62)))
    text = "é" * draw.choice((0, 3, 60, 70, 400))
    return draw.choice((None, number, draw.random(), text, draw.randbytes(draw.choice((0, 5, 90, 3000)))))


def _database(folder: Path, draw: random.Random) -> tuple[bytes, int]:
    """A database with all kinds of rows, of which some are deleted, and the size of its pages in bytes."""
    path, size = folder / "made.db", draw.choice(SIZES)
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path)
    database.execute(f"pragma page_size = {size}")
    columns = draw.choice((1, 3, 9, 140))
    database.execute(f"create table t ({', '.join(f'c{number}' for number in range(columns))})")
    for number in range(draw.choice((3, 60))):
        row = draw.choice((number + 1, number * 1000 + 1, number - 2**40 - 1))
        marks = ",".join("?" * (columns + 1))
        names = ",".join(f"c{n}" for n in range(columns))
        values = [row, *(_value(draw) for _ in range(columns))]
        database.execute(f"insert or ignore into t (rowid, {names}) values ({marks})", values)
    if draw.random() < 0.3:
        database.execute("delete from t where rowid % 5 = 2")
    database.commit()
    database.close()
    return path.read_bytes(), size


def _alone(room: bytes, at: int, size: int) -> LeafOutline | None:
    page = leaf_page(room[at : at + size])
    return outline(page) if page else None


def test_pages_judged_together_are_what_each_is_by_itself(
    series: Callable[[int], Iterable[int]], tmp_path: Path
) -> None:
    pages = left = 0
    for number in series(200):
        draw = random.Random(number)
        content, size = _database(tmp_path, draw)
        room = bytearray(draw.randbytes(draw.randrange(9)) + content)
        first = len(room) - len(content)
        for _ in range(draw.choice((0, 0, 3, 40))):
            room[draw.randrange(len(room))] = draw.choice((0, 1, 0x0D, 0x80, 0xFF, draw.randrange(256)))
        whole = bytes(room)
        places = [(at, each) for at in range(first, len(whole), size) for each in SIZES if at + each <= len(whole)]
        for (at, each), found in zip(places, outlines(whole, places), strict=True):
            expected = _alone(whole, at, each)
            pages += expected is not None
            left += found is True and expected is not None
            assert found is True or (found or None) == expected, (number, at, each)
    assert pages
    # Most are decided at once: all but those with freed room and with very large numbers.
    assert left < pages / 2


def test_numbers_longer_than_any_writer_makes_them_are_left_to_the_look_at_one() -> None:
    row = bytes((3, 1, 2, 1, 7))
    long = b"\x80\x80\x80\x80\x80\x80\x80\x80\x03" + row[1:]
    for cell in (row, long):
        page = bytearray(512)
        page[:8] = b"\x0d\0\0\0\1" + (512 - len(cell)).to_bytes(2, "big") + b"\0"
        page[8:10] = (512 - len(cell)).to_bytes(2, "big")
        page[512 - len(cell) :] = cell
        found = outlines(bytes(page), [(0, 512)])[0]
        assert found is True or (found or None) == _alone(bytes(page), 0, 512)


def test_a_header_may_begin_a_page_as_one_by_one(series: Callable[[int], Iterable[int]]) -> None:
    likely = 0
    for number in series(2000):
        draw = random.Random(number)
        words = [
            draw.choice((0, 1, 2, 60, 500, 508, 511, 512, 1020, 4000, 65535, draw.randrange(65536))) for _ in "123"
        ]
        head = bytes((13,)) + b"".join(word.to_bytes(2, "big") for word in words) + bytes((draw.choice((0, 60, 61)),))
        together = may_begin_at(np.frombuffer(head, dtype=np.uint8), np.array([[0]]), np.array(SIZES))[0].tolist()
        assert together == [may_begin(head, size) for size in SIZES], head
        likely += any(together)
    assert likely
