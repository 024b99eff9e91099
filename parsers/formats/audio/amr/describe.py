"""Describe a recording of AMR or AMR-WB speech in the single-channel file format.

References:
    RFC 4867 section 5 (file format), section 4.3.2 (frame header).
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.amr.frames import FRAME_US, LONGEST_HEADER, AmrFileHeader
from parsers.formats.audio.amr.walk import AmrWalk
from parsers.formats.audio.facts import MAX_UNITS, AudioFacts, Ending, Undescribed
from parsers.formats.audio.window import Window


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like single-channel AMR or AMR-WB."""
    header = AmrFileHeader.parse(head)
    return header is not None and header.is_single


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AMR file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    header = AmrFileHeader.parse(window.read(0, LONGEST_HEADER))
    if header is None or not header.is_single:
        return Undescribed("There is no AMR header.")
    walk = AmrWalk(window, header.codec)
    walk.follow(header.length)
    return AudioFacts(
        container="AMR",
        codec=header.codec.name,
        end=walk.end,
        ending=Ending.CUT if walk.is_cut else Ending.LAST_FRAME,
        rate_hz=header.codec.rate,
        channels=1,
        duration_us=walk.frames * FRAME_US,
        issue=_issue(walk),
        trailing=size - walk.end,
        damage=walk.damage.places,
        notes=tuple(_notes(walk)),
    )


def _issue(walk: AmrWalk) -> str:
    if walk.frames >= MAX_UNITS:
        return f"not read further: it has more than {MAX_UNITS} frames"
    if walk.damage.count:
        return walk.damage.issue("frame of it")
    if walk.is_cut:
        return f"truncated: it breaks off within a frame, after {walk.frames} whole ones"
    return ""


def _notes(walk: AmrWalk) -> list[str]:
    notes = []
    if walk.reserved:
        notes.append(f"Reserved bits are set in {walk.reserved} of its frames; they mean nothing and were ignored.")
    if walk.joins:
        notes.append(f"It was joined from {walk.joins + 1} recordings, each with its header.")
    return notes
