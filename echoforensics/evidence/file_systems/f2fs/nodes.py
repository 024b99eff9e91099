"""Finds F2FS nodes (inodes and the maps of large files) by number in the node address table (NAT).

References:
    Linux, Documentation/filesystems/f2fs.rst ("Index Structure") and include/linux/f2fs_fs.h.
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.f2fs.checkpoint import NatEntry
from echoforensics.evidence.file_systems.f2fs.layout import FOOTER, NEW_ADDR, NULL_ADDR, F2fsError, Read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.f2fs.checkpoint import Checkpoint
    from echoforensics.evidence.file_systems.f2fs.layout import F2fsSuperblock

_ENTRY = struct.Struct("<BII")
#: Blocks and nodes that are kept in memory.
_TABLE_CACHE = 256
_BLOCK_CACHE = 256
_MAP_CACHE = 128


class F2fsNode(NamedTuple):
    """A mapping node: its numbers, and its block."""

    numbers: tuple[int, ...]
    block: int


class Nodes:
    """Finds nodes."""

    def __init__(self, read: Read, layout: F2fsSuperblock, checkpoint: Checkpoint) -> None:
        self._read = read
        self.layout = layout
        self._checkpoint = checkpoint
        self._per_block = layout.block_size // _ENTRY.size
        self.count = layout.nat_blocks * self._per_block
        self._table = lru_cache(_TABLE_CACHE)(self._table_block)
        self._blocks = lru_cache(_BLOCK_CACHE)(self.block)
        self._maps = lru_cache(_MAP_CACHE)(self._map)

    def block(self, number: int) -> bytes:
        """Read a whole block. Raises OSError if that fails."""
        size = self.layout.block_size
        data = self._read(number * size, size)
        if len(data) != size:
            raise F2fsError(f"block {number} lies beyond the end of the volume")
        return data

    def entry(self, number: int) -> NatEntry:
        """Return where a node lies; block 0 if it does not exist. Raises OSError."""
        if not 0 < number < self.count:
            raise F2fsError(f"node {number} lies outside the node address table, which has {self.count}")
        found = self._checkpoint.journal.get(number)
        if found is None:
            block, index = divmod(number, self._per_block)
            _, inode, at = _ENTRY.unpack_from(self._table(block), index * _ENTRY.size)
            found = NatEntry(inode, at)
        return found if found.block != NEW_ADDR else NatEntry(found.inode, NULL_ADDR)

    def inode_block(self, number: int) -> tuple[bytes, int]:
        """Return the block of an inode, and where it lies.

        Raises:
            F2fsError: the inode does not exist, or its block holds something else.
            OSError: it cannot be read.
        """
        entry = self.entry(number)
        if entry.block == NULL_ADDR:
            raise F2fsError(f"the node address table has no place for inode {number}")
        return self._confirmed(number, number, entry.block), entry.block

    def map(self, number: int, inode: int) -> F2fsNode:
        """Return a node's block addresses or node numbers. The node must belong to the inode. Raises OSError."""
        return self._maps(number, inode)

    def inodes(self) -> Iterator[int | OSError]:
        """Yield the inode numbers in the node address table, in order; an error for each lost block of the table.

        The table is read as far as the volume contains it.
        """
        newer = self._checkpoint.journal
        touched = {number // self._per_block for number in newer}
        for block in range(self.layout.nat_blocks):
            if self._place(block) >= self.layout.volume_blocks:
                return
            try:
                data = self._table_block(block)
            except OSError as error:
                yield error
                continue
            first = block * self._per_block
            if block not in touched and not any(data):
                continue
            for index, (_, inode, at) in enumerate(_ENTRY.iter_unpack(data[: self._per_block * _ENTRY.size])):
                number = first + index
                inode, at = newer.get(number, (inode, at))  # noqa: PLW2901 (the journal's word counts)
                if inode == number and at not in (NULL_ADDR, NEW_ADDR) and number:
                    yield number

    def in_main_area(self, block: int) -> bool:
        """Whether a block lies in the area of nodes and content."""
        return self.layout.main <= block < self.layout.main_end

    def _place(self, block: int) -> int:
        """Return a table block's first place. Each segment has all first places, then all second places."""
        segment, inside = divmod(block, self.layout.segment)
        second = self._checkpoint.second_place(block)
        return self.layout.nat + (2 * segment + second) * self.layout.segment + inside

    def _table_block(self, block: int) -> bytes:
        return self.block(self._place(block))

    def _map(self, number: int, inode: int) -> F2fsNode:
        entry = self.entry(number)
        if entry.block == NULL_ADDR:
            raise F2fsError(f"the node address table has no place for node {number}")
        data = self._confirmed(number, inode, entry.block)
        return F2fsNode(struct.unpack_from(f"<{self.layout.numbers_per_node}I", data), entry.block)

    def _confirmed(self, number: int, inode: int, block: int) -> bytes:
        if not self.in_main_area(block):
            raise F2fsError(f"the node address table puts node {number} in block {block}, outside the main area")
        data = self._blocks(block)
        stated, owner, *_ = FOOTER.unpack_from(data, len(data) - FOOTER.size)
        if (stated, owner) != (number, inode):
            raise F2fsError(
                f"block {block} should hold node {number} of inode {inode}, but states node {stated} of inode {owner}"
            )
        return data
