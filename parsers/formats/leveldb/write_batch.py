"""Write batches: the puts and deletes in one log record.

A sequence number (u64) and the number of entries (u32), then for each entry its kind (1 put, 0 delete), its key, and
for a put its value. The first entry has the batch's sequence number, each later one the next.

References:
    google/leveldb, db/write_batch.cc
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.log_file import LogRecord
from parsers.formats.leveldb.varint import LevelDbError, read_sized
from parsers.locator import at_bytes
from parsers.record import Issue

_HEADER = struct.Struct("<QI")
_DELETE, _PUT = 0, 1


def batch_entries(record: LogRecord) -> Iterator[LevelEntry | Issue]:
    """Yield the entries of a log record, and an issue if it is not a complete batch."""
    content = record.content
    whole = at_bytes(record.start, record.end - record.start)
    if len(content) < _HEADER.size:
        yield Issue("A record of the log is too short for a batch of writes.", whole, content)
        return
    sequence, count = _HEADER.unpack_from(content)
    at, number = _HEADER.size, 0
    while at < len(content):
        start = at
        try:
            key, value, at = _entry(content, at)
        except LevelDbError as error:
            yield Issue(f"A batch of writes cannot be read from its byte {start} on: {error}.", whole, content[:64])
            return
        locator, value_at = whole, ""
        if record.content_at is not None:
            locator = at_bytes(record.content_at + start, at - start)
            value_at = at_bytes(record.content_at + at - len(value), len(value)) if value is not None else ""
        yield LevelEntry(key, value, sequence + number, locator, value_at)
        number += 1
    if number != count:
        yield Issue(f"A batch of writes says that it has {count} entries; {number} are there.", whole)


def _entry(content: bytes, at: int) -> tuple[bytes, bytes | None, int]:
    """The key and value of an entry (None for a deletion), and the offset after the entry."""
    kind = content[at]
    if kind not in (_DELETE, _PUT):
        raise LevelDbError(f"an entry of the kind {kind}, which is not known")
    key, at = read_sized(content, at + 1)
    if kind == _DELETE:
        return key, None, at
    value, at = read_sized(content, at)
    return key, value, at
