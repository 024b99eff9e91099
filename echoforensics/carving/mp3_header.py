"""Headers of MPEG audio layer III frames, by tables.

References:
    ISO/IEC 11172-3 and 13818-3, section 2.4: frame header, side information, padding.
    MPEG 2.5: an extension by Fraunhofer IIS to 8, 11.025 and 12 kHz, which speech uses.
"""

from __future__ import annotations

_OF_MPEG_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_OF_MPEG_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

#: By the header's second byte without its last bit: sample rates in Hz.
_RATES = {0xE2: (11025, 12000, 8000), 0xF2: (22050, 24000, 16000), 0xFA: (44100, 48000, 32000)}

#: What the second byte of a layer III header may be. The last bit says that there is no check sum.
SECONDS = tuple(value | bit for value in _RATES for bit in (0, 1))


def bit_rate(second: int, third: int) -> int:
    """Kilobits per second, by the header's second and third byte; 0 where it is free or none."""
    rates = _OF_MPEG_1 if second & 0xFE == 0xFA else _OF_MPEG_2
    return rates[third >> 4] if third >> 4 < 15 else 0


def sample_rate(second: int, third: int) -> int:
    """Samples per second, by the header's second and third byte; 0 where it is none."""
    return (*_RATES.get(second & 0xFE, (0, 0, 0)), 0)[third >> 2 & 3]


def samples(second: int) -> int:
    """Samples in a frame, of each channel."""
    return 1152 if second & 0xFE == 0xFA else 576


def _length(second: int, third: int) -> int:
    if second not in SECONDS or not (rate := sample_rate(second, third)):
        return 0
    if not (bits := bit_rate(second, third)):
        return 0
    return samples(second) // 8 * bits * 1000 // rate + (third >> 1 & 1)


#: By second and third byte: length of the frame in bytes; 0 where there is none.
LENGTHS = tuple(tuple(_length(second, third) for third in range(256)) for second in range(256))

#: What the third byte may be. Bit rates left free are not taken.
THIRDS = tuple(third for third in range(256) if LENGTHS[0xFA][third])

#: What the fourth byte may be: one kind of emphasis is reserved.
FOURTHS = tuple(fourth for fourth in range(256) if fourth & 3 != 2)

#: Longest frame in bytes.
LONGEST = max(map(max, LENGTHS))


def side_place(second: int, fourth: int) -> tuple[int, int]:
    """(first byte, length in bytes) of the side information in a frame."""
    is_mono = fourth & 0xC0 == 0xC0
    length = (17 if is_mono else 32) if second & 0xFE == 0xFA else (9 if is_mono else 17)
    return 4 if second & 1 else 6, length


def side_holds(frame: bytes) -> bool:
    """Whether the side information of a frame can be that of one.

    No granule has more values than there are lines, none switches its window to the same window, and the coded data
    is not longer than the frame and the bytes before it that it says to use. A frame that breaks off before the end of
    its side information is not held against it.
    """
    second, third, fourth = frame[1:4]
    start, length = side_place(second, fourth)
    side = frame[start : start + length]
    if len(side) < length:
        return True
    is_one, channels = second & 0xFE == 0xFA, 1 if fourth & 0xC0 == 0xC0 else 2
    size = 59 if is_one else 63
    bits = int.from_bytes(side, "big")
    coded = 0
    for granule in range(channels * (2 if is_one else 1)):
        part = bits >> size * granule & (1 << size) - 1
        coded += part >> size - 12
        values = part >> size - 21 & 0x1FF
        # Below the window's flag lie 22 bits of its settings, and 3 or 2 more.
        rest = 25 if is_one else 24
        if values > 288 or part >> rest - 2 & 7 == 4:
            return False
    before = bits >> length * 8 - (9 if is_one else 8)
    return coded <= 8 * (before + LENGTHS[second][third] - start - length)
