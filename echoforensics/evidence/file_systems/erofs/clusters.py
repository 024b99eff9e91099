"""Where the compressed pieces of a file on EROFS lie.

A file is divided into logical clusters. An index says of each whether a compressed piece begins in it, where within it
and in which block, or how far it is from one that does. It has 8 bytes a cluster, or is packed: 2 or 16 in one group.

References:
    Linux, fs/erofs/erofs_fs.h (struct z_erofs_map_header, z_erofs_lcluster_index), fs/erofs/zmap.c.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.erofs.inode import ErofsLayout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.erofs.inode import ErofsInode, ErofsSuperblock

_HEADER = struct.Struct("<3H2B")
_PLAIN, _HEAD, _FOLLOWING, _SECOND_HEAD = range(4)
#: What the header says: packed in groups of 16; pieces of several blocks; the last piece behind the index; pieces whose
#: plain content wraps round; the end, or all, in a file that others share.
_OF_16, _BIG, _SECOND_BIG, _TAIL, _WRAPPED, _FRAGMENT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
_WHOLE_FRAGMENT = 0x80
_ALGORITHMS = ("LZ4", "LZMA", "Deflate", "Zstandard")
#: Marks a distance that is the number of blocks of a piece.
_BLOCKS = 0x800
#: Limits on the clusters of one file: 64 GiB of the usual size.
_MAX_CLUSTERS = 1 << 24


class ErofsPiece(NamedTuple):
    """A compressed piece.

    Attributes:
        start: byte offset in the file where its content begins.
        at: byte offset on the volume.
        stored: bytes that it takes there.
        packed: whether it is compressed.
        wrapped: whether plain content begins in the block where it would in the file, and goes on at its start.
    """

    start: int
    at: int
    stored: int
    packed: bool
    wrapped: bool


class _ErofsCluster(NamedTuple):
    kind: int
    offset: int
    block: int
    distance: int


class ClusterIndex:
    """The index of one compressed file."""

    def __init__(self, read: Callable[[int, int], bytes], superblock: ErofsSuperblock, inode: ErofsInode) -> None:
        """Read the header before the index. Raises OSError if it says what is not read."""
        self._read = read
        self._inode = inode
        self._block_bits = superblock.block_bits
        self._base = -(-inode.end // 8) * 8
        raw = read(self._base, _HEADER.size)
        if len(raw) < _HEADER.size:
            raise OSError("the header of its index lies beyond the end of the volume")
        _, self._tail, self._advice, algorithms, bits = _HEADER.unpack(raw)
        self._is_big = bool(self._advice & (_BIG | _SECOND_BIG))
        self.bits = superblock.block_bits + (bits & 7)
        if self._advice & _FRAGMENT or bits & _WHOLE_FRAGMENT:
            raise OSError("its end, or all of it, is in a file that others share (fragments), which is not read")
        if algorithms & 15:
            name = dict(enumerate(_ALGORITHMS)).get(algorithms & 15, f"method {algorithms & 15}")
            raise OSError(f"it is compressed with {name}, which is not read")
        self._count = -(-inode.size // (1 << self.bits))
        if self._count > _MAX_CLUSTERS:
            raise OSError(f"it has more than {_MAX_CLUSTERS} clusters")

    def pieces(self) -> list[ErofsPiece]:
        """Return the pieces in order. Raises OSError."""
        clusters, end = self._full() if self._inode.layout is ErofsLayout.COMPRESSED_FULL else self._compact()
        found: list[ErofsPiece] = []
        for number, cluster in enumerate(clusters):
            if cluster.kind == _FOLLOWING:
                continue
            if cluster.kind == _SECOND_HEAD:
                raise OSError("parts of it are compressed in a second way, which is not read")
            start = (number << self.bits) + cluster.offset
            if start >= self._inode.size:
                break
            if found and start <= found[-1].start:
                raise OSError(f"the piece at byte {start} of it does not follow the one before")
            blocks = self._blocks(clusters[number + 1] if number + 1 < len(clusters) else None)
            packed = cluster.kind == _HEAD
            wrapped = not packed and bool(self._advice & _WRAPPED)
            found.append(
                ErofsPiece(start, cluster.block << self._block_bits, blocks << self._block_bits, packed, wrapped)
            )
        if found and self._advice & _TAIL:
            found[-1] = found[-1]._replace(at=end, stored=self._tail)
        if not found or found[0].start:
            raise OSError("its first piece is not at its beginning")
        return found

    def _blocks(self, following: _ErofsCluster | None) -> int:
        """How many blocks a piece has, by the cluster after the one in which it begins."""
        if self._is_big and following and following.kind == _FOLLOWING and following.distance & _BLOCKS:
            return following.distance & ~_BLOCKS
        return 1

    def _full(self) -> tuple[list[_ErofsCluster], int]:
        at = self._base + 8 + 8
        raw = self._bytes(at, 8 * self._count)
        found = []
        for advice, offset, block in struct.iter_unpack("<2HI", raw):
            kind = advice & 3
            found.append(_ErofsCluster(kind, offset, block, block & 0xFFFF if kind == _FOLLOWING else 0))
        return found, at + 8 * self._count

    def _compact(self) -> tuple[list[_ErofsCluster], int]:
        at = self._base + 8
        # Groups of 16 are aligned to 32 bytes; what is before and after them is in groups of 2.
        before = (32 - at % 32) % 32 // 4
        packed = 0
        if self._advice & _OF_16 and before < self._count:
            packed = (self._count - before) // 16 * 16
        found: list[_ErofsCluster] = []
        for count, size, width in ((min(before, self._count), 2, 4), (packed, 16, 2), (self._count, 2, 4)):
            wanted = min(count, self._count - len(found))
            length = -(-wanted // size) * size * width
            raw = self._bytes(at, length)
            for start in range(0, length, size * width):
                found += self._group(raw[start : start + size * width], size)
            at += length
            del found[self._count :]
        return found, at

    def _group(self, raw: bytes, size: int) -> Iterator[_ErofsCluster]:
        (first,) = struct.unpack_from("<I", raw, len(raw) - 4)
        bits = (len(raw) - 4) * 8 // size
        low = max(self.bits, 12)
        number = int.from_bytes(raw, "little")
        entries = [number >> bits * at & (1 << low + 2) - 1 for at in range(size)]
        split = [(entry >> low & 3, entry & (1 << low) - 1) for entry in entries]
        block = first if self._is_big else first + 1
        for at, (kind, value) in enumerate(split):
            if kind == _FOLLOWING:
                if self._is_big and not at and value & _BLOCKS:
                    block += value & ~_BLOCKS  # of a piece that begins in the last cluster of the group before
                yield _ErofsCluster(kind, 0, 0, value)
                continue
            yield _ErofsCluster(kind, value, block, 0)
            after = _ErofsCluster(*split[at + 1], 0, 0) if at + 1 < size else None
            block += self._blocks(after and after._replace(distance=after.offset))

    def _bytes(self, at: int, size: int) -> bytes:
        raw = self._read(at, size) if size else b""
        if len(raw) < size:
            raise OSError("its index lies beyond the end of the volume")
        return raw
