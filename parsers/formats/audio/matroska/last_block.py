"""How long the sound in a block of a Matroska file is, by the block's own bytes.

References:
    RFC 9559 section 10 (blocks and lacing); the Matroska codec specifications; RFC 6716 section 3.1 (Opus);
    RFC 9639 section 9.1 (FLAC); WavPack 4 and 5 Binary File Format;
    Apple's ``ALACDecoder.cpp`` (the partial frame).
"""

from __future__ import annotations

from parsers.formats.audio.flac import frames as flac
from parsers.formats.audio.matroska.tracks import MatroskaTrack
from parsers.formats.audio.ogg.codecs import opus_samples

#: Number of first bytes of a block that are enough, behind the number of its track.
HEAD = 32
#: Bytes of a block's time and flags, and the flags of lacing: several frames lie in it.
_FIXED, _LACING = 3, 0x06
_SECOND = 1_000_000_000
#: A WavPack block with the sizes of its samples left out; a frame of more samples than this is invalid.
_WAVPACK_HEAD, _MOST = 4, 1 << 20
#: The first bytes of an ALAC frame; of their bits, the one that marks a short frame, and the lowest of its samples.
_ALAC_HEAD, _ALAC_PARTIAL, _ALAC_SAMPLES = 8, 44, 9


def block_length(track: MatroskaTrack, head: bytes, size: int) -> int:
    """Nanoseconds of sound in a block; 0 if its bytes do not say.

    Args:
        track: its track.
        head: its bytes from its time on; :data:`HEAD` of them are enough.
        size: how many bytes it has from its time on.
    """
    frame = head[_FIXED:]
    if len(head) <= _FIXED or head[2] & _LACING or not track.rate:
        return 0
    return _samples(track, frame, size - _FIXED) * _SECOND // track.rate


def _samples(track: MatroskaTrack, frame: bytes, size: int) -> int:
    if track.coding == "A_OPUS":
        return opus_samples(frame)
    if track.coding == "A_FLAC":
        found = flac.parse(frame)
        return found.block if found is not None else 0
    if track.coding == "A_WAVPACK4":
        samples = int.from_bytes(frame[:_WAVPACK_HEAD], "little")
        return samples if samples <= _MOST else 0
    if track.coding == "A_ALAC":
        bits = int.from_bytes(frame[:_ALAC_HEAD].ljust(_ALAC_HEAD, b"\0"))
        return bits >> _ALAC_SAMPLES & 0xFFFF_FFFF if bits >> _ALAC_PARTIAL & 1 else 0
    if track.coding.startswith("A_PCM/") and track.bits and track.channels:
        return size * 8 // (track.bits * track.channels)
    return 0
