"""Checksums of recordings: 8 and 16 bits in FLAC and MPEG frames, 32 bits in Ogg pages.

References:
    RFC 9639, sections 9.1.8 (polynomial 0x07, initial value 0) and 9.3 (0x8005, initial value 0): FLAC.
    ISO/IEC 11172-3, section 2.4.3.1: polynomial 0x8005, initial value 0xFFFF: MPEG audio.
    RFC 3533, section 6: polynomial 0x04C11DB7, initial value 0: Ogg.
    All process bytes from the most significant bit.
"""

from __future__ import annotations

import sys
from array import array
from functools import cache

from parsers.formats import deflate

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def _table(polynomial: int, width: int) -> tuple[int, ...]:
    """Checksum of each byte value, ``width`` bits wide."""
    top, mask, table = 1 << (width - 1), (1 << width) - 1, []
    for byte in range(256):
        value = byte << (width - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


_CRC8 = _table(0x07, 8)


def crc8(data: bytes) -> int:
    """The checksum of a FLAC frame header; 0 for a header followed by its own checksum."""
    value = 0
    for byte in data:
        value = _CRC8[value ^ byte]
    return value


@cache
def _tables16() -> tuple[tuple[int, ...], array[int]]:
    of_byte = _table(0x8005, 16)
    # Taking two bytes per step halves the time.
    of_word = array("H")
    for value in of_byte:
        of_word.extend((value << 8 & 0xFFFF) ^ of_byte[value >> 8 ^ second] for second in range(256))
    return of_byte, of_word


def crc16(data: bytes, value: int = 0) -> int:
    """The checksum of a FLAC frame (0 for a frame with its own checksum), or of the protected part of an MPEG frame.

    Args:
        data: the bytes.
        value: the initial value: 0 for FLAC, 0xFFFF for MPEG, or the checksum of the preceding bytes.
    """
    of_byte, of_word = _tables16()
    words = array("H", data[: len(data) & ~1])
    if sys.byteorder == "little":
        words.byteswap()
    for word in words:
        value = of_word[value ^ word]
    if len(data) & 1:
        value = (value << 8 & 0xFFFF) ^ of_byte[value >> 8 ^ data[-1]]
    return value


def crc32_of_ogg(page: bytes) -> int:
    """The checksum of an Ogg page whose checksum field is zero.

    zlib's CRC uses the same polynomial with reflected bits: with the bits of every byte reversed
    and a start value of 0, it gives this checksum with its bits reversed.
    """
    turned = deflate.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")
