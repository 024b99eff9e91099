from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.evidence.file_systems.recognise import recognise
from echoforensics.evidence.file_systems.remarks import remarks
from echoforensics.evidence.media.media import Media
from echoforensics.evidence.volumes.disk import Disk

MIB = 1024 * 1024
NOT_PARSED = "which is not parsed; its files were not read"
DAMAGED = "which is damaged or cut off so that it cannot be read; its files were not read"
NO_FILES = "has no file system that is known: it holds {}, in which no files are"
YAFFS = struct.pack("<IIH", 3, 1, 0xFFFF) + b"lost+found".ljust(256, b"\0")


def _description(raw: bytes | bytearray) -> str | None:
    content = bytes(raw)
    return recognise(lambda at, size: content[at : at + size], len(content))


def _with(magic: bytes, at: int, size: int = 128 * 1024) -> bytearray:
    raw = bytearray(b"text that is neither empty nor random. " * (size // 39 + 1))[:size]
    raw[at : at + len(magic)] = magic
    return raw


@pytest.mark.parametrize(
    ("magic", "at", "says"),
    [
        (b"UBI#\x01", 0, f"holds UBI (volumes on raw flash), {NOT_PARSED}"),
        (struct.pack("<I", 0x06101831), 0, f"holds UBIFS, {NOT_PARSED}"),
        (struct.pack("<HHI", 0x1985, 0x2003, 12), 0, f"holds JFFS2, {NOT_PARSED}"),
        (struct.pack("<I", 0xE0F5E1E2), 1024, f"holds EROFS, {NOT_PARSED}"),
        (struct.pack("<I", 0x28CD3D45), 0, f"holds cramfs, {NOT_PARSED}"),
        (b"-rom1fs-", 0, f"holds romfs, {NOT_PARSED}"),
        (b"BD".ljust(14, b"\1") + b"\0\3\0\0\0\1\0\0\2\0", 1024, f"holds HFS, {NOT_PARSED}"),
        (b"CS\1\0", 88, f"holds Apple Core Storage, as FileVault 2 uses it, {NOT_PARSED}"),
        (b"JFS1", 0x8000, f"holds JFS, {NOT_PARSED}"),
        (b"BEA01", 0x8001, f"holds UDF, {NOT_PARSED}"),
        (b"OCFSV2", 0x2000, f"holds OCFS2, {NOT_PARSED}"),
        (struct.pack("<IHH", 2, 0, 0x3434), 1024, f"holds NILFS2, {NOT_PARSED}"),
        (b"ReIsEr", 0x10034, f"holds ReiserFS, {NOT_PARSED}"),
        (b"_BHRfS_M", 0x10040, f"holds Btrfs, {NOT_PARSED}"),
        (struct.pack("<I", 0x616C4467), 4096, f"holds Android dynamic partitions (super), {NOT_PARSED}"),
        (b"LUKS\xba\xbe\x00\x02", 0, "is encrypted with LUKS; its files were not read"),
        (b"\xeb\x58\x90-FVE-FS-", 0, "is encrypted with BitLocker; its files were not read"),
        (b"verity\0\0", 0, NO_FILES.format("hashes of dm-verity")),
        (struct.pack("<I", 0xB001B001), 0, NO_FILES.format("metadata of Android's verified boot (dm-verity)")),
        (b"ANDROID!", 0, NO_FILES.format("an Android boot image")),
        (b"AVB0", 0, NO_FILES.format("Android verified boot data (vbmeta)")),
        (struct.pack(">I", 0x27051956), 0, NO_FILES.format("a U-Boot image (uImage)")),
        (struct.pack(">I", 0xD00DFEED), 0, NO_FILES.format("a flattened image tree or device tree (FIT, DTB)")),
        (b"SWAPSPACE2", 4086, NO_FILES.format("Linux swap space")),
        (struct.pack("<I", 0xED26FF3A), 0, f"holds an Android sparse image, {NOT_PARSED}"),
        (
            struct.pack("<I", 0xD0B5B1C4),
            112 * 1024,
            "is encrypted (Android dm-crypt, by the footer at its end); its files were not read",
        ),
        (b"NTFS    ", 3, f"holds NTFS, {DAMAGED}"),
        (b"FAT32   ", 82, f"holds FAT32, {DAMAGED}"),
        (b"CD001", 32769, f"holds ISO 9660, {DAMAGED}"),
        (b"UBI#\x01", 256 * 1024, f"holds UBI (volumes on raw flash), {NOT_PARSED}"),
    ],
)
def test_by_its_magic(magic: bytes, at: int, says: str) -> None:
    size = 512 * 1024 if at == 256 * 1024 else 128 * 1024
    assert _description(_with(magic, at, size)) == says
    assert _description(_with(magic[:-1] + b"?", at, size)) is None or magic[:4] in (b"UBI#", b"LUKS")


def test_a_short_magic_needs_what_follows() -> None:
    assert _description(_with(b"\x85\x19", 0)) is None
    assert _description(_with(struct.pack("<HHI", 0x1985, 0x2003, 5), 0)) is None


@pytest.mark.parametrize("page", [2048, 2112, 4096])
def test_yaffs2_has_no_magic_but_a_look(page: int) -> None:
    raw = _with(YAFFS, 0)
    assert "YAFFS2" not in str(_description(raw))

    raw[page : page + len(YAFFS)] = YAFFS
    assert _description(raw) == "holds what looks like YAFFS2, which has no magic; not parsed; its files were not read"


def test_empty_and_random_and_plain() -> None:
    noise = random.Random(7).randbytes(256 * 1024)

    assert _description(bytes(MIB)) == (
        "has no file system that is known: it is empty (only zero bytes in the places looked at)"
    )
    assert "erased flash" in str(_description(b"\xff" * MIB))
    assert "its bytes look random, as those of encrypted or compressed data do" in str(_description(noise))
    assert _description(b"plain text " * 10000) is None
    assert _description(noise[: 128 * 1024] + b"plain text " * 10000) is None
    assert _description(b"") is None
    assert _description(b"x") is None


def test_what_programs_make(tmp_path: Path, run_program: Callable[..., str]) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "a").write_bytes(b"a" * 5000)
    run_program("mkfs.ubifs", "-r", folder, "-m", "2048", "-e", "124KiB", "-c", "100", "-o", tmp_path / "ubifs")
    run_program("mkfs.jffs2", "-r", folder, "-o", tmp_path / "jffs2")

    assert _description((tmp_path / "ubifs").read_bytes()) == f"holds UBIFS, {NOT_PARSED}"
    assert _description((tmp_path / "jffs2").read_bytes()) == f"holds JFFS2, {NOT_PARSED}"


def test_a_partition_that_is_not_read_is_named_with_its_place(
    gpt_disk: Callable[..., bytearray], media_of: Callable[..., Media]
) -> None:
    raw = gpt_disk([("data", 64, 200, 0)])
    raw[64 * 512 : 64 * 512 + 6] = b"LUKS\xba\xbe"

    disk = Disk(media_of(raw), "image")

    assert [(getattr(item, "path", ""), getattr(item, "what", "")) for item in disk.entries()] == [
        (
            "p1",
            "partition (data (Linux file system), 70144 bytes at byte 32768) is encrypted with LUKS; its files were"
            " not read",
        )
    ]


def test_file_based_encryption_is_reported(small_ext: Callable[..., bytes], media_of: Callable[..., Media]) -> None:
    raw = bytearray(small_ext("alexa"))
    assert remarks(lambda at, size: bytes(raw[at : at + size])) == []
    raw[1024 + 98] |= 1  # the feature "encrypt"

    (description,) = remarks(lambda at, size: bytes(raw[at : at + size]))

    assert "fscrypt" in description
    disk = Disk(media_of(raw), "image")
    assert description in [getattr(item, "what", "") for item in disk.entries()]
    assert "alexa" in [item.path for item in disk.entries()]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=9000), st.integers(0, 70_000))
def test_any_bytes(raw: bytes, before: int) -> None:
    description = _description(bytes(before) + raw)

    assert description is None or description.startswith(("holds", "is encrypted", "has no file system"))
