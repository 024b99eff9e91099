"""Numbers of varying length, and byte strings that such a number precedes.

References:
    google/leveldb, util/coding.h
"""

from __future__ import annotations

#: A number of 64 bits has at most so many bytes.
_MAX_BYTES = 10


class LevelDbError(ValueError):
    """Bytes that are not what LevelDB writes at such a place."""


def read_varint(content: bytes, at: int) -> tuple[int, int]:
    """A number, and where it ends.

    Raises:
        LevelDbError: it is cut off, or longer than 64 bits.
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
    """A byte string that its length precedes, and where it ends.

    Raises:
        LevelDbError: it is cut off.
    """
    length, at = read_varint(content, at)
    if at + length > len(content):
        raise LevelDbError(f"{length} bytes were expected at byte {at}; {len(content) - at} are there")
    return content[at : at + length], at + length
