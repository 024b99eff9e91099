"""Describe a recording in an AIFF or AIFF-C file.

References:
    Apple, Audio Interchange File Format: "AIFF" 1.3 and "AIFF-C" draft 8/26/91; IEEE 754 (extended precision).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.leading import ShiftedBytes
from parsers.formats.audio.pcm import pcm
from parsers.formats.audio.tagging import id3
from parsers.formats.audio.tagging.tags import MAX_TEXT, Tags, text
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: Length of the header: ``FORM``, the number of following bytes, the kind.
HEADER_SIZE = 12
FORM, KINDS = b"FORM", (b"AIFF", b"AIFC")
_CHUNK = 8
_MAX_CHUNKS = 1000
_COMMON, _SOUND = b"COMM", b"SSND"
#: AIFF-C codings with samples of equal size: name, and bytes per sample, or 0 if the header gives the bits.
_FIXED = {
    b"NONE": ("", 0), b"twos": ("", 0), b"sowt": ("little", 0), b"raw ": ("unsigned", 1),
    b"in24": ("", 3), b"in32": ("", 4), b"42ni": ("little", 3), b"23ni": ("little", 4),
    b"fl32": ("float", 4), b"FL32": ("float", 4), b"fl64": ("float", 8), b"FL64": ("float", 8),
    b"ulaw": ("mu-law", 1), b"ULAW": ("mu-law", 1), b"alaw": ("A-law", 1), b"ALAW": ("A-law", 1),
}  # fmt: skip
#: Codings with a fixed number of samples per packet: name, samples, bytes of a channel's packet.
_PACKED = {
    b"ima4": ("IMA ADPCM", 64, 34), b"MAC3": ("MACE 3:1", 6, 2), b"MAC6": ("MACE 6:1", 6, 1),
    b"GSM ": ("GSM 6.10", 160, 33), b"agsm": ("GSM 6.10", 160, 33),
}  # fmt: skip
_OTHERS = {b"QDMC": "QDesign Music", b"QDM2": "QDesign Music 2", b"Qclp": "QCELP", b"G722": "G.722", b"G726": "G.726"}
_TEXTS = (b"NAME", b"AUTH", b"(c) ", b"ANNO")


@dataclass(slots=True)
class _AiffWalk:
    """The content of the chunks."""

    end: int
    ending: Ending = Ending.DECLARED
    common: bytes = b""
    sound_at: int | None = None
    sound: int = 0
    issue: str = ""
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like AIFF or AIFF-C."""
    return head.startswith(FORM) and head[8:HEADER_SIZE] in KINDS


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the AIFF at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    head = window.read(0, HEADER_SIZE)
    if not matches(head, ""):
        return Undescribed("There is no AIFF header.")
    walk = _walk(window, 8 + int.from_bytes(head[4:8], "big"))
    if len(walk.common) < 18:
        return Undescribed("An AIFF header without a readable COMM chunk: the coding of the sound is not known.")
    channels, frames, bits = struct.unpack_from(">HIH", walk.common)
    rate = extended(walk.common[8:18])
    coding = walk.common[18:22] if head[8:12] == KINDS[1] else b"NONE"
    codec, samples, packet = _coding(coding, bits, channels)
    present = 0 if walk.sound_at is None else max(0, min(walk.sound, size - walk.sound_at))
    counted = present // packet if packet else frames
    if not frames and counted:
        frames = counted
        if walk.ending is not Ending.OPEN:
            walk.issue = walk.issue or f"damaged: its header gives no frames, its sound data has room for {counted}"
    if walk.sound_at is not None and not walk.issue and packet and counted < frames:
        walk.issue = f"damaged: its header gives {frames} frames, its sound data has room for {counted}"
    if walk.sound_at is None:
        walk.issue = walk.issue or ("damaged: it has no SSND chunk" if frames else "")
    if coding not in _FIXED and coding not in _PACKED:
        walk.notes.append("The duration is what its header gives: how much room this coding takes is not known.")
    return AudioFacts(
        container="AIFF",
        codec=codec,
        end=walk.end,
        ending=walk.ending,
        rate_hz=rate or None,
        channels=channels or None,
        duration_us=microseconds(min(frames, counted) * samples, rate),
        bits=bits or None if coding in _FIXED else None,
        issue=walk.issue,
        trailing=size - walk.end,
        metadata=walk.tags.values,
        timestamps=tuple(walk.timestamps),
        notes=(*walk.notes, *walk.tags.notes),
    )


