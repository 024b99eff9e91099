"""Inodes of squashfs 4.0, basic and extended.

References:
    Linux, fs/squashfs/squashfs_fs.h.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from echoforensics.evidence.file_systems.squashfs.blocks import MetadataTable, Place

#: Replaces the fragment number if a file has no fragment.
NO_FRAGMENT = 0xFFFF_FFFF
#: Linux rejects longer targets of links.
_MAX_TARGET = 4096
_HEADER = struct.Struct("<4H2I")


class InodeType(IntEnum):
    """The type of an inode; extended types are higher by 7."""

    FOLDER = 1
    FILE = 2
    LINK = 3
    BLOCK_DEVICE = 4
    CHARACTER_DEVICE = 5
    PIPE = 6
    SOCKET = 7


#: The format and field names of what follows the header, by the stored type.
_PARTS: dict[int, tuple[struct.Struct, tuple[str, ...]]] = {
    1: (struct.Struct("<2I2HI"), ("start", "", "size", "offset", "")),
    2: (struct.Struct("<4I"), ("start", "fragment", "offset", "size")),
    3: (struct.Struct("<2I"), ("", "size")),
    4: (struct.Struct("<2I"), ("", "device")),
    5: (struct.Struct("<2I"), ("", "device")),
    6: (struct.Struct("<I"), ("",)),
    7: (struct.Struct("<I"), ("",)),
    8: (struct.Struct("<4I2HI"), ("", "size", "start", "", "", "offset", "")),
    9: (struct.Struct("<3Q4I"), ("start", "size", "", "", "fragment", "offset", "")),
    10: (struct.Struct("<2I"), ("", "size")),
    11: (struct.Struct("<3I"), ("", "device", "")),
    12: (struct.Struct("<3I"), ("", "device", "")),
    13: (struct.Struct("<2I"), ("", "")),
    14: (struct.Struct("<2I"), ("", "")),
}


class SquashfsInode(NamedTuple):
    """An inode.

    Attributes:
        reference: its position: byte offset of its metadata block in the table, and in the block (low 16 bits).
        number: its number as stored.
        type: its type.
        mode: POSIX permission bits.
        seconds: modification time in seconds since 1970 in UTC; 0 if none is stored.
        size: bytes of content or of a link's target; for a folder, bytes of names plus 3.
        start: byte offset of content on the volume, or of names in the folder table.
        offset: byte offset in a fragment block, or in a metadata block of the folder table.
        fragment: the number of the fragment block, or NO_FRAGMENT.
        device: the device number.
        rest: the position of what follows: a link's target, or a file's block list.
    """

    reference: int
    number: int
    type: InodeType
    mode: int
    seconds: int
    size: int
    start: int
    offset: int
    fragment: int
    device: int
    rest: Place

    @property
    def modified(self) -> dict[str, str]:
        """The modification time under the name that entries use; empty if none is stored."""
        if not self.seconds:
            return {}
        return {"modified": f"{datetime.fromtimestamp(self.seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"}

    @property
    def note(self) -> str:
        """Describes what it is, unless it is a file, folder or link."""
        name = self.type.name.lower().replace("_", " ")
        if self.type not in (InodeType.BLOCK_DEVICE, InodeType.CHARACTER_DEVICE):
            return f"not a regular file: a {name}"
        # Linux, new_decode_dev()
        major, minor = (self.device & 0xFFF00) >> 8, (self.device & 0xFF) | (self.device >> 12 & 0xFFF00)
        return f"not a regular file: a {name}, {major}:{minor}"


def read_inode(table: MetadataTable, reference: int) -> SquashfsInode:
    """Read an inode by its reference. Raises OSError."""
    raw, place = table.read((reference >> 16, reference & 0xFFFF), _HEADER.size)
    kind, mode, _, _, seconds, number = _HEADER.unpack(raw)
    if kind not in _PARTS:
        raise OSError(f"an inode of type {kind}, which is not known")
    layout, names = _PARTS[kind]
    raw, rest = table.read(place, layout.size)
    parts = dict(zip(names, layout.unpack(raw), strict=True))
    return SquashfsInode(
        reference,
        number,
        InodeType((kind - 1) % 7 + 1),
        mode & 0o7777,
        seconds,
        parts.get("size", 0),
        parts.get("start", 0),
        parts.get("offset", 0),
        parts.get("fragment", NO_FRAGMENT),
        parts.get("device", 0),
        rest,
    )


def read_target(table: MetadataTable, inode: SquashfsInode) -> bytes:
    """Return a link's target. Raises OSError."""
    if inode.size > _MAX_TARGET:
        raise OSError(f"the link states a target of {inode.size} bytes, more than {_MAX_TARGET}")
    return table.read(inode.rest, inode.size)[0]
