"""Reads an ext file system with a damaged superblock by a backup superblock, as ``e2fsck -b`` does.

References:
    https://docs.kernel.org/filesystems/ext4/ (super block, block group descriptors, sparse_super).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.file_systems.ext.file_system import ExtFileSystem, is_for_own_reader
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.file_systems.sleuth_kit import SleuthKitFileSystem
from echoforensics.evidence.media.media import ReadImage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.evidence.volume import Volume

_SUPERBLOCK_AT = 1024
_SUPERBLOCK_SIZE = 1024
_MAGIC = b"\x53\xef"
#: The groups that hold backups if not every group does: 1, and powers of 3, 5 and 7.
_GROUPS = (1, 3, 5, 7, 9, 25, 27, 49)
_BLOCK_SIZES = (4096, 1024, 2048)
#: How many descriptor bytes to compare and restore; more would belong to a file system of many TiB.
_MAX_DESCRIPTORS = 16 * 1024 * 1024
_INCOMPAT_META_BG = 0x10
_INCOMPAT_64BIT = 0x80


class Backup(NamedTuple):
    """A backup of the superblock.

    Attributes:
        offset: its byte offset in the volume.
        raw: its 1024 bytes.
    """

    offset: int
    raw: bytes

    @property
    def block_size(self) -> int:
        """The size of a block in bytes."""
        return 1024 << self._number("<I", 24)

    @property
    def group(self) -> int:
        """The block group that it states as its own."""
        return self._number("<H", 90)

    @property
    def descriptors(self) -> int:
        """The size of the block group descriptors in bytes; 0 if they do not follow the superblock."""
        incompatible = self._number("<I", 96)
        per_group = self._number("<I", 32)
        if not per_group or incompatible & _INCOMPAT_META_BG:
            return 0
        blocks = self._number("<I", 4) - self._number("<I", 20)
        width = max(32, self._number("<H", 254)) if incompatible & _INCOMPAT_64BIT else 32
        return min(-(-blocks // per_group) * width, _MAX_DESCRIPTORS)

    def restored(self) -> bytes:
        """Return it as it would be at the start of the file system."""
        return self.raw[:90] + bytes(2) + self.raw[92:]

    def _number(self, code: str, at: int) -> int:
        value: int = struct.unpack_from(code, self.raw, at)[0]
        return value


class BackupSuperblockFileSystem(FileSystem):
    """The files of an ext file system, read by a backup superblock. The evidence is not changed."""

    def __init__(self, volume: Volume) -> None:
        """Open the file system. Raises OSError if there is no backup, or it does not help."""
        backup = find_backup(volume.read, volume.length)
        if backup is None:
            raise OSError("there is no backup of a superblock")
        self._backup = backup
        patches = _patches(backup, volume.read)
        image = ReadImage(volume.length, lambda at, size: _patched(volume.read, patches, at, size), _nothing_to_close)
        self._inner: FileSystem
        if is_for_own_reader(image.read):
            self._inner = ExtFileSystem(image.read, volume.length)
        else:
            self._inner = SleuthKitFileSystem(image, 0)
        self.name, self.block_size = self._inner.name, self._inner.block_size

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield an issue that says how the file system was read, then every entry."""
        yield EvidenceIssue(
            "",
            f"the superblock is damaged; the {self.name} file system was read by the backup of it in block group"
            f" {self._backup.group}, at byte {self._backup.offset} of the volume",
        )
        yield from self._inner.entries()

    def open(self, address: str) -> BinaryIO:
        """Open a file by its address in the file system."""
        return self._inner.open(address)

    def extents(self, address: str) -> list[tuple[int, int]]:
        """Return where a file's content lies in the volume (see :meth:`FileSystem.extents`)."""
        return self._inner.extents(address)


def find_backup(read: Callable[[int, int], bytes], length: int) -> Backup | None:
    """Find the first backup superblock that lies where it claims to. None if there is none. Raises OSError."""
    for group in _GROUPS:
        for size in _BLOCK_SIZES:
            # The default: a group has as many blocks as a block has bits; blocks of 1 KiB are counted from 1.
            offset = group * size * 8 * size + (1024 if size == 1024 else 0)
            if offset + _SUPERBLOCK_SIZE > length:
                continue
            found = Backup(offset, read(offset, _SUPERBLOCK_SIZE))
            if _is_backup(found, group, size, length):
                return found
    return None


def _is_backup(found: Backup, group: int, size: int, length: int) -> bool:
    if len(found.raw) < _SUPERBLOCK_SIZE or found.raw[56:58] != _MAGIC:
        return False
    blocks, exponent, per_group = (struct.unpack_from("<I", found.raw, at)[0] for at in (4, 24, 32))
    # A truncated volume may be shorter than its file system; one that is many times longer is implausible.
    return (
        exponent <= 6
        and found.block_size == size
        and found.group == group
        and per_group == 8 * size
        and 0 < blocks * size <= max(length * 1024, 2**40)
    )


def _patches(backup: Backup, read: Callable[[int, int], bytes]) -> list[tuple[int, bytes]]:
    patches = [(_SUPERBLOCK_AT, backup.restored())]
    size = backup.block_size
    first = 2 * 1024 if size == 1024 else size
    mine, saved = read(first, backup.descriptors), read(backup.offset + size, backup.descriptors)
    # Bitmaps and inodes never move; counts of free blocks and inodes change, and only the first copy is updated.
    if [mine[at : at + 12] for at in range(0, len(mine), 32)] != [
        saved[at : at + 12] for at in range(0, len(saved), 32)
    ]:
        patches.append((first, saved))
    return patches


def _patched(read: Callable[[int, int], bytes], patches: list[tuple[int, bytes]], offset: int, size: int) -> bytes:
    data = bytearray(read(offset, size))
    for place, content in patches:
        first, last = max(offset, place), min(offset + len(data), place + len(content))
        if first < last:
            data[first - offset : last - offset] = content[first - place : last - place]
    return bytes(data)


def _nothing_to_close() -> None:
    return None
