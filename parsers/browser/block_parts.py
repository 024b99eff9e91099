"""Bodies received in parts, in a block-file cache: each part is an entry of its own.

Its key is ``Range_``, the key of the whole, a colon, a signature and a colon, and the number of the part, both
hexadecimal. A part covers one mebibyte of the body; its third stream shows which kibibytes are present. The third
stream of the whole entry begins with the signature.

References:
    net/disk_cache/blockfile/sparse_control.cc and disk_format.h of Chromium; checked against files of Chromium 156.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parsers.browser.sparse_body import MAX_BODY, Chunk, assembled
from parsers.exchanges.cached_answer import CachedBody
from parsers.formats.chromium_cache.block_address import Address
from parsers.formats.chromium_cache.block_entry import BODY, MADE
from parsers.formats.chromium_cache.block_files import BlockError, BlockFiles
from parsers.formats.chromium_cache.block_walk import FoundEntry

_NAME = re.compile(rb"Range_(.+):([0-9a-f]{1,16}):([0-9a-f]{1,8})", re.DOTALL)
_PART = 1024 * 1024
_BLOCK = 1024
_HEADER = 64
_MAP = 128


@dataclass(frozen=True, slots=True)
class PartName:
    """The parsed key of a part.

    Attributes:
        key: the key of the whole entry.
        signature: as recorded; identifies the version of the whole entry that the part belongs to.
        number: the number of the part, from 0.
    """

    key: bytes
    signature: int
    number: int

    @classmethod
    def parse(cls, key: bytes) -> PartName | None:
        """Parse a key; None if it is not a part's key."""
        found = _NAME.fullmatch(key)
        return cls(found[1], int(found[2], 16), int(found[3], 16)) if found else None


def signature(found: FoundEntry, files: BlockFiles) -> int | None:
    """The signature of a whole entry, or None."""
    try:
        content = files.read(found.entry.streams[MADE], 8)
    except BlockError:
        return None
    return int(struct.unpack("<Q", content)[0]) if len(content) == 8 else None


def together(parts: Sequence[tuple[PartName, FoundEntry]], files: BlockFiles) -> tuple[CachedBody, tuple[str, ...]]:
    """Assemble the body from its parts, as :func:`parsers.browser.sparse_body.assembled` does."""
    chunks: list[Chunk] = []
    issues: list[str] = []
    room = MAX_BODY
    for name, found in sorted(parts, key=lambda part: part[0].number):
        size, address = found.entry.sizes[BODY], found.entry.streams[BODY]
        try:
            content = files.content(address, size, min(_PART, room))
            spans = list(_spans(files.read(found.entry.streams[MADE], _HEADER + _MAP), len(content)))
        except BlockError as error:
            issues.append(f"Part {name.number} of the body cannot be read: {error}.")
            continue
        room -= size
        chunks.extend(_chunk(name, content, address, start, end) for start, end in spans)
    body, more = assembled(chunks)
    return body, (*issues, *more)


def _chunk(name: PartName, content: bytes, address: Address, start: int, end: int) -> Chunk:
    return Chunk(name.number * _PART + start, content[start:end], address.offset + start, address.file)


def _spans(content: bytes, size: int) -> Iterator[tuple[int, int]]:
    """The byte ranges of a part that are present, from its third stream."""
    if len(content) < _HEADER + _MAP:
        return
    last, last_size = struct.unpack_from("<ii", content, 16)
    bits = content[_HEADER:]
    start: int | None = None
    for block in range(_MAP * 8 + 1):
        full = block < _MAP * 8 and bits[block // 8] >> block % 8 & 1
        if full:
            start = block * _BLOCK if start is None else start
            continue
        partial = block == last and 0 < last_size < _BLOCK
        end = block * _BLOCK + (last_size if partial else 0)
        begin = (block * _BLOCK if partial else None) if start is None else start
        if begin is not None and begin < min(end, size):
            yield begin, min(end, size)
        start = None
