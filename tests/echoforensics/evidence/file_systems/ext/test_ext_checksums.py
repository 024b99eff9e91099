"""The checksums of ext4's metadata, on file systems that mke2fs made, whole and damaged."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.ext import checksums
from echoforensics.evidence.file_systems.ext.checksums import DAMAGED_INODE, ExtDamage, damage
from echoforensics.evidence.file_systems.ext.file_system import ExtFileSystem
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.source import open_source

SAYS = "checksums that the file system keeps do not match what is stored: "
#: Options of mke2fs, and those of them that keep checksums of more than block groups.
PLAIN = "-b 1024 -O metadata_csum"
OPTIONS = (PLAIN, "-I 128 -O ^64bit,metadata_csum", "-O metadata_csum_seed", "-O ^metadata_csum,uninit_bg")
Make = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path, run_program: Callable[..., str]) -> Make:
    """Makes an image with a folder of several blocks, and a file of so many pieces that its tree has blocks."""

    def made(options: str) -> Path:
        folder, path = tmp_path / "content", tmp_path / "image.dd"
        (folder / "log").mkdir(parents=True)
        for number in range(60):
            (folder / "log" / f"a file with a name that takes room, {number:03d}").write_bytes(b"x")
        (folder / "kept").write_bytes(b"kept")
        with (folder / "pieces").open("wb") as stream:
            for number in range(40):
                stream.seek(number * 32768)
                stream.write(b"p" * 4096)
        path.write_bytes(bytes(8 << 20))
        run_program("mke2fs", "-q", "-F", "-t", "ext4", *options.split(), "-d", folder, path)
        return path

    return made


def _damage(path: Path) -> ExtDamage:
    content = path.read_bytes()

    def read(offset: int, size: int) -> bytes:
        return content[offset : offset + size]

    return damage(ExtLayout(read), read)


def _inode_of(path: Path, name: str) -> tuple[int, int]:
    """The number of an inode, and where it is."""
    content = path.read_bytes()
    for entry in open_source(path).container.entries():
        if isinstance(entry, Entry) and entry.path == name:
            number = int(entry.address.partition("@")[0].rpartition("/")[2])
            return number, ExtLayout(lambda at, size: content[at : at + size]).inode_offset(number)
    raise AssertionError(name)


def _flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("options", OPTIONS)
def test_a_file_system_that_is_whole_matches_its_checksums(options: str, make: Make) -> None:
    assert _damage(make(options)) == ExtDamage()


def test_a_damaged_inode_is_named_and_its_file_is_marked(make: Make) -> None:
    path = make(PLAIN)
    number, at = _inode_of(path, "kept")
    _flip(path, at + 4)

    assert _damage(path) == ExtDamage([f"{SAYS}inode {number}"], {number})
    content = path.read_bytes()
    readers = open_source(path).container, ExtFileSystem(lambda at, size: content[at : at + size], len(content))
    for reader in readers:
        found = list(reader.entries())
        marked = [entry for entry in found if isinstance(entry, Entry) and entry.state is EntryState.DAMAGED]
        assert [(entry.path, entry.note) for entry in marked] == [("kept", DAMAGED_INODE)]
        assert f"{SAYS}inode {number}" in [item.what for item in found if isinstance(item, EvidenceIssue)]


def test_other_damaged_structures_are_named(make: Make) -> None:
    path = make(PLAIN)
    whole = path.read_bytes()
    pieces, at = _inode_of(path, "pieces")
    tree = struct.unpack_from("<I", whole, at + 40 + 12 + 4)[0] * 1024
    places = {
        1024 + 200: "the checksum of its superblock does not match",
        2048 + 12: f"{SAYS}block group descriptor 0",
        tree + 20: f"{SAYS}extent tree of inode {pieces}",
        whole.index(b"a file with a name that takes room, 033"): f"{SAYS}folder with inode 1",
    }
    for place, says in places.items():
        path.write_bytes(whole)
        _flip(path, place)
        (issue,) = _damage(path).issues
        assert issue.startswith(says)


def test_blocks_beyond_those_that_are_compared_are_counted(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(PLAIN)
    number = len(_blocks_taken(path, monkeypatch))
    monkeypatch.setattr(checksums, "_MAX_BLOCKS", number)
    assert _damage(path).issues == []
    monkeypatch.setattr(checksums, "_MAX_BLOCKS", number - 1)
    assert _damage(path).issues == [
        f"of the {number} blocks of folders and extent trees that have a checksum, only the first {number - 1} were"
        " compared with it"
    ]


def _blocks_taken(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The blocks whose rows are compared at the end: those of folders and extent trees."""
    found: list[bytes] = []
    own = checksums._Comparison._take

    def take(self: checksums._Comparison, number: int, seed: int, content: bytes, stored: int) -> None:
        found.append(content)
        own(self, number, seed, content, stored)

    with monkeypatch.context() as patched:
        patched.setattr(checksums._Comparison, "_take", take)
        _damage(path)
    return found


def test_a_block_group_without_other_checksums(make: Make) -> None:
    path = make(OPTIONS[-1])
    _flip(path, 2048 + 12 if ExtLayout(_reader(path)).block_size == 1024 else 4096 + 12)
    assert _damage(path) == ExtDamage([f"{SAYS}block group descriptor 0"])


def _reader(path: Path) -> Callable[[int, int], bytes]:
    content = path.read_bytes()
    return lambda at, size: content[at : at + size]


def test_an_unused_inode_is_not_compared(make: Make, run_program: Callable[..., str]) -> None:
    path = make(PLAIN)
    _, at = _inode_of(path, "kept")
    run_program("debugfs", "-w", "-R", "rm kept", path)
    _flip(path, at + 4)
    assert _damage(path) == ExtDamage()
