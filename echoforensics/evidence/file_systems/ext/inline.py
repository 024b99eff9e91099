"""Reads content stored in an ext4 inode: in its map, continued in its extended attribute ``system.data``.

References:
    Linux, Documentation/filesystems/ext4/inlinedata.rst and attributes.rst; fs/ext4/xattr.h.
"""

from __future__ import annotations

import struct

_GOOD_OLD_SIZE = 128
_MAGIC = 0xEA020000
#: The length of the name, its namespace, the value's offset from the first entry, its size in bytes.
_ENTRY = struct.Struct("<BBH4xI4x")
_SYSTEM = 7
_NAME = b"data"
#: The size of an inode's map in bytes.
IN_MAP = 60


def beyond_map(data: bytes) -> bytes:
    """Return the value of the attribute ``system.data`` in an inode; empty if it is missing or invalid.

    Args:
        data: the whole inode.
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
