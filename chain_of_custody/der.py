"""Reads and writes the DER that timestamps and certificate requests need: definite lengths, one-byte tags.

Reference:
    ITU-T X.690
"""

from __future__ import annotations

from dataclasses import dataclass

INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, SEQUENCE = 0x02, 0x03, 0x04, 0x06, 0x30
#: A constructed, context-specific ``[0]``.
CONTEXT_0 = 0xA0


class DerError(ValueError):
    """Bytes that are not DER."""


@dataclass(frozen=True, slots=True)
class DerElement:
    """A DER element.

    Attributes:
        tag: its first byte.
        content: its content, without tag and length.
        raw: the whole element.
    """

    tag: int
    content: bytes
    raw: bytes

    @property
    def children(self) -> list[DerElement]:
        """Return the elements of its content. Raises DerError if the content does not consist of elements."""
        return read_all(self.content)


def read_one(data: bytes) -> DerElement:
    """Read bytes that form exactly one element. Raises DerError."""
    found = read_all(data)
    if len(found) != 1:
        raise DerError("not one element of DER")
    return found[0]


def read_all(data: bytes) -> list[DerElement]:
    """Read consecutive elements. Raises DerError."""
    found, at = [], 0
    while at < len(data):
        start, size, end = _bounds(data, at)
        found.append(DerElement(data[at], data[start : start + size], data[at:end]))
        at = end
    return found


def encode(tag: int, *contents: bytes) -> bytes:
    """Encode an element around contents."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int) -> bytes:
    """Encode a non-negative INTEGER."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def object_id(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER from its dotted form."""
    first, second, *others = map(int, dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *others):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(septets))
    return encode(OBJECT_ID, content)


def _bounds(data: bytes, at: int) -> tuple[int, int, int]:
    """Return where the content of the element at ``at`` begins, how long it is, and where the element ends."""
    if data[at] & 0x1F == 0x1F:
        raise DerError("a tag of more than one byte")
    if at + 1 >= len(data):
        raise DerError("an element without a length")
    size, start = data[at + 1], at + 2
    if size >= 0x80:
        count = size & 0x7F
        digits = data[start : start + count]
        # An indefinite length is BER; DER writes each length in the fewest bytes.
        if not 1 <= count <= 4 or len(digits) < count or digits[0] == 0:
            raise DerError("a length that is not DER")
        size, start = int.from_bytes(digits, "big"), start + count
        if size < 0x80:
            raise DerError("a length that is not DER")
    if start + size > len(data):
        raise DerError("an element that is cut off")
    return start, size, start + size
