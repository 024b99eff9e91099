"""Rows that no program of ours writes are in some block too, so that a forged one shows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from echoforensics.case.sealing.blocks import BLOCK, BLOCKS, blocks_of

_NUMBERS = "CREATE TABLE timestamps (record INTEGER, ordinal INTEGER)"
_DIGESTS = "CREATE TABLE artefacts (sha256 TEXT, size INTEGER)"


def _rows_by_block(db: sqlite3.Connection, table: str) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for block in blocks_of(db, table):
        where, values = BLOCKS[table].rows(block)
        found[block] = db.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchall()
    return found


def _is_seen(table: str, made: str, rows: list[tuple[Any, ...]], forged: object) -> bool:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(made)
        db.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)
        before = _rows_by_block(db, table)
        assert sorted(row for some in before.values() for row in some) == rows
        db.execute(f"INSERT INTO {table} VALUES (?, 7)", (forged,))
        return _rows_by_block(db, table) != before


@pytest.mark.parametrize(
    "forged",
    [
        None, 1.5, -0.5, BLOCK - 0.5, float("inf"), float("-inf"), 1e300, -1e300, (1 << 63) - 1, -(1 << 63), "text",
        b"bytes",
    ],
)  # fmt: skip
def test_a_forged_number_is_in_a_block(forged: object) -> None:
    assert _is_seen("timestamps", _NUMBERS, [(1, 1), (BLOCK + 1, 1)], forged)


@pytest.mark.parametrize("forged", [None, b"abcd", "ab\U0010ffff\U0010ffff", "", "a", "AB12", "ab\0x", 12])
def test_a_forged_digest_is_in_a_block(forged: object) -> None:
    assert _is_seen("artefacts", _DIGESTS, [("ab12", 1), ("cd34", 1)], forged)
