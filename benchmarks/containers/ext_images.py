"""ext2, ext3 and ext4: block sizes, inode sizes, features of mke2fs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.containers.workshop import MEBIBYTE, Kind, Workshop

_FEATURES = (
    "^has_journal", "^extent,^64bit", "^64bit", "64bit", "^metadata_csum", "metadata_csum",
    "uninit_bg,^metadata_csum", "^dir_index", "^flex_bg", "^sparse_super,^resize_inode", "sparse_super2",
    "meta_bg,^resize_inode", "^resize_inode", "^filetype", "^huge_file", "^dir_nlink", "^extra_isize", "large_dir",
    "ea_inode", "encrypt", "casefold", "verity", "quota", "project,quota", "mmp", "metadata_csum_seed",
    "stable_inodes", "inline_data", "bigalloc", "fast_commit", "orphan_file",
)  # fmt: skip


def mke2fs(shop: Workshop, *options: str, name: str = "image.dd", size: int = 8 * MEBIBYTE) -> Path:
    """An image of the tree."""
    path = shop.blank(name, size)
    shop.run("mke2fs", "-q", "-F", *options, "-d", shop.tree, path)
    return path


def kinds() -> list[Kind]:
    """Every kind."""
    made = [
        _kind(f"{kind}, blocks of {block}, inodes of {inode}", "-t", kind, "-b", str(block), "-I", str(inode))
        for kind in ("ext2", "ext3", "ext4")
        for block in (1024, 2048, 4096)
        for inode in (128, 256, 512)
    ]
    made += [_kind(f"ext4, {feature}", "-t", "ext4", "-O", feature) for feature in _FEATURES]
    made += [
        _kind("ext4, inline_data in inodes of 1024", "-t", "ext4", "-O", "inline_data", "-I", "1024"),
        _kind("ext4, bigalloc, clusters of 64 KiB", "-t", "ext4", "-O", "bigalloc", "-C", "65536"),
        _kind("ext2, revision 0", "-t", "ext2", "-r", "0"),
        _kind("ext4, blocks of 64 KiB", "-t", "ext4", "-b", "65536", "-O", "^has_journal"),
        Kind("ext", "ext4, superblock overwritten, its copies whole", _without_superblock),
    ]
    return made


def _kind(name: str, *options: str) -> Kind:
    return Kind("ext", name, lambda shop: mke2fs(shop, *options))


def _without_superblock(shop: Workshop) -> Path:
    path = mke2fs(shop, "-t", "ext4", "-b", "1024", size=24 * MEBIBYTE)
    with path.open("r+b") as stream:
        stream.seek(1024)
        stream.write(bytes(1024))
    shop.note("zeros over the first superblock")
    return path
