"""Read one member of a gzip file: its header, and its end, which is found by inflating it.

References:
    RFC 1952, section 2.3 (member header and trailer).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from parsers.formats import deflate
from parsers.formats.sized_bytes import SizedBytes

#: Length of a header without its optional parts, and of the trailer.
HEADER_SIZE, TRAILER_SIZE = 10, 8
#: Maximum length of a header with its optional parts.
MOST_HEADER = 4096
#: Values that compressors write for the compression level and the operating system.
EFFORTS, SYSTEMS = b"\x00\x02\x04", bytes((*range(14), 255))

_DEFLATE = b"\x1f\x8b\x08"
_HEAD_CHECK, _EXTRA, _NAME, _COMMENT = 0x02, 0x04, 0x08, 0x10
_FLAGS = 0x1F
_PIECE = 64 * 1024


class GzipMember(NamedTuple):
    """A gzip member.

    Attributes:
        end: the offset after it, trailer included; for a broken member, how far it was inflated.
        size: length of the content in bytes.
        is_right: whether the compressed data is complete and matches the trailer's checksum and length.
    """

    end: int
    size: int
    is_right: bool


def header_length(head: bytes) -> int | None:
    """Length of the member header at the start of some bytes (:data:`MOST_HEADER` of them).

    None if there is no header, its compressor is unknown, or the header does not end within the bytes.
    """
    if len(head) <= HEADER_SIZE or not head.startswith(_DEFLATE) or head[3] & ~_FLAGS:
        return None
    if head[8] not in EFFORTS or head[9] not in SYSTEMS:
        return None
    flags, place = head[3], HEADER_SIZE
    if flags & _EXTRA:
        place += 2 + int.from_bytes(head[place : place + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            place = head.find(b"\0", place) + 1
            if not place:
                return None
    place += 2 if flags & _HEAD_CHECK else 0
    return place if place < len(head) else None


def read_member(
    source: SizedBytes, at: int, most: int, accepts: Callable[[bytes], bool] = lambda _: True
) -> GzipMember | None:
    """Read the member at an offset; None if there is none.

    Args:
        source: the bytes.
        at: byte offset of its header.
        most: limit on the bytes of content to inflate. A longer member is not right.
        accepts: decides from the first bytes of the content whether to go on. If not, None is returned.

    Raises:
        OSError: the source raised it.
    """
    length = header_length(source.read(at, MOST_HEADER))
    if length is None:
        return None
    start = at + length
    engine, place, size, check = deflate.decompressobj(-zlib.MAX_WBITS), start, 0, 0
    pending = b""
    while not engine.eof and size < most:
        if not pending:
            pending = source.read(place, _PIECE)
            place += len(pending)
            if not pending:
                break
        try:
            piece = engine.decompress(pending, _PIECE)
        except deflate.error:
            break
        pending = engine.unconsumed_tail
        if not size and piece and not accepts(piece):
            return None
        size, check = size + len(piece), deflate.crc32(piece, check)
    if not engine.eof:
        # The decompressor does not say where in this piece the error is, so the piece is left out.
        torn = max(start, place - len(pending) - _PIECE) if pending else place
        return GzipMember(max(torn, at + HEADER_SIZE), size, is_right=False)
    end = place - len(engine.unused_data)
    trailer = source.read(end, TRAILER_SIZE)
    is_right = len(trailer) == TRAILER_SIZE and struct.unpack("<II", trailer) == (check, size & 0xFFFFFFFF)
    return GzipMember(min(end + TRAILER_SIZE, source.size), size, is_right)
