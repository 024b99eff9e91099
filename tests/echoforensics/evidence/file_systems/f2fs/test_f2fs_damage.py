"""F2FS of which a part is lost: the rest is read, and what is lost is told."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.file_systems.f2fs import content as f2fs_content
from echoforensics.evidence.file_systems.f2fs import file_system as f2fs
from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem
from echoforensics.evidence.volume import Volume

Maker = Any
Volumes = Callable[[bytes | bytearray], Volume]


def summary(volume: Volume) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Paths and notes of entries; paths and sentences of faults."""
    found = list(F2fsFileSystem(volume).entries())
    entries = [(one.path, one.note) for one in found if isinstance(one, Entry)]
    return entries, [(one.path, one.what) for one in found if isinstance(one, EvidenceIssue)]


def with_bad_blocks(volume: Volume, *bad: int) -> Volume:
    """The volume, of which blocks cannot be read."""

    def read(offset: int, size: int) -> bytes:
        if any(offset < (block + 1) * 4096 and block * 4096 < offset + size for block in bad):
            raise OSError("bad sector")
        return volume.read(offset, size)

    return replace(volume, read=read)


def test_blocks_that_cannot_be_read(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    first = image.put(image.names([(b"lost", 5, 1)]))
    second = image.put(image.names([(b"there", 5, 1), (b"link", 6, 7)]))
    image.inode(5, size=2, inline=b"ok")
    target = image.put(b"target")
    image.inode(6, stat.S_IFLNK, 6, [target])
    image.inode(3, stat.S_IFDIR, 8192, [first, second])
    volume = volume_of(image.build())
    table = image.nat_area + image.segment + 3
    entries, issues = summary(with_bad_blocks(volume, first, target, table))
    assert entries == [("there", ""), ("link", "a link, whose target cannot be read: bad sector; not followed")]
    assert issues == [
        ("", "a part of the folder cannot be read: bad sector"),
        ("", "a part of the node address table cannot be read: bad sector"),
    ]
    # The journal is in a block that cannot be read.
    assert summary(with_bad_blocks(volume, 17))[1][0] == (
        "",
        "the newest changes to the node address table are lost: bad sector",
    )
    with pytest.raises(OSError, match="bad sector"):
        F2fsFileSystem(with_bad_blocks(volume, 0, 1))
    entries, issues = summary(with_bad_blocks(volume, image.nat[3][1]))
    assert issues[0] == ("", "the folder cannot be read: bad sector")
    assert [path for path, _ in entries] == ["$OrphanFiles/OrphanFile-5", "$OrphanFiles/OrphanFile-6"]


def test_folder_with_a_node_that_is_lost(
    f2fs_image: Maker, volume_of: Volumes, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = f2fs_image()
    image.inode(5, size=2, inline=b"ok")
    block = image.put(image.names([(b"there", 5, 1)]))
    # Attributes take all but two numbers of the inode; the second node does not exist.
    image.features |= 0x40
    image.inode(3, stat.S_IFDIR, 4096 * 30, [1, block], [77], xattr=image.per_inode - 9 - 2)
    image.inode(5, size=2, inline=b"ok")
    volume = volume_of(image.build())
    entries, issues = summary(volume)
    assert entries == [("there", "")]
    lost = ("", "a part of the folder cannot be read: the node address table has no place for node 77")
    assert issues == [
        ("", "a part of the folder cannot be read: its map leads to block 1, outside the main area"),
        lost,
    ]
    monkeypatch.setattr(f2fs_content, "_WRONG_BLOCKS", 9)
    what = "a part of the folder cannot be read: more than 9 blocks of its map are wrong; the rest was not read"
    assert summary(volume)[1][1:] == [lost, ("", what)]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"extra": 0xFFFC}, "inode 5 states 65532 bytes of extra attributes"),
        ({"extra": 7}, "inode 5 states 7 bytes of extra attributes"),
        ({"xattr": 60000}, "inode 5 states 60000 numbers of inline attributes, which leaves no room"),
        ({"flags": 4, "compression": (1, 60)}, "an inode states compressed clusters of 2^60 blocks"),
    ],
)
def test_inodes_that_cannot_be(f2fs_image: Maker, volume_of: Volumes, change: dict[str, Any], what: str) -> None:
    image = f2fs_image(features=0x8 | 0x40 | 0x2000)
    extra = change.pop("extra", None)
    block = image.inode(5, size=2, inline=b"ok", **change)
    if extra is not None:
        image.blocks[block] = image.blocks[block][:360] + struct.pack("<H", extra) + image.blocks[block][362:]
    image.folder(3, [(b"a", 5, 1)])
    entries, issues = summary(volume_of(image.build()))
    assert entries == [("a", "its inode cannot be read")]
    assert issues == [("a", f"its inode cannot be read: {what}")]


