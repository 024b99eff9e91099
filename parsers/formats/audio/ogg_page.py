"""Ogg pages and the packets in them.

References:
    RFC 3533 (the Ogg encapsulation format, version 0).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.audio.window import Window

_HEADER = struct.Struct("<4sBBqIIIB")
#: Bytes of a page's header before its segment table.
HEADER_SIZE = 27
CONTINUED, FIRST, LAST = 1, 2, 4
#: The granule position of a page on which no packet ends.
NO_GRANULE = -1

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggPage(NamedTuple):
    """One page.

    Attributes:
        length: bytes it takes, whether present or not.
        missing: how many of them the data lacks; a page that is not all there has no body.
        intact: whether its checksum is right.
    """

    flags: int
    granule: int
    serial: int
    sequence: int
    lacing: bytes
    body: bytes
    length: int
    missing: int
    intact: bool


def checksum(page: bytes) -> int:
    """Ogg's CRC-32 (polynomial 04C11DB7, from 0, not reflected) of a page whose own CRC field is zeroed.

    zlib's CRC is the same polynomial taken from the other end of each byte: with the bits of every byte
    turned round, and the start value set to 0, it gives this one with its bits turned round.
    """
    turned = zlib.crc32(page.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(turned.to_bytes(4, "little").translate(_REVERSED), "big")


def read_page(window: Window, offset: int) -> OggPage | None:
    """The page at an offset; None where none starts there."""
    raw = window.at(offset, HEADER_SIZE)
    if not raw or raw[:4] != b"OggS"[: len(raw)] or raw[4:5] not in (b"", b"\0"):
        return None
    if len(raw) < HEADER_SIZE:
        return OggPage(0, NO_GRANULE, 0, 0, b"", b"", HEADER_SIZE, HEADER_SIZE - len(raw), True)
    _, _, flags, granule, serial, sequence, crc, segments = _HEADER.unpack(raw)
    lacing = window.at(offset + HEADER_SIZE, segments)
    length = HEADER_SIZE + segments + sum(lacing)
    page = window.at(offset, length)
    if len(lacing) < segments or len(page) < length:
        return OggPage(flags, granule, serial, sequence, lacing, b"", length, max(1, length - len(page)), True)
    intact = checksum(b"".join((page[:22], b"\0\0\0\0", page[26:]))) == crc
    body = page[HEADER_SIZE + segments :]
    return OggPage(flags, granule, serial, sequence, lacing, body, length, 0, intact)


def pieces(page: OggPage) -> Iterator[tuple[bytes, bool]]:
    """The page's packets or parts of packets, each with whether it ends on this page."""
    at = length = 0
    for value in page.lacing:
        length += value
        if value < 255:
            yield page.body[at : at + length], True
            at, length = at + length, 0
    if length:
        yield page.body[at : at + length], False
