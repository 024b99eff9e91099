"""Parses an inode of ext2, ext3 or ext4, and finds where its content lies.

References:
    Linux, Documentation/filesystems/ext4/inodes.rst and ifork.rst (block maps and extent trees).
"""

from __future__ import annotations

import stat
import struct
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.ext.inline import beyond_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXTENTS_FLAG = 0x80000
EA_INODE_FLAG = 0x200000
INLINE_FLAG = 0x10000000
_EXTENT_MAGIC = 0xF30A
_MAX_DEPTH = 5
#: A longer extent was reserved but never written; it reads as zeros.
_WRITTEN_MAX = 32768
#: The most pieces and tree blocks of one file to follow.
MAX_RUNS = 1_000_000
MAX_NODES = 20_000
_DIRECT = 12

#: (logical block, block on the volume, count); blocks that were never written are omitted.
Run = tuple[int, int, int]


class MappingError(OSError):
    """The content cannot lie where an inode places it."""


class ExtInode(NamedTuple):
    """A parsed inode.

    Attributes:
        mode: the type and permissions.
        size: the size of the content in bytes.
        links: the number of names that refer to it.
        times: (name, seconds since 1970, nanoseconds) of each time stored.
        deleted: the deletion time in seconds since 1970, or the next orphan's number; 0 if there is none.
        flags: the inode's flags.
        generation: a value set when the inode is assigned to a file.
        map: the 60 bytes that locate the content, or that begin it if the inode holds it inline.
        beyond_map: the rest of inline content; empty if there is none.
    """

    mode: int
    size: int
    links: int
    times: tuple[tuple[str, int, int], ...]
    deleted: int
    flags: int
    generation: int
    map: bytes
    beyond_map: bytes = b""

    @property
    def is_file(self) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_inline(self) -> bool:
        """Whether the inode holds its content inline."""
        return bool(self.flags & INLINE_FLAG)

    @property
    def inline_folder(self) -> tuple[bytes, bytes, bytes]:
        """Return, for an inline folder, the parent's inode number and two areas of names."""
        return self.map[:4], self.map[4:], self.beyond_map

    @property
    def points(self) -> bool:
        """Whether it states a size and refers to any content, as far as the inode itself shows."""
        if not self.size:
            return False
        if self.flags & EXTENTS_FLAG:
            return self.map[:2] == b"\x0a\xf3" and self.map[2:4] != b"\0\0"
        return any(self.map) or bool(self.beyond_map)

    @property
    def owner_key(self) -> tuple[int, int, int]:
        """Identify which file has the inode, by generation and creation time; the inode may be reused."""
        created = next(((seconds, part) for name, seconds, part in self.times if name == "created"), (0, 0))
        return (self.generation, *created)

    def times_as_text(self) -> dict[str, str]:
        """Its times in UTC, to the nanosecond."""
        return {name: shown for name, seconds, part in self.times if (shown := time_text(seconds, part))}


def parse_inode(data: bytes) -> ExtInode | None:
    """Parse an inode. None if there are too few bytes."""
    if len(data) < 128:
        return None
    mode, low, accessed, changed, modified, deleted, links, flags = struct.unpack_from("<H2xIIIII2xH4xI", data)
    generation, high = struct.unpack_from("<I4xI", data, 100)
    # Before ext4, folders stored an access list there; only the lower half is trusted for them.
    size = low | high << 32 if not stat.S_ISDIR(mode) or high < 1 << 16 else low
    extra = struct.unpack_from("<H", data, 128)[0] if len(data) >= 160 else 0
    words = dict.fromkeys(("changed", "modified", "accessed"), 0)
    created: tuple[int, int] | None = None
    if 24 <= extra <= len(data) - 128:
        words["changed"], words["modified"], words["accessed"], *at = struct.unpack_from("<IIIII", data, 132)
        created = (at[0], at[1])
    kept = [("modified", modified), ("accessed", accessed), ("changed", changed)]
    times = [(name, *_full_time(seconds, words[name])) for name, seconds in kept if seconds]
    if created and created[0]:
        times.append(("created", *_full_time(*created)))
    more = beyond_map(data) if flags & INLINE_FLAG else b""
    return ExtInode(mode, size, links, tuple(times), deleted, flags, generation, data[40:100], more)


@lru_cache(4096)
def time_text(seconds: int, nanoseconds: int) -> str:
    """Format a time in UTC; empty if there is none. Cached, since a file's times are often equal."""
    if not seconds:
        return ""
    second = _second(seconds)
    return f"{second}.{nanoseconds:09d}Z" if second else f"{seconds} seconds since 1970"


