"""Follow the frames of an AMR recording across damaged places.

A frame has no sync pattern: its first byte implies its length, and one arbitrary byte in 13 is valid. So frames are
found again only by several consecutive frames of types that the recording uses.

References:
    RFC 4867 section 5.3: padding bits "SHALL be set to 0, and MUST be ignored on receipt".
"""

from __future__ import annotations

import re

from parsers.formats.audio.amr.frames import RESERVED, AmrCodec, AmrFrame
from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.sized_bytes import SizedBytes

#: Consecutive frames required to resume, and required if the last one ends the bytes.
_SURE, _SURE_AT_END = 6, 3
#: Frames that determine which reserved bits a recording uses, and its frame types.
_LOOKED_AT, _ENOUGH = 8, 25
#: Bytes searched at once.
_PIECE = 64 * 1024


class AmrWalk:
    """The frames of one recording.

    Attributes:
        frames: number of complete frames.
        end: byte offset after the last.
        is_cut: whether the bytes end within another frame.
        damage: bytes between frames that are not frames.
        reserved: number of frames with a reserved bit set.
        joins: number of file headers between frames, where recordings were joined.
    """

    def __init__(self, source: SizedBytes, codec: AmrCodec) -> None:
        """Start a walk over the frames of a source, given their codec."""
        self._source, self._codec = source, codec
        self._seen: set[int] = set()
        self._usual = {0}
        self._last = 0
        self.frames = self.end = self.reserved = self.joins = 0
        self.is_cut = False
        self.damage = DamageLog()

    def follow(self, at: int) -> None:
        """Follow the frames from an offset on. Raises OSError from the source."""
        self._usual = {0, self._reserved_bits(at)}
        place: int | None = at
        while place is not None and self.frames < MAX_UNITS:
            self._run(place)
            place = self._next()

    def _reserved_bits(self, at: int) -> int:
        """The reserved bits set in all of the first frames; 0 if they differ."""
        found = set()
        for _ in range(_LOOKED_AT):
            first = self._source.read(at, 1)
            frame = self._codec.frames[first[0] & ~RESERVED] if first else None
            if frame is None or first == b"\xff":
                return 0
            found.add(first[0] & RESERVED)
            at += frame.length
        return found.pop() if len(found) == 1 else 0

    def _frame(self, at: int) -> AmrFrame | None:
        """The frame at an offset; None if there is none."""
        first = self._source.read(at, 1)
        if not first or first[0] & RESERVED not in self._usual:
            return None
        frame = self._codec.frames[first[0] & ~RESERVED]
        # A zero first byte and body would be a frame marked as bad. No encoder writes one: this is empty space.
        if frame is not None and first == b"\0" and not any(self._source.read(at + 1, frame.length - 1)):
            return None
        return frame

    def _run(self, at: int) -> None:
        """Count consecutive frames."""
        self.is_cut = False
        self._last = at
        while self.frames < MAX_UNITS:
            frame = self._frame(at) or self._reserved_alone(at)
            if frame is None:
                break
            if at + frame.length > self._source.size:
                self.is_cut = True
                break
            self.reserved += bool(self._source.read(at, 1)[0] & RESERVED)
            self._seen.add(frame.type)
            self.frames += 1
            self._last = at
            at += frame.length
        self.end = at

    def _reserved_alone(self, at: int) -> AmrFrame | None:
        """A frame with a reserved bit set, among others without; None if there is none."""
        first = self._source.read(at, 1)
        frame = self._codec.frames[first[0] & ~RESERVED] if first else None
        if frame is None or frame.type not in self._seen or not self._is_sure(at + frame.length):
            return None
        return frame

    def _next(self) -> int | None:
        """The offset at which frames resume; None if they do not."""
        end, size = self.end, self._source.size
        if end >= size:
            return None
        magic = self._codec.magic + b"\n"
        if self._source.read(end, len(magic)) == magic:
            self.joins += 1
            return end + len(magic)
        found = self._search((end if self.is_cut else self._last) + 1)
        if found is None:
            if self.is_cut:
                self.end = size
            return None
        if found < end and not self.is_cut:
            # The last frame's stated length is wrong: it is damaged too.
            self.frames -= 1
            end = self._last
        self.is_cut = False
        self.damage.add(end, found - end)
        return found

    def _search(self, at: int) -> int | None:
        """The first offset with enough consecutive frames; None if there is none."""
        types = self._types()
        firsts = b"".join(b"\\x%02x" % (kind << 3 | 4 | bits) for kind in sorted(types) for bits in sorted(self._usual))
        sign = re.compile(b"[" + firsts + b"]")
        while piece := self._source.read(at, _PIECE):
            for found in sign.finditer(piece):
                if self._is_sure(at + found.start()):
                    return at + found.start()
            at += len(piece)
        return None

    def _types(self) -> frozenset[int]:
        """Frame types expected in the recording: those seen, and silence. Any type for a short recording."""
        return frozenset(self._codec.sizes) if self.frames < _ENOUGH else self._codec.silent | self._seen

    def _is_sure(self, at: int) -> bool:
        """Whether enough good frames of known types follow each other, or fewer up to the end."""
        types = self._types()
        for number in range(_SURE):
            frame = self._frame(at)
            if frame is None or not frame.is_good or frame.type not in types:
                return number >= _SURE_AT_END and at == self._source.size
            at += frame.length
            if at > self._source.size:
                return number >= _SURE_AT_END
        return True
