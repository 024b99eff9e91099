"""Locates the structures of ext2, ext3 and ext4: superblock, group descriptors, bitmaps and inode tables.

References:
    Linux, Documentation/filesystems/ext4/ (super.rst, group_descr.rst, bitmaps.rst, inode_table.rst).
"""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPERBLOCK_OFFSET = 1024
SUPERBLOCK_SIZE = 1024
MAGIC = 0xEF53
#: Block sizes range from 1 KiB to 64 KiB.
_MAX_LOG_BLOCK_SIZE = 6
_COMPAT_HAS_JOURNAL = 0x4
_COMPAT_ORPHAN_FILE = 0x1000
_INCOMPAT_RECOVER = 0x4
_INCOMPAT_META_BG = 0x10
_INCOMPAT_64BIT = 0x80
_INCOMPAT_INLINE_DATA = 0x8000
#: With these features, a group may state that its bitmaps or the end of its inode table were never written.
_RO_COMPAT_UNINIT = 0x10 | 0x400
_RO_COMPAT_BIGALLOC = 0x200
_INODE_UNINIT = 1
_BLOCK_UNINIT = 2
#: 128 TiB in groups of the usual size.
_MAX_GROUPS = 1 << 20
_LITTLE_CACHE = 64


class ExtLayoutError(OSError):
    """An implausible superblock, or a number outside the file system."""


