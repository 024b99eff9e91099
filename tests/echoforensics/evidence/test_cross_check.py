from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pyfsext
import pyfsfat
import pytest

from echoforensics.evidence.cross_check import cross_check, second_reader
from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.evidence.file_systems.file_system import FileSystem
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volumes.disk import Disk

LINES, SHORT = b"line\n" * 3000, b"129"
KINDS = pytest.mark.parametrize("kind", ["ext2", "ext3", "ext4", "fat"])


class Altered(FileSystem):
    """A reader that gives other entries than the one below."""

    def __init__(self, inner: FileSystem, change: Callable[[Entry], Entry | None]) -> None:
        self.name, self.block_size = inner.name, inner.block_size
        self._inner, self._change = inner, change

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        for item in self._inner.entries():
            changed = self._change(item) if isinstance(item, Entry) else item
            if changed is not None:
                yield changed

    def open(self, address: str) -> BinaryIO:
        return self._inner.open(address)

    def extents(self, address: str) -> list[tuple[int, int]]:
        return self._inner.extents(address)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    (root / "log/old").mkdir(parents=True)
    (root / "log/messages").write_bytes(LINES)
    (root / "log/old/volume").write_bytes(SHORT)
    (root / "empty").write_bytes(b"")
    return root


def _disk(path: Path) -> Disk:
    disk = open_source(path).container
    assert isinstance(disk, Disk)
    return disk


def _value(content: bytes) -> str:
    return f"{len(content)} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}"


@KINDS
def test_readers_agree(kind: str, folder: Path, make_image: Callable[..., Path]) -> None:
    if kind != "fat":
        (folder / "link").symlink_to("empty")
    disk = _disk(make_image(folder, kind, mebibytes=4))

    assert list(cross_check(disk.volumes[""], disk.file_systems[""])) == []


@KINDS
def test_each_difference_is_reported(kind: str, folder: Path, make_image: Callable[..., Path]) -> None:
    disk = _disk(make_image(folder, kind, mebibytes=4))
    library = second_reader(disk.file_systems[""])

    def change(entry: Entry) -> Entry | None:
        if entry.path == "empty":
            return None
        if entry.path == "log/messages":
            return replace(entry, opener=lambda: io.BytesIO(LINES[:-1] + b"!"))
        return replace(entry, path="log/old/loudness")

    found = list(cross_check(disk.volumes[""], Altered(disk.file_systems[""], change)))

    first, by = "by the first reader", f"by {library}"
    assert found == [
        EvidenceIssue("empty", f"the readers differ: no such name {first}, {_value(b'')} {by}"),
        EvidenceIssue("log/messages", f"the readers differ: {_value(LINES[:-1] + b'!')} {first}, {_value(LINES)} {by}"),
        EvidenceIssue("log/old/loudness", f"the readers differ: {_value(SHORT)} {first}, no such name {by}"),
        EvidenceIssue("log/old/volume", f"the readers differ: no such name {first}, {_value(SHORT)} {by}"),
    ]


def test_deleted_files_are_not_compared(
    folder: Path, make_image: Callable[..., Path], run_program: Callable[..., str]
) -> None:
    image = make_image(folder, "ext4")
    run_program("debugfs", "-w", "-R", "rm log/messages", image)
    disk = _disk(image)

    assert list(cross_check(disk.volumes[""], disk.file_systems[""])) == []


def test_what_the_second_reader_cannot_open_is_reported(folder: Path, make_image: Callable[..., Path]) -> None:
    disk = _disk(make_image(folder, "ext4"))
    empty = replace(disk.volumes[""], read=lambda _, size: bytes(size))

    (found,) = cross_check(empty, disk.file_systems[""])

    assert found.path == ""
    assert found.what.startswith(f"not cross-checked: libfsext {pyfsext.get_version()} cannot open the file system: ")


def test_a_read_that_fails_is_reported_as_a_difference(folder: Path, make_image: Callable[..., Path]) -> None:
    disk = _disk(make_image(folder, "ext2"))
    (extent,) = disk.file_systems[""].extents(
        next(e.address.lstrip("/") for e in disk.entries() if isinstance(e, Entry) and e.path == "log/old/volume")
    )
    read = disk.volumes[""].read

    def broken(at: int, size: int) -> bytes:
        if at <= extent[0] < at + size:
            raise OSError("a bad sector")
        return read(at, size)

    found = list(cross_check(replace(disk.volumes[""], read=broken), disk.file_systems[""]))

    assert "log/old/volume" in {issue.path for issue in found} or found[0].what.startswith("not cross-checked")


def test_the_second_reader_is_named() -> None:
    def reader(name: str) -> str | None:
        file_system = Altered.__new__(Altered)
        file_system.name = name
        return second_reader(file_system)

    assert [reader(name) for name in ("ext4", "FAT32", "squashfs", "F2FS")] == [
        f"libfsext {pyfsext.get_version()}",
        f"libfsfat {pyfsfat.get_version()}",
        None,
        None,
    ]


def test_nothing_is_reported_where_there_is_no_second_reader(folder: Path, make_image: Callable[..., Path]) -> None:
    disk = _disk(make_image(folder, "ext4"))
    other = Altered(disk.file_systems[""], lambda _: None)
    other.name = "squashfs"

    assert list(cross_check(disk.volumes[""], other)) == []
