"""F2FS images that are damaged, or made to mislead."""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.file_systems.f2fs import walk as f2fs_walk
from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem
from echoforensics.evidence.volume import Volume

CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]

Maker = Any
Volumes = Callable[[bytes | bytearray], Volume]
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def issues(volume: Volume) -> list[tuple[str, str]]:
    return [(one.path, one.what) for one in F2fsFileSystem(volume).entries() if isinstance(one, EvidenceIssue)]


def paths(volume: Volume) -> list[str]:
    return [one.path for one in F2fsFileSystem(volume).entries() if isinstance(one, Entry)]


def test_folders_in_a_circle(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=1, inline=b"x")
    image.folder(4, [(b"up", 3, 2), (b"self", 4, 2), (b"file", 5, 1)])
    image.folder(3, [(b"down", 4, 2), (b"twice", 4, 2)])
    again = "not entered: another name led to this folder before"
    volume = volume_of(image.build())
    assert issues(volume) == [("twice", again), ("down/up", again), ("down/self", again)]
    assert paths(volume) == ["down/file"]


def test_two_folders_with_one_block(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=1, inline=b"x")
    block = image.put(image.names([(b"file", 5, 1)]))
    for number in (6, 7):
        image.inode(number, stat.S_IFDIR, 4096 * 50, [block] * 50)
    image.folder(3, [(b"a", 6, 2), (b"b", 7, 2)])
    volume = volume_of(image.build())
    assert paths(volume) == ["a/file"]
    what = "was met before in this or another folder; the rest of this folder was not read"
    found = f"block {block}, which should hold names, {what}"
    assert issues(volume) == [("a", found), ("b", found)]


def test_folders_deeper_than_the_bound(f2fs_image: Maker, volume_of: Volumes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f2fs_walk, "MAX_FOLDER_DEPTH", 5)
    image = f2fs_image()
    for number in range(3, 11):
        image.folder(number, [(b"d", number + 1, 2)])
    image.folder(11, [])
    found = issues(volume_of(image.build()))
    assert found[0] == ("d/d/d/d/d/d", "not entered: more than 5 folders deep")


def test_more_names_than_the_bound(f2fs_image: Maker, volume_of: Volumes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f2fs_walk, "MAX_ENTRIES", 5)
    image = f2fs_image()
    image.inode(5, size=1, inline=b"x")
    image.folder(3, [(b"%d" % number, 5, 1) for number in range(9)])
    volume = volume_of(image.build())
    assert paths(volume) == ["0", "1", "2", "3", "4"]
    assert issues(volume) == [("", "only the first 5 names were read")]


def test_names_and_numbers_that_cannot_be(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=1, inline=b"x")
    names = [b"a/../b", b"n\0l", b"\xff", b"..", b"far", b"none"]
    image.folder(3, [(name, number, 1) for name, number in zip(names, [5, 5, 5, 5, 2**32 - 1, 77], strict=True)])
    volume = volume_of(image.build())
    assert paths(volume) == ["a\\x2f..\\x2fb", "n\\x00l", "\\xff", "far", "none"]
    assert issues(volume) == [
        ("far", f"its inode cannot be read: node {2**32 - 1} lies outside the node address table, which has 14560"),
        ("none", "its inode cannot be read: the node address table has no place for inode 77"),
    ]


@pytest.mark.parametrize("block", [1, 159, 352, 2**32 - 2])
def test_addresses_outside_the_main_area(f2fs_image: Maker, volume_of: Volumes, block: int) -> None:
    image = f2fs_image()
    image.inode(5, size=9, numbers=[block])
    image.nat[6] = (6, block)
    end = image.put(b"end")
    image.node(8, 7, [block, end])
    image.inode(7, size=2**60, nodes=[8])
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1), (b"c", 7, 1)])
    fs = F2fsFileSystem(volume_of(image.build()))
    assert [(one.path, one.what) for one in fs.entries() if isinstance(one, EvidenceIssue)] == [
        ("b", f"its inode cannot be read: the node address table puts node 6 in block {block}, outside the main area"),
        ("c", f"its inode states {2**60} bytes, more than can be; {(image.per_inode - 9 + 2) * 4096} bytes are given"),
    ]
    for address in ("5", "7"):
        with pytest.raises(OSError, match=r"its map"):
            fs.open(address).read()


