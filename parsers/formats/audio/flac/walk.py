"""Follow the frames of a FLAC stream across damaged or lost ones.

A frame is followed up to the header with the next number, and its checksum is verified. If there is no such header,
the frame's bits are read to find its end, and the next frame is searched for and confirmed by its own bits and
checksum.

References:
    RFC 9639, sections 9.1 (header, with its checksum), 9.3 (footer) and 11 (security: streams that are damaged).
"""

from __future__ import annotations

from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.damage import DamageLog
from parsers.formats.audio.facts import MAX_UNITS
from parsers.formats.audio.flac.frame_length import Malformed, Shortage, measure
from parsers.formats.audio.flac.frames import MAX_HEADER, FlacFrameHeader, parse
from parsers.formats.audio.flac.metadata import StreamInfo
from parsers.formats.sized_bytes import SizedBytes

#: Limit on places in one frame that look like the start of the next; chance makes one in 64 KiB.
_MAX_CANDIDATES = 4096
#: Bytes searched at once.
_PIECE = 64 * 1024
#: Limit on bytes whose bits are parsed without finding a frame, per byte of the file, plus a constant.
_VAIN_A_BYTE, _VAIN = 8, 1 << 24


class FlacWalk:
    """The frames of one stream.

    Attributes:
        info: STREAMINFO, corrected from the frames if it cannot be right.
        end: the offset after the last frame.
        samples: samples per channel in the frames.
        frames: number of frames.
        broken: number of frames with a wrong checksum; they are counted.
        jumps: number of places where frames are missing although nothing is damaged.
        first: number of the first frame, or of its first sample.
        damage: frames with a wrong checksum, and bytes that are not frames.
        is_cut: whether the bytes end within a frame.
        is_corrected: whether STREAMINFO does not match the frames.
    """

    def __init__(self, source: SizedBytes, info: StreamInfo) -> None:
        """Start a walk over a source, given its STREAMINFO."""
        self._source = source
        self._vain = 0
        self.info = info
        self.end = self.samples = self.frames = self.broken = self.jumps = self.first = 0
        self.damage = DamageLog()
        self.is_cut = self.is_corrected = False

    def follow(self, at: int, fallback: int) -> None:
        """Follow the frames.

        Args:
            at: expected offset of the first frame.
            fallback: offset from which to search if there is no frame at ``at``.

        Raises:
            OSError: the source raised it.
        """
        self.end = at
        header = self._header(at)
        if header is None:
            found = self._search(fallback, None) or self._correct(fallback)
            if found is None:
                return
            self.end, header = found
            self.damage.add(fallback, self.end - fallback)
        self.first = header.number
        following: FlacFrameHeader | None = header
        while following is not None and self.frames < MAX_UNITS:
            following = self._take(following)

    def _header(self, at: int) -> FlacFrameHeader | None:
        header = parse(self._source.read(at, MAX_HEADER))
        return header if header is not None and header.suits(self.info) else None

    def _take(self, header: FlacFrameHeader) -> FlacFrameHeader | None:
        """Count the frame at the current end; returns the header of the next one, or None if there is none."""
        at = self.end
        is_last = 0 < self.info.total <= self.samples + header.block
        place = None if is_last else self._follower(at, header)
        if place is not None:
            self._count(header, place - at, crc16(self._source.read(at, place - at)) == 0)
            return self._header(place)
        length, is_whole = self._measured(at, header)
        if length:
            self._count(header, length, is_whole)
            following = self._header(self.end)
            if following is not None and following.number > header.number:
                self.jumps += following.number != header.following
                return following
        found = self._search(self.end if length else at + header.length, header.number)
        if found is not None:
            self.damage.add(self.end, found[0] - self.end)
            self.end = found[0]
            return found[1]
        if not length:
            self._give_up(at, header)
        return None

    def _give_up(self, at: int, header: FlacFrameHeader) -> None:
        """End the walk after a frame whose end is not found: it is cut off or damaged."""
        size = self._source.size
        if size - at <= self._limit(header):
            self.is_cut, self.end = True, size
        else:
            self.damage.add(at, header.length)

    def _count(self, header: FlacFrameHeader, length: int, is_whole: bool) -> None:
        if not is_whole:
            self.broken += 1
            self.damage.add(self.end, length)
        self.frames += 1
        self.samples += header.block
        self.end += length

    def _limit(self, header: FlacFrameHeader) -> int:
        """Upper limit on the length of a frame: its uncompressed samples, plus half."""
        return (header.block * header.channels * (self.info.bits + 1) // 8) * 3 // 2 + 1024

    def _follower(self, at: int, header: FlacFrameHeader) -> int | None:
        """Offset of the frame with the next number; None if it is not within the possible length of this frame."""
        sign = bytes((0xFF, 0xF8 | header.variable))
        start, limit, tried = at + header.length, min(self._source.size, at + self._limit(header)), 0
        while start < limit and tried < _MAX_CANDIDATES:
            piece = self._source.read(start, min(limit - start, _PIECE) + 1)
            place = piece.find(sign)
            if place < 0:
                start += max(1, len(piece) - 1)
                continue
            found = self._header(start + place)
            if found is not None and found.number == header.following:
                return start + place
            start, tried = start + place + 1, tried + 1
        return None

    def _measured(self, at: int, header: FlacFrameHeader) -> tuple[int, bool]:
        """(Length of the frame by its bits, whether its checksum is right); length 0 if its end is not found."""
        raw = self._source.read(at, self._limit(header))
        try:
            length = measure(raw, header, self.info.bits).length
        except (Shortage, Malformed):
            return 0, False
        return length, crc16(raw[:length]) == 0

    def _search(self, at: int, number: int | None) -> tuple[int, FlacFrameHeader] | None:
        """The next frame with a right checksum and a higher number than the given one; None if there is none."""
        most = _VAIN_A_BYTE * self._source.size + _VAIN
        while len(piece := self._source.read(at, _PIECE)) > 1:
            place = piece.find(b"\xff")
            while place >= 0 and self._vain < most:
                header = self._header(at + place) if piece[place + 1 : place + 2] in (b"\xf8", b"\xf9") else None
                if header is not None and (number is None or header.number > number):
                    length, is_whole = self._measured(at + place, header)
                    if is_whole:
                        return at + place, header
                    self._vain += length or self._limit(header)
                place = piece.find(b"\xff", place + 1)
            at += len(piece) - 1
        return None

    def _correct(self, at: int) -> tuple[int, FlacFrameHeader] | None:
        """The first frame with a right checksum, ignoring STREAMINFO, which is then corrected from it."""
        stated = self.info
        piece = self._source.read(at, 4 * _PIECE)
        place = piece.find(b"\xff\xf8")
        while place >= 0:
            header = parse(piece[place : place + MAX_HEADER])
            if header is not None and header.rate and header.bits:
                self.info = stated._replace(rate=header.rate, channels=header.channels, bits=header.bits)
                if self._measured(at + place, header)[1]:
                    self.is_corrected = True
                    return at + place, header
            place = piece.find(b"\xff\xf8", place + 1)
        self.info = stated
        return None
