"""Deleted files whose inode, directory entry or list of orphans still leads to their content."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.ext.file_system import ExtFileSystem
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

KEPT, GONE = b"kept\n" * 300, bytes(range(256)) * 80
UNALLOCATED = "its inode is unallocated and still points to this content, which later writes may have changed"
OPEN = "it was deleted while it was open, so that its inode and blocks are still kept for it"
FAT = (
    "deleted; its directory entry still states where its content begins and how long it is; that the content lies in"
    " the free clusters from there is assumed, and later writes may have changed it"
)
Found = tuple[str, EntryState, str, bytes | None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    (root / "log").mkdir(parents=True)
    (root / "log/kept").write_bytes(KEPT)
    (root / "log/gone").write_bytes(GONE)
    return root


def _rows(items: Iterable[Entry | EvidenceIssue]) -> list[tuple[object, ...]]:
    """Entries without their content. The Sleuth Kit gives no creation times of ext2 and ext3."""
    return [
        (
            *(item.path, item.address.removeprefix("/"), item.state, item.kind, item.size, item.note, item.mode),
            *sorted(pair for pair in item.times.items() if pair[0] != "created"),
        )
        for item in items
        if isinstance(item, Entry)
    ]


def _found(path: Path) -> list[Found]:
    """Every entry; asserts that there is no fault, and that addresses are unique and lead to the same content."""
    disk = open_source(path).container
    assert isinstance(disk, Disk)
    raw, found, addresses = path.read_bytes(), list[Found](), set[str]()
    for item in disk.entries():
        assert isinstance(item, Entry)
        assert item.address not in addresses
        addresses.add(item.address)
        content = None
        if item.opener:
            with item.opener() as stream, disk.open(item.address) as again:
                content = stream.read()
                assert again.read() == content
            pieces = b"".join(raw[at : at + size] for at, size in disk.extents(item.address))
            assert pieces[: len(content)] == content
        assert (item.size or 0) == len(content or b"")
        found.append((item.path, item.state, item.note, content))
    if disk.file_systems[""].name.startswith("ext"):
        own = ExtFileSystem(lambda at, size: raw[at : at + size], len(raw))
        assert _rows(own.entries()) == _rows(disk.entries())
    return found


def _layout(path: Path) -> ExtLayout:
    return ExtLayout(lambda at, size: path.read_bytes()[at : at + size])


def _put(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def _inode(run_program: Callable[..., str], path: Path, name: str) -> int:
    return int(re.findall(r"Inode: (\d+)", run_program("debugfs", "-R", f"stat {name}", path))[0])


def _debugfs(run_program: Callable[..., str], path: Path, *commands: str) -> None:
    for command in commands:
        run_program("debugfs", "-w", "-R", command, path)


KEPT_FOUND: Found = ("log/kept", EntryState.ALLOCATED, "", KEPT)
ALL_EXT = pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4"])


@ALL_EXT
def test_a_deleted_name(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, kind)
    _debugfs(run_program, image, "rm log/gone")

    assert sorted(_found(image)) == [("log/gone", EntryState.DELETED, f"deleted; {UNALLOCATED}", GONE), KEPT_FOUND]
    disk = open_source(image).container
    (entry,) = (e for e in disk.entries() if isinstance(e, Entry) and e.state is EntryState.DELETED)
    assert set(entry.times) >= {"modified", "deleted"}


@ALL_EXT
def test_a_file_that_no_name_leads_to(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, kind, checksums=False)
    number = _inode(run_program, image, "log/gone")
    _debugfs(run_program, image, "rm log/gone")
    content = image.read_bytes()
    image.write_bytes(content.replace(struct.pack("<I", number) + content[content.index(b"gone") - 4 :][:8], bytes(12)))

    assert _found(image) == [
        KEPT_FOUND,
        (f"$OrphanFiles/OrphanFile-{number}", EntryState.DELETED, f"no name leads to it; {UNALLOCATED}", GONE),
    ]


@ALL_EXT
def test_a_file_that_was_deleted_while_open(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, kind, checksums=False)
    number = _inode(run_program, image, "log/gone")
    _debugfs(run_program, image, f"sif <{number}> links_count 0", "unlink log/gone", f"ssv last_orphan {number}")
    at = image.read_bytes().index(b"gone")
    _put(image, at - 8, bytes(12))

    assert _found(image) == [
        KEPT_FOUND,
        (f"$OrphanFiles/OrphanFile-{number}", EntryState.DELETED, f"no name leads to it; {OPEN}", GONE),
    ]


def test_a_list_of_orphans_that_runs_in_a_circle_is_reported(
    folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, "ext4")
    number = _inode(run_program, image, "log/gone")
    _debugfs(run_program, image, f"ssv last_orphan {number}", f"sif <{number}> dtime {number}")

    issues = [item for item in open_source(image).container.entries() if isinstance(item, EvidenceIssue)]

    assert issues == [EvidenceIssue("", f"the list of files deleted while open breaks off at inode {number}")]


@ALL_EXT
def test_files_of_a_folder_that_no_name_leads_to(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, kind, checksums=False)
    number = _inode(run_program, image, "log")
    _debugfs(run_program, image, "unlink log")
    at = image.read_bytes().index(b"\x03\x02log")
    _put(image, at - 6, bytes(4))
    _put(image, at, bytes(5))

    path = f"$OrphanFiles/OrphanFile-{number}"
    assert sorted(_found(image)) == [
        (f"{path}/gone", EntryState.ALLOCATED, "", GONE),
        (f"{path}/kept", EntryState.ALLOCATED, "", KEPT),
    ]


def test_a_name_whose_inode_belongs_to_another_file(
    folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, "ext2")
    later = folder / "later"
    later.write_bytes(b"later\n")
    _debugfs(run_program, image, "rm log/gone", f"write {later} later")

    assert _found(image) == [
        ("later", EntryState.ALLOCATED, "", b"later\n"),
        ("log/gone", EntryState.DELETED, "deleted; its inode now belongs to another file", None),
        KEPT_FOUND,
    ]


def test_fat_counts_clusters_that_were_given_to_other_files(
    tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    root = tmp_path / "fat"
    root.mkdir()
    for name, size in (("a.bin", 9000), ("b.bin", 9000), ("c.bin", 100)):
        (root / name).write_bytes(name[:1].encode() * size)
    image = make_image(root, "fat")
    run_program("mdel", "-i", image, "::/b.bin")
    kept: list[Found] = [
        ("a.bin", EntryState.ALLOCATED, "", b"a" * 9000),
        ("c.bin", EntryState.ALLOCATED, "", b"c" * 100),
    ]
    assert sorted(_found(image)) == sorted([*kept, ("_.bin", EntryState.DELETED, FAT, b"b" * 9000)])

    run_program("mdel", "-i", image, "::/a.bin")
    (root / "d.bin").write_bytes(b"d" * 18_000)
    run_program("mcopy", "-i", image, root / "d.bin", "::")

    found = {path: (state, note, content) for path, state, note, content in _found(image)}
    state, note, content = found["_.bin"]
    assert (state, content) == (EntryState.DELETED, None)
    assert note.startswith(f"{FAT}; only ")
    assert note.endswith(" of its 1 clusters now belong to other files, so that no content is given")
    assert found["d.bin"] == (EntryState.ALLOCATED, "", b"d" * 18_000)


def test_links_and_devices_keep_their_kind_when_deleted(
    folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    (folder / "link").symlink_to("log/kept")
    image = make_image(folder, "ext4")
    _debugfs(run_program, image, "rm link")

    (entry,) = (e for e in open_source(image).container.entries() if isinstance(e, Entry) and e.path == "link")

    assert (entry.kind, entry.state, entry.note) == (
        EntryKind.LINK,
        EntryState.DELETED,
        "deleted; a link; not followed",
    )


@ALL_EXT
def test_a_deleted_folder_whose_inode_states_no_size(
    kind: str, folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    (folder / "log/old").mkdir()
    image = make_image(folder, kind)
    number = _inode(run_program, image, "log/old")
    _debugfs(run_program, image, "rmdir log/old", f"sif <{number}> size 0")

    assert sorted(_found(image)) == [
        ("log/gone", EntryState.ALLOCATED, "", GONE),
        KEPT_FOUND,
        ("log/old", EntryState.DELETED, "deleted; a folder; its inode no longer leads to the names in it", None),
    ]
    assert not [item for item in open_source(image).container.entries() if isinstance(item, EvidenceIssue)]
