"""LOAS frames, each with a LATM element, and the configuration in the first of them.

References:
    ISO/IEC 14496-3 sections 1.7.2 (AudioSyncStream), 1.7.3 (AudioMuxElement, StreamMuxConfig).
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.audio.aac_configuration import AacConfiguration, read_configuration
from parsers.formats.audio.bits import Bits

#: Length of a frame header: 11 bits of sync pattern, 13 of length.
HEADER_SIZE = 3
_SIGN = 0x2B7
#: Bytes of an element that contain the configuration.
_LOOKED_INTO = 256


class LatmConfiguration(NamedTuple):
    """The configuration in an element: the coding, and the number of audio frames per element."""

    sound: AacConfiguration
    frames: int

    @property
    def samples(self) -> int:
        """Samples per element at the core rate."""
        return self.sound.frame * self.frames


def frame_length(buffer: bytes, at: int = 0) -> int:
    """Length of the LOAS frame at an offset; 0 if there is none."""
    if len(buffer) < at + HEADER_SIZE:
        return 0
    word = buffer[at] << 16 | buffer[at + 1] << 8 | buffer[at + 2]
    return HEADER_SIZE + (word & 0x1FFF) if word >> 13 == _SIGN and word & 0x1FFF else 0


def configuration(raw: bytes) -> LatmConfiguration | None:
    """The configuration in a LOAS frame; None if it has none, or an undefined one."""
    bits = Bits(raw[HEADER_SIZE:_LOOKED_INTO])
    if bits.take(1):
        return None
    version = bits.take(1)
    if version and bits.take(1):
        return None
    if version:
        _value(bits)
    bits.take(1)
    frames, programmes, layers = bits.take(6) + 1, bits.take(4), bits.take(3)
    if programmes or layers:
        return None
    if version:
        _value(bits)
    sound = read_configuration(bits, is_last=False)
    return LatmConfiguration(sound, frames) if bits.left >= 0 and sound.rate and sound.channels else None


def _value(bits: Bits) -> int:
    """Read a number of one to four bytes."""
    return bits.take(8 * (bits.take(2) + 1))
