"""Files and folders whose content is in their inode, and runs on into its extended attributes."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.entry import Entry, EntryState, EvidenceIssue
from echoforensics.evidence.file_systems.ext.inline import beyond_map
from echoforensics.evidence.file_systems.ext.layout import ExtLayout
from echoforensics.evidence.source import open_source

FILES = {
    "log/messages_00000103.gz": bytes(range(256)) * 8,
    "log/auth.log_oldest": b"oldest\n\n",
    "log/messages_00000102.gz": bytes(range(200)),
    "log/auth.log_00000001.gz": b"\x1f\x8b\x08" * 55,
}
INLINE = 0x10000000
Inodes = dict[str, int]


def _record(inode: int, name: bytes, length: int, kind: int = 1) -> bytes:
    return (struct.pack("<IHBB", inode, length, len(name), kind) + name).ljust(length, b"\0")


def _records(names: list[tuple[int, bytes]], size: int) -> bytes:
    """A chain of records that fills a number of bytes."""
    made = b""
    for place, (inode, name) in enumerate(names, 1):
        made += _record(inode, name, (8 + len(name) + 3 & ~3) if place < len(names) else size - len(made))
    return made


def _inode(run_program: Callable[..., str], path: Path, name: str) -> int:
    return int(re.findall(r"Inode: (\d+)", run_program("debugfs", "-R", f"stat {name}", path))[0])


def _made(tmp_path: Path, run_program: Callable[..., str], features: str) -> tuple[Path, Inodes]:
    root = tmp_path / "content"
    (root / "log").mkdir(parents=True)
    for name, content in FILES.items():
        (root / name).write_bytes(content)
    path = tmp_path / "image.dd"
    with path.open("wb") as stream:
        stream.truncate(8 * 1024 * 1024)
    features = f"{features},^metadata_csum,inline_data"
    run_program("mke2fs", "-q", "-F", "-t", "ext4", "-O", features, "-I", "1024", "-d", root, path)
    inodes = {name: _inode(run_program, path, name) for name in FILES}
    folder = _inode(run_program, path, "log")
    _keep_names(path, folder, inodes)
    return path, {**inodes, "log": folder}


def _keep_names(path: Path, folder: int, inodes: Inodes) -> None:
    names = [(number, name.removeprefix("log/").encode()) for name, number in inodes.items()]
    _keep_inline(path, folder, _records(names[:1], 56), _records(names[1:], 836))


@pytest.fixture
def image(tmp_path: Path, run_program: Callable[..., str]) -> tuple[Path, Inodes]:
    """An image with a folder of four files, kept as Linux does: the first name in the map, the rest beyond."""
    return _made(tmp_path, run_program, "^has_journal")


def _keep_inline(path: Path, number: int, first: bytes, rest: bytes) -> None:
    raw = bytearray(path.read_bytes())
    at = ExtLayout(lambda place, size: bytes(raw[place : place + size])).inode_offset(number)
    struct.pack_into("<I", raw, at + 4, 60 + len(rest))
    struct.pack_into("<I", raw, at + 28, 0)
    struct.pack_into("<I", raw, at + 32, INLINE)
    raw[at + 40 : at + 100] = struct.pack("<I", 2) + first
    start = at + 128 + struct.unpack_from("<H", raw, at + 128)[0]
    raw[start : at + 1024] = bytes(at + 1024 - start)
    offset = at + 1024 - len(rest) - (start + 4)
    raw[start : start + 24] = struct.pack("<IBBHIII", 0xEA020000, 4, 7, offset, 0, len(rest), 0) + b"data"
    raw[at + 1024 - len(rest) : at + 1024] = rest
    path.write_bytes(raw)


def _read(path: Path) -> tuple[dict[str, bytes], list[tuple[str, str]]]:
    files: dict[str, bytes] = {}
    issues = []
    for item in open_source(path).container.entries():
        if isinstance(item, EvidenceIssue):
            issues.append((item.path, item.what))
        elif item.opener is None:
            files[item.path] = item.note.encode()
        else:
            with item.opener() as stream:
                files[item.path] = stream.read()
            assert item.size == len(files[item.path])
    return files, issues


def test_a_folder_that_runs_on_into_the_attributes(image: tuple[Path, Inodes], run_program: Callable[..., str]) -> None:
    path, inodes = image

    assert _read(path) == (FILES, [])
    listed = run_program("debugfs", "-R", "ls -p /log", path)
    for name, number in inodes.items():
        assert name == "log" or f"/{number}/100644/0/0/{name.removeprefix('log/')}/" in listed


def test_a_deleted_name_in_such_a_folder(image: tuple[Path, Inodes], run_program: Callable[..., str]) -> None:
    path, _ = image
    run_program("debugfs", "-w", "-R", "rm log/messages_00000102.gz", path)

    (entry,) = (
        item
        for item in open_source(path).container.entries()
        if isinstance(item, Entry) and item.state is EntryState.DELETED
    )

    assert (entry.path, entry.note[:7]) == ("log/messages_00000102.gz", "deleted")


def test_a_name_that_only_the_journal_holds(tmp_path: Path, run_program: Callable[..., str]) -> None:
    path, inodes = _made(tmp_path, run_program, "has_journal")
    raw = path.read_bytes()
    layout = ExtLayout(lambda at, size: raw[at : at + size])
    block, _ = layout.inode_in_block(inodes["log"])
    assert inodes["log"] in layout.inodes_in_block(block)
    (tmp_path / "copy").write_bytes(layout.block(block))
    (tmp_path / "commands").write_text(f"jo\njw -b {block} {tmp_path / 'copy'}\njc\n")
    run_program("debugfs", "-w", "-f", tmp_path / "commands", path)
    left = {name: inodes[name] for name in FILES if name != "log/messages_00000102.gz"}
    _keep_names(path, inodes["log"], left)

    entries = {item.path: item for item in open_source(path).container.entries() if isinstance(item, Entry)}

    gone = entries["log/messages_00000102.gz"]
    assert gone.state is EntryState.DELETED
    assert gone.note == "only the name is left, in a journal copy of a directory block"
    assert entries.keys() >= left.keys()


def test_a_file_without_a_name_is_read_whole(image: tuple[Path, Inodes]) -> None:
    path, inodes = image
    raw = path.read_bytes()
    name = b"auth.log_00000001.gz"
    path.write_bytes(raw.replace(name, bytes(len(name))).replace(bytes([len(name), 1]) + bytes(20), bytes(22)))

    files, issues = _read(path)

    number = inodes["log/auth.log_00000001.gz"]
    assert files[f"$OrphanFiles/OrphanFile-{number}"] == FILES["log/auth.log_00000001.gz"]
    assert issues == []


@pytest.mark.parametrize("name", ["log/messages_00000102.gz", "log"])
def test_content_that_is_not_there_is_an_issue(name: str, image: tuple[Path, Inodes]) -> None:
    path, inodes = image
    raw = bytearray(path.read_bytes())
    at = ExtLayout(lambda place, size: bytes(raw[place : place + size])).inode_offset(inodes[name])
    raw[at + 160 : at + 164] = bytes(4)  # the magic of its attributes
    path.write_bytes(raw)

    files, issues = _read(path)

    stated = 896 if name == "log" else 200
    what = f"its inode states {stated} bytes, kept in the inode itself, which holds 60 of them"
    if name == "log":
        assert issues == [(name, f"the folder was not read whole: {what}")]
        return
    assert issues == [(name, f"{what}; the rest is given as zeros, as Linux reads it")]
    assert files[name] == FILES[name][:60] + bytes(140)


def test_a_broken_chain_is_an_issue_and_what_came_before_is_read(image: tuple[Path, Inodes]) -> None:
    path, inodes = image
    raw = path.read_bytes()
    path.write_bytes(
        raw.replace(b"\x13\x01auth.log_oldest", b"\xff\x01auth.log_oldest").replace(b"\x0f\x01auth", b"\xff\x01auth")
    )

    files, issues = _read(path)

    assert ("log", "the folder was not read whole: in its inode, the entry at byte 0 cannot be one") in issues
    assert files["log/messages_00000103.gz"] == FILES["log/messages_00000103.gz"]
    assert set(files.values()) == {*FILES.values()}
    assert f"$OrphanFiles/OrphanFile-{inodes['log/auth.log_oldest']}" in files


@given(st.binary(max_size=400))
def test_any_attributes(raw: bytes) -> None:
    head = bytes(128) + struct.pack("<H", 32) + bytes(30) + struct.pack("<I", 0xEA020000)

    assert beyond_map(head + raw) in head + raw
