"""A file read in ranges: the bytes of the file, in few requests and bounded memory."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.media.careful_file import CarefulFile, open_careful
from echoforensics.evidence.media.file_bytes import FileBytes
from echoforensics.evidence.media.ranged_file import BLOCK, KEPT, MOST_AT_ONCE, RangedBytes, RangedFile, read_in_ranges

CONTENT = Random(1).randbytes(3 * MOST_AT_ONCE * BLOCK + 1000)


def ranged(content: bytes = CONTENT) -> RangedFile:
    return RangedFile("s3://bucket/echo.dd", len(content), lambda start, length: content[start : start + length])


def test_what_is_read_in_order_takes_few_requests() -> None:
    file = ranged()
    reader = RangedBytes(file)
    step = 1000 * 1000
    assert b"".join(reader.read(at, step) for at in range(0, len(CONTENT), step)) == CONTENT
    assert file.fetched == len(CONTENT)
    assert file.requests < 10


def test_what_is_read_here_and_there_is_right_and_kept() -> None:
    file, draw = ranged(), Random(2)
    reader = RangedBytes(file)
    for _ in range(300):
        offset, size = draw.randrange(len(CONTENT)), draw.choice((1, 512, 4096, 2 * BLOCK))
        assert reader.read(offset, size) == CONTENT[offset : offset + size]
    before = file.requests
    other = RangedBytes(file)
    assert other.read(7, 9) == other.read(7, 9) == CONTENT[7:16]
    assert file.requests <= before + 1
    assert len(file._blocks) <= KEPT
    assert sum(map(len, file._blocks.values())) <= KEPT * BLOCK


def test_a_path_is_read_in_ranges_while_that_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "echo.dd"
    path.write_bytes(b"here")
    with read_in_ranges(path, ranged()):
        with closing(FileBytes(path)) as data, closing(CarefulFile(path)) as careful:
            assert data.size == careful.size == len(CONTENT)
            assert data.read(BLOCK - 1, 2) == careful.read_at(BLOCK - 1, 2) == CONTENT[BLOCK - 1 : BLOCK + 1]
            assert data.read(len(CONTENT), 1) == b""
            with pytest.raises(OSError, match="in ranges"):
                data.fileno()
        with open_careful(path) as stream:
            assert stream.read(5) == CONTENT[:5]
    with closing(FileBytes(path)) as data:
        assert data.read(0, 9) == b"here"


def _lost(_start: int, _length: int) -> bytes:
    raise ConnectionResetError("Connection reset by peer")


@pytest.mark.parametrize("fetch", [_lost, lambda _start, length: bytes(length - 1)])
def test_what_does_not_arrive_is_no_damage_of_the_evidence(tmp_path: Path, fetch: object) -> None:
    path = tmp_path / "echo.dd"
    path.touch()
    file = RangedFile("s3://bucket/echo.dd", 9, fetch)  # type: ignore[arg-type]

    def read_anyway() -> None:
        """As a library that goes on after an error."""
        with read_in_ranges(path, file), closing(CarefulFile(path)) as careful:
            with pytest.raises(SourceError):
                careful.read_at(0, 9)
            assert not careful.holes.sentences()

    with pytest.raises(SourceError, match=r"^s3://bucket/echo\.dd: .*cannot be fetched|9 were asked for"):
        read_anyway()
