"""Names the content of a volume whose file system is not supported, by its magic."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator

Read = Callable[[int, int], bytes]

#: (byte offset, magic, name): file systems, and layers below them, that are recognised but not parsed.
_UNPARSED = (
    (0, b"UBI#", "UBI (volumes on raw flash)"),
    (0, b"\x31\x18\x10\x06", "UBIFS"),
    (0, b"\x85\x19", "JFFS2"),
    (0, b"\x19\x85", "JFFS2 (big-endian)"),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS"),
    (0, b"\x45\x3d\xcd\x28", "cramfs"),
    (0, b"\x28\xcd\x3d\x45", "cramfs (big-endian)"),
    (0, b"-rom1fs-", "romfs"),
    (0, b"hsqs", "squashfs"),
    (0, b"sqsh", "squashfs (big-endian)"),
    (1024, b"\x10\x20\xf5\xf2", "F2FS"),
    (0x10040, b"_BHRfS_M", "Btrfs"),
    (0, b"XFSB", "XFS"),
    (32, b"NXSB", "APFS"),
    (1024, b"BD", "HFS"),
    (88, b"CS\1\0", "Apple Core Storage, as FileVault 2 uses it"),
    (0x8000, b"JFS1", "JFS"),
    (0x8001, b"BEA01", "UDF"),
    (0x2000, b"OCFSV2", "OCFS2"),
    (1024, b"\2\0\0\0\0\0\x34\x34", "NILFS2"),
    (4120, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca", "bcachefs"),
    (0x10034, b"ReIsEr", "ReiserFS"),
    (0x10000, b"\1\x16\x19\x70", "GFS2"),
    (512, b"LABELONE", "an LVM2 physical volume"),
    (4096, b"\x67\x44\x6c\x61", "Android dynamic partitions (super)"),
    (0, b"\x3a\xff\x26\xed", "an Android sparse image"),
    (4096, b"\xfc\x4e\x2b\xa9", "a Linux RAID member"),
)
#: The same for file systems that The Sleuth Kit supports: those found here failed to open.
_DAMAGED = (
    (3, b"NTFS    ", "NTFS"),
    (3, b"EXFAT   ", "exFAT"),
    *((54, b"FAT%d   " % bits, f"FAT{bits}") for bits in (12, 16)),
    (82, b"FAT32   ", "FAT32"),
    (1024, b"H+", "HFS+"),
    (32769, b"CD001", "ISO 9660"),
)
#: The same for encrypted data.
_ENCRYPTED = (
    (0, b"LUKS\xba\xbe", "LUKS"),
    (3, b"-FVE-FS-", "BitLocker"),
)
#: (byte offset, magic, name): content without files.
_WITHOUT_FILES = (
    (0, b"ANDROID!", "an Android boot image"),
    (0, b"VNDRBOOT", "an Android vendor boot image"),
    (0, b"AVB0", "Android verified boot data (vbmeta)"),
    (0, b"\x27\x05\x19\x56", "a U-Boot image (uImage)"),
    (0, b"\xd0\x0d\xfe\xed", "a flattened image tree or device tree (FIT, DTB)"),
    (0, b"verity\0\0", "hashes of dm-verity"),
    (0, b"\x01\xb0\x01\xb0", "metadata of Android's verified boot (dm-verity)"),
    (0, b"\xd7\xb7\xab\x1e", "a table of device tree overlays (dtbo)"),
    (0, b"AMLSECU!", "signed data of an Amlogic device"),
    (8, b"AML_RES!", "pictures that an Amlogic device shows as it starts"),
    (0, b"\x7fELF", "an ELF program"),
    *((size - 10, b"SWAPSPACE2", "Linux swap space") for size in (4096, 8192, 16384, 65536)),
    *((size - 10, b"SWAP-SPACE", "Linux swap space") for size in (4096, 8192, 16384, 65536)),
)
#: Android's footer of a partition encrypted with dm-crypt, 16 KiB before its end.
_CRYPT_FOOTER = b"\xc4\xb1\xb5\xd0"
_CRYPT_FOOTER_FROM_END = 16 * 1024
#: The first blocks of raw flash may be bad or erased; erase blocks have one of these sizes.
_FLASH_BLOCKS = (128 * 1024, 256 * 1024, 512 * 1024)
_FLASH_BLOCKS_LOOKED_AT = 8
#: Page sizes of raw flash, with or without spare bytes after each page.
_YAFFS_PAGES = (2048, 2048 + 64, 4096, 4096 + 128, 4096 + 224)
_YAFFS_PAGES_LOOKED_AT = 64
#: The deepest magic is that of UFS, in a superblock 256 KiB from the start.
_MAGICS_UNTIL = 512 * 1024
_SAMPLES = 64
_SAMPLE = 4096
#: From this entropy on, in bits per byte, the bytes look random.
_RANDOM = 7.95

_NOT_READ = "not parsed; its files were not read"
_SENTENCES = (
    (_WITHOUT_FILES, "has no file system that is known: it holds {}, in which no files are"),
    (_ENCRYPTED, "is encrypted with {}; its files were not read"),
    (_DAMAGED, "holds {}, which is damaged or cut off so that it cannot be read; its files were not read"),
    (_UNPARSED, f"holds {{}}, which is {_NOT_READ}"),
)


def recognise(read: Read, length: int) -> str | None:
    """Describe the content of a volume that no reader supports.

    Args:
        read: reads (byte offset in the volume, size in bytes); may raise OSError, which passes through.
        length: the size of the volume in bytes.

    Returns:
        The rest of a sentence about the volume ("holds UBIFS, which is not parsed; its files were not read"), or None
            if nothing is recognised.

    References:
        Linux, include/uapi/linux/magic.h; https://source.android.com/docs/core (boot images, verified boot, dm-crypt);
        https://gitlab.com/cryptsetup/cryptsetup/-/wikis/DMVerity.
    """
    for known, sentence in _SENTENCES:
        if name := _by_magic(read, length, known):
            return sentence.format(name)
    if name := _on_flash(read, length):
        return f"holds {name}, which is {_NOT_READ}"
    if _looks_like_yaffs2(read, length):
        return f"holds what looks like YAFFS2, which has no magic; {_NOT_READ}"
    if read(max(0, length - _CRYPT_FOOTER_FROM_END), 4) == _CRYPT_FOOTER:
        return "is encrypted (Android dm-crypt, by the footer at its end); its files were not read"
    return _by_its_bytes(read, length)


def is_blank(read: Read, length: int) -> bool:
    """Whether all magics' places and all samples hold only one byte value, 0 or 0xFF.

    Args:
        read, length: as for :func:`recognise`.
    """
    first = read(0, min(length, _MAGICS_UNTIL))
    fill = first[:1]
    if fill not in (b"\0", b"\xff") or not _is_one_byte(first):
        return False
    return all(sample[:1] == fill and _is_one_byte(sample) for sample in _samples(read, length))


def ext_features(read: Read) -> list[int] | None:
    """Return revision, compatible and incompatible features from the first superblock of an ext file system.

    None if it is missing, for example when a backup was used (``ext4.rst`` in Linux, superblock).
    """
    raw = read(1024, 128)
    if len(raw) < 128 or raw[56:58] != b"\x53\xef":
        return None
    return [int.from_bytes(raw[at : at + 4], "little") for at in (76, 92, 96)]


def _by_magic(read: Read, length: int, known: tuple[tuple[int, bytes, str], ...]) -> str | None:
    for offset, magic, name in known:
        if offset + len(magic) <= length and read(offset, len(magic)) == magic and _confirmed(read, offset, name):
            return name
    return None


def _confirmed(read: Read, offset: int, name: str) -> bool:
    """Whether the bytes after a short magic confirm it."""
    if name == "HFS":
        # The first block of the bitmap is the third of the volume, and an allocation block is a multiple of 512 bytes.
        raw = read(offset, 24)
        return raw[14:16] == b"\0\3" and int.from_bytes(raw[20:24], "big") % 512 == 0 < int.from_bytes(
            raw[20:24], "big"
        )
    if not name.startswith("JFFS2"):
        return True
    # The type of a node, and a length of at least a node header.
    raw = read(offset, 12)
    order = "big" if "big" in name else "little"
    kind, size = int.from_bytes(raw[2:4], order), int.from_bytes(raw[4:8], order)  # type: ignore[arg-type]
    return kind in (0xE001, 0xE002, 0x2003, 0x2004, 0x2006, 0xE008, 0xE009) and 12 <= size <= 0x20000


def _on_flash(read: Read, length: int) -> str | None:
    for block in _FLASH_BLOCKS:
        for number in range(1, _FLASH_BLOCKS_LOOKED_AT):
            if number * block + 4 <= length and read(number * block, 4) == b"UBI#":
                return "UBI (volumes on raw flash)"
    return None


def _looks_like_yaffs2(read: Read, length: int) -> bool:
    """Whether the first chunk is an object header, and one more is: type, parent, unused checksum, name.

    References:
        yaffs2, yaffs_guts.h (struct yaffs_obj_hdr).
    """
    if not _is_yaffs_header(read(0, 64)):
        return False
    return any(
        _is_yaffs_header(read(number * page, 64))
        for page in _YAFFS_PAGES
        for number in range(1, min(_YAFFS_PAGES_LOOKED_AT, length // page))
    )


def _is_yaffs_header(head: bytes) -> bool:
    if len(head) < 64 or head[8:10] != b"\xff\xff":
        return False
    kind, parent = int.from_bytes(head[:4], "little"), int.from_bytes(head[4:8], "little")
    name = head[10:].partition(b"\0")[0]
    return 1 <= kind <= 5 and 1 <= parent < 0x40000 and len(name) > 0 and all(0x20 < byte < 0x7F for byte in name)


def _by_its_bytes(read: Read, length: int) -> str | None:
    counts: Counter[int] = Counter()
    entropies: list[float] = []
    for sample in _samples(read, length):
        counted = Counter({sample[0]: len(sample)}) if sample and _is_one_byte(sample) else Counter(sample)
        counts.update(counted)
        entropies.append(_bits(counted))
    if not counts:
        return None
    if len(counts) == 1 and (value := next(iter(counts))) in (0, 0xFF):
        what = "zero bytes" if value == 0 else "bytes 0xFF, as erased flash has"
        return f"has no file system that is known: it is empty (only {what} in the places looked at)"
    if sum(counts.values()) >= 16 * 1024 and _bits(counts) > _RANDOM and min(entropies) > 6:
        return (
            "has no file system that is known: no magic that is known, and its bytes look random, as those of"
            " encrypted or compressed data do; its files were not read"
        )
    return None


def _is_one_byte(data: bytes) -> bool:
    """Whether all bytes are equal; much faster than counting each."""
    return data.count(data[:1]) == len(data)


def _samples(read: Read, length: int) -> Iterator[bytes]:
    """Yield evenly spaced pieces from the whole length."""
    step = max(_SAMPLE, length // _SAMPLES // _SAMPLE * _SAMPLE)
    for offset in range(0, min(length, step * _SAMPLES), step):
        yield read(offset, min(_SAMPLE, length - offset))


def _bits(counts: Counter[int]) -> float:
    total = sum(counts.values())
    return -sum(count / total * math.log2(count / total) for count in counts.values()) if total else 0.0
