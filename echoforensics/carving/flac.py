"""Carving FLAC recordings: the marker, blocks of metadata, frames with check sums of their headers and of the whole.

A frame states no length. The next is found by its header: the sync, the number that must follow, the check sum. The
last one's end is read from its own bits. FLAC within Ogg is not taken here.

References:
    RFC 9639, sections 6 to 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.crc16 import crc16
from echoforensics.carving.flac_frame import frame_length
from echoforensics.carving.flac_header import LONGEST_HEADER, STREAM_INFO, FrameHeader, StreamInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.carving.carved import View

_MARKER = b"fLaC"

#: The marker with the header of STREAMINFO, which other blocks of metadata follow or not.
_BEGINNINGS = (_MARKER + b"\x00\x00\x00\x22", _MARKER + b"\x80\x00\x00\x22")

#: Blocks of metadata that are followed, and bytes in them.
_MOST_BLOCKS, _MOST_METADATA = 128, 64 * 1024 * 1024

#: Bytes of a frame at most, whatever is said.
MOST_FRAME = 1024 * 1024

#: Bytes in which a frame's end is looked for first. A recording's only frame ends within them: to read the bits of more
#: takes long, and a marker and two headers, that ask for it, are soon written a thousand times.
_FIRST = 64 * 1024

#: Headers within a frame that look like the next one's and are tried.
_MOST_TRIED = 16


class _Stream:
    """The frames of one recording, followed from the first."""

    def __init__(self, view: View, at: int, info: StreamInfo) -> None:
        self._view = view
        self._info = info
        self.end = at
        self.frames = self.samples = self.broken = 0
        self.breaks_off = False

    def follow(self) -> None:
        """Follow the frames as far as they go: ``end`` is behind the last one that is whole."""
        header = FrameHeader.read(self._view.read(self.end, LONGEST_HEADER), self._info)
        first = header
        while header is not None and first is not None:
            length, following = self._frame(header, self._is_last(header, first))
            if not length:
                self.breaks_off = True
                return
            self.frames += 1
            self.samples += header.block
            self.end += length
            header = following

    def _is_last(self, header: FrameHeader, first: FrameHeader) -> bool:
        is_total = 0 < self._info.total <= self.samples + header.block
        # Of blocks of fixed size only the last may be shorter.
        return is_total or (not header.is_variable and header.block != first.block)

    def _most(self, header: FrameHeader) -> int:
        """Bytes that a frame takes at most: no encoder needs twice what the samples need as they are."""
        return min(self._info.longest or MOST_FRAME, 2 * header.verbatim + 64, MOST_FRAME)

    def _frame(self, header: FrameHeader, is_last: bool) -> tuple[int, FrameHeader | None]:
        """(length in bytes of the frame at the end, header of the next); the length 0 where it is not whole."""
        most = self._most(header) + LONGEST_HEADER
        for size in sorted({min(_FIRST, most), most}):
            data = self._view.read(self.end, size)
            # No frame goes on into another recording, nor is it searched there.
            for marker in _BEGINNINGS:
                data = data.partition(marker)[0]
            length, following = (0, None) if is_last else self._next(data, header)
            if not length and (self.frames or size <= _FIRST):
                length, following = self._alone(data, header, following)
            if length or len(data) < size:
                return length, following
        return 0, None

    def _next(self, data: bytes, header: FrameHeader) -> tuple[int, FrameHeader | None]:
        """(length of the frame, header of the next) where the check sum holds; (0, a header) where it does not."""
        doubtful = None
        for place, following in self._candidates(data, header):
            if crc16(data[:place]) == 0:
                return place, following
            doubtful = doubtful or following
        return 0, doubtful

    def _candidates(self, data: bytes, header: FrameHeader) -> Iterator[tuple[int, FrameHeader]]:
        """Places where the next frame's header is, whatever the check sum of the frame before says."""
        place = max(self._info.shortest, header.length + 2) - 1
        tried = 0
        while tried < _MOST_TRIED and (place := data.find(data[:2], place + 1)) >= 0:
            following = FrameHeader.read(data[place : place + LONGEST_HEADER], self._info)
            if following is not None and following.number == header.following:
                tried += 1
                yield place, following

    def _alone(self, data: bytes, header: FrameHeader, doubtful: FrameHeader | None) -> tuple[int, FrameHeader | None]:
        """The last frame, by its own bits; or a broken one before another that follows it by number."""
        if length := frame_length(data, header):
            return length, None
        if doubtful is not None:
            self.broken += 1
            return next(place for place, _ in self._candidates(data, header)), doubtful
        return 0, None


def _behind_metadata(view: View, at: int) -> int:
    """Byte offset behind the blocks of metadata; 0 where they are none."""
    place, until = at + len(_MARKER), min(at + _MOST_METADATA, view.size)
    for number in range(_MOST_BLOCKS):
        head = view.read(place, 4)
        if len(head) < 4 or head[0] & 0x7F == 0x7F or (head[0] & 0x7F == 0) != (number == 0):
            return 0
        place += 4 + int.from_bytes(head[1:], "big")
        if place > until:
            return 0
        if head[0] & 0x80:
            return place
    return 0


def carve(view: View, at: int) -> Carved | None:
    """The FLAC recording that begins at a byte offset of the media; None where there is none."""
    head = view.read(at, 8 + STREAM_INFO)
    info = StreamInfo.read(head[8:])
    if info is None or head[:8] not in _BEGINNINGS:
        return None
    # In Ogg, the marker stands in the first packet.
    if view.read(at - 9, 5) == b"\x7fFLAC" or not (place := _behind_metadata(view, at)):
        return None
    stream = _Stream(view, place, info)
    stream.follow()
    if not stream.frames:
        return None
    grade, ending = _end(stream, info)
    detail = _describe(stream, info)
    return Carved("FLAC recording", ".flac", ((at, stream.end - at),), grade, ending, detail)


def _end(stream: _Stream, info: StreamInfo) -> tuple[Grade, str]:
    if info.total and stream.samples >= info.total:
        ending = "the samples its header states are there"
        return (Grade.CUT, ending) if stream.broken else (Grade.WHOLE, ending)
    if stream.breaks_off:
        return Grade.CUT, "the frame after its last whole one is broken off"
    ending = "no frame follows its last whole one"
    if info.total:
        return Grade.CUT, f"{ending}, and its header states more samples"
    return Grade.ENDED, ending


def _describe(stream: _Stream, info: StreamInfo) -> str:
    names = ("", "mono", "stereo")
    parts = [
        f"{stream.frames} frames",
        f"{stream.samples / info.rate:.2f} s" + (f" of {info.total / info.rate:.2f} s" if info.total else ""),
        f"{info.rate} Hz",
        names[info.channels] if info.channels < 3 else f"{info.channels} channels",
        f"{info.bits} bits",
    ]
    if stream.broken:
        parts.append(f"the check sums of {stream.broken} frames do not hold")
    return ", ".join(parts)


SIGNATURES: tuple[Signature, ...] = (Signature("FLAC recording", rb"fLaC[\x00\x80]\x00\x00\x22", carve, 8, nests=True),)
