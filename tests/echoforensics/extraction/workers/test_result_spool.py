from __future__ import annotations

import random
from pathlib import Path

import pytest

from echoforensics.errors import CaseDiskError
from echoforensics.extraction.workers.result_spool import ResultSpool


@pytest.mark.parametrize("length", [10, 100_000])
def test_pieces_come_back_in_their_order(length: int, tmp_path: Path) -> None:
    draw = random.Random(length)
    spool, expected, given = ResultSpool(tmp_path), [], []
    for _ in range(200):
        expected.append(draw.randbytes(draw.randrange(length)))
        spool.put(expected[-1])
        if draw.random() < 0.4:
            given.append(spool.take())
    assert spool.size == sum(map(len, expected)) - sum(len(piece or b"") for piece in given)
    while (piece := spool.take()) is not None:
        given.append(piece)

    assert given == expected
    assert spool.size == 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_thrown_away_is_gone(tmp_path: Path) -> None:
    spool = ResultSpool(tmp_path)
    for _ in range(10):
        spool.put(bytes(100_000))

    spool.close()

    assert (spool.size, spool.take()) == (0, None)


def test_a_disk_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    spool = ResultSpool(tmp_path / "none")

    with pytest.raises(CaseDiskError, match="cannot be written"):
        spool.put(bytes(1_000_000))
