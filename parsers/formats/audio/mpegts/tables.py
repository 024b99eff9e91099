"""Parse the tables of an MPEG transport stream that list its sound streams and their codings.

References:
    ISO/IEC 13818-1 sections 2.4.4.3 (programme association), 2.4.4.8 (programme map), table 2-34 (stream types);
    ETSI EN 300 468 annex D (AC-3, E-AC-3, DTS, AAC descriptors); ATSC A/53 part 3; SMPTE-RA registrations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

#: Stream of the programme association table.
PROGRAMMES = 0
_PROGRAMMES_TABLE, _MAP_TABLE = 0, 2
_CHECKSUM = 4
#: Maximum length of a table in bytes.
MOST_TABLE = 4096
_PICTURES = frozenset({0x01, 0x02, 0x10, 0x1B, 0x20, 0x24, 0x33, 0x42, 0xD1, 0xD2, 0xEA})
_SOUND = {
    0x03: "MPEG audio", 0x04: "MPEG audio", 0x0F: "AAC (ADTS)", 0x11: "AAC (LATM)", 0x1C: "AAC",
    0x2D: "MPEG-H 3D Audio", 0x2E: "MPEG-H 3D Audio", 0x81: "AC-3", 0x82: "DTS", 0x83: "Dolby TrueHD", 0x84: "E-AC-3",
    0x85: "DTS-HD", 0x86: "DTS-HD", 0x87: "E-AC-3", 0x8A: "DTS", 0xA1: "E-AC-3", 0xA2: "DTS Express", 0xC1: "AC-3",
    0xC2: "E-AC-3", 0xCF: "AAC (ADTS)",
}  # fmt: skip
_DESCRIPTORS = {0x6A: "AC-3", 0x7A: "E-AC-3", 0x7B: "DTS", 0x7C: "AAC (ADTS)"}
_EXTENDED = {0x0E: "DTS-HD", 0x15: "AC-4", 0x80: "Opus"}
_REGISTERED = {b"AC-3": "AC-3", b"EAC3": "E-AC-3", b"Opus": "Opus", b"BSSD": "PCM (SMPTE 302M)", b"AC-4": "AC-4"}
#: Stream types that do not tell the content; and the coding assumed without a descriptor.
_PRIVATE, UNKNOWN = frozenset({0x06, *range(0x80, 0x100)}), "unknown"
_REGISTRATION, _EXTENSION = 0x05, 0x7F


class ElementaryStream(NamedTuple):
    """A sound stream: number, name of the coding, and channels if the table gives them."""

    number: int
    codec: str
    channels: int | None = None


@dataclass(slots=True)
class StreamMap:
    """A programme map: sound streams, streams of private types, and whether there is video."""

    sounds: list[ElementaryStream]
    private: list[ElementaryStream]
    has_pictures: bool = False


def section(payload: bytes) -> bytes:
    """The table that begins in a packet with a unit start, as far as it is in the packet."""
    start = 1 + payload[0] if payload else 0
    return payload[start:]


def section_length(raw: bytes) -> int:
    """Length of a table, from its first bytes; 0 if there are too few."""
    return 3 + ((raw[1] & 0x0F) << 8 | raw[2]) if len(raw) >= 3 else 0


def maps(raw: bytes) -> list[int]:
    """The streams of the programme maps, from the programme association table."""
    if not raw or raw[0] != _PROGRAMMES_TABLE:
        return []
    found = []
    for at in range(8, section_length(raw) - _CHECKSUM - 3, 4):
        entry = raw[at : at + 4]
        # Number 0 is the network table.
        if len(entry) == 4 and any(entry[:2]):
            found.append((entry[2] & 0x1F) << 8 | entry[3])
    return found


def streams(raw: bytes) -> StreamMap | None:
    """Parse a programme map; None if it is invalid."""
    if len(raw) < 12 or raw[0] != _MAP_TABLE:
        return None
    found = StreamMap([], [])
    end = min(section_length(raw) - _CHECKSUM, len(raw))
    at = 12 + ((raw[10] & 0x0F) << 8 | raw[11])
    while at + 5 <= end:
        kind, number = raw[at], (raw[at + 1] & 0x1F) << 8 | raw[at + 2]
        length = (raw[at + 3] & 0x0F) << 8 | raw[at + 4]
        sound = _sound(kind, number, raw[at + 5 : at + 5 + length])
        if sound is not None:
            found.sounds.append(sound)
        elif kind in _PRIVATE and not length:
            found.private.append(ElementaryStream(number, UNKNOWN))
        found.has_pictures = found.has_pictures or kind in _PICTURES
        at += 5 + length
    return found


def _sound(kind: int, number: int, descriptors: bytes) -> ElementaryStream | None:
    codec, channels = _SOUND.get(kind), None
    for tag, content in _descriptors(descriptors):
        if kind != 0x06:
            continue
        if tag in _DESCRIPTORS:
            codec = _DESCRIPTORS[tag]
        elif tag == _REGISTRATION:
            codec = _REGISTERED.get(content[:4], "DTS" if content[:3] == b"DTS" else codec)
        elif tag == _EXTENSION and content and content[0] in _EXTENDED:
            codec = _EXTENDED[content[0]]
            if codec == "Opus" and len(content) > 1 and 1 <= content[1] <= 8:
                channels = content[1]
    return ElementaryStream(number, codec, channels) if codec else None


def _descriptors(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 <= len(raw):
        yield raw[at], raw[at + 2 : at + 2 + raw[at + 1]]
        at += 2 + raw[at + 1]
