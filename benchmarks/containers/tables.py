"""Disks with a table of partitions: GPT and MBR, of 512 and 4096-byte sectors, whole and damaged."""

from __future__ import annotations

import shutil
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from benchmarks.containers.ext_images import mke2fs
from benchmarks.containers.other_file_systems import fat
from benchmarks.containers.workshop import MEBIBYTE, Kind, Workshop

#: Where the partition with the files begins, in bytes.
_AT = 2 * MEBIBYTE
_SIZE = 8 * MEBIBYTE
_DISK = 16 * MEBIBYTE
_LINUX = bytes.fromhex("af3dc60f838472478e793d69d8477de4")


def kinds() -> list[Kind]:
    """Every kind."""

    def gpt(name: str, change: Callable[[Path], str] | None = None, *options: str) -> Kind:
        return Kind("GPT", name, lambda shop: _changed(shop, _by_sgdisk(shop, *options), change))

    return [
        gpt("by sgdisk"),
        gpt("by sgdisk, a FAT partition before it", None, "-n", "2:2048:4095", "-t", "2:0700"),
        gpt("hybrid", None, "-h", "1"),
        gpt("first header overwritten", lambda path: _zeroed(path, 512, 512)),
        gpt("first header's checksum wrong", lambda path: _flipped(path, 512 + 16)),
        gpt("a bit of the first table flipped", lambda path: _flipped(path, 1024 + 56)),
        gpt("first table overwritten", lambda path: _zeroed(path, 1024, 16384)),
        gpt("first header and table overwritten", lambda path: _zeroed(path, 512, 512 + 16384)),
        gpt("both headers overwritten", _without_headers),
        gpt("protective MBR overwritten", lambda path: _zeroed(path, 0, 512)),
        gpt("the end cut off, the partition whole", _cut),
        gpt("the end cut off, first header overwritten", _cut_without_header),
        Kind("GPT", "sectors of 4096", lambda shop: _changed(shop, _gpt_of_4096(shop), None)),
        Kind("GPT", "sectors of 4096, first header overwritten", lambda shop: _changed(
            shop, _gpt_of_4096(shop), lambda path: _zeroed(path, 4096, 4096))),
        Kind("GPT", "by sfdisk", lambda shop: _by_sfdisk(shop, "label: gpt\nstart=4096, size=16384\n")),
        Kind("MBR", "one partition", lambda shop: _by_sfdisk(shop, "label: dos\nstart=4096, size=16384, type=83\n")),
        Kind("MBR", "the last of four", lambda shop: _by_sfdisk(
            shop, "label: dos\n2048,512\n2560,512\n3072,512\nstart=4096, size=16384, type=83\n")),
        Kind("MBR", "out of order", lambda shop: _by_sfdisk(
            shop, "label: dos\nstart=4096, size=16384, type=83\n2048,512\n3072,512\n")),
        Kind("MBR", "logical", lambda shop: _by_sfdisk(
            shop, "label: dos\n2048,512\nstart=3072, size=28000, type=5\nstart=4096, size=16384, type=83\n")),
        Kind("MBR", "the second logical", lambda shop: _by_sfdisk(
            shop, "label: dos\nstart=2048, size=29000, type=f\nstart=2560, size=512\nstart=4096, size=16384\n")),
        Kind("MBR", "a wrong type", lambda shop: _by_sfdisk(shop, "label: dos\nstart=4096, size=16384, type=7\n")),
        Kind("MBR", "sectors of 4096", _mbr_of_4096),
        Kind("MBR", "FAT", _mbr_of_fat),
        Kind("MBR", "a partition beyond the end", lambda shop: _by_sfdisk(
            shop, "label: dos\nstart=4096, size=16384, type=83\nstart=20480, size=12000\n", cut=11 * MEBIBYTE)),
        Kind("MBR", "its signature overwritten", lambda shop: _changed(
            shop, _by_sfdisk(shop, "label: dos\nstart=4096, size=16384\n"), lambda path: _zeroed(path, 510, 2))),
        Kind("tables", "BSD label", lambda shop: _by_sfdisk(shop, "label: sun\nstart=0, size=16384, type=83\n", at=0)),
    ]  # fmt: skip


def _by_sgdisk(shop: Workshop, *options: str) -> Path:
    disk = shop.blank("disk.dd", _DISK)
    shop.run("sgdisk", "-n", f"1:{_AT // 512}:{(_AT + _SIZE) // 512 - 1}", "-c", "1:data", *options, disk)
    return _filled(shop, disk, _AT)


