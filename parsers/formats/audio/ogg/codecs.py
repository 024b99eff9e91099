"""Identify the sound codings in Ogg by their first packet.

References:
    RFC 7845 (Opus in Ogg), RFC 6716 section 3.1 (the first byte of an Opus packet); Vorbis I specification;
    The Speex Codec Manual, appendix B; Ogg mapping for FLAC, version 1.0.
"""

from __future__ import annotations

from typing import NamedTuple

from construct import Bytes, Const, ConstructError, Int8ul, Int16sl, Int16ul, Int32ul, Struct

from parsers.formats.audio.flac.metadata import MARKER, StreamInfo

_OPUS = Struct(
    Const(b"OpusHead"),
    "version" / Int8ul,
    "channels" / Int8ul,
    "pre_skip" / Int16ul,
    "input_rate" / Int32ul,
    "gain" / Int16sl,
    "mapping" / Int8ul,
)
_VORBIS = Struct(Const(b"\x01vorbis"), "version" / Int32ul, "channels" / Int8ul, "rate" / Int32ul)
_SPEEX = Struct(
    Const(b"Speex   "),
    "version_text" / Bytes(20),
    "version" / Int32ul,
    "size" / Int32ul,
    "rate" / Int32ul,
    "mode" / Int32ul,
    "mode_version" / Int32ul,
    "channels" / Int32ul,
)
#: Opus positions always count at this rate.
_OPUS_RATE = 48000
#: Samples at 48 kHz per frame, by the configuration number in a packet's first byte.
_OPUS_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4

#: First bytes of a first packet, and the coding.
SIGNATURES = {b"OpusHead": "Opus", b"\x01vorbis": "Vorbis", b"Speex   ": "Speex", b"\x7fFLAC": "FLAC"}


class OggCodec(NamedTuple):
    """The coding of a stream.

    Attributes:
        name: name of the coding.
        rate: samples per second in granule positions.
        channels: number of channels.
        skipped: samples to skip at the start.
        comment: prefix of the comment packet; None if there is none.
        bits: bits per sample, or None.
        note: a sentence to report, or empty.
    """

    name: str
    rate: int
    channels: int
    skipped: int = 0
    comment: bytes | None = None
    bits: int | None = None
    note: str = ""


def codec_name(packet: bytes) -> str:
    """Name of the coding, from the start of a stream's first packet; empty if unknown."""
    return next((name for signature, name in SIGNATURES.items() if packet.startswith(signature)), "")


def identify(packet: bytes) -> OggCodec | None:
    """The coding, from a stream's first packet; None if it is not known to be sound."""
    try:
        if packet.startswith(b"OpusHead"):
            head = _OPUS.parse(packet)
            note = f"The encoder was given sound at {head.input_rate} Hz." if head.input_rate else ""
            return OggCodec("Opus", _OPUS_RATE, head.channels, head.pre_skip, b"OpusTags", note=note)
        if packet.startswith(b"\x01vorbis"):
            head = _VORBIS.parse(packet)
            return OggCodec("Vorbis", head.rate, head.channels, comment=b"\x03vorbis")
        if packet.startswith(b"Speex   "):
            head = _SPEEX.parse(packet)
            return OggCodec("Speex", head.rate, head.channels, comment=b"")
    except ConstructError:
        return None
    if packet.startswith(b"\x7fFLAC") and packet[9:13] == MARKER:
        # The header of STREAMINFO's block comes between.
        info = StreamInfo.parse(packet[17:])
        return OggCodec("FLAC", info.rate, info.channels, comment=None, bits=info.bits) if info else None
    return None


def opus_samples(packet: bytes) -> int:
    """Decoded samples at 48 kHz of an Opus packet; 0 if it is empty or malformed."""
    if not packet:
        return 0
    frame = _OPUS_FRAMES[packet[0] >> 3]
    code = packet[0] & 3
    if code == 0:
        return frame
    if code < 3:
        return 2 * frame
    return frame * (packet[1] & 63) if len(packet) > 1 else 0
