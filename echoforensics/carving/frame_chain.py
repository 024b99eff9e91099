"""Following frames that state their own length, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.carving.carved import View

#: Frames a chain has at least. Fewer can lie behind each other by chance.
FEWEST = 4

#: Times that the first two bytes of a header may lie within the first frames besides.
_MOST_ALIKE = 8

#: Bytes read at once.
PIECE = 64 * 1024

#: Bytes from a frame's beginning that are handed over with it, where the media has them.
LOOK = 64


@dataclass(frozen=True, slots=True)
class FrameChain:
    """Frames that follow each other.

    Attributes:
        frames: how many, with one that is cut behind its header.
        end: byte offset on the media behind the last one.
        is_cut: whether the media ends, or cannot be read, within the last one.
    """

    frames: int
    end: int
    is_cut: bool


def follow(view: View, at: int, measure: Callable[[bytes, int], int], header: int) -> FrameChain:
    """Follow frames from a place on.

    Args:
        view: the media.
        at: byte offset of the first frame.
        measure: given bytes and the byte in them where a frame may begin: its length in bytes, above 0; 0 where no
            frame of the chain begins. At least ``header`` bytes lie there, and LOOK where the media has them.
        header: length in bytes of a frame's header.
    """
    frames = 0
    start = view.read(at, 2)
    while True:
        piece = view.read(at, PIECE)
        is_last = len(piece) < PIECE
        until = len(piece) - (header if is_last else LOOK)
        place = 0
        while place <= until:
            length = measure(piece, place)
            if not length:
                return FrameChain(frames, at + place, is_cut=False)
            frames += 1
            place += length
        if is_last:
            rest = piece[place:]
            # What is left is too short for a header. It is one's beginning if it looks like that of the first.
            begun = bool(rest) and start.startswith(rest[:2])
            is_cut = begun or place > len(piece)
            return FrameChain(frames, at + (len(piece) if is_cut else place), is_cut)
        at += place


def repeats(buffer: bytes, at: int, length: int, end: int) -> bool:
    """Whether frames are one short pattern over and over: the area of a picture, a table, a test pattern.

    Such a pattern may look like a frame's header, and then it lies wherever the next header should.

    Args:
        buffer: bytes that hold the frames.
        at: the first frame's first byte in them.
        length: bytes of the first frame.
        end: the byte behind the fourth.
    """
    # Coded sound holds the first bytes of a header by chance once in 65536.
    if buffer.count(buffer[at : at + 2], at, end) > FEWEST + _MOST_ALIKE:
        return True
    again = buffer.find(buffer[at : at + 3], at + 1, at + length)
    return again > 0 and buffer[again : at + length] == buffer[at : at + length - (again - at)]
