from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.ext.journal import (
    Copy,
    JournalError,
    JournalIndex,
    index_journal,
    parse_superblock,
)

BLOCK = 1024
MAGIC = 0xC03B3998
#: The features that change the shape of a tag: (incompat, bytes of a tag, bytes at a descriptor's end).
SHAPES = {
    "plain": (0, 8, 0),
    "64bit": (2, 12, 0),
    "csum2": (8, 10, 4),
    "csum2+64bit": (10, 14, 4),
    "csum3": (18, 16, 4),
}


def superblock(blocks: int, incompat: int = 0, sequence: int = 1, start: int = 1, fast: int = 0) -> bytes:
    head = struct.pack(">12I", MAGIC, 4, 0, BLOCK, blocks, 1, sequence, start, 0, 0, incompat, 0)
    return head.ljust(84, b"\0") + struct.pack(">I", fast) + bytes(BLOCK - 88)


def header(kind: int, sequence: int) -> bytes:
    return struct.pack(">III", MAGIC, kind, sequence)


def descriptor(sequence: int, blocks: Sequence[int], incompat: int = 0, escaped: Sequence[int] = ()) -> bytes:
    data = header(1, sequence)
    for place, block in enumerate(blocks):
        flags = (2 if place else 0) | (8 if place == len(blocks) - 1 else 0) | (1 if block in escaped else 0)
        if incompat & 16:
            data += struct.pack(">IIII", block & 0xFFFFFFFF, flags, block >> 32, 0)
        else:
            data += struct.pack(">IHH", block & 0xFFFFFFFF, 0, flags)
            data += struct.pack(">I", block >> 32) if incompat & 2 else b""
            data += bytes(2) if incompat & 8 else b""
        data += b"" if place else b"U" * 16
    return data.ljust(BLOCK, b"\0")


def commit(sequence: int) -> bytes:
    return header(2, sequence).ljust(BLOCK, b"\0")


def data(letter: str) -> bytes:
    return letter.encode() * BLOCK


def indexed(journal: bytes) -> JournalIndex:
    return index_journal(parse_superblock(journal[:1024]), len(journal), lambda at, size: journal[at : at + size])


@pytest.mark.parametrize("shape", SHAPES)
def test_copies_are_found_in_every_shape_of_tag(shape: str) -> None:
    incompat, tag_size, _ = SHAPES[shape]
    high = 1 << 33 if incompat & 2 else 0
    journal = b"".join(
        (superblock(8, incompat), descriptor(1, [high + 70, 80], incompat), data("a"), data("b"), commit(1), data("?"))
    ).ljust(8 * BLOCK, b"\0")

    assert parse_superblock(journal).tag_size == tag_size
    found = indexed(journal)
    assert found == JournalIndex(
        [Copy(high + 70, 2, 1, 0, False, True), Copy(80, 3, 1, 0, False, True)], [5], commits=1, revokes=0
    )


@pytest.mark.parametrize("shape", ["csum2", "csum3"])
def test_the_checksum_at_a_full_descriptors_end_is_no_tag(shape: str) -> None:
    incompat, tag_size, tail = SHAPES[shape]
    count = (BLOCK - 12 - 16 - tail) // tag_size
    full = bytearray(descriptor(1, range(100, 100 + count), incompat))
    full[-4:] = b"\xaa" * 4
    last = 12 + 16 + tag_size * (count - 1)
    flags_at = last + (4 if incompat & 16 else 6)
    struct.pack_into(">I" if incompat & 16 else ">H", full, flags_at, 2)  # no tag says that it is the last
    journal = superblock(count + 4, incompat) + bytes(full) + data("x") * count + commit(1) + bytes(BLOCK)

    assert [copy.block for copy in indexed(journal).copies] == list(range(100, 100 + count))


def test_a_transaction_runs_around_the_end() -> None:
    journal = b"".join((superblock(6), data("c"), commit(9), bytes(BLOCK), descriptor(9, [50, 60]), data("b")))

    assert indexed(journal).copies == [Copy(60, 1, 9, 8, False, True), Copy(50, 5, 9, 8, False, True)]


