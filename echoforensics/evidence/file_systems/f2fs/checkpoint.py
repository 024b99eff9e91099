"""Reads the checkpoints of F2FS: the last consistent state of the file system as a whole.

There are two places for checkpoints, written in turn. Each begins and ends with the same block; if both ends agree, the
checkpoint is whole. The newer whole checkpoint is used.

References:
    Linux, Documentation/filesystems/f2fs.rst ("File System Metadata Structure") and include/linux/f2fs_fs.h.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.f2fs.layout import F2fsError, Read, checksum

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.evidence.file_systems.f2fs.layout import F2fsSuperblock

#: Flags.
UNMOUNTED = 0x1
_ORPHANS = 0x2
_COMPACT = 0x4
_ERROR = 0x8
_NEEDS_CHECK = 0x10
_FAST_BOOT = 0x20
_LARGE_BITMAP = 0x400
#: Version; from byte 132, flags, total blocks and first summary block; then bitmap sizes and checksum offset.
_VERSION = struct.Struct("<Q")
_FLAGS = struct.Struct("<III")
_FLAGS_AT = 132
_SIZES = struct.Struct("<III")
_SIZES_AT = 156
#: Where the bitmaps begin; a checksum never comes earlier.
_BITMAPS = 192
#: Summaries at the end of a checkpoint: of data logs only, or of data and node logs. Hot data comes first.
_DATA_LOGS, _LOGS = 3, 6
_NAT_JOURNAL_ENTRY = struct.Struct("<IBII")
#: After the inode numbers in an orphan block: reserved, its index, block count, number count, checksum.
_ORPHAN_TAIL = 16


class NatEntry(NamedTuple):
    """Where a node lies: its inode's number, and the block."""

    inode: int
    block: int


class Checkpoint(NamedTuple):
    """A checkpoint.

    Attributes:
        version: a counter.
        flags: flag bits.
        start: its first block.
        total: its number of blocks.
        summaries: the block of its first summary, relative to its start.
        bitmap: which of its two places each block of the node address table uses; highest bit of a byte first.
        journal: maps nodes to entries that are newer than the node address table.
        orphans: inodes that were deleted while they were open.
    """

    version: int
    flags: int
    start: int
    total: int
    summaries: int
    bitmap: bytes
    journal: dict[int, NatEntry]
    orphans: tuple[int, ...]

    def second_place(self, block: int) -> bool:
        """Whether a block of the node address table is valid in its second place."""
        at = block >> 3
        return at < len(self.bitmap) and bool(self.bitmap[at] >> (7 - (block & 7)) & 1)


def read_checkpoint(read: Read, layout: F2fsSuperblock) -> tuple[Checkpoint, list[str]]:
    """Read the newer whole checkpoint.

    Args:
        read: reads (byte offset in the volume, size in bytes); may give fewer bytes, or raise OSError.
        layout: the layout of the file system.

    Returns:
        The checkpoint and its issues, one sentence each.

    Raises:
        F2fsError: neither checkpoint is whole.
    """
    reader = _CheckpointReader(read, layout)
    found: list[Checkpoint] = []
    issues: list[str] = []
    for name, start in (("first", layout.checkpoint), ("second", layout.checkpoint + layout.segment)):
        try:
            found.append(reader.head(start))
        except OSError as error:
            issues.append(f"the {name} checkpoint is not whole: {error}")
    if not found:
        raise F2fsError(f"F2FS has no whole checkpoint: {'; '.join(issues)}")
    # Versions are compared as in Linux, so they may wrap around.
    newer = found[-1] if len(found) > 1 and 0 < (found[1].version - found[0].version) % 2**64 < 2**63 else found[0]
    if len(found) == 1:
        issues = [f"{what}; the other one was used (version {newer.version})" for what in issues]
    issues += _state(newer)
    journal, problems = reader.journal(newer)
    orphans, more = reader.orphans(newer)
    whole = Checkpoint(
        newer.version, newer.flags, newer.start, newer.total, newer.summaries, newer.bitmap, journal, orphans
    )
    return whole, issues + problems + more


def _state(checkpoint: Checkpoint) -> list[str]:
    issues: list[str] = []
    if not checkpoint.flags & UNMOUNTED:
        issues.append(
            "the file system was not unmounted cleanly: what was written after its last checkpoint"
            f" (version {checkpoint.version}) is not read and may be missing"
        )
    if checkpoint.flags & _ERROR:
        issues.append("the file system says that an error was met while it was in use")
    if checkpoint.flags & _NEEDS_CHECK:
        issues.append("the file system says that it needs a check (fsck)")
    return issues


