"""Reads the names in a folder of a squashfs.

References:
    Linux, fs/squashfs/dir.c, squashfs_fs.h.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.squashfs.blocks import MetadataTable
    from echoforensics.evidence.file_systems.squashfs.inode import SquashfsInode

#: A folder's size counts ``.`` and ``..``, which are not stored, as 3 bytes.
_DOTS = 3
_HEADER = struct.Struct("<3I")
_ENTRY = struct.Struct("<HhHH")
_MAX_RUN = 256
_MAX_NAME = 256


class SquashfsName(NamedTuple):
    """A name in a folder.

    Attributes:
        name: the name as stored.
        reference: the reference of its inode.
        mark: distinguishes it from an earlier equal name; empty if the names are sorted, as the format requires.
    """

    name: bytes
    reference: int
    mark: str

    @property
    def is_possible(self) -> bool:
        """Whether a file can have this name."""
        return self.name not in (b".", b"..") and b"/" not in self.name and b"\0" not in self.name


def is_empty(folder: SquashfsInode) -> bool:
    """Whether a folder states that it is empty."""
    return folder.size <= _DOTS


def read_names(table: MetadataTable, folder: SquashfsInode) -> Iterator[SquashfsName]:
    """Yield the names in a folder one at a time. Raises OSError at the first unreadable one."""
    if is_empty(folder):
        return
    left = folder.size - _DOTS
    place = (folder.start, folder.offset)
    last, count = b"", 0
    while left > 0:
        raw, place = table.read(place, _HEADER.size)
        more, block, _ = _HEADER.unpack(raw)
        left -= _HEADER.size
        if more >= _MAX_RUN:
            raise OSError(f"a list of {more + 1} names, more than {_MAX_RUN}")
        for _ in range(more + 1):
            raw, place = table.read(place, _ENTRY.size)
            offset, _, _, shorter = _ENTRY.unpack(raw)
            if shorter >= _MAX_NAME:
                raise OSError(f"a name of {shorter + 1} bytes, more than {_MAX_NAME}")
            name, place = table.read(place, shorter + 1)
            left -= _ENTRY.size + shorter + 1
            if left < 0:
                raise OSError("the names go beyond the size that the folder states")
            count += 1
            yield SquashfsName(name, block << 16 | offset, f"~{count}" if name <= last else "")
            last = max(last, name)
