"""Content that an ext4 inode keeps itself: in its map, and on in its extended attribute ``system.data``.

References:
    Linux, Documentation/filesystems/ext4/inlinedata.rst and attributes.rst; fs/ext4/xattr.h.
"""

from __future__ import annotations

import struct

_GOOD_OLD_SIZE = 128
_MAGIC = 0xEA020000
#: Length of the name, its namespace, offset of the value from the first entry, its size in bytes.
_ENTRY = struct.Struct("<BBH4xI4x")
_SYSTEM = 7
_NAME = b"data"
#: Bytes of an inode's map.
IN_MAP = 60


def beyond_map(data: bytes) -> bytes:
    """The value of the attribute ``system.data`` in an inode; empty if there is none, or it cannot be.

    Args:
        data: the inode, whole.
    """
    if len(data) < _GOOD_OLD_SIZE + 4:
        return b""
    start = _GOOD_OLD_SIZE + int(struct.unpack_from("<H", data, _GOOD_OLD_SIZE)[0])
    if start + 4 > len(data) or struct.unpack_from("<I", data, start)[0] != _MAGIC:
        return b""
    first = at = start + 4
    while at + _ENTRY.size <= len(data) and data[at : at + 4] != bytes(4):
        length, namespace, offset, size = _ENTRY.unpack_from(data, at)
        if namespace == _SYSTEM and data[at + _ENTRY.size : at + _ENTRY.size + length] == _NAME:
            return data[first + offset : first + offset + size]
        at += _ENTRY.size + (length + 3 & ~3)
    return b""
