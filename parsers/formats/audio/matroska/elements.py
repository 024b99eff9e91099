"""Parse EBML elements, the building blocks of Matroska and WebM.

References:
    RFC 8794 (EBML) sections 4, 5, 6; RFC 9559 (Matroska) section 5.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sized_bytes import SizedBytes

#: Identifiers, including the bits that state their length.
HEADER, DOCUMENT_TYPE = 0x1A45DFA3, 0x4282
SEGMENT, CLUSTER, INFO, TRACKS, TAGS = 0x18538067, 0x1F43B675, 0x1549A966, 0x1654AE6B, 0x1254C367
#: Children of a segment; besides these, the index, chapters, attachments and seek list; padding and a checksum.
TOP = frozenset({CLUSTER, INFO, TRACKS, TAGS, 0x1C53BB6B, 0x1043A770, 0x1941A469, 0x114D9B74, 0xEC, 0xBF})
_LONGEST_HEADER = 12
_MAX_CHILDREN = 4096


class EbmlElement(NamedTuple):
    """An element.

    Attributes:
        kind: its identifier.
        at: offset of its header.
        start: offset of its content.
        size: length of its content in bytes; None if unknown.
    """

    kind: int
    at: int
    start: int
    size: int | None

    def end(self, limit: int) -> int:
        """The offset after it; ``limit`` if its size is unknown."""
        return limit if self.size is None else self.start + self.size


def read_element(source: SizedBytes, at: int) -> EbmlElement | None:
    """The element whose header is at an offset; None if there is none. May raise OSError."""
    head = source.read(at, _LONGEST_HEADER)
    if not head or head[0] < 0x10:
        return None
    width = 9 - head[0].bit_length()
    kind = int.from_bytes(head[:width], "big")
    if len(head) <= width or not head[width]:
        return None
    length = 9 - head[width].bit_length()
    raw = head[width : width + length]
    if len(raw) < length:
        return None
    size = int.from_bytes(raw, "big") & (1 << 7 * length) - 1
    return EbmlElement(kind, at, at + width + length, None if size == (1 << 7 * length) - 1 else size)


def children(source: SizedBytes, start: int, end: int, most: int = _MAX_CHILDREN) -> Iterator[EbmlElement]:
    """Elements in a range, up to the first of unknown size or that does not fit, or up to ``most``."""
    for _ in range(most):
        element = read_element(source, start) if start < end else None
        if element is None or element.size is None or element.end(end) > end:
            return
        yield element
        start = element.end(end)


def unsigned(source: SizedBytes, element: EbmlElement) -> int:
    """An element's unsigned integer; 0 if it is empty."""
    return int.from_bytes(source.read(element.start, min(element.size or 0, 8)), "big")


def real(source: SizedBytes, element: EbmlElement) -> float:
    """An element's floating-point number; 0 if invalid."""
    raw = source.read(element.start, min(element.size or 0, 8))
    if len(raw) == 8:
        return float(struct.unpack(">d", raw)[0])
    return float(struct.unpack(">f", raw)[0]) if len(raw) == 4 else 0.0


def content(source: SizedBytes, element: EbmlElement, most: int) -> bytes:
    """The first bytes of an element's content."""
    return source.read(element.start, min(element.size or 0, most))


def words(source: SizedBytes, element: EbmlElement, most: int = 16384) -> str:
    """An element's text."""
    return content(source, element, most).partition(b"\0")[0].decode("utf-8", "replace")
