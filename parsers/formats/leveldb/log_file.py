"""Log files: blocks of 32 KiB that hold records, whole or in fragments.

Each fragment has a header of seven bytes: the masked CRC-32C of everything from the kind byte on (u32), the length
(u16), the kind (1 whole, 2 first, 3 middle, 4 last). No header is in the last six bytes of a block. MANIFEST files
have the same form.

References:
    google/leveldb, doc/log_format.md
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from parsers.formats.leveldb.checksum import masked_crc32c
from parsers.locator import at_bytes
from parsers.record import Issue

BLOCK = 32768
#: Limit on the length of a record.
MAX_RECORD = 64 * 1024 * 1024
_HEADER = struct.Struct("<IHB")
_WHOLE, _FIRST, _MIDDLE, _LAST = 1, 2, 3, 4
_EXCERPT = 64


class LogRecord(NamedTuple):
    """One record.

    Attributes:
        content: its bytes, without headers.
        start, end: where it begins and ends in the file, headers included.
        content_at: offset of its bytes in the file; None if they are in several fragments.
    """

    content: bytes
    start: int
    end: int
    content_at: int | None


class _Fragment(NamedTuple):
    kind: int
    content: bytes
    at: int

    @property
    def end(self) -> int:
        return self.at + _HEADER.size + len(self.content)


class _Zeros(NamedTuple):
    """Where a record should begin and zeros do: space that was preallocated, if nothing follows it."""

    at: int


def begins_log(head: bytes) -> bool:
    """Whether a file begins with a fragment that has a matching checksum and can be the first of a log."""
    found = _fragment(head[:BLOCK], 0, 0)
    return isinstance(found, _Fragment) and found.kind in (_WHOLE, _FIRST)


def log_records(stream: BinaryIO) -> Iterator[LogRecord | Issue]:
    """Yield the records of a log, and an issue for each place that cannot be read.

    After a damaged fragment, reading continues right after it if a sound fragment follows, else at the next block.

    Args:
        stream: the file, at its start.
    """
    joined = _Joined()
    base, zeros = 0, None
    while block := stream.read(BLOCK):
        for found in _fragments(block, base):
            if isinstance(found, _Zeros):
                zeros = zeros or found
                continue
            if zeros:
                what = "Zeros lie where records of the log should, and more records follow them: some may be missing."
                yield from joined.take(Issue(what, at_bytes(zeros.at, base - zeros.at)))
                zeros = None
            yield from joined.take(found)
        base += len(block)
    yield from joined.broken("The log ends within a record that began at byte {}.")


def _fragments(block: bytes, base: int) -> Iterator[_Fragment | _Zeros | Issue]:
    at = 0
    while at + _HEADER.size <= len(block):
        if not any(block[at : at + _HEADER.size]):
            if not any(block[at:]):
                yield _Zeros(base + at)
                return
            what = "Zeros lie where a record of the log should begin; the rest of their block was not read."
            yield Issue(what, at_bytes(base + at, len(block) - at), block[at : at + _EXCERPT])
            return
        found = _fragment(block, at, base)
        if isinstance(found, Issue):
            yield found
            at += _HEADER.size + _HEADER.unpack_from(block, at)[1]
            if isinstance(_fragment(block, at, base), Issue):
                return
            continue
        yield found
        at += _HEADER.size + len(found.content)
    if len(block) < BLOCK and at < len(block) and any(block[at:]):
        what = "The log breaks off within the header of a record."
        yield Issue(what, at_bytes(base + at, len(block) - at), block[at:])


def _fragment(block: bytes, at: int, base: int) -> _Fragment | Issue:
    if at + _HEADER.size > len(block):
        return Issue("A header of a record was expected.", at_bytes(base + min(at, len(block)), 0))
    checksum, length, kind = _HEADER.unpack_from(block, at)
    start, end = at + _HEADER.size, at + _HEADER.size + length
    excerpt = block[at : at + _EXCERPT]
    if end > len(block):
        what = f"A record of the log says that it has {length} bytes; {len(block) - start} are there."
        return Issue(what, at_bytes(base + at, len(block) - at), excerpt)
    if masked_crc32c(block[start - 1 : end]) != checksum:
        what = "A record of the log is damaged: its checksum does not fit."
        return Issue(what, at_bytes(base + at, end - at), excerpt)
    if not _WHOLE <= kind <= _LAST:
        return Issue(f"A record of the log is of the kind {kind}, which is not known.", at_bytes(base + at, end - at))
    return _Fragment(kind, block[start:end], base + at)


@dataclass(slots=True)
class _Joined:
    """Joins fragments into records."""

    parts: list[bytes] = field(default_factory=list)
    start: int | None = None
    size: int = 0

    def take(self, found: _Fragment | Issue) -> Iterator[LogRecord | Issue]:
        if isinstance(found, Issue):
            yield found
            yield from self.broken("A record that began at byte {} is not whole: what follows is damaged.")
        elif found.kind in (_WHOLE, _FIRST):
            yield from self.broken("A record that began at byte {} is not whole: another follows.")
            if found.kind == _WHOLE:
                yield LogRecord(found.content, found.at, found.end, found.at + _HEADER.size)
            else:
                self.parts, self.start, self.size = [found.content], found.at, len(found.content)
        elif self.start is None:
            what = "A fragment of a record stands alone: the record's beginning is not before it."
            yield Issue(what, at_bytes(found.at, found.end - found.at), found.content[:_EXCERPT])
        else:
            yield from self._more(found)

    def _more(self, found: _Fragment) -> Iterator[LogRecord | Issue]:
        self.size += len(found.content)
        if self.size > MAX_RECORD:
            yield from self.broken("A record that began at byte {} is longer than " + f"{MAX_RECORD} bytes; not read.")
            return
        self.parts.append(found.content)
        if found.kind == _LAST and self.start is not None:
            yield LogRecord(b"".join(self.parts), self.start, found.end, None)
            self.parts, self.start = [], None

    def broken(self, what: str) -> Iterator[Issue]:
        """An issue if a record was begun and not finished."""
        if self.start is not None:
            first = self.parts[0]
            yield Issue(what.format(self.start), at_bytes(self.start, _HEADER.size + len(first)), first[:_EXCERPT])
            self.parts, self.start = [], None
