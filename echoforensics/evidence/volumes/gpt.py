"""GUID partition tables.

References:
    UEFI Specification 2.10, chapter 5 (GUID Partition Table Disk Layout).
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from echoforensics.evidence.volumes.gpt_types import TYPE_NAMES
from echoforensics.evidence.volumes.slots import with_slots
from echoforensics.evidence.volumes.table import Partition, PartitionTable, printable

if TYPE_CHECKING:
    from echoforensics.evidence.volumes.table import Read

SECTOR_SIZES = (512, 4096)
#: Bytes of an entry array that are read; tables have 16 KiB.
MAX_ARRAY = 1024 * 1024
#: Entries that are used; tables have 128.
MAX_PARTS = 1024

# Signature, revision, header size, header CRC, reserved, this LBA, the other's LBA, first and last usable LBA,
# disk GUID, LBA of the entries, their count, bytes of one, CRC of them all.
_HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")
# Type GUID, GUID, first LBA, last LBA, attributes, name.
_ENTRY = struct.Struct("<16s16sQQQ72s")
#: Android's boot control on Qualcomm devices marks the active one of a pair so (gpt-utils.h: AB_PARTITION_ATTR_*).
_ACTIVE_BIT = 1 << 50


class _GptTable(NamedTuple):
    """One of the two copies of the table."""

    offset: int
    problems: tuple[str, ...]
    issues: tuple[str, ...]
    parts: tuple[Partition, ...]
    other: int
    array: int


def read_gpt(read: Read, size: int, last_sector: bool = True) -> PartitionTable | None:
    """Read a GPT by its header, or by the backup header where that one is damaged.

    Args:
        read: reads the media.
        size: bytes of the media.
        last_sector: whether to look for the backup in the last sector although no primary header names it.

    Returns:
        None if there is neither header.
    """
    for sector in SECTOR_SIZES:
        primary = _read_copy(read, size, sector, sector)
        places = [primary.other] if primary is not None else []
        if primary.problems if primary is not None else last_sector:
            places.append(size // sector * sector - sector)
        backups = [_read_copy(read, size, sector, place) for place in dict.fromkeys(places) if place > sector]
        table = _chosen(primary, [copy for copy in backups if copy], places)
        if table is not None:
            return table
    return None


def _chosen(primary: _GptTable | None, backups: list[_GptTable], places: list[int]) -> PartitionTable | None:
    copies = ([primary] if primary else []) + backups
    if not copies:
        return None
    used = min(copies, key=lambda copy: len(copy.problems))
    issues: list[str] = []
    if used is not primary:
        why = "; ".join(primary.problems) if primary else "it is not there"
        issues.append(f"the primary GPT cannot be used ({why}); the backup at byte {used.offset} was used")
    elif used.problems:
        issues.append(f"the primary GPT is damaged ({'; '.join(used.problems)}) and so is its backup; it was used")
    elif not any(not copy.problems for copy in backups):
        why = "; ".join(backups[0].problems) if backups else f"there is none at byte {places[0]}"
        issues.append(f"the backup GPT is missing or damaged ({why}); the primary was used")
    elif all(copy.array != used.array for copy in backups):
        issues.append("the primary GPT and its backup list different partitions; the primary was used")
    if used is not primary and used.problems:
        issues.append(f"the backup GPT is damaged too: {'; '.join(used.problems)}")
    return PartitionTable("GPT", with_slots(used.parts), (*issues, *used.issues))


def _read_copy(read: Read, size: int, sector: int, offset: int) -> _GptTable | None:
    raw = read(offset, sector)
    if len(raw) < _HEADER.size or not raw.startswith(b"EFI PART"):
        return None
    (_, _, header_size, crc, _, own, other, _, _, _, entries_at, count, entry_size, array_crc) = _HEADER.unpack_from(
        raw
    )
    problems: list[str] = []
    if not _HEADER.size <= header_size <= len(raw):
        problems.append(f"its header says it has {header_size} bytes")
    elif zlib.crc32(raw[:16] + bytes(4) + raw[20:header_size]) != crc:
        problems.append("its header's checksum does not match")
    if own * sector != offset:
        problems.append(f"its header says that it stands in sector {own}")
    issues: list[str] = []
    parts: list[Partition] = []
    array = b""
    if not _ENTRY.size <= entry_size <= 4096:
        problems.append(f"its header says that an entry has {entry_size} bytes")
    elif entries_at * sector >= size:
        problems.append("its entries lie beyond the end of the image")
    else:
        array = read(entries_at * sector, min(count * entry_size, MAX_ARRAY))
        if count * entry_size > MAX_ARRAY:
            problems.append(
                f"its header says that it has {count} entries; the first {MAX_ARRAY} bytes of them were read"
            )
        elif len(array) < count * entry_size or zlib.crc32(array) != array_crc:
            problems.append("the checksum of its entries does not match")
        parts = _parts(array, entry_size, sector, issues)
    return _GptTable(offset, tuple(problems), tuple(issues), tuple(parts), other * sector, zlib.crc32(array))


def _parts(array: bytes, entry_size: int, sector: int, issues: list[str]) -> list[Partition]:
    found: list[tuple[Partition, bool]] = []
    for at in range(0, len(array) - _ENTRY.size + 1, entry_size):
        kind, _, first, last, attributes, raw_name = _ENTRY.unpack_from(array, at)
        if not any(kind):
            continue
        number = at // entry_size + 1
        if len(found) >= MAX_PARTS:
            issues.append(f"the GPT has more than {MAX_PARTS} partitions; only the first {MAX_PARTS} were read")
            break
        name = printable(raw_name.decode("utf-16-le", "replace").partition("\0")[0])
        if last < first:
            issues.append(f"GPT entry {number} ({name!r}) ends before it begins; it was not read")
            continue
        guid = str(UUID(bytes_le=kind)).upper()
        what = TYPE_NAMES.get(guid, f"type {guid}")
        length = (last - first + 1) * sector
        part = Partition(first * sector, length, f"{name} ({what})" if name else what, name, number=number)
        found.append((part, bool(attributes & _ACTIVE_BIT)))
    # The bit means something only where it distinguishes partitions by their names' slots.
    slotted = {part.name for part in with_slots([part for part, _ in found]) if part.slot}
    return [
        replace(part, description=f"{part.description}, marked active") if active and part.name in slotted else part
        for part, active in found
    ]
