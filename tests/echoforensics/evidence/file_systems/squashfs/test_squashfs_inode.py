from __future__ import annotations

import struct

import pytest

from echoforensics.evidence.file_systems.squashfs.blocks import Blocks, MetadataTable
from echoforensics.evidence.file_systems.squashfs.codecs import expander
from echoforensics.evidence.file_systems.squashfs.inode import (
    NO_FRAGMENT,
    InodeType,
    read_inode,
    read_target,
)

WHEN = 1_690_000_000
DEVICE = 8 << 8 | 44 | 1 << 20  # 8:300


def _table(*pieces: bytes) -> MetadataTable:
    image = b"".join(struct.pack("<H", len(piece) | 0x8000) + piece for piece in pieces)
    blocks = Blocks(lambda offset, size: image[offset : offset + size], len(image), expander(1), 4096)
    return MetadataTable(blocks, 0, len(image))


def _inode(kind: int, layout: str, *values: int, after: bytes = b"", when: int = WHEN) -> bytes:
    return struct.pack("<4H2I", kind, 0o100640, 0, 0, when, 77) + struct.pack(layout, *values) + after


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (_inode(1, "<2I2HI", 500, 2, 60, 9, 1), (InodeType.FOLDER, 60, 500, 9, NO_FRAGMENT)),
        (_inode(8, "<4I2HI", 2, 70000, 500, 1, 0, 9, 5), (InodeType.FOLDER, 70000, 500, 9, NO_FRAGMENT)),
        (_inode(2, "<4I", 96, 3, 17, 5000), (InodeType.FILE, 5000, 96, 17, 3)),
        (_inode(9, "<3Q4I", 2**40, 2**41, 0, 1, 3, 17, 5), (InodeType.FILE, 2**41, 2**40, 17, 3)),
    ],
)
def test_folders_and_files_basic_and_extended(raw: bytes, expected: tuple[InodeType, int, int, int, int]) -> None:
    inode = read_inode(_table(raw), 0)

    assert (inode.type, inode.size, inode.start, inode.offset, inode.fragment) == expected
    assert (inode.number, inode.mode, inode.reference, inode.rest) == (77, 0o640, 0, (0, len(raw)))
    assert inode.modified == {"modified": "2023-07-22T04:26:40Z"}


@pytest.mark.parametrize("raw", [_inode(3, "<2I", 1, 3, after=b"e-f"), _inode(10, "<2I", 1, 3, after=b"e-f\xff")])
def test_links_basic_and_extended(raw: bytes) -> None:
    table = _table(raw)
    assert read_target(table, read_inode(table, 0)) == b"e-f"


@pytest.mark.parametrize(
    ("raw", "note"),
    [
        (_inode(4, "<2I", 1, DEVICE), "a block device, 8:300"),
        (_inode(5, "<2I", 1, 1 << 8 | 3), "a character device, 1:3"),
        (_inode(6, "<I", 1), "a pipe"),
        (_inode(7, "<I", 1), "a socket"),
        (_inode(11, "<3I", 1, DEVICE, 5), "a block device, 8:300"),
        (_inode(12, "<3I", 1, 1 << 8 | 3, 5), "a character device, 1:3"),
        (_inode(13, "<2I", 1, 5), "a pipe"),
        (_inode(14, "<2I", 1, 5), "a socket"),
    ],
)
def test_other_things_are_named(raw: bytes, note: str) -> None:
    assert read_inode(_table(raw), 0).note == f"not a regular file: {note}"


def test_an_inode_may_lie_across_blocks() -> None:
    raw = _inode(2, "<4I", 96, 3, 17, 5000)
    inode = read_inode(_table(bytes(100) + raw[:10], raw[10:20], raw[20:] + b"rest"), 100)

    assert (inode.number, inode.size, inode.rest) == (77, 5000, (102 + 10 + 12, 12))
    # The reference holds where the block begins in the table, and the byte in the block.
    assert read_inode(_table(bytes(100), b"x" + raw), 102 << 16 | 1).size == 5000


def test_a_time_of_zero_is_no_time() -> None:
    assert read_inode(_table(_inode(6, "<I", 1, when=0)), 0).modified == {}


@pytest.mark.parametrize("reference", [5000, 99 << 16, 1 << 47])
def test_a_reference_to_nowhere_is_an_error(reference: int) -> None:
    with pytest.raises(OSError, match=r"was asked for|beyond|states"):
        read_inode(_table(_inode(6, "<I", 1)), reference)
