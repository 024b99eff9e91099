"""Describe a WAV recording.

References:
    Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF, WAVE, LIST/INFO);
    EBU Tech 3285 (bext chunk).
    The 14 WAVs of the DFRWS 2017 challenge: a 16-byte ``fmt `` chunk, then ``data``, and nothing else.
"""

from __future__ import annotations

from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.wav.chunks import HEADER_SIZE, RiffHeader, WavFormat
from parsers.formats.audio.wav.duration import WavDuration, reckon
from parsers.formats.audio.wav.walk import WavWalk, follow
from parsers.formats.audio.window import Window


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like RIFF/WAVE, including RIFX, RF64 and BW64."""
    return RiffHeader.parse(head[:HEADER_SIZE]) is not None


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the WAV at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    header = RiffHeader.parse(window.read(0, HEADER_SIZE))
    if header is None:
        return Undescribed("There is no RIFF/WAVE header.")
    walk = follow(window, header)
    if walk.format is None:
        return Undescribed("A RIFF/WAVE header without a readable fmt chunk: the coding of the sound is not known.")
    layout = walk.format
    # A truncated sound is shorter than it was.
    stated = walk.samples if walk.reaches <= size else 0
    # Players only use the first data chunk.
    duration = reckon(window, layout, walk.data[0], stated) if walk.data else WavDuration(None)
    return AudioFacts(
        container="WAV",
        codec=layout.codec if walk.order == "little" else layout.codec.replace("little-endian", "big-endian"),
        end=walk.end,
        ending=walk.ending,
        rate_hz=duration.rate or layout.rate or None,
        channels=duration.channels or layout.channels or None,
        duration_us=duration.us,
        bits=layout.bits or None,
        issue=walk.issue or _format_issue(layout, walk),
        trailing=size - walk.end,
        damage=walk.damage.places,
        metadata=walk.tags.values,
        timestamps=tuple(walk.timestamps),
        notes=(*walk.notes, *filter(None, (duration.note,)), *walk.tags.notes),
    )


def _format_issue(layout: WavFormat, walk: WavWalk) -> str:
    if walk.damage.count:
        return walk.damage.issue("header of a chunk")
    if len(walk.data) > 1:
        start, count = walk.data[1][0], len(walk.data) - 1
        present = sum(length for _, length in walk.data[1:])
        chunks = "a further data chunk" if count == 1 else f"{count} further data chunks"
        return (
            f"of several parts: {chunks}, from byte {start} on, of {present} bytes of sound that programs do not play"
        )
    if not walk.data:
        return "damaged: it has no data chunk"
    if not (layout.rate and layout.channels and layout.block):
        return "damaged: its format gives no sample rate, channels or block size"
    return ""
