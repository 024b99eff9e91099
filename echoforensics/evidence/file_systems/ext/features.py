"""Names the features of an ext file system as ``mke2fs -O`` and ``dumpe2fs`` do.

References:
    Linux, fs/ext4/ext4.h (EXT4_FEATURE_COMPAT_, _RO_COMPAT_ and _INCOMPAT_); e2fsprogs, lib/e2p/feature.c (names).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_MAGIC = b"\x53\xef"
#: The superblock's byte offset, and how much of it to read.
_HEAD = (1024, 128)
INLINE_DATA = "inline_data"
BIGALLOC = "bigalloc"
ENCRYPT = "encrypt"
_JOURNAL_DEVICE = "journal_dev"
#: The bit names, lowest first, by the letter that marks an unknown bit.
_NAMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "C",
        (
            *("dir_prealloc", "imagic_inodes", "has_journal", "ext_attr", "resize_inode", "dir_index", "lazy_bg", ""),
            *("snapshot_bitmap", "sparse_super2", "fast_commit", "stable_inodes", "orphan_file"),
        ),
    ),
    (
        "I",
        (
            *("compression", "filetype", "needs_recovery", _JOURNAL_DEVICE, "meta_bg", "", "extent", "64bit"),
            *("mmp", "flex_bg", "ea_inode", "", "dirdata", "metadata_csum_seed", "large_dir", INLINE_DATA),
            *(ENCRYPT, "casefold"),
        ),
    ),
    (
        "R",
        (
            *("sparse_super", "large_file", "", "huge_file", "uninit_bg", "dir_nlink", "extra_isize", "snapshot"),
            *("quota", BIGALLOC, "metadata_csum", "replica", "read-only", "project", "shared_blocks", "verity"),
            "orphan_present",
        ),
    ),
)
#: Features that affect reading and that no reader here supports; the same applies to any unnamed feature.
_NOT_KNOWN = ("compression", "dirdata")
_UNKNOWN_START = "FEATURE_I"


def features(read: Callable[[int, int], bytes]) -> tuple[str, ...]:
    """Return the features that a volume's superblock states; empty if there is no such superblock.

    A feature without a name is shown as ``dumpe2fs`` shows it: ``FEATURE_I20``.

    Args:
        read: reads (byte offset in the volume, size in bytes); may give fewer, or raise OSError.
    """
    raw = read(*_HEAD)
    if len(raw) < _HEAD[1] or raw[56:58] != _MAGIC or not struct.unpack_from("<I", raw, 76)[0]:
        return ()
    return tuple(
        (names[bit] if bit < len(names) else "") or f"FEATURE_{letter}{bit}"
        for (letter, names), word in zip(_NAMES, struct.unpack_from("<III", raw, 92), strict=True)
        for bit in range(32)
        if word >> bit & 1
    )


def remarks(read: Callable[[int, int], bytes]) -> list[str]:
    """Return remarks on how the features of an opened file system affect reading, one sentence each.

    Args:
        read: as for :func:`features`.
    """
    stated = features(read)
    found: list[str] = []
    if ENCRYPT in stated:
        found.append(
            "the file system says that it may hold encrypted files (fscrypt, file-based encryption); their names and"
            " content are given as they are stored"
        )
    unknown = [name for name in stated if name in _NOT_KNOWN or name.startswith(_UNKNOWN_START)]
    if unknown:
        found.append(
            f"the file system has features that are not known here ({', '.join(unknown)}); what they change of its"
            " names and content is not taken into account"
        )
    return found


def described(read: Callable[[int, int], bytes]) -> str:
    """Describe a volume with an ext superblock and its features, for a sentence on why it was not read.

    Args:
        read: as for :func:`features`.
    """
    stated = features(read)
    return f"ext2, ext3 or ext4 (features: {', '.join(stated)})" if stated else "ext2, ext3 or ext4"


def is_journal_alone(read: Callable[[int, int], bytes]) -> bool:
    """Whether a volume holds only the journal of a file system on another device.

    Args:
        read: as for :func:`features`.
    """
    return _JOURNAL_DEVICE in features(read)
