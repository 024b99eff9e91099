"""Android's dynamic partitions: the logical volumes of a partition ``super``.

References:
    AOSP, system/core/fs_mgr/liblp/include/liblp/metadata_format.h.
"""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.evidence.entry import EvidenceIssue
from echoforensics.evidence.volumes.inner import FoundVolume
from echoforensics.evidence.volumes.pieces import scattered
from echoforensics.evidence.volumes.slots import with_slots
from echoforensics.evidence.volumes.table import CarefulReader, Partition, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.evidence.media.media import Media
    from echoforensics.evidence.volume import Volume

SECTOR = 512
#: Where the geometry and its copy are; the metadata of each slot follow, then their copies.
GEOMETRY_PLACES = (4096, 8192)
METADATA_AT = 12288
MAX_SLOTS = 8
#: Bytes of the tables of one slot; devices have 64 KiB.
MAX_TABLES = 1024 * 1024
MAX_PIECES = 100_000
MAX_LENGTH = 2**60

# Magic, size, SHA-256, most bytes of metadata, slots, block size.
_GEOMETRY = struct.Struct("<II32sIII")
_GEOMETRY_MAGIC = 0x616C4467
# Magic, version, size, SHA-256, size of the tables, SHA-256 of them; places of partitions and extents.
_HEADER = struct.Struct("<IHHI32sI32s3I3I")
_HEADER_MAGIC = 0x414C5030
# Name, attributes, first extent, count of extents, group.
_PARTITION = struct.Struct("<36sIIII")
# Sectors, kind, first sector, device.
_EXTENT = struct.Struct("<QIQI")
_LINEAR, _ZERO = 0, 1


class _Metadata(NamedTuple):
    slot: int
    partitions: tuple[tuple[str, int, int], ...]
    extents: tuple[tuple[int, int, int, int], ...]


def find_dynamic(media: Media, volumes: Iterable[Volume]) -> FoundVolume:
    """The logical volumes that are on some volumes of the media, with prefixes like ``p8/lp-system_a/``.

    Each slot has a table of its own. The first that can be read is used, and others that differ are named.
    """
    found = FoundVolume()
    for volume in volumes:
        reader = CarefulReader(volume.read)
        geometry = _geometry(reader)
        if geometry is None:
            continue
        found.holders.add(volume.prefix)
        issues: list[str] = []
        tables = _tables(reader, *geometry, issues)
        if not tables:
            issues.append("Android dynamic partitions (super) without a table that can be read; files were not read")
        else:
            if any(other.partitions != tables[0].partitions or other.extents != tables[0].extents for other in tables):
                slot = tables[0].slot
                issues.append(f"tables of dynamic partitions differ by slot; that of slot {slot} was used")
            _add(media, volume, tables[0], found, issues)
        found.issues += [EvidenceIssue(volume.prefix.rstrip("/"), what) for what in (*issues, *reader.issues)]
    return found


def _geometry(read: CarefulReader) -> tuple[int, int] | None:
    """The most bytes that the metadata of a slot have, and the count of slots."""
    for place in GEOMETRY_PLACES:
        raw = read(place, _GEOMETRY.size)
        if len(raw) < _GEOMETRY.size:
            continue
        magic, size, checksum, most, slots, _ = _GEOMETRY.unpack(raw)
        zeroed = raw[:8] + bytes(32) + raw[40:]
        if magic == _GEOMETRY_MAGIC and size == _GEOMETRY.size and hashlib.sha256(zeroed).digest() == checksum:
            return most, slots
    return None


def _tables(read: CarefulReader, most: int, slots: int, issues: list[str]) -> list[_Metadata]:
    found: list[_Metadata] = []
    for slot in range(min(slots, MAX_SLOTS)):
        for copy in (0, 1):
            one = _metadata(read, METADATA_AT + (copy * slots + slot) * most, slot)
            if one is not None:
                found.append(one)
                if copy:
                    issues.append(f"the table of dynamic partitions of slot {slot} is damaged; its copy was used")
                break
    return found


def _metadata(read: CarefulReader, offset: int, slot: int) -> _Metadata | None:
    raw = read(offset, 4096)
    if len(raw) < _HEADER.size:
        return None
    magic, _, _, size, checksum, tables_size, tables_sum, *places = _HEADER.unpack_from(raw)
    if magic != _HEADER_MAGIC or not _HEADER.size <= size <= len(raw) or tables_size > MAX_TABLES:
        return None
    if hashlib.sha256(raw[:12] + bytes(32) + raw[44:size]).digest() != checksum:
        return None
    tables = read(offset + size, tables_size)
    if hashlib.sha256(tables).digest() != tables_sum:
        return None
    partitions = _rows(tables, _PARTITION, *places[:3])
    extents = _rows(tables, _EXTENT, *places[3:])
    names = (
        (printable(name.partition(b"\0")[0].decode("utf-8", "backslashreplace")), first, count)
        for name, _, first, count, _ in partitions
    )
    return _Metadata(
        slot, tuple(names), tuple((sectors, kind, start, device) for sectors, kind, start, device in extents)
    )


def _rows(tables: bytes, row: struct.Struct, at: int, count: int, size: int) -> list[tuple[Any, ...]]:
    if size < row.size:
        return []
    places = range(at, min(at + count * size, len(tables) - row.size + 1), size)
    return [row.unpack_from(tables, place) for place in places]


def _add(media: Media, volume: Volume, table: _Metadata, found: FoundVolume, issues: list[str]) -> None:
    names = with_slots([Partition(0, 0, name, name) for name, _, _ in table.partitions])
    taken: set[str] = set()
    budget = MAX_PIECES
    for part, (name, first, count) in zip(names, table.partitions, strict=True):
        prefix = f"{volume.prefix}lp-{name.replace('/', '_')}/"
        if not count:
            continue  # the other slot's partitions have no content until an update writes them
        extents = table.extents[first : first + count]
        length = sum(extent[0] for extent in extents) * SECTOR
        if prefix in taken or len(extents) < count or count > budget or not 0 < length <= MAX_LENGTH:
            issues.append(f"the dynamic partition {name!r} contradicts the rest of its table; it was not read")
            continue
        taken.add(prefix)
        budget -= count
        pieces = tuple(piece for extent in extents for piece in _pieces(volume, *extent))
        missing = sum(sectors for sectors, kind, _, _ in extents if kind != _ZERO) * SECTOR
        missing -= sum(size for place, size in pieces if place is not None)
        if missing:
            issues.append(f"{missing} bytes of the dynamic partition {name!r} are not in the image; they read as zeros")
        found.volumes.append(
            scattered(media, prefix, f"{part.description} (dynamic partition)", pieces, "super", part.slot)
        )


def _pieces(volume: Volume, sectors: int, kind: int, first: int, device: int) -> list[tuple[int | None, int]]:
    length, start = sectors * SECTOR, first * SECTOR
    if kind != _LINEAR or device or volume.offset is None:
        return [(None, length)] if length else []
    here = max(0, min(length, volume.length - start))
    pieces: list[tuple[int | None, int]] = [(volume.offset + start, here)] if here else []
    return [*pieces, (None, length - here)] if here < length else pieces
