from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.ext.content import MapBudget
from echoforensics.evidence.file_systems.ext.inode import EXTENTS_FLAG, ExtInode, MappingError, parse_inode, runs_of

BLOCK, BLOCKS = 1024, 5000


def inode(mapping: bytes, size: int, flags: int = 0) -> ExtInode:
    return ExtInode(0o100644, size, 1, (), 0, flags, 0, mapping.ljust(60, b"\0"))


def node(depth: int, *entries: bytes) -> bytes:
    return struct.pack("<HHHHI", 0xF30A, len(entries), 84, depth, 0) + b"".join(entries)


def leaf(logical: int, block: int, length: int) -> bytes:
    return struct.pack("<IHHI", logical, length, block >> 32, block & 0xFFFFFFFF)


def branch(logical: int, block: int) -> bytes:
    return struct.pack("<IIHH", logical, block & 0xFFFFFFFF, block >> 32, 0)


def reader(blocks: dict[int, list[bytes]]) -> dict[int, list[bytes]]:
    return {number: [data.ljust(BLOCK, b"\0") for data in versions] for number, versions in blocks.items()}


def runs(item: ExtInode, blocks: dict[int, list[bytes]] | None = None) -> list[tuple[int, int, int]]:
    known = reader(blocks or {})
    return runs_of(item, BLOCK, BLOCKS, lambda number: iter(known.get(number, [])))


def test_an_extent_tree_with_holes_and_blocks_that_were_never_written() -> None:
    tree = node(1, branch(0, 40), branch(100, 41))
    blocks = {
        40: [node(0, leaf(0, 500, 3), leaf(3, 503, 2), leaf(10, 600, 32768 + 5))],
        41: [node(0, leaf(100, 700, 1))],
    }

    assert runs(inode(tree, 200 * BLOCK, EXTENTS_FLAG), blocks) == [(0, 500, 5), (100, 700, 1)]


def test_the_first_version_of_a_block_that_holds_a_map_is_believed() -> None:
    tree = node(1, branch(0, 40))
    blocks = {40: [bytes(BLOCK), node(0), node(0, leaf(0, 500, 3)), node(0, leaf(0, 900, 3))]}

    assert runs(inode(tree, 3 * BLOCK, EXTENTS_FLAG), blocks) == [(0, 500, 3)]


def test_pointers_direct_and_through_two_levels() -> None:
    first = [100 + number for number in range(12)]
    blocks = {
        50: [struct.pack("<256I", *range(200, 456))],
        51: [struct.pack("<256I", 52, *[0] * 255)],
        52: [bytes(BLOCK), struct.pack("<256I", 0, 1000, *[0] * 254)],
    }

    assert runs(inode(struct.pack("<15I", *first, 50, 51, 0), 600 * BLOCK), blocks) == [
        (0, 100, 12),
        (12, 200, 256),
        (269, 1000, 1),
    ]


@pytest.mark.parametrize(
    ("mapping", "flags", "reason"),
    [
        (node(0, leaf(0, BLOCKS, 1)), EXTENTS_FLAG, "outside the file system"),
        (node(0, leaf(5, 10, 2), leaf(0, 20, 1)), EXTENTS_FLAG, "overlap or run backwards"),
        (node(1, branch(0, 40)), EXTENTS_FLAG, "block 40 should hold a part"),
        (node(9, branch(0, 40)), EXTENTS_FLAG, "is not one"),
        (bytes(60), EXTENTS_FLAG, "is not one"),
        (struct.pack("<15I", BLOCKS, *[0] * 14), 0, "outside the file system"),
        (struct.pack("<15I", *[0] * 12, 40, 0, 0), 0, "block 40 should hold pointers"),
    ],
)
def test_maps_that_cannot_be_are_refused(mapping: bytes, flags: int, reason: str) -> None:
    with pytest.raises(MappingError, match=reason):
        runs(inode(mapping, 100 * BLOCK, flags))


def test_the_blocks_of_maps_are_bounded() -> None:
    def same(_: int) -> Iterator[bytes]:
        return iter([struct.pack("<256I", *[7] * 256)])

    endless = inode(struct.pack("<15I", *[7] * 15), 1 << 60)
    with pytest.raises(MappingError, match="more than 10 blocks that say where content lies"):
        runs_of(endless, BLOCK, BLOCKS, MapBudget(10).counted(same))
    with pytest.raises(MappingError, match="in more than"):
        runs_of(endless, BLOCK, BLOCKS, same)


def test_times_beyond_2038_and_before_1970() -> None:
    data = bytearray(256)
    struct.pack_into("<HHIIIII", data, 0, 0o100644, 0, 5, 1, 0, 0xFFFFFFFF, 0)
    struct.pack_into("<H", data, 128, 32)
    struct.pack_into("<I", data, 140, 1)  # access: second epoch
    struct.pack_into("<II", data, 144, 10, 500 << 2)

    found = parse_inode(bytes(data))

    assert found is not None
    assert found.times_as_text() == {
        "modified": "1969-12-31T23:59:59.000000000Z",
        "accessed": "2106-02-07T06:28:17.000000000Z",
        "created": "1970-01-01T00:00:10.000000500Z",
    }


@given(st.binary(min_size=60, max_size=60), st.integers(0, 2**64), st.booleans(), st.binary(max_size=BLOCK))
def test_arbitrary_maps_give_runs_inside_the_file_system_or_are_refused(
    mapping: bytes, size: int, extents: bool, block: bytes
) -> None:
    item = inode(mapping, size, EXTENTS_FLAG if extents else 0)
    try:
        found = runs_of(item, BLOCK, BLOCKS, lambda _: iter([block.ljust(BLOCK, b"\0")]))
    except MappingError:
        return
    assert all(first > 0 and first + length <= BLOCKS for _, first, length in found)


@given(st.binary(max_size=300))
def test_arbitrary_inodes_never_raise(data: bytes) -> None:
    found = parse_inode(data)
    if found is not None:
        found.times_as_text()
