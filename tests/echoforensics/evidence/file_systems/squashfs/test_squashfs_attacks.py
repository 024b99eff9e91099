"""Images assembled here byte by byte: a good one, and ones that no program would make."""

from __future__ import annotations

import lzma
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import lz4.block
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.file_systems import folder_walk
from echoforensics.evidence.file_systems.squashfs import file_system as squashfs
from echoforensics.evidence.volume import Volume

CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]

BLOCK = 4096
NONE, ABSENT = 0xFFFF_FFFF, 2**64 - 1
STORED = 1 << 24
WHEN = 1_690_000_000
DATA_AT = 96


def _keep(data: bytes) -> bytes:
    return data


def _metadata(data: bytes, compress: Callable[[bytes], bytes] | None = None) -> bytes:
    found = b""
    for at in range(0, len(data), 8192):
        piece = data[at : at + 8192]
        packed = compress(piece) if compress else piece
        found += struct.pack("<H", len(packed) | (0 if compress else 0x8000)) + packed
    return found


def _inode(kind: int, number: int, rest: bytes, mode: int = 0o644, when: int = WHEN) -> bytes:
    return struct.pack("<4H2I", kind, mode, 0, 0, when, number) + rest


def _folder(number: int, offset: int, size: int, start: int = 0) -> bytes:
    return _inode(1, number, struct.pack("<2I2HI", start, 2, size + 3, offset, 1), 0o755)


def _file(number: int, size: int, words: tuple[int, ...], fragment: int = NONE, offset: int = 0) -> bytes:
    rest = struct.pack("<4I", DATA_AT, fragment, offset, size) + struct.pack(f"<{len(words)}I", *words)
    return _inode(2, number, rest, 0o600)


def _names(*entries: tuple[bytes, int], count: int | None = None, block: int = 0) -> bytes:
    head = struct.pack("<3I", len(entries) - 1 if count is None else count, block, 1)
    return head + b"".join(struct.pack("<HhHH", at, 0, 2, len(name) - 1) + name for name, at in entries)


