from __future__ import annotations

import struct

import pytest

from echoforensics.evidence.file_systems.fat.table import FatTable

SECTOR, RESERVED, PER_CLUSTER = 512, 2, 4


def volume(name: str, entries: dict[int, int]) -> bytes:
    """A volume with one table of two sectors and 16 entries in its root folder: its data begin at sector 5."""
    boot = bytearray(SECTOR)
    struct.pack_into("<HBHBH", boot, 11, SECTOR, PER_CLUSTER, RESERVED, 1, 16)
    struct.pack_into("<H", boot, 22, 2)
    table = bytearray(2 * SECTOR)
    for cluster, value in entries.items():
        if name == "FAT12":
            at = cluster * 3 // 2
            word = struct.unpack_from("<H", table, at)[0]
            struct.pack_into("<H", table, at, word | (value << 4 if cluster & 1 else value))
        else:
            struct.pack_into("<H" if name == "FAT16" else "<I", table, cluster * (2 if name == "FAT16" else 4), value)
    return bytes(boot) + bytes(SECTOR) + bytes(table) + bytes(SECTOR * 64)


def table(name: str, entries: dict[int, int]) -> FatTable:
    data = volume(name, entries)
    return FatTable(name, lambda at, size: data[at : at + size])


@pytest.mark.parametrize("name", ["FAT12", "FAT16", "FAT32"])
def test_clusters_in_use_are_counted(name: str) -> None:
    fat = table(name, {2: 0xFFF, 5: 6, 6: 0xFF8, 9: 1})

    assert fat.clusters_in_use([(5, 4)]) == (1, 1)  # cluster 2
    assert fat.clusters_in_use([(9, 8)]) == (2, 0)  # clusters 3 and 4
    assert fat.clusters_in_use([(13, 1), (14, 7), (25, 4)]) == (3, 1)  # a part of 4, the rest of it with 5, and 7
    assert fat.clusters_in_use([]) == (0, 0)


def test_the_four_highest_bits_of_fat32_say_nothing() -> None:
    assert table("FAT32", {2: 0xF0000000}).clusters_in_use([(5, 4)]) == (1, 0)


def test_clusters_outside_the_table_raise() -> None:
    fat = table("FAT16", {})

    with pytest.raises(OSError, match="outside the file allocation table"):
        fat.clusters_in_use([(5, 4), (1_000_000, 4)])


@pytest.mark.parametrize("data", [b"", bytes(512)])
def test_a_boot_sector_that_cannot_be_is_refused(data: bytes) -> None:
    with pytest.raises(OSError, match="boot sector"):
        FatTable("FAT16", lambda at, size: data[at : at + size])
