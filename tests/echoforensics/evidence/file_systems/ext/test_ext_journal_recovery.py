"""Files that were deleted as Linux deletes them: only the journal still says where their content lies."""

from __future__ import annotations

import random
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

KEPT, SMALL = b"kept\n" * 300, b"129"
LARGE = random.Random(4).randbytes(40_000)
NOT_REPLAYED = EvidenceIssue("", "the journal was not replayed; the newest state of some files may stand only in it")
DELETED = (
    "deleted; its name stands in a journal copy of a directory block, its content is where a journal copy of its inode"
    " (transaction 1) points; later writes may have changed it"
)


class Image:
    """An image whose bytes are changed as a kernel would change them."""

    def __init__(self, path: Path, run_program: Callable[..., str]) -> None:
        self.path = path
        self._run = run_program
        self.layout = ExtLayout(self._read)

    def _read(self, at: int, size: int) -> bytes:
        return self.path.read_bytes()[at : at + size]

    def debugfs(self, *commands: str) -> str:
        script = self.path.with_suffix(".cmd")
        script.write_text("".join(f"{command}\n" for command in commands))
        return self._run("debugfs", "-w", "-f", script, self.path)

    def inode(self, name: str) -> int:
        return int(re.findall(r"Inode: (\d+)", self.debugfs(f"stat {name}"))[0])

    def block(self, name: str) -> int:
        return int(self.debugfs(f"blocks {name}").split()[-1])

    def put(self, at: int, data: bytes) -> None:
        with self.path.open("r+b") as stream:
            stream.seek(at)
            stream.write(data)

    def journal(self, *blocks: int) -> None:
        """Write blocks, as they are, to the journal in one transaction."""
        size = self.layout.block_size
        copies = self.path.with_suffix(".copies")
        copies.write_bytes(b"".join(self._read(block * size, size) for block in blocks))
        numbers = ",".join(map(str, blocks))
        self.debugfs("jo", f"jw -b {numbers} {copies}", "jc")

    def journal_of(self, folder: str, *names: str) -> None:
        """Write a folder's block and the inodes of files to the journal."""
        inodes = (self.inode(name) for name in names)
        tables = {ExtLayout(self._read).inode_in_block(number)[0] for number in inodes}
        self.journal(self.block(folder), *sorted(tables))

    def delete(self, folder: str, name: str) -> None:
        """Delete a file as Linux does: the entry is wiped, the inode's size and map are emptied."""
        number, block = self.inode(f"{folder}/{name}"), self.block(folder)
        self.debugfs(f"rm {folder}/{name}")
        place = ExtLayout(self._read).inode_offset(number)
        extents = self._read(place + 40, 2) == b"\x0a\xf3"
        self.put(place + 4, bytes(4))
        self.put(place + 40, struct.pack("<HHHH", 0xF30A, 0, 4, 0) + bytes(52) if extents else bytes(60))
        size = self.layout.block_size
        data = self._read(block * size, size)
        at = data.index(name.encode()) - 8
        self.put(block * size + at, bytes(4))
        self.put(block * size + at + 6, bytes(2 + len(name)))

    def entries(self) -> list[Entry | EvidenceIssue]:
        self.disk = open_source(self.path).container
        assert isinstance(self.disk, Disk)
        return list(self.disk.entries())

    def deleted(self) -> list[Entry]:
        """The deleted entries; asserts that there is no fault but the one that the journal was not replayed."""
        found = self.entries()
        assert [item for item in found if isinstance(item, EvidenceIssue)] == [NOT_REPLAYED]
        return [item for item in found if isinstance(item, Entry) and item.state is EntryState.DELETED]

    def content(self, entry: Entry) -> bytes:
        """An entry's content; asserts that its address leads to the same."""
        assert isinstance(self.disk, Disk)
        assert entry.opener is not None
        with entry.opener() as stream, self.disk.open(entry.address) as again:
            content = stream.read()
            assert again.read() == content
        raw = self.path.read_bytes()
        pieces = b"".join(raw[at : at + size] for at, size in self.disk.extents(entry.address))
        assert pieces[: len(content)] == content
        return content


@pytest.fixture(params=["ext3", "ext4"])
def image(request: pytest.FixtureRequest, tmp_path: Path, run_program: Callable[..., str]) -> Image:
    root = tmp_path / "content"
    (root / "data/voice").mkdir(parents=True)
    (root / "data/voice/kept.log").write_bytes(KEPT)
    (root / "data/voice/large.wav").write_bytes(LARGE)
    (root / "data/voice/small").write_bytes(SMALL)
    path = tmp_path / "image.dd"
    path.write_bytes(b"")
    # Without checksums of metadata, so that debugfs accepts what was changed beside it.
    run_program(f"mkfs.{request.param}", "-q", "-F", "-b", "1024", "-O", "^metadata_csum", "-d", root, path, "8M")
    return Image(path, run_program)