class ExtLayout:
    """The fixed structures of an ext file system.

    Attributes:
        block_size, inode_size: sizes in bytes.
        blocks, inodes: the counts in the superblock.
        first_inode: the first inode not reserved for the file system itself.
        journal_inode: the journal's inode number; 0 if the file system has no internal journal.
        journal_device: the UUID of an external journal in hexadecimal; empty if there is none.
        needs_recovery: whether the journal holds changes that were not yet written back.
        last_orphan: the first inode in the list of files deleted while open; 0 if the list is empty.
        orphan_file: the inode that holds such a list in newer file systems; 0 if there is none.
        inline_data: whether inodes may hold content inline.
        own_inodes: the inodes reserved for the file system itself.
    """

    def __init__(self, read: Callable[[int, int], bytes]) -> None:
        """Read the superblock.

        Args:
            read: reads (byte offset in the file system, size in bytes); may give fewer, or raise OSError.

        Raises:
            ExtLayoutError: there is no plausible superblock.
        """
        self._read = read
        data = read(SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE)
        if len(data) < SUPERBLOCK_SIZE or struct.unpack_from("<H", data, 56)[0] != MAGIC:
            raise ExtLayoutError("there is no ext superblock")
        self.inodes: int
        self._first_block: int
        self.inodes, blocks_low, self._first_block, log_size = struct.unpack_from("<II12xII", data, 0)
        self._blocks_per_group: int
        self.inodes_per_group: int
        self._blocks_per_group, self.inodes_per_group = struct.unpack_from("<I4xI", data, 32)
        revision, first, size = struct.unpack_from("<I4xIH", data, 76)
        compat, incompat, ro_compat = struct.unpack_from("<III", data, 92)
        if log_size > _MAX_LOG_BLOCK_SIZE or not self._blocks_per_group or not self.inodes_per_group:
            raise ExtLayoutError("the ext superblock holds values that cannot be")
        self.block_size: int = 1024 << log_size
        self.first_inode: int = first if revision else 11
        self.inode_size: int = size if revision else 128
        if not 128 <= self.inode_size <= self.block_size or self.inode_size & (self.inode_size - 1):
            raise ExtLayoutError(f"the ext superblock states an inode size of {self.inode_size} bytes")
        wide = bool(incompat & _INCOMPAT_64BIT)
        self.blocks: int = blocks_low | (struct.unpack_from("<I", data, 336)[0] << 32 if wide else 0)
        stated = struct.unpack_from("<H", data, 254)[0]
        self._descriptor_size = max(32, stated) if wide else 32
        self._wide = wide and self._descriptor_size >= 64
        self._meta_groups = struct.unpack_from("<I", data, 260)[0] if incompat & _INCOMPAT_META_BG else None
        self._uninit = bool(ro_compat & _RO_COMPAT_UNINIT)
        # With clusters, one bit of a block bitmap covers several blocks.
        clustered = ro_compat & _RO_COMPAT_BIGALLOC
        self._per_bit = 1 << (struct.unpack_from("<I", data, 28)[0] - log_size & 31) if clustered else 1
        self.inline_data = bool(incompat & _INCOMPAT_INLINE_DATA)
        self._read_own_files(data, compat, incompat)
        self._block_cached = lru_cache(_LITTLE_CACHE)(self._block)
        self._descriptor_cached = lru_cache(4096)(self._descriptor)
        self._check_groups()

    def _check_groups(self) -> None:
        """Check that a block can hold a group's bitmap and a descriptor, and that the groups hold the inodes."""
        bits = self.block_size * 8
        if (
            self.inodes_per_group > bits
            or self._blocks_per_group > bits * self._per_bit
            or self._descriptor_size > self.block_size
        ):
            raise ExtLayoutError("the ext superblock states block groups that cannot be")
        if self.groups > _MAX_GROUPS or self.groups * self.inodes_per_group < self.inodes:
            raise ExtLayoutError("the ext superblock states more inodes or block groups than can be")

    def _read_own_files(self, data: bytes, compat: int, incompat: int) -> None:
        has_journal = bool(compat & _COMPAT_HAS_JOURNAL)
        self.journal_inode: int = struct.unpack_from("<I", data, 224)[0] if has_journal else 0
        self.journal_device = data[208:224].hex() if has_journal and not self.journal_inode else ""
        self.needs_recovery = has_journal and bool(incompat & _INCOMPAT_RECOVER)
        self.last_orphan: int = struct.unpack_from("<I", data, 232)[0]
        self.orphan_file: int = struct.unpack_from("<I", data, 640)[0] if compat & _COMPAT_ORPHAN_FILE else 0
        quotas = struct.unpack_from("<II", data, 576) + struct.unpack_from("<I", data, 620)
        self.own_inodes = frozenset((self.journal_inode, self.orphan_file, *quotas))

    @property
    def groups(self) -> int:
        """The number of block groups."""
        return -(-(self.blocks - self._first_block) // self._blocks_per_group)

    def block(self, number: int) -> bytes:
        """Read a whole block. Raises OSError if that fails."""
        return self._block_cached(number)

    def inode_offset(self, number: int) -> int:
        """Return an inode's byte offset in the file system. Raises ExtLayoutError if it does not exist."""
        group, index = self._inode_group(number)
        return self._descriptor_cached(group)[2] * self.block_size + index * self.inode_size

    def inode_in_block(self, number: int) -> tuple[int, int]:
        """Return the block that holds an inode, and its byte offset there. Raises ExtLayoutError."""
        return divmod(self.inode_offset(number), self.block_size)

    def inodes_in_block(self, block: int) -> range:
        """Return the numbers of the inodes in an inode table block; empty for other blocks. Never raises."""
        length = -(-self.inodes_per_group * self.inode_size // self.block_size)
        per_block = self.block_size // self.inode_size
        for group, table in self._tables().items():
            if table <= block < table + length:
                first = group * self.inodes_per_group + (block - table) * per_block + 1
                return range(first, min(first + per_block, (group + 1) * self.inodes_per_group + 1, self.inodes + 1))
        return range(0)

    def raw_inode(self, number: int) -> bytes:
        """Read an inode's current bytes. Raises OSError."""
        block, offset = self.inode_in_block(number)
        return self.block(block)[offset : offset + self.inode_size]

    def inode_is_allocated(self, number: int) -> bool:
        """Whether the bitmap marks an inode as used. Raises OSError."""
        group, index = self._inode_group(number)
        return bool(self.inode_bitmap(group)[index >> 3] >> (index & 7) & 1)

    def inode_bitmap(self, group: int) -> bytes:
        """Return which inodes of a group are in use, one bit each. Raises OSError."""
        _, bitmap, _, flags, _ = self._descriptor_cached(group)
        if self._uninit and flags & _INODE_UNINIT:
            return bytes(self.block_size)
        return self.block(bitmap)

    def allocated_blocks(self, first: int, count: int) -> int:
        """Count the blocks in a range that the bitmaps mark as used. Raises OSError."""
        total, block, end = 0, first - self._first_block, first - self._first_block + count
        while block < end:
            group, index = divmod(block, self._blocks_per_group)
            size = min(end - block, self._blocks_per_group - index)
            total += self._allocated_in_group(group, index, size)
            block += size
        return total

    def is_fixed(self, block: int) -> bool:
        """Whether a block holds a bitmap, a group descriptor or part of an inode table. Never raises."""
        return block in self._fixed()[0] or any(first <= block < end for first, end in self._fixed()[1])

    def inode_table(self, group: int, *, whole: bool = False) -> Iterator[tuple[int, int, bytes]]:
        """Yield the written part of a group's inode table in pieces: (first inode number, count, bytes).

        With ``whole``, includes the part that the group marks as never written. Raises OSError if reading fails.
        """
        step = max(1, (1 << 20) // self.inode_size)
        first = group * self.inodes_per_group
        _, _, table, flags, unused = self._descriptor_cached(group)
        uninit = self._uninit and not whole
        if uninit and flags & _INODE_UNINIT:
            return
        written = min(self.inodes_per_group, self.inodes - first) - (unused if uninit else 0)
        for start in range(0, written, step):
            count = min(step, written - start)
            at = table * self.block_size + start * self.inode_size
            yield first + start + 1, count, self._read(at, count * self.inode_size)

    def _allocated_in_group(self, group: int, index: int, size: int) -> int:
        bitmap, _, _, flags, _ = self._descriptor_cached(group)
        if self._uninit and flags & _BLOCK_UNINIT:
            return 0
        data = self.block(bitmap)
        if self._per_bit > 1:
            bits = (block // self._per_bit for block in range(index, index + size))
            return sum(data[bit >> 3] >> (bit & 7) & 1 for bit in bits)
        number = int.from_bytes(data[index >> 3 : (index + size + 7) >> 3], "little")
        return (number >> (index & 7) & ((1 << size) - 1)).bit_count()

    def _inode_group(self, number: int) -> tuple[int, int]:
        if not 1 <= number <= self.inodes:
            raise ExtLayoutError(f"there is no inode {number}; the superblock states {self.inodes}")
        return divmod(number - 1, self.inodes_per_group)

    def _block(self, number: int) -> bytes:
        if not 0 <= number < self.blocks:
            raise ExtLayoutError(f"block {number} lies outside the file system, which has {self.blocks}")
        data = self._read(number * self.block_size, self.block_size)
        if len(data) != self.block_size:
            raise ExtLayoutError(f"block {number} lies beyond the end of the image")
        return data

    def raw_descriptor(self, group: int) -> bytes:
        """Read a group's descriptor. Raises OSError."""
        if not 0 <= group < self.groups:
            raise ExtLayoutError(f"there is no block group {group}")
        per_block = self.block_size // self._descriptor_size
        block, index = divmod(group, per_block)
        data = self.block(self._descriptor_block(block, per_block))
        return data[index * self._descriptor_size : (index + 1) * self._descriptor_size]

    def _descriptor(self, group: int) -> tuple[int, int, int, int, int]:
        """Return block bitmap, inode bitmap, inode table, flags, unused inodes at the end of the table."""
        data = self.raw_descriptor(group)
        blocks, inodes, table, flags, unused = struct.unpack_from("<III6xH8xH", data)
        if self._wide:
            high = struct.unpack_from("<III6xH", data, 32)
            blocks, inodes, table = (low | top << 32 for low, top in zip((blocks, inodes, table), high, strict=False))
            unused |= high[3] << 16
        if not table:
            raise ExtLayoutError(f"the descriptor of block group {group} is empty")
        return blocks, inodes, table, flags, unused

    def _descriptor_block(self, index: int, per_block: int) -> int:
        # With clusters, the first group begins with block 0 even if the superblock is in block 1.
        before = self.block_size == SUPERBLOCK_OFFSET and not self._first_block
        if self._meta_groups is None or index < self._meta_groups:
            return self._first_block + before + 1 + index
        group = index * per_block
        if not group:
            return self._first_block + before + 1
        has_superblock = group <= 1 or any(_is_power(group, base) for base in (3, 5, 7))
        return self._first_block + group * self._blocks_per_group + has_superblock

    def _tables(self) -> dict[int, int]:
        """Map the first block of the inode table of each group whose descriptor can be read."""
        if not hasattr(self, "_table_places"):
            self._table_places: dict[int, int] = {}
            for group in range(min(self.groups, self.inodes // self.inodes_per_group + 1)):
                try:
                    self._table_places[group] = self._descriptor_cached(group)[2]
                except OSError:
                    continue  # reported by the code that reads the group's inodes
        return self._table_places

    def _fixed(self) -> tuple[frozenset[int], tuple[tuple[int, int], ...]]:
        if not hasattr(self, "_fixed_places"):
            single: set[int] = {self._first_block}
            tables: list[tuple[int, int]] = []
            length = -(-self.inodes_per_group * self.inode_size // self.block_size)
            for group in range(min(self.groups, self.inodes // self.inodes_per_group + 1)):
                try:
                    blocks, inodes, table, _, _ = self._descriptor_cached(group)
                except OSError:
                    continue  # reported by the code that reads the group's inodes
                single.update((blocks, inodes))
                tables.append((table, table + length))
            self._fixed_places = (frozenset(single), tuple(_joined(sorted(tables))))
        return self._fixed_places


def _joined(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Merge adjacent ranges: with flexible groups, inode tables lie side by side."""
    before: tuple[int, int] | None = None
    for first, end in ranges:
        if before and first <= before[1]:
            before = (before[0], max(before[1], end))
            continue
        if before:
            yield before
        before = (first, end)
    if before:
        yield before


def _is_power(number: int, base: int) -> bool:
    while number % base == 0 and number > 1:
        number //= base
    return number == 1
