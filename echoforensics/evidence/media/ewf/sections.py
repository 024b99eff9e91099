"""The sections of one segment of an EWF image."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from echoforensics.evidence.media.file_bytes import RandomBytes

FILE_HEADER = 13
DESCRIPTOR = 76
#: Bytes of a table before its entries.
TABLE_HEADER = 24
#: Chunks that one table may list; EnCase lists 65534 at most, FTK Imager those of a whole segment.
MAX_ENTRIES = 1 << 24
MAX_SECTIONS = 1_000_000
MAX_LISTED_ERRORS = 100
_XHASH_LIMIT = 1 << 20


class Geometry(NamedTuple):
    """What the image says of its media.

    Attributes:
        chunks: how many.
        chunk_size: bytes.
        size: bytes of the media.
        sector: bytes.
    """

    chunks: int
    chunk_size: int
    size: int
    sector: int


@dataclass(frozen=True, slots=True)
class ChunkTable:
    """Chunks that lie one after the other, by their table.

    Attributes:
        count: how many.
        entries: byte offset of the entries in the segment.
        base: what is added to each entry.
        end: byte offset in the segment at which the last chunk ends.
    """

    count: int
    entries: int
    base: int
    end: int


class LooseChunks(NamedTuple):
    """Chunks for which no table can be read.

    Attributes:
        start: byte offset in the segment.
        end: byte offset of their end.
    """

    start: int
    end: int


@dataclass(slots=True)
class EwfSegment:
    """What one segment says.

    Attributes:
        number: by its header.
        tables: where its chunks lie, in order.
        whole: whether its sections can be followed to its end.
        last: whether it says that it is the last one.
    """

    number: int
    geometry: Geometry | None = None
    tables: list[ChunkTable | LooseChunks] = field(default_factory=list)
    hashes: dict[str, str] = field(default_factory=dict)
    issues: list[str] = field(default_factory=list)
    whole: bool = False
    last: bool = False


def read_segment(data: RandomBytes) -> EwfSegment:
    """Read the sections of a segment. What is damaged is among its issues. Raises OSError from reading.

    References:
        libyal/libewf, documentation, "Expert Witness Compression Format (EWF)", sections 3 and 4.
    """
    head = data.read(0, FILE_HEADER)
    segment = EwfSegment(int.from_bytes(head[9:11], "little"))
    reader = _Sections(data, segment)
    at = FILE_HEADER
    for _ in range(MAX_SECTIONS):
        raw = data.read(at, DESCRIPTOR)
        if len(raw) < DESCRIPTOR:
            segment.issues.append(f"it ends at byte {data.size}, before its last section")
            break
        kind, following, size, checksum = struct.unpack("<16sQQ40xI", raw)
        if zlib.adler32(raw[:72]) != checksum:
            segment.issues.append(f"the section at byte {at} is damaged; what comes after it was not followed")
            break
        name = kind.partition(b"\0")[0].decode("ascii", "replace")
        if name in ("next", "done"):
            segment.whole, segment.last = True, name == "done"
            break
        end = following if following > at else at + max(size, DESCRIPTOR)
        reader.take(name, at + DESCRIPTOR, min(end, data.size))
        if end > data.size or end < at + DESCRIPTOR:
            segment.issues.append(f"its section {name!r} at byte {at} runs beyond its end at byte {data.size}")
            break
        at = end
    else:
        segment.issues.append(f"only its first {MAX_SECTIONS} sections were read")
    reader.finish()
    return segment


class _Sections:
    """Takes in one section after the other."""

    def __init__(self, data: RandomBytes, segment: EwfSegment) -> None:
        self._data = data
        self._segment = segment
        self._sectors: tuple[int, int] | None = None
        self._damaged: str | None = None

    def take(self, name: str, start: int, end: int) -> None:
        if name in ("volume", "disk", "data") and self._segment.geometry is None:
            self._segment.geometry = _geometry(self._data.read(start, min(end - start, 1052)))
        elif name == "sectors":
            self.finish()
            self._sectors = (start, end)
        elif name in ("table", "table2"):
            self._table(start, end)
        elif name in ("hash", "digest", "xhash"):
            _hashes(name, self._data.read(start, min(end - start, _XHASH_LIMIT)), self._segment.hashes)
        elif name == "error2":
            self._acquisition_errors(self._data.read(start, min(end - start, 520 + 8 * MAX_LISTED_ERRORS)))

    def finish(self) -> None:
        """Chunks for which no table came are kept as loose ones."""
        if self._sectors is not None:
            if self._damaged:
                self._segment.issues.append(self._damaged)
            self._segment.tables.append(LooseChunks(*self._sectors))
        self._sectors = self._damaged = None

    def _table(self, start: int, end: int) -> None:
        raw = self._data.read(start, TABLE_HEADER)
        if len(raw) < TABLE_HEADER:
            return
        count, base, checksum = struct.unpack("<I4xQ4xI", raw)
        entries = start + TABLE_HEADER
        good = zlib.adler32(raw[:20]) == checksum and count <= MAX_ENTRIES and entries + 4 * count <= end
        if good and self._sectors is None:
            # The second table repeats the first. In SMART images, and the oldest of EnCase, the chunks lie behind the
            # entries of the one table.
            if entries + 4 * count + 4 < end and self._first_entry(entries, base) >= entries:
                self._segment.tables.append(ChunkTable(count, entries, base, end))
            return
        if self._sectors is None:
            return
        listed = self._data.read(entries, 4 * count + 4) if good else b""
        if good and len(listed) == 4 * count + 4 and zlib.adler32(listed[:-4]) == int.from_bytes(listed[-4:], "little"):
            self._segment.tables.append(ChunkTable(count, entries, base, self._sectors[1]))
            self._sectors = self._damaged = None
        else:
            self._damaged = f"the tables of the chunks at byte {self._sectors[0]} are damaged"

    def _first_entry(self, entries: int, base: int) -> int:
        return base + (int.from_bytes(self._data.read(entries, 4), "little") & 0x7FFFFFFF)

    def _acquisition_errors(self, raw: bytes) -> None:
        count = int.from_bytes(raw[:4], "little")
        for number in range(min(count, (len(raw) - 520) // 8, MAX_LISTED_ERRORS)):
            first, sectors = struct.unpack_from("<II", raw, 520 + 8 * number)
            self._segment.issues.append(
                f"it says that {sectors} sectors from sector {first} on could not be read when the image was acquired"
            )
        if count > MAX_LISTED_ERRORS:
            self._segment.issues.append(f"it lists {count - MAX_LISTED_ERRORS} more such places")


def _geometry(raw: bytes) -> Geometry | None:
    if len(raw) < 94:
        return None
    chunks, per_chunk, sector = struct.unpack_from("<4xIII", raw)
    sectors = int.from_bytes(raw[16 : 24 if len(raw) >= 1052 else 20], "little")
    chunk_size = per_chunk * sector
    if not 0 < sector <= 1 << 16 or not 0 < per_chunk <= 1 << 16 or chunk_size > 1 << 26 or not sectors:
        return None
    return Geometry(chunks, chunk_size, sectors * sector, sector)


def _hashes(name: str, raw: bytes, found: dict[str, str]) -> None:
    if name == "xhash":
        try:
            text = zlib.decompressobj().decompress(raw, _XHASH_LIMIT)
        except zlib.error:
            return  # a stored hash that cannot be read is one that is not there
        for kind, value in re.findall(rb"<(md5|sha1)>([0-9a-fA-F]{32,40})</", text):
            found.setdefault(kind.decode(), value.decode().lower())
        return
    used = 32 if name == "hash" else 76
    if len(raw) < used + 4 or zlib.adler32(raw[:used]) != int.from_bytes(raw[used : used + 4], "little"):
        return
    if any(raw[:16]):
        found["md5"] = raw[:16].hex()
    if name == "digest" and any(raw[16:36]):
        found["sha1"] = raw[16:36].hex()
