"""CRC-32C, as LevelDB and ext4 have it.

References:
    RFC 3720, appendix B.4 (Castagnoli's polynomial).
"""

from __future__ import annotations

import sys
from array import array
from functools import cache

#: Castagnoli's polynomial, lowest bit first.
CASTAGNOLI = 0x82F63B78
#: Fewer bytes are computed one by one: the table of pairs takes longer to make than many such pieces.
_FEW = 2048


@cache
def byte_table(polynomial: int) -> tuple[int, ...]:
    """The effect of each byte on a checksum that is computed from the lowest bit on."""
    table = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ (polynomial if value & 1 else 0)
        table.append(value)
    return tuple(table)


@cache
def _pair_table() -> tuple[int, ...]:
    """The effect of each pair of bytes."""
    single = byte_table(CASTAGNOLI)
    return tuple(single[(single[pair & 0xFF] ^ pair >> 8) & 0xFF] ^ single[pair & 0xFF] >> 8 for pair in range(1 << 16))


def crc32c_from(value: int, content: bytes) -> int:
    """The checksum of some bytes that follow others, not inverted at the end.

    Args:
        value: the checksum of those before, or the value that a format begins with.
        content: the bytes.
    """
    if len(content) < _FEW:
        single = byte_table(CASTAGNOLI)
        for byte in content:
            value = value >> 8 ^ single[(value ^ byte) & 0xFF]
        return value
    odd = len(content) % 2
    pairs = array("H", content[: len(content) - odd])
    if sys.byteorder == "big":
        pairs.byteswap()
    table = _pair_table()
    for pair in pairs:
        value = value >> 16 ^ table[(value ^ pair) & 0xFFFF]
    if odd:
        value = value >> 8 ^ byte_table(CASTAGNOLI)[(value ^ content[-1]) & 0xFF]
    return value


def crc32c(content: bytes) -> int:
    """The CRC-32C of some bytes."""
    return crc32c_from(0xFFFFFFFF, content) ^ 0xFFFFFFFF
