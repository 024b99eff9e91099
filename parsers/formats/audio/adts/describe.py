"""Describe a recording of consecutive AAC frames in ADTS.

References:
    ISO/IEC 13818-7 section 6.2 and 14496-3 annex 1.A (ADTS).
"""

from __future__ import annotations

import re
from typing import BinaryIO

from parsers.formats.audio.aac_configuration import read_elements
from parsers.formats.audio.adts.extension import is_extended
from parsers.formats.audio.adts.frames import (
    CHANNELS,
    HEADER_SIZE,
    PROFILES,
    AdtsHeader,
    parse,
)
from parsers.formats.audio.bits import Bits
from parsers.formats.audio.facts import MAX_DURATION, MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.frame_walk import FrameCoding, FrameTally, FrameWalk
from parsers.formats.audio.tagging import id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Consecutive frames required to recognise ADTS: the sync pattern has only 14 bits.
MIN_FRAMES = 3
#: Frames that are enough if the file holds nothing else.
MIN_ALONE = 2
#: The program config element, and its maximum length in bytes.
_LIST_OF_ELEMENTS, _MOST_LISTED = 5, 512
#: Bytes after the tag in which to search for the first frames.
_MOST_BEFORE = 64 * 1024


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three ADTS frames, or consists of two, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    first = parse(head[at : at + HEADER_SIZE])
    for number in range(MIN_FRAMES):
        frame = parse(head[at : at + HEADER_SIZE])
        if first is None or frame is None or frame.kind != first.kind:
            return number >= MIN_ALONE and at == len(head)
        at += frame.length
    return True


_CODING = FrameCoding(HEADER_SIZE, parse, lambda _: re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"))


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the ADTS stream at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    begin = id3.read(window, tags, timestamps)
    walk = FrameWalk(window, _CODING)
    start = walk.find(begin, min(size, begin + _MOST_BEFORE))
    first = parse(window.read(start, HEADER_SIZE)) if start is not None else None
    if start is None or first is None:
        return Undescribed(f"No {MIN_FRAMES} ADTS frames follow each other where the first are due.")
    tally = walk.follow(start, begin)
    if tally.frames < MIN_FRAMES and (tally.frames < MIN_ALONE or tally.end < size):
        return Undescribed(f"Only {tally.frames} ADTS frames follow each other.")
    end = size if tally.is_cut else tally.end
    extended = is_extended(window, start, first)
    channels = CHANNELS[first.configuration] or _listed_channels(window, start, first)
    notes = []
    if extended:
        notes.append(f"Its frames carry the upper half of their spectrum beside them; the rest is at {first.rate} Hz.")
    if extended and channels == 1:
        notes.append("It is coded with one channel, and played with two: parametric stereo may be in it.")
    return AudioFacts(
        container="AAC (ADTS)",
        codec="HE-AAC" if extended else PROFILES[first.profile],
        end=end,
        ending=Ending.CUT if tally.is_cut else Ending.LAST_FRAME,
        rate_hz=first.rate * (2 if extended else 1),
        channels=2 if extended and channels == 1 else channels,
        duration_us=tally.duration_us if tally.duration_us <= MAX_DURATION else None,
        issue=_issue(tally),
        trailing=size - end,
        damage=tally.damage.places,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=(*notes, *tally.notes, *tags.notes),
    )


def _listed_channels(window: Window, at: int, first: AdtsHeader) -> int | None:
    """Channels of a recording whose first frame lists them, because the headers do not state them."""
    bits = Bits(window.read(at + first.size, min(first.length, _MOST_LISTED)))
    return read_elements(bits) if bits.take(3) == _LIST_OF_ELEMENTS else None


def _issue(tally: FrameTally) -> str:
    if tally.frames >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames"
    if tally.damage.count:
        return tally.damage.issue("frame of it")
    if tally.is_cut:
        return f"truncated: it breaks off within a frame, after {tally.frames} whole ones"
    return ""