class _CheckpointReader:
    def __init__(self, read: Read, layout: F2fsSuperblock) -> None:
        self._read = read
        self._layout = layout

    def head(self, start: int) -> Checkpoint:
        """Read a checkpoint's first and last block, without the blocks between. Raises OSError."""
        block = self._believed(start)
        version = _VERSION.unpack_from(block)[0]
        flags, total, summaries = _FLAGS.unpack_from(block, _FLAGS_AT)
        payload = self._layout.payload
        if not 2 < total <= self._layout.segment or not payload < summaries < total:
            raise F2fsError(f"it states {total} blocks, with summaries from block {summaries} on")
        if _VERSION.unpack_from(self._believed(start + total - 1))[0] != version:
            raise F2fsError("its first and last block are of different versions")
        bitmap = self._bitmap(block, start, flags)
        return Checkpoint(version, flags, start, total, summaries, bitmap, {}, ())

    def journal(self, checkpoint: Checkpoint) -> tuple[dict[int, NatEntry], list[str]]:
        """Return the changes to the node address table in the summary of hot data."""
        if checkpoint.flags & _COMPACT:
            block, at = checkpoint.start + checkpoint.summaries, 0
        else:
            logs = _LOGS if checkpoint.flags & (UNMOUNTED | _FAST_BOOT) else _DATA_LOGS
            block, at = checkpoint.start + checkpoint.total - 1 - logs, self._layout.journal_offset
        try:
            data = self._block(block)[at : at + self._layout.journal_size]
        except OSError as error:
            return {}, [f"the newest changes to the node address table are lost: {error}"]
        count, room = int.from_bytes(data[:2], "little"), (len(data) - 2) // _NAT_JOURNAL_ENTRY.size
        problems: list[str] = []
        if count > room:
            problems.append(
                f"the checkpoint states {count} newest changes to the node address table, with room for {room};"
                " they were not used"
            )
            count = 0
        entries = (_NAT_JOURNAL_ENTRY.unpack_from(data, 2 + 13 * index) for index in range(count))
        return {nid: NatEntry(inode, block) for nid, _, inode, block in entries}, problems

    def orphans(self, checkpoint: Checkpoint) -> tuple[tuple[int, ...], list[str]]:
        """Return the inodes that were deleted while open, in order."""
        if not checkpoint.flags & _ORPHANS:
            return (), []
        found: dict[int, None] = {}
        problems: list[str] = []
        for index in range(1 + self._layout.payload, checkpoint.summaries):
            try:
                found.update(dict.fromkeys(self._orphans_in(checkpoint.start + index)))
            except OSError as error:
                problems.append(f"the list of files deleted while open cannot be read in block {index}: {error}")
        return tuple(found), problems

    def _orphans_in(self, number: int) -> Iterator[int]:
        data = self._block(number)
        room = (len(data) - _ORPHAN_TAIL) // 4
        count = int.from_bytes(data[-8:-4], "little")
        if count > room:
            raise F2fsError(f"it states {count} numbers, with room for {room}")
        yield from struct.unpack_from(f"<{count}I", data)

    def _bitmap(self, block: bytes, start: int, flags: int) -> bytes:
        sit_bytes, nat_bytes, checksum_at = _SIZES.unpack_from(block, _SIZES_AT)
        wanted = -(-self._layout.nat_blocks // 8)
        if nat_bytes < wanted:
            raise F2fsError(f"its bitmap of the node address table has {nat_bytes} bytes, not {wanted}")
        at = _BITMAPS
        if flags & _LARGE_BITMAP:
            at += 4 if checksum_at == _BITMAPS else 0
        elif not self._layout.payload:
            at += sit_bytes
        end = at + wanted
        if end > (1 + self._layout.payload) * len(block):
            raise F2fsError(f"its bitmaps ({sit_bytes} and {nat_bytes} bytes) do not fit")
        more = -(-end // len(block))
        return b"".join([block, *(self._block(start + index) for index in range(1, more))])[at:end]

    def _believed(self, number: int) -> bytes:
        data = self._block(number)
        at = int.from_bytes(data[_SIZES_AT + 8 : _SIZES_AT + 12], "little")
        if not _BITMAPS <= at <= len(data) - 4:
            raise F2fsError(f"block {number} states its checksum at byte {at}")
        found = checksum(data[:at])
        if at < len(data) - 4:
            # Bytes after the checksum are included in it too.
            found = checksum(data[at + 4 :], found)
        if found != int.from_bytes(data[at : at + 4], "little"):
            raise F2fsError(f"the checksum of block {number} does not agree")
        return data

    def _block(self, number: int) -> bytes:
        size = self._layout.block_size
        data = self._read(number * size, size)
        if len(data) != size:
            raise F2fsError(f"block {number} lies beyond the end of the volume")
        return data
