"""Images and archives inside a folder, a zip, a tar, an image."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.containers import tars, zips
from benchmarks.containers.ext_images import mke2fs
from benchmarks.containers.image_formats import ewf, qemu, sparse
from benchmarks.containers.library_archives import written
from benchmarks.containers.other_file_systems import fat
from benchmarks.containers.workshop import MEBIBYTE, Kind, Workshop

Make = Callable[[Workshop], Path]
_INNER: dict[str, Make] = {
    "ext4 image": lambda shop: mke2fs(shop, "-t", "ext4", name="disk.raw"),
    "FAT16 image": lambda shop: fat(shop, 16, 16 * MEBIBYTE, name="disk.img"),
    "E01": ewf(),
    "QCOW2": qemu("qcow2"),
    "VMDK": qemu("vmdk"),
    "VHD": qemu("vpc"),
    "VHDX": qemu("vhdx"),
    "VDI": qemu("vdi"),
    "Android sparse image": sparse(),
    "zip": lambda shop: shop.made("inner.zip", zips.packed()),
    "tar": lambda shop: shop.made("inner.tar", tars.packed()),
    "7z": lambda shop: written(shop, "inner.7z", "7zip"),
    "adb backup": lambda shop: shop.made("backup.ab", b"ANDROID BACKUP\n5\n0\nnone\n" + tars.packed()),
    "DAR": lambda shop: shop.made("inner.1.dar", b"\0\0\0\x7b" + bytes(4096)),
}


def kinds() -> list[Kind]:
    """Every pair."""
    outer: dict[str, Make] = {"a folder": _folder, "a zip": _zip, "a tar": _tar, "an image": _image}
    return [
        Kind("nested", f"{inner} in {name}", _pair(_INNER[inner], around))
        for inner in _INNER
        for name, around in outer.items()
    ]


def _pair(inner: Make, around: Make) -> Make:
    def make(shop: Workshop) -> Path:
        inner(shop)
        return around(shop)

    return make


def _packed(shop: Workshop) -> list[Path]:
    return sorted(path for path in shop.folder.iterdir() if path.is_file())


def _folder(shop: Workshop) -> Path:
    return shop.folder


def _zip(shop: Workshop) -> Path:
    inner = _packed(shop)
    with zipfile.ZipFile(shop.folder / "outer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in inner:
            archive.write(path, f"images/{path.name}")
    shop.note("Python's zipfile")
    return shop.folder / "outer.zip"


def _tar(shop: Workshop) -> Path:
    inner = _packed(shop)
    with tarfile.open(shop.folder / "outer.tar", "w") as archive:
        for path in inner:
            archive.add(path, f"images/{path.name}")
    shop.note("Python's tarfile")
    return shop.folder / "outer.tar"


def _image(shop: Workshop) -> Path:
    within = shop.folder / "within"
    within.mkdir()
    for path in _packed(shop):
        shutil.move(path, within / path.name)
    target = shop.blank("outer.dd", 40 * MEBIBYTE)
    shop.run("mke2fs", "-q", "-F", "-t", "ext4", "-d", within, target)
    return target
