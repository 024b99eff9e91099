"""Which blocks of an F2FS hold compressed content in use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem
from echoforensics.evidence.volume import Volume

COMPRESSED = 0xFFFFFFFE


def test_a_compressed_cluster_and_a_plain_one_that_follow_each_other_are_told_apart(
    f2fs_image: type[Any], volume_of: Callable[[bytes | bytearray], Volume]
) -> None:
    image = f2fs_image(features=0x8 | 0x2000)
    first = image.content(bytes(7 * 4096))[0]
    # Clusters of four blocks: one in three blocks, one kept as it is, one in two blocks behind it.
    numbers = [COMPRESSED, *range(first, first + 7), COMPRESSED, *image.content(bytes(2 * 4096)), 0]
    image.inode(5, size=12 * 4096, numbers=numbers, flags=0x4, compression=(1, 2))
    image.folder(3, [(b"a", 5, 1)])
    fs = F2fsFileSystem(volume_of(image.build()))
    list(fs.entries())

    assert fs.extents("5") == [((first + 3) * 4096, 4 * 4096)]
    assert list(fs.packed()) == [(first * 4096, 3 * 4096), ((first + 7) * 4096, 2 * 4096)]


def test_blocks_of_deleted_files_are_not_in_use(
    f2fs_image: type[Any], volume_of: Callable[[bytes | bytearray], Volume]
) -> None:
    image = f2fs_image(features=0x8 | 0x2000)
    image.inode(5, size=4 * 4096, numbers=[COMPRESSED, *image.content(bytes(4096)), 0, 0], flags=0x4,
                compression=(1, 2))  # fmt: skip
    image.folder(3, [(b"gone", 5, 1, False)])
    fs = F2fsFileSystem(volume_of(image.build()))

    assert [entry.path for entry in fs.entries() if hasattr(entry, "address")] == ["gone"]
    assert list(fs.packed()) == []
