"""Snappy's raw format: a length, then literals and copies of earlier output.

References:
    google/snappy, format_description.txt
"""

from __future__ import annotations

#: Maximum length of the length field, in bytes.
_MAX_LENGTH_BYTES = 5


class SnappyError(ValueError):
    """Bytes that are not valid Snappy, or expand beyond the limit.

    Attributes:
        partial: the data decompressed before the error.
    """

    def __init__(self, what: str, partial: bytes = b"") -> None:
        super().__init__(what)
        self.partial = partial


def decompress(content: bytes, limit: int) -> bytes:
    """Decompress one raw stream (not the framing format).

    Args:
        content: the compressed bytes.
        limit: maximum size of the output, in bytes.

    Raises:
        SnappyError: the bytes are incomplete or invalid, or their stated length exceeds the limit.
    """
    length, at = _stated_length(content)
    if length > limit:
        raise SnappyError(f"it expands to more than {limit} bytes")
    output = bytearray()
    end = len(content)
    while at < end:
        tag = content[at]
        if tag & 3:
            at = _copy(content, at, output, length)
            continue
        size = (tag >> 2) + 1
        at += 1
        if size > 60:
            wide = size - 60
            size = int.from_bytes(content[at : at + wide], "little") + 1
            at += wide
        if at + size > end or len(output) + size > length:
            raise SnappyError("it is cut off, or longer than it says", bytes(output))
        output += content[at : at + size]
        at += size
    if len(output) != length:
        raise SnappyError(f"it expands to {len(output)} bytes but states {length}", bytes(output))
    return bytes(output)


def _stated_length(content: bytes) -> tuple[int, int]:
    """The stated length of the output, and the offset of the first tag."""
    length = 0
    for at, byte in enumerate(content[:_MAX_LENGTH_BYTES]):
        length |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return length, at + 1
    raise SnappyError("its length cannot be read")


def _copy(content: bytes, at: int, output: bytearray, length: int) -> int:
    """Append a copy of earlier output; returns the offset of the next tag."""
    tag = content[at]
    if tag & 3 == 1:
        size, wide = (tag >> 2 & 7) + 4, 1
        high = tag >> 5 << 8
    else:
        size, wide, high = (tag >> 2) + 1, 2 if tag & 3 == 2 else 4, 0
    after = at + 1 + wide
    back = high | int.from_bytes(content[at + 1 : after], "little")
    if after > len(content) or not 0 < back <= len(output) or len(output) + size > length:
        raise SnappyError("a copy in it leads nowhere, or it is cut off", bytes(output))
    start = len(output) - back
    piece = bytes(output[start : start + size])
    # A copy may overlap its own output: the bytes repeat.
    output += (piece * (size // len(piece) + 1))[:size]
    return after
