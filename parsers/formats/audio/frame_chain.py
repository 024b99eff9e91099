"""Following frames that state their own length, one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from parsers.formats.sized_bytes import SizedBytes

#: Bytes read at once.
PIECE = 64 * 1024

#: Bytes from a frame's beginning that are handed over with it, where there are so many.
LOOK = 64

#: Times that the first two bytes of a header may lie among the bytes of some frames, besides at their beginnings.
_MOST_ALIKE = 8


@dataclass(frozen=True, slots=True)
class FrameChain:
    """Frames that follow each other.

    Attributes:
        frames: how many, with one that is cut after its header.
        whole: how many, without that one.
        end: byte offset after the last one.
        is_cut: whether the bytes end, or cannot be read, within the last one or within the header of a next one.
    """

    frames: int
    whole: int
    end: int
    is_cut: bool


def follow(
    source: SizedBytes, at: int, measure: Callable[[bytes, int], int], header: int, most: int | None = None
) -> FrameChain:
    """Follow frames from a place on.

    Args:
        source: what holds them.
        at: byte offset of the first frame.
        measure: given bytes and the byte in them where a frame may begin: its length in bytes, above 0; 0 if no
            frame of the chain begins. At least ``header`` bytes lie there, and LOOK where there are so many.
        header: length in bytes of a frame's header.
        most: frames that are followed at most; None for all.

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
        # What is left is too short for a header. It is one's beginning if it looks like that of the first.
        rest = piece[place:]
        is_cut = is_within or (bool(rest) and start.startswith(rest[:2]))
        last = at + len(piece) if is_last else source.size
        return FrameChain(frames, frames - is_within, last if is_cut else at + place, is_cut)


def repeats(buffer: bytes, at: int, length: int, end: int, frames: int) -> bool:
    """Whether frames are one short pattern over and over: the area of a picture, a table, a test pattern.

    Such a pattern may look like a frame's header, and then it lies wherever the next header should.

    Args:
        buffer: bytes that hold the frames.
        at: the first frame's first byte in them.
        length: bytes of the first frame.
        end: the byte after the last frame.
        frames: how many there are.
    """
    # Coded sound holds the first bytes of a header by chance once in 65536.
    if buffer.count(buffer[at : at + 2], at, end) > frames + _MOST_ALIKE:
        return True
    again = buffer.find(buffer[at : at + 3], at + 1, at + length)
    return again > 0 and buffer[again : at + length] == buffer[at : at + length - (again - at)]
