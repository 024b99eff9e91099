"""Identify the sound codings in Ogg by their first packet.

References:
    RFC 7845 (Opus in Ogg), RFC 6716 section 3.1 (the first byte of an Opus packet); Vorbis I specification;
    The Speex Codec Manual, appendix B; Ogg mapping for FLAC, version 1.0.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from parsers.formats.audio.flac.metadata import MARKER, StreamInfo

_OPUS_MAGIC, _VORBIS_MAGIC, _SPEEX_MAGIC = b"OpusHead", b"\x01vorbis", b"Speex   "
#: After the magic: version, channels, samples to skip, input rate, gain, mapping.
_OPUS = struct.Struct("<8xBBHIhB")
#: Version, channels, rate.
_VORBIS = struct.Struct("<7xIBI")
#: After the version as text: version, size, rate, mode, version of the mode, channels.
_SPEEX = struct.Struct("<8x20x6I")
#: Opus positions always count at this rate.
_OPUS_RATE = 48000
#: Samples at 48 kHz per frame, by the configuration number in a packet's first byte.
_OPUS_FRAMES = (480, 960, 1920, 2880) * 3 + (480, 960) * 2 + (120, 240, 480, 960) * 4

#: First bytes of a first packet, and the coding.
SIGNATURES = {_OPUS_MAGIC: "Opus", _VORBIS_MAGIC: "Vorbis", _SPEEX_MAGIC: "Speex", b"\x7fFLAC": "FLAC"}


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
        if packet.startswith(_OPUS_MAGIC):
            _, channels, skipped, rate, _, _ = _OPUS.unpack_from(packet)
            note = f"The encoder was given sound at {rate} Hz." if rate else ""
            return OggCodec("Opus", _OPUS_RATE, channels, skipped, b"OpusTags", note=note)
        if packet.startswith(_VORBIS_MAGIC):
            _, channels, rate = _VORBIS.unpack_from(packet)
            return OggCodec("Vorbis", rate, channels, comment=b"\x03vorbis")
        if packet.startswith(_SPEEX_MAGIC):
            _, _, rate, _, _, channels = _SPEEX.unpack_from(packet)
            return OggCodec("Speex", rate, channels, comment=b"")
    except struct.error:
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
