"""Carving AMR recordings frame by frame: neither the file nor a frame states a length, the frame's type implies it.

Whatever follows the last frame may look like a frame by chance. So a frame counts only if its quality bit is set, its
padding is zero, no text begins with it, and its type was seen in the recording before. A new type counts only if
:data:`_SURE` valid frames follow it. Frames of silence need none, for many recordings end with them.

What remains was measured over 100,000 beginnings of each kind behind recordings of one to four types. So often was a
frame too many taken, mostly a single one:

- random bytes: 0.8 % behind recordings of one type; behind those with silence 1.2 % (AMR) and 1.5 % (AMR-WB);
- text: 0.2 % (AMR) and 0.4 % (AMR-WB); text that begins with ``<``: 0.3 % behind a recording of 12.2 kbit/s;
- zeros and bytes of 0xFF: never.

A frame too few was never taken.

A damaged frame is skipped where eight frames are before it, and eight more of types that were seen follow it within
the length of one.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.frame_gap import may_be_damaged, passed_over
from parsers.formats.audio.amr.frames import (
    FRAME_US,
    LONGEST_HEADER,
    NARROW,
    NOTHING_SENT,
    AmrCodec,
    AmrFileHeader,
    AmrFrame,
)
from parsers.formats.audio.damage import DamageLog

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_SURE = 3
_FEWEST = 3
#: Frames before a damaged one, and behind it, without which it is not skipped.
_FEWEST_BEFORE, _FEWEST_BEHIND = 8, 8
_FRAMES_A_SECOND = 1_000_000 // FRAME_US

#: Frames of a recording at most: a day of one channel. Bytes that mean "nothing sent" could go on without end.
MOST_FRAMES = 24 * 60 * 60 * _FRAMES_A_SECOND

#: Bytes from a frame's first on that are text only where they are no sound. Frames of silence, of which some are one
#: byte that is a letter, do not count: so many others there must be.
_TEXT_SPAN, _LEAST_TEXT = 40, 30
_TEXT = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_CONTROLS = bytes((*(byte for byte in range(0x20) if byte not in b"\t\n\r"), 0x7F))
_UTF_8 = codecs.getincrementaldecoder("utf-8")


class _AmrFrames:
    """The frames of one recording."""

    def __init__(self, view: View, codec: AmrCodec) -> None:
        self._view = view
        self._frames = codec.frames
        self._silent = codec.silent
        self._comfort = min(codec.silent)
        self._silence = bytes(first for first, frame in enumerate(codec.frames) if self._is_silence(frame))
        self.count = 0
        self.ending = "what follows its last frame is no frame of it"
        self.is_cut = False
        self.damage = DamageLog()
        self._longest = max(codec.sizes.values()) + 1

    def _is_silence(self, frame: AmrFrame | None) -> bool:
        return frame is not None and frame.is_good and frame.type in self._silent

    def at(self, place: int) -> AmrFrame | None:
        """The frame at a byte; None if none begins."""
        head = self._view.read(place, 1)
        frame = self._frames[head[0]] if head else None
        if frame is None or not frame.is_good:
            return None
        # Silence may well look like text: it is one letter, and five bytes that are often the same.
        if (
            frame.type not in (self._comfort, NOTHING_SENT)
            and head in _TEXT
            and self._is_text(self._view.read(place, _TEXT_SPAN))
        ):
            return None
        return frame

    def _is_text(self, content: bytes) -> bool:
        if len(content) < _TEXT_SPAN or len(content.translate(None, self._silence)) < _LEAST_TEXT:
            return False
        others = content.translate(None, _TEXT)
        if not others or len(others) != len(others.translate(None, _CONTROLS)):
            return not others
        try:
            # The last character may go on behind.
            _UTF_8().decode(content)
        except UnicodeDecodeError:
            return False
        return True

    def follow(self, place: int) -> int:
        """The byte behind the last frame from a byte on. How many there are, and why it ends there, is kept."""
        seen: set[int] = set()
        end = self._run(place, seen)
        while not self.is_cut and self.count < MOST_FRAMES and (again := self._again(end, seen)) is not None:
            self.damage.add(end, again - end)
            end = self._run(again, seen)
        return end

    def _again(self, place: int, seen: set[int]) -> int | None:
        """Where frames of types that were seen go on, behind a damaged one; None if they do not."""
        between = self._view.read(place, self._longest)
        if self.count < _FEWEST_BEFORE or between.startswith(NARROW.magic):
            return None
        for skipped in range(1, len(between) + 1):
            if self._goes_on(place + skipped, seen):
                is_one = may_be_damaged(between[:skipped], place + skipped)
                return place + skipped if is_one else None
        return None

    def _goes_on(self, place: int, seen: set[int]) -> bool:
        """Whether enough frames of types that were seen begin at a byte, half of them of speech."""
        speech = 0
        for _ in range(_FEWEST_BEHIND):
            frame = self.at(place)
            if frame is None or frame.type not in seen:
                return False
            speech += frame.type not in self._silent
            place += frame.length
        return 2 * speech >= _FEWEST_BEHIND and place <= self._view.size

    def _run(self, place: int, seen: set[int]) -> int:
        """The byte behind the last of the frames that follow each other from a byte on."""
        while (frame := self.at(place)) is not None:
            behind = place + frame.length
            if frame.type not in seen and not self._sure(behind, self._needed(frame.type, seen)):
                return place
            if behind > self._view.size:
                self.is_cut, self.ending = True, "the media ends within its last frame"
                return self._view.size
            if self.count >= MOST_FRAMES:
                self.ending = f"no more than {MOST_FRAMES} frames are followed"
                return place
            seen.add(frame.type)
            self.count += 1
            place = behind
        if place == self._view.size:
            self.ending = "the media ends with its last frame"
        return place

    def _needed(self, kind: int, seen: set[int]) -> int:
        """Frames that must follow one of a new type."""
        if not seen:
            return 1
        # A recording may end with its first frame of silence, or with the first in which nothing is sent after that.
        if kind == self._comfort or (kind in self._silent and self._comfort in seen):
            return 0
        return 1 if kind in self._silent else _SURE

    def _sure(self, place: int, frames: int) -> bool:
        """Whether so many frames begin at a byte, or as many as the media has room for."""
        for _ in range(frames):
            if place >= self._view.size:
                return True
            frame = self.at(place)
            if frame is None:
                return False
            place += frame.length
        return True


def carve(view: View, at: int) -> Carved | None:
    """An AMR recording at a byte of the media; None if there is none."""
    header = AmrFileHeader.parse(view.read(at, LONGEST_HEADER))
    if header is None:
        return None
    frames = _AmrFrames(view, header.codec)
    end = frames.follow(at + header.length)
    if frames.count < _FEWEST:
        return None
    # One frame of each channel makes up a fiftieth of a second.
    parts = [f"{frames.count} frames", f"{frames.count / header.channels / _FRAMES_A_SECOND:.2f} s"]
    if header.channels > 1:
        parts.append(f"{header.channels} channels")
    parts += passed_over(frames.damage)
    detail = ", ".join(parts) + "; the format states no length"
    grade = Grade.CUT if frames.is_cut else Grade.ENDED
    kind = "AMR recording" if header.codec is NARROW else "AMR-WB recording"
    return Carved(kind, ".amr", ((at, end - at),), grade, frames.ending, detail)


SIGNATURES: tuple[Signature, ...] = (
    Signature("AMR recording", rb"#!AMR\x0a", carve, 6, nests=True),
    Signature("AMR-WB recording", rb"#!AMR-WB\x0a", carve, 9, nests=True),
    Signature("AMR recording of several channels", rb"#!AMR_MC1\.0\x0a", carve, 12, nests=True),
    Signature("AMR-WB recording of several channels", rb"#!AMR-WB_MC1\.0\x0a", carve, 15, nests=True),
)