def _filled(shop: Workshop, disk: Path, at: int) -> Path:
    """The disk, with an ext4 file system put at a byte."""
    image = mke2fs(shop, "-t", "ext4", name="part.dd", size=_SIZE)
    return _put(shop, disk, image, at)


def _put(shop: Workshop, disk: Path, image: Path, at: int) -> Path:
    with disk.open("r+b") as stream, image.open("rb") as content:
        stream.seek(at)
        shutil.copyfileobj(content, stream)
    image.unlink()
    shop.note(f"put at byte {at}")
    return disk


def _changed(shop: Workshop, disk: Path, change: Callable[[Path], str] | None) -> Path:
    if change:
        shop.note(change(disk))
    return disk


def _zeroed(path: Path, at: int, size: int) -> str:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(bytes(size))
    return f"zeros over {size} bytes at byte {at}"


def _flipped(path: Path, at: int) -> str:
    with path.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)[0]
        stream.seek(at)
        stream.write(bytes((byte ^ 0x40,)))
    return f"a bit at byte {at} flipped"


def _without_headers(path: Path) -> str:
    _zeroed(path, path.stat().st_size - 512, 512)
    return _zeroed(path, 512, 512) + ", and over the last sector"


def _cut(path: Path) -> str:
    with path.open("r+b") as stream:
        stream.truncate(_AT + _SIZE + MEBIBYTE)
    return f"cut at byte {_AT + _SIZE + MEBIBYTE}"


def _cut_without_header(path: Path) -> str:
    return f"{_cut(path)}; {_zeroed(path, 512, 512)}"


def _by_sfdisk(shop: Workshop, script: str, at: int = _AT, cut: int = 0) -> Path:
    disk = shop.blank("disk.dd", _DISK)
    shop.run("sfdisk", "-q", "--no-reread", disk, stdin=script.encode())
    shop.note(script.strip().replace("\n", " | "))
    filled = _filled(shop, disk, at) if at else _beside_label(shop, disk)
    if cut:
        with disk.open("r+b") as stream:
            stream.truncate(cut)
        shop.note(f"cut at byte {cut}")
    return filled


def _beside_label(shop: Workshop, disk: Path) -> Path:
    """A Sun label is in the first sector, which ext4 leaves free."""
    label = disk.read_bytes()[:512]
    _filled(shop, disk, 0)
    with disk.open("r+b") as stream:
        stream.write(label)
    return disk


def _mbr_of_4096(shop: Workshop) -> Path:
    disk = shop.blank("disk.dd", _DISK)
    entry = struct.pack("<B3sB3sII", 0, bytes(3), 0x83, bytes(3), _AT // 4096, _SIZE // 4096)
    with disk.open("r+b") as stream:
        stream.seek(446)
        stream.write(entry + bytes(48) + b"\x55\xaa")
    shop.note("an MBR by hand, in sectors of 4096")
    return _filled(shop, disk, _AT)


def _mbr_of_fat(shop: Workshop) -> Path:
    disk = shop.blank("disk.dd", 32 * MEBIBYTE)
    shop.run("sfdisk", "-q", "--no-reread", disk, stdin=b"label: dos\nstart=4096, size=32768, type=6\n")
    return _put(shop, disk, fat(shop, 16, 16 * MEBIBYTE, name="part.dd"), _AT)


def _gpt_of_4096(shop: Workshop) -> Path:
    """A GPT by hand (UEFI 2.10, 5.3): sgdisk makes one of such sectors on a device alone."""
    sector, sectors = 4096, _DISK // 4096
    entry = _LINUX + bytes(range(16)) + struct.pack("<QQQ", _AT // sector, (_AT + _SIZE) // sector - 1, 0)
    table = (entry + "data".encode("utf-16-le").ljust(72, b"\0")).ljust(128 * 128, b"\0")
    disk = shop.blank("disk.dd", _DISK)
    with disk.open("r+b") as stream:
        stream.seek(446)
        stream.write(struct.pack("<B3sB3sII", 0, bytes(3), 0xEE, bytes(3), 1, sectors - 1) + bytes(48) + b"\x55\xaa")
        for here, other, at in ((1, sectors - 1, 2), (sectors - 1, 1, sectors - 5)):
            head = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, 0, 0, here, other, 6, sectors - 6,
                               bytes(16), at, 128, 128, zlib.crc32(table))  # fmt: skip
            head = head[:16] + struct.pack("<I", zlib.crc32(head)) + head[20:]
            stream.seek(at * sector)
            stream.write(table)
            stream.seek(here * sector)
            stream.write(head)
    shop.note("a GPT by hand, in sectors of 4096")
    return _filled(shop, disk, _AT)
