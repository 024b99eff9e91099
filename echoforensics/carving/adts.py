"""Carving AAC recordings in ADTS: frames that each begin with a header of their own.

The first 28 bits of the header stay the same, and each header states its frame's length. There is no header of the
whole: a recording begins with the first frame that others follow, and ends behind the last.

References:
    ISO/IEC 14496-3, section 1.A.2.2 (ADTS) and 4.4.2.1 (raw_data_block). ISO/IEC 13818-7, section 6.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.byte_class import byte_class
from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.frame_chain import FEWEST, FrameChain, follow, repeats

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_HEADER = 7

#: Length in bytes of a frame at least: a header, and more than the mark of an end.
_SHORTEST = _HEADER + 2

_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)
_PROFILES = ("Main", "LC", "SSR", "LTP")

#: Elements that a raw data block may begin with, by channel configuration: a single channel or a pair, or one that
#: stands before it (coupling, data, configuration, fill).
_BEFORE = {2, 4, 5, 6}
_ELEMENTS = tuple(
    frozenset(_BEFORE | ({0, 1, 3} if channels == 0 else {1} if channels == 2 else {0})) for channels in range(8)
)

#: Bytes that ``leads`` looks at, from the frame's first on.
REACH = 3 * 0x1FFF + _HEADER

#: What the second byte may be: MPEG-4 and MPEG-2, each with a check sum and without.
_MPEG_4, _MPEG_2 = (0xF0, 0xF1), (0xF8, 0xF9)


def _thirds(profiles: int) -> tuple[int, ...]:
    return tuple(third for third in range(256) if third >> 6 < profiles and third >> 2 & 15 < len(_RATES))


#: By the second byte: what the third may be. MPEG-2 has one profile less.
_VALID = {second: frozenset(_thirds(4)) for second in _MPEG_4} | {second: frozenset(_thirds(3)) for second in _MPEG_2}


def leads(buffer: bytes, at: int) -> bool:
    """Whether a frame begins at a byte, and three more with the same fixed header follow, as far as the bytes go."""
    try:
        fourth = buffer[at + 3]
        place = at + ((fourth & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5)
        # Nearly every place that is none is told here.
        if buffer[place] != 0xFF or buffer[at] != 0xFF or place < at + _SHORTEST:
            return False
        second, third = buffer[at + 1], buffer[at + 2]
        if third not in _VALID.get(second, ()):
            return False
        for _ in range(FEWEST - 1):
            if (
                buffer[place] != 0xFF
                or buffer[place + 1] != second
                or buffer[place + 2] != third
                or (buffer[place + 3] ^ fourth) & 0xF0
            ):
                return False
            length = (buffer[place + 3] & 3) << 11 | buffer[place + 4] << 3 | buffer[place + 5] >> 5
            if length < _SHORTEST:
                return False
            place += length
    except IndexError:
        # The bytes end before it can be told.
        return True
    return not repeats(buffer, at, (fourth & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5, place)


class _Frames:
    """Measures the frames of one recording, and notes what they say."""

    def __init__(self, first: bytes) -> None:
        self._fixed, self._fourth = first[:3], first[3] & 0xF0
        self._has_check = not first[1] & 1
        self._elements = _ELEMENTS[(first[2] & 1) << 2 | first[3] >> 6]
        self._alike: bytes | None = None
        self.are_alike = True
        self.count = self.blocks = 0

    def __call__(self, buffer: bytes, at: int) -> int:
        """Length in bytes of the frame at a byte; 0 where none of the recording begins."""
        if buffer[at : at + 3] != self._fixed or buffer[at + 3] & 0xF0 != self._fourth:
            return 0
        length = (buffer[at + 3] & 3) << 11 | buffer[at + 4] << 3 | buffer[at + 5] >> 5
        more = buffer[at + 6] & 3
        header = _HEADER + (2 + 2 * more if self._has_check else 0)
        # One byte has room for nothing but the mark of the block's end.
        if length < header + 2:
            return 0
        # The first frames are looked into: a block of raw data begins with an element that the channels allow.
        body = buffer[at + header : at + min(length, header + 24)]
        if self.count < FEWEST and body and body[0] >> 5 not in self._elements:
            return 0
        self.count += 1
        self.blocks += 1 + more
        if self.are_alike:
            if self._alike is None:
                self._alike = body
            self.are_alike = self._alike.startswith(body)
        return length


def carve(view: View, at: int) -> Carved | None:
    """The AAC recording whose first frame begins at a byte offset of the media; None where there is none."""
    start = view.read(at, REACH)
    if len(start) < _HEADER or not leads(start, 0) or start[2] not in _VALID.get(start[1], ()):
        return None
    frames = _Frames(start)
    chain = follow(view, at, frames, _HEADER)
    if chain.frames < FEWEST:
        return None
    grade, ending = _end(view, frames, chain)
    detail = _describe(start, frames, chain)
    return Carved("AAC recording (ADTS)", ".aac", ((at, chain.end - at),), grade, ending, detail)


def _end(view: View, frames: _Frames, chain: FrameChain) -> tuple[Grade, str]:
    if chain.is_cut:
        return Grade.CUT, "what can be read of the media ends within its last frame"
    is_all = chain.end == view.size
    ending = "the media ends with its last frame" if is_all else "no frame follows its last frame"
    return Grade.CANDIDATE if frames.are_alike else Grade.ENDED, ending


def _describe(start: bytes, frames: _Frames, chain: FrameChain) -> str:
    rate = _RATES[start[2] >> 2 & 15]
    channels = (start[2] & 1) << 2 | start[3] >> 6
    names = ("channels stated within", "mono", "stereo")
    parts = [
        f"{chain.frames} frames",
        f"{frames.blocks * 1024 / rate:.2f} s",
        f"{rate} Hz",
        names[channels] if channels < 3 else f"{8 if channels == 7 else channels} channels",
        f"AAC {_PROFILES[start[2] >> 6]}",
    ]
    if not start[1] & 1:
        parts.append("with check sums")
    if frames.are_alike:
        parts.append("its frames are alike")
    return ", ".join(parts)


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        "AAC recording (ADTS)",
        rb"\xff(?:"
        + byte_class(_MPEG_4)
        + byte_class(_thirds(4))
        + rb"|"
        + byte_class(_MPEG_2)
        + byte_class(_thirds(3))
        + rb")",
        carve,
        3,
        leads=leads,
    ),
)
