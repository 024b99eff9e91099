"""Restores long names on FAT12, FAT16 and FAT32, whose end The Sleuth Kit drops.

For names over 195 characters, it returns only whole entries of 13 characters (195 of 200; 247 of 255).

References:
    Microsoft, FAT: General Overview of On-Disk Format, version 1.03 (long directory entries).
    The Sleuth Kit, tsk/fs/tsk_fatfs.h (how it numbers directory entries).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_ENTRY = 32
_PER_ENTRY = 13
#: Shorter names are returned complete.
_SHORTEST_CUT = 195
_MOST_ENTRIES = 20
_LONG = 0x0F
_LAST = 0x40
#: How many bytes of the table to read: all that FAT32 has with 64 million clusters.
_MAX_TABLE = 1 << 28
#: The Sleuth Kit's number for the first entry in the data area.
_FIRST_NUMBER = 3


class LongNames:
    """Long names, by The Sleuth Kit's numbers of directory entries."""

    def __init__(self, bits: int, read: Callable[[int, int], bytes]) -> None:
        """Read the boot sector.

        Args:
            bits: the size of an allocation table entry in bits: 12, 16 or 32.
            read: reads (byte offset in the volume, size in bytes); may give fewer, or raise OSError.

        Raises:
            OSError: the boot sector cannot be read or holds impossible values.
        """
        raw = read(0, 64)
        if len(raw) < 64:
            raise OSError("the boot sector cannot be read")
        sector, per_cluster, reserved, tables, roots, short = struct.unpack_from("<HBHBHxxxH", raw, 11)
        size = short or struct.unpack_from("<I", raw, 36)[0]
        if not (sector and per_cluster and size and tables):
            raise OSError("the boot sector holds values that cannot be")
        self._bits, self._read = bits, read
        self._table, self._table_size = reserved * sector, min(size * sector, _MAX_TABLE)
        self._start = (reserved + tables * size) * sector
        self._clusters_at = self._start + -(-roots * _ENTRY // sector) * sector
        self._cluster = sector * per_cluster

    def whole(self, name: bytes, number: int) -> bytes:
        """Return the complete name, or the given name if it was not cut or the rest is not found.

        Args:
            name: the name from The Sleuth Kit.
            number: the number of its directory entry.
        """
        units = len(name.decode("utf-8", "replace").encode("utf-16-le")) // 2
        if units < _SHORTEST_CUT or units % _PER_ENTRY:
            return name
        try:
            found = self._long_name(self._start + (number - _FIRST_NUMBER) * _ENTRY)
        except OSError:
            return name  # The Sleuth Kit has read the folder, so only a damaged table gets here
        return found if found.startswith(name) else name

    def _long_name(self, at: int) -> bytes:
        """Return the long name before a short entry; empty if the entries before it do not form one."""
        checksum = _checksum(self._read(at, 11))
        pieces: list[bytes] = []
        for place, entry in enumerate(self._entries_before(at), 1):
            if len(entry) < _ENTRY or entry[0] & ~_LAST != place or entry[11] != _LONG or entry[13] != checksum:
                return b""
            pieces.append(entry[1:11] + entry[14:26] + entry[28:32])
            if entry[0] & _LAST:
                return b"".join(pieces).decode("utf-16-le", "replace").partition("\0")[0].encode()
        return b""

    def _entries_before(self, at: int) -> Iterator[bytes]:
        for _ in range(_MOST_ENTRIES):
            within = at - self._clusters_at
            if within >= 0 and not within % self._cluster:
                before = self._leads_to(within // self._cluster + 2)
                if before is None:
                    return
                at = self._clusters_at + (before - 1) * self._cluster
            elif at == self._start:
                return
            at -= _ENTRY
            yield self._read(at, _ENTRY)

    def _leads_to(self, cluster: int) -> int | None:
        """Return the preceding cluster in a chain."""
        table = self._read(self._table, self._table_size)
        if self._bits == 12:
            words = (
                int.from_bytes(table[n + n // 2 :][:2], "little") >> (n & 1) * 4 for n in range(len(table) * 2 // 3)
            )
            return next((n for n, word in enumerate(words) if word & 0xFFF == cluster), None)
        width = self._bits // 8
        wanted = cluster.to_bytes(width, "little")
        at = table.find(wanted)
        while at >= 0 and at % width:
            at = table.find(wanted, at + 1)
        return at // width if at >= 0 else None


def _checksum(short: bytes) -> int:
    """Return the checksum of a short name that its long entries carry."""
    total = 0
    for byte in short:
        total = ((total & 1) << 7 | total >> 1) + byte & 0xFF
    return total
