"""Reads a file's content on EROFS: in blocks, behind its inode, in chunks, or compressed with LZ4.

References:
    Linux, fs/erofs/{data.c,zmap.c,decompressor.c,erofs_fs.h}; LZ4 block format (lz4_Block_format.md).
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

import lz4.block

from echoforensics.evidence.file_systems.erofs.clusters import ClusterIndex, ErofsPiece
from echoforensics.evidence.file_systems.erofs.inode import PADDED, ErofsLayout
from echoforensics.evidence.file_systems.erofs.lz4_part import lz4_part
from echoforensics.evidence.file_systems.extents import united
from echoforensics.evidence.streams import open_random_access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.erofs.inode import ErofsInode, ErofsSuperblock

_NOWHERE = 0xFFFF_FFFF
#: The most bytes that one compressed piece may expand to.
_MAX_PIECE = 16 * 1024 * 1024
#: LZ4 makes at most 255 bytes of one. A file may have this many more in holes, so that one cannot be without end.
_MOST_RATIO, _MOST_HOLES = 256, 1 << 30
#: In the form of chunks: the bits of their size, and that the map has 8 bytes a chunk.
_CHUNK_BITS, _WIDE_MAP = 0x1F, 0x20


class ErofsContent:
    """Locates a file's content while it is read. Only one reader may use it at a time."""

    def __init__(
        self, read: Callable[[int, int], bytes], length: int, superblock: ErofsSuperblock, inode: ErofsInode
    ) -> None:
        """Take how to read the volume, its length in bytes, and a file's inode.

        Raises:
            OSError: the content is stored in a way that is not read.
        """
        if inode.size > _MOST_RATIO * length + _MOST_HOLES:
            raise OSError(f"states {inode.size} bytes, more than its file system can describe")
        self._read = read
        self._length = length
        self._superblock = superblock
        self._inode = inode
        self._kept: tuple[int, bytes] = (-1, b"")
        self._index = None
        if inode.layout in (ErofsLayout.COMPRESSED_FULL, ErofsLayout.COMPRESSED_COMPACT) and inode.size:
            self._index = ClusterIndex(read, superblock, inode)

    def open(self) -> BinaryIO:
        """Open a stream over the content."""
        return open_random_access(self._inode.size, self.read_at)

    def whole(self, limit: int) -> bytes:
        """Return all of it. Raises OSError if it has more bytes than the limit."""
        if self._inode.size > limit:
            raise OSError(f"it states {self._inode.size} bytes, more than {limit}")
        made = bytearray()
        while len(made) < self._inode.size:
            made += self.read_at(len(made), self._inode.size - len(made))
        return bytes(made)

    def read_at(self, offset: int, size: int) -> bytes:
        """Read up to ``size`` bytes of content at a byte offset. Raises OSError."""
        size = min(size, self._inode.size - offset)
        if self._index is not None:
            return self._unpacked(offset, size)
        place, room = self._place(offset)
        size = min(size, room)
        if place is None:
            return bytes(size)
        found = self._read(place, size) if place < self._length else b""
        if not found:
            raise OSError(f"byte {offset} of the file lies beyond the end of the volume")
        return found

    def extents(self) -> list[tuple[int, int]]:
        """Return where uncompressed content lies on the volume: (byte offset, length in bytes). Raises OSError."""
        return united(self._stored())

    def _stored(self) -> Iterator[tuple[int, int]]:
        if self._index is not None:
            for number, piece in enumerate(self._pieces):
                if not piece.packed and not piece.wrapped:
                    yield piece.at, min(self._end_of(number) - piece.start, piece.stored)
            return
        offset = 0
        while offset < self._inode.size:
            place, room = self._place(offset)
            room = min(room, self._inode.size - offset)
            if place is not None:
                yield place, room
            offset += room

    def _place(self, offset: int) -> tuple[int | None, int]:
        """Where a byte of the content lies, None in a hole, and how many bytes follow there."""
        inode, block_bits = self._inode, self._superblock.block_bits
        if inode.layout is ErofsLayout.CHUNKS:
            return self._in_chunk(offset)
        whole = inode.size
        if inode.layout is ErofsLayout.INLINE:
            whole = max(0, inode.size - 1) >> block_bits << block_bits
        if offset < whole:
            return (inode.union << block_bits) + offset, whole - offset
        return inode.end + offset - whole, inode.size - offset

    def _in_chunk(self, offset: int) -> tuple[int | None, int]:
        bits = self._superblock.block_bits + (self._inode.union & _CHUNK_BITS)
        unit = 8 if self._inode.union & _WIDE_MAP else 4
        entry = self._read(-(-self._inode.end // unit) * unit + unit * (offset >> bits), unit)
        if len(entry) < unit:
            raise OSError("the map of its chunks lies beyond the end of the volume")
        if unit == 8 and any(entry[2:4]):
            raise OSError("parts of it are on another device, which is not read")
        block, within = int.from_bytes(entry[-4:], "little"), offset & (1 << bits) - 1
        place = None if block == _NOWHERE else (block << self._superblock.block_bits) + within
        return place, (1 << bits) - within

    @cached_property
    def _pieces(self) -> list[ErofsPiece]:
        return self._index.pieces() if self._index is not None else []

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self._pieces]

    def _end_of(self, number: int) -> int:
        return self._pieces[number + 1].start if number + 1 < len(self._pieces) else self._inode.size

    def _unpacked(self, offset: int, size: int) -> bytes:
        number = bisect_right(self._starts, offset) - 1
        if self._kept[0] != number:
            self._kept = number, self._expanded(self._pieces[number], self._end_of(number))
        within = offset - self._pieces[number].start
        return self._kept[1][within : within + size]

    def _expanded(self, piece: ErofsPiece, end: int) -> bytes:
        wanted = end - piece.start
        raw = self._read(piece.at, piece.stored) if piece.at < self._length else b""
        if len(raw) < piece.stored:
            raise OSError(f"the piece at byte {piece.start} of the file lies beyond the end of the volume")
        if wanted > _MAX_PIECE:
            raise OSError(f"the piece at byte {piece.start} of the file states {wanted} bytes, more than {_MAX_PIECE}")
        if not piece.packed:
            skipped = piece.start % self._superblock.block_size if piece.wrapped else 0
            content = raw[skipped:] + raw[:skipped]
        elif self._superblock.features & PADDED:
            content = _lz4(raw.lstrip(b"\0"), wanted)
        else:
            content = lz4_part(raw, wanted)
        if len(content) < wanted:
            raise OSError(f"the piece at byte {piece.start} of the file is damaged: it holds {len(content)} bytes")
        return content[:wanted]


def _lz4(data: bytes, wanted: int) -> bytes:
    try:
        return bytes(lz4.block.decompress(data, uncompressed_size=wanted))
    except lz4.block.LZ4BlockError:
        return lz4_part(data, wanted)  # only the beginning of what it holds is wanted, or it is damaged
