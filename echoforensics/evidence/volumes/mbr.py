"""Partition tables of MBR disks, with logical partitions.

References:
    UEFI Specification 2.10, section 5.2 (LBA 0 Format); https://www.win.tue.nl/~aeb/partitions/partition_types-2.html
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.volumes.table import Partition, PartitionTable

if TYPE_CHECKING:
    from echoforensics.evidence.volumes.table import Read

TYPE_NAMES = {
    0x01: "FAT12",
    0x04: "FAT16",
    0x06: "FAT16",
    0x07: "NTFS or exFAT",
    0x0B: "FAT32",
    0x0C: "FAT32",
    0x0E: "FAT16",
    0x27: "Windows recovery",
    0x42: "Windows dynamic disk",
    0x82: "Linux swap",
    0x83: "Linux",
    0x8E: "Linux LVM",
    0xA5: "FreeBSD",
    0xA6: "OpenBSD",
    0xA8: "Mac OS X",
    0xA9: "NetBSD",
    0xAF: "Mac OS X HFS",
    0xDA: "data",
    0xEF: "EFI system",
    0xFB: "VMware VMFS",
    0xFD: "Linux RAID",
}
PROTECTIVE = 0xEE
EXTENDED = (0x05, 0x0F, 0x85)
#: Logical partitions that are followed.
MAX_LOGICAL = 256

# Boot flag, CHS of the first sector, type, CHS of the last, first sector, count of sectors.
_ENTRY = struct.Struct("<B3sB3sII")
_TABLE_AT = 446


class Mbr(NamedTuple):
    """What sector 0 says.

    Attributes:
        table: its partitions, except those that stand for a GPT.
        protective: whether one of them stands for a GPT.
    """

    table: PartitionTable
    protective: bool


def read_mbr(read: Read, size: int) -> Mbr | None:
    """Read the table in sector 0 and the chain of logical partitions.

    Args:
        read: reads the media.
        size: bytes of the media.

    Returns:
        None if sector 0 holds no such table, but nothing or the start of a file system.
    """
    raw = read(0, 512)
    entries = _entries(raw)
    if entries is None or _is_boot_sector(raw) or not _plausible(raw, entries, size):
        return None
    sector = _sector_size(read, entries)
    parts: list[Partition] = []
    issues: list[str] = []
    for kind, first, count in entries:
        if kind in EXTENDED:
            parts += _logical(read, size, first, sector, issues)
        elif kind not in (0, PROTECTIVE) and count:
            parts.append(_part(kind, first * sector, count * sector))
    return Mbr(PartitionTable("MBR", tuple(parts), tuple(issues)), any(kind == PROTECTIVE for kind, _, _ in entries))


def _entries(raw: bytes) -> list[tuple[int, int, int]] | None:
    if len(raw) < 512 or raw[510:512] != b"\x55\xaa":
        return None
    fields = (_ENTRY.unpack_from(raw, _TABLE_AT + 16 * index) for index in range(4))
    return [(kind, first, count) for _, _, kind, _, first, count in fields]


def _is_boot_sector(raw: bytes) -> bool:
    """Whether it is the first sector of a FAT, exFAT or NTFS file system, which ends with the same two bytes."""
    if raw[0] not in (0xEB, 0xE9):
        return False
    known = raw[3:11] in (b"EXFAT   ", b"NTFS    ") or raw[54:57] == b"FAT" or raw[82:87] == b"FAT32"
    bytes_per_sector, sectors_per_cluster, reserved, copies = struct.unpack_from("<HBHB", raw, 11)
    fat = (
        bytes_per_sector in (512, 1024, 2048, 4096)
        and sectors_per_cluster in (1, 2, 4, 8, 16, 32, 64, 128)
        and reserved > 0
        and copies in (1, 2)
    )
    return known or fat


def _plausible(raw: bytes, entries: list[tuple[int, int, int]], size: int) -> bool:
    flags_known = all(raw[_TABLE_AT + 16 * index] in (0, 0x80) for index in range(4))
    used = [(first, count) for kind, first, count in entries if kind]
    return flags_known and any(first and count and first * 512 < size for first, count in used)


def _sector_size(read: Read, entries: list[tuple[int, int, int]]) -> int:
    """512, but 4096 where only then something begins where the table says."""
    starts = [first for kind, first, count in entries if kind not in (0, PROTECTIVE) and count and first]
    if any(_begins_something(read, first * 512) for first in starts):
        return 512
    return 4096 if any(_begins_something(read, first * 4096) for first in starts) else 512


def _begins_something(read: Read, offset: int) -> bool:
    head = read(offset, 2048)
    return head[510:512] == b"\x55\xaa" or head[1080:1082] == b"\x53\xef" or head[512:520] == b"LABELONE"


def _logical(read: Read, size: int, base: int, sector: int, issues: list[str]) -> list[Partition]:
    parts: list[Partition] = []
    seen: set[int] = set()
    at = base
    while True:
        place = at * sector
        if at in seen:
            issues.append(f"the chain of logical partitions leads back to byte {place}; it was followed once")
            break
        if len(seen) >= MAX_LOGICAL:
            issues.append(
                f"there are more than {MAX_LOGICAL} logical partitions; only the first {MAX_LOGICAL} were read"
            )
            break
        seen.add(at)
        entries = _entries(read(place, 512)) if place < size else None
        if entries is None:
            issues.append(f"the chain of logical partitions breaks off at byte {place}, where no table stands")
            break
        following = None
        for kind, first, count in entries:
            if kind in EXTENDED:
                following = base + first if following is None else following
            elif kind and count:
                parts.append(_part(kind, (at + first) * sector, count * sector))
        if following is None:
            break
        at = following
    return parts


def _part(kind: int, offset: int, length: int) -> Partition:
    name = TYPE_NAMES.get(kind)
    return Partition(offset, length, f"{name} (0x{kind:02x})" if name else f"type 0x{kind:02x}")
