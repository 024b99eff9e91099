"""Free-format MPEG audio: all frames have the same bit rate, and none of them states it.

References:
    ISO/IEC 11172-3, section 2.4.2.3 (bitrate_index 0000: "the fixed bitrate [...] is not one of the list").
"""

from __future__ import annotations

from parsers.formats.audio.mpeg.frames import HEADER_SIZE, parse
from parsers.formats.sized_bytes import SizedBytes

#: Number of frames that must be equally spaced.
_FEWEST = 4
#: Maximum length of a frame in bytes: layer II at 32 kHz and 640 kbit/s, plus a margin.
_LONGEST = 4608
#: Number of offsets tried for the second frame.
_MOST_TRIED = 64
_BIT_RATE = 0xF0


def frame_length(source: SizedBytes, at: int) -> int:
    """Length of an unpadded frame of the free-format frames at an offset; 0 if there are none.

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
