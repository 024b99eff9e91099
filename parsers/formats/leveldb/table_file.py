"""Table files (``.ldb``, in older databases ``.sst``): sorted entries in blocks.

The last 48 bytes are the footer: the offset and size of the metaindex and of the index, and a magic number.
The index points to the blocks. After each block come its compression (0 none, 1 Snappy, 2 Zstandard) and the masked
CRC-32C of both. An entry states how many bytes of its key it shares with the previous key, how many follow, and
the length of its value; then come the rest of the key and the value. After the entries come the restart points,
where keys are stored whole, and their number. A key ends with eight bytes: sequence number and kind (1 put, 0
delete).

References:
    google/leveldb, doc/table_format.md, table/format.cc, db/dbformat.h
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

from parsers.coding import CodingError, decode
from parsers.formats.leveldb.checksum import masked_crc32c
from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.varint import LevelDbError, read_varint
from parsers.locator import at_bytes, at_coding, join
from parsers.record import Issue

MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)
#: How tables of RocksDB end, which have the same file names.
ROCKSDB_MAGIC = struct.pack("<Q", 0x88E241B785F4CFF7)
FOOTER = 48
#: Limit on the length of a block, compressed and decompressed.
MAX_BLOCK = 64 * 1024 * 1024
#: The blocks of one table may total this many times its size, plus this many bytes.
_MAX_RATIO = 40
_TRAILER = 5
_CODINGS = {1: "snappy", 2: "zstd"}
#: The keys of one block may total this many times its size, plus this many bytes.
_MAX_KEYS = 100
_ALLOWANCE = 65536
_DELETE, _PUT = 0, 1


class _Block(NamedTuple):
    """A block and the locator of its content; the locator is empty if it has none."""

    content: bytes
    at: int
    coded: str

    def locator(self, start: int, length: int) -> str:
        return join(self.coded, at_bytes(start, length)) if self.coded else at_bytes(self.at + start, length)


class _KeyValue(NamedTuple):
    key: bytes
    value: bytes
    start: int
    end: int


def is_table(tail: bytes) -> bool:
    """Whether a file with these last bytes is a table."""
    return tail.endswith(MAGIC)


def table_entries(stream: BinaryIO, size: int) -> Iterator[LevelEntry | Issue]:
    """Yield the entries of a table, and an issue for each part that cannot be read.

    Args:
        stream: the file, seekable.
        size: its length in bytes.
    """
    footer_at = size - FOOTER
    stream.seek(max(0, footer_at))
    footer = stream.read(FOOTER)
    if footer_at < 0 or not is_table(footer):
        kind = "that of a table of RocksDB, which is not read" if footer.endswith(ROCKSDB_MAGIC) else "not a table's"
        yield Issue(f"The end of the file is {kind}: it may be cut off or of another kind.", "", footer[-64:])
        return
    reading = _TableReading(stream, footer_at, _MAX_RATIO * size + MAX_BLOCK)
    try:
        at = read_varint(footer, read_varint(footer, 0)[1])[1]
        index = reading.block(*_handle(footer, at))
        yield from reading.entries(index)
    except LevelDbError as error:
        what = f"The index of the table cannot be read: {error}. Its entries were not read."
        yield Issue(what, at_bytes(footer_at, FOOTER), footer)


def _handle(content: bytes, at: int) -> tuple[int, int]:
    offset, at = read_varint(content, at)
    return offset, read_varint(content, at)[0]


@dataclass(slots=True)
class _TableReading:
    """The reading of one table. ``room`` is how many bytes its remaining blocks may total."""

    stream: BinaryIO
    end: int
    room: int

    def entries(self, index: _Block) -> Iterator[LevelEntry | Issue]:
        last = 0
        for item in _key_values(index):
            if isinstance(item, str):
                yield Issue(f"The index of the table cannot be read to its end: {item}.", index.locator(0, 0))
                return
            try:
                offset, length = _handle(item.value, 0)
                block = self.block(offset, length, behind=last)
            except LevelDbError as error:
                yield Issue(f"A block of the table cannot be read: {error}.", index.locator(item.start, 0))
                continue
            last = offset + length
            yield from _block_entries(block)

    def block(self, offset: int, length: int, behind: int = 0) -> _Block:
        """Read and decompress a block. Blocks must follow one another without overlap.

        Raises:
            LevelDbError: the block cannot be read.
        """
        where = f"{length} bytes at byte {offset}"
        if offset < behind:
            raise LevelDbError(f"{where} overlap the block before")
        if offset + length + _TRAILER > self.end or length > MAX_BLOCK:
            raise LevelDbError(f"{where} reach beyond the file or are too many")
        self.stream.seek(offset)
        content = self.stream.read(length + _TRAILER)
        stored = int.from_bytes(content[length + 1 :], "little")
        if len(content) < length + _TRAILER or masked_crc32c(content[: length + 1]) != stored:
            raise LevelDbError(f"{where} are damaged: the checksum does not fit")
        kind, content = content[length], content[:length]
        if kind == 0:
            return _Block(content, offset, "")
        if kind not in _CODINGS:
            raise LevelDbError(f"{where} are compressed in an unknown way ({kind})")
        limit = min(MAX_BLOCK, self.room)
        try:
            plain = decode(content, _CODINGS[kind], limit)
        except CodingError as error:
            within = "" if limit == MAX_BLOCK else " within what all blocks of a table may come to"
            raise LevelDbError(f"{where} cannot be decompressed{within} ({_CODINGS[kind]}): {error}") from error
        self.room -= len(plain)
        return _Block(plain, offset, join(at_bytes(offset, length), at_coding(_CODINGS[kind])))


def _block_entries(block: _Block) -> Iterator[LevelEntry | Issue]:
    for item in _key_values(block):
        if isinstance(item, str):
            yield Issue(f"A block of the table cannot be read to its end: {item}.", block.locator(0, 0))
            return
        number = int.from_bytes(item.key[-8:], "little")
        kind = number & 0xFF
        locator = block.locator(item.start, item.end - item.start)
        if len(item.key) < 8 or kind not in (_DELETE, _PUT):
            yield Issue("A key of the table has no sequence number.", locator, item.key[:64])
            continue
        length = len(item.value)
        value_at = block.locator(item.end - length, length) if kind == _PUT else ""
        yield LevelEntry(item.key[:-8], item.value if kind == _PUT else None, number >> 8, locator, value_at)


def _key_values(block: _Block) -> Iterator[_KeyValue | str]:
    """The entries of a block; a string that says why the rest cannot be read."""
    content = block.content
    restarts = int.from_bytes(content[-4:], "little")
    end = len(content) - 4 - 4 * restarts
    if len(content) < 4 or end < 0:
        yield "its restart points do not fit"
        return
    key, at, room = b"", 0, _MAX_KEYS * len(content) + _ALLOWANCE
    while at < end:
        start = at
        try:
            shared, at = read_varint(content, at)
            more, at = read_varint(content, at)
            length, at = read_varint(content, at)
        except LevelDbError as error:
            yield str(error)
            return
        if shared > len(key) or at + more + length > end:
            yield f"an entry at its byte {start} does not fit"
            return
        key = key[:shared] + content[at : at + more]
        room -= len(key)
        if room < 0:
            yield "its keys come to too many bytes"
            return
        at += more + length
        yield _KeyValue(key, content[at - length : at], start, at)
