"""Damaged and hostile ext file systems: faults, never an exception or an endless loop, and the rest is read."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import READ_ERRORS, Entry, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.ext.layout import ExtLayout, ExtLayoutError
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

KEPT, OTHER = b"kept\n" * 300, bytes(range(256)) * 80
HUGE = 1 << 60
ALL_EXT = pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4"])


class Image:
    """An image whose inodes can be changed."""

    def __init__(self, path: Path, run_program: Callable[..., str]) -> None:
        self.path = path
        self.bytes = bytearray(path.read_bytes())
        self.layout = ExtLayout(lambda at, size: bytes(self.bytes[at : at + size]))
        self._run = run_program

    def inode(self, name: str) -> int:
        return int(re.findall(r"Inode: (\d+)", self._run("debugfs", "-R", f"stat {name}", self.path))[0])

    def put(self, at: int, data: bytes) -> None:
        self.bytes[at : at + len(data)] = data
        self.path.write_bytes(self.bytes)

    def state_size(self, name: str, size: int) -> None:
        at = self.layout.inode_offset(self.inode(name))
        self.put(at + 4, struct.pack("<I", size & 0xFFFFFFFF))
        self.put(at + 108, struct.pack("<I", size >> 32))

    def found(self) -> tuple[dict[str, bytes], list[EvidenceIssue]]:
        """The content of what is allocated, and every fault, those of reading a file among them."""
        disk = open_source(self.path).container
        assert isinstance(disk, Disk)
        contents: dict[str, bytes] = {}
        issues: list[EvidenceIssue] = []
        for item in disk.entries():
            if isinstance(item, EvidenceIssue):
                issues.append(item)
            elif item.opener and item.state is EntryState.ALLOCATED:
                try:
                    with item.opener() as stream, disk.open(item.address) as again:
                        contents[item.path] = stream.read()
                        assert again.read() == contents[item.path]
                except READ_ERRORS as error:
                    issues.append(EvidenceIssue(item.path, type(error).__name__))
        return contents, issues


@pytest.fixture
def make(tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str]) -> Callable[[str], Image]:
    def made(kind: str) -> Image:
        root = tmp_path / "content"
        (root / "log/old").mkdir(parents=True)
        (root / "kept").write_bytes(KEPT)
        (root / "log/other").write_bytes(OTHER)
        (root / "log/old/kept").write_bytes(KEPT)
        return Image(make_image(root, kind, mebibytes=4, checksums=False), run_program)

    return made


@ALL_EXT
def test_a_file_that_states_2_to_the_60th_bytes_is_given_up_to_its_last_block(
    kind: str, make: Callable[[str], Image]
) -> None:
    image = make(kind)
    image.state_size("log/other", HUGE)

    contents, issues = image.found()

    assert contents == {"kept": KEPT, "log/other": OTHER, "log/old/kept": KEPT}
    assert issues == [
        EvidenceIssue(
            "log/other",
            f"its inode states {HUGE} bytes, more than can be; content is given up to its last written block,"
            f" {len(OTHER)} bytes",
        )
    ]


@ALL_EXT
def test_a_folder_that_states_2_to_the_60th_bytes_is_reported_and_its_files_are_found(
    kind: str, make: Callable[[str], Image]
) -> None:
    image = make(kind)
    other, old = image.inode("log/other"), image.inode("log/old")
    at = image.layout.inode_offset(image.inode("log"))
    image.put(at + 4, struct.pack("<I", 0xFFFFFFFF))

    contents, issues = image.found()

    assert contents == {
        "kept": KEPT,
        f"$OrphanFiles/OrphanFile-{old}/kept": KEPT,
        f"$OrphanFiles/OrphanFile-{other}": OTHER,
    }
    assert issues == [
        EvidenceIssue("log", f"the folder cannot be read: its inode states {0xFFFFFFFF} bytes, more than can be")
    ]


def test_an_extent_tree_that_runs_in_a_circle(make: Callable[[str], Image]) -> None:
    image = make("ext4")
    at = image.layout.inode_offset(image.inode("log/other"))
    block = struct.unpack_from("<I", image.bytes, at + 40 + 20)[0]
    node = struct.pack("<HHHHIIIHH", 0xF30A, 1, 4, 1, 0, 0, block, 0, 0)
    image.put(at + 40, node)
    image.put(block * image.layout.block_size, struct.pack("<HHHHIIIHH", 0xF30A, 1, 4, 1, 0, 0, block, 0, 0))

    contents, issues = image.found()

    assert contents == {"kept": KEPT, "log/old/kept": KEPT}
    assert issues == [EvidenceIssue("log/other", "OSError")]


@pytest.mark.parametrize("kind", ["ext2", "ext3"])
def test_blocks_of_pointers_that_lead_to_themselves(kind: str, make: Callable[[str], Image]) -> None:
    image = make(kind)
    at = image.layout.inode_offset(image.inode("log/other"))
    indirect = struct.unpack_from("<I", image.bytes, at + 40 + 48)[0]
    image.put(indirect * image.layout.block_size, struct.pack("<I", indirect) * 256)
    image.state_size("log/other", HUGE)
    image.put(at + 40, struct.pack("<15I", *[indirect] * 15))

    contents, issues = image.found()

    assert {path: contents[path] for path in ("kept", "log/old/kept")} == {"kept": KEPT, "log/old/kept": KEPT}
    assert [issue.path for issue in issues][:1] == ["log/other"]


@ALL_EXT
def test_content_outside_the_volume(kind: str, make: Callable[[str], Image]) -> None:
    image = make(kind)
    at = image.layout.inode_offset(image.inode("log/other"))
    outside = image.layout.blocks + 100
    image.put(
        at + 40,
        struct.pack("<HHHHIIHHI", 0xF30A, 1, 4, 0, 0, 0, 20, 0, outside)
        if kind == "ext4"
        else struct.pack("<I", outside),
    )

    contents, issues = image.found()

    assert contents == {"kept": KEPT, "log/old/kept": KEPT}
    assert issues == [EvidenceIssue("log/other", "OSError")]


@ALL_EXT
def test_a_folder_that_holds_itself_and_the_one_above(kind: str, make: Callable[[str], Image]) -> None:
    image = make(kind)
    log, old = image.inode("log"), image.inode("log/old")
    at = bytes(image.bytes).index(struct.pack("<I", old) + bytes([*struct.pack("<H", 12), 3]))
    image.put(at, struct.pack("<I", log))

    contents, _ = image.found()

    assert contents == {"kept": KEPT, "log/other": OTHER, f"$OrphanFiles/OrphanFile-{old}/kept": KEPT}


@ALL_EXT
def test_empty_group_descriptors(kind: str, make: Callable[[str], Image]) -> None:
    image = make(kind)
    image.put((image.layout._first_block + 1) * image.layout.block_size, bytes(image.layout.block_size))

    try:
        contents, issues = image.found()
    except SourceError:
        return
    # A backup of the descriptors may be at hand.
    assert contents in ({}, {"kept": KEPT, "log/other": OTHER, "log/old/kept": KEPT})
    assert issues


@ALL_EXT
def test_an_image_that_breaks_off(kind: str, make: Callable[[str], Image]) -> None:
    image = make(kind)
    whole = len(image.bytes)
    image.path.write_bytes(image.bytes[: whole // 2])

    contents, issues = image.found()

    assert EvidenceIssue("", f"the file system states {whole} bytes, of which the image holds {whole // 2}") in issues
    assert all(content in (KEPT, OTHER) for content in contents.values())


@pytest.mark.series
@pytest.mark.parametrize("seed", range(120))
def test_bytes_changed_here_and_there_never_raise(seed: int, make: Callable[[str], Image]) -> None:
    image = make(("ext2", "ext3", "ext4")[seed % 3])
    chance = random.Random(seed)
    table = image.layout.inode_offset(1)
    for _ in range(30):
        at = chance.choice((chance.randrange(1024, 8192), table + chance.randrange(4096), chance.randrange(200_000)))
        image.bytes[at] = chance.randrange(256)
    image.path.write_bytes(image.bytes)

    with suppress(SourceError):  # what is left of it may be no file system
        image.found()


@pytest.mark.parametrize(
    ("at", "value"),
    [(24, 7), (24, 0xFFFFFFFF), (32, 0), (40, 0), (40, 0xFFFFFFFF), (88, 0), (88, 3), (56, 0), (0, 0xFFFFFFFF)],
)
def test_superblocks_that_cannot_be_are_refused(at: int, value: int, make: Callable[[str], Image]) -> None:
    image = make("ext4")
    image.put(1024 + at, struct.pack("<I", value))

    with pytest.raises(ExtLayoutError):
        ExtLayout(lambda at, size: bytes(image.bytes[at : at + size]))


def test_a_journal_that_is_none_is_reported(make: Callable[[str], Image]) -> None:
    image = make("ext4")
    at = image.layout.inode_offset(8)
    start = struct.unpack_from("<I", image.bytes, at + 40 + 20)[0] * image.layout.block_size
    image.put(start, bytes(1024))

    contents, issues = image.found()

    assert contents == {"kept": KEPT, "log/other": OTHER, "log/old/kept": KEPT}
    assert issues == [EvidenceIssue("", "the journal was not read: the journal has no superblock")]


def test_a_journal_on_another_device_is_reported(make: Callable[[str], Image]) -> None:
    image = make("ext4")
    image.put(1024 + 224, bytes(4))
    image.put(1024 + 208, bytes(range(16)))

    _, issues = image.found()

    assert [issue.what for issue in issues] == [
        f"its journal is on another device ({bytes(range(16)).hex()}) and was not read"
    ]
    assert isinstance(next(open_source(image.path).container.entries()), (Entry, EvidenceIssue))
