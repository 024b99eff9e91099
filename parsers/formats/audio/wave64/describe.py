"""Describe a recording in a Wave64 file.

References:
    Sony Pictures Digital, Sony Wave64: the chunks of WAV, each with a GUID as name and a 64-bit size that includes
    its header; chunks begin at multiples of eight bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.wav.chunks import WavFormat
from parsers.formats.audio.window import Window

_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")
RIFF = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
WAVE = b"wave" + _TAIL
_FORMAT, _DATA, _FACT = b"fmt " + _TAIL, b"data" + _TAIL, b"fact" + _TAIL
#: Length of a chunk header, and of the file header with the kind after it.
CHUNK_HEADER, HEADER_SIZE = 24, 40
_MAX_CHUNKS = 1000
#: The size that programs write that do not know it yet.
_OPEN_SIZE = (1 << 64) - 1


@dataclass(slots=True)
class _Wave64Walk:
    """The content of the chunks."""

    format: WavFormat | None = None
    sound_at: int | None = None
    sound: int = 0
    samples: int = 0
    issue: str = ""


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like Wave64."""
    return head.startswith(RIFF) and head[CHUNK_HEADER:HEADER_SIZE] == WAVE


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the Wave64 file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    head = window.read(0, HEADER_SIZE)
    if not matches(head, ""):
        return Undescribed("There is no Wave64 header.")
    declared = int.from_bytes(head[16:CHUNK_HEADER], "little")
    walk = _walk(window, declared)
    layout = walk.format
    if layout is None or layout.block is None:
        return Undescribed("A Wave64 header without a readable format: the coding of the sound is not known.")
    end, ending, issue = min(declared, size), Ending.DECLARED, ""
    if declared == _OPEN_SIZE:
        end, ending = size, Ending.OPEN
        issue = "of unknown length: its header gives none, as when sound is written while it is recorded"
    elif declared < HEADER_SIZE:
        end, ending, issue = size, Ending.OPEN, "damaged: its header gives no length"
    elif declared > size:
        ending, issue = Ending.CUT, f"truncated: {size} of {declared} bytes are present"
    issue = issue or walk.issue or ("damaged: it has no data chunk" if walk.sound_at is None else "")
    present = 0 if walk.sound_at is None else max(0, min(walk.sound, size - walk.sound_at))
    return AudioFacts(
        container="Wave64",
        codec=layout.codec,
        end=end,
        ending=ending,
        rate_hz=layout.rate or None,
        channels=layout.channels or None,
        duration_us=_duration(layout, present, walk, is_cut=bool(issue)),
        bits=layout.bits or None,
        issue=issue,
        trailing=size - end,
    )


def _duration(layout: WavFormat, present: int, walk: _Wave64Walk, *, is_cut: bool) -> int | None:
    if layout.has_fixed_samples and layout.block:
        return microseconds(present // layout.block, layout.rate)
    if walk.samples and not is_cut:
        return microseconds(walk.samples, layout.rate)
    return microseconds(present, layout.byte_rate)


def _walk(window: Window, declared: int) -> _Wave64Walk:
    walk = _Wave64Walk()
    at = HEADER_SIZE
    for _ in range(_MAX_CHUNKS):
        head = window.read(at, CHUNK_HEADER)
        length = int.from_bytes(head[16:], "little")
        if head[:16] == _DATA and length < CHUNK_HEADER and walk.sound_at is None:
            walk.sound_at, walk.sound = at + CHUNK_HEADER, window.size - at - CHUNK_HEADER
            walk.issue = "damaged: its data chunk gives no length; its sound was taken to reach to the end"
        if len(head) < CHUNK_HEADER or length < CHUNK_HEADER or (at >= declared >= HEADER_SIZE):
            return walk
        name, start = head[:16], at + CHUNK_HEADER
        if name == _FORMAT and walk.format is None:
            walk.format = WavFormat.parse(window.read(start, min(length - CHUNK_HEADER, 40)))
        elif name == _FACT:
            walk.samples = int.from_bytes(window.read(start, min(8, length - CHUNK_HEADER)), "little")
        elif name == _DATA and walk.sound_at is None:
            walk.sound_at, walk.sound = start, length - CHUNK_HEADER
        at += (length + 7) // 8 * 8
    return walk