def test_deleted_files_are_found_by_the_journal(image: Image) -> None:
    folder = "data/voice"
    number = image.inode(f"{folder}/large.wav")
    image.journal_of(folder, f"{folder}/large.wav", f"{folder}/small")
    image.delete(folder, "large.wav")
    image.delete(folder, "small")

    found = sorted(image.deleted(), key=lambda entry: entry.path)

    assert [(e.path, e.size, e.kind, e.note) for e in found] == [
        ("data/voice/large.wav", 40_000, EntryKind.FILE, DELETED),
        ("data/voice/small", 3, EntryKind.FILE, DELETED),
    ]
    assert [image.content(entry) for entry in found] == [LARGE, SMALL]
    assert re.fullmatch(rf"/journal-\d+-{number}@{b'data/voice/large.wav'.hex()}", found[0].address)
    assert found[0].mode is not None
    assert "modified" in found[0].times


def test_a_name_that_stands_and_one_that_moved_are_not_deleted_files(image: Image) -> None:
    image.journal_of("data/voice", "data/voice/large.wav")

    assert image.deleted() == []
    allocated = {e.path: image.content(e) for e in image.entries() if isinstance(e, Entry) and e.opener}
    assert allocated == {"data/voice/kept.log": KEPT, "data/voice/large.wav": LARGE, "data/voice/small": SMALL}


def test_a_name_without_a_copy_of_its_inode_is_given_without_content(image: Image) -> None:
    number = image.inode("data/voice/small")
    image.journal(image.block("data/voice"))
    image.delete("data/voice", "small")

    (found,) = image.deleted()

    assert (found.path, found.size, found.opener) == ("data/voice/small", 0, None)
    assert found.note == "only the name is left, in a journal copy of a directory block"
    assert re.fullmatch(rf"/journal-name-\d+-{number}@{b'data/voice/small'.hex()}", found.address)
    with pytest.raises(KeyError):
        open_source(image.path).container.open(found.address)


def test_blocks_that_were_given_to_other_files_are_counted(image: Image) -> None:
    folder = "data/voice"
    blocks = sorted(map(int, image.debugfs(f"blocks {folder}/large.wav").split("\n")[-2].split()))
    image.journal_of(folder, f"{folder}/large.wav", f"{folder}/small")
    small = image.block(f"{folder}/small")
    image.delete(folder, "large.wav")
    image.delete(folder, "small")
    image.debugfs(*(f"setb {block}" for block in (*blocks[:3], small)))

    found = {entry.path: entry for entry in image.deleted()}

    large = found[f"{folder}/large.wav"]
    assert large.note == f"{DELETED}; 3 of its 40 blocks now belong to other files"
    assert image.content(large) == LARGE
    gone = found[f"{folder}/small"]
    assert gone.note == f"{DELETED}; 1 of its 1 blocks now belong to other files, so that no content is given"
    assert (gone.opener, gone.size) == (None, 0)


def test_a_deleted_folder_is_named_by_the_journal(image: Image) -> None:
    image.journal_of("data/voice", "data/voice/large.wav")
    image.journal(image.block("data"))
    voice = image.inode("data/voice")
    for name in ("large.wav", "small", "kept.log"):
        image.delete("data/voice", name)
    # Of the folder, its block is lost too.
    size, block = image.layout.block_size, image.block("data/voice")
    image.debugfs(f"kill_file <{voice}>", f"freei <{voice}>", "unlink data/voice")
    image.put(block * size, bytes(size))
    data = image.block("data")
    content = image.path.read_bytes()[data * size : (data + 1) * size]
    image.put(data * size + content.index(b"voice") - 8, bytes(4))
    image.put(data * size + content.index(b"voice"), bytes(5))
    place = image.layout.inode_offset(voice)
    image.put(place, bytes(image.layout.inode_size))

    found = {entry.path: entry for entry in image.deleted()}

    assert sorted(found) == ["data/voice/kept.log", "data/voice/large.wav", "data/voice/small"]
    assert image.content(found["data/voice/large.wav"]) == LARGE


def test_the_inode_of_a_later_file_is_not_taken_for_the_deleted_ones(image: Image, tmp_path: Path) -> None:
    folder = "data/voice"
    number = image.inode(f"{folder}/large.wav")
    image.put(image.layout.inode_offset(number) + 100, struct.pack("<I", 7))
    image.journal_of(folder, f"{folder}/large.wav")
    table = image.layout.inode_in_block(number)[0]
    image.delete(folder, "large.wav")
    later = tmp_path / "later"
    later.write_bytes(b"later\n")
    image.debugfs(f"write {later} {folder}/later")
    if image.inode(f"{folder}/later") != number:
        pytest.skip("debugfs gave the new file another inode")
    image.put(image.layout.inode_offset(number) + 100, struct.pack("<I", 8))
    image.journal(table)

    found = {entry.path: entry for entry in image.deleted()}

    assert list(found) == [f"{folder}/large.wav"]
    assert found[f"{folder}/large.wav"].size == 40_000
