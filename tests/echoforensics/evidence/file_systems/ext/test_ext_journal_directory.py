from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.ext.directory import DirectoryBlock, ExtName, NameType, parse_directory_block

SIZE = 1024


def record(inode: int, name: bytes, length: int, kind: int = 1) -> bytes:
    return (struct.pack("<IHBB", inode, length, len(name), kind) + name).ljust(length, b"\0")


def block(*records: bytes, tail: bool = False) -> bytes:
    """Records that chain to the block's end: the last is stretched."""
    end = SIZE - (12 if tail else 0)
    start = sum(len(item) for item in records[:-1])
    last = records[-1][:4] + struct.pack("<H", end - start) + records[-1][6:]
    data = b"".join((*records[:-1], last.ljust(end - start, b"\0")))
    return data + (struct.pack("<IHBBI", 0, 12, 0, 0xDE, 7) if tail else b"")


DOTS = (record(12, b".", 12, 2), record(2, b"..", 12, 2))


def test_the_first_block_tells_its_folder_and_the_one_above() -> None:
    for tail in (False, True):
        data = block(*DOTS, record(15, b"voice.db", 16), record(16, b"log", 12, 2), tail=tail)

        assert parse_directory_block(data, 100) == DirectoryBlock(
            (ExtName(15, b"voice.db", NameType.FILE, True), ExtName(16, b"log", NameType.FOLDER, True)), 12, 2
        )


def test_names_in_the_room_of_the_name_before_are_deleted() -> None:
    gone = record(17, b"gone.wav", 16)
    first = record(15, b"kept", 12)[:12]
    first = first[:4] + struct.pack("<H", 12 + len(gone)) + first[6:] + gone

    found = parse_directory_block(block(*DOTS, first, record(16, b"last", 12)), 100)

    assert found == DirectoryBlock(
        (
            ExtName(15, b"kept", NameType.FILE, True),
            ExtName(17, b"gone.wav", NameType.FILE, False),
            ExtName(16, b"last", NameType.FILE, True),
        ),
        12,
        2,
    )


def test_the_root_of_a_hash_tree_holds_no_names_but_its_own() -> None:
    above = record(2, b"..", 12, 2)[:12]
    tree = struct.pack("<IBBBB", 0, 1, 8, 0, 0) + struct.pack("<HHI", 124, 2, 1) + record(17, b"number", 16)
    data = DOTS[0] + above[:4] + struct.pack("<H", SIZE - 12) + above[6:] + tree

    assert parse_directory_block(data.ljust(SIZE, b"\0"), 100) == DirectoryBlock((), 12, 2)


def test_what_is_no_directory_is_refused() -> None:
    good = block(*DOTS, record(15, b"voice.db", 16))
    assert parse_directory_block(bytes(SIZE), 100) is None
    assert parse_directory_block(good, 14) is None  # there are not so many inodes
    assert parse_directory_block(good[:-4], 100) is None  # the chain does not end at the block's end
    assert parse_directory_block(good.replace(b"voice.db", b"voi/e.db"), 100) is None


@given(st.binary(max_size=SIZE))
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    parse_directory_block(data, 1 << 32)


@given(st.integers(0, SIZE - 1), st.binary(min_size=1, max_size=6))
def test_mutated_blocks_never_raise(at: int, change: bytes) -> None:
    good = block(*DOTS, record(15, b"voice.db", 16), record(16, b"log", 12, 2), tail=True)

    found = parse_directory_block((good[:at] + change + good[at + len(change) :])[:SIZE], 100)

    assert found is None or all(1 <= name.inode <= 100 and b"/" not in name.name for name in found.names)
