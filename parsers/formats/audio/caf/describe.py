"""Describe a recording in a CAF file.

References:
    Apple, Core Audio Format Specification 1.0 (desc, data, pakt, info, kuki chunks).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from parsers.formats.audio.facts import AudioFacts, Ending, Undescribed, microseconds
from parsers.formats.audio.pcm import pcm
from parsers.formats.audio.tagging.tags import MAX_TAGS, MAX_TEXT, Tags, to_timestamp
from parsers.formats.audio.window import Window
from parsers.record import Timestamp

#: How a file begins: its magic, version 1, no flags, and the first chunk.
BEGINNING = b"caff\0\1\0\0desc"
HEADER_SIZE, CHUNK_HEADER = 8, 12
#: The size that means "to the end of the file".
OPEN_SIZE = (1 << 64) - 1
_DESCRIPTION, _EDIT_COUNT = 32, 4
_MAX_CHUNKS = 1000
_MAX_INFO = 256 * 1024
#: Defined chunks. Others belong to the file if they fit into it.
_CHUNKS = frozenset(b"desc data pakt chan kuki strg mark regn inst midi ovvw peak edct info umid uuid free".split())
_FLOAT, _LITTLE = 1, 2
_MOST_RATE = 1 << 24
#: More samples per packet than this are invalid.
_MOST_PACKET_FRAMES = 1 << 20
_CODECS = {
    b"alac": "Apple Lossless", b"aac ": "AAC-LC", b"aach": "HE-AAC", b"aacp": "HE-AAC v2", b"aacl": "AAC-LD",
    b"aace": "AAC-ELD", b"ima4": "IMA ADPCM", b"ulaw": "mu-law", b"alaw": "A-law", b"MAC3": "MACE 3:1",
    b"MAC6": "MACE 6:1", b".mp1": "MPEG-1 Layer I", b".mp2": "MPEG-1 Layer II", b".mp3": "MPEG-1 Layer III",
    b"opus": "Opus", b"flac": "FLAC", b"samr": "AMR-NB", b"sawb": "AMR-WB", b"ilbc": "iLBC", b"ac-3": "AC-3",
    b"ec-3": "E-AC-3", b"agsm": "GSM 6.10", b"Qclp": "QCELP", b"QDM2": "QDesign Music 2",
}  # fmt: skip


#: Codings whose last packet may be short: only valid frames are coded.
_EXACT = (b"alac", b"flac")


class _CafDescription(NamedTuple):
    """The ``desc`` chunk."""

    rate: float
    coding: bytes
    flags: int
    packet_bytes: int
    packet_frames: int
    channels: int
    bits: int


class _CafPackets(NamedTuple):
    """The head of the ``pakt`` chunk: packets, frames of sound, and the frames added before and after it."""

    packets: int
    valid: int
    priming: int
    remainder: int

    @property
    def frames(self) -> int:
        """All coded frames."""
        return max(0, self.valid) + max(0, self.priming) + max(0, self.remainder)


@dataclass(slots=True)
class _CafWalk:
    """The content of the chunks."""

    end: int
    ending: Ending = Ending.LAST_BOX
    sound_at: int | None = None
    sound: int = 0
    packets: _CafPackets | None = None
    issue: str = ""
    tags: Tags = field(default_factory=Tags)
    timestamps: list[Timestamp] = field(default_factory=list)


def matches(head: bytes, name: str) -> bool:  # noqa: ARG001 (the signature decides)
    """Whether a file begins like CAF."""
    return head.startswith(BEGINNING)


def describe(stream: BinaryIO, size: int) -> AudioFacts | Undescribed:
    """Describe the CAF file at offset 0 of the stream. ``size`` is the number of bytes present.

    Raises:
        OSError: the stream cannot be read.
    """
    window = Window(stream, size)
    raw = window.read(HEADER_SIZE + CHUNK_HEADER, _DESCRIPTION)
    if not matches(window.read(0, len(BEGINNING)), "") or len(raw) < _DESCRIPTION:
        return Undescribed("There is no CAF header with its description.")
    layout = _CafDescription(*struct.unpack(">d4s5I", raw))
    rate = round(layout.rate) if 0 < layout.rate <= _MOST_RATE else 0
    walk = _walk(window)
    if walk.sound_at is None:
        walk.issue = walk.issue or "damaged: it has no data chunk"
    if not layout.packet_bytes and walk.packets is None:
        walk.issue = walk.issue or "damaged: its table of packets is not there"
    if not rate or not layout.channels:
        walk.issue = walk.issue or "damaged: its description gives no sample rate or channels"
    notes = []
    if walk.packets is not None and walk.packets.priming + walk.packets.remainder > 0:
        counted = "left out of" if layout.coding in _EXACT else "counted in"
        notes.append(
            f"The encoder put {walk.packets.priming} samples of silence before the sound and {walk.packets.remainder}"
            f" after it; they are {counted} the duration."
        )
    frames = _frames(layout, walk, size)
    if layout.packet_frames > _MOST_PACKET_FRAMES:
        notes.append(f"Its description gives {layout.packet_frames} samples a packet, which cannot be.")
        frames = None
    if walk.ending is Ending.CUT and not layout.packet_bytes:
        notes.append("The duration is what its table of packets gives, not what is present.")
    return AudioFacts(
        container="CAF",
        codec=_codec(layout),
        end=walk.end,
        ending=walk.ending,
        rate_hz=rate or None,
        channels=layout.channels or None,
        duration_us=None if frames is None else microseconds(frames, rate),
        bits=layout.bits if layout.coding == b"lpcm" else None,
        issue=walk.issue,
        trailing=size - walk.end,
        metadata=walk.tags.values,
        timestamps=tuple(walk.timestamps),
        notes=(*notes, *walk.tags.notes),
    )


def _codec(layout: _CafDescription) -> str:
    if layout.coding == b"lpcm":
        order = "little" if layout.flags & _LITTLE else "big"
        kind = "float" if layout.flags & _FLOAT else ("signed" if layout.bits <= 8 else "")
        return pcm(layout.bits, order, kind)  # type: ignore[arg-type]
    return _CODECS.get(layout.coding, f"CAF coding {layout.coding.decode('latin-1')!r}")


def _frames(layout: _CafDescription, walk: _CafWalk, size: int) -> int | None:
    """Frames of sound: from the bytes present if packets have equal sizes, else from the packet table."""
    present = 0 if walk.sound_at is None else max(0, min(walk.sound, size - walk.sound_at))
    if layout.packet_bytes:
        return present // layout.packet_bytes * layout.packet_frames
    if walk.packets is None:
        return None
    if layout.coding in _EXACT and walk.packets.valid > 0:
        return walk.packets.valid
    if layout.packet_frames and walk.packets.packets > 0:
        return walk.packets.packets * layout.packet_frames
    return walk.packets.frames


def _walk(window: Window) -> _CafWalk:
    walk = _CafWalk(HEADER_SIZE)
    for _ in range(_MAX_CHUNKS):
        head = window.read(walk.end, CHUNK_HEADER)
        name, length = head[:4], int.from_bytes(head[4:], "big")
        if len(head) < CHUNK_HEADER or not all(0x20 <= byte < 0x7F for byte in name):
            return walk
        start = walk.end + CHUNK_HEADER
        if name not in _CHUNKS and walk.sound_at is not None and start + length > window.size:
            return walk
        if name == b"data" and (length == OPEN_SIZE or _is_unfinished(window, start, length)):
            if length != OPEN_SIZE:
                walk.issue = "of unknown length: its header gives none, as when sound is written while it is recorded"
            length, walk.ending = max(0, window.size - start), Ending.OPEN
        if length >> 63:
            walk.issue = f"damaged: its chunk at byte {walk.end} states a length below 0"
            return walk
        _take(window, walk, name, start, length)
        walk.end = start + length
        if walk.end > window.size:
            walk.issue = f"truncated: {window.size} of at least {walk.end} bytes are present"
            walk.end, walk.ending = window.size, Ending.CUT
            return walk
    walk.issue = f"not read further: it has more than {_MAX_CHUNKS} chunks"
    return walk


def _is_unfinished(window: Window, start: int, length: int) -> bool:
    """Whether sound, rather than a chunk or the end, follows a data chunk that states no sound."""
    if length > _EDIT_COUNT or window.size <= start + _EDIT_COUNT:
        return False
    following = window.read(start + length, CHUNK_HEADER)
    end = start + length + CHUNK_HEADER + int.from_bytes(following[4:], "big")
    return following[:4] not in _CHUNKS or end > window.size


def _take(window: Window, walk: _CafWalk, name: bytes, start: int, length: int) -> None:
    if name == b"data" and walk.sound_at is None:
        # The edit count comes before the sound.
        walk.sound_at, walk.sound = start + _EDIT_COUNT, max(0, length - _EDIT_COUNT)
    elif name == b"pakt" and walk.packets is None:
        raw = window.read(start, min(24, length))
        walk.packets = _CafPackets(*struct.unpack(">qqii", raw)) if len(raw) == 24 else None
    elif name == b"info":
        _information(window.read(start, min(length, _MAX_INFO)), walk)


def _information(raw: bytes, walk: _CafWalk) -> None:
    """Read pairs of zero-terminated strings."""
    parts = raw[4:].split(b"\0", 2 * MAX_TAGS)
    for key, value in zip(parts[::2], parts[1::2], strict=False):
        name, found = key.decode("utf-8", "replace"), value[: MAX_TEXT * 4].decode("utf-8", "replace")
        walk.tags.add(name, found)
        if name == "recorded date":
            walk.timestamps.extend(to_timestamp("Recorded Time", found, name))
