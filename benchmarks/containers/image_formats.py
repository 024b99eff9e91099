"""Images of media: EWF, virtual disks, Android sparse, split sets, compressed images."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import lz4.frame
import zstandard

from benchmarks.containers.ext_images import mke2fs
from benchmarks.containers.workshop import MEBIBYTE, Kind, MissingToolError, Workshop

_EWF = (
    "encase1", "encase2", "encase3", "encase4", "encase5", "encase6", "encase7", "encase7-v2", "smart", "ftk",
    "linen5", "linen6", "linen7", "ewf", "ewfx",
)  # fmt: skip
_QEMU = {
    "QCOW2": ("qcow2", ("", "compat=0.10", "cluster_size=512", "cluster_size=2M", "preallocation=metadata",
                        "refcount_bits=1", "lazy_refcounts=on", "compression_type=zstd", "extended_l2=on")),
    "VMDK": ("vmdk", ("", "subformat=monolithicSparse", "subformat=monolithicFlat", "subformat=twoGbMaxExtentSparse",
                      "subformat=twoGbMaxExtentFlat", "subformat=streamOptimized", "adapter_type=lsilogic")),
    "VHD": ("vpc", ("", "subformat=dynamic", "subformat=fixed", "subformat=fixed,force_size=on")),
    "VHDX": ("vhdx", ("", "subformat=dynamic", "subformat=fixed", "block_size=1M", "log_size=2M")),
    "others": ("vdi", ("", "static=on")),
    "QCOW": ("qcow", ("",)),
    "QED": ("qed", ("",)),
    "Parallels": ("parallels", ("",)),
}  # fmt: skip
_PART = 72 * 1024
_NAMINGS: dict[str, Callable[[int], str]] = {
    ".001": lambda number: f"disk.{number + 1:03}", ".000": lambda number: f"disk.{number:03}",
    ".dd.001": lambda number: f"disk.dd.{number + 1:03}", ".01": lambda number: f"disk.{number + 1:02}",
    ".0001": lambda number: f"disk.{number + 1:04}", ".aa": lambda number: f"disk.a{chr(97 + number)}",
    ".aaa": lambda number: f"disk.aa{chr(97 + number)}", "xaa": lambda number: f"xa{chr(97 + number)}",
    ".dd.aa": lambda number: f"disk.dd.a{chr(97 + number)}", ".00": lambda number: f"disk.{number:02}",
    "_001.dd": lambda number: f"disk_{number + 1:03}.dd", ".1": lambda number: f"disk.{number + 1}",
    "-part1of4.img": lambda number: f"disk-part{number + 1}of4.img",
}  # fmt: skip
_COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "zst": zstandard.compress,
    "lzma": lambda content: lzma.compress(content, lzma.FORMAT_ALONE), "lz4": lz4.frame.compress,
}  # fmt: skip


def kinds() -> list[Kind]:
    """Every kind."""
    made = [Kind("EWF", f"format {form}", ewf("-f", form)) for form in _EWF]
    made += [Kind("EWF", f"compression {each}", ewf("-c", each)) for each in
             ("deflate:none", "deflate:empty-block", "deflate:fast", "deflate:best", "bzip2:fast")]  # fmt: skip
    made += [Kind("EWF", f"chunks of {2**power} sectors", ewf("-b", str(2**power))) for power in range(4, 16)]
    made += [
        Kind("EWF", "in segments of 1 MiB", _segments()),
        Kind("EWF", "in segments, a later one missing", _segments("missing")),
        Kind("EWF", "in segments, a later one damaged", _segments("damaged")),
        Kind("EWF", "SMART, in segments", _segments("", "-f", "smart")),
    ]
    for group, (form, variants) in _QEMU.items():
        made += [Kind(group, f"{form}, {options or 'plain'}", qemu(form, options)) for options in variants]
    made += [
        Kind("QCOW2", "compressed", qemu("qcow2", "", "-c")),
        Kind("QCOW2", "compressed with zstd", qemu("qcow2", "compression_type=zstd", "-c")),
        Kind("QCOW2", "encrypted (LUKS)", _encrypted),
        Kind("QCOW2", "on a backing file", _backed("qcow2")),
        Kind("VMDK", "on a backing file", _backed("vmdk")),
        Kind("VHD", "on a backing file, its head", _differencing),
        *(Kind("Android sparse", f"blocks of {size}", sparse(size)) for size in (1024, 4096, 65536)),
        Kind("Android sparse", "in several files (simg2simg)", _sparse_set),
        *(Kind("split", f"named {name}", _split(name)) for name in _NAMINGS),
        Kind("split", "named .001, the third missing", _split(".001", missing=2)),
        Kind("split", "named .001, the last missing", _split(".001", missing=3)),
        *(Kind("compressed image", ending, _compressed(ending)) for ending in _COMPRESSED),
        Kind("compressed image", "gz, cut in the middle", _cut),
        Kind("compressed image", "zip of an image", _zip_of_image),
    ]
    return made


def ewf(*options: str) -> Callable[[Workshop], Path]:
    """Makes an EWF image."""

    def make(shop: Workshop) -> Path:
        image = mke2fs(shop, "-t", "ext4")
        shop.run("ewfacquire", "-u", "-q", "-t", shop.folder / "ewf", *options, image)
        image.unlink()
        return _first(shop)

    return make


def _first(shop: Workshop) -> Path:
    found = sorted(path for path in shop.folder.iterdir() if path.name.startswith("ewf."))
    if not found:
        raise MissingToolError("ewfacquire wrote no image")
    return found[0]


def _segments(what: str = "", *options: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        image = mke2fs(shop, "-t", "ext4")
        common = ("-c", "deflate:none", "-S", str(MEBIBYTE + 65536), *options)
        shop.run("ewfacquire", "-u", "-q", "-t", shop.folder / "ewf", *common, image)
        image.unlink()
        found = sorted(shop.folder.glob("ewf.*"))
        if what == "missing":
            found[2].unlink()
            shop.note(f"{found[2].name} taken away")
        if what == "damaged":
            content = bytearray(found[0].read_bytes())
            content[len(content) // 3 : len(content) // 3 + 70000] = bytes(70000)
            found[0].write_bytes(content)
            shop.note(f"70000 zeros in {found[0].name}")
        return found[0]

    return make


def qemu(form: str, options: str = "", *more: str) -> Callable[[Workshop], Path]:
    """Makes an image with qemu-img."""

    def make(shop: Workshop) -> Path:
        image = mke2fs(shop, "-t", "ext4")
        target = shop.folder / f"disk.{form if form != 'vpc' else 'vhd'}"
        given = ["-o", options] if options else []
        shop.run("qemu-img", "convert", "-f", "raw", "-O", form, *given, *more, image, target)
        image.unlink()
        return target

    return make


def _backed(form: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        base = qemu(form)(shop)
        target = shop.folder / f"over.{form}"
        shop.run("qemu-img", "create", "-q", "-f", form, "-b", base, "-F", form, target)
        return target

    return make


def _encrypted(shop: Workshop) -> Path:
    image = mke2fs(shop, "-t", "ext4")
    target = shop.folder / "disk.qcow2"
    given = ("--object", "secret,id=s,data=x", "-o", "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10")
    shop.run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", *given, image, target)
    image.unlink()
    return target


def _differencing(shop: Workshop) -> Path:
    path = qemu("vpc")(shop)
    content = bytearray(path.read_bytes())
    for at in (0, len(content) - 512):
        # Disk type 4, and the checksum of the footer (Virtual Hard Disk Image Format Specification).
        content[at + 60 : at + 64] = (4).to_bytes(4, "big")
        content[at + 64 : at + 68] = bytes(4)
        content[at + 64 : at + 68] = (0xFFFFFFFF - sum(content[at : at + 512])).to_bytes(4, "big")
    path.write_bytes(content)
    shop.note("its type changed to 4 (differencing)")
    return path


def sparse(size: int = 4096) -> Callable[[Workshop], Path]:
    """Makes an Android sparse image."""

    def make(shop: Workshop) -> Path:
        image = mke2fs(shop, "-t", "ext4")
        shop.run("img2simg", image, shop.folder / "disk.simg", str(size))
        image.unlink()
        return shop.folder / "disk.simg"

    return make


def _sparse_set(shop: Workshop) -> Path:
    whole = sparse()(shop)
    shop.run("simg2simg", whole, shop.folder / "super.img", str(200_000))
    whole.unlink()
    return min(shop.folder.glob("super.img.*"))


def _split(naming: str, missing: int = -1) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        # So small that each part holds some of the files.
        image = mke2fs(shop, "-t", "ext2", "-b", "1024", "-N", "32", size=4 * _PART)
        content = image.read_bytes()
        image.unlink()
        names = [_NAMINGS[naming](number) for number in range(4)]
        for number, name in enumerate(names):
            if number != missing:
                shop.made(name, content[number * _PART : (number + 1) * _PART])
        shop.note("cut in four: " + ", ".join(name for number, name in enumerate(names) if number != missing))
        return shop.folder / names[0]

    return make


def _compressed(ending: str) -> Callable[[Workshop], Path]:
    def make(shop: Workshop) -> Path:
        image = mke2fs(shop, "-t", "ext4")
        path = shop.made(f"image.dd.{ending}", _COMPRESSED[ending](image.read_bytes()))
        image.unlink()
        shop.note(f"compressed, {ending}")
        return path

    return make


def _cut(shop: Workshop) -> Path:
    path = _compressed("gz")(shop)
    content = path.read_bytes()
    shop.note("cut in the middle")
    path.write_bytes(content[: len(content) // 2])
    return path


def _zip_of_image(shop: Workshop) -> Path:
    image = mke2fs(shop, "-t", "ext4")
    shop.run("zip", "-q", "image.zip", image.name)
    image.unlink()
    return shop.folder / "image.zip"
