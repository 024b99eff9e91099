"""Describe a recording of consecutive AC-3 or E-AC-3 frames.

References:
    ETSI TS 102 366 (ATSC A/52).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.ac3.frames import HEADER_SIZE, SYNC, Ac3Frame, parse
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.frame_chain import follow
from parsers.formats.audio.window import Window

#: Consecutive frames required to recognise AC-3.
MIN_FRAMES = 3


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three frames of AC-3 or E-AC-3."""
    if not head.startswith(SYNC):
        return False
    at, first = 0, parse(head)
    for _ in range(MIN_FRAMES):
        frame = parse(head[at : at + HEADER_SIZE])
        if first is None or frame is None or frame.rate != first.rate:
            return False
        at += frame.length
    return True


class _Ac3Count:
    """Measures the frames of one recording and counts the samples of its first programme."""

    def __init__(self, first: Ac3Frame) -> None:
        self._first = first
        self._last = self.samples = 0

    def __call__(self, buffer: bytes, at: int) -> int:
        """Length in bytes of the frame at an offset; 0 if no frame of the recording begins there."""
        frame = parse(buffer[at : at + HEADER_SIZE])
        if frame is None or frame.rate != self._first.rate:
            return 0
        self._last = frame.samples if frame.stream == self._first.stream else 0
        self.samples += self._last
        return frame.length

    def whole(self, *, is_cut: bool) -> int:
        """Samples in the complete frames."""
        return self.samples - (self._last if is_cut else 0)


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AC-3 or E-AC-3 stream at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    first = parse(window.read(0, HEADER_SIZE))
    if first is None:
        return Undescribed("No AC-3 frame is found where the first is due.")
    count = _Ac3Count(first)
    chain = follow(window, 0, count, HEADER_SIZE, MAX_UNITS)
    if chain.whole < MIN_FRAMES:
        return Undescribed(f"Only {chain.whole} AC-3 frames follow each other.")
    issue = ""
    if chain.is_cut:
        issue = f"truncated: it breaks off within a frame, after {chain.whole} whole ones"
    elif chain.whole >= MAX_UNITS:
        issue = f"not read further: it has more than {MAX_UNITS} frames"
    return AudioFacts(
        container=first.codec,
        codec=first.codec,
        end=chain.end,
        ending=Ending.CUT if chain.is_cut else Ending.LAST_FRAME,
        rate_hz=first.rate,
        channels=first.channels,
        duration_us=microseconds(count.whole(is_cut=chain.whole < chain.frames), first.rate),
        issue=issue,
        trailing=size - chain.end,
    )
