"""Describe recordings that follow foreign data: long or repeated ID3 tags, zero bytes, other bytes.

A single short tag is handled by the reader of the format. Anything more is skipped here, and the reader gets the rest
as if it were a separate file. Offsets are then converted back to those in the file.

References:
    id3.org: ID3v2.4.0 section 3.2 (padding), section 5 (tags that follow each other).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, Protocol

from parsers.formats.audio.adts import frames as adts
from parsers.formats.audio.adts.frames import AdtsHeader
from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.mpeg import frames as mpeg
from parsers.formats.audio.mpeg.frames import MpegFrame
from parsers.formats.audio.tagging import ape, id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.formats.sized_bytes import SizedBytes
from parsers.record import Timestamp

#: Bytes used to recognise a format.
_HEAD = 65536
_MAX_TAGS = 64
#: Limit on the bytes skipped in search of the first frame, and on the zeros skipped.
_MOST_SEARCHED, _MOST_ZEROS = 64 * 1024, 64 * 1024 * 1024
_ZEROS = 256 * 1024
#: Limit on the candidate frames whose successors are checked, and the maximum length of three frames.
_MOST_TRIED, _FRAMES = 2048, 3 * 8192
#: Where a frame of MP3 or ADTS may begin.
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
_BARE = ("MP3", "AAC (ADTS)")
#: File names that justify a search for the first frame.
_SEARCHED_NAMES = (".mp3", ".mp2", ".mpga", ".aac", ".adts")


class _Format(Protocol):
    """A format, see :class:`parsers.formats.audio.formats.AudioFormat`."""

    @property
    def name(self) -> str:
        """The container's name."""

    @property
    def matches(self) -> Callable[[bytes, str], bool]:
        """Whether the first bytes and the name match."""

    @property
    def describe(self) -> Callable[[BinaryIO, int], AudioFacts | Undescribed]:
        """Read the recording at offset 0 of the stream."""


class ShiftedBytes:
    """The bytes of a source from an offset on."""

    def __init__(self, source: SizedBytes, start: int) -> None:
        self.size = max(0, source.size - start)
        self._source = source
        self._start = start

    def read(self, offset: int, size: int) -> bytes:
        """Read bytes at an offset; fewer if the data ends. Raises OSError from the source."""
        return self._source.read(self._start + offset, size)


class ShiftedStream:
    """A stream that begins at an offset of another stream."""

    def __init__(self, stream: BinaryIO, start: int) -> None:
        self._stream = stream
        self._start = start
        stream.seek(start)

    def seek(self, offset: int) -> int:
        """Seek to an offset, counted from this stream's start."""
        return self._stream.seek(self._start + offset) - self._start

    def read(self, size: int) -> bytes:
        """Read up to the given number of bytes."""
        return self._stream.read(size)


