"""Carves WAV recordings by the size in their header, checked against their chunks.

Where header and chunks differ, the chunks are believed and the grade is lower. A recording written to a pipe states no
size: it extends to the next WAV header, the end of the media or a limit, whichever comes first. The sizes that FFmpeg
and SoX write to a pipe were read from their output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from parsers.formats.audio.wav.chunks import (
    CHUNK_HEADER,
    DATA,
    FORM,
    FORMAT,
    HEADER_SIZE,
    KNOWN,
    LARGE,
    NO_SIZE,
    PIPED_SIZE,
    PLAIN,
    REVERSED,
    RiffHeader,
    WavChunk,
    WavFormat,
    read_chunk,
    read_large_sizes,
)

if TYPE_CHECKING:
    from echoforensics.carving.carved import View
    from parsers.formats.audio.wav.chunks import ByteOrder

_PATTERN = b"(?:" + b"|".join((PLAIN, REVERSED, *LARGE)) + b")...." + FORM
_NEXT = re.compile(_PATTERN, re.DOTALL)
_UNKNOWN = (0, NO_SIZE)

#: How many chunks to follow up to the sound and after it. Each has at least eight bytes.
_MOST_BEFORE, _MOST_BEHIND = 64, 4096

#: The fewest bytes in a format chunk, and how many to read: further bytes are not used.
_LEAST_FORMAT, _FORMAT_READ = 14, 16

#: The most bytes of sound to take if nothing states a size: 35 minutes at 16 kHz, 16 bits, one channel.
MOST_UNSTATED = 64 * 1024 * 1024

#: How many bytes to search at a time for the next header.
_STEP = 128 * 1024


def carve(view: View, at: int) -> Carved | None:
    """Carve the WAV recording at an offset on the media. None if there is no recording."""
    header = RiffHeader.parse(view.read(at, HEADER_SIZE))
    if header is None:
        return None
    size, sound = header.size, 0
    if header.is_large and (sizes := read_large_sizes(view, at + HEADER_SIZE)) is not None:
        # BW64 files below 4 GiB state their size in the usual place.
        size, sound = sizes.whole if size in _UNKNOWN else size, sizes.sound
    stated = None if size in _UNKNOWN else at + 8 + size
    chunks = _follow(view, at + HEADER_SIZE, stated, header.order, sound)
    if chunks is None:
        return None
    end, grade, ending = _end(view, stated, chunks)
    return Carved("WAV recording", ".wav", ((at, end - at),), grade, ending, chunks.describe(end))


@dataclass(slots=True)
class CarvedChunks:
    """What the chunks of a recording state. The ends may lie past the end of the media.

    Attributes:
        end: the byte after the last chunk and its pad byte.
        sure: the byte after the last chunk with a known name and its pad byte.
        form: the format; None until it is found.
        sound_at: the byte at which the sound begins.
        sound: the stated bytes of sound; None until the data chunk is found.
        states_no_sound: whether the data chunk states no size: a placeholder, or 0 although more follows.
    """

    end: int
    sure: int
    form: WavFormat | None = None
    sound_at: int = 0
    sound: int | None = None
    states_no_sound: bool = False

    def is_placeholder_of(self, stated: int) -> bool:
        """Whether the header's size is only the data chunk's placeholder plus the chunks around it."""
        return bool(self.sound) and stated >= self.sound_at + (self.sound or 0)

    def describe(self, end: int) -> str:
        """Describe the recording if it ends before a byte of the media."""
        present = max(0, end - self.sound_at)
        if not self.states_no_sound:
            present = min(self.sound or 0, present)
        parts = [f"{present} bytes of sound"]
        if self.form is not None:
            if self.form.byte_rate:
                parts.append(f"{present / self.form.byte_rate:.2f} s")
            if self.form.rate:
                parts.append(f"{self.form.rate} Hz")
            if self.form.channels:
                parts.append({1: "mono", 2: "stereo"}.get(self.form.channels, f"{self.form.channels} channels"))
        return ", ".join(parts)


def _follow(view: View, at: int, stated: int | None, order: ByteOrder, large: int) -> CarvedChunks | None:
    """Follow the chunks of a recording.

    Args:
        view: the media.
        at: the byte at which the first chunk begins.
        stated: the byte after the recording by its header; None if the header states no size.
        order: the byte order of numbers.
        large: the bytes of sound that a large file states elsewhere; 0 if it does not.

    Returns:
        What the chunks state; None if format or sound is missing.
    """
    found = CarvedChunks(at, at)
    most = _MOST_BEFORE
    while most and not found.states_no_sound and (stated is None or found.end + CHUNK_HEADER <= stated):
        most -= 1
        chunk = read_chunk(view, found.end, order)
        if chunk is None or not _belongs(chunk, stated):
            break
        if chunk.name == DATA:
            if found.sound is not None:
                # A second one is left over from another recording.
                break
            most = _MOST_BEHIND
            if large and chunk.size == NO_SIZE:
                chunk = chunk._replace(size=large)
            size = found.sound = chunk.size
            found.sound_at = chunk.start
            found.states_no_sound = not large and (size in (NO_SIZE, PIPED_SIZE) or (size == 0 and stated is None))
        elif chunk.name == FORMAT and found.form is None and chunk.size >= _LEAST_FORMAT:
            found.form = WavFormat.parse(view.read(chunk.start, _FORMAT_READ), order)
        found.end = _behind(view, chunk, stated)
        if chunk.name in KNOWN:
            found.sure = found.end
    return None if found.form is None or found.sound is None else found


def _belongs(chunk: WavChunk, stated: int | None) -> bool:
    """Whether a chunk may belong to the recording. The size of the data chunk is judged elsewhere.

    Bytes after a recording count as its chunk only if the name is known or the header's size covers it. Otherwise text
    would pass for a chunk header.
    """
    if chunk.name == DATA or (chunk.name in KNOWN and stated is None):
        return True
    return stated is not None and chunk.end <= stated and chunk.has_name


def _behind(view: View, chunk: WavChunk, stated: int | None) -> int:
    """Return the byte after a chunk: one more if its size is odd, though not every writer pads the last chunk."""
    end = chunk.end
    if not chunk.size & 1 or end == stated:
        return end
    return end if stated is None and view.read(end, 1) != b"\0" else end + 1


def _end(view: View, stated: int | None, chunks: CarvedChunks) -> tuple[int, Grade, str]:
    """Return the byte after a recording, and how certain it is."""
    # Some writers count the last chunk's pad byte and others do not.
    is_alike = stated is not None and abs(chunks.end - stated) <= 1
    # A size of 0 is right for a recording without sound, whose header then agrees.
    chunks.states_no_sound |= chunks.sound == 0 and not is_alike
    if chunks.states_no_sound:
        if stated is None or stated > view.size or chunks.is_placeholder_of(stated):
            return _unstated(view, chunks)
        return stated, Grade.ENDED, "its header says so; its data chunk states no size"
    if stated is not None and is_alike:
        if stated <= view.size:
            return stated, Grade.WHOLE, "its header says so"
        return view.size, Grade.CUT, _beyond(view, stated)
    return _by_chunks(view, stated, chunks)


def _by_chunks(view: View, stated: int | None, chunks: CarvedChunks) -> tuple[int, Grade, str]:
    """Find the end if the header states no size, or not the one the chunks add up to."""
    end = chunks.sure
    if stated is None:
        if end <= view.size:
            return end, Grade.ENDED, "its header states no size; it ends with its last chunk"
        return view.size, Grade.CUT, f"its chunks state {end - view.size} bytes more than the media has"
    if stated > view.size and end + 8 > view.size:
        # The media has no room for another chunk header.
        return view.size, Grade.CUT, _beyond(view, stated)
    if end > view.size:
        return stated, Grade.ENDED, "its header says so, though a chunk states more than the media has"
    words = f"{abs(stated - end)} bytes {'more' if stated > end else 'less'} than its chunks"
    return end, Grade.ENDED, f"its header states {words}; it ends with its last chunk"


def _beyond(view: View, stated: int) -> str:
    return f"its header states {stated - view.size} bytes more than the media has"


def _unstated(view: View, chunks: CarvedChunks) -> tuple[int, Grade, str]:
    """Find the end if nothing states a size: the next recording, if it begins within the limit."""
    start = chunks.sound_at
    until = min(start + MOST_UNSTATED, view.size)
    place = start
    while place < until:
        block = view.read(place, min(_STEP, until - place + HEADER_SIZE - 1))
        if found := _NEXT.search(block):
            return place + found.start(), Grade.CUT, "no size is stated; it is taken up to the next WAV header"
        if len(block) < HEADER_SIZE:
            break
        place += len(block) - HEADER_SIZE + 1
    if until == view.size:
        return until, Grade.CUT, "no size is stated; it is taken up to the end of the media"
    return until, Grade.CUT, f"no size is stated; it is taken up to the bound of {MOST_UNSTATED} bytes of sound"


SIGNATURES: tuple[Signature, ...] = (Signature("WAV recording", _PATTERN, carve, HEADER_SIZE, nests=True),)
