"""Pieces of media, one after the other, as one file."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.streams import RandomAccessStream, buffered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.evidence.media.media import Media

#: What the address of such a file begins with.
MARK = "carved:"


def parse_ranges(address: str, size: int) -> tuple[tuple[int, int], ...]:
    """The ranges of an address such as ``carved:512+100,4096+20``: (byte offset, length in bytes).

    Args:
        address: the address.
        size: bytes of the media.

    Raises:
        KeyError: it is no such address, or it leads beyond the media.
    """
    ranges: list[tuple[int, int]] = []
    for part in address.removeprefix(MARK).split(","):
        offset, plus, length = part.partition("+")
        if not (plus and offset.isdecimal() and length.isdecimal() and int(offset) + int(length) <= size):
            raise KeyError(address)
        ranges.append((int(offset), int(length)))
    if not address.startswith(MARK):
        raise KeyError(address)
    return tuple(ranges)


def open_ranges(media: Media, ranges: Sequence[tuple[int, int]]) -> BinaryIO:
    """Open pieces of media, (byte offset, length in bytes) in order, as one file."""
    starts = [0, *accumulate(length for _, length in ranges)]

    def read_at(at: int, size: int) -> bytes:
        index = bisect_right(starts, at) - 1
        offset, length = ranges[index]
        within = at - starts[index]
        return media.read(offset + within, min(size, length - within))

    return buffered(RandomAccessStream(starts[-1], read_at))