def test_a_node_that_belongs_to_another_inode_or_to_itself(
    f2fs_image: Maker, volume_of: Volumes, calls_of: CallsOf
) -> None:
    image = f2fs_image()
    image.node(8, 9, [image.main])
    image.inode(5, size=4096 * 1000, nodes=[8])
    image.node(10, 6, [10] * 1018)
    image.inode(6, size=2**62, nodes=[0, 0, 0, 0, 10])
    image.inode(7, stat.S_IFDIR, 2**63 - 1, nodes=[0, 0, 0, 0, 11])
    image.node(11, 7, [12] * 1018)
    image.node(12, 7, [13] * 1018)
    image.node(13, 7, [0] * 1018)
    image.inode(14, size=2**62, nodes=[0, 0, 0, 0, 15])
    image.node(15, 14, [16] * 1018)
    image.node(16, 14, [17] * 1018)
    image.node(17, 14, [0] * 1018)
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1), (b"c", 7, 2), (b"d", 14, 1)])
    fs = F2fsFileSystem(volume_of(image.build()))
    entries, calls = calls_of(lambda: [one for one in fs.entries() if isinstance(one, Entry)])
    # Each node followed again would be a million.
    assert calls < 100_000
    assert [(one.path, one.size) for one in entries] == [("a", 0), ("b", 0), ("d", 0)]
    with pytest.raises(OSError, match="should hold node 8 of inode 5, but states node 8 of inode 9"):
        fs.open("5").read()