class LeadingFormat:
    """Recordings of other formats after tags and padding.

    Args:
        formats: the formats that may follow.
    """

    name = "behind tags"
    #: The first bytes of zeros, tags and frames.
    first = b"\0\xff" + id3.MAGIC[:1] + ape.MAGIC[:1]
    #: Name endings that justify a search for the first frame, whatever the first byte.
    endings = _SEARCHED_NAMES

    def __init__(self, formats: Sequence[_Format]) -> None:
        self._formats = formats

    def matches(self, head: bytes, name: str) -> bool:
        """Whether a file begins with a tag, zeros before a tag, or zeros or other bytes before frames."""
        # Nearly no file does; only for those that do, each format is tried.
        return self._may_lead(head, name) and not any(each.matches(head, name) for each in self._formats)

    def _may_lead(self, head: bytes, name: str) -> bool:
        zeros = len(head) - len(head.lstrip(b"\0"))
        if id3.Id3Header.parse(head[zeros : zeros + id3.HEADER_SIZE]) is not None or head.startswith(ape.MAGIC):
            return True
        if head.startswith((b"\0", b"\xff")) and self._bare(head[zeros:], name) is not None:
            return True
        begins = name.lower().endswith(_SEARCHED_NAMES) or _frame(head) is not None
        return begins and self._search(head, name) is not None

    def describe(self, stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
        """Describe the recording after the leading data. ``size`` is the number of bytes present.

        Raises:
            OSError: the stream cannot be read.
        """
        window = Window(stream, size)
        tags, timestamps = Tags(), list[Timestamp]()
        start, what = _pass_over(window, tags, timestamps)
        head = window.read(start, _HEAD)
        known = next((each for each in self._formats if each.matches(head, "")), None)
        if known is None:
            found = self._search(head, "")
            if found is None:
                return Undescribed(_nothing(window, start, what))
            known, skipped = found
            if not _is_damaged_sound(window.read(start, skipped), window.read(start + skipped, adts.HEADER_SIZE)):
                start += skipped
                what.append(f"{skipped} bytes that are no sound")
        facts = known.describe(ShiftedStream(stream, start), size - start)  # type: ignore[arg-type]
        if isinstance(facts, Undescribed):
            return facts
        before = f"{start} bytes come before the sound: {', '.join(what)}."
        return replace(
            facts,
            end=facts.end + start,
            damage=tuple(place._replace(at=place.at + start) for place in facts.damage),
            metadata={**facts.metadata, **tags.values},
            timestamps=(*facts.timestamps, *timestamps),
            notes=(before, *facts.notes, *tags.notes) if start else facts.notes,
        )

    def _bare(self, head: bytes, name: str) -> _Format | None:
        return next((each for each in self._formats if each.name in _BARE and each.matches(head, name)), None)

    def _search(self, head: bytes, name: str) -> tuple[_Format, int] | None:
        """The first frame in some bytes that is followed by others."""
        tried = 0
        for match in _SYNC.finditer(head[:_MOST_SEARCHED]):
            at = match.start()
            if _frame(head[at : at + adts.HEADER_SIZE]) is None:
                continue
            known = self._bare(head[at : at + _FRAMES], name)
            if known is not None:
                return known, at
            tried += 1
            if tried >= _MOST_TRIED:
                return None
        return None


def _frame(raw: bytes) -> MpegFrame | AdtsHeader | None:
    """The frame whose header some bytes begin with."""
    return mpeg.parse(raw[: mpeg.HEADER_SIZE]) or adts.parse(raw[: adts.HEADER_SIZE])


def _is_damaged_sound(before: bytes, first: bytes) -> bool:
    """Whether the bytes before the first whole frame are frames whose headers were damaged, or a part of a frame.

    Args:
        before: the bytes.
        first: the header of the first whole frame.
    """
    whole, broken = _frame(first), _frame(before)
    if whole is None:
        return False
    if broken is not None and (broken.kind == whole.kind or broken.length == len(before)):
        return True
    # Frames of MP3 differ by a byte of padding, those of AAC by their sound.
    return len(before) <= (whole.length + 1 if isinstance(whole, MpegFrame) else 2 * whole.length)


def _pass_over(window: Window, tags: Tags, timestamps: list[Timestamp]) -> tuple[int, list[str]]:
    """Skip tags and zeros; returns the offset after them, and what was skipped."""
    at, what = 0, list[str]()
    for _ in range(_MAX_TAGS):
        zeros = _zeros(window, at)
        if zeros:
            what.append(f"{zeros} zero bytes")
            at += zeros
        length = id3.read(ShiftedBytes(window, at), tags, timestamps)
        kind = "ID3"
        if not length:
            header = ape.ApeHeader.parse(window.read(at, ape.HEADER_SIZE))
            length, kind = (header.length, "APE") if header is not None and header.is_as_defined else (0, "")
        if not length:
            break
        what.append(f"an {kind} tag of {length} bytes")
        at += length
    return at, what


def _zeros(window: Window, at: int) -> int:
    """Number of zero bytes at an offset."""
    count = 0
    for piece in _pieces(window, at):
        rest = piece.lstrip(b"\0")
        count += len(piece) - len(rest)
        if rest or count > _MOST_ZEROS:
            break
    return count


def _pieces(window: Window, at: int) -> Iterator[bytes]:
    while piece := window.read(at, _ZEROS):
        yield piece
        at += len(piece)


def _nothing(window: Window, start: int, what: list[str]) -> str:
    lead = ", ".join(what) or "bytes that are no sound"
    if start >= window.size:
        return f"The file has {lead}, and ends there: the sound is missing."
    return (
        f"The file begins with {lead}, as MP3, AAC and FLAC files do; at byte {start}, where the sound is due, no"
        " format that is known begins. Play the file with another program, or look at it with ffprobe."
    )
