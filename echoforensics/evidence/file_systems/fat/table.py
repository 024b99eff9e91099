"""Tells which clusters of a FAT12, FAT16 or FAT32 volume are in use.

References:
    Microsoft, FAT: General Overview of On-Disk Format, version 1.03.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: How many clusters to examine per read.
_AT_ONCE = 65536
_BITS = {"FAT12": 12, "FAT16": 16, "FAT32": 32}


class FatTable:
    """The first file allocation table of a volume."""

    def __init__(self, name: str, read: Callable[[int, int], bytes]) -> None:
        """Read the boot sector.

        Args:
            name: ``FAT12``, ``FAT16`` or ``FAT32``.
            read: reads (byte offset in the volume, size in bytes).

        Raises:
            OSError: the boot sector cannot be read or holds impossible values.
        """
        data = read(0, 512)
        if len(data) < 512:
            raise OSError("the boot sector cannot be read")
        sector, per_cluster, reserved, tables, roots = struct.unpack_from("<HBHBH", data, 11)
        size = struct.unpack_from("<H", data, 22)[0] or struct.unpack_from("<I", data, 36)[0]
        if not (sector and per_cluster and size and tables):
            raise OSError("the boot sector holds values that cannot be")
        self._bits = _BITS[name]
        self._start, self._size = reserved * sector, size * sector
        self._per_cluster = per_cluster
        self._first_data = reserved + tables * size + -(-roots * 32 // sector)
        self._read = read

    def clusters_in_use(self, runs: Iterable[tuple[int, int]]) -> tuple[int, int]:
        """Count the clusters that runs of sectors (first, count) touch, and how many of them are in use.

        Raises OSError if the table cannot be read.
        """
        total = used = 0
        last = -1
        for first, count in runs:
            start = max(last + 1, self._cluster(first))
            end = self._cluster(first + count - 1) + 1
            for at in range(start, end, _AT_ONCE):
                used += self._used(at, min(_AT_ONCE, end - at))
            total += max(0, end - start)
            last = end - 1
        return total, used

    def _cluster(self, sector: int) -> int:
        return int((sector - self._first_data) // self._per_cluster + 2)

    def _used(self, cluster: int, count: int) -> int:
        """Count the clusters whose entry is not zero."""
        if self._bits == 12:
            return sum(self._entry_of_12(number) != 0 for number in range(cluster, cluster + count))
        width = 2 if self._bits == 16 else 4
        data = self._bytes(cluster * width, count * width)
        if width == 2:
            return sum(map(bool, struct.unpack(f"<{count}H", data)))
        # The four highest bits of a FAT32 entry are reserved.
        return sum(bool(entry & 0x0FFFFFFF) for entry in struct.unpack(f"<{count}I", data))

    def _entry_of_12(self, cluster: int) -> int:
        word = int.from_bytes(self._bytes(cluster + cluster // 2, 2), "little")
        return word >> 4 if cluster & 1 else word & 0xFFF

    def _bytes(self, at: int, size: int) -> bytes:
        if at < 0 or at + size > self._size:
            raise OSError("a cluster lies outside the file allocation table")
        data = self._read(self._start + at, size)
        if len(data) < size:
            raise OSError("the file allocation table breaks off")
        return data
