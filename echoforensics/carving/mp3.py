"""Carving MP3 recordings: frames of MPEG audio layer III, with the tags before and after them.

A recording begins with an ID3v2 tag or with its first frame, and ends behind the last frame that another does not
follow. Version, sample rate and whether it is mono stay the same; the bit rate may change. Where the first frame is one
of facts (Xing, Info, VBRI), its count of frames and bytes is held against what is there, and another such frame begins
another recording. Two recordings of like parameters without such frames or tags that touch cannot be told apart.

References:
    ISO/IEC 11172-3 and 13818-3, section 2.4. The Xing, Info and VBRI frames as their encoders (LAME, FFmpeg,
    Fraunhofer IIS) write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving import mp3_header, mp3_tags
from echoforensics.carving.byte_class import byte_class
from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.crc16 import crc16
from echoforensics.carving.frame_chain import FEWEST, FrameChain, follow, repeats

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_HEADER = 4
_LENGTHS = mp3_header.LENGTHS

#: Bytes that ``leads`` looks at, from the frame's first on.
REACH = 3 * mp3_header.LONGEST + _HEADER


def leads(buffer: bytes, at: int) -> bool:
    """Whether a frame begins at a byte, and three more like it follow, as far as the bytes go."""
    try:
        second, third = buffer[at + 1], buffer[at + 2]
        lengths = _LENGTHS[second]
        place = at + lengths[third]
        # Nearly every place that is none is told here.
        if buffer[place] != 0xFF or buffer[at] != 0xFF or place == at:
            return False
        version, rate, is_mono = second & 0xFE, third & 0x0C, buffer[at + 3] & 0xC0 == 0xC0
        if buffer[at + 3] & 3 == 2:
            return False
        for _ in range(FEWEST - 1):
            third, fourth = buffer[place + 2], buffer[place + 3]
            if (
                buffer[place] != 0xFF
                or buffer[place + 1] & 0xFE != version
                or third & 0x0C != rate
                or (fourth & 0xC0 == 0xC0) != is_mono
                or fourth & 3 == 2
                or not lengths[third]
            ):
                return False
            place += lengths[third]
    except IndexError:
        # The bytes end before it can be told.
        return True
    return not repeats(buffer, at, lengths[buffer[at + 2]], place)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a first frame of facts states: frames beside it, and bytes with it; 0 where it does not."""

    name: str
    frames: int
    length: int


def _stated(frame: bytes) -> _Stated | None:
    start, length = mp3_header.side_place(frame[1], frame[3])
    # Some encoders leave the room for a check sum out.
    for at in {start + length, 4 + length}:
        name = frame[at : at + 4]
        if name in (b"Xing", b"Info"):
            flags = int.from_bytes(frame[at + 4 : at + 8], "big")
            numbers = [int.from_bytes(frame[i : i + 4], "big") for i in (at + 8, at + 12)]
            frames = numbers.pop(0) if flags & 1 else 0
            return _Stated(name.decode("ascii"), frames, numbers[0] if flags & 2 else 0)
    if frame[36:40] == b"VBRI":
        return _Stated("VBRI", int.from_bytes(frame[50:54], "big"), int.from_bytes(frame[46:50], "big"))
    return None


class _Frames:
    """Measures the frames of one recording, and notes what they say."""

    def __init__(self, first: bytes) -> None:
        self._version, self._rate, self._is_mono = first[1] & 0xFE, first[2] & 0x0C, first[3] & 0xC0 == 0xC0
        self._lengths = _LENGTHS[first[1]]
        self._alike = b""
        self.stated = _stated(first)
        self.ending = "no frame follows its last frame"
        self.count = self.length = self.broken = 0
        self.rates: set[int] = set()
        self.are_alike = True

    def __call__(self, buffer: bytes, at: int) -> int:
        """Length in bytes of the frame at a byte; 0 where none of the recording begins."""
        second, third, fourth = buffer[at + 1], buffer[at + 2], buffer[at + 3]
        length = self._lengths[third]
        if (
            buffer[at] != 0xFF
            or second & 0xFE != self._version
            or third & 0x0C != self._rate
            or (fourth & 0xC0 == 0xC0) != self._is_mono
            or fourth & 3 == 2
            or not length
            or (self.count and self._is_over(buffer[at : at + 56]))
            or (self.count < FEWEST and not mp3_header.side_holds(buffer[at : at + 38]))
        ):
            return 0
        if self.count or self.stated is None:
            self._note(buffer[at : at + min(length, 48)])
        self.count += 1
        self.length += length
        return length

    def _is_over(self, frame: bytes) -> bool:
        if self.stated and self.count == self.stated.frames + 1 and self.length == self.stated.length:
            self.ending = "the frames and bytes that its first frame states are there"
            return True
        if (b"Xing" in frame or b"Info" in frame or b"VBRI" in frame) and _stated(frame) is not None:
            self.ending = "another recording begins there"
            return True
        return False

    def _note(self, frame: bytes) -> None:
        self.rates.add(frame[2] >> 4)
        if not frame[1] & 1:
            start, length = mp3_header.side_place(frame[1], frame[3])
            covered = frame[2:4] + frame[start : start + length]
            self.broken += len(covered) == 2 + length and crc16(covered, 0xFFFF) != int.from_bytes(frame[4:6], "big")
        if self.are_alike:
            # Where what they hold differs, it differs in the side information or soon behind.
            self._alike = self._alike or frame[4:]
            self.are_alike = self._alike.startswith(frame[4:])


