"""FAT, exFAT, F2FS, squashfs, EROFS, UBIFS and the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.containers.workshop import MEBIBYTE, Kind, Workshop


def fat(shop: Workshop, bits: int, size: int, *options: str, name: str = "image.dd") -> Path:
    """An image of FAT with the tree."""
    path = shop.blank(name, size)
    shop.run("mkfs.fat", "-F", str(bits), "-n", "SAMPLE", *options, path)
    shop.run("mcopy", "-s", "-i", path, *sorted(shop.tree.iterdir()), "::")
    return path


def kinds() -> list[Kind]:
    """Every kind."""
    return [*_fat(), *_squashfs(), *_flash(), *_of_other_systems()]


def _fat() -> list[Kind]:
    return [
        Kind("FAT", "FAT12", lambda shop: fat(shop, 12, 2 * MEBIBYTE)),
        Kind("FAT", "FAT12, sectors of 4096", lambda shop: fat(shop, 12, 8 * MEBIBYTE, "-S", "4096")),
        Kind("FAT", "FAT16", lambda shop: fat(shop, 16, 16 * MEBIBYTE)),
        Kind("FAT", "FAT16, clusters of 32 KiB", lambda shop: fat(shop, 16, 160 * MEBIBYTE, "-s", "64")),
        Kind("FAT", "FAT16, one table", lambda shop: fat(shop, 16, 16 * MEBIBYTE, "-f", "1")),
        Kind("FAT", "FAT32", lambda shop: fat(shop, 32, 40 * MEBIBYTE)),
        Kind("FAT", "FAT32, sectors of 2048", lambda shop: fat(shop, 32, 160 * MEBIBYTE, "-S", "2048")),
        Kind("FAT", "FAT32, sectors of 4096", lambda shop: fat(shop, 32, 300 * MEBIBYTE, "-S", "4096")),
        Kind("FAT", "FAT32, the first boot sector overwritten", _without_boot_sector),
    ]  # fmt: skip


def _without_boot_sector(shop: Workshop) -> Path:
    path = fat(shop, 32, 40 * MEBIBYTE)
    with path.open("r+b") as stream:
        stream.write(bytes(512))
    shop.note("zeros over the first sector")
    return path


def _squashfs() -> list[Kind]:
    def make(*options: str) -> Callable[[Workshop], Path]:
        def made(shop: Workshop) -> Path:
            shop.run("mksquashfs", shop.tree, shop.folder / "image.sqfs", "-quiet", "-no-progress", *options)
            return shop.folder / "image.sqfs"

        return made

    found = [
        Kind("squashfs", f"{compressor}, blocks of {size}", make("-comp", compressor, "-b", size))
        for compressor in ("gzip", "lzo", "lz4", "xz", "zstd", "lzma")
        for size in ("4096", "131072", "1048576")
    ]
    stored = ("-noI", "-noD", "-noF", "-noX")
    return [
        *found,
        Kind("squashfs", "nothing compressed", make(*stored)),
        Kind("squashfs", "without fragments", make("-no-fragments")),
        Kind("squashfs", "always fragments", make("-always-use-fragments")),
        Kind("squashfs", "without a table for export, unpadded", make("-no-exports", "-nopad")),
        Kind("squashfs", "xz with a filter", make("-comp", "xz", "-Xbcj", "arm")),
    ]  # fmt: skip


def _flash() -> list[Kind]:
    def erofs(*options: str) -> Callable[[Workshop], Path]:
        def made(shop: Workshop) -> Path:
            shop.run("mkfs.erofs", *options, shop.folder / "image.erofs", shop.tree)
            return shop.folder / "image.erofs"

        return made

    return [
        Kind("F2FS", "plain", _f2fs()),
        Kind("F2FS", "extra_attr, inode_checksum, inode_crtime", _f2fs("-O", "extra_attr,inode_checksum,inode_crtime")),
        Kind("F2FS", "extra_attr, flexible_inline_xattr", _f2fs("-O", "extra_attr,flexible_inline_xattr")),
        Kind("EROFS", "plain", erofs()),
        Kind("EROFS", "lz4hc", erofs("-zlz4hc")),
        Kind("EROFS", "lz4", erofs("-zlz4")),
        Kind("EROFS", "lz4hc in clusters of 64 KiB", erofs("-zlz4hc", "-C65536")),
        Kind("EROFS", "lz4, the older index", erofs("-zlz4", "-Elegacy-compress")),
        Kind("EROFS", "lz4hc, ends behind the index", erofs("-zlz4hc", "-Eztailpacking")),
        Kind("EROFS", "in chunks", erofs("--chunksize=4096")),
        Kind("UBIFS", "a volume", _ubifs),
        Kind("UBIFS", "in UBI", _ubi),
        Kind("others", "cramfs", _cramfs),
        Kind("others", "JFFS2", _jffs2),
        Kind("others", "Minix", _minix),
    ]


def _f2fs(*options: str) -> Callable[[Workshop], Path]:
    def made(shop: Workshop) -> Path:
        path = shop.blank("image.dd", 100 * MEBIBYTE)
        shop.run("mkfs.f2fs", "-q", "-f", *options, path)
        shop.run("sload.f2fs", "-f", shop.tree, path)
        return path

    return made


def _ubifs(shop: Workshop) -> Path:
    path = shop.folder / "image.ubifs"
    shop.run("mkfs.ubifs", "-r", shop.tree, "-m", "2048", "-e", "126976", "-c", "200", "-o", path)
    return path


def _ubi(shop: Workshop) -> Path:
    volume = _ubifs(shop)
    text = f"[a]\nmode=ubi\nimage={volume}\nvol_id=0\nvol_type=dynamic\nvol_name=data\nvol_flags=autoresize\n"
    configuration = shop.made("ubi.cfg", text.encode())
    shop.run("ubinize", "-o", shop.folder / "image.ubi", "-m", "2048", "-p", "128KiB", configuration)
    return shop.folder / "image.ubi"


def _cramfs(shop: Workshop) -> Path:
    shop.run("mkfs.cramfs", shop.tree, shop.folder / "image.cramfs")
    return shop.folder / "image.cramfs"


def _jffs2(shop: Workshop) -> Path:
    shop.run("mkfs.jffs2", "-r", shop.tree, "-e", "128KiB", "-o", shop.folder / "image.jffs2")
    return shop.folder / "image.jffs2"


def _minix(shop: Workshop) -> Path:
    path = shop.blank("image.dd", 4 * MEBIBYTE)
    shop.run("mkfs.minix", path)
    return path


def _of_other_systems() -> list[Kind]:
    def bare(program: str, *options: str) -> Callable[[Workshop], Path]:
        def made(shop: Workshop) -> Path:
            path = shop.blank("image.dd", 160 * MEBIBYTE)
            shop.run(program, *options, path)
            return path

        return made

    def headed(size: int, *heads: tuple[int, bytes]) -> Callable[[Workshop], Path]:
        def made(shop: Workshop) -> Path:
            path = shop.blank("image.dd", size)
            with path.open("r+b") as stream:
                for at, head in heads:
                    stream.seek(at)
                    stream.write(head)
            shop.note("the head alone: " + ", ".join(f"{head!r} at byte {at}" for at, head in heads))
            return path

        return made

    ntfs = b"\xeb\x52\x90NTFS    "
    return [
        Kind("others", "exFAT, its head", headed(MEBIBYTE, (0, b"\xeb\x76\x90EXFAT   "), (510, b"\x55\xaa"))),
        Kind("others", "NTFS, its head", headed(MEBIBYTE, (0, ntfs), (510, b"\x55\xaa"))),
        Kind("others", "XFS", bare("mkfs.xfs", "-q")),
        Kind("others", "XFS, its head", headed(MEBIBYTE, (0, b"XFSB\0\0\x10\0"))),
        Kind("others", "btrfs", bare("mkfs.btrfs", "-q")),
        Kind("others", "btrfs, its head", headed(MEBIBYTE, (0x10040, b"_BHRfS_M"))),
        Kind("others", "LUKS, its head", headed(MEBIBYTE, (0, b"LUKS\xba\xbe\0\x01"))),
        Kind("others", "HFS+, its head", headed(MEBIBYTE, (1024, b"H+\0\x04"))),
        Kind("others", "APFS, its head", headed(MEBIBYTE, (32, b"NXSB"), (36, b"\0\x10\0\0"))),
        Kind("others", "BitLocker, its head", headed(MEBIBYTE, (0, b"\xeb\x58\x90-FVE-FS-"), (510, b"\x55\xaa"))),
        Kind("others", "YAFFS2, which has no magic: nothing but zeros", headed(MEBIBYTE)),
    ]  # fmt: skip
