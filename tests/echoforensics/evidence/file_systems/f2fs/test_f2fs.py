"""F2FS in images that the tests made by their own code."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from typing import Any

import lz4.block
import pytest
import zstandard

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem
from echoforensics.evidence.volume import Volume

Maker = Any
Volumes = Callable[[bytes | bytearray], Volume]
TIMES = {
    "modified": "2020-09-13T12:26:43.123456789Z",
    "accessed": "2020-09-13T12:26:41.123456789Z",
    "changed": "2020-09-13T12:26:42.123456789Z",
}


@pytest.fixture
def read(volume_of: Volumes) -> Callable[[bytes | bytearray], tuple[list[Entry], list[str]]]:
    """The entries of an image, and what its faults say."""

    def go(image: bytes | bytearray) -> tuple[list[Entry], list[str]]:
        found = list(F2fsFileSystem(volume_of(image)).entries())
        entries = [one for one in found if isinstance(one, Entry)]
        assert len({entry.address for entry in entries}) == len(entries)
        return entries, [one.what for one in found if isinstance(one, EvidenceIssue)]

    return go


def content(entry: Entry) -> bytes:
    assert entry.opener is not None
    return entry.opener().read()


def summary(entries: list[Entry]) -> list[tuple[str, str, bytes | None]]:
    return [(one.path, one.state.value, content(one) if one.opener else None) for one in entries]


@pytest.mark.parametrize("block_size", [4096, 16384])
@pytest.mark.parametrize("flags", [0x1 | 0x4, 0x1, 0x4, 0x0, 0x20])
@pytest.mark.parametrize("journal", [False, True])
def test_whole_file_system(f2fs_image: Maker, volume_of: Volumes, block_size: int, flags: int, journal: bool) -> None:
    image = f2fs_image(block_size, features=0x8 | 0x20 | 0x100 | 0x800)
    image.flags = flags
    data = bytes(range(256)) * (block_size // 100)
    image.inode(5, size=len(data), numbers=image.content(data), name=b"plain.bin")
    image.inode(6, size=5, inline=b"small", mode=stat.S_IFREG | 0o4755)
    image.inode(7, stat.S_IFLNK | 0o777, 9, inline=b"plain.bin")
    image.inode(8, stat.S_IFIFO | 0o600)
    image.inode(
        9, stat.S_IFDIR | 0o755, 3000, inline=image.names([(b"x" * 255, 6, 1)], 4 * (image.per_inode - 10 - 50))
    )
    image.folder(
        3, [(b"plain.bin", 5, 1), (b"name over slots", 6, 1), (b"link", 7, 7), (b"pipe", 8, 5), (b"sub", 9, 2)]
    )
    if journal:
        image.journal = {5: image.nat.pop(5), 7: image.nat.pop(7)}
        image.old_nat[5] = (5, 999)
        image.nat[5] = (5, 4)
    fs = F2fsFileSystem(volume_of(image.build()))
    found = list(fs.entries())
    what = "the file system was not unmounted cleanly: what was written after its last checkpoint (version 7) is not"
    issues = [one.what for one in found if isinstance(one, EvidenceIssue)]
    assert issues == ([] if flags & 1 else [f"{what} read and may be missing"])
    entries = [one for one in found if isinstance(one, Entry)]
    assert [(e.path, e.size, e.kind, e.mode, e.note) for e in entries] == [
        ("plain.bin", len(data), EntryKind.FILE, 0o640, ""),
        ("name over slots", 5, EntryKind.FILE, 0o4755, ""),
        ("link", 0, EntryKind.LINK, None, "a link to plain.bin; not followed"),
        ("pipe", 0, EntryKind.OTHER, None, "not a regular file"),
        ("sub/" + "x" * 255, 5, EntryKind.FILE, 0o4755, ""),
    ]
    assert all(e.times == {**TIMES, "created": "2017-07-14T02:40:00.000000005Z"} for e in entries)
    assert content(entries[0]) == data == fs.open(entries[0].address).read() == fs.open("5").read()
    first = image.main * block_size
    assert fs.extents("5") == [(first, -(-len(data) // block_size) * block_size)]
    assert content(entries[1]) == content(entries[4]) == b"small"
    assert fs.extents(entries[1].address) == []
    assert (fs.name, fs.block_size) == ("F2FS", block_size)


def test_holes_and_every_kind_of_node(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    per, inode_has = image.per_node, image.per_inode - 9
    pieces = {0: b"A", 1: b"B", inode_has: b"C", inode_has + per: b"D", inode_has + 2 * per: b"E"}
    pieces |= {inode_has + (2 + per) * per + 1: b"F", inode_has + (2 + 2 * per) * per: b"G"}
    blocks = {at: image.put(letter * 4096) for at, letter in pieces.items()}
    one, two, three, four, five = (blocks[at] for at in list(blocks)[2:])
    image.node(11, 5, [one])
    image.node(12, 5, [two])
    image.node(13, 5, [14])
    image.node(14, 5, [three])
    image.node(15, 5, [16])
    image.node(16, 5, [0xFFFFFFFF, four])
    image.node(17, 5, [18])
    image.node(18, 5, [19])
    image.node(19, 5, [five])
    image.folder(3, [(b"sparse", 5, 1)])
    stated = (inode_has + (2 + 2 * per) * per + 1) * 4096 - 7
    image.inode(5, size=stated, numbers=[blocks[0], blocks[1]], nodes=[11, 12, 13, 15, 17])
    fs = F2fsFileSystem(volume_of(image.build()))
    entry, *rest = fs.entries()
    # The volume is smaller than the file: its size is not believed, but for what was written.
    assert isinstance(entry, Entry)
    assert (entry.size, rest) == (stated, [])
    with fs.open(entry.address) as stream:
        for at, letter in pieces.items():
            stream.seek(at * 4096)
            assert stream.read(1) == letter
        for at in (2, inode_has + 1, inode_has + 2 * per + 1, stated // 4096 - 1):
            stream.seek(at * 4096)
            assert stream.read(4096) == bytes(4096)
        stream.seek(stated - 3)
        assert stream.read() == b"GGG"
    assert fs.extents("5") == [(blocks[0] * 4096, 7 * 4096)]


def test_size_that_cannot_be(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image()
    image.inode(5, size=2**60, numbers=image.content(b"x" * 5000))
    image.folder(3, [(b"huge", 5, 1)])
    (entry,), issues = read(image.build())
    assert issues == [f"its inode states {2**60} bytes, more than can be; 8192 bytes are given"]
    assert content(entry) == b"x" * 5000 + bytes(3192)


def test_second_superblock(f2fs_image: Maker, read: Any, volume_of: Volumes) -> None:
    for block_size in (4096, 16384):
        image = f2fs_image(block_size)
        image.inode(5, size=2, inline=b"ok")
        image.folder(3, [(b"a", 5, 1)])
        raw = image.build()
        raw[1024:4096] = bytes(3072)
        entries, issues = read(raw)
        assert summary(entries) == [("a", "allocated", b"ok")]
        assert issues == ["the first superblock was not used: it has no magic of F2FS; the second was"]
        raw = image.build()
        raw[1024 + 200] ^= 1
        assert read(raw)[1] == ["the first superblock was not used: its checksum does not agree; the second was"]
        raw = image.build()
        raw[block_size + 1024 + 200] ^= 1
        assert read(raw)[1] == [
            "the second superblock cannot be believed: its checksum does not agree; the first was used"
        ]
    raw[1024] = 0
    with pytest.raises(OSError, match="no F2FS superblock that can be believed: it has no magic"):
        F2fsFileSystem(volume_of(raw))


def test_newer_checkpoint_counts(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=3, inline=b"new")
    new = image.nat.pop(5)
    image.inode(5, size=3, inline=b"old")
    old = image.nat.pop(5)
    image.folder(3, [(b"a", 5, 1)])
    packs = {}
    for version, place in ((2**64 - 1, old), (1, new)):
        image.journal = {5: place}
        packs[version] = image.pack(version)
    raw = image.build((0, 0))
    for first, second in ((2**64 - 1, 1), (1, 2**64 - 1)):
        raw[16 * 4096 : 16 * 4096 + len(packs[first])] = packs[first]
        raw[32 * 4096 : 32 * 4096 + len(packs[second])] = packs[second]
        fs = F2fsFileSystem(volume_of(raw))
        assert fs.open("5").read() == b"new"
        assert [one for one in fs.entries() if isinstance(one, EvidenceIssue)] == []
        # Its tail is of another version: then the other one counts.
        damaged = bytearray(raw)
        start = 16 * 4096 if first == 1 else 32 * 4096
        damaged[start + len(packs[1]) - 4096 : start + len(packs[1])] = image.head(9, 5, 3, 1)
        fs = F2fsFileSystem(volume_of(damaged))
        assert fs.open("5").read() == b"old"
        name = "first" if first == 1 else "second"
        what = "checkpoint is not whole: its first and last block are of different versions; the other one was used"
        assert [one.what for one in fs.entries() if isinstance(one, EvidenceIssue)] == [
            f"the {name} {what} (version {2**64 - 1})"
        ]


def test_no_whole_checkpoint(f2fs_image: Maker, volume_of: Volumes) -> None:
    with pytest.raises(OSError, match="no whole checkpoint"):
        F2fsFileSystem(volume_of(f2fs_image().build((0, 0))))


@pytest.mark.parametrize(("payload", "large"), [(1, False), (0, True), (1, True)])
def test_bitmaps_in_other_places(f2fs_image: Maker, read: Any, payload: int, large: bool) -> None:
    image = f2fs_image(payload=payload)
    image.large_bitmap = large
    image.orphans = [6]
    image.inode(5, size=2, inline=b"ok")
    image.inode(6, size=6, inline=b"orphan", links=0)
    image.folder(3, [(b"a", 5, 1)])
    entries, issues = read(image.build())
    assert summary(entries) == [("a", "allocated", b"ok"), ("$OrphanFiles/OrphanFile-6", "deleted", b"orphan")]
    assert issues == []


def test_orphan_and_inode_without_name(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image()
    image.orphans = [6, 60]
    image.inode(5, size=4, inline=b"lost", name=b"was here", folder=44)
    image.inode(6, size=6, inline=b"orphan", links=0)
    image.folder(20, [(b"in", 21, 1)], folder=22)
    image.inode(21, size=2, inline=b"in")
    image.folder(22, [(b"below", 20, 2)], folder=99)
    image.folder(3, [])
    entries, issues = read(image.build())
    assert summary(entries) == [
        ("$OrphanFiles/OrphanFile-6", "deleted", b"orphan"),
        ("$OrphanFiles/OrphanFile-22/below/in", "allocated", b"in"),
        ("$OrphanFiles/OrphanFile-5", "allocated", b"lost"),
    ]
    assert entries[0].note == (
        "no name leads to it; it was deleted while it was open, so that its inode and blocks are still kept for it"
    )
    assert entries[2].note == (
        'no name leads to it, but its inode is allocated; it states the name "was here" in the folder of inode 44'
    )
    assert issues == [
        "the checkpoint lists it as deleted while open, but its inode cannot be read: the node address table has no"
        " place for inode 60"
    ]


def test_deleted_names(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image()
    image.inode(5, size=4, inline=b"gone", name=b"gone.txt")
    image.inode(6, size=4, inline=b"here", name=b"new")
    image.inode(7, size=6, inline=b"orphan", links=0)
    image.orphans = [7]
    image.inode(10, size=5, inline=b"inner", name=b"inner", folder=9)
    image.folder(9, [(b"inner", 10, 1)])
    image.folder(
        3,
        [
            (b"gone.txt", 5, 1, False, 0x529649DD),
            (b"old", 6, 1, False, 0),
            (b"new", 6, 1),
            (b"no more", 8, 1, False, 0),
            (b"open", 7, 1, False, 0),
            (b"new", 6, 1, False, 0),
            (b"folder", 9, 2, False, 0),
        ],
    )
    entries, issues = read(image.build())
    assert issues == []
    assert summary(entries) == [
        ("new", "allocated", b"here"),
        ("gone.txt", "deleted", b"gone"),
        ("old", "deleted", None),
        ("no more", "deleted", None),
        ("open", "deleted", b"orphan"),
        ("folder/inner", "deleted", b"inner"),
    ]
    issue = "; its name does not agree with the hash beside it: it may be garbled, or its folder ignores case"
    there = (
        "the node address table still leads to an inode of its number, and no name that stands leads there; later"
        " writes may have changed its content; the inode states the same name and folder"
    )
    assert [entry.note for entry in entries[1:]] == [
        f"deleted; {there}",
        f"deleted; its inode now belongs to another file{issue}",
        f"only the name is left{issue}",
        f"deleted; it was deleted while it was open, so that its inode and blocks are still kept for it{issue}",
        f"its folder was deleted; {there}",
    ]


def test_end_of_deleted_name_was_overwritten(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image()
    image.inode(5, size=4, inline=b"here")
    block = bytearray(image.names([(b"a long name of old", 8, 1, False, 0)]))
    other = image.names([(b"x" * 16, 9, 1, False, 0), (b"new", 5, 1)])
    count = 4096 * 8 // 153
    first, names = 4096 - 19 * count, 4096 - 8 * count
    block[0] |= other[0]
    block[first + 22 : first + 33] = other[first + 22 : first + 33]
    block[names + 16 : names + 24] = other[names + 16 : names + 24]
    image.inode(3, stat.S_IFDIR, 4096, [image.put(bytes(block))])
    entries, issues = read(image.build())
    assert issues == []
    assert [(entry.path, entry.note) for entry in entries] == [
        ("new", ""),
        ("a long name of o", "only the name is left; the end of its name was overwritten: 16 of 18 bytes are left"),
    ]


@pytest.mark.parametrize(("algorithm", "name"), [(0, "LZO"), (1, "LZ4"), (2, "zstd"), (3, "LZO-RLE"), (9, "")])
def test_compressed_clusters(f2fs_image: Maker, volume_of: Volumes, algorithm: int, name: str) -> None:
    image = f2fs_image(features=0x8 | 0x2000)
    text = b"".join(b"line %d of a text\n" % number for number in range(1500))[: 4 * 4096 + 100]
    cluster = text[: 4 * 4096]
    packed = lz4.block.compress(cluster, store_size=False)
    if algorithm == 2:
        packed = zstandard.ZstdCompressor(write_content_size=False).compress(cluster)
    blocks = image.content(struct.pack("<II16x", len(packed), 0) + packed)
    numbers = [0xFFFFFFFE, *blocks, *[0] * (3 - len(blocks)), *image.content(text[4 * 4096 :])]
    image.inode(5, size=len(text), numbers=numbers, flags=0x4, compression=(algorithm, 2))
    image.inode(6, size=10, numbers=image.content(b"not packed"), flags=0x4, compression=(algorithm, 2))
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1)])
    fs = F2fsFileSystem(volume_of(image.build()))
    found = list(fs.entries())
    entries = [one for one in found if isinstance(one, Entry)]
    assert content(entries[1]) == b"not packed"
    assert fs.extents("5") == [(numbers[-1] * 4096, 4096)]
    assert list(fs.packed()) == [(blocks[0] * 4096, len(blocks) * 4096)]
    if algorithm in (1, 2):
        assert content(entries[0]) == text
        assert len(found) == 2
        return
    note = f"compressed with {name or 'an unknown algorithm (9)'}; not read"
    assert (entries[0].opener, entries[0].note) == (None, note)
    assert [one.what for one in found if isinstance(one, EvidenceIssue)] == [f"its content is {note}"]
    with pytest.raises(OSError, match="compressed with"):
        fs.open("5").read()


@pytest.mark.parametrize("algorithm", [1, 2])
@pytest.mark.parametrize("length", [0, 4, 4072, 5000, 2**32 - 1])
def test_broken_clusters(f2fs_image: Maker, volume_of: Volumes, algorithm: int, length: int) -> None:
    image = f2fs_image(features=0x8 | 0x2000)
    block = image.put(struct.pack("<II16x", length, 0) + b"\x28\xb5\x2f\xfd" + b"\xf0" * 4000)
    image.inode(5, size=9000, numbers=[0xFFFFFFFE, block], flags=0x4, compression=(algorithm, 2))
    image.folder(3, [(b"a", 5, 1)])
    with pytest.raises(OSError, match="compressed cluster"):
        F2fsFileSystem(volume_of(image.build())).open("5").read()


def test_encrypted(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=6, numbers=image.content(b"cipher"), advice=0x4)
    image.inode(6, stat.S_IFLNK | 0o777, 6, inline=b"cipher", advice=0x4)
    image.folder(9, [(b"\xff/\0a", 5, 1), (b"l", 6, 7)], advice=0x4)
    image.folder(3, [(b"vault", 9, 2)])
    fs = F2fsFileSystem(volume_of(image.build()))
    entries = [one for one in fs.entries() if isinstance(one, Entry)]
    assert [(one.path, one.opener, one.note) for one in entries] == [
        ("vault/encrypted-ff2f0061", None, "encrypted; not read"),
        ("vault/encrypted-6c", None, "a link; encrypted; not read"),
    ]
    with pytest.raises(OSError, match="encrypted"):
        fs.open(entries[0].address)


def test_without_extra_attributes_and_with_inline_attributes(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image(features=0x8)
    data = bytes(4096) + b"end"
    image.inode(5, size=len(data), numbers=image.content(data), extra=0)
    image.inode(6, size=3, inline=b"old", extra=0)
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1)], extra=0)
    entries, issues = read(image.build())
    assert (summary(entries), issues) == ([("a", "allocated", data), ("b", "allocated", b"old")], [])
    assert entries[0].times == TIMES
    # Attributes take 600 numbers of the inode, so that the rest is in a node.
    image = f2fs_image(features=0x8 | 0x40)
    here = image.per_inode - 6 - 600
    blocks = image.content(bytes(4096) * (here % 3 + 1))
    image.node(7, 5, [image.put(b"in the node")])
    image.inode(5, size=here * 4096 + 11, numbers=blocks, nodes=[7], extra=24, xattr=600)
    image.folder(3, [(b"a", 5, 1)])
    entries, issues = read(image.build())
    assert content(entries[0])[-11:] == b"in the node"
    assert issues == []


def test_checksum_of_an_inode_that_does_not_agree(f2fs_image: Maker, read: Any) -> None:
    image = f2fs_image(features=0x8 | 0x20)
    image.inode(5, size=2, inline=b"ok", seal=False)
    image.folder(3, [(b"a", 5, 1)])
    entries, issues = read(image.build())
    assert issues == ["the checksum of its inode does not agree; it was read all the same"]
    assert (summary(entries), entries[0].note) == (
        [("a", EntryState.ALLOCATED, b"ok")],
        "the checksum of its inode does not agree",
    )


def test_addresses(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=2, inline=b"ok")
    image.folder(3, [(b"a", 5, 1)])
    fs = F2fsFileSystem(volume_of(image.build()))
    for address in ("", "x", "-1", "0", "6", "²", "99999999", "9" * 5000, "5x@00"):
        with pytest.raises(KeyError):
            fs.open(address)
    with pytest.raises(OSError, match="not a regular file"):
        fs.extents("3")
