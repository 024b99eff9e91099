"""Reads the superblock of F2FS and derives the layout from it.

References:
    Linux, Documentation/filesystems/f2fs.rst and include/linux/f2fs_fs.h (the layout on disk).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

Read = Callable[[int, int], bytes]

MAGIC = 0xF2F52010
#: The superblock lies at this byte of the first block, with a copy in the second.
SUPERBLOCK_OFFSET = 1024
SUPERBLOCK_SIZE = 3072
#: log2 of the supported block sizes: 4 KiB to 64 KiB; a block is as large as the machine's memory page.
_LOG_BLOCK_SIZES = range(12, 17)
#: log2 of the blocks per segment. Linux accepts only 9; research tools use others.
_LOG_BLOCKS_PER_SEGMENT = range(1, 17)
_CRC_OFFSET = 3068
#: Magic, versions, sector sizes, log2 of the block size and of the blocks per segment, up to the inode numbers.
_HEAD = struct.Struct("<IHH8xII8xIQ4xII4xI4xIIIIIIIIII")
_FEATURE = 2180
_PAYLOAD = 1664
_DEVICES, _DEVICE_SIZE, _DEVICE_COUNT = 2201, 68, 8
_QUOTAS = 2745

#: Features by their bits.
EXTRA_ATTR = 0x8
INODE_CHECKSUM = 0x20
FLEXIBLE_INLINE_XATTR = 0x40
INODE_CRTIME = 0x100
SB_CHECKSUM = 0x800
COMPRESSION = 0x2000
_KNOWN_FEATURES = 0x7FFF

#: Addresses that are not blocks: a hole, a block reserved but never written, a compressed cluster.
NULL_ADDR, NEW_ADDR, COMPRESS_ADDR = 0, 0xFFFFFFFF, 0xFFFFFFFE

#: The end of each node's block: its number, its inode's number, flags and position, checkpoint, the next node.
FOOTER = struct.Struct("<IIIQI")
#: Offsets in an inode: where its map begins, and what follows the map (five node numbers).
MAP_OFFSET = 360
MAP_TAIL = 20
#: A directory slot: hash, inode, length of the name, type.
SLOT = struct.Struct("<IIHB")
SLOT_NAME = 8
#: The summary of one block in a segment; the type and checksum at the end of a block of summaries.
_SUMMARY, _SUMMARY_FOOTER = 7, 5


class F2fsError(OSError):
    """A part of an F2FS that is implausible or cannot be read."""


class F2fsSuperblock(NamedTuple):
    """The content of the superblock.

    Attributes:
        block_size: the size of a block in bytes.
        log_segment: log2 of the blocks per segment.
        blocks: the number of blocks in the file system.
        checkpoint, nat, main: the block at which each area begins.
        main_end: the first block after the main area.
        nat_blocks: the blocks of the node address table in use; each has a second place.
        root: the inode of the root folder.
        own: the nodes that belong to the file system itself.
        payload: the blocks after the head of a checkpoint that hold the rest of its bitmaps.
        features: feature bits.
        uuid: the UUID of the file system.
        devices: the number of devices it spans.
        volume_blocks: the number of blocks in the volume.
    """

    block_size: int
    log_segment: int
    blocks: int
    checkpoint: int
    nat: int
    main: int
    main_end: int
    nat_blocks: int
    root: int
    own: frozenset[int]
    payload: int
    features: int
    uuid: bytes
    devices: int
    volume_blocks: int

    @property
    def segment(self) -> int:
        """The number of blocks in a segment."""
        return 1 << self.log_segment

    @property
    def numbers_per_node(self) -> int:
        """The number of block addresses or node numbers in a node other than an inode."""
        return (self.block_size - FOOTER.size) // 4

    @property
    def numbers_per_inode(self) -> int:
        """The number of block addresses in an inode without extra attributes."""
        return (self.block_size - MAP_OFFSET - MAP_TAIL - FOOTER.size) // 4

    @property
    def journal_size(self) -> int:
        """The bytes of the journal in a block of summaries, which has a 7-byte summary for each 8 bytes."""
        return self.block_size - self.block_size // 8 * _SUMMARY - _SUMMARY_FOOTER

    @property
    def journal_offset(self) -> int:
        """The offset of the journal in a block of summaries."""
        return self.block_size // 8 * _SUMMARY

    def has(self, feature: int) -> bool:
        """Whether it has a feature."""
        return bool(self.features & feature)

    def unknown_features(self) -> int:
        """Return the feature bits that this reader does not know."""
        return self.features & ~_KNOWN_FEATURES


def checksum(data: bytes, seed: int = MAGIC) -> int:
    """Return the CRC-32 that F2FS uses: zlib's, but with a seed and not inverted."""
    return zlib.crc32(data, seed ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def read_superblock(read: Read, length: int) -> tuple[F2fsSuperblock, list[str]]:
    """Read the first plausible copy of the superblock.

    Args:
        read: reads (byte offset in the volume, size in bytes); may give fewer bytes, or raise OSError.
        length: the size of the volume in bytes.

    Returns:
        The superblock and its issues, one sentence each.

    Raises:
        F2fsError: no copy is plausible.
    """
    found: dict[int, F2fsSuperblock] = {}
    wrong: list[str] = []
    for number, offset in enumerate((0, *(1 << log for log in _LOG_BLOCK_SIZES))):
        try:
            found[offset] = _parse(read(offset + SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE), length)
        except OSError as error:
            if not number:
                wrong.append(str(error))
            continue
        if number and found[offset].block_size != offset:
            del found[offset]  # a copy from another file system, or from an earlier one here
            continue
        break
    if not found:
        raise F2fsError(f"there is no F2FS superblock that can be believed: {wrong[0]}")
    offset, block = next(iter(found.items()))
    issues = [f"the first superblock was not used: {wrong[0]}; the second was"] if offset else []
    if not offset:
        issues += _compare(block, read, length)
    if features := block.unknown_features():
        issues.append(f"the file system has features that are not known (0x{features:x}); what they change is not read")
    if block.devices > 1:
        issues.append(f"the file system lies on {block.devices} devices, of which only this one is read")
    if block.blocks > block.volume_blocks:
        issues.append(
            f"the file system states {block.blocks * block.block_size} bytes, of which the volume holds {length}"
        )
    return block, issues


def _compare(first: F2fsSuperblock, read: Read, length: int) -> list[str]:
    try:
        second = _parse(read(first.block_size + SUPERBLOCK_OFFSET, SUPERBLOCK_SIZE), length)
    except OSError as error:
        return [f"the second superblock cannot be believed: {error}; the first was used"]
    return [] if second == first else ["the two superblocks differ; the first was used"]


def _parse(data: bytes, length: int) -> F2fsSuperblock:
    if len(data) < SUPERBLOCK_SIZE:
        raise F2fsError("it lies beyond the end of the volume")
    fields = _HEAD.unpack_from(data)
    magic, _, _, log_block, log_segment, crc_offset, blocks = fields[:7]
    segments, _, nat_segments, main_segments = fields[7:11]
    first_segment, checkpoint, sit, nat, summaries, main, root, node_inode, meta_inode = fields[11:]
    if magic != MAGIC:
        raise F2fsError("it has no magic of F2FS")
    features = int.from_bytes(data[_FEATURE : _FEATURE + 4], "little")
    if features & SB_CHECKSUM:
        stored = int.from_bytes(data[_CRC_OFFSET : _CRC_OFFSET + 4], "little")
        if crc_offset != _CRC_OFFSET or stored != checksum(data[:_CRC_OFFSET]):
            raise F2fsError("its checksum does not agree")
    if log_block not in _LOG_BLOCK_SIZES or log_segment not in _LOG_BLOCKS_PER_SEGMENT:
        raise F2fsError(f"it states blocks of 2^{log_block} bytes and segments of 2^{log_segment} blocks")
    main_end = main + (main_segments << log_segment)
    end = first_segment + (segments << log_segment)
    if not 0 < checkpoint < sit < nat < summaries < main < main_end <= end:
        raise F2fsError("its areas do not follow each other")
    if nat + (nat_segments << log_segment) > summaries or nat_segments < 2:
        raise F2fsError(f"it states {nat_segments} segments for the node address table")
    return F2fsSuperblock(
        block_size=1 << log_block,
        log_segment=log_segment,
        blocks=blocks,
        checkpoint=checkpoint,
        nat=nat,
        main=main,
        main_end=main_end,
        nat_blocks=nat_segments // 2 << log_segment,
        root=root,
        own=frozenset((node_inode, meta_inode, *struct.unpack_from("<3I", data, _QUOTAS))),
        payload=int.from_bytes(data[_PAYLOAD : _PAYLOAD + 4], "little"),
        features=features,
        uuid=data[108:124],
        devices=_devices(data),
        volume_blocks=length >> log_block,
    )


def _devices(data: bytes) -> int:
    ends = range(_DEVICES, _DEVICES + _DEVICE_SIZE * _DEVICE_COUNT, _DEVICE_SIZE)
    return max(1, sum(data[at] != 0 for at in ends))
