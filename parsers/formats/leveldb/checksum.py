"""CRC-32C, and the mask that LevelDB applies when it stores one.

References:
    RFC 3720, appendix B.4 (Castagnoli's polynomial); google/leveldb, util/crc32c.h (the mask).
"""

from __future__ import annotations

import sys
from array import array
from functools import cache

_POLYNOMIAL = 0x82F63B78
_MASK_DELTA = 0xA282EAD8


@cache
def _table() -> tuple[int, ...]:
    """The effect of each pair of bytes on the checksum."""
    single = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
        single.append(value)
    return tuple(single[(single[pair & 0xFF] ^ pair >> 8) & 0xFF] ^ single[pair & 0xFF] >> 8 for pair in range(1 << 16))


def crc32c(content: bytes) -> int:
    """The CRC-32C of some bytes."""
    odd = len(content) % 2
    pairs = array("H", content[: len(content) - odd])
    if sys.byteorder == "big":
        pairs.byteswap()
    table = _table()
    value = 0xFFFFFFFF
    for pair in pairs:
        value = value >> 16 ^ table[(value ^ pair) & 0xFFFF]
    if odd:
        value ^= content[-1]
        for _ in range(8):
            value = value >> 1 ^ (_POLYNOMIAL if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def masked_crc32c(content: bytes) -> int:
    """The CRC-32C as LevelDB stores it."""
    value = crc32c(content)
    return (value >> 15 | value << 17) + _MASK_DELTA & 0xFFFFFFFF
