"""Parse the sample description of an MP4 sound track: coding, rate, channels and bits.

References:
    ISO/IEC 14496-12 section 12.2.3 (AudioSampleEntry); 14496-14 (esds); 14496-3 section 1.6 (AudioSpecificConfig);
    QuickTime File Format Specification (sound sample descriptions 0, 1 and 2); ETSI TS 102 366 annex F (dac3, dec3);
    Encapsulation of Opus, and of FLAC, in ISO Base Media File Format (dOps, dfLa); Apple Lossless Format (its cookie).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from parsers.formats.audio.aac_configuration import read_configuration
from parsers.formats.audio.ac3.frames import MODE_CHANNELS, RATES
from parsers.formats.audio.bits import Bits
from parsers.formats.audio.flac.metadata import StreamInfo
from parsers.formats.audio.mp4.boxes import Box, child, children, number
from parsers.formats.sized_bytes import SizedBytes

_CODECS = {
    b"alac": "Apple Lossless",
    b"samr": "AMR-NB",
    b"sawb": "AMR-WB",
    b"Opus": "Opus",
    b"fLaC": "FLAC",
    b"ac-3": "AC-3",
    b"ec-3": "E-AC-3",
    b"ac-4": "AC-4",
    b"dtsc": "DTS",
    b"dtse": "DTS Express",
    b"dtsh": "DTS-HD",
    b"dtsl": "DTS-HD",
    b"mlpa": "Dolby TrueHD",
    b"mha1": "MPEG-H 3D Audio",
    b"mhm1": "MPEG-H 3D Audio",
    b".mp3": "MPEG-1 Layer III",
    b"ms\0\x55": "MPEG-1 Layer III",
    b"sowt": "PCM little-endian",
    b"twos": "PCM big-endian",
    b"lpcm": "PCM",
    b"ipcm": "PCM",
    b"fpcm": "PCM float",
    b"raw ": "PCM 8-bit unsigned",
    b"in24": "PCM 24-bit",
    b"in32": "PCM 32-bit",
    b"fl32": "PCM 32-bit float",
    b"fl64": "PCM 64-bit float",
    b"ulaw": "mu-law",
    b"alaw": "A-law",
    b"ima4": "IMA ADPCM",
    b"ms\0\x11": "IMA ADPCM",
    b"ms\0\x02": "Microsoft ADPCM",
    b"MAC3": "MACE 3:1",
    b"MAC6": "MACE 6:1",
    b"QDM2": "QDesign Music 2",
    b"QDMC": "QDesign Music",
    b"agsm": "GSM 6.10",
    b"sqcp": "QCELP",
    b"sevc": "EVRC",
    b"ssmv": "SMV",
    b"enca": "encrypted sound",
}
#: Codings whose sample description gives the bits per sample.
_WITH_BITS = (b"alac", b"fLaC", b"sowt", b"twos", b"lpcm")
_BITS = {b"raw ": 8, b"in24": 24, b"in32": 32, b"fl32": 32, b"fl64": 64}
_OBJECTS = {
    0x66: "AAC Main", 0x67: "AAC-LC", 0x68: "AAC-SSR", 0x69: "MPEG-2 Layer III", 0x6B: "MPEG-1 Layer III",
    0xA5: "AC-3", 0xA6: "E-AC-3", 0xA9: "DTS", 0xAD: "Opus", 0xDD: "Vorbis", 0xE1: "QCELP",
}  # fmt: skip
_MOST_RATE = 768_000
_MOST_CHANNELS = 64


class SampleEntry(NamedTuple):
    """A sample description: name of the coding, samples per second, channels, bits; None if not stated."""

    codec: str
    rate: int | None
    channels: int | None
    bits: int | None


def read_sample_entry(source: SizedBytes, entry: Box, timescale: int) -> SampleEntry:
    """Parse a sample description of sound.

    Args:
        source: the file.
        entry: the box of the sample description.
        timescale: time units per second of the track: the rate, if the description cannot hold it.

    Raises:
        OSError: the source raised it.
    """
    version = number(source, entry.start + 8, 2)
    found = SampleEntry(
        _CODECS.get(entry.kind, repr(entry.kind.decode("latin-1"))),
        number(source, entry.start + 24, 2) or None,
        number(source, entry.start + 16, 2) or None,
        number(source, entry.start + 18, 2) or None if entry.kind in _WITH_BITS else _BITS.get(entry.kind),
    )
    if version == 2:
        found = _second_version(source.read(entry.start + 32, 20), found)
    if entry.kind in (b"samr", b"sawb"):
        # The field is 2 for any sound (3GPP TS 26.244).
        found = found._replace(channels=1)
    if found.rate is None and 0xFFFF < timescale <= _MOST_RATE:
        found = found._replace(rate=timescale)
    for box in children(source, entry, 28 + {1: 16, 2: 36}.get(version, 0)):
        found = _refine(source, box, found)
        if box.kind == b"wave":
            # QuickTime nests it one level deeper.
            inner = child(source, box, b"esds")
            found = found if inner is None else _refine(source, inner, found)
    return found


def _second_version(raw: bytes, found: SampleEntry) -> SampleEntry:
    if len(raw) < 20:
        return found
    rate, channels, _, bits = struct.unpack(">dIII", raw)
    hertz = round(rate) if 0 < rate <= _MOST_RATE else None
    return SampleEntry(found.codec, hertz, channels if channels <= _MOST_CHANNELS else None, bits or found.bits)


def _refine(source: SizedBytes, box: Box, found: SampleEntry) -> SampleEntry:
    """Refine the description from a box inside it."""
    raw = source.read(box.start, max(0, min(box.end - box.start, 1024)))
    if box.kind == b"esds":
        return _elementary(raw[4:], found)
    if box.kind == b"dOps":
        return found._replace(rate=48000, channels=(raw[1] if len(raw) > 1 else 0) or found.channels)
    if box.kind == b"dfLa":
        info = StreamInfo.parse(raw[8:])
        return found if info is None else found._replace(rate=info.rate, channels=info.channels, bits=info.bits)
    if box.kind == b"alac" and len(raw) >= 28:
        rate = int.from_bytes(raw[24:28], "big")
        return found._replace(rate=rate or found.rate, channels=raw[13] or found.channels, bits=raw[9] or found.bits)
    if box.kind in (b"dac3", b"dec3") and len(raw) >= 3:
        bits = Bits(raw)
        # E-AC-3 begins with bit rate and number of streams, and has more fields between version and service type.
        bits.take(0 if box.kind == b"dac3" else 16)
        hertz = (*RATES, found.rate)[bits.take(2)]
        bits.take(8 if box.kind == b"dac3" else 10)
        return found._replace(rate=hertz, channels=MODE_CHANNELS[bits.take(3)] + bits.take(1))
    return found


def _elementary(raw: bytes, found: SampleEntry) -> SampleEntry:
    """Read the descriptors of an ``esds`` box: the coding, and for AAC its configuration."""
    at, end = 0, len(raw)
    while at + 2 <= end:
        tag, at = raw[at], at + 1
        length = 0
        for _ in range(4):
            byte = raw[at] if at < end else 0
            at, length = at + 1, length << 7 | byte & 0x7F
            if not byte & 0x80:
                break
        if tag == 3 and at + 3 <= end:
            flags = raw[at + 2]
            at += 3 + (2 if flags & 0x80 else 0) + (2 if flags & 0x20 else 0)
            if flags & 0x40:
                at += 1 + (raw[at] if at < end else 0)
        elif tag == 4 and at + 13 <= end:
            found = found._replace(codec=_OBJECTS.get(raw[at], "MPEG-4 audio"))
            at += 13
        elif tag == 5:
            if found.codec == "MPEG-4 audio" or found.codec.startswith("AAC"):
                exact = read_configuration(Bits(raw[at : at + min(length, 64)]))
                found = found._replace(
                    codec=exact.codec, rate=exact.rate or found.rate, channels=exact.channels or found.channels
                )
            return found
        else:
            at += length
    return found
