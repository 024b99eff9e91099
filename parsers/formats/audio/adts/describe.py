"""What a recording of AAC in ADTS frames, one after another, is.

References:
    ISO/IEC 13818-7 section 6.2 and 14496-3 annex 1.A (ADTS).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.adts.frames import (
    BLOCK_SAMPLES,
    CHANNELS,
    HEADER_SIZE,
    PROFILES,
    RATES,
    parse,
)
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.frame_chain import FrameChain, follow
from parsers.formats.audio.tagging import id3
from parsers.formats.audio.tagging.tags import Tags
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Frames that must follow each other before bytes are taken for ADTS: the sign of one is but 14 bits.
MIN_FRAMES = 3


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three ADTS frames, after an ID3 tag if it has one."""
    at = id3.tag_length(head)
    first = parse(head[at : at + HEADER_SIZE])
    for _ in range(MIN_FRAMES):
        frame = parse(head[at : at + HEADER_SIZE])
        if first is None or frame is None or frame.kind != first.kind:
            return False
        at += frame.length
    return True


class _AdtsCount:
    """Measures the frames of one recording, and counts their blocks."""

    def __init__(self, kind: tuple[int, int, int]) -> None:
        self._kind = kind
        self._last = self._blocks = 0

    def __call__(self, buffer: bytes, at: int) -> int:
        """Length in bytes of the frame at a byte; 0 where none of the recording begins."""
        frame = parse(buffer[at : at + HEADER_SIZE])
        if frame is None or frame.kind != self._kind:
            return 0
        self._last = frame.blocks
        self._blocks += frame.blocks
        return frame.length

    def blocks(self, chain: FrameChain) -> int:
        """Blocks of the frames that are whole."""
        return self._blocks - (self._last if chain.whole < chain.frames else 0)


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the ADTS stream that starts at the stream's offset 0; ``size`` is what is there, in bytes.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    tags, timestamps = Tags(), list[Timestamp]()
    at = id3.read(window, tags, timestamps)
    first = parse(window.read(at, HEADER_SIZE))
    if first is None:
        return Undescribed("No ADTS frame is found where the first is due.")
    count = _AdtsCount(first.kind)
    chain = follow(window, at, count, HEADER_SIZE, MAX_UNITS)
    if chain.whole < MIN_FRAMES:
        return Undescribed(f"Only {chain.whole} ADTS frames follow each other.")
    return AudioFacts(
        container="AAC (ADTS)",
        codec=PROFILES[first.profile],
        end=chain.end,
        ending=Ending.CUT if chain.is_cut else Ending.LAST_FRAME,
        rate_hz=RATES[first.rate_index],
        channels=CHANNELS[first.configuration],
        duration_us=microseconds(count.blocks(chain) * BLOCK_SAMPLES, RATES[first.rate_index]),
        issue=_issue(chain),
        trailing=size - chain.end,
        metadata=tags.values,
        timestamps=tuple(timestamps),
        notes=tags.notes,
    )


def _issue(chain: FrameChain) -> str:
    if chain.is_cut:
        return f"truncated: it breaks off within a frame, after {chain.whole} whole ones"
    if chain.whole >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames"
    return ""
