"""Describe a recording of consecutive AAC frames in LOAS.

References:
    ISO/IEC 14496-3 section 1.7 (LATM and LOAS).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.frame_chain import follow
from parsers.formats.audio.latm.frames import HEADER_SIZE, LatmConfiguration, configuration, frame_length
from parsers.formats.audio.window import Window

#: Consecutive frames required to recognise LOAS: the sync pattern has only 11 bits.
MIN_FRAMES = 3
#: Frames searched for the configuration, which need not be in the first.
_MOST_LOOKED = 64


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the frames decide)
    """Whether a file begins with three LOAS frames."""
    at = 0
    for _ in range(MIN_FRAMES):
        length = frame_length(head, at)
        if not length:
            return False
        at += length
    return True


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the LOAS stream at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    chain = follow(window, 0, frame_length, HEADER_SIZE, MAX_UNITS)
    if chain.whole < MIN_FRAMES:
        return Undescribed(f"Only {chain.whole} LOAS frames follow each other.")
    found = _configuration(window)
    if found is None:
        return Undescribed(
            f"{chain.whole} LOAS frames follow each other, in none of the first {_MOST_LOOKED} of which is a"
            " configuration that is known: the coding of the sound is not known. Play the file with another program."
        )
    issue = ""
    if chain.is_cut:
        issue = f"truncated: it breaks off within a frame, after {chain.whole} whole ones"
    elif chain.whole >= MAX_UNITS:
        issue = f"not read further: it has more than {MAX_UNITS} frames"
    return AudioFacts(
        container="AAC (LATM)",
        codec=found.sound.codec,
        end=chain.end,
        ending=Ending.CUT if chain.is_cut else Ending.LAST_FRAME,
        rate_hz=found.sound.rate,
        channels=found.sound.channels,
        duration_us=microseconds(chain.whole * found.samples, found.sound.core_rate or 0),
        issue=issue,
        trailing=size - chain.end,
    )


def _configuration(window: Window) -> LatmConfiguration | None:
    at = 0
    for _ in range(_MOST_LOOKED):
        length = frame_length(window.read(at, HEADER_SIZE))
        found = configuration(window.read(at, min(length, 256))) if length else None
        if found is not None or not length:
            return found
        at += length
    return None
