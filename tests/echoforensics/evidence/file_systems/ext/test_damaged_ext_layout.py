from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.ext.layout import ExtLayout, ExtLayoutError

BLOCK = 1024
BLOCKS, INODES = 64, 32


def volume(**features: int) -> bytes:
    """One block group: block bitmap 3, inode bitmap 4, inode table from 5; inodes 1 to 11 and blocks 1 to 20 in use."""
    head = bytearray(BLOCK)
    struct.pack_into("<II12xII", head, 0, INODES, BLOCKS, 1, 0)
    struct.pack_into("<I4xI", head, 32, 8192, INODES)
    struct.pack_into("<H", head, 56, 0xEF53)
    struct.pack_into("<I4xIH", head, 76, 1, 11, 128)
    struct.pack_into("<III", head, 92, *(features.get(name, 0) for name in ("compat", "incompat", "ro_compat")))
    descriptor = struct.pack("<III6xH8xH2x", 3, 4, 5, features.get("flags", 0), features.get("unused", 0))
    blocks = (head, descriptor, ((1 << 20) - 1).to_bytes(8, "little"), ((1 << 11) - 1).to_bytes(4, "little"))
    content = b"".join(bytes(block).ljust(BLOCK, b"\0") for block in (b"", *blocks))
    return content.ljust(BLOCKS * BLOCK, b"\0")


def layout(data: bytes) -> ExtLayout:
    return ExtLayout(lambda at, size: data[at : at + size])


def test_bitmaps_and_tables_are_found() -> None:
    found = layout(volume())

    assert (found.block_size, found.inode_size, found.blocks, found.inodes, found.groups) == (BLOCK, 128, 64, 32, 1)
    assert [found.inode_is_allocated(number) for number in (1, 11, 12, 32)] == [True, True, False, False]
    assert found.allocated_blocks(1, 63) == 20
    assert found.allocated_blocks(19, 4) == 2
    assert found.inode_offset(2) == 5 * BLOCK + 128
    assert found.inode_in_block(9) == (6, 0)
    assert [found.is_fixed(block) for block in (1, 3, 4, 5, 8, 9)] == [True, True, True, True, True, False]
    assert [(first, count) for first, count, _ in found.inode_table(0)] == [(1, 32)]


def test_what_a_group_says_was_never_written_is_not_read() -> None:
    assert [count for _, count, _ in layout(volume(ro_compat=0x10, unused=20)).inode_table(0)] == [12]
    assert list(layout(volume(ro_compat=0x10, flags=1)).inode_table(0)) == []
    assert not layout(volume(ro_compat=0x10, flags=1)).inode_is_allocated(1)
    assert layout(volume(ro_compat=0x10, flags=2)).allocated_blocks(1, 63) == 0
    assert len(next(layout(volume(ro_compat=0x10, flags=1)).inode_table(0, whole=True))[2]) == 32 * 128


@pytest.mark.parametrize("number", [0, 33, 1 << 31])
def test_inodes_that_are_none_are_refused(number: int) -> None:
    with pytest.raises(ExtLayoutError, match=f"no inode {number}"):
        layout(volume()).inode_offset(number)


def test_blocks_outside_and_beyond_the_image_are_refused() -> None:
    with pytest.raises(ExtLayoutError, match="outside the file system"):
        layout(volume()).block(64)
    with pytest.raises(ExtLayoutError, match="beyond the end of the image"):
        layout(volume()[: 40 * BLOCK]).block(50)


@given(st.integers(1024, 3 * BLOCK), st.binary(min_size=1, max_size=8))
def test_mutated_superblocks_and_descriptors_are_refused_or_read(at: int, change: bytes) -> None:
    good = volume(incompat=0x80)
    data = (good[:at] + change + good[at + len(change) :])[: len(good)]

    with suppress(OSError):
        found = layout(data)
        for number in (1, 12, 32):
            with suppress(OSError):
                found.inode_is_allocated(number)
                found.raw_inode(number)
        with suppress(OSError):
            found.allocated_blocks(1, 63)
        assert found.is_fixed(1) in (True, False)
        for _, count, table in found.inode_table(0):
            assert len(table) <= count * found.inode_size
