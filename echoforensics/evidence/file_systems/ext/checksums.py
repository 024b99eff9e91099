"""Compares the checksums that ext4 keeps of its own structures: group descriptors, inodes, folders and extent trees.

References:
    Linux, Documentation/filesystems/ext4/checksums.rst, and fs/ext4/{super,inode,namei,extents}.c (what is covered,
    with which seed); lib/crc16.c. An inode's checksum is compared only where its bitmap marks it as used.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from echoforensics.evidence.file_systems.ext.inode import EXTENTS_FLAG, ExtInode, MappingError, parse_inode, runs_of
from echoforensics.evidence.file_systems.ext.layout import SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE
from parsers.formats.crc32c import CASTAGNOLI, byte_table, crc32c_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.file_systems.ext.layout import ExtLayout

_GROUPS_ONLY, _METADATA = 0x10, 0x400
_SEED_STORED = 0x2000
_LINUX = 0
_CRC16 = 0xA001
_DESCRIPTOR_SUM = 30
_INODE_SUM, _INODE_SUM_HIGH = 124, 130
#: The record at the end of a folder's block that holds its checksum, up to the checksum.
_TAIL, _TAIL_SIZE = struct.pack("<IHBB", 0, 12, 0, 0xDE), 12
#: The most blocks of folders and extent trees to compare, and how many at once.
_MAX_BLOCKS, _AT_ONCE = 200_000, 256
_MAX_NAMED = 10

#: Marks an entry whose inode cannot be trusted.
DAMAGED_INODE = "the checksum of its inode, or of the blocks that say where its content lies, does not match"


@dataclass(slots=True)
class ExtDamage:
    """What does not match its checksum.

    Attributes:
        issues: one sentence for each kind of structure.
        inodes: the inodes of files and folders that cannot be trusted.
    """

    issues: list[str] = field(default_factory=list)
    inodes: set[int] = field(default_factory=set)


def damage(layout: ExtLayout, read: Callable[[int, int], bytes]) -> ExtDamage:
    """Compare every checksum that a file system keeps. What cannot be read is left to those who need it.

    Args:
        layout: its layout.
        read: reads (byte offset in the file system, size in bytes); may give fewer, or raise OSError.
    """
    found = ExtDamage()
    superblock = read(SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE)
    compatible = struct.unpack_from("<I", superblock, 100)[0]
    if not compatible & (_METADATA | _GROUPS_ONLY) or struct.unpack_from("<I", superblock, 72)[0] != _LINUX:
        return found
    _Comparison(layout, superblock, found, whole=bool(compatible & _METADATA)).run()
    return found


class _Comparison:
    def __init__(self, layout: ExtLayout, superblock: bytes, found: ExtDamage, *, whole: bool) -> None:
        self._layout = layout
        self._superblock = superblock
        self._found = found
        self._whole = whole
        uuid = superblock[104:120]
        stored = struct.unpack_from("<I", superblock, 96)[0] & _SEED_STORED
        self._seed = struct.unpack_from("<I", superblock, 624)[0] if stored else crc32c_from(0xFFFFFFFF, uuid)
        self._uuid = uuid
        self._blocks = 0
        self._folders: set[int] = set()
        self._pending: list[tuple[int, int, bytes, int]] = []

    def run(self) -> None:
        if self._whole:
            stored = struct.unpack_from("<I", self._superblock, 1020)[0]
            if crc32c_from(0xFFFFFFFF, self._superblock[:1020]) != stored:
                self._found.issues.append("the checksum of its superblock does not match")
        self._say("block group descriptor", [*self._groups()])
        if self._whole:
            for group in range(min(self._layout.groups, -(-self._layout.inodes // self._layout.inodes_per_group))):
                try:
                    self._inodes_of(group)
                except OSError:
                    continue  # reported by the code that reads the group's inodes
            self._say("inode", sorted(self._found.inodes))
            before = set(self._found.inodes)
            self._compare_pending()
            self._say("extent tree of inode", sorted(self._found.inodes - before))
            self._say("folder with inode", sorted(self._folders))
            if self._blocks > _MAX_BLOCKS:
                self._found.issues.append(
                    f"of the {self._blocks} blocks of folders and extent trees that have a checksum, only the first"
                    f" {_MAX_BLOCKS} were compared with it"
                )

    def _say(self, what: str, numbers: list[int]) -> None:
        if not numbers:
            return
        shown = ", ".join(map(str, numbers[:_MAX_NAMED]))
        more = f" and {len(numbers) - _MAX_NAMED} more" if len(numbers) > _MAX_NAMED else ""
        self._found.issues.append(
            f"checksums that the file system keeps do not match what is stored: {what} {shown}{more}"
        )

    def _groups(self) -> Iterator[int]:
        """Yield the groups whose descriptor does not match its checksum."""
        for group in range(self._layout.groups):
            try:
                data = self._layout.raw_descriptor(group)
            except OSError:
                continue
            stored = struct.unpack_from("<H", data, _DESCRIPTOR_SUM)[0]
            number, start, end = struct.pack("<I", group), data[:_DESCRIPTOR_SUM], data[_DESCRIPTOR_SUM + 2 :]
            if self._whole:
                value = crc32c_from(self._seed, number + start + bytes(2) + end) & 0xFFFF
            else:
                value = _crc16(self._uuid + number + start + end)
            if value != stored and any(data):
                yield group

    def _inodes_of(self, group: int) -> None:
        """Compare the inodes of a group that are in use."""
        size = self._layout.inode_size
        bits = np.unpackbits(np.frombuffer(self._layout.inode_bitmap(group), np.uint8), bitorder="little")
        first_of_group = group * self._layout.inodes_per_group + 1
        for first, count, content in self._layout.inode_table(group):
            whole = min(count, len(content) // size)
            table = np.frombuffer(content, np.uint8, whole * size).reshape(whole, size)
            used = bits[first - first_of_group : first - first_of_group + whole].astype(bool) & table.any(axis=1)
            rows, numbers = table[used].copy(), (np.nonzero(used)[0] + first).astype("<u4")
            if len(numbers):
                seeds = _rows_crc32c(
                    np.full(len(numbers), self._seed, np.uint32),
                    np.concatenate((numbers.view(np.uint8).reshape(-1, 4), rows[:, 100:104]), axis=1),
                )
                for place in np.nonzero(_inode_fails(rows, seeds))[0]:
                    self._found.inodes.add(int(numbers[place]))
                self._take_maps(rows, numbers, seeds)

    def _take_maps(self, rows: Any, numbers: Any, seeds: Any) -> None:
        """Take the blocks of folders, and those of extent trees, to compare them together."""
        modes = rows[:, 1] & 0xF0
        folders = modes == 0x40
        deep = (modes == 0x80) & ((rows[:, 34] & 0x08) != 0) & (rows[:, 46] != 0)
        for place in (folders | deep).nonzero()[0]:
            number, inode = int(numbers[place]), parse_inode(rows[place].tobytes())
            if inode is not None and number not in self._found.inodes:
                self._take_map(number, inode, int(seeds[place]), folder=bool(folders[place]))

    def _take_map(self, number: int, inode: ExtInode, seed: int, *, folder: bool) -> None:
        def versions(block: int) -> Iterator[bytes]:
            data = self._layout.block(block)
            if inode.flags & EXTENTS_FLAG:
                end = 12 + 12 * struct.unpack_from("<H", data, 4)[0]
                if end + 4 <= len(data):
                    self._take(number, seed, data[:end], struct.unpack_from("<I", data, end)[0])
            yield data

        try:
            runs = runs_of(inode, self._layout.block_size, self._layout.blocks, versions)
            for _, start, length in runs if folder else ():
                for block in range(start, start + length):
                    data = self._layout.block(block)
                    if data[-_TAIL_SIZE:-4] == _TAIL:
                        self._take(-number, seed, data[:-_TAIL_SIZE], struct.unpack_from("<I", data, len(data) - 4)[0])
        except (MappingError, OSError):
            return  # reported where the file or folder is read

    def _take(self, number: int, seed: int, content: bytes, stored: int) -> None:
        self._blocks += 1
        if self._blocks <= _MAX_BLOCKS:
            self._pending.append((number, seed, content, stored))
            if len(self._pending) >= _AT_ONCE:
                self._compare_pending()

    def _compare_pending(self) -> None:
        """Compare the blocks that were taken, those of a length together. A negative number is that of a folder."""
        pending, self._pending = self._pending, []
        for length in {len(content) for _, _, content, _ in pending}:
            same = [one for one in pending if len(one[2]) == length]
            rows = np.frombuffer(b"".join(one[2] for one in same), np.uint8).reshape(len(same), length)
            values = _rows_crc32c(np.array([one[1] for one in same], np.uint32), rows)
            for one, value in zip(same, values.tolist(), strict=True):
                if value != one[3]:
                    (self._folders if one[0] < 0 else self._found.inodes).add(abs(one[0]))


def _inode_fails(rows: Any, seeds: Any) -> Any:
    """Which inodes do not match their checksums. The rows are changed: their checksums become zero."""
    stored = rows[:, _INODE_SUM].astype(np.uint32) | rows[:, _INODE_SUM + 1].astype(np.uint32) << 8
    rows[:, _INODE_SUM : _INODE_SUM + 2] = 0
    mask = np.full(len(rows), 0xFFFF, np.uint32)
    if rows.shape[1] > 128:
        # The upper half is there if the inode's extra part reaches beyond it.
        high = (rows[:, 128].astype(np.uint32) | rows[:, 129].astype(np.uint32) << 8) >= 4
        top = rows[:, _INODE_SUM_HIGH].astype(np.uint32) | rows[:, _INODE_SUM_HIGH + 1].astype(np.uint32) << 8
        stored |= np.where(high, top << 16, 0).astype(np.uint32)
        mask[high] = 0xFFFFFFFF
        rows[high, _INODE_SUM_HIGH : _INODE_SUM_HIGH + 2] = 0
    return (_rows_crc32c(seeds, rows) & mask) != stored


def _crc16(content: bytes) -> int:
    value, table = 0xFFFF, byte_table(_CRC16)
    for byte in content:
        value = value >> 8 ^ table[(value ^ byte) & 0xFF]
    return value


def _rows_crc32c(seeds: Any, rows: Any) -> Any:
    """The CRC-32C of each row of an array of bytes, from a seed of its own, not inverted at the end."""
    table = np.array(byte_table(CASTAGNOLI), np.uint32)
    values = seeds.copy()
    for column in np.ascontiguousarray(rows.T):
        values = values >> np.uint32(8) ^ table[(values ^ column) & np.uint32(0xFF)]
    return values