def test_content_longer_than_the_inode_can_hold(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=2**50, inline=b"content")
    image.folder(3, [(b"a", 5, 1)])
    room = 4 * (image.per_inode - 9 - 1)
    fs = F2fsFileSystem(volume_of(image.build()))
    assert fs.open("5").read() == b"content".ljust(room, b"\0")
    what = f"its inode states {2**50} bytes, more than can be; {room} bytes are given"
    assert summary(volume_of(image.build())) == ([("a", what)], [("a", what)])


def test_times_that_cannot_be(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=2, inline=b"ok", nanoseconds=2**32 - 1)
    block = image.inode(6, size=2, inline=b"ok")
    raw = bytearray(image.blocks[block])
    struct.pack_into("<qqq", raw, 32, 0, -1, 2**62)
    image.blocks[block] = bytes(raw)
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1)])
    first, second = (one for one in F2fsFileSystem(volume_of(image.build())).entries() if isinstance(one, Entry))
    assert first.times["modified"] == "2020-09-13T12:26:43.000000000Z"
    assert second.times == {
        "modified": f"{2**62} seconds since 1970",
        "changed": "1969-12-31T23:59:59.123456789Z",
    }


def test_deleted_name_whose_inode_says_otherwise(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=2, inline=b"ok", name=b"other", folder=9)
    image.inode(6, size=4096, name=b"cipher", advice=4)
    image.inode(7, size=4096)
    names = [(b"gone.txt", number, 1, False, 0x529649DD) for number in (5, 6, 7)]
    image.folder(3, names)
    there = (
        "deleted; the node address table still leads to an inode of its number, and no name that stands leads there;"
        " later writes may have changed its content"
    )
    entries, issues = summary(volume_of(image.build()))
    assert issues == []
    assert entries == [
        ("gone.txt", f'{there}; the inode states the name "other" in the folder of inode 9'),
        (
            "gone.txt",
            f"{there}; the inode states a name that is encrypted, in the folder of inode 3; encrypted; not read",
        ),
        ("gone.txt", f"{there}; it has no written block, so that no content is given"),
    ]


def test_what_a_checkpoint_says_of_errors(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.folder(3, [])
    image.flags |= 0x8 | 0x10
    raw = image.build()
    raw[32 * 4096 + 300] ^= 1
    assert summary(volume_of(raw)) == (
        [],
        [
            (
                "",
                "the second checkpoint is not whole: the checksum of block 32 does not agree; the other one was used"
                " (version 7)",
            ),
            ("", "the file system says that an error was met while it was in use"),
            ("", "the file system says that it needs a check (fsck)"),
        ],
    )


def test_superblock_of_a_former_file_system(f2fs_image: Maker, volume_of: Volumes) -> None:
    # What is at the place of a second superblock for blocks of 16 KiB states blocks of 4 KiB.
    raw = bytearray(16384 + 4096)
    raw[16384 + 1024 : 16384 + 4096] = f2fs_image().superblock()
    with pytest.raises(OSError, match="no F2FS superblock that can be believed"):
        F2fsFileSystem(volume_of(raw))


def test_more_inodes_without_a_name_than_the_bound(
    f2fs_image: Maker, volume_of: Volumes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f2fs, "MAX_ENTRIES", 2)
    image = f2fs_image()
    image.folder(3, [])
    for number in range(5, 10):
        image.inode(number, size=1, inline=b"x")
    entries, issues = summary(volume_of(image.build()))
    assert [path for path, _ in entries] == [f"$OrphanFiles/OrphanFile-{number}" for number in (5, 6)]
    assert issues == [("", "only the first 2 inodes without a name were read")]
