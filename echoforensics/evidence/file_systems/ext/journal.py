"""Finds the copies of file system blocks in the journal of ext3 and ext4 (JBD2).

A journal is a ring. Data from earlier rounds stays until it is overwritten, so the journal also holds older states of
directories and inodes. The whole ring is searched, not only what would be replayed.

References:
    Linux, Documentation/filesystems/ext4/journal.rst; include/linux/jbd2.h.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGIC = 0xC03B3998
_MAGIC_BYTES = b"\xc0\x3b\x39\x98"
_DESCRIPTOR, _COMMIT, _SUPERBLOCK_1, _SUPERBLOCK_2, _REVOKE = 1, 2, 3, 4, 5
_INCOMPAT_64BIT = 0x2
_INCOMPAT_CSUM_2 = 0x8
_INCOMPAT_CSUM_3 = 0x10
_INCOMPAT_FAST_COMMIT = 0x20
_TAG_ESCAPED, _TAG_SAME_UUID, _TAG_LAST = 1, 2, 8
#: The number of fast commit blocks if the superblock states none.
_FAST_COMMIT_BLOCKS = 256
#: How many copies to track; a journal of 1 GiB has at most 262,144 of 4 KiB.
MAX_COPIES = 4_000_000
_HEADER = 12
_BATCH = 1024 * 1024


class JournalError(OSError):
    """The journal is missing or unreadable."""


class Copy(NamedTuple):
    """A copy of a file system block.

    Attributes:
        block: the file system block that was copied; None if no descriptor states it.
        place: the journal block that holds the copy.
        transaction: its sequence number in the journal; None if no descriptor states it.
        order: increases with time; negative before the journal's current start.
        escaped: whether its first four bytes were zeroed because they look like the journal's magic.
        committed: whether a commit block of the transaction was found.
    """

    block: int | None
    place: int
    transaction: int | None
    order: int
    escaped: bool
    committed: bool


@dataclass(slots=True)
class JournalIndex:
    """The content of a journal.

    Attributes:
        copies: copies of file system blocks, oldest first.
        unclaimed: journal blocks that no descriptor covers, that are not the journal's own, and that are not known to
            be blank.
        commits: the number of commit blocks.
        revokes: the number of revoke blocks.
        issues: what could not be read, one sentence each.
    """

    copies: list[Copy] = field(default_factory=list)
    unclaimed: list[int] = field(default_factory=list)
    commits: int = 0
    revokes: int = 0
    issues: list[str] = field(default_factory=list)


class JournalSuperblock(NamedTuple):
    """The layout of a journal.

    Attributes:
        block_size: the size of a block in bytes.
        first, end: its ring of blocks, excluding the end.
        sequence: the number of the first transaction that would be replayed.
        start: the block at which replay would begin; 0 if there is nothing to replay.
        incompat: its incompatible features.
        fast_blocks: the number of fast commit blocks after the ring, which have another format.
    """

    block_size: int
    first: int
    end: int
    sequence: int
    start: int
    incompat: int
    fast_blocks: int

    @property
    def tag_size(self) -> int:
        """The size of a tag in bytes, without its UUID."""
        if self.incompat & _INCOMPAT_CSUM_3:
            return 16
        size = 14 if self.incompat & _INCOMPAT_CSUM_2 else 12
        return size if self.incompat & _INCOMPAT_64BIT else size - 4


def parse_superblock(data: bytes) -> JournalSuperblock:
    """Parse the journal's superblock from its first 1 KiB. Raises JournalError."""
    if len(data) < 1024:
        raise JournalError("the journal is too short")
    magic, kind, _, block_size, length, first, sequence, start = struct.unpack_from(">8I", data)
    if magic != MAGIC or kind not in (_SUPERBLOCK_1, _SUPERBLOCK_2):
        raise JournalError("the journal has no superblock")
    if block_size & (block_size - 1) or not 1024 <= block_size <= 65536 or not 0 < first < length:
        raise JournalError("the journal's superblock holds values that cannot be")
    incompat = struct.unpack_from(">I", data, 40)[0] if kind == _SUPERBLOCK_2 else 0
    fast = 0
    if incompat & _INCOMPAT_FAST_COMMIT:
        fast = min(struct.unpack_from(">I", data, 84)[0] or _FAST_COMMIT_BLOCKS, length - first - 1)
    return JournalSuperblock(block_size, first, length - fast, sequence, start, incompat, fast)


