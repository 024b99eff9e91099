"""Follow frames that begin with a sync pattern and state their length, across damaged places.

If the expected frame is missing, the bytes are searched for the next run of frames. The last frame's stated length
may itself be damaged, so the search begins within that frame.

References:
    ISO/IEC 11172-3, section 2.4.2.3 (syncword); ISO/IEC 14496-3, annex 1.A (ADTS syncword).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.tagging import ape, id3
from parsers.formats.sized_bytes import SizedBytes

#: Consecutive frames required to accept bytes as frames.
SURE = 3
#: Bytes searched at once.
_PIECE = 64 * 1024
#: Limit on consecutive tags skipped between frames.
_MOST_TAGS = 8


class SyncFrame(Protocol):
    """A parsed frame header."""

    @property
    def kind(self) -> Hashable:
        """What all frames of a recording share."""

    @property
    def length(self) -> int:
        """Length in bytes."""

    @property
    def samples(self) -> int:
        """Decoded samples per channel."""

    @property
    def rate(self) -> int:
        """Samples per second."""


Frame = TypeVar("Frame", bound=SyncFrame)


@dataclass(frozen=True)
class FrameCoding(Generic[Frame]):
    """A coding made of such frames.

    Attributes:
        header: length of a frame header in bytes.
        parse: parses a header; None if it is invalid.
        sign: given a header, a pattern of the first two bytes of frames with its kind.
    """

    header: int
    parse: Callable[[bytes], Frame | None]
    sign: Callable[[bytes], re.Pattern[bytes]]


@dataclass(slots=True)
class FrameTally:
    """The result of a walk.

    Attributes:
        frames: number of complete frames.
        samples: samples in them, by rate.
        end: offset after the last frame.
        is_cut: whether the bytes end within another frame.
        damage: bytes between frames that are not frames.
        tags: number of tags between frames, and the offset of the first.
        joins: offsets at which frames of another kind begin.
    """

    frames: int = 0
    samples: dict[int, int] = field(default_factory=dict)
    end: int = 0
    is_cut: bool = False
    damage: DamageLog = field(default_factory=DamageLog)
    tags: int = 0
    first_tag: int = 0
    joins: list[int] = field(default_factory=list)

    @property
    def duration_us(self) -> int:
        """Microseconds of sound in the complete frames."""
        return sum((count * 1_000_000 + rate // 2) // rate for rate, count in self.samples.items())

    @property
    def notes(self) -> list[str]:
        """Sentences on what lies between the frames."""
        notes = []
        if self.tags == 1:
            notes.append(f"A tag lies between its frames, at byte {self.first_tag}.")
        elif self.tags:
            notes.append(f"{self.tags} tags lie between its frames, the first at byte {self.first_tag}.")
        if self.joins:
            places = ", ".join(map(str, self.joins[:4])) + (", ..." if len(self.joins) > 4 else "")
            notes.append(f"Its sampling or coding changes at byte {places}: it was joined from several recordings.")
        return notes


class FrameWalk(Generic[Frame]):
    """Follows the frames of one recording."""

    def __init__(self, source: SizedBytes, coding: FrameCoding[Frame]) -> None:
        """Start a walk over a source, given its coding."""
        self._source, self._coding = source, coding
        self._limit = _before_closing_tags(source)
        self._kind: Hashable = None
        self._sign = re.compile(b"")
        self._last = 0
        self._last_frame: Frame | None = None
        self._beyond_end = False

    def find(self, begin: int, until: int) -> int | None:
        """Find the start of the first frame.

        Args:
            begin: expected offset.
            until: offset at which the search ends.

        Returns:
            The first offset with consecutive frames of any kind; or the expected offset, if it has a frame
            of that kind. None if there is no such offset.
        """
        at = begin
        while at < until:
            piece = self._source.read(at, min(_PIECE, until - at) + 1)
            for found in re.finditer(rb"\xff(?=[\xe0-\xfe])", piece):
                place = at + found.start()
                if self._follow_each_other(place, None):
                    first, sure = self._frame(begin), self._frame(place)
                    is_due = first is not None and sure is not None and first.kind == sure.kind
                    return begin if is_due else place
            if len(piece) < 2:
                return None
            at += len(piece) - 1
        return None

    def follow(self, at: int, begin: int) -> FrameTally:
        """Follow the frames from an offset on.

        Args:
            at: offset of a frame.
            begin: expected offset of the first frame. Bytes in between count as damage unless they are zeros.

        Raises:
            OSError: the source raised it.
        """
        tally = FrameTally(end=at)
        if any(self._source.read(begin, at - begin)):
            tally.damage.add(begin, at - begin)
        self._take_kind(at)
        place: int | None = at
        while place is not None and tally.frames < MAX_UNITS:
            self._run(place, tally)
            place = self._next(tally)
        return tally

    def _frame(self, at: int) -> Frame | None:
        return self._coding.parse(self._source.read(at, self._coding.header))

    def _take_kind(self, at: int) -> None:
        header = self._source.read(at, self._coding.header)
        frame = self._coding.parse(header)
        if frame is not None:
            self._kind, self._sign = frame.kind, self._coding.sign(header)

    def _run(self, at: int, tally: FrameTally) -> None:
        """Count consecutive frames of one kind."""
        size, kind = self._source.size, self._kind
        self._last, self._last_frame, self._beyond_end = at, None, False
        while (frame := self._frame(at)) is not None and frame.kind == kind and tally.frames < MAX_UNITS:
            if at + frame.length > size:
                self._beyond_end = True
                break
            tally.frames += 1
            tally.samples[frame.rate] = tally.samples.get(frame.rate, 0) + frame.samples
            self._last, self._last_frame = at, frame
            at += frame.length
        tally.end = at

    def _next(self, tally: FrameTally) -> int | None:
        """The offset at which frames resume; None if they do not."""
        end = tally.end
        if end >= self._source.size:
            return None
        if not self._beyond_end:
            behind = self._behind_tags(end)
            if self._follow_each_other(behind, None):
                return self._join(behind, tally)
        start = end if self._beyond_end else self._last
        found = self._search(start + self._coding.header)
        if found is None:
            tally.is_cut = self._beyond_end or self._is_cut_header(end)
            return None
        frame = self._last_frame
        if found < end and frame is not None and not self._beyond_end:
            # Its stated length is wrong: it is damaged too.
            tally.frames -= 1
            tally.samples[frame.rate] -= frame.samples
            end = self._last
        tally.damage.add(end, found - end)
        return found

    def _join(self, at: int, tally: FrameTally) -> int:
        if at > tally.end:
            tally.tags += 1
            tally.first_tag = tally.first_tag or tally.end
        kind = self._kind
        self._take_kind(at)
        if self._kind != kind:
            tally.joins.append(at)
        return at

    def _is_cut_header(self, at: int) -> bool:
        """Whether the bytes end within the header of another frame."""
        rest = self._source.read(at, self._coding.header)
        return 0 < len(rest) < self._coding.header and self._source.read(self._last, 2).startswith(rest[:2])

    def _behind_tags(self, at: int) -> int:
        for _ in range(_MOST_TAGS):
            head = self._source.read(at, ape.HEADER_SIZE)
            opening = ape.ApeHeader.parse(head)
            if length := id3.tag_length(head):
                at += length
            elif opening is not None:
                at += opening.length
            elif head.startswith(id3.V1_MAGIC) and head[3:4] not in (b"", b"+"):
                at += id3.V1_SIZE
            else:
                break
        return at

    def _search(self, at: int) -> int | None:
        """The first offset with consecutive frames of the recording's kind; None if there is none."""
        while piece := self._source.read(at, _PIECE):
            for found in self._sign.finditer(piece):
                if self._follow_each_other(at + found.start(), self._kind):
                    return at + found.start()
            if len(piece) < _PIECE:
                break
            at += _PIECE - 1
        return None

    def _follow_each_other(self, at: int, kind: Hashable) -> bool:
        """Whether enough frames follow each other, or fewer up to the end."""
        for number in range(SURE):
            frame = self._frame(at)
            if frame is None or (kind is not None and frame.kind != kind):
                return number > 0 and at in (self._source.size, self._limit)
            kind = frame.kind
            at += frame.length
            if at > self._source.size:
                return number == SURE - 1
        return True


def _before_closing_tags(source: SizedBytes) -> int:
    """Latest possible end of the frames: before the tags at the end."""
    end = source.size
    if source.read(end - id3.V1_SIZE, 3) == id3.V1_MAGIC:
        end -= id3.V1_SIZE
    footer = source.read(end - ape.HEADER_SIZE, ape.HEADER_SIZE)
    if footer.startswith(ape.MAGIC):
        size = int.from_bytes(footer[12:16], "little") + (ape.HEADER_SIZE if footer[23] & 0x80 else 0)
        if size <= end:
            end -= size
    return end