def extended(raw: bytes) -> int:
    """Decode an 80-bit float as a rate, rounded to whole samples per second; 0 if it is not a positive number."""
    if len(raw) < 10 or raw[0] & 0x80:
        return 0
    exponent = int.from_bytes(raw[:2], "big") - 16383 - 63
    mantissa = int.from_bytes(raw[2:10], "big")
    # A rate beyond 32 bits is invalid.
    if exponent > -32:
        return 0
    return (mantissa >> -exponent - 1) + 1 >> 1 if exponent > -128 else 0


def _coding(coding: bytes, bits: int, channels: int) -> tuple[str, int, int]:
    """Name of the coding, samples per frame as the header counts them, and bytes per frame; 0 if unknown."""
    width = max(1, channels)
    if coding in _FIXED:
        kind, each = _FIXED[coding]
        each = each or (max(1, bits) + 7) // 8
        if kind in ("mu-law", "A-law"):
            return kind, 1, width
        whole = 8 * each if kind == "float" or each > 4 else (bits or 8 * each)
        if kind == "unsigned" or whole <= 8:
            return pcm(8, "big", "unsigned" if kind == "unsigned" else "signed"), 1, width * each
        order: Literal["big", "little"] = "little" if kind == "little" else "big"
        return pcm(whole, order, "float" if kind == "float" else ""), 1, width * each
    if coding in _PACKED:
        words, samples, each = _PACKED[coding]
        return words, samples, each * width
    return _OTHERS.get(coding, f"AIFF-C coding {coding.decode('latin-1')!r}"), 1, 0


def _walk(window: Window, declared: int) -> _AiffWalk:
    """Walk the chunks."""
    walk = _AiffWalk(declared)
    if declared <= HEADER_SIZE:
        walk.issue = "of unknown length: its header gives none, as when sound is written while it is recorded"
        walk.end = declared = window.size
        walk.ending = Ending.OPEN
    at = HEADER_SIZE
    for _ in range(_MAX_CHUNKS):
        head = window.read(at, _CHUNK)
        if at >= declared or len(head) < _CHUNK:
            break
        name, length = head[:4], int.from_bytes(head[4:], "big")
        if not _is_name(name):
            walk.issue = f"damaged: there is no chunk at byte {at}, where one is due"
            break
        _take(window, walk, name, at + _CHUNK, length)
        if name == _SOUND and not length and walk.sound:
            break
        at += _CHUNK + length + (length & 1)
    else:
        walk.notes.append(f"No more than {_MAX_CHUNKS} chunks were read.")
    if declared > window.size:
        walk.issue = f"truncated: {window.size} of {declared} bytes are present"
        walk.end, walk.ending = window.size, Ending.CUT
    elif walk.sound_at is not None and walk.sound_at + walk.sound > declared:
        walk.end = min(walk.sound_at + walk.sound, window.size)
        walk.issue = f"damaged: its header gives {declared} bytes, its sound data reaches beyond"
    return walk


def _is_name(raw: bytes) -> bool:
    return all(0x20 <= byte < 0x7F for byte in raw)


def _take(window: Window, walk: _AiffWalk, name: bytes, start: int, length: int) -> None:
    if name == _COMMON and not walk.common:
        walk.common = window.read(start, min(length, 64))
    elif name == _SOUND and walk.sound_at is None:
        offset = int.from_bytes(window.read(start, 4), "big")
        walk.sound_at, walk.sound = start + 8 + offset, max(0, length - 8 - offset)
        if not length and not _is_name(window.read(start, 4)):
            # No chunk follows, as one would an empty one: the length was never written.
            walk.sound = max(0, min(window.size, walk.end) - walk.sound_at)
            if walk.sound and walk.ending is not Ending.OPEN:
                walk.issue = "damaged: its SSND chunk gives no length; its sound was taken to reach to the end"
        elif walk.ending is Ending.OPEN and walk.sound == 0:
            walk.sound = max(0, window.size - walk.sound_at)
    elif name in _TEXTS:
        walk.tags.add(name.decode("ascii").strip(), text(window.read(start, min(length, MAX_TEXT * 4))))
    elif name in (b"ID3 ", b"id3 "):
        id3.read(ShiftedBytes(window, start), walk.tags, walk.timestamps)
