"""Read systemd journal files: entries with their fields, in file order, in bounded memory.

The file is walked object by object, which also finds entries that no array refers to any more.

References:
    systemd, docs/JOURNAL_FILE_FORMAT.md and src/libsystemd/sd-journal/journal-def.h: the header, objects, compression
    (XZ, LZ4, ZSTD), compact mode.
"""

from __future__ import annotations

import io
import lzma
import struct
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import lz4.block
import zstandard

from parsers.locator import at_bytes

MAGIC = b"LPKSHHRH"
#: Limit on the length of a field in bytes; of a longer one, the beginning is read where its compression allows that.
MAX_FIELD = 65536
#: Limits on the fields read per entry, and on cached fields: most fields are shared by many entries.
MAX_FIELDS, _MAX_KNOWN = 200, 4096
_HEADER = struct.Struct("<8s2IB7x16s16s16s16s4Q")
_HEADER_SIZE_AT, _ARENA_AT, _TAIL_AT = 88, 96, 136
_OBJECT = struct.Struct("<BB6xQ")
_ENTRY = struct.Struct("<3Q16sQ")
_DATA, _ENTRY_TYPE, _LAST_TYPE = 1, 3, 7
_XZ, _LZ4, _ZSTD = 1, 2, 4
_COMPACT = 16
_KNOWN_FLAGS = 31
#: Memory limit for decompression.
_WINDOW = 64 * 1024 * 1024
#: Limit on the size of an object.
_MAX_OBJECT = 768 * 1024 * 1024


class LogJournalError(ValueError):
    """The file is not a journal, or uses an unsupported form."""


class JournalEntry(NamedTuple):
    """One entry.

    Attributes:
        locator: where the entry is.
        realtime: microseconds since 1970 UTC.
        boot: the boot ID, in hexadecimal.
        fields: values by name; of several fields with one name the first.
        message_locator: where its message is; empty if it has none.
        missing: number of fields that could not be read.
    """

    locator: str
    realtime: int
    boot: str
    fields: dict[str, bytes]
    message_locator: str = ""
    missing: int = 0


class JournalDamage(NamedTuple):
    """A part that could not be read: one sentence, and its location."""

    what: str
    locator: str


class JournalHeader(NamedTuple):
    """The header of a journal.

    Attributes:
        machine: the machine ID, in hexadecimal.
        compact: whether offsets are four bytes long.
        start: offset of the first object.
        end: offset at which objects end.
        tail: offset of the last object.
    """

    machine: str
    compact: bool
    start: int
    end: int
    tail: int


def header_of(head: bytes, size: int) -> JournalHeader:
    """Parse the header of a journal.

    Args:
        head: the file's first bytes.
        size: length of the file in bytes.

    Raises:
        LogJournalError: the file is not a journal, or has an unknown feature.
    """
    if len(head) < 208 or not head.startswith(MAGIC):
        raise LogJournalError("the file does not begin as a journal does")
    _, _, incompatible, _, _, machine, _, _, header, arena, _, _ = _HEADER.unpack_from(head)
    if incompatible & ~_KNOWN_FLAGS:
        raise LogJournalError(f"the journal has features that are not known ({incompatible:#x})")
    if not 208 <= header <= 4096 or header % 8:
        raise LogJournalError(f"the journal's header has a size of {header} bytes")
    tail = int.from_bytes(head[_TAIL_AT : _TAIL_AT + 8], "little")
    return JournalHeader(machine.hex(), bool(incompatible & _COMPACT), header, min(size, header + arena), tail)


