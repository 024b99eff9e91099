"""Volumes that are on the media in one piece or in several."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from echoforensics.evidence.media.media import ReadImage
from echoforensics.evidence.volume import Volume

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.evidence.media.media import Media


def contiguous(
    media: Media, prefix: str, description: str, offset: int, length: int, scheme: str, slot: str = ""
) -> Volume:
    """A volume that is in one piece."""
    return Volume(
        prefix,
        description,
        length,
        ((offset, length),),
        scheme,
        media.image,
        offset,
        lambda at, size: media.read(offset + at, max(0, min(size, length - at))) if at >= 0 else b"",
        slot,
    )


def scattered(
    media: Media,
    prefix: str,
    description: str,
    pieces: tuple[tuple[int | None, int], ...],
    scheme: str,
    slot: str = "",
) -> Volume:
    """A volume that is in several pieces, some of which may be missing."""
    read = _reader(media, pieces)
    length = sum(size for _, size in pieces)
    image = ReadImage(length, read, _nothing_to_close)
    return Volume(prefix, description, length, pieces, scheme, image, 0, read, slot)


def _reader(media: Media, pieces: tuple[tuple[int | None, int], ...]) -> Callable[[int, int], bytes]:
    ends = list(accumulate(size for _, size in pieces))

    def read(offset: int, size: int) -> bytes:
        found = bytearray()
        index = bisect_right(ends, offset) if offset >= 0 else len(pieces)
        while size > 0 and index < len(pieces):
            place, length = pieces[index]
            within = offset - (ends[index] - length)
            wanted = min(size, length - within)
            data = bytes(wanted) if place is None else media.read(place + within, wanted)
            # What lies beyond the end of the media reads as zeros, so that what follows stays in its place.
            found += data.ljust(wanted, b"\0")
            offset, size, index = offset + wanted, size - wanted, index + 1
        return bytes(found)

    return read


def _nothing_to_close() -> None:
    return None
