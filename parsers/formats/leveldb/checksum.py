"""The mask that LevelDB applies to a CRC-32C when it stores one.

References:
    google/leveldb, util/crc32c.h.
"""

from __future__ import annotations

from parsers.formats.crc32c import crc32c

_MASK_DELTA = 0xA282EAD8


def masked_crc32c(content: bytes) -> int:
    """The CRC-32C as LevelDB stores it."""
    value = crc32c(content)
    return (value >> 15 | value << 17) + _MASK_DELTA & 0xFFFFFFFF