def carve(view: View, at: int) -> Carved | None:
    """The MP3 recording whose first frame begins at a byte offset of the media; None where there is none."""
    return _carve(view, at, at)


def carve_tagged(view: View, at: int) -> Carved | None:
    """The MP3 recording whose ID3v2 tag begins at a byte offset of the media; None where no frames follow the tag."""
    frames = mp3_tags.behind_id3(view, at)
    return _carve(view, at, frames) if frames > at else None


def _carve(view: View, begin: int, at: int) -> Carved | None:
    first = view.read(at, mp3_header.LONGEST)
    if len(first) < _HEADER or first[0] != 0xFF or not _LENGTHS[first[1]][first[2]]:
        return None
    frames = _Frames(first)
    if not leads(view.read(at, REACH), 0):
        return None
    chain = follow(view, at, frames, _HEADER)
    # What leads lets pass at the end of the media is told here.
    if chain.frames < FEWEST:
        return None
    end, tags = (chain.end, []) if chain.is_cut else mp3_tags.behind_tags(view, chain.end)
    if begin != at:
        tags.insert(0, "ID3v2")
    grade, ending = _end(view, frames, chain, end)
    detail = [_describe(first, frames, chain)]
    if frames.stated is not None:
        detail.append(_agreement(frames.stated, frames))
    if frames.broken:
        detail.append(f"the check sums of {frames.broken} frames do not hold")
    if frames.are_alike:
        detail.append("its frames are alike")
    if tags:
        detail.append(f"with {' and '.join(tags)} tags" if len(tags) > 1 else f"with an {tags[0]} tag")
    return Carved("MP3 recording", ".mp3", ((begin, min(end, view.size) - begin),), grade, ending, ", ".join(detail))


def _end(view: View, frames: _Frames, chain: FrameChain, end: int) -> tuple[Grade, str]:
    stated = frames.stated
    if chain.is_cut:
        return Grade.CUT, "what can be read of the media ends within its last frame"
    if end > view.size:
        return Grade.CUT, "the media ends within the tag after its last frame"
    ending = "the media ends with its last frame" if chain.end == view.size else frames.ending
    if stated is not None and _agrees(stated, frames):
        return Grade.ENDED if frames.broken else Grade.WHOLE, ending
    if stated is not None and frames.count - 1 < stated.frames:
        return Grade.CUT, f"{ending}, and its first frame states more"
    return Grade.CANDIDATE if frames.are_alike else Grade.ENDED, ending


def _describe(first: bytes, frames: _Frames, chain: FrameChain) -> str:
    rates = sorted(mp3_header.bit_rate(first[1], index << 4) for index in frames.rates)
    sample_rate = mp3_header.sample_rate(first[1], first[2])
    # The frame of facts holds no sound.
    sounding = chain.frames - (frames.stated is not None)
    return (
        f"{chain.frames} frames, {sounding * mp3_header.samples(first[1]) / sample_rate:.2f} s, {sample_rate} Hz, "
        f"{'mono' if first[3] & 0xC0 == 0xC0 else 'stereo'}, "
        + (f"{rates[0]} kbit/s" if len(rates) == 1 else f"{rates[0]} to {rates[-1]} kbit/s")
    )


def _agrees(stated: _Stated, frames: _Frames) -> bool:
    # Some encoders count the frame that states it.
    is_counted = stated.frames == frames.count and stated.length == frames.length
    return stated.frames == frames.count - 1 or is_counted


def _agreement(stated: _Stated, frames: _Frames) -> str:
    if not stated.frames:
        return f"its {stated.name} frame states no count of frames"
    if _agrees(stated, frames):
        return f"as many as its {stated.name} frame states"
    return f"its {stated.name} frame states {stated.frames} after it"


SIGNATURES: tuple[Signature, ...] = (
    Signature("MP3 recording with ID3v2 tag", mp3_tags.ID3, carve_tagged, mp3_tags.ID3_LENGTH, group="MP3 recording"),
    Signature(
        "MP3 recording",
        rb"\xff" + byte_class(mp3_header.SECONDS) + byte_class(mp3_header.THIRDS) + byte_class(mp3_header.FOURTHS),
        carve,
        _HEADER,
        leads=leads,
        group="MP3 recording",
    ),
)
