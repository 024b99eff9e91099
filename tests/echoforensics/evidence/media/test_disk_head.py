from __future__ import annotations

import random
import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.media.disk_head import HEAD, looks_like_disk
from echoforensics.evidence.media.holes import MAX_LISTED, HoleReader, Holes


def at(offset: int, magic: bytes) -> bytes:
    return bytes(offset) + magic + bytes(4096)


def boot_sector(*entries: tuple[int, int, int, int]) -> bytes:
    raw = b"".join(struct.pack("<B3xB3xII", *entry) for entry in entries).ljust(64, b"\0")
    return bytes(446) + raw + b"\x55\xaa"


@pytest.mark.parametrize(
    "head",
    [
        at(512, b"EFI PART"),
        at(4096, b"EFI PART"),
        at(0, b"MPT\x0001.00.00"),
        at(0, b"\x3a\xff\x26\xed"),
        at(512, b"LABELONE"),
        at(0, b"hsqs"),
        at(1024, b"\x10\x20\xf5\xf2"),
        at(0, b"UBI#"),
        boot_sector((0x80, 0x83, 2048, 4096)),
        boot_sector((0, 0x0C, 8, 8), (0, 0x83, 16, 8)),
    ],
)
def test_beginnings_of_disks(head: bytes) -> None:
    assert looks_like_disk(head)


@pytest.mark.parametrize("kind", ["ext2", "ext4", "fat"])
def test_file_systems(kind: str, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    (tmp_path / "content").mkdir()

    assert looks_like_disk(make_image(tmp_path / "content", kind, 8).read_bytes()[:HEAD])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"a line of a log\n" * 8192,
        bytes(HEAD),
        b"\xff" * HEAD,
        b"SQLite format 3\0" + bytes(8192),
        b"PK\x03\x04" + bytes(8192),
        boot_sector(),
        boot_sector((1, 0x83, 2048, 4096)),
        boot_sector((0, 0x83, 0, 4096)),
        at(1080, b"\x53\xef"),
        bytes(257) + b"ustar" + bytes(9000),
    ],
)
def test_beginnings_of_other_things(head: bytes) -> None:
    assert not looks_like_disk(head)


@given(st.binary(max_size=3000))
def test_any_bytes_are_answered(head: bytes) -> None:
    assert looks_like_disk(head) in (True, False)


def test_random_bytes_are_no_disk() -> None:
    drawn = random.Random(1)

    assert not any(looks_like_disk(drawn.randbytes(2048)) for _ in range(2000))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=20))
def test_holes_are_joined_and_counted_once(places: list[tuple[int, int]]) -> None:
    holes = Holes()
    expected: set[int] = set()
    for start, length in places:
        holes.add(start, start + length, "why")
        expected.update(range(start, start + length))

    found = list(holes)

    assert {byte for start, length in found for byte in range(start, start + length)} == expected
    assert all(a + n < b for (a, n), (b, _) in pairwise(found))
    assert len(holes.sentences()) == len(found)


def test_very_many_holes_are_reported_together() -> None:
    holes = Holes()
    for number in range(MAX_LISTED + 5):
        holes.add(number * 10, number * 10 + 2, "damaged")

    assert holes.sentences()[0] == "bytes 0 to 1 of the media could not be read and are given as zeros: damaged"
    assert holes.sentences()[MAX_LISTED:] == (
        "5 more places of the media, 10 bytes together, could not be read and are given as zeros",
    )


def test_holes_do_not_depend_on_who_reads_what() -> None:
    content = bytes(range(256)) * 4

    def read(offset: int, size: int) -> bytes:
        if offset < 700 and offset + size > 300:
            raise OSError("worn out")
        return content[offset : offset + size]

    for pieces in ([(0, 1024)], [(310, 1), (690, 5), (0, 400), (400, 400)]):
        reader = HoleReader(read, 100, 1024)
        given = [reader.read(*piece) for piece in pieces]
        assert [len(piece) for piece in given] == [length for _, length in pieces]
        assert list(reader.holes) == [(300, 400)]

    assert HoleReader(read, 100, 1024).read(250, 500) == content[250:300] + bytes(400) + content[700:750]