@lru_cache(4096)
def _second(seconds: int) -> str:
    """Format a second in UTC; empty if it has no date. Files written together share their seconds."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    except (ValueError, OverflowError, OSError):
        return ""


def runs_of(inode: ExtInode, block_size: int, blocks: int, read_block: Callable[[int], Iterator[bytes]]) -> list[Run]:
    """Return where an inode's content lies.

    Args:
        inode: the inode of a file or folder.
        block_size: the size of a block in bytes.
        blocks: the number of blocks in the file system.
        read_block: yields the available versions of a block, the most credible first; it may yield none.

    Raises:
        MappingError: a map block cannot be read or is not a map, or refers outside the file system.
    """
    reader = _MapReader(block_size, blocks, read_block)
    if inode.is_inline:
        return []
    if inode.flags & EXTENTS_FLAG:
        reader.extents(inode.map, None, 0)
    else:
        reader.pointers(inode.map, -(-inode.size // block_size))
    return reader.runs


class _MapReader:
    def __init__(self, block_size: int, blocks: int, read_block: Callable[[int], Iterator[bytes]]) -> None:
        self._block_size = block_size
        self._blocks = blocks
        self._read_block = read_block
        self._nodes = 0
        self.runs: list[Run] = []

    def extents(self, node: bytes, depth: int | None, least: int) -> None:
        """Follow a node of an extent tree; its parent requires ``depth``, and ``least`` is its first logical block."""
        magic, count, _, stated = struct.unpack_from("<HHHH", node)
        if magic != _EXTENT_MAGIC or stated > _MAX_DEPTH or depth not in (None, stated) or 12 + count * 12 > len(node):
            raise MappingError("a node of the extent tree is not one")
        for at in range(12, 12 + count * 12, 12):
            if stated:
                logical, low, high = struct.unpack_from("<IIH", node, at)
                self._ordered(logical, least)
                self.extents(self._node(low | high << 32, stated - 1), stated - 1, logical)
                least = logical + 1
                continue
            logical, length, high, low = struct.unpack_from("<IHHI", node, at)
            self._ordered(logical, least)
            if length <= _WRITTEN_MAX:
                self._add(logical, low | high << 32, length)
            least = logical + (length if length <= _WRITTEN_MAX else length - _WRITTEN_MAX)

    def pointers(self, area: bytes, wanted: int) -> None:
        """Follow the twelve direct pointers of ext2 and ext3, and the blocks of indirect pointers."""
        numbers = struct.unpack("<15I", area)
        per_block = self._block_size // 4
        logical = self._direct(numbers[:_DIRECT], 0, wanted)
        for level in (1, 2, 3):
            if logical >= wanted:
                return
            if numbers[_DIRECT + level - 1]:
                self._indirect(numbers[_DIRECT + level - 1], level, logical, wanted)
            logical += per_block**level

    def _indirect(self, block: int, level: int, logical: int, wanted: int) -> None:
        per_block = self._block_size // 4
        numbers = struct.unpack(f"<{per_block}I", self._pointer_block(block))
        if level == 1:
            self._direct(numbers, logical, wanted)
            return
        for number in numbers:
            if logical >= wanted:
                return
            if number:
                self._indirect(number, level - 1, logical, wanted)
            logical += per_block ** (level - 1)

    def _direct(self, numbers: tuple[int, ...], logical: int, wanted: int) -> int:
        for number in numbers:
            if logical >= wanted:
                break
            if number:
                self._add(logical, number, 1)
            logical += 1
        return logical

    def _node(self, block: int, depth: int) -> bytes:
        for data in self._versions(block):
            magic, count, _, stated = struct.unpack_from("<HHHH", data)
            if magic == _EXTENT_MAGIC and stated == depth and 0 < count <= (len(data) - 12) // 12:
                return data
        raise MappingError(f"block {block} should hold a part of the extent tree, and does not")

    def _pointer_block(self, block: int) -> bytes:
        for data in self._versions(block):
            numbers = struct.unpack(f"<{len(data) // 4}I", data)
            if any(numbers) and max(numbers) < self._blocks:
                return data
        raise MappingError(f"block {block} should hold pointers to content, and does not")

    def _versions(self, block: int) -> Iterator[bytes]:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise MappingError(f"its content is described in more than {MAX_NODES} blocks")
        return self._read_block(block)

    def _ordered(self, logical: int, least: int) -> None:
        if logical < least:
            raise MappingError("its extents overlap or run backwards")

    def _add(self, logical: int, block: int, length: int) -> None:
        if block <= 0 or block + length > self._blocks:
            raise MappingError(f"its content would lie in block {block}, outside the file system")
        if self.runs:
            before, place, size = self.runs[-1]
            if before + size == logical and place + size == block:
                self.runs[-1] = (before, place, size + length)
                return
        if len(self.runs) >= MAX_RUNS:
            raise MappingError(f"its content lies in more than {MAX_RUNS} pieces")
        self.runs.append((logical, block, length))


def _full_time(seconds: int, word: int) -> tuple[int, int]:
    """Return seconds and nanoseconds of a 32-bit time with an extra word: two epoch bits, then nanoseconds."""
    signed = seconds - (1 << 32) if seconds & 1 << 31 else seconds
    return signed + ((word & 3) << 32), word >> 2