def test_counts_that_cannot_be(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.orphans = [5]
    image.folder(3, [])
    raw = image.build()
    # After the head of the checkpoint: a block of orphans, then the summaries with the journal.
    raw[17 * 4096 + 4088 : 17 * 4096 + 4092] = b"\xff" * 4
    raw[18 * 4096 : 18 * 4096 + 2] = b"\xff\xff"
    assert issues(volume_of(raw)) == [
        (
            "",
            "the checkpoint states 65535 newest changes to the node address table, with room for 38; they were not"
            " used",
        ),
        (
            "",
            "the list of files deleted while open cannot be read in block 1: it states 4294967295 numbers, with room"
            " for 1020",
        ),
    ]


@pytest.mark.parametrize(
    ("at", "value"),
    [(16, 11), (16, 2**32 - 1), (20, 0), (20, 2**32 - 1), (48, 0), (60, 0), (60, 2**32 - 1), (68, 2**32 - 1), (76, 0)],
)
def test_superblocks_that_cannot_be(f2fs_image: Maker, volume_of: Volumes, at: int, value: int) -> None:
    raw = f2fs_image(features=0).build()
    for start in (1024, 4096 + 1024):
        struct.pack_into("<I", raw, start + at, value)
    with pytest.raises(OSError, match="no F2FS superblock that can be believed"):
        F2fsFileSystem(volume_of(raw))


@pytest.mark.parametrize(("at", "value"), [(136, 2), (136, 2**32 - 1), (140, 0), (140, 99), (160, 0), (156, 2**32 - 1)])
def test_checkpoints_that_cannot_be(f2fs_image: Maker, volume_of: Volumes, at: int, value: int) -> None:
    image = f2fs_image()
    raw = image.build()
    for start in (16, 32):
        head = raw[start * 4096 : start * 4096 + 4096]
        struct.pack_into("<I", head, at, value)
        struct.pack_into("<I", head, 4092, _crc(bytes(head[:4092])))
        raw[start * 4096 : start * 4096 + 4096] = head
    with pytest.raises(OSError, match="no whole checkpoint"):
        F2fsFileSystem(volume_of(raw))


def test_features_and_devices(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image(features=0x8 | 0x100000)
    image.folder(3, [])
    raw = image.build()
    for start in (1024, 4096 + 1024):
        raw[start + 2201 : start + 2206] = b"/dev/"
        raw[start + 2269 : start + 2274] = b"/dev/"
    assert [what for _, what in issues(volume_of(raw))] == [
        "the file system has features that are not known (0x100000); what they change is not read",
        "the file system lies on 2 devices, of which only this one is read",
    ]


def test_truncated(f2fs_image: Maker, volume_of: Volumes) -> None:
    image = f2fs_image()
    image.inode(5, size=5000, numbers=image.content(b"x" * 5000))
    image.folder(3, [(b"a", 5, 1)])
    raw = image.build()
    for blocks in range(image.main + 6):
        cut = raw[: blocks * 4096 + 100]
        try:
            found = issues(volume_of(cut))
        except OSError:
            continue
        assert found[0][1].startswith(("the second superblock", "the file system states", "the first checkpoint"))


def _sample(f2fs_image: Maker) -> bytearray:
    image = f2fs_image(features=0x8 | 0x2000)
    image.orphans = [7]
    image.inode(5, size=4096 * 1200, numbers=image.content(b"x" * 5000), nodes=[20, 0, 21])
    image.node(20, 5, [image.put(b"y")])
    image.node(21, 5, [22])
    image.node(22, 5, [image.put(b"z")])
    image.inode(6, size=9, inline=b"some data", advice=0)
    image.inode(7, size=3, inline=b"old", links=0)
    image.inode(8, stat.S_IFLNK, 3, inline=b"old")
    block = image.put(struct.pack("<II16x", 100, 0) + bytes(100))
    image.inode(9, size=9000, numbers=[0xFFFFFFFE, block], flags=4, compression=(1, 2))
    image.inode(10, stat.S_IFDIR, 3000, inline=image.names([(b"in", 6, 1), (b"out", 11, 1, False, 0)], 3456))
    image.inode(11, size=3, inline=b"out")
    image.folder(3, [(b"a", 5, 1), (b"b", 6, 1), (b"c", 8, 7), (b"d", 9, 1), (b"e", 10, 2), (b"g", 12, 2, False, 0)])
    image.folder(12, [(b"under", 6, 1)])
    raw: bytearray = image.build()
    return raw


def _read_everything(volume: Volume) -> None:
    try:
        fs = F2fsFileSystem(volume)
    except OSError:
        return
    for number, one in enumerate(fs.entries()):
        assert number < 5000
        if isinstance(one, EvidenceIssue):
            assert one.what
            continue
        assert "/" not in one.address
        if one.opener is None:
            continue
        try:
            stream = one.opener()
            assert len(stream.read(200_000)) <= (one.size or 0)
            fs.extents(one.address)
        except OSError:
            continue


#: Where in the sample something stands: both superblocks, both checkpoints, the node address table, the main area.
_PLACES = st.one_of(
    st.integers(1024, 1024 + 110),
    st.integers(16 * 4096, 16 * 4096 + 500),
    st.integers(17 * 4096, 19 * 4096),
    st.integers(96 * 4096, 96 * 4096 + 9 * 24),
    st.integers(160 * 4096, 185 * 4096),
    st.builds(lambda block, at: (160 + block) * 4096 + at, st.integers(0, 25), st.integers(0, 420)),
    st.builds(lambda block, at: (161 + block) * 4096 - at, st.integers(0, 25), st.integers(1, 50)),
)


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(changes=st.lists(st.tuples(_PLACES, st.binary(min_size=1, max_size=8)), min_size=1, max_size=12))
def test_changed_bytes(
    f2fs_image: Maker, volume_of: Volumes, calls_of: CallsOf, changes: list[tuple[int, bytes]]
) -> None:
    raw = _sample(f2fs_image)
    raw[32 * 4096 : 33 * 4096] = bytes(4096)
    for at, data in changes:
        raw[at : at + len(data)] = data
    for start in (16, 19):
        # The checksum is made to agree, so that what is behind it is met.
        head = bytes(raw[start * 4096 : start * 4096 + 4092])
        struct.pack_into("<I", raw, start * 4096 + 4092, _crc(head))
    _, calls = calls_of(lambda: _read_everything(volume_of(raw)))
    assert calls < 200_000


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(moves=st.lists(st.tuples(st.integers(160, 190), st.integers(160, 190)), min_size=1, max_size=6))
def test_exchanged_blocks(
    f2fs_image: Maker, volume_of: Volumes, calls_of: CallsOf, moves: list[tuple[int, int]]
) -> None:
    raw = _sample(f2fs_image)
    for source, target in moves:
        raw[target * 4096 : target * 4096 + 4096] = raw[source * 4096 : source * 4096 + 4096]
    _, calls = calls_of(lambda: _read_everything(volume_of(raw)))
    assert calls < 200_000


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(data=st.binary(max_size=4096))
def test_arbitrary_bytes(volume_of: Volumes, data: bytes) -> None:
    with pytest.raises(OSError, match="no F2FS superblock"):
        F2fsFileSystem(volume_of(data))
    with pytest.raises(OSError, match="F2FS"):
        F2fsFileSystem(volume_of(bytes(1024) + b"\x10\x20\xf5\xf2" + data))


def _crc(data: bytes) -> int:
    return crc32(data, 0xF2F52010 ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
