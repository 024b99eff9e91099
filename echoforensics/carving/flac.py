"""Carves FLAC recordings: the marker, the metadata blocks, and frames with checksums of header and content.

A frame states no length. The next one is found by its header: the sync code, the expected number, the checksum. The end
of the last frame is read from its bits. FLAC inside Ogg is carved elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from parsers.formats.audio.checksums import crc16
from parsers.formats.audio.flac.frame_checksums import checksums
from parsers.formats.audio.flac.frame_length import Malformed, Shortage, measure
from parsers.formats.audio.flac.frames import MAX_HEADER, FlacFrameHeader, parse
from parsers.formats.audio.flac.metadata import (
    BEGINNINGS,
    INVALID,
    MARKER,
    STREAM_INFO,
    STREAM_INFO_SIZE,
    StreamInfo,
    metadata_blocks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.carving.carved import View

#: The most metadata blocks to follow, and the most bytes in them.
_MOST_BLOCKS, _MOST_METADATA = 128, 64 * 1024 * 1024

#: The most bytes in a frame, whatever its header states.
MOST_FRAME = 1024 * 1024

#: How many bytes to search first for the end of a frame. The only frame of a recording ends within them. Reading the
#: bits of more is slow, and anyone can write a marker and two headers that ask for it a thousand times.
_FIRST = 64 * 1024

#: How many lookalike headers inside a frame to try.
_MOST_TRIED = 16

#: How many bytes of frames to follow by their headers before checking all checksums at once. It starts small, and again
#: after a wrong checksum, and doubles up to this limit while all are right.
_AT_ONCE = 1024 * 1024
_FEWEST_AT_ONCE, _MOST_AT_ONCE = 8, 512


class _FlacFrames:
    """The frames of one recording, followed from the first one."""

    def __init__(self, view: View, at: int, info: StreamInfo) -> None:
        self._view = view
        self._info = info
        self.end = at
        self.frames = self.samples = self.broken = 0
        self.breaks_off = False
        #: How many frames to follow at once next, and how many to examine singly first.
        self._at_once, self._singly = _FEWEST_AT_ONCE, 0

    def follow(self) -> None:
        """Follow the frames as far as they go. ``end`` is then the byte after the last whole frame."""
        header = self._header(self._view.read(self.end, MAX_HEADER))
        first = header
        while header is not None and first is not None:
            header = self._many(header, first)
            length, following = self._frame(header, self._is_last(header, first, self.samples))
            if not length:
                self.breaks_off = True
                return
            self.frames += 1
            self.samples += header.block
            self.end += length
            header = following

    def _many(self, header: FlacFrameHeader, first: FlacFrameHeader) -> FlacFrameHeader:
        """Skip frames that are followed by the expected header, as long as their checksums match.

        Returns:
            The header of the first frame to examine singly.
        """
        if self._singly:
            self._singly -= 1
            return header
        data = self._unmarked(self._view.read(self.end, min(_AT_ONCE, self._at_once * _FIRST)))
        ends, headers, place, samples = [0], [header], 0, self.samples
        while len(ends) <= self._at_once and not self._is_last(headers[-1], first, samples):
            last, size = headers[-1], self._size(headers[-1])
            # Examine no more for one frame than when it is examined singly.
            seen = data[place : place + min(_FIRST, size)]
            found, following = next(self._candidates(seen, last), (0, None))
            if following is None or found + MAX_HEADER > len(seen):
                break
            place += found
            samples += last.block
            ends.append(place)
            headers.append(following)
        wrong = checksums(data, ends[1:]).nonzero()[0] if ends[1:] else ends[1:]
        right = int(wrong[0]) if len(wrong) else len(ends) - 1
        self._at_once = _FEWEST_AT_ONCE if len(wrong) else min(2 * self._at_once, _MOST_AT_ONCE)
        self._singly = 0 if right >= _FEWEST_AT_ONCE else _FEWEST_AT_ONCE
        self.frames += right
        self.samples += sum(each.block for each in headers[:right])
        self.end += ends[right]
        return headers[right]

    def _header(self, data: bytes) -> FlacFrameHeader | None:
        """Parse the header at the start of the bytes. None if it does not belong to this recording."""
        header = parse(data)
        return header if header is not None and header.suits_wholly(self._info) else None

    def _is_last(self, header: FlacFrameHeader, first: FlacFrameHeader, samples: int) -> bool:
        is_total = 0 < self._info.total <= samples + header.block
        # With a fixed block size, only the last block may be shorter.
        return is_total or (not header.variable and header.block != first.block)

    def _most(self, header: FlacFrameHeader) -> int:
        """Return the most bytes a frame takes: no encoder needs twice the size of the raw samples."""
        return min(self._info.longest or MOST_FRAME, 2 * header.verbatim(self._info) + 64, MOST_FRAME)

    def _size(self, header: FlacFrameHeader) -> int:
        """Return how many bytes to examine for a frame and the header after it."""
        return self._most(header) + MAX_HEADER

    @staticmethod
    def _unmarked(data: bytes) -> bytes:
        """Cut the bytes off where another recording begins: no frame continues past that point."""
        places = [place for marker in BEGINNINGS if (place := data.find(marker)) >= 0]
        return data[: min(places)] if places else data

    def _frame(self, header: FlacFrameHeader, is_last: bool) -> tuple[int, FlacFrameHeader | None]:
        """Return (length in bytes of the frame at ``end``, next header); the length is 0 if the frame is not whole."""
        most = self._size(header)
        for size in sorted({min(_FIRST, most), most}):
            data = self._unmarked(self._view.read(self.end, size))
            length, following = (0, None) if is_last else self._next(data, header)
            if not length and (self.frames or size <= _FIRST):
                length, following = self._alone(data, header, following)
            if length or len(data) < size:
                return length, following
        return 0, None

    def _next(self, data: bytes, header: FlacFrameHeader) -> tuple[int, FlacFrameHeader | None]:
        """Return (length of the frame, next header) if the checksum matches, otherwise (0, a header)."""
        doubtful = None
        for place, following in self._candidates(data, header):
            if crc16(data[:place]) == 0:
                return place, following
            doubtful = doubtful or following
        return 0, doubtful

    def _candidates(self, data: bytes, header: FlacFrameHeader) -> Iterator[tuple[int, FlacFrameHeader]]:
        """Yield places where the next frame's header is, regardless of the previous frame's checksum."""
        place = max(self._info.shortest, header.length + 2) - 1
        tried = 0
        while tried < _MOST_TRIED and (place := data.find(data[:2], place + 1)) >= 0:
            following = self._header(data[place : place + MAX_HEADER])
            if following is not None and following.number == header.following:
                tried += 1
                yield place, following

    def _alone(
        self, data: bytes, header: FlacFrameHeader, doubtful: FlacFrameHeader | None
    ) -> tuple[int, FlacFrameHeader | None]:
        """Measure the last frame by its bits, or a broken one before a frame with the next number."""
        if length := self._length(data, header):
            return length, None
        if doubtful is not None:
            self.broken += 1
            return next(place for place, _ in self._candidates(data, header)), doubtful
        return 0, None

    def _length(self, data: bytes, header: FlacFrameHeader) -> int:
        """Return the length in bytes of the frame at the start of the bytes; 0 if it is not whole or not valid."""
        try:
            extent = measure(data, header, self._info.bits)
        except (Shortage, Malformed):
            return 0
        if not extent.is_padded_with_zeros or crc16(data[: extent.length]):
            return 0
        return extent.length


def _behind_metadata(view: View, at: int) -> int:
    """Return the offset after the metadata blocks, or 0 if there are no valid ones."""
    until = min(at + _MOST_METADATA, view.size)
    for number, block in enumerate(metadata_blocks(view, at + len(MARKER))):
        is_first = number == 0
        if number == _MOST_BLOCKS or block.kind == INVALID or (block.kind == STREAM_INFO) != is_first:
            return 0
        if block.end > until:
            return 0
        if block.is_last:
            return block.end
    return 0


def carve(view: View, at: int) -> Carved | None:
    """Carve the FLAC recording that begins at an offset on the media. None if there is no recording."""
    head = view.read(at, len(BEGINNINGS[0]) + STREAM_INFO_SIZE)
    info = StreamInfo.parse(head[len(BEGINNINGS[0]) :])
    if info is None or not info.is_possible or not head.startswith(BEGINNINGS):
        return None
    # In Ogg, the marker lies in the first packet.
    if view.read(at - 9, 5) == b"\x7fFLAC" or not (place := _behind_metadata(view, at)):
        return None
    stream = _FlacFrames(view, place, info)
    stream.follow()
    if not stream.frames:
        return None
    grade, ending = _end(stream, info)
    detail = _describe(stream, info)
    return Carved("FLAC recording", ".flac", ((at, stream.end - at),), grade, ending, detail)


def _end(stream: _FlacFrames, info: StreamInfo) -> tuple[Grade, str]:
    if info.total and stream.samples >= info.total:
        ending = "the samples its header states are there"
        return (Grade.CUT, ending) if stream.broken else (Grade.WHOLE, ending)
    if stream.breaks_off:
        return Grade.CUT, "the frame after its last whole one is broken off"
    ending = "no frame follows its last whole one"
    if info.total:
        return Grade.CUT, f"{ending}, and its header states more samples"
    return Grade.ENDED, ending


def _describe(stream: _FlacFrames, info: StreamInfo) -> str:
    names = ("", "mono", "stereo")
    parts = [
        f"{stream.frames} frames",
        f"{stream.samples / info.rate:.2f} s" + (f" of {info.total / info.rate:.2f} s" if info.total else ""),
        f"{info.rate} Hz",
        names[info.channels] if info.channels < 3 else f"{info.channels} channels",
        f"{info.bits} bits",
    ]
    if stream.broken:
        parts.append(f"the checksums of {stream.broken} frames do not hold")
    return ", ".join(parts)


SIGNATURES: tuple[Signature, ...] = (
    Signature("FLAC recording", rb"fLaC[\x00\x80]\x00\x00\x22", carve, len(BEGINNINGS[0]), nests=True),
)