def test_older_rounds_are_older_and_stop_where_a_later_one_has_overwritten_them() -> None:
    journal = b"".join(
        (
            superblock(9, sequence=20),
            descriptor(20, [70]),
            data("n"),
            commit(20),
            descriptor(12, [70, 71, 72]),
            data("o"),
            header(5, 13).ljust(BLOCK, b"\0"),
            data("?"),
            data("?"),
        )
    )

    found = indexed(journal)
    assert found.copies == [Copy(70, 5, 12, -8, False, False), Copy(70, 2, 20, 0, False, True)]
    assert (found.unclaimed, found.commits, found.revokes) == ([7, 8], 1, 1)


def test_blocks_of_zeros_are_not_unclaimed() -> None:
    almost = bytes(BLOCK - 1) + b"x"
    journal = b"".join((superblock(6), descriptor(1, [70]), bytes(BLOCK), commit(1), bytes(BLOCK), almost))

    found = indexed(journal)
    assert found.copies == [Copy(70, 2, 1, 0, False, True)]
    assert found.unclaimed == [5]


def test_sequence_numbers_run_around() -> None:
    journal = b"".join((superblock(4, sequence=0xFFFFFFFF), descriptor(1, [70]), data("n"), commit(1)))

    assert indexed(journal).copies == [Copy(70, 2, 1, 2, False, True)]


def test_escaped_blocks_and_fast_commits_are_reported() -> None:
    journal = superblock(260 + 4, 0x20) + descriptor(1, [70], escaped=[70]) + data("n") + commit(1) + bytes(260 * BLOCK)

    found = indexed(journal)
    assert found.copies == [Copy(70, 2, 1, 0, True, True)]
    assert found.issues == ["the journal's 256 blocks of fast commits were not read"]


def test_a_journal_shorter_than_stated_and_one_that_cannot_be_read_are_reported() -> None:
    journal = superblock(100) + descriptor(1, [70]) + data("n") + commit(1)

    found = indexed(journal)
    assert [copy.block for copy in found.copies] == [70]
    assert found.issues == ["the journal's inode is shorter than its superblock states"]

    def broken(at: int, size: int) -> bytes:
        raise OSError("a bad sector")

    lost = index_journal(parse_superblock(journal), 100 * BLOCK, broken)
    assert (lost.copies, lost.issues) == ([], ["blocks 1 to 99 of the journal are lost: a bad sector"])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "too short"),
        (bytes(1024), "no superblock"),
        (superblock(8).replace(struct.pack(">I", BLOCK), struct.pack(">I", 1000)), "cannot be"),
        (superblock(1), "cannot be"),
    ],
)
def test_what_is_no_journal_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(JournalError, match=reason):
        parse_superblock(content)


@given(st.binary(max_size=BLOCK * 3), st.sampled_from(sorted(SHAPES)), st.integers(2, 2**32 - 1))
def test_arbitrary_blocks_never_raise(content: bytes, shape: str, blocks: int) -> None:
    journal = superblock(blocks, SHAPES[shape][0]) + content

    for copy in indexed(journal).copies:
        assert 1 <= copy.place < len(journal) // BLOCK


@given(st.integers(0, 6 * BLOCK - 1), st.binary(min_size=1, max_size=8), st.sampled_from(sorted(SHAPES)))
def test_mutated_journals_never_raise(at: int, change: bytes, shape: str) -> None:
    incompat = SHAPES[shape][0]
    good = (
        superblock(6, incompat) + descriptor(1, [70, 80], incompat) + data("a") + data("b") + commit(1) + bytes(BLOCK)
    )
    journal = (good[:at] + change + good[at + len(change) :])[: len(good)]

    try:
        found = indexed(journal)
    except JournalError:
        assert at < 44
        return
    assert all(1 <= copy.place < 6 for copy in found.copies)