class JournalReader:
    """Reads the entries of one journal."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        """Open a journal from a seekable stream at its start. Raises LogJournalError."""
        self._stream = stream
        self.header = header_of(stream.read(4096), size)
        self._known: OrderedDict[int, tuple[str, bytes] | None] = OrderedDict()

    def entries(self) -> Iterator[JournalEntry | JournalDamage]:
        """Yield every entry, and one remark if the objects cannot be followed further."""
        at, end = self.header.start, self.header.end
        while at + _OBJECT.size <= end:
            self._stream.seek(at)
            kind, _, size = _OBJECT.unpack(self._stream.read(_OBJECT.size).ljust(_OBJECT.size, b"\0"))
            if not kind and not size:
                # Space that is allocated and not used yet. If the last object comes later, some objects are lost.
                if at <= self.header.tail:
                    yield JournalDamage("objects are missing from here on", at_bytes(at, end - at))
                return
            if kind > _LAST_TYPE or not _OBJECT.size <= size <= _MAX_OBJECT or at + size > end:
                yield JournalDamage("no object stands here; nothing behind it was read", at_bytes(at, end - at))
                return
            if kind == _ENTRY_TYPE:
                yield self._entry(at, size)
            at += (size + 7) // 8 * 8

    def _entry(self, at: int, size: int) -> JournalEntry:
        width = 4 if self.header.compact else 16
        content = self._stream.read(min(size - _OBJECT.size, _ENTRY.size + MAX_FIELDS * width))
        locator = at_bytes(at, size)
        if len(content) < _ENTRY.size:
            return JournalEntry(locator, 0, "", {}, missing=1)
        _, realtime, _, boot, _ = _ENTRY.unpack_from(content)
        fields: dict[str, bytes] = {}
        message, missing = "", max(0, (size - _OBJECT.size - _ENTRY.size) // width - MAX_FIELDS)
        for place in range(_ENTRY.size, len(content) - width + 1, width):
            offset = int.from_bytes(content[place : place + (4 if width == 4 else 8)], "little")
            found = self._field(offset)
            if found is None:
                missing += 1
                continue
            name, value = found
            if name == "MESSAGE" and not message:
                message = at_bytes(offset, self._size(offset))
            fields.setdefault(name, value)
        return JournalEntry(locator, realtime, boot.hex(), fields, message, missing)

    def _size(self, offset: int) -> int:
        self._stream.seek(offset)
        return int(_OBJECT.unpack(self._stream.read(_OBJECT.size))[2])

    def _field(self, offset: int) -> tuple[str, bytes] | None:
        if offset in self._known:
            self._known.move_to_end(offset)
            return self._known[offset]
        found = self._read_field(offset)
        self._known[offset] = found
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return found

    def _read_field(self, offset: int) -> tuple[str, bytes] | None:
        if not self.header.start <= offset <= self.header.end - _OBJECT.size:
            return None
        self._stream.seek(offset)
        raw = self._stream.read(_OBJECT.size)
        kind, flags, size = _OBJECT.unpack(raw.ljust(_OBJECT.size, b"\0"))
        inside = 72 if self.header.compact else 64
        if kind != _DATA or size < inside or offset + size > self.header.end:
            return None
        self._stream.seek(offset + inside)
        content = _unpacked(self._stream.read(min(size - inside, MAX_FIELD)), flags)
        name, sign, value = (content or b"").partition(b"=")
        return (name.decode("ascii", "backslashreplace"), value) if sign else None


def _unpacked(content: bytes, flags: int) -> bytes | None:
    """A decompressed field; None if it cannot be decompressed within the limit."""
    try:
        if flags & _XZ:
            return lzma.LZMADecompressor(memlimit=_WINDOW).decompress(content, MAX_FIELD)
        if flags & _LZ4:
            size = int.from_bytes(content[:8], "little")
            return bytes(lz4.block.decompress(content[8:], uncompressed_size=size)) if size <= MAX_FIELD else None
        if flags & _ZSTD:
            with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(io.BytesIO(content)) as stream:
                return stream.read(MAX_FIELD)
    except (lzma.LZMAError, zstandard.ZstdError, lz4.block.LZ4BlockError, ValueError, MemoryError):
        return None
    return content
