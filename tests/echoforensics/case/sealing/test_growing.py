"""Digests that are computed while tables grow are those of the complete tables."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from echoforensics.case.custody.names import DATABASE
from echoforensics.case.sealing import blocks, growing
from echoforensics.case.sealing.growing import GrowingDigests
from echoforensics.case.sealing.seal import whole_and_blocks
from echoforensics.case.store import Store

TABLES = ("places", "timestamps", "record_keys")


def _add(store: Store, first: int, count: int) -> None:
    """Add places, and of each second one, two timestamps."""
    with store.transaction():
        for number in range(first, first + count):
            store.db.execute("INSERT INTO places VALUES (?, 1, 1, 1, ?)", (number, number))
            if number % 2:
                times = [(number, ordinal, 1, "now", ordinal, "") for ordinal in range(2)]
                store.db.executemany("INSERT INTO timestamps VALUES (?, ?, ?, ?, ?, ?)", times)


@pytest.mark.parametrize("block", [4, 1 << 14])
def test_growing_tables_have_the_digests_of_complete_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(blocks, "BLOCK", block)
    monkeypatch.setattr(growing, "BLOCK", block)
    monkeypatch.setattr(growing, "_AT_ONCE", 3)
    with closing(Store(tmp_path / DATABASE, create=True, write=True)) as store:
        store.db.executescript("PRAGMA foreign_keys = OFF; DROP INDEX places_by_record;")
        digests = GrowingDigests(store.db, TABLES)
        _add(store, 1, 5)
        assert not digests.advance(), "they may still be removed"
        digests.committed()
        assert digests.advance()
        store.db.executescript("DELETE FROM places WHERE id > 2; DELETE FROM timestamps WHERE record > 2;")
        digests.forget()
        _add(store, 3, 4)
        digests.committed()
        while digests.advance():
            pass
        # Nothing is in the next blocks.
        _add(store, 21, 7)

        found = digests.complete()

        assert found == {table: whole_and_blocks(store.db, table) for table in ("places", "timestamps")}
        assert isinstance(found["places"][1], dict) == (block == 4)
