"""Inodes of an ext file system that state more than the volume holds, and an image in which they state nothing.

The Sleuth Kit counts off a file's blocks up to the size its inode states, as soon as it meets the name. An inode that
states 2 to the 60th bytes keeps it busy for years, so that it must not see such a size.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from echoforensics.evidence.file_systems.ext.inode import parse_inode
from echoforensics.evidence.media.media import ReadImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

_SIZE_LOW, _SIZE_HIGH = 4, 108
#: A size of this many bytes or more shows in the highest byte of its lower half.
_SHOWS = 1 << 24


def oversized_inodes(layout: ExtLayout, volume_length: int) -> dict[int, int]:
    """The inodes that state more bytes than a volume holds: by number, what they state.

    Inodes that cannot be read are left out: nothing else can read them either.
    """
    found: dict[int, int] = {}
    for group in range(min(layout.groups, -(-layout.inodes // layout.inodes_per_group))):
        try:
            for first, _, data in layout.inode_table(group, whole=True):
                for index in _large(data, layout.inode_size, volume_length):
                    at = index * layout.inode_size
                    inode = parse_inode(data[at : at + layout.inode_size])
                    size = _size(data, at)
                    if inode is not None and inode.mode and size > volume_length:
                        found[first + index] = size
        except OSError:
            continue
    return found


def masked_image(image: Any, offset: int, layout: ExtLayout, numbers: dict[int, int]) -> ReadImage:
    """An image in which inodes state a size of zero.

    Args:
        image: what pytsk3 reads from.
        offset: of the file system in it, in bytes.
        layout: of the file system.
        numbers: of the inodes.
    """
    places = sorted(
        offset + layout.inode_offset(number) + field for number in numbers for field in (_SIZE_LOW, _SIZE_HIGH)
    )

    def read(at: int, size: int) -> bytes:
        data = image.read(at, size)
        touched = [place for place in places if at - 4 < place < at + len(data)]
        if not touched:
            return bytes(data)
        changed = bytearray(data)
        for place in touched:
            for byte in range(max(place, at), min(place + 4, at + len(data))):
                changed[byte - at] = 0
        return bytes(changed)

    return ReadImage(image.get_size(), read, lambda: None)


def _large(data: bytes, inode_size: int, volume_length: int) -> Iterator[int]:
    """Which inodes of a piece of a table may state more than a length: looked for a byte at a time, which is fast."""
    planes = [data[_SIZE_HIGH + byte :: inode_size] for byte in range(4)]
    if volume_length < _SHOWS:
        planes += [data[_SIZE_LOW + byte :: inode_size] for byte in range(4)]
    else:
        planes.append(data[_SIZE_LOW + 3 :: inode_size])
    seen: set[int] = set()
    for plane in planes:
        if any(plane):
            seen.update(index for index, byte in enumerate(plane) if byte)
    yield from sorted(index for index in seen if (index + 1) * inode_size <= len(data))


def _size(data: bytes, at: int) -> int:
    low, high = struct.unpack_from("<I", data, at + _SIZE_LOW)[0], struct.unpack_from("<I", data, at + _SIZE_HIGH)[0]
    return int(low | high << 32)
