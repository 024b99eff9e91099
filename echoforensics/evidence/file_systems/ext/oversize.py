"""Finds ext inodes whose stated size exceeds the volume, and hides these sizes from The Sleuth Kit.

The Sleuth Kit iterates over a file's blocks up to the inode's stated size as soon as it meets the name. A size of 2 to
the 60th bytes would keep it busy for years, so it must not see such a size.
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
#: A size of at least this many bytes shows in the highest byte of its lower half.
_SHOWS = 1 << 24


def oversized_inodes(layout: ExtLayout, volume_length: int) -> dict[int, int]:
    """Map the inodes that state more bytes than the volume holds to their stated sizes.

    Inodes that cannot be read are omitted: nothing else can read them either.
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
    """Return an image in which the given inodes state a size of zero.

    Args:
        image: the image that pytsk3 reads.
        offset: the byte offset of the file system in it.
        layout: the layout of the file system.
        numbers: the inode numbers.
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
    """Yield the inodes in a table piece that may exceed a length; a fast test of one byte each."""
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
