"""Amlogic's table of eMMC partitions ("MPT"), as Echo Show devices with Amlogic chips have it.

References:
    U-Boot for Amlogic chips, drivers/mmc/aml_emmc_partition.c and include/emmc_partitions.h
    (https://github.com/hardkernel/u-boot); Linux documentation "Amlogic proprietary eMMC partition parsing".
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from echoforensics.evidence.volumes.slots import with_slots
from echoforensics.evidence.volumes.table import Partition, PartitionTable, printable

if TYPE_CHECKING:
    from echoforensics.evidence.volumes.table import Read

MAGIC = b"MPT\0"
#: Where the partition ``reserved`` begins: behind a bootloader of 4 MiB and a gap of 32 MiB or none; or at byte 0.
KNOWN_PLACES = (0x2400000, 0x400000, 0)
#: Bytes of ``reserved`` in which the table and its copies are looked for.
RESERVED_AREA = 1024 * 1024
#: Bytes of the media that are looked through where the table is at no known place.
SEARCHED = 128 * 1024 * 1024
#: Entries that are read; devices have up to 32.
MAX_PARTS = 128
#: Copies of the table that are compared.
MAX_COPIES = 16
#: Places in one MiB at which the magic is looked for.
MAX_LOOKS = 64

_PIECE = 1024 * 1024
_STEP = 512
_VERSION = re.compile(rb"\d\d\.\d\d\.\d\d\0+")
# Magic, version, count of partitions, checksum.
_HEADER = struct.Struct("<4s12sII")
# Name, size, offset, mask, padding.
_ENTRY = struct.Struct("<16sQQI4x")
_REST = 0xFFFFFFFFFFFFFFFF


def read_mpt(read: Read, size: int) -> PartitionTable | None:
    """Read the table where devices keep it. None if it is not there."""
    for place in KNOWN_PLACES:
        found = _copies(read, size, place, RESERVED_AREA)
        # At the lesser places it could be a copy in a file.
        if found and (place == KNOWN_PLACES[0] or any(_is_at_its_place(copy) for copy in found)):
            return _chosen(found)
    return None


def search_mpt(read: Read, size: int) -> PartitionTable | None:
    """Look for the table in the first 128 MiB, at multiples of 512 bytes. None if there is none.

    A table that states another place is not used: it is a copy in a file, or not of this media.
    """
    for start in range(0, min(size, SEARCHED), _PIECE):
        found = [copy for copy in _copies(read, size, start, _PIECE) if _is_at_its_place(copy)]
        if found:
            return _chosen(found)
    return None


class _AmlogicTable:
    """One table as found."""

    def __init__(self, place: int, raw: bytes, size: int) -> None:
        self.place = place
        _, _, count, self.stored = _HEADER.unpack_from(raw)
        self.count = count
        shown = min(count, MAX_PARTS, (len(raw) - _HEADER.size) // _ENTRY.size)
        self.raw = raw[: _HEADER.size + shown * _ENTRY.size]
        self.complete = shown == count
        self.parts = [
            self._part(size, *_ENTRY.unpack_from(raw, _HEADER.size + index * _ENTRY.size)) for index in range(shown)
        ]

    @staticmethod
    def _part(size: int, raw_name: bytes, length: int, offset: int, _: int) -> Partition:
        name = printable(raw_name.partition(b"\0")[0].decode("ascii", "backslashreplace"))
        return Partition(offset, max(0, size - offset) if length == _REST else length, name or "without a name", name)

    @property
    def is_plausible(self) -> bool:
        """Whether something of it can be used: names, and places in rising order are what tables have."""
        named = [part for part in self.parts if part.name.isidentifier() or part.name.replace("-", "").isalnum()]
        return bool(self.parts) and len(named) == len(self.parts)

    @property
    def checksum_matches(self) -> bool:
        """The first version sums up the words of the first entry, once for each entry; the second those of each."""
        if not self.complete:
            return False
        words = [word for (word,) in struct.iter_unpack("<I", self.raw[_HEADER.size :])]
        first = sum(words[: _ENTRY.size // 4]) * self.count
        return self.stored in (first & 0xFFFFFFFF, sum(words) & 0xFFFFFFFF)


def _copies(read: Read, size: int, start: int, length: int) -> list[_AmlogicTable]:
    area = read(start, min(length, size - start)) if start < size else b""
    found: list[_AmlogicTable] = []
    at = area.find(MAGIC)
    looked = 0
    while at >= 0 and len(found) < MAX_COPIES and looked < MAX_LOOKS:
        if at % _STEP == 0:
            looked += 1
            raw = read(start + at, _HEADER.size + MAX_PARTS * _ENTRY.size)
            if len(raw) >= _HEADER.size and _VERSION.fullmatch(raw[4:16]):
                copy = _AmlogicTable(start + at, raw, size)
                if copy.is_plausible:
                    found.append(copy)
        at = area.find(MAGIC, at + 1)
    return found


def _is_at_its_place(copy: _AmlogicTable) -> bool:
    reserved = [part for part in copy.parts if part.name == "reserved"]
    return not reserved or any(part.offset <= copy.place < part.offset + part.length for part in reserved)


def _chosen(copies: list[_AmlogicTable]) -> PartitionTable:
    good = [copy for copy in copies if copy.checksum_matches]
    used = (good or copies)[0]
    issues: list[str] = []
    if not good:
        issues.append(
            f"the checksum of the Amlogic table at byte {used.place} does not match; it was used as it stands"
        )
    elif used is not copies[0]:
        issues.append(
            f"the checksum of the Amlogic table at byte {copies[0].place} does not match; the copy at byte {used.place}"
            " was used"
        )
    if not used.complete:
        issues.append(f"the Amlogic table says that it has {used.count} entries; the first {len(used.parts)} were read")
    if any(copy.raw != used.raw for copy in good):
        issues.append(f"copies of the Amlogic table differ; the one at byte {used.place} was used")
    return PartitionTable("MPT", with_slots(used.parts), tuple(issues))
