"""Follow consecutive frames that state their own length."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

#: Bytes read at once.
PIECE = 64 * 1024

#: Bytes passed for each frame from its start on, if there are that many.
LOOK = 64

#: How often a header's first two bytes may occur inside some frames, besides at their starts.
_MOST_ALIKE = 8


class FrameChain(NamedTuple):
    """Consecutive frames.

    Attributes:
        frames: number of frames, including one that is cut after its header.
        whole: number of complete frames.
        end: offset after the last frame.
        is_cut: whether the bytes end or become unreadable within the last frame, or within the header of another.
    """

    frames: int
    whole: int
    end: int
    is_cut: bool


def follow(
    source: SizedBytes, at: int, measure: Callable[[bytes, int], int], header: int, most: int | None = None
) -> FrameChain:
    """Follow frames from an offset on.

    Args:
        source: the bytes.
        at: offset of the first frame.
        measure: returns the length of the frame at an offset in some bytes, or 0 if no
            frame of the chain begins there. At least ``header`` bytes are available, and LOOK if the source has them.
        header: length of a frame header in bytes.
        most: maximum number of frames to follow; None for all.

    Raises:
        OSError: the source raised it.
    """
    frames = 0
    start = source.read(at, 2)
    while True:
        piece = source.read(at, PIECE)
        is_last = len(piece) < PIECE
        until = len(piece) - (header if is_last else LOOK)
        place = 0
        while place <= until:
            length = measure(piece, place) if frames != most else 0
            if not length:
                return FrameChain(frames, frames, at + place, is_cut=False)
            frames += 1
            place += length
        if not is_last and at + place <= source.size:
            at += place
            continue
        is_within = place > len(piece)
        # The remainder is too short for a header. It counts as the start of one if it resembles the first.
        rest = piece[place:]
        is_cut = is_within or (bool(rest) and start.startswith(rest[:2]))
        last = at + len(piece) if is_last else source.size
        return FrameChain(frames, frames - is_within, last if is_cut else at + place, is_cut)


def repeats(buffer: bytes, at: int, length: int, end: int, frames: int) -> bool:
    """Whether frames are one short pattern repeated: an area of a picture, a table, a test pattern.

    Such a pattern may resemble a frame header, which then appears wherever the next header is expected.

    Args:
        buffer: bytes with the frames.
        at: offset of the first frame.
        length: length of the first frame.
        end: offset after the last frame.
        frames: number of frames.
    """
    # Coded sound contains the first bytes of a header by chance once in 65536.
    if buffer.count(buffer[at : at + 2], at, end) > frames + _MOST_ALIKE:
        return True
    again = buffer.find(buffer[at : at + 3], at + 1, at + length)
    return again > 0 and buffer[again : at + length] == buffer[at : at + length - (again - at)]
