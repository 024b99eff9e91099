"""The numbers by which The Sleuth Kit, and so plaso, calls the partitions of an MBR.

They are not those of the paths, which count partitions alone in order of place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytsk3

from echoforensics.evidence.media.media import ReadImage
from echoforensics.evidence.volumes.mbr import read_mbr
from echoforensics.evidence.volumes.table import CarefulReader

if TYPE_CHECKING:
    from echoforensics.evidence.media.media import Media

#: Bytes at the start of the media that hold the first table.
_HEAD = 64 * 1024


def mbr_indexes(media: Media) -> dict[int, int]:
    """The place of each partition, from 0, among all that The Sleuth Kit lists (tables, gaps and partitions in order of
    place), by the byte offset at which it begins; empty if there is no MBR.

    The Sleuth Kit follows a chain of logical partitions however long it is, by a function that calls itself. So it is
    shown the start of the media and the tables that our own reader has followed, and zeros for the rest.
    """
    # pytsk3 does not keep the image alive by itself.
    image = _tables_only(media)
    try:
        volumes = pytsk3.Volume_Info(image)
        block, listed = int(volumes.info.block_size), list(volumes)
    except (OSError, RuntimeError):
        return {}  # no table, or one that is read by other means
    if volumes.info.vstype != pytsk3.TSK_VS_TYPE_DOS:
        return {}
    found: dict[int, int] = {}
    for index, part in enumerate(listed):
        if part.flags == pytsk3.TSK_VS_PART_FLAG_ALLOC:
            found.setdefault(int(part.start) * block, index)
    return found


def _tables_only(media: Media) -> ReadImage:
    careful = CarefulReader(media.read)
    pieces = {0: careful(0, _HEAD)}

    def note(offset: int, size: int) -> bytes:
        piece = careful(offset, size)
        if piece:
            pieces[offset] = piece
        return piece

    read_mbr(note, media.size)

    def read(offset: int, size: int) -> bytes:
        shown = bytearray(size)
        for at, piece in pieces.items():
            first, last = max(at, offset), min(at + len(piece), offset + size)
            if first < last:
                shown[first - offset : last - offset] = piece[first - at : last - at]
        return bytes(shown)

    return ReadImage(media.size, read, lambda: None)
