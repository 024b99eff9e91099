"""Carving WAV recordings by the size that their own header states, checked against their chunks.

Where the header and the chunks differ, the chunks are believed, and the grade is lower. A recording that was written to
a pipe states no size: it is taken up to the next WAV header, the end of the media or a bound, whichever comes first.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE); EBU Tech 3306 (RF64);
    ITU-R BS.2088 (BW64). What FFmpeg and SoX write to a pipe as sizes was looked up in their output.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature
from echoforensics.carving.wav_chunks import HEADER, Chunks, walk

if TYPE_CHECKING:
    from typing import Literal

    from echoforensics.carving.carved import View

_LARGE_KINDS = (b"RF64", b"BW64")
_PATTERN = rb"(?:RIF[FX]|RF64|BW64)....WAVE"
_NEXT = re.compile(_PATTERN, re.DOTALL)
_UNKNOWN = (0, 0xFFFFFFFF)

#: Bytes of sound that are taken at most where nothing states a size: 35 minutes at 16 kHz, 16 bits, one channel.
MOST_UNSTATED = 64 * 1024 * 1024

#: Bytes that are searched at a time for the next header.
_STEP = 128 * 1024


def carve(view: View, at: int) -> Carved | None:
    """A WAV recording at a byte of the media; None where there is none."""
    head = view.read(at, HEADER)
    kind = head[:4]
    if not _NEXT.fullmatch(head):
        return None
    order: Literal["big", "little"] = "big" if kind == b"RIFX" else "little"
    size = int.from_bytes(head[4:8], order)
    sound = 0
    if kind in _LARGE_KINDS:
        size, sound = _large_sizes(view, at, size)
    stated = None if size in _UNKNOWN else at + 8 + size
    chunks = walk(view, at + HEADER, stated, order, sound)
    if chunks is None:
        return None
    end, grade, ending = _end(view, stated, chunks)
    return Carved("WAV recording", ".wav", ((at, end - at),), grade, ending, chunks.describe(end))


def _large_sizes(view: View, at: int, size: int) -> tuple[int, int]:
    """The sizes in bytes of the whole and of its sound that the first chunk of a large file states; else 0."""
    chunk = view.read(at + HEADER, 24)
    if len(chunk) < 24 or chunk[:4] != b"ds64":
        return size, 0
    whole, sound = int.from_bytes(chunk[8:16], "little"), int.from_bytes(chunk[16:24], "little")
    # BW64 files below 4 GiB state their size where others do.
    return whole if size in _UNKNOWN else size, sound


def _end(view: View, stated: int | None, chunks: Chunks) -> tuple[int, Grade, str]:
    """The byte behind a recording, and how sure that is."""
    # The pad byte of the last chunk is counted by some writers and not by others.
    is_alike = stated is not None and abs(chunks.end - stated) <= 1
    # A size of 0 is true of a recording without sound, whose header then comes to the same.
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


def _by_chunks(view: View, stated: int | None, chunks: Chunks) -> tuple[int, Grade, str]:
    """Where the header states no size, or not the one to which the chunks come."""
    end = chunks.sure
    if stated is None:
        if end <= view.size:
            return end, Grade.ENDED, "its header states no size; it ends with its last chunk"
        return view.size, Grade.CUT, f"its chunks state {end - view.size} bytes more than the media has"
    if stated > view.size and end + 8 > view.size:
        # The media has no room for the header of a further chunk.
        return view.size, Grade.CUT, _beyond(view, stated)
    if end > view.size:
        return stated, Grade.ENDED, "its header says so, though a chunk states more than the media has"
    words = f"{abs(stated - end)} bytes {'more' if stated > end else 'less'} than its chunks"
    return end, Grade.ENDED, f"its header states {words}; it ends with its last chunk"


def _beyond(view: View, stated: int) -> str:
    return f"its header states {stated - view.size} bytes more than the media has"


def _unstated(view: View, chunks: Chunks) -> tuple[int, Grade, str]:
    """Where nothing states a size: up to the next recording, if it begins within the bound."""
    start = chunks.sound_at
    until = min(start + MOST_UNSTATED, view.size)
    place = start
    while place < until:
        block = view.read(place, min(_STEP, until - place + HEADER - 1))
        if found := _NEXT.search(block):
            return place + found.start(), Grade.CUT, "no size is stated; it is taken up to the next WAV header"
        if len(block) < HEADER:
            break
        place += len(block) - HEADER + 1
    if until == view.size:
        return until, Grade.CUT, "no size is stated; it is taken up to the end of the media"
    return until, Grade.CUT, f"no size is stated; it is taken up to the bound of {MOST_UNSTATED} bytes of sound"


SIGNATURES: tuple[Signature, ...] = (Signature("WAV recording", _PATTERN, carve, HEADER, nests=True),)
