"""Parse the headers of AC-3 and E-AC-3 frames.

References:
    ETSI TS 102 366 (ATSC A/52) sections 4.3, 4.4 (AC-3), annex E sections E.1.2, E.1.3 (E-AC-3).
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.bits import Bits

#: The sync word, and the sync word with its two bytes swapped.
SYNC, SWAPPED = b"\x0b\x77", b"\x77\x0b"
#: Bytes of a header that are used.
HEADER_SIZE = 8
#: Maximum length of a frame in bytes.
LONGEST = 4096
RATES = (48000, 44100, 32000)
_BITRATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)
#: Full-bandwidth channels by coding mode (LFE excluded).
MODE_CHANNELS = (2, 1, 2, 3, 3, 4, 4, 5)
_BLOCKS = (1, 2, 3, 6)
_BLOCK_SAMPLES = 256
#: Highest versions with the frames of AC-3, and of E-AC-3.
_LAST_AC3, _FIRST_EAC3, _LAST_EAC3 = 10, 11, 16
_DEPENDENT = 1


class Ac3Frame(NamedTuple):
    """A parsed frame header.

    Attributes:
        codec: ``AC-3`` or ``E-AC-3``.
        rate: samples per second.
        channels: number of channels, LFE included.
        length: bytes in the frame, header included.
        samples: decoded samples per channel; 0 for a frame that adds channels to the previous one.
        stream: number of the programme that the frame belongs to, in a file with several.
    """

    codec: str
    rate: int
    channels: int
    length: int
    samples: int
    stream: int = 0

    @property
    def kind(self) -> tuple[str, int]:
        """What the frames of one recording share: codec and rate."""
        return self.codec, self.rate


def parse(raw: bytes) -> Ac3Frame | None:
    """Parse the header of a frame (:data:`HEADER_SIZE` bytes are enough); None if it is invalid."""
    if len(raw) < HEADER_SIZE or not raw.startswith(SYNC):
        return None
    version = raw[5] >> 3
    if version <= _LAST_AC3:
        return _parse_ac3(raw, version)
    return _parse_eac3(raw) if version <= _LAST_EAC3 else None


def _parse_ac3(raw: bytes, version: int) -> Ac3Frame | None:
    rate, size = raw[4] >> 6, raw[4] & 0x3F
    if rate >= len(RATES) or size >> 1 >= len(_BITRATES):
        return None
    hertz, kilobits = RATES[rate], _BITRATES[size >> 1]
    words = kilobits * 96000 // hertz + (size & 1 if hertz == 44100 else 0)
    bits = Bits(raw[6:HEADER_SIZE])
    mode = bits.take(3)
    # Mix levels of the centre and surround channels, or the Dolby Surround mode of stereo, come between.
    bits.take((2 if mode & 1 and mode != 1 else 0) + (2 if mode & 4 else 0) + (2 if mode == 2 else 0))
    channels = MODE_CHANNELS[mode] + bits.take(1)
    return Ac3Frame("AC-3", hertz >> max(0, version - 8), channels, words * 2, 6 * _BLOCK_SAMPLES)


def _parse_eac3(raw: bytes) -> Ac3Frame | None:
    bits = Bits(raw[2:HEADER_SIZE])
    kind, stream, words, rate, half = bits.take(2), bits.take(3), bits.take(11), bits.take(2), bits.take(2)
    if kind == 3 or (rate == 3 and half == 3):
        return None
    blocks = 6 if rate == 3 else _BLOCKS[half]
    hertz = RATES[half] // 2 if rate == 3 else RATES[rate]
    mode, low = bits.take(3), bits.take(1)
    length = (words + 1) * 2
    if length < HEADER_SIZE:
        return None
    samples = 0 if kind == _DEPENDENT else blocks * _BLOCK_SAMPLES
    return Ac3Frame("E-AC-3", hertz, MODE_CHANNELS[mode] + low, length, samples, stream)
