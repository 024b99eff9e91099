"""Carving members of gzip: rotated logs and saved answers. What is not text within is passed over.

A member's end is found by inflating it; its own check sum and length then say whether that was right. Members that
follow each other without a gap are one file, as ``gzip`` reads them.

References:
    RFC 1952, section 2.3 (member header and trailer).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Carved, Grade, Signature

if TYPE_CHECKING:
    from echoforensics.carving.carved import View

_HEADER = 10
_PIECE = 64 * 1024
#: Bytes of text that a member has at least before it is believed, and of a torn one before it is kept.
_LEAST, _LEAST_TORN = 16, 1024
#: Bytes that one member may expand to, and members that are joined.
MAX_INFLATED, MAX_MEMBERS = 256 * 1024 * 1024, 10_000
_EXTRA, _NAME, _COMMENT, _CHECK = 0x04, 0x08, 0x10, 0x02
#: What compressors write for "how hard I tried", and for the system they ran on.
_TRIED, _SYSTEMS = b"\x00\x02\x04", bytes((*range(14), 255))
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1b") + b"\x7f"
_MOST_HEADER = 4096


@dataclass(frozen=True, slots=True)
class _Member:
    """A member: the byte behind it, bytes of content, and whether its own check sum and length agree."""

    end: int
    size: int
    is_whole: bool


def carve(view: View, at: int) -> Carved | None:
    """Text compressed with gzip at a byte of the media; None where there is none."""
    members: list[_Member] = []
    place = at
    while len(members) < MAX_MEMBERS and (member := _member(view, place, first=not members)) is not None:
        members.append(member)
        place = member.end
        if not member.is_whole:
            break
    if not members:
        return None
    size = sum(member.size for member in members)
    count = f"{len(members)} members" if len(members) > 1 else "one member"
    grade, ending = Grade.WHOLE, "its check sum and length are right"
    if not members[-1].is_whole:
        grade, ending = Grade.CUT, "what follows does not go on with it"
        if members[-1].size >= MAX_INFLATED:
            ending = f"it was inflated up to {MAX_INFLATED} bytes, and no further"
    kind = "gzip member"
    return Carved(kind, ".gz", ((at, place - at),), grade, ending, f"{count}, {size} bytes of text", is_record=True)


def _member(view: View, at: int, *, first: bool) -> _Member | None:
    start = _content(view, at)
    if start is None:
        return None
    engine, place, size, check = zlib.decompressobj(-zlib.MAX_WBITS), start, 0, 0
    pending = b""
    while not engine.eof and size < MAX_INFLATED:
        if not pending:
            pending = view.read(place, _PIECE)
            place += len(pending)
            if not pending:
                break
        try:
            piece = engine.decompress(pending, _PIECE)
        except zlib.error:
            break
        pending = engine.unconsumed_tail
        if not size and piece and first and not _is_text(piece[:4096]):
            return None
        size, check = size + len(piece), zlib.crc32(piece, check)
    if not engine.eof:
        # What was read in is not used up to a byte that could be named; the piece it broke in is left out.
        torn = max(start, place - len(pending) - _PIECE) if pending else place
        return _Member(max(torn, at + _HEADER), size, is_whole=False) if size >= _LEAST_TORN else None
    end = place - len(engine.unused_data)
    trailer = view.read(end, 8)
    is_whole = len(trailer) == 8 and struct.unpack("<II", trailer) == (check, size & 0xFFFFFFFF)
    if size < (_LEAST if is_whole else _LEAST_TORN):
        return None
    return _Member(end + 8 if is_whole else min(end + 8, view.size), size, is_whole)


def _content(view: View, at: int) -> int | None:
    """Where the compressed bytes of a member begin; None where its header is none."""
    head = view.read(at, _MOST_HEADER)
    if len(head) <= _HEADER or head[:3] != b"\x1f\x8b\x08" or head[3] > 0x1F:
        return None
    if head[8] not in _TRIED or head[9] not in _SYSTEMS:
        return None
    flags, place = head[3], _HEADER
    if flags & _EXTRA:
        place += 2 + int.from_bytes(head[place : place + 2], "little")
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            place = head.find(b"\0", place) + 1
            if not place:
                return None
    place += 2 if flags & _CHECK else 0
    return at + place if place < len(head) else None


def _is_text(sample: bytes) -> bool:
    """Whether bytes are text: of its characters, none but a few in a hundred are control characters."""
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * 50 <= len(sample)


SIGNATURES: tuple[Signature, ...] = (
    Signature("gzip member", rb"\x1f\x8b\x08[\x00-\x1f]....[\x00\x02\x04][\x00-\x0d\xff]", carve, _HEADER),
)
