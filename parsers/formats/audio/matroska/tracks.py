"""The tracks of a Matroska or WebM file: coding, rate and channels.

References:
    RFC 9559 section 5.1.4 (Tracks); the Matroska codec specifications.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from parsers.formats.audio.aac_configuration import read_configuration
from parsers.formats.audio.bits import Bits
from parsers.formats.audio.matroska.elements import EbmlElement, children, content, real, unsigned, words
from parsers.formats.audio.pcm import pcm
from parsers.formats.audio.wav.chunks import WavFormat
from parsers.formats.sized_bytes import SizedBytes

#: Track types.
PICTURES, SOUND = 1, 2
_ENTRY = 0xAE
_NUMBER, _KIND, _CODEC, _PRIVATE, _EACH, _AUDIO = 0xD7, 0x83, 0x86, 0x63A2, 0x23E383, 0xE1
_RATE, _OUTPUT_RATE, _CHANNELS, _BITS = 0xB5, 0x78B5, 0x9F, 0x6264
_MAX_TRACKS = 128
_MOST_RATE = 1 << 24
_CODECS = {
    "A_OPUS": "Opus", "A_VORBIS": "Vorbis", "A_FLAC": "FLAC", "A_ALAC": "Apple Lossless", "A_AC3": "AC-3",
    "A_EAC3": "E-AC-3", "A_DTS": "DTS", "A_TRUEHD": "Dolby TrueHD", "A_MLP": "MLP", "A_MPEG/L1": "MPEG-1 Layer I",
    "A_MPEG/L2": "MPEG-1 Layer II", "A_MPEG/L3": "MPEG-1 Layer III", "A_WAVPACK4": "WavPack", "A_TTA1": "TTA",
    "A_MPC": "Musepack", "A_AMR/NB": "AMR-NB", "A_AMR/WB": "AMR-WB",
}  # fmt: skip
_OPUS_RATE = 48000


@dataclass(slots=True)
class MatroskaTrack:
    """A track.

    Attributes:
        number: the number that blocks refer to.
        kind: :data:`PICTURES`, :data:`SOUND`, or another.
        codec: name of the coding.
        coding: its identifier in the file.
        rate, channels, bits: properties of the sound, or None.
        each: nanoseconds per frame, if constant; 0 if not stated.
    """

    number: int = 0
    kind: int = 0
    codec: str = "unknown"
    coding: str = ""
    rate: int | None = 8000
    channels: int | None = 1
    bits: int | None = None
    each: int = 0


def read_tracks(source: SizedBytes, tracks: EbmlElement) -> list[MatroskaTrack]:
    """The tracks in a ``Tracks`` element. May raise OSError."""
    entries = [each for each in children(source, tracks.start, tracks.end(source.size)) if each.kind == _ENTRY]
    return [_read(source, entry) for entry in entries[:_MAX_TRACKS]]


def _read(source: SizedBytes, entry: EbmlElement) -> MatroskaTrack:
    track, codec, private = MatroskaTrack(), "", b""
    output = 0.0
    for part in children(source, entry.start, entry.end(source.size)):
        if part.kind == _NUMBER:
            track.number = unsigned(source, part)
        elif part.kind == _KIND:
            track.kind = unsigned(source, part)
        elif part.kind == _CODEC:
            codec = words(source, part, 128)
        elif part.kind == _PRIVATE:
            private = content(source, part, 4096)
        elif part.kind == _EACH:
            track.each = unsigned(source, part)
        elif part.kind == _AUDIO:
            output = _sound(source, part, track)
    if output:
        track.rate = _hertz(output)
    _describe(track, codec, private)
    return track


def _sound(source: SizedBytes, audio: EbmlElement, track: MatroskaTrack) -> float:
    """Read the audio settings, and the playback rate if it differs."""
    output = 0.0
    for part in children(source, audio.start, audio.end(source.size)):
        if part.kind == _RATE:
            track.rate = _hertz(real(source, part))
        elif part.kind == _OUTPUT_RATE:
            output = real(source, part)
        elif part.kind == _CHANNELS:
            track.channels = unsigned(source, part) or None
        elif part.kind == _BITS:
            track.bits = unsigned(source, part) or None
    return output


def _hertz(value: float) -> int | None:
    return round(value) if math.isfinite(value) and 0 < value <= _MOST_RATE else None


def _describe(track: MatroskaTrack, codec: str, private: bytes) -> None:
    """Name the coding, and refine the settings from its configuration."""
    track.codec, track.coding = _CODECS.get(codec, codec or "unknown"), codec
    if codec == "A_OPUS":
        track.rate = _OPUS_RATE
    elif codec.startswith("A_AAC"):
        track.codec = "AAC-LC"
        if private:
            found = read_configuration(Bits(private[:64]))
            track.codec, track.rate = found.codec, found.rate or track.rate
            track.channels = found.channels or track.channels
        elif "SBR" in codec:
            track.codec = "HE-AAC"
    elif codec.startswith("A_PCM/INT"):
        kind = "unsigned" if track.bits == 8 else ""
        track.codec = pcm(track.bits or 16, "big" if codec.endswith("BIG") else "little", kind)  # type: ignore[arg-type]
    elif codec == "A_PCM/FLOAT/IEEE":
        track.codec = pcm(track.bits or 32, "little", "float")
    elif codec == "A_MS/ACM" and (layout := WavFormat.parse(private)) is not None:
        track.codec, track.rate, track.channels = layout.codec, layout.rate or track.rate, layout.channels or None
    if track.codec.startswith(("Opus", "Vorbis", "AAC", "HE-AAC", "AC-3", "E-AC-3", "MPEG")):
        track.bits = None
