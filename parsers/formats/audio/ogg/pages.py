"""Ogg pages and the packets in them.

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
#: Bytes of a page's header before its segment table.
HEADER_SIZE = 27
CONTINUED, FIRST, LAST = 1, 2, 4
#: The granule position of a page on which no packet ends.
NO_GRANULE = -1

_HEADER = struct.Struct("<4sBBqIIIB")
_CHECK_AT = 22
#: A value in the segment table with which a packet does not end.
_GOES_ON = 255


class OggPageHeader(NamedTuple):
    """What the header of a page says.

    Attributes:
        at: byte offset of the page.
        length: bytes of the page, present or not.
        flags: whether it begins within a packet, and begins or ends its stream: see the properties.
        granule: the position of its stream up to its end, as the codec counts; :data:`NO_GRANULE` where no packet ends
            in it.
        serial: number of its stream.
        sequence: number of the page in its stream.
        check: its checksum, as it states it.
        is_open: whether its last packet goes on in the next page.
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
        """The byte after the page."""
        return self.at + self.length

    @property
    def is_continued(self) -> bool:
        """Whether the page begins within a packet."""
        return bool(self.flags & CONTINUED)

    @property
    def begins(self) -> bool:
        """Whether its stream begins with the page."""
        return bool(self.flags & FIRST)

    @property
    def ends(self) -> bool:
        """Whether its stream ends with the page."""
        return bool(self.flags & LAST)

    @property
    def is_as_defined(self) -> bool:
        """Whether none but defined flags are set."""
        return not self.flags & ~(CONTINUED | FIRST | LAST)

    def may_precede(self, other: OggPageHeader) -> bool:
        """Whether another page can be the next one of its stream, by all that the two say."""
        return (
            self.serial == other.serial
            and self.sequence + 1 == other.sequence
            and not (self.ends or other.begins)
            and self.is_open == other.is_continued
            and (NO_GRANULE in (self.granule, other.granule) or self.granule <= other.granule)
        )


class OggPage(NamedTuple):
    """One page.

    Attributes:
        header: what its header says; all of it 0 if the bytes end within the first part of the header.
        lacing: its segment table, as far as it is present.
        body: what it holds; empty if the page is incomplete.
        missing: bytes of it that are missing.
        intact: whether its checksum is right; not looked at where bytes are missing.
    """

    header: OggPageHeader
    lacing: bytes
    body: bytes
    missing: int
    intact: bool

    @property
    def length(self) -> int:
        """Bytes it takes, whether present or not."""
        return self.header.length

    @property
    def is_whole(self) -> bool:
        """Whether it is complete, and its checksum right."""
        return not self.missing and self.intact


def _unpack(head: bytes, at: int, lacing: bytes) -> OggPageHeader:
    _, _, flags, granule, serial, sequence, check, segments = _HEADER.unpack(head)
    is_open = bool(segments) and lacing[-1:] == bytes([_GOES_ON])
    return OggPageHeader(at, HEADER_SIZE + segments + sum(lacing), flags, granule, serial, sequence, check, is_open)


def read_header(source: SizedBytes, at: int) -> OggPageHeader | None:
    """The header of a page at a byte offset, whether its checksum is right or not.

    None if there is none, or the bytes end within it. May raise OSError.
    """
    head = source.read(at, HEADER_SIZE)
    if len(head) < HEADER_SIZE or head[:5] != MAGIC + b"\0":
        return None
    lacing = source.read(at + HEADER_SIZE, head[-1])
    return _unpack(head, at, lacing) if len(lacing) == head[-1] else None


def read_page(source: SizedBytes, at: int) -> OggPage | None:
    """The page at a byte offset, as far as it is present; None if none starts there. May raise OSError."""
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
    """The page's packets or parts of packets, each with whether it ends on this page."""
    at = length = 0
    for value in page.lacing:
        length += value
        if value < _GOES_ON:
            yield page.body[at : at + length], True
            at, length = at + length, 0
    if length:
        yield page.body[at : at + length], False
