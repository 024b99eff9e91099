"""Parse Ogg pages and their packets.

References:
    RFC 3533 (the Ogg encapsulation format, version 0).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.audio.checksums import crc32_of_ogg
from parsers.formats.sized_bytes import SizedBytes

MAGIC = b"OggS"
#: Length of a page header before its segment table.
HEADER_SIZE = 27
CONTINUED, FIRST, LAST = 1, 2, 4
#: Granule position of a page on which no packet ends.
NO_GRANULE = -1

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECK_AT = 22
#: A segment table value that does not end a packet.
_GOES_ON = 255


class OggPageHeader(NamedTuple):
    """A parsed page header.

    Attributes:
        at: offset of the page.
        length: length of the page, whether present or not.
        flags: whether the page continues a packet, and begins or ends its stream; see the properties.
        granule: position of the stream at the page's end, in the codec's units; :data:`NO_GRANULE` if no packet ends
            on it.
        serial: number of the stream.
        sequence: number of the page in its stream.
        check: stated checksum.
        is_open: whether its last packet continues in the next page.
    """

    at: int
    length: int
    flags: int
    granule: int
    serial: int
    sequence: int
    check: int
    is_open: bool

    @property
    def end(self) -> int:
        """The offset after the page."""
        return self.at + self.length

    @property
    def is_continued(self) -> bool:
        """Whether the page continues a packet."""
        return bool(self.flags & CONTINUED)

    @property
    def begins(self) -> bool:
        """Whether the page begins its stream."""
        return bool(self.flags & FIRST)

    @property
    def ends(self) -> bool:
        """Whether the page ends its stream."""
        return bool(self.flags & LAST)

    @property
    def is_as_defined(self) -> bool:
        """Whether only defined flags are set."""
        return not self.flags & ~(CONTINUED | FIRST | LAST)

    def may_precede(self, other: OggPageHeader) -> bool:
        """Whether another page may be the next of its stream, judged by both headers."""
        return (
            self.serial == other.serial
            and self.sequence + 1 == other.sequence
            and not (self.ends or other.begins)
            and self.is_open == other.is_continued
            and (NO_GRANULE in (self.granule, other.granule) or self.granule <= other.granule)
        )


class OggPage(NamedTuple):
    """A page.

    Attributes:
        header: its header; all 0 if the bytes end within the fixed part.
        lacing: its segment table, as far as it is present.
        body: its content; empty if the page is incomplete.
        missing: number of missing bytes.
        intact: whether its checksum is right; not checked if bytes are missing.
    """

    header: OggPageHeader
    lacing: bytes
    body: bytes
    missing: int
    intact: bool

    @property
    def length(self) -> int:
        """Length of the page, whether present or not."""
        return self.header.length

    @property
    def is_whole(self) -> bool:
        """Whether it is complete, with a right checksum."""
        return not self.missing and self.intact


def _unpack(head: bytes, at: int, lacing: bytes) -> OggPageHeader:
    _, _, flags, granule, serial, sequence, check, segments = _HEADER.unpack(head)
    is_open = bool(segments) and lacing[-1:] == bytes([_GOES_ON])
    return OggPageHeader(at, HEADER_SIZE + segments + sum(lacing), flags, granule, serial, sequence, check, is_open)


def read_header(source: SizedBytes, at: int) -> OggPageHeader | None:
    """The page header at an offset, whether or not its checksum is right.

    None if there is none, or the bytes end within it. May raise OSError.
    """
    head = source.read(at, HEADER_SIZE)
    if len(head) < HEADER_SIZE or head[:5] != MAGIC + b"\0":
        return None
    lacing = source.read(at + HEADER_SIZE, head[-1])
    return _unpack(head, at, lacing) if len(lacing) == head[-1] else None


def read_page(source: SizedBytes, at: int) -> OggPage | None:
    """The page at an offset, as far as it is present; None if there is none. May raise OSError."""
    head = source.read(at, HEADER_SIZE)
    if not head or head[:5] != (MAGIC + b"\0")[: len(head)]:
        return None
    if len(head) < HEADER_SIZE:
        header = OggPageHeader(at, HEADER_SIZE, 0, NO_GRANULE, 0, 0, 0, is_open=False)
        return OggPage(header, b"", b"", HEADER_SIZE - len(head), intact=True)
    segments = head[-1]
    lacing = source.read(at + HEADER_SIZE, segments)
    header = _unpack(head, at, lacing)
    page = source.read(at, header.length)
    if len(lacing) < segments or len(page) < header.length:
        return OggPage(header, lacing, b"", max(1, header.length - len(page)), intact=True)
    intact = crc32_of_ogg(b"".join((page[:_CHECK_AT], bytes(4), page[_CHECK_AT + 4 :]))) == header.check
    return OggPage(header, lacing, page[HEADER_SIZE + segments :], 0, intact)


def pieces(page: OggPage) -> Iterator[tuple[bytes, bool]]:
    """The packets on the page, or parts of them, each with whether it ends on this page."""
    at = length = 0
    for value in page.lacing:
        length += value
        if value < _GOES_ON:
            yield page.body[at : at + length], True
            at, length = at + length, 0
    if length:
        yield page.body[at : at + length], False
