"""Whether bytes are the beginning of a disk or of a file system."""

from __future__ import annotations

import zlib
from typing import Literal

#: Bytes that are looked at.
HEAD = 128 * 1024
SECTOR = 512

#: (byte offset, magic): partition tables, volume managers, file systems, and images of them.
_MAGIC: tuple[tuple[int, bytes], ...] = (
    (512, b"EFI PART"),
    (4096, b"EFI PART"),
    (0, b"MPT\0"),
    (0, b"\x3a\xff\x26\xed"),  # Android sparse
    (4096, b"\x67\x44\x6c\x61"),  # Android dynamic partitions
    *((sector * SECTOR, b"LABELONE") for sector in range(4)),
    (0, b"hsqs"),
    (0, b"sqsh"),
    (1024, b"\x10\x20\xf5\xf2"),  # F2FS
    (1024, b"\xe2\xe1\xf5\xe0"),  # EROFS
    (0, b"UBI#"),
    (0, b"\x31\x18\x10\x06"),  # UBIFS
    (3, b"EXFAT   "),
    (3, b"NTFS    "),
    (3, b"-FVE-FS-"),
    (0, b"XFSB"),
    (32, b"NXSB"),
    (1024, b"H+\0\x04"),
    (1024, b"HX\0\x05"),
    (0, b"\x45\x3d\xcd\x28"),  # cramfs
    (0x10040, b"_BHRfS_M"),
    (32768, b"JFS1"),
    (32769, b"BEA01"),  # UDF
    (8192, b"OCFSV2"),
    (4120, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca"),  # bcachefs
    (88, b"CS\1\0"),  # Core Storage
    (32769, b"CD001"),
    (0, b"LUKS\xba\xbe"),
    (0, b"ER\x02\0"),  # Apple partition map
)
#: The magics at each offset.
_AT = {at: tuple(magic for other, magic in _MAGIC if other == at) for at, _ in _MAGIC}


def looks_like_disk(head: bytes) -> bool:
    """Whether bytes begin as a disk, a partition or an Android sparse image does.

    Args:
        head: the first bytes; about 128 KiB show all that is known here.
    """
    for at, magics in _AT.items():
        if head.startswith(magics, at):
            return True
    return _is_ext(head) or _is_boot_sector(head) or _is_jffs2(head)


def _is_jffs2(head: bytes) -> bool:
    """The header of a node, with a right checksum (Linux, ``fs/jffs2``: CRC-32 from 0, without a last inversion)."""
    if len(head) < 12 or head[:2] not in (b"\x85\x19", b"\x19\x85"):
        return False
    order: Literal["little", "big"] = "little" if head.startswith(b"\x85") else "big"
    return zlib.crc32(head[:8], 0xFFFF_FFFF) ^ 0xFFFF_FFFF == int.from_bytes(head[8:12], order)


def _is_ext(head: bytes) -> bool:
    """A superblock of ext2 to ext4: its magic alone is two bytes, so that the rest is looked at too."""
    raw = head[1024:2048]
    if len(raw) < 264 or raw[56:58] != b"\x53\xef":
        return False
    inodes, blocks = int.from_bytes(raw[:4], "little"), int.from_bytes(raw[4:8], "little")
    return inodes > 0 and blocks > 0 and int.from_bytes(raw[24:28], "little") <= 6 and raw[58:60] <= b"\x07\x00"


def _is_boot_sector(head: bytes) -> bool:
    if len(head) < SECTOR or head[510:512] != b"\x55\xaa":
        return False
    return _is_fat(head) or _is_partition_table(head)


def _is_fat(head: bytes) -> bool:
    sector = int.from_bytes(head[11:13], "little")
    return (
        head[0] in (0xEB, 0xE9)
        and sector in (512, 1024, 2048, 4096)
        and head[13] in (1, 2, 4, 8, 16, 32, 64, 128)
        and head[16] in (1, 2)
        and head[21] >= 0xF0
    )


def _is_partition_table(head: bytes) -> bool:
    """Four entries, each active or not, at least one of them used, with a start and a length."""
    entries = [head[at : at + 16] for at in range(446, 510, 16)]
    if any(entry[0] not in (0, 0x80) for entry in entries):
        return False
    used = [entry for entry in entries if entry[4]]
    return bool(used) and all(any(entry[8:12]) and any(entry[12:16]) for entry in used)
