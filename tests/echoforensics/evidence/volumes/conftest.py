"""Media in memory, tables made by the tests' own code, and small file systems."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from echoforensics.evidence.media.media import Media, ReadImage

#: (name, first sector, last sector, attributes).
GptEntry = tuple[str, int, int, int]
LINUX = UUID("0FC63DAF-8483-4772-8E79-3D69D8477DE4")


@pytest.fixture
def media_of() -> Callable[[bytes], Media]:
    """Media whose bytes are in memory."""

    def make(content: bytes | bytearray) -> Media:
        raw = bytes(content)
        return Media("raw image", ReadImage(len(raw), lambda at, size: raw[at : at + size], lambda: None), ())

    return make


@pytest.fixture
def gpt_disk() -> Callable[..., bytearray]:
    """A disk with a protective MBR, a GPT and its backup, by the UEFI specification."""

    def make(entries: Sequence[GptEntry], size: int = 1024 * 1024, sector: int = 512) -> bytearray:
        disk = bytearray(size)
        last = size // sector - 1
        disk[446:462] = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, last)
        disk[510:512] = b"\x55\xaa"
        array = b"".join(
            struct.pack(
                "<16s16sQQQ72s", LINUX.bytes_le, bytes([n]) * 16, first, end, attributes, name.encode("utf-16-le")
            )
            for n, (name, first, end, attributes) in enumerate(entries, 1)
        ).ljust(128 * 128, b"\0")
        sectors = len(array) // sector
        for own, other, at in ((1, last, 2), (last, 1, last - sectors)):
            fields = (own, other, 2 + sectors, last - sectors - 1, bytes(16), at, 128, 128, zlib.crc32(array))
            header = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, *fields)
            header = header[:16] + struct.pack("<I", zlib.crc32(header)) + header[20:]
            disk[own * sector : own * sector + len(header)] = header
            disk[at * sector : at * sector + len(array)] = array
        return disk

    return make


@pytest.fixture
def mpt_table() -> Callable[..., bytes]:
    """Amlogic's table, by U-Boot's code: (name, size, offset) an entry."""

    def make(parts: Sequence[tuple[str, int, int]], version: str = "01.00.00") -> bytes:
        entries = [struct.pack("<16sQQI4x", name.encode(), size, offset, 1) for name, size, offset in parts]
        if version == "01.00.00":
            checksum = sum(struct.unpack("<10I", entries[0])) * len(entries)
        else:
            checksum = sum(sum(struct.unpack("<10I", entry)) for entry in entries)
        head = struct.pack("<4s12sII", b"MPT", version.encode(), len(entries), checksum & 0xFFFFFFFF)
        return head + b"".join(entries)

    return make


@pytest.fixture
def small_ext(tmp_path: Path, make_image: Callable[..., Path]) -> Callable[..., bytes]:
    """The bytes of an ext4 file system of some MiB that holds one file ``name`` with content ``name``."""

    def make(name: str, mebibytes: int = 1) -> bytes:
        folder = tmp_path / f"content-{name}"
        folder.mkdir()
        (folder / name).write_bytes(name.encode())
        return make_image(folder, "ext4", mebibytes, f"{name}.dd").read_bytes()

    return make
