"""Variable-length integers, and byte strings prefixed with their length.

References:
    google/leveldb, util/coding.h
"""

from __future__ import annotations

#: Longest encoding of a 64-bit number, in bytes.
_MAX_BYTES = 10


class LevelDbError(ValueError):
    """Bytes that LevelDB does not write in this place."""


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """Decode a number; returns it and the offset after it.

    Raises:
        LevelDbError: the number is cut off, or longer than 64 bits.
    """
    value = shift = 0
    for place in range(at, min(at + _MAX_BYTES, len(content))):
        byte = content[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place + 1
        shift += 7
    raise LevelDbError(f"a number at byte {at} is cut off or too long")


def read_sized(content: bytes, at: int) -> tuple[bytes, int]:
    """Read a byte string prefixed with its length; returns it and the offset after it.

    Raises:
        LevelDbError: the string is cut off.
    """
    length, at = read_varint(content, at)
    if at + length > len(content):
        raise LevelDbError(f"{length} bytes were expected at byte {at}; {len(content) - at} are there")
    return content[at : at + length], at + length
