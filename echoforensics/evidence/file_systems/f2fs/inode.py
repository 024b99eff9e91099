"""Parses inodes of F2FS.

References:
    Linux, include/linux/f2fs_fs.h (struct f2fs_inode) and Documentation/filesystems/f2fs.rst.
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.ext.inode import time_text
from echoforensics.evidence.file_systems.f2fs.layout import (
    COMPRESSION,
    EXTRA_ATTR,
    FLEXIBLE_INLINE_XATTR,
    INODE_CHECKSUM,
    INODE_CRTIME,
    MAP_OFFSET,
    F2fsError,
    checksum,
)

if TYPE_CHECKING:
    from echoforensics.evidence.file_systems.f2fs.layout import F2fsSuperblock

#: Mode, advice, inline flags; links, size; times; generation; flags, parent, length of the name.
_HEAD = struct.Struct("<HBB8xIQ8xqqqIIII8xIII")
_NAME_AT, _NAME_MAX = 92, 255
#: Extra attributes: their size, the size of inline attributes; then, by offset, checksum, times, compression.
_EXTRA = struct.Struct("<HH")
_CHECKSUM_AT, _CREATED_AT, _ALGORITHM_AT = 368, 372, 392
_CREATED = struct.Struct("<qI")
_ALGORITHM = struct.Struct("<BB")
_EXTRA_MAX = 512
_NODES = 5
#: The bits of advice, inline flags, and flags.
_ENCRYPTED = 0x4
_INLINE_XATTR, _INLINE_DATA, _INLINE_DENTRY, _HAS_EXTRA = 0x1, 0x2, 0x4, 0x20
_COMPRESSED = 0x4
#: How many map entries inline attributes take if no size is stored, and how many inline content leaves free.
_XATTR_NUMBERS = 50
_RESERVED_NUMBERS = 1
_LOG_CLUSTER = range(1, 9)
_NANOSECONDS = 1_000_000_000


class F2fsInode(NamedTuple):
    """An inode.

    Attributes:
        number, mode, links, size: as stored.
        folder: the inode of its folder; 0 if it states none.
        name: the name it states.
        encrypted: whether its content, or the names in it, are encrypted.
        inline: the content, or the block of names, in the inode itself; None if it has a map.
        map: the addresses of its first blocks.
        nodes: the nodes that map the rest: two direct, two indirect, one double indirect.
        algorithm: the compression algorithm.
        cluster: the number of blocks compressed together; 0 if the file is not compressed.
        times: by name, in UTC.
        damaged: whether it has a checksum that does not match.
    """

    number: int
    mode: int
    links: int
    size: int
    folder: int
    name: bytes
    encrypted: bool
    inline: bytes | None
    map: tuple[int, ...]
    nodes: tuple[int, ...]
    algorithm: int
    cluster: int
    times: dict[str, str]
    damaged: bool

    @property
    def is_folder(self) -> bool:
        """Whether it is the inode of a folder."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it is the inode of a regular file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_link(self) -> bool:
        """Whether it is the inode of a symbolic link."""
        return stat.S_ISLNK(self.mode)


def parse_inode(number: int, data: bytes, layout: F2fsSuperblock) -> F2fsInode:
    """Parse an inode.

    Args:
        number: its number.
        data: its whole block.
        layout: the layout of the file system.

    Raises:
        F2fsError: it states impossible values.
    """
    head = _HEAD.unpack_from(data)
    mode, advice, inline, links, size, accessed, changed, modified, *rest = head
    nanoseconds, (generation, flags, folder, name_length) = rest[:3], rest[3:]
    extra, xattr = 0, 0
    if inline & _HAS_EXTRA and layout.has(EXTRA_ATTR):
        extra, xattr = _EXTRA.unpack_from(data, MAP_OFFSET)
        if extra % 4 or not 4 <= extra <= _EXTRA_MAX:
            raise F2fsError(f"inode {number} states {extra} bytes of extra attributes")
    if not layout.has(FLEXIBLE_INLINE_XATTR):
        xattr = _XATTR_NUMBERS if inline & (_INLINE_XATTR | _INLINE_DENTRY) else 0
    count = layout.numbers_per_inode - extra // 4 - xattr
    if count <= _RESERVED_NUMBERS:
        raise F2fsError(f"inode {number} states {xattr} numbers of inline attributes, which leaves no room")
    is_inline = bool(inline & (_INLINE_DENTRY if stat.S_ISDIR(mode) else _INLINE_DATA))
    first = MAP_OFFSET + extra
    algorithm, cluster = _compression(data, layout, extra, flags) if stat.S_ISREG(mode) else (0, 0)
    if cluster:
        count -= count % cluster
    times = _times((modified, accessed, changed), (nanoseconds[2], nanoseconds[0], nanoseconds[1]))
    if extra >= _CREATED_AT + _CREATED.size - MAP_OFFSET and layout.has(INODE_CRTIME):
        times["created"] = _time(*_CREATED.unpack_from(data, _CREATED_AT))
    return F2fsInode(
        number=number,
        mode=mode,
        links=links,
        size=size,
        folder=folder,
        name=data[_NAME_AT : _NAME_AT + min(name_length, _NAME_MAX)],
        encrypted=bool(advice & _ENCRYPTED),
        inline=data[first + 4 * _RESERVED_NUMBERS : first + 4 * count] if is_inline else None,
        map=() if is_inline else struct.unpack_from(f"<{count}I", data, first),
        nodes=struct.unpack_from(f"<{_NODES}I", data, MAP_OFFSET + 4 * layout.numbers_per_inode),
        algorithm=algorithm,
        cluster=cluster,
        times={name: text for name, text in times.items() if text},
        damaged=_is_damaged(number, data, layout, extra, generation),
    )


def _compression(data: bytes, layout: F2fsSuperblock, extra: int, flags: int) -> tuple[int, int]:
    """Return the algorithm and the blocks per cluster; 0 blocks if the file is not compressed."""
    if not flags & _COMPRESSED or not layout.has(COMPRESSION) or extra < _ALGORITHM_AT + 2 - MAP_OFFSET:
        return 0, 0
    algorithm, log_cluster = _ALGORITHM.unpack_from(data, _ALGORITHM_AT)
    if log_cluster not in _LOG_CLUSTER:
        raise F2fsError(f"an inode states compressed clusters of 2^{log_cluster} blocks")
    return algorithm, 1 << log_cluster


def _is_damaged(number: int, data: bytes, layout: F2fsSuperblock, extra: int, generation: int) -> bool:
    if extra < _CHECKSUM_AT + 4 - MAP_OFFSET or not layout.has(INODE_CHECKSUM):
        return False
    seed = checksum(layout.uuid, 0xFFFFFFFF)
    seed = checksum(struct.pack("<II", number, generation), seed)
    found = checksum(data[_CHECKSUM_AT + 4 :], checksum(data[:_CHECKSUM_AT] + bytes(4), seed))
    return found != int.from_bytes(data[_CHECKSUM_AT : _CHECKSUM_AT + 4], "little")


def _times(seconds: tuple[int, int, int], nanoseconds: tuple[int, int, int]) -> dict[str, str]:
    names = ("modified", "accessed", "changed")
    return {name: _time(*time) for name, *time in zip(names, seconds, nanoseconds, strict=True)}


def _time(seconds: int, nanoseconds: int) -> str:
    # An invalid fraction of a second is dropped; the second is kept.
    return time_text(seconds, nanoseconds if nanoseconds < _NANOSECONDS else 0)
