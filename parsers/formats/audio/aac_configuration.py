"""Parse AudioSpecificConfig, the AAC configuration stored in MP4, Matroska and LATM.

References:
    ISO/IEC 14496-3 sections 1.6.2.1 (AudioSpecificConfig), 1.6.5.2 (signalling of SBR), 1.6.6.2 (of parametric
    stereo), 4.4.1 (GASpecificConfig, program_config_element).
"""

from __future__ import annotations

from dataclasses import dataclass

from parsers.formats.audio.adts.frames import CHANNELS, RATES
from parsers.formats.audio.bits import Bits

_AAC = {
    1: "AAC Main", 2: "AAC-LC", 3: "AAC-SSR", 4: "AAC-LTP", 5: "HE-AAC", 23: "AAC-LD", 29: "HE-AAC v2",
    32: "MPEG-1 Layer I", 33: "MPEG-1 Layer II", 34: "MPEG-1 Layer III", 36: "MPEG-4 ALS", 39: "AAC-ELD", 42: "xHE-AAC",
}  # fmt: skip
_SBR, _PARAMETRIC_STEREO, _LOW_DELAY = 5, 29, 39
#: Codings whose specific part begins like that of plain AAC.
_GENERAL = frozenset({1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23})
_SYNC_OF_SBR, _SYNC_OF_STEREO = 0x2B7, 0x548
_STATED_RATE = 15
#: Channels for the configurations that are not in ADTS.
_MORE_CHANNELS = {11: 7, 12: 8, 13: 24, 14: 8}


@dataclass(slots=True)
class AacConfiguration:
    """A parsed configuration.

    Attributes:
        codec: name of the coding.
        rate: samples per second as played, or None.
        channels: number of channels as played, or None.
        frame: samples per frame at :attr:`core_rate`.
        core_rate: samples per second of the core coder, half of :attr:`rate` for HE-AAC; or None.
    """

    codec: str
    rate: int | None
    channels: int | None
    frame: int
    core_rate: int | None


def read_configuration(bits: Bits, *, is_last: bool = True) -> AacConfiguration:
    """Read a configuration; missing bits count as zeros.

    Args:
        bits: bits that begin with the configuration. They are advanced past it.
        is_last: whether all bits belong to it, so that an extension may follow.
    """
    kind = _object_type(bits)
    core, channels = _rate(bits), bits.take(4)
    rate, inner = core, kind
    if kind in (_SBR, _PARAMETRIC_STEREO):
        rate = _rate(bits)
        inner = _object_type(bits)
    count = CHANNELS[channels] if channels < len(CHANNELS) else _MORE_CHANNELS.get(channels)
    frame = 1024
    if inner in _GENERAL:
        frame, stated = _general(bits, inner, channels)
        count = count or stated
        if is_last and kind == inner:
            kind, rate = _extension(bits, kind, rate)
    elif inner == _LOW_DELAY:
        frame = 480 if bits.take(1) else 512
    if kind == _PARAMETRIC_STEREO:
        count = 2
    return AacConfiguration(_AAC.get(kind, f"MPEG-4 audio, object type {kind}"), rate, count, frame, core)


def _object_type(bits: Bits) -> int:
    kind = bits.take(5)
    return 32 + bits.take(6) if kind == 31 else kind


def _rate(bits: Bits) -> int | None:
    index = bits.take(4)
    if index == _STATED_RATE:
        return bits.take(24) or None
    return RATES[index] if index < len(RATES) else None


def _general(bits: Bits, kind: int, channels: int) -> tuple[int, int | None]:
    """Samples per frame, and the number of channels if a list of elements states them."""
    is_short = bits.take(1)
    if bits.take(1):
        bits.take(14)
    has_extension = bits.take(1)
    stated = None if channels else read_elements(bits)
    if kind in (6, 20):
        bits.take(3)
    if has_extension:
        if kind == 22:
            bits.take(16)
        if kind in (17, 19, 20, 23):
            bits.take(3)
        bits.take(1)
    whole = 512 if kind == 23 else 1024
    return (whole * 15 // 16 if is_short else whole), stated


def read_elements(bits: Bits) -> int | None:
    """Count the channels in a program_config_element at the start of the bits, which are advanced past it."""
    start = bits.left
    bits.take(4 + 2 + 4)
    front, side, back, low, data, coupling = (bits.take(width) for width in (4, 4, 4, 2, 3, 4))
    for width in (4, 4, 3):
        if bits.take(1):
            bits.take(width)
    total = low
    for _ in range(front + side + back):
        total += 1 + bits.take(1)
        bits.take(4)
    bits.take(low * 4 + data * 4 + coupling * 5)
    # A comment follows at the next whole byte, counted from the start of the configuration.
    bits.take(bits.left % 8 if start >= 0 else 0)
    bits.take(8 * bits.take(8))
    return total or None


def _extension(bits: Bits, kind: int, rate: int | None) -> tuple[int, int | None]:
    """Coding and rate if HE-AAC is signalled after plain AAC, where old players skip it."""
    if bits.left < 16 or bits.take(11) != _SYNC_OF_SBR or _object_type(bits) != _SBR or not bits.take(1):
        return kind, rate
    rate = _rate(bits) or rate
    if bits.left >= 12 and bits.take(11) == _SYNC_OF_STEREO and bits.take(1):
        return _PARAMETRIC_STEREO, rate
    return _SBR, rate
