"""MPEG audio of free format: the bit rate is the same in all frames, and none of them states it.

References:
    ISO/IEC 11172-3, section 2.4.2.3 (bitrate_index 0000: "the fixed bitrate [...] is not one of the list").
"""

from __future__ import annotations

from parsers.formats.audio.mpeg.frames import HEADER_SIZE, parse
from parsers.formats.sized_bytes import SizedBytes

#: Frames that must lie one length apart.
_FEWEST = 4
#: Bytes of a frame at most: of layer II at 32 kHz and 640 kbit/s, with room.
_LONGEST = 4608
#: Places that are tried as the second frame.
_MOST_TRIED = 64
_BIT_RATE = 0xF0


def frame_length(source: SizedBytes, at: int) -> int:
    """Bytes of a frame without padding, where frames of free format begin at a byte offset; 0 if none do.

    Raises:
        OSError: the source raised it.
    """
    head = source.read(at, HEADER_SIZE)
    if len(head) < HEADER_SIZE or head[2] & _BIT_RATE or (first := parse(head, _LONGEST)) is None:
        return 0
    piece, place = source.read(at, _LONGEST), HEADER_SIZE
    for _ in range(_MOST_TRIED):
        place = piece.find(head[:2], place)
        if place < 0:
            return 0
        padding = first.length - _LONGEST
        if _repeats(source, at, place - padding):
            return place - padding
        place += 1
    return 0


def _repeats(source: SizedBytes, at: int, length: int) -> bool:
    kind = None
    for _ in range(_FEWEST):
        frame = parse(source.read(at, HEADER_SIZE), length)
        if frame is None or frame.bit_rate or length <= HEADER_SIZE or frame.kind != (kind or frame.kind):
            return False
        kind = frame.kind
        at += frame.length
    return True