def parse_tags(data: bytes, superblock: JournalSuperblock) -> Iterator[tuple[int, bool]]:
    """Yield the tags of a descriptor block: (file system block, whether the copy is escaped)."""
    size = superblock.tag_size
    tail = 4 if superblock.incompat & (_INCOMPAT_CSUM_2 | _INCOMPAT_CSUM_3) else 0
    at, end = _HEADER, len(data) - tail
    while at + size <= end:
        block = struct.unpack_from(">I", data, at)[0]
        if superblock.incompat & _INCOMPAT_CSUM_3:
            flags, high = struct.unpack_from(">II", data, at + 4)
        else:
            flags = struct.unpack_from(">H", data, at + 6)[0]
            high = struct.unpack_from(">I", data, at + 8)[0] if superblock.incompat & _INCOMPAT_64BIT else 0
        yield block | (high << 32 if superblock.incompat & _INCOMPAT_64BIT else 0), bool(flags & _TAG_ESCAPED)
        at += size + (0 if flags & _TAG_SAME_UUID else 16)
        if flags & _TAG_LAST:
            return


def index_journal(superblock: JournalSuperblock, length: int, read: Callable[[int, int], bytes]) -> JournalIndex:
    """Find every copy in a journal.

    Args:
        superblock: the journal's superblock.
        length: the journal's size in bytes by its inode.
        read: reads (byte offset in the journal, size in bytes). May give fewer, or raise OSError.
    """
    return _Indexer(superblock, length, read).index()


class _Indexer:
    def __init__(self, superblock: JournalSuperblock, length: int, read: Callable[[int, int], bytes]) -> None:
        self._super = superblock
        self._read = read
        self._end = min(superblock.end, length // superblock.block_size)
        self._found = JournalIndex()
        self._committed: set[int] = set()
        #: Maps each of the journal's own blocks to (kind, sequence, tags).
        self._own: dict[int, tuple[int, int, list[tuple[int, bool]]]] = {}
        #: Journal blocks that hold only zeros: most of them, until the journal wraps around for the first time.
        self._blank: set[int] = set()

    def index(self) -> JournalIndex:
        self._find_own()
        self._committed = {sequence for kind, sequence, _ in self._own.values() if kind == _COMMIT}
        self._found.commits = sum(kind == _COMMIT for kind, _, _ in self._own.values())
        self._found.revokes = sum(kind == _REVOKE for kind, _, _ in self._own.values())
        if self._end < self._super.end:
            self._found.issues.append("the journal's inode is shorter than its superblock states")
        if self._super.fast_blocks:
            self._found.issues.append(f"the journal's {self._super.fast_blocks} blocks of fast commits were not read")
        claimed = bytearray(max(0, self._end))
        for place, (kind, sequence, tags) in self._own.items():
            if kind == _DESCRIPTOR:
                self._claim(place, sequence, tags, claimed)
        self._found.copies.sort(key=lambda copy: (copy.order, copy.place))
        self._found.unclaimed = [
            place
            for place in range(self._super.first, self._end)
            if not claimed[place] and place not in self._own and place not in self._blank
        ]
        return self._found

    def _find_own(self) -> None:
        size = self._super.block_size
        zeros = bytes(size)
        step = max(1, _BATCH // size)
        tags = 0
        for start in range(self._super.first, self._end, step):
            count = min(step, self._end - start)
            try:
                data = self._read(start * size, count * size)
            except OSError as error:
                self._found.issues.append(f"blocks {start} to {start + count - 1} of the journal are lost: {error}")
                continue
            for place, at in enumerate(range(0, len(data) - size + 1, size), start):
                if data.startswith(zeros, at):
                    self._blank.add(place)
                elif data.startswith(_MAGIC_BYTES, at):
                    tags += self._own_block(place, data[at : at + size])
                if tags > MAX_COPIES:
                    self._found.issues.append(f"only the first {MAX_COPIES} copies in the journal were read")
                    return

    def _own_block(self, place: int, data: bytes) -> int:
        kind, sequence = struct.unpack_from(">II", data, 4)
        if kind not in (_DESCRIPTOR, _COMMIT, _REVOKE, _SUPERBLOCK_1, _SUPERBLOCK_2):
            return 0
        tags = list(parse_tags(data, self._super)) if kind == _DESCRIPTOR else []
        self._own[place] = (kind, sequence, tags)
        return len(tags)

    def _claim(self, place: int, sequence: int, tags: list[tuple[int, bool]], claimed: bytearray) -> None:
        places: list[int] = []
        at = self._after(place)
        while len(places) < len(tags) and at not in self._own and at != place:
            places.append(at)
            at = self._after(at)
        # If one of the journal's own blocks comes too early, a later round has overwritten the rest.
        committed = sequence in self._committed
        order = _signed(sequence - self._super.sequence)
        for here, (block, escaped) in zip(places, tags, strict=False):
            claimed[here] = 1
            self._found.copies.append(Copy(block, here, sequence, order, escaped, committed))

    def _after(self, place: int) -> int:
        return place + 1 if place + 1 < self._end else self._super.first


def _signed(difference: int) -> int:
    """Return a signed difference: sequence numbers wrap around at 2**32."""
    return (difference + (1 << 31)) % (1 << 32) - (1 << 31)
