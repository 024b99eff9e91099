"""The superblock and the inodes of EROFS.

References:
    Linux, Documentation/filesystems/erofs.rst; fs/erofs/erofs_fs.h, fs/erofs/super.c.
"""

from __future__ import annotations

import stat
import struct
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

SUPERBLOCK_AT = 1024
_SUPERBLOCK = struct.Struct("<4s2I2BHQQI3I16s16sI3H2BIQ")
#: Incompatible features: those that are read here, and the names of the others.
PADDED, BIG_CLUSTERS, _CHUNKED, _TAIL_PACKING = 0x1, 0x2, 0x4, 0x10
_SHARED = 0x20
_OTHER_FEATURES = ((0x8, "more devices, or a second compression"), (0x80, "addresses of 48 bits"), (0x100, "metabox"))
_MIN_BLOCK_BITS, _MAX_BLOCK_BITS = 9, 16
_SLOT = 32
_COMPACT = struct.Struct("<4H3I4xHH4x")
_EXTENDED = struct.Struct("<3H2xQI12xQI20x")
_MAX_SECONDS = 253_402_300_799


class ErofsLayout(IntEnum):
    """How the content of an inode is stored."""

    PLAIN = 0
    COMPRESSED_FULL = 1
    INLINE = 2
    COMPRESSED_COMPACT = 3
    CHUNKS = 4


class ErofsSuperblock(NamedTuple):
    """The content of a superblock.

    Attributes:
        block_bits: the size of a block, as a power of two.
        root: the number of the root folder's inode.
        blocks: the stated number of blocks.
        metadata: byte offset from which inodes are counted.
        features: the incompatible features, as bits.
        folder_bits: the size of a block of names, as a power of two.
    """

    block_bits: int
    root: int
    blocks: int
    metadata: int
    features: int
    folder_bits: int

    @property
    def block_size(self) -> int:
        """The size of a block in bytes."""
        return 1 << self.block_bits


class ErofsInode(NamedTuple):
    """An inode.

    Attributes:
        number: its number, from which its place follows.
        layout: how its content is stored.
        mode: type and permissions, as POSIX has them.
        size: bytes of content.
        union: the first block of content, the form of chunks, or the number of a device.
        seconds: modification time in seconds since 1970 in UTC; None if it has none of its own.
        end: byte offset where the inode, with its extended attributes, ends.
    """

    number: int
    layout: ErofsLayout
    mode: int
    size: int
    union: int
    seconds: int | None
    end: int

    @property
    def modified(self) -> dict[str, str]:
        """The modification time under the name that entries use; empty if there is none."""
        if self.seconds is None or self.seconds > _MAX_SECONDS:
            return {}
        return {"modified": f"{datetime.fromtimestamp(self.seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"}

    @property
    def note(self) -> str:
        """Describes what it is, unless it is a file, folder or link."""
        kinds = {stat.S_IFCHR: "character device", stat.S_IFBLK: "block device", stat.S_IFIFO: "pipe"}
        name = kinds.get(stat.S_IFMT(self.mode), "socket")
        if "device" not in name:
            return f"not a regular file: a {name}"
        major, minor = (self.union & 0xFFF00) >> 8, (self.union & 0xFF) | (self.union >> 12 & 0xFFF00)
        return f"not a regular file: a {name}, {major}:{minor}"


def read_superblock(read: Callable[[int, int], bytes]) -> ErofsSuperblock:
    """Read the superblock. Raises OSError if it is damaged, or has features that change what everything means."""
    raw = read(SUPERBLOCK_AT, _SUPERBLOCK.size)
    if len(raw) < _SUPERBLOCK.size:
        raise OSError("its superblock is cut off")
    fields = _SUPERBLOCK.unpack(raw)
    block_bits, root, blocks, metadata, features = fields[3], fields[5], fields[9], fields[10], fields[14]
    if not _MIN_BLOCK_BITS <= block_bits <= _MAX_BLOCK_BITS:
        raise OSError(f"its superblock states blocks of 2^{block_bits} bytes")
    others = [name for bit, name in _OTHER_FEATURES if features & bit]
    if unknown := features & ~0x1FF:
        others.append(f"what the bits {unknown:#x} mean")
    if others:
        raise OSError(f"it uses features that are not read: {', '.join(others)}")
    folder_bits = fields[18]
    return ErofsSuperblock(block_bits, root, blocks, metadata << block_bits, features, block_bits + folder_bits)


def read_inode(read: Callable[[int, int], bytes], superblock: ErofsSuperblock, number: int) -> ErofsInode:
    """Read an inode by its number. Raises OSError."""
    at = superblock.metadata + number * _SLOT
    raw = read(at, _EXTENDED.size)
    if len(raw) < _COMPACT.size:
        raise OSError(f"inode {number} lies beyond the end of the volume")
    form, attributes = struct.unpack_from("<2H", raw)
    if form & 1:
        if len(raw) < _EXTENDED.size:
            raise OSError(f"inode {number} is cut off")
        _, _, mode, size, union, seconds, _ = _EXTENDED.unpack(raw)
        length = _EXTENDED.size
    else:
        _, _, mode, _, size, _, union, _, _ = _COMPACT.unpack_from(raw)
        seconds, length = None, _COMPACT.size
    layout = form >> 1 & 7
    if layout not in ErofsLayout.__members__.values() or form >> 4:
        raise OSError(f"inode {number} has a layout that is not known ({form:#x})")
    end = at + length + (12 + 4 * (attributes - 1) if attributes else 0)
    return ErofsInode(number, ErofsLayout(layout), mode, size, union, seconds, end)
