"""One member of a gzip file: its header, and where it ends, which is found by inflating it.

References:
    RFC 1952, section 2.3 (member header and trailer).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from parsers.formats.sized_bytes import SizedBytes

#: Bytes of a header without its optional parts, and of the trailer.
HEADER_SIZE, TRAILER_SIZE = 10, 8
#: Bytes in which a header with its optional parts has to end.
MOST_HEADER = 4096
#: What compressors write for "how hard I tried", and for the system they ran on.
EFFORTS, SYSTEMS = b"\x00\x02\x04", bytes((*range(14), 255))

_DEFLATE = b"\x1f\x8b\x08"
_HEAD_CHECK, _EXTRA, _NAME, _COMMENT = 0x02, 0x04, 0x08, 0x10
_FLAGS = 0x1F
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class GzipMember:
    """A member.

    Attributes:
        end: the byte after it, its trailer included; where it breaks off, one up to which it was inflated.
        size: bytes of content.
        is_right: whether the compressed data comes to its end, and its own checksum and length agree with the content.
    """

    end: int
    size: int
    is_right: bool


def header_length(head: bytes) -> int | None:
    """Bytes of the member header at the start of some bytes (:data:`MOST_HEADER` of them).

    None if it is not one, is of no compressor that is known, or does not end before the bytes do.
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
    """The member at a byte offset; None if there is none.

    Args:
        source: what holds it.
        at: byte offset of its header.
        most: bytes of content from which on it is inflated no further; it is then not right.
        accepts: given the first bytes of the content: whether to go on. Else None is returned.

    Raises:
        OSError: the source raised it.
    """
    length = header_length(source.read(at, MOST_HEADER))
    if length is None:
        return None
    start = at + length
    engine, place, size, check = zlib.decompressobj(-zlib.MAX_WBITS), start, 0, 0
    pending = b""
    while not engine.eof and size < most:
        if not pending:
            pending = source.read(place, _PIECE)
            place += len(pending)
            if not pending:
                break
        try:
            piece = engine.decompress(pending, _PIECE)
        except zlib.error:
            break
        pending = engine.unconsumed_tail
        if not size and piece and not accepts(piece):
            return None
        size, check = size + len(piece), zlib.crc32(piece, check)
    if not engine.eof:
        # What was read in is not used up to a byte that could be named; the piece it broke in is left out.
        torn = max(start, place - len(pending) - _PIECE) if pending else place
        return GzipMember(max(torn, at + HEADER_SIZE), size, is_right=False)
    end = place - len(engine.unused_data)
    trailer = source.read(end, TRAILER_SIZE)
    is_right = len(trailer) == TRAILER_SIZE and struct.unpack("<II", trailer) == (check, size & 0xFFFFFFFF)
    return GzipMember(min(end + TRAILER_SIZE, source.size), size, is_right)
