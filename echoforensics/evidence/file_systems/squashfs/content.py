"""Reads a file's content on a squashfs: whole blocks, holes, and an end that may share a fragment block.

References:
    Linux, fs/squashfs/{file.c,fragment.c,squashfs_fs.h}.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.file_systems.extents import united
from echoforensics.evidence.file_systems.squashfs.blocks import is_stored, size_on_volume
from echoforensics.evidence.file_systems.squashfs.inode import NO_FRAGMENT
from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.squashfs.blocks import Blocks, LookupTable, MetadataTable, Place
    from echoforensics.evidence.file_systems.squashfs.inode import SquashfsInode

#: How many block words to read at once.
_CHUNK = 2048
#: The most blocks whose extents are listed: 2 TiB of the usual size.
_MAX_BLOCKS = 1 << 24
_FRAGMENT_ENTRY = struct.Struct("<Q2I")


class SquashContent:
    """Locates a file's content while it is read. Only one reader may use it at a time."""

    def __init__(
        self, inode: SquashfsInode, block_size: int, blocks: Blocks, inodes: MetadataTable, fragments: LookupTable
    ) -> None:
        """Take a file's inode. Raises OSError if its size exceeds what its table can describe."""
        self._inode = inode
        self._block_size = block_size
        self._blocks = blocks
        self._inodes = inodes
        self._fragments = fragments
        whole, tail = divmod(inode.size, block_size)
        self._count = whole + (1 if tail and inode.fragment == NO_FRAGMENT else 0)
        if self._count * 4 > inodes.most:
            raise OSError(f"states {inode.size} bytes, more than its file system can describe")
        # The position of each chunk of words, and the byte offset of its first block, for the part read so far.
        self._chunks: list[tuple[Place, int]] = [(inode.rest, inode.start)]
        self._kept: tuple[int, tuple[int, ...], list[int]] = (-1, (), [])

    def open(self) -> BinaryIO:
        """Open a stream over the content."""
        return buffered(RandomAccessStream(self._inode.size, self.read_at))

    def read_at(self, offset: int, size: int) -> bytes:
        """Read up to ``size`` bytes of content at a byte offset. Raises OSError."""
        number, within = divmod(offset, self._block_size)
        if number >= self._count:
            start, word = self._end_block()
            begin = self._inode.offset + within
            end = self._inode.offset + self._inode.size % self._block_size
            data = self._blocks.data(start, word)
            if len(data) < end:
                raise OSError(f"a block of file ends holds {len(data)} bytes, but the file ends at byte {end} of it")
            return data[begin : min(end, begin + size)]
        expected = min(self._block_size, self._inode.size - number * self._block_size)
        start, word = self._block(number)
        if not size_on_volume(word):
            return bytes(min(size, expected - within))
        data = self._blocks.data(start, word)
        if len(data) != expected:
            raise OSError(f"block {number} of the file holds {len(data)} bytes in place of {expected}")
        return data[within : within + size]

    def extents(self) -> list[tuple[int, int]]:
        """Return where uncompressed content lies on the volume: (byte offset, length in bytes). Raises OSError."""
        return united(self._checked())

    def _checked(self) -> Iterator[tuple[int, int]]:
        for start, length in self._stored():
            self._blocks.check(start, length)
            yield start, length

    def _stored(self) -> Iterator[tuple[int, int]]:
        if self._count > _MAX_BLOCKS:
            raise OSError(f"the file has more than {_MAX_BLOCKS} blocks; they are not listed")
        for first in range(0, self._count, _CHUNK):
            words, starts = self._chunk(first // _CHUNK)
            for word, start in zip(words, starts, strict=True):
                if is_stored(word) and size_on_volume(word):
                    yield start, size_on_volume(word)
        tail = self._inode.size % self._block_size
        if tail and self._inode.fragment != NO_FRAGMENT:
            start, word = self._end_block()
            if is_stored(word):
                yield start + self._inode.offset, tail

    def _end_block(self) -> tuple[int, int]:
        start, size, _ = _FRAGMENT_ENTRY.unpack(self._fragments.entry(self._inode.fragment))
        return start, size

    def _block(self, number: int) -> tuple[int, int]:
        words, starts = self._chunk(number // _CHUNK)
        return starts[number % _CHUNK], words[number % _CHUNK]

    def _chunk(self, number: int) -> tuple[tuple[int, ...], list[int]]:
        if self._kept[0] == number:
            return self._kept[1], self._kept[2]
        for earlier in range(len(self._chunks) - 1, number):
            self._load(earlier)
        return self._load(number)

    def _load(self, number: int) -> tuple[tuple[int, ...], list[int]]:
        place, start = self._chunks[number]
        count = min(_CHUNK, self._count - number * _CHUNK)
        raw, after = self._inodes.read(place, count * 4)
        words = struct.unpack(f"<{count}I", raw)
        starts: list[int] = []
        for word in words:
            starts.append(start)
            start += size_on_volume(word)
        if len(self._chunks) == number + 1:
            self._chunks.append((after, start))
        self._kept = (number, words, starts)
        return words, starts