@dataclass
class Made:
    """What an image is assembled from; the root is the first inode."""

    inodes: bytes
    folders: bytes = b""
    data: bytes = b""
    fragments: bytes = b""
    compressor: int = 1
    compress: Callable[[bytes], bytes] | None = None
    change: dict[str, int] = field(default_factory=dict)

    def image(self) -> bytes:
        body = bytes(DATA_AT) + self.data
        places = {"inode": len(body)}
        body += _metadata(self.inodes, self.compress)
        places["directory"] = len(body)
        body += _metadata(self.folders, self.compress)
        for name, content in (("fragment", self.fragments), ("id", bytes(4))):
            pointer = len(body)
            body += _metadata(content, self.compress)
            places[name] = len(body)
            body += struct.pack("<Q", pointer)
        stated = {"inodes": 3, "fragments": len(self.fragments) // 16, "ids": 1, "block": BLOCK, "log": 12, "root": 0}
        stated |= {"length": len(body), "major": 4, "minor": 0, "flags": 0, **places, **self.change}
        keys = ("inodes", "", "block", "fragments", "compressor", "log", "flags", "ids", "major", "minor")
        values = [stated.get(key, self.compressor if key == "compressor" else WHEN) for key in keys]
        places_ = [stated["root"], stated["length"], stated["id"], ABSENT]
        places_ += [stated["inode"], stated["directory"], stated["fragment"], stated.get("export", ABSENT)]
        return struct.pack("<4s4I6H8Q", b"hsqs", *values, *places_) + body[DATA_AT:]


def _volume(data: bytes) -> Volume:
    return Volume(
        "", "", len(data), ((0, len(data)),), "whole", None, 0, lambda offset, size: data[offset : offset + size]
    )


def _open(made: Made) -> squashfs.SquashFileSystem:
    return squashfs.SquashFileSystem(_volume(made.image()))


def _good(pack: Callable[[bytes], bytes], compressor: int) -> Made:
    """Two files that share a block of ends; one has a compressed block, a hole and a stored block before its end."""
    kept = STORED if pack is _keep else 0
    first, stored, ends = pack(b"A" * BLOCK), bytes(range(256)) * 16, pack(b"tail of one;small file")
    data = first + stored + ends
    names = _names((b"large", 32), (b"link", 32 + 44), (b"small", 32 + 44 + 28))
    inodes = _folder(1, 0, len(names))
    inodes += _file(2, 3 * BLOCK + 11, (len(first) | kept, 0, BLOCK | STORED), 0, 0)
    inodes += _inode(3, 3, struct.pack("<2I", 1, 4) + b"/etc", 0o777, 0)
    inodes += _file(4, 10, (), 0, 12)
    fragments = struct.pack("<Q2I", DATA_AT + len(first) + BLOCK, len(ends) | kept, 0)
    return Made(inodes, names, data, fragments, compressor, pack)


def _alone(data: bytes) -> bytes:
    packed = lzma.compress(data, lzma.FORMAT_ALONE)
    return packed[:5] + struct.pack("<Q", len(data)) + packed[13:]


def _lz4(data: bytes) -> bytes:
    packed: bytes = lz4.block.compress(data, store_size=False)
    return packed


CODECS: dict[int, Callable[[bytes], bytes]] = {
    1: zlib.compress,
    2: _alone,
    4: lzma.compress,
    5: _lz4,
    6: zstandard.compress,
}


@pytest.mark.parametrize("compressor", CODECS)
def test_whole_entries_of_a_good_image(compressor: int) -> None:
    found = _open(_good(CODECS[compressor], compressor))
    entries = [item for item in found.entries() if isinstance(item, Entry)]

    assert not [item for item in found.entries() if isinstance(item, EvidenceIssue)]
    assert (found.name, found.block_size) == ("squashfs", BLOCK)
    shown = [(e.path, e.address, e.size, e.kind, e.note, e.times, e.mode) for e in entries]
    times = {"modified": "2023-07-22T04:26:40Z"}
    assert shown == [
        ("large", "2-20@6c61726765", 3 * BLOCK + 11, EntryKind.FILE, "", times, 0o600),
        ("link", "3-4c@6c696e6b", 0, EntryKind.LINK, "a link to /etc; not followed", {}, 0o777),
        ("small", "4-68@736d616c6c", 10, EntryKind.FILE, "", times, 0o600),
    ]
    with found.open("2-20") as stream:
        assert stream.read() == b"A" * BLOCK + bytes(BLOCK) + bytes(range(256)) * 16 + b"tail of one"
    with found.open("4-68@736d616c6c") as stream:
        assert stream.read() == b"small file"
    first = len(CODECS[compressor](b"A" * BLOCK))
    assert found.extents("2-20") == [(DATA_AT + first, BLOCK)]
    assert found.extents("4-68") == []


def test_an_inode_of_a_type_that_is_not_known_is_an_issue() -> None:
    names = _names((b"f", 32))
    found = list(_open(Made(_folder(1, 0, len(names)) + _inode(15, 2, b""), names)).entries())

    assert found == [EvidenceIssue("f", "its inode cannot be read: an inode of type 15, which is not known")]


def test_a_damaged_table_and_a_volume_too_short_are_issues() -> None:
    good = _good(zlib.compress, 1)
    good.change = {"length": 10**9, "export": 10**8}
    length = len(good.image())
    found = list(_open(good).entries())

    assert [item.path for item in found] == ["", "", "large", "link", "small"]
    assert found[:2] == [
        EvidenceIssue("", f"the superblock states 1000000000 bytes, but the volume has {length}"),
        EvidenceIssue(
            "",
            "the table of inodes by number is damaged: 8 bytes at byte 100000000 lie beyond"
            f" the volume's {length} bytes",
        ),
    ]


def test_a_volume_that_cannot_be_read_is_issues_and_errors() -> None:
    image = _good(zlib.compress, 1).image()
    broken = False

    def read(offset: int, size: int) -> bytes:
        if broken:
            raise OSError("a bad sector")
        return image[offset : offset + size]

    found = squashfs.SquashFileSystem(Volume("", "", len(image), ((0, len(image)),), "whole", None, 0, read))
    broken = True

    assert [item.what for item in found.entries() if isinstance(item, EvidenceIssue)] == [
        "the table of file ends is damaged: a bad sector",
        "the table of user and group ids is damaged: a bad sector",
        "the folder cannot be read further: a bad sector",
    ]
    with found.open("2-20") as stream, pytest.raises(OSError, match="a bad sector"):
        stream.read()


@pytest.mark.parametrize("address", ["", "2", "3-20", "1-0", "3-4c", "2-20@zz", "2-20/..", "x", "2-20~1"])
def test_an_address_of_no_file_is_a_key_error(address: str) -> None:
    found = _open(_good(zlib.compress, 1))
    for use in (found.open, found.extents):
        with pytest.raises(KeyError):
            use(address)


@pytest.mark.parametrize(
    ("root", "reason"), [(32, "whose root is not a folder"), (2**60, "root folder cannot be read")]
)
def test_a_root_that_is_none_is_refused(root: int, reason: str) -> None:
    good = _good(zlib.compress, 1)
    good.change = {"root": root}
    with pytest.raises(OSError, match=rf"squashfs 4\.0 \(gzip\) .*{reason}"):
        _open(good)


def test_a_folder_in_itself_is_cut() -> None:
    names = _names((b"again", 0), (b"other", 32))
    found = list(_open(Made(_folder(1, 0, len(names)) + _folder(2, 0, len(names)), names)).entries())

    what = "not entered: the names in this folder were read at another path"
    assert found == [EvidenceIssue("again", what), EvidenceIssue("other", what)]


def test_folders_that_hold_one_another_are_cut() -> None:
    down, up = _names((b"b", 32)), _names((b"a", 0))
    inodes = _folder(1, 0, len(down)) + _folder(2, len(down), len(up))
    found = list(_open(Made(inodes, down + up)).entries())

    assert found == [EvidenceIssue("b/a", "not entered: the names in this folder were read at another path")]


def test_folders_too_deep_are_not_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_walk, "MAX_FOLDER_DEPTH", 5)
    names = b"".join(_names((b"d", 32 * (level + 1))) for level in range(10))
    inodes = b"".join(_folder(level + 1, level * 21, 21) for level in range(10)) + _folder(11, 0, 0)
    found = list(_open(Made(inodes, names)).entries())

    assert found == [EvidenceIssue("d/d/d/d/d/d", "not entered: more than 5 folders deep")]


