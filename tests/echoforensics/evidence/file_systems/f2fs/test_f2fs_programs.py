"""F2FS as mkfs.f2fs and sload.f2fs (f2fs-tools) make it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from echoforensics.evidence.entry import Entry, EntryKind, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.f2fs.file_system import F2fsFileSystem
from echoforensics.evidence.volume import Volume

Make = Callable[..., Path]
Volumes = Callable[[bytes | bytearray], Volume]
MIB = 1024 * 1024
LONG = "long name " * 25


@pytest.fixture
def make_f2fs(tmp_path: Path, run_program: Callable[..., str]) -> Make:
    """An image with a folder's content."""

    def make(folder: Path, *options: str, mebibytes: int = 100) -> Path:
        path = tmp_path / "f2fs.dd"
        with path.open("wb") as stream:
            stream.truncate(mebibytes * MIB)
        run_program("mkfs.f2fs", "-q", "-f", *options, path)
        run_program("sload.f2fs", "-P", "-f", folder, path)
        return path

    return make


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of every size, long names, links, a sparse file and deep folders."""
    path = tmp_path / "content"
    deep = path.joinpath(*"abcdefghijklmnopqrstuvwxyz")
    deep.mkdir(parents=True)
    (deep / "deep").write_bytes(b"deep")
    (path / "empty").write_bytes(b"")
    (path / "inline").write_bytes(b"inline" * 100)
    (path / "small").write_bytes(b"small" * 1000)
    (path / "two").write_bytes(_noise(2 * MIB))
    (path / "six").write_bytes(_noise(6 * MIB + 13))
    with (path / "sparse").open("wb") as stream:
        stream.write(b"start")
        stream.seek(14 * MIB)
        stream.write(b"end")
    (path / LONG).write_bytes(b"long")
    (path / "ümläut ☂").write_bytes(b"text")
    (path / "link").symlink_to("a/b/c")
    (path / "small").chmod(0o4711)
    os.utime(path / "two", (1_600_000_000, 1_500_000_000))
    return path


def _noise(size: int) -> bytes:
    return hashlib.shake_128(b"f2fs").digest(size)


def _expected(folder: Path) -> dict[str, tuple[bytes, int, str]]:
    return {
        path.relative_to(folder).as_posix(): (
            path.read_bytes(),
            path.stat().st_mode & 0o7777,
            f"{datetime.fromtimestamp(int(path.stat().st_mtime), UTC):%Y-%m-%dT%H:%M:%S}.000000000Z",
        )
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-O", "extra_attr,inode_crtime,inode_checksum,compression,encrypt,sb_checksum"),
        ("-i", "-O", "extra_attr,project_quota,quota,lost_found,verity"),
    ],
)
def test_as_the_source(make_f2fs: Make, folder: Path, volume_of: Volumes, options: tuple[str, ...]) -> None:
    raw = make_f2fs(folder, *options).read_bytes()
    fs = F2fsFileSystem(volume_of(raw))
    found = list(fs.entries())
    assert [one for one in found if isinstance(one, EvidenceIssue)] == []
    entries = [one for one in found if isinstance(one, Entry)]
    assert {one.state for one in entries} == {EntryState.ALLOCATED}
    assert [(one.path, one.note) for one in entries if one.kind is not EntryKind.FILE] == [
        ("link", "a link to a/b/c; not followed")
    ]
    files = [one for one in entries if one.kind is EntryKind.FILE]
    contents = {one.path: (fs.open(one.address).read(), one.mode, one.times["modified"]) for one in files}
    assert len(contents) == len(files)
    assert contents == _expected(folder)
    assert all(one.size == len(contents[one.path][0]) for one in files)
    two = next(one for one in files if one.path == "two")
    assert b"".join(raw[at : at + size] for at, size in fs.extents(two.address)) == _noise(2 * MIB)


def test_many_files_in_one_folder(make_f2fs: Make, tmp_path: Path, volume_of: Volumes) -> None:
    folder = tmp_path / "content"
    (folder / "many").mkdir(parents=True)
    for number in range(3000):
        (folder / "many" / f"file number {number}").write_bytes(b"%d" % number)
    fs = F2fsFileSystem(volume_of(make_f2fs(folder).read_bytes()))
    found = list(fs.entries())
    assert len(found) == 3000
    contents = {one.path: one.opener().read() for one in found if isinstance(one, Entry) and one.opener}
    assert contents == {f"many/file number {number}": b"%d" % number for number in range(3000)}


def test_deleted_and_damaged(make_f2fs: Make, tmp_path: Path, volume_of: Volumes) -> None:
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "stays").write_bytes(b"stays" * 2000)
    (folder / LONG).write_bytes(b"goes")
    raw = bytearray(make_f2fs(folder, mebibytes=64).read_bytes())
    name = raw.index(LONG.encode())
    block = name - name % 4096
    count, width = 214, -(-len(LONG) // 8)
    slot = (name - block - (4096 - 8 * count)) // 8
    bits = int.from_bytes(raw[block : block + 27], "little") & ~((1 << width) - 1 << slot)
    raw[block : block + 27] = bits.to_bytes(27, "little")
    # The first superblock and the head of the newer checkpoint are lost too.
    raw[1024:4096] = bytes(3072)
    versions = [int.from_bytes(raw[at : at + 8], "little") for at in (512 * 4096, 1024 * 4096)]
    newer = 512 * 4096 * (1 + (versions[1] > versions[0]))
    raw[newer : newer + 4096] = bytes(4096)
    found: list[Any] = list(F2fsFileSystem(volume_of(raw)).entries())
    assert [one.what.partition(":")[0] for one in found[:2]] == [
        "the first superblock was not used",
        f"the {'first' if newer == 512 * 4096 else 'second'} checkpoint is not whole",
    ]
    assert [(one.path, one.state.value, one.opener().read()) for one in found[2:]] == [
        ("stays", "allocated", b"stays" * 2000),
        (LONG, "deleted", b"goes"),
    ]
    assert found[3].note == (
        "deleted; the node address table still leads to an inode of its number, and no name that stands leads there;"
        " later writes may have changed its content; the inode states the same name and folder"
    )
