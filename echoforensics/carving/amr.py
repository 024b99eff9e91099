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

References:
    RFC 4867, section 5 (storage format); 3GPP TS 26.101 and 26.201, table 1a (frame types and their sizes).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View


@dataclass(frozen=True, slots=True)
class _Format:
    """One of the two codecs.

    Attributes:
        kind: of the recordings, in words.
        magic: how a file of one channel begins; one of several channels has more behind the name.
        sizes: bytes behind the first one of each frame type; types that are not listed are reserved.
        silent: types that stand for silence, lost speech or nothing sent: they may come in any recording. The lowest is
            the silence that a listener is to hear.
    """

    kind: str
    magic: bytes
    sizes: dict[int, int]
    silent: frozenset[int]


_NARROW = _Format(
    "AMR recording",
    b"#!AMR",
    {0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31, 8: 5, 15: 0},
    frozenset({8, 15}),
)
_WIDE = _Format(
    "AMR-WB recording",
    b"#!AMR-WB",
    {0: 17, 1: 23, 2: 32, 3: 36, 4: 40, 5: 46, 6: 50, 7: 58, 8: 60, 9: 5, 14: 0, 15: 0},
    frozenset({9, 14, 15}),
)
_SINGLE, _MULTIPLE = b"\n", b"_MC1.0\n"
_LONGEST_MAGIC = len(_WIDE.magic + _MULTIPLE) + 4

#: The bit of a frame's first byte that says that the frame is not damaged.
_GOOD = 0x04

#: Type of a frame in which nothing is sent.
_NOTHING = 15

_SURE = 3
_FEWEST = 3
_FRAMES_A_SECOND = 50

#: Frames of a recording at most: a day of one channel. Bytes that stand for "nothing sent" could go on without end.
MOST_FRAMES = 24 * 60 * 60 * _FRAMES_A_SECOND

#: Bytes from a frame's first on that are text only where they are no sound. Frames of silence, of which some are one
#: byte that is a letter, do not count: so many others there must be.
_TEXT_SPAN, _LEAST_TEXT = 40, 30
_TEXT = bytes((*b"\t\n\r", *range(0x20, 0x7F)))
_CONTROLS = bytes((*(byte for byte in range(0x20) if byte not in b"\t\n\r"), 0x7F))
_UTF_8 = codecs.getincrementaldecoder("utf-8")


class _Frames:
    """The frames of one recording."""

    def __init__(self, view: View, form: _Format) -> None:
        self._view = view
        self._sizes = form.sizes
        self._silent = form.silent
        self._comfort = min(form.silent)
        self._silence = bytes(kind << 3 | _GOOD for kind in form.silent)
        self.count = 0
        self.ending = "what follows its last frame is no frame of it"
        self.is_cut = False

    def at(self, place: int) -> tuple[int, int] | None:
        """Type of the frame at a byte, and its length in bytes; None where none begins."""
        head = self._view.read(place, 1)
        # One bit of padding, four of the type, the quality, two of padding.
        if not head or head[0] & 0x83 or not head[0] & _GOOD:
            return None
        kind = head[0] >> 3
        size = self._sizes.get(kind)
        if size is None:
            return None
        # Silence may well look like text: it is one letter, and five bytes that are often the same.
        if (
            kind not in (self._comfort, _NOTHING)
            and head in _TEXT
            and self._is_text(self._view.read(place, _TEXT_SPAN))
        ):
            return None
        return kind, 1 + size

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
        """The byte behind the last frame from a byte on. How many there are, and why it ends there, is noted."""
        seen: set[int] = set()
        while (frame := self.at(place)) is not None:
            kind, length = frame
            if kind not in seen and not self._sure(place + length, self._needed(kind, seen)):
                return place
            if place + length > self._view.size:
                self.is_cut, self.ending = True, "the media ends within its last frame"
                return self._view.size
            if self.count >= MOST_FRAMES:
                self.ending = f"no more than {MOST_FRAMES} frames are followed"
                return place
            seen.add(kind)
            self.count += 1
            place += length
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
            place += frame[1]
        return True


def carve(view: View, at: int) -> Carved | None:
    """An AMR recording at a byte of the media; None where there is none."""
    begun = _begin(view.read(at, _LONGEST_MAGIC))
    if begun is None:
        return None
    form, length, channels = begun
    frames = _Frames(view, form)
    end = frames.follow(at + length)
    # One frame of each channel makes up a fiftieth of a second.
    if frames.count < _FEWEST:
        return None
    parts = [f"{frames.count} frames", f"{frames.count / channels / _FRAMES_A_SECOND:.2f} s"]
    if channels > 1:
        parts.append(f"{channels} channels")
    detail = ", ".join(parts) + "; the format states no length"
    grade = Grade.CUT if frames.is_cut else Grade.ENDED
    return Carved(form.kind, ".amr", ((at, end - at),), grade, frames.ending, detail)


def _begin(head: bytes) -> tuple[_Format, int, int] | None:
    """(codec, bytes before the first frame, channels) of a recording that begins so; None where none does."""
    form = _WIDE if head.startswith(_WIDE.magic) else _NARROW
    if head.startswith(form.magic + _SINGLE):
        return form, len(form.magic + _SINGLE), 1
    magic = form.magic + _MULTIPLE
    # Behind the name stand 28 bits of zero and 4 that say how many channels there are.
    channels = int.from_bytes(head[len(magic) : len(magic) + 4].ljust(4, b"\xff"), "big")
    if head.startswith(magic) and 1 <= channels <= 6:
        return form, len(magic) + 4, channels
    return None


SIGNATURES: tuple[Signature, ...] = (
    Signature("AMR recording", rb"#!AMR\x0a", carve, 6, nests=True),
    Signature("AMR-WB recording", rb"#!AMR-WB\x0a", carve, 9, nests=True),
    Signature("AMR recording of several channels", rb"#!AMR_MC1\.0\x0a", carve, 12, nests=True),
    Signature("AMR-WB recording of several channels", rb"#!AMR-WB_MC1\.0\x0a", carve, 15, nests=True),
)