def test_no_more_names_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_walk, "MAX_ENTRIES", 2)
    found = list(_open(_good(zlib.compress, 1)).entries())

    assert [item.path for item in found] == ["large", "link", ""]
    assert found[-1] == EvidenceIssue("", "only the first 2 names were read")


def test_names_that_no_file_can_have_and_names_twice() -> None:
    names = _names((b"..", 32), (b"a/b", 32), (b"n", 32), (b"n", 32), (b"lost", 5000))
    inodes = _folder(1, 0, len(names)) + _file(2, 0, ())
    found = list(_open(Made(inodes, names)).entries())

    impossible = "not read: no file can have this name"
    assert found[:2] == [EvidenceIssue("..", impossible), EvidenceIssue("a/b", impossible)]
    assert [item.address for item in found if isinstance(item, Entry)] == ["2-20@6e", "2-20@6e~4"]
    assert isinstance(found[4], EvidenceIssue)
    assert (found[4].path, found[4].what[:26]) == ("lost", "its inode cannot be read: ")


def test_huge_counts_take_no_memory_and_no_time(calls_of: CallsOf) -> None:
    good = _good(zlib.compress, 1)
    good.change = {"inodes": NONE, "fragments": NONE, "ids": 65535}
    found = _open(good)
    tracemalloc.start()
    items, calls = calls_of(lambda: list(found.entries()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert calls < 2000
    assert peak < 2_000_000
    assert [item.path for item in items] == ["", "", "large", "link", "small"]
    assert [item.what[:34] for item in items if isinstance(item, EvidenceIssue)] == [
        "the table of file ends is damaged:",
        "the table of user and group ids is",
    ]


def test_a_list_of_too_many_names_is_an_issue() -> None:
    names = _names((b"a", 32), count=NONE)
    found = list(_open(Made(_folder(1, 0, 60000) + _file(2, 0, ()), names)).entries())

    assert found == [EvidenceIssue("", "the folder cannot be read further: a list of 4294967296 names, more than 256")]


def test_a_folder_whose_names_end_early_keeps_those_before() -> None:
    names = _names((b"a", 32), count=200)
    found = list(_open(Made(_folder(1, 0, 60000) + _file(2, 0, ()), names)).entries())

    assert [item.path for item in found] == ["a", ""]
    assert isinstance(found[1], EvidenceIssue)
    assert "lies beyond the end of its table" in found[1].what


@pytest.mark.parametrize("compressor", CODECS)
def test_a_metadata_block_that_expands_too_far_is_an_error(compressor: int) -> None:
    pack = CODECS[compressor]

    def bomb(data: bytes) -> bytes:
        return pack(data + bytes(1_000_000))

    with pytest.raises(OSError, match=r"root folder cannot be read: .*expands beyond"):
        _open(Made(_folder(1, 0, 0), b"", b"", b"", compressor, bomb))


@pytest.mark.parametrize(
    ("size", "words", "fragment", "reason"),
    [
        (BLOCK, (10 | STORED,), NONE, "holds 10 bytes in place of 4096"),
        (BLOCK, (100,), NONE, "a gzip block is damaged"),
        (BLOCK, (BLOCK + 1,), NONE, "a block states 4097 bytes"),
        (BLOCK, (2000 | STORED,), NONE, "lie beyond the volume's"),
        (100, (), 7, "entry 7 of a table of 1"),
        (100, (), 0, "holds 20 bytes, but the file ends at byte 100"),
        (BLOCK * 9, (0,), NONE, "lies beyond the end of its table"),
    ],
)
def test_content_that_cannot_be_read(size: int, words: tuple[int, ...], fragment: int, reason: str) -> None:
    names = _names((b"f", 32))
    ends = struct.pack("<Q2I", DATA_AT, 20 | STORED, 0)
    found = _open(Made(_folder(1, 0, len(names)) + _file(2, size, words, fragment), names, b"x" * 200, ends))
    with found.open("2-20@66") as stream, pytest.raises(OSError, match=reason):
        stream.read()


def test_a_file_larger_than_its_table_can_describe_is_not_opened() -> None:
    names = _names((b"f", 32))
    huge = _inode(9, 2, struct.pack("<3Q4I", DATA_AT, 2**62, 0, 1, NONE, 0, NONE))
    found = _open(Made(_folder(1, 0, len(names)) + huge, names))

    assert [(item.path, getattr(item, "size", None)) for item in found.entries()] == [("f", 2**62)]
    for use in (found.open, found.extents):
        with pytest.raises(OSError, match="more than its file system can describe"):
            use("2-20")


def test_a_link_with_a_huge_target_is_an_issue() -> None:
    names = _names((b"l", 32))
    link = _inode(3, 2, struct.pack("<2I", 1, NONE))
    found = list(_open(Made(_folder(1, 0, len(names)) + link, names)).entries())

    what = "where the link leads cannot be read: the link states a target of 4294967295 bytes, more than 4096"
    assert found == [EvidenceIssue("l", what)]


def _use(image: bytes) -> None:
    try:
        found = squashfs.SquashFileSystem(_volume(image))
    except OSError:
        return
    for item in found.entries():
        assert isinstance(item, (Entry, EvidenceIssue))
        if isinstance(item, Entry) and item.opener is not None:
            assert "/" not in item.address
            try:
                with found.open(item.address) as stream:
                    stream.read(100_000)
                found.extents(item.address)
            except OSError:
                continue


GOOD = {compressor: _good(pack, compressor).image() for compressor, pack in CODECS.items()}
#: Nothing compressed, so that a changed byte is a changed count, size or reference.
PLAIN = _good(_keep, 1)
PLAIN.compress = None


@settings(max_examples=300)
@given(
    image=st.sampled_from([PLAIN.image(), PLAIN.image(), *GOOD.values()]),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6),
    cut=st.none() | st.integers(0, 5000),
)
def test_mutated_images_raise_nothing_else(
    calls_of: CallsOf, image: bytes, changes: list[tuple[int, bytes]], cut: int | None
) -> None:
    mutated = bytearray(image)
    for at, new in changes:
        # The superblock, and mostly the tables at the end.
        place = at % 96 if at % 4 == 0 else len(image) - 1 - at % min(400, len(image))
        mutated[place : place + len(new)] = new
    _, calls = calls_of(lambda: _use(bytes(mutated[:cut] if cut else mutated)))
    assert calls < 200_000


@settings(max_examples=100)
@given(st.binary(max_size=600))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    _use(data)
    _use(GOOD[1][:28] + GOOD[1][28:96] + data)
