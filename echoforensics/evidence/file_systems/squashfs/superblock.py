"""Reads the superblock of a squashfs, and decides which versions of the format are supported.

References:
    Linux, Documentation/filesystems/squashfs.rst; fs/squashfs/squashfs_fs.h (4.0).
    squashfs-tools, squashfs_compat.h (versions 1 to 3).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.evidence.file_systems.squashfs.codecs import COMPRESSORS

if TYPE_CHECKING:
    from collections.abc import Callable

SUPERBLOCK_SIZE = 96
#: Marks a missing table.
ABSENT = 0xFFFF_FFFF_FFFF_FFFF
MAX_BLOCK_SIZE = 1024 * 1024
_MIN_BLOCK_SIZE = 4096
_LITTLE = b"hsqs"
_BIG = b"sqsh"
#: Magics that router makers use instead of the standard ones for their modified formats.
_ALTERED = (b"shsq", b"qshs", b"tqsh", b"hsqt", b"sqlz")
_VERSION_AT = 28
_COMPRESSOR_OPTIONS = 0x400
_LZ4 = 5
_LAYOUT = struct.Struct("<4s4I6H8Q")


class SquashfsSuperblock(NamedTuple):
    """The content of a version 4.0 superblock.

    Attributes:
        inodes: the stated number of inodes; not trusted.
        block_size: the size of a whole data block in bytes before compression.
        fragments: the number of fragment blocks.
        compressor: its number (see squashfs_codecs).
        has_options: whether the compressor's options follow the superblock.
        ids: the number of user and group ids.
        root: the reference of the root folder's inode.
        length: the size of the file system in bytes.
        id_table: byte offset; like the others, ABSENT if there is no such table.
    """

    inodes: int
    block_size: int
    fragments: int
    compressor: int
    has_options: bool
    ids: int
    root: int
    length: int
    id_table: int
    xattr_table: int
    inode_table: int
    directory_table: int
    fragment_table: int
    export_table: int

    def end_of(self, table: int) -> int:
        """Return where the table at a byte offset ends: at the next table or the end of the file system."""
        starts = (
            self.id_table,
            self.xattr_table,
            self.inode_table,
            self.directory_table,
            self.fragment_table,
            self.export_table,
            self.length,
        )
        return min((start for start in starts if start > table), default=table)


def read_superblock(read: Callable[[int, int], bytes]) -> SquashfsSuperblock:
    """Read the superblock at byte 0. Raises OSError if it is missing or its version is not supported."""
    raw = read(0, SUPERBLOCK_SIZE)
    magic = raw[:4]
    if magic in _ALTERED:
        raise OSError(f"a squashfs changed by a maker (it begins with {magic.decode('ascii')}), which is not read")
    if magic not in (_LITTLE, _BIG):
        raise OSError("no squashfs superblock")
    if len(raw) < SUPERBLOCK_SIZE:
        raise OSError("a squashfs superblock that is cut off")
    order = "<" if magic == _LITTLE else ">"
    major, minor = struct.unpack_from(f"{order}2H", raw, _VERSION_AT)
    if magic == _BIG or (major, minor) != (4, 0):
        name = "little-endian" if magic == _LITTLE else "big-endian"
        raise OSError(f"squashfs {major}.{minor} ({name}), which is not read; only 4.0 (little-endian) is")
    return _checked(raw)


def _checked(raw: bytes) -> SquashfsSuperblock:
    _, inodes, _, block_size, fragments, compressor, log, flags, ids, _, _, root, length, *tables = _unpack(raw)
    if not _MIN_BLOCK_SIZE <= block_size <= MAX_BLOCK_SIZE or log > 20 or block_size != 1 << log:
        raise OSError(f"a squashfs superblock that states an impossible block size ({block_size}, 2 to the {log})")
    if compressor not in COMPRESSORS:
        raise OSError(f"squashfs 4.0 with compressor {compressor}, which is not known")
    return SquashfsSuperblock(
        inodes, block_size, fragments, compressor, bool(flags & _COMPRESSOR_OPTIONS), ids, root, length, *tables
    )


def _unpack(raw: bytes) -> tuple[int, ...]:
    return _LAYOUT.unpack(raw)


def check_options(superblock: SquashfsSuperblock, options: bytes) -> None:
    """Reject compressor options that cannot be supported: LZ4 other than its first block format.

    The other compressors' options only affect compression; their data can be read without them.

    Raises:
        OSError: the options are not supported.
    """
    if superblock.compressor != _LZ4:
        return
    if len(options) < 8:
        raise OSError("the options of the compressor are cut off")
    version = struct.unpack_from("<I", options)[0]
    if version != 1:
        raise OSError(f"squashfs 4.0 with LZ4 format {version}, which is not known")
