"""Decompresses the beginning of an LZ4 block, of which the end is not known: the lz4 library wants all of it.

References:
    LZ4 block format (lz4_Block_format.md).
"""

from __future__ import annotations

_LONG, _SHORTEST_MATCH = 15, 4


def lz4_part(data: bytes, wanted: int) -> bytes:
    """Decompress up to ``wanted`` bytes. Raises OSError if the block is damaged before that."""
    made = bytearray()
    at = 0
    try:
        while len(made) < wanted:
            token = data[at]
            length, at = _length(data, at + 1, token >> 4)
            made += data[at : at + length]
            at += length
            if len(made) >= wanted or at >= len(data):
                break
            distance = data[at] | data[at + 1] << 8
            length, at = _length(data, at + 2, token & _LONG)
            if not 0 < distance <= len(made):
                raise OSError("an lz4 block is damaged")
            _repeat(made, distance, min(length + _SHORTEST_MATCH, wanted - len(made)))
    except IndexError:
        raise OSError("an lz4 block is cut off") from None
    return bytes(made[:wanted])


def _length(data: bytes, at: int, length: int) -> tuple[int, int]:
    if length == _LONG:
        while data[at] == 0xFF:
            length, at = length + 0xFF, at + 1
        length, at = length + data[at], at + 1
    return length, at


def _repeat(made: bytearray, distance: int, length: int) -> None:
    piece = bytes(made[-distance:])[:length]
    made += (piece * (length // len(piece) + 1))[:length]
