"""EROFS in images that mkfs.erofs writes, whole, damaged and cut."""

from __future__ import annotations

import hashlib
import os
import random
import stat
from collections.abc import Callable
from pathlib import Path

import lz4.block
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echoforensics.evidence.entry import READ_ERRORS, Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.file_systems.erofs.lz4_part import lz4_part
from echoforensics.evidence.file_systems.opener import UnreadFileSystemError, open_file_system
from echoforensics.evidence.media.media import Media, ReadImage
from echoforensics.evidence.source import open_source
from echoforensics.evidence.volume import Volume
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.evidence.volumes.pieces import contiguous

Contents = dict[str, bytes]
FORMS = [
    [], ["-zlz4"], ["-zlz4hc", "-C65536"], ["-zlz4", "-Elegacy-compress"], ["-zlz4hc", "-Eztailpacking"],
    ["-zlz4hc", "-Eztailpacking", "-C65536"], ["--chunksize=4096"], ["-Eforce-inode-extended"], ["-Enoinline_data"],
    ["-zlz4", "--max-extent-bytes=65536"],
]  # fmt: skip


def _volume(raw: bytes | bytearray) -> Volume:
    image = ReadImage(len(raw), lambda at, size: bytes(raw[at : at + size]), lambda: None)
    return contiguous(Media("raw image", image, ()), "", "x", 0, len(raw), "whole")


@pytest.fixture(scope="module")
def contents() -> Contents:
    """Files of text, of random bytes, of both, of zeros, and of lengths around a block's."""
    source = random.Random(5)
    lines = "".join(f"line {number} of {source.random()}\n" for number in range(30_000)).encode()
    made = {
        "log/messages": lines,
        "log/mixed": b"".join(
            lines[at : at + 9000] + source.randbytes(source.randrange(9000)) for at in range(0, 900_000, 9000)
        ),
        "rec/noise.bin": source.randbytes(70_000),
        "empty": b"",
        "zeros": bytes(300_000),
        "Ünïcode name.txt": b"short",
    }
    made |= {f"sizes/{size}": source.randbytes(size) for size in (1, 4095, 4096, 4097, 8192, 12_289)}
    made |= {f"many/{number:04}": b"%d" % number for number in range(600)}
    return made


@pytest.fixture(scope="module")
def tree(contents: Contents, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_710_018_864, 1_710_018_864))
    (folder / "link").symlink_to("log/messages")
    os.mkfifo(folder / "pipe")
    (folder / "log" / "messages").chmod(0o640)
    return folder


@pytest.fixture
def made(tree: Path, tmp_path: Path, run_program: Callable[..., str]) -> Callable[..., Path]:
    def make(*options: str) -> Path:
        run_program("mkfs.erofs", "-d0", *options, tmp_path / "image.erofs", tree)
        return tmp_path / "image.erofs"

    return make


@pytest.mark.parametrize("options", FORMS, ids=" ".join)
def test_every_file_is_read_in_every_form(options: list[str], made: Callable[..., Path], contents: Contents) -> None:
    path = made(*options)
    raw = path.read_bytes()
    disk = open_source(path).container
    assert isinstance(disk, Disk)
    assert disk.file_systems[""].name == "EROFS"
    found = {}
    for entry in disk.entries():
        assert isinstance(entry, Entry)
        if entry.kind is not EntryKind.FILE:
            continue
        with disk.open(entry.address) as stream:
            found[entry.path] = content = stream.read()
            stream.seek(len(content) // 3)
            assert stream.read(5000) == content[len(content) // 3 :][:5000]
        extents = disk.extents(entry.address)
        if sum(length for _, length in extents) == len(content):
            assert b"".join(raw[at : at + length] for at, length in extents) == content
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in contents.items()
    }


def test_links_modes_and_times(made: Callable[..., Path]) -> None:
    entries = {
        each.path: each
        for each in open_source(made("-Eforce-inode-extended")).container.entries()
        if isinstance(each, Entry)
    }
    assert entries["link"].note == "a link to log/messages; not followed"
    assert entries["pipe"].note == "not a regular file: a pipe"
    assert stat.S_IMODE(entries["log/messages"].mode or 0) == 0o640
    assert entries["log/messages"].times == {"modified": "2024-03-09T21:14:24Z"}


def test_a_cut_image_names_what_cannot_be_read(made: Callable[..., Path]) -> None:
    path = made("-zlz4")
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.truncate(size // 2)
    issues = [each.what for each in open_source(path).container.entries() if isinstance(each, EvidenceIssue)]
    assert issues[0] == f"the file system states {size} bytes, of which the image holds {size // 2}"


@pytest.mark.parametrize(
    ("at", "put", "why"),
    [
        (1024 + 12, b"\x30", "its superblock states blocks of 2^48 bytes"),
        (1024 + 80, b"\x80", "it uses features that are not read: addresses of 48 bits"),
        (1024 + 14, b"\xff\xff", "lies beyond the end of the volume"),
    ],
)
def test_what_cannot_be_opened_says_why(at: int, put: bytes, why: str, made: Callable[..., Path]) -> None:
    raw = bytearray(made().read_bytes()[:65536])
    raw[at : at + len(put)] = put
    with pytest.raises(UnreadFileSystemError, match="holds EROFS, which cannot be read: ") as caught:
        open_file_system(_volume(raw))
    assert why in str(caught.value)


@pytest.mark.parametrize(("algorithm", "name"), [(1, "LZMA"), (2, "Deflate"), (3, "Zstandard"), (7, "method 7")])
def test_another_compression_is_named(algorithm: int, name: str, made: Callable[..., Path]) -> None:
    raw = bytearray(made("-zlz4", "-Eforce-inode-extended").read_bytes())
    system = open_file_system(_volume(raw))
    (entry,) = [each for each in system.entries() if isinstance(each, Entry) and each.path == "log/messages"]
    header = int(entry.address.partition("@")[0]) * 32 + 64
    raw[header + 6] = algorithm
    system = open_file_system(_volume(raw))
    with pytest.raises(OSError, match=f"it is compressed with {name}, which is not read"):
        system.open(entry.address)


def test_a_file_of_holes_has_an_end(made: Callable[..., Path]) -> None:
    raw = bytearray(made("--chunksize=4096", "-Eforce-inode-extended").read_bytes())
    system = open_file_system(_volume(raw))
    (entry,) = [each for each in system.entries() if isinstance(each, Entry) and each.path == "log/messages"]
    at = int(entry.address.partition("@")[0]) * 32
    raw[at + 8 : at + 16] = (1 << 50).to_bytes(8, "little")
    with pytest.raises(OSError, match=f"states {1 << 50} bytes, more than its file system can describe"):
        open_file_system(_volume(raw)).open(entry.address)


@pytest.fixture
def small(tmp_path: Path, run_program: Callable[..., str]) -> list[bytes]:
    folder = tmp_path / "small"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "text").write_bytes(b"alexa " * 9000)
    (folder / "noise").write_bytes(random.Random(1).randbytes(5000))
    images = []
    for number, options in enumerate(([], ["-zlz4"], ["-zlz4hc", "-Eztailpacking"], ["--chunksize=4096"])):
        path = folder.parent / f"{folder.name}-{number}.erofs"
        run_program("mkfs.erofs", "-d0", *options, path, folder)
        images.append(path.read_bytes())
    return images


@given(st.integers(0, 3), st.lists(st.tuples(st.integers(1024, 12_288), st.binary(min_size=1, max_size=6)), max_size=8))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_image_is_read_or_refused(small: list[bytes], which: int, edits: list[tuple[int, bytes]]) -> None:
    raw = bytearray(small[which])
    for at, put in edits:
        raw[at : at + len(put)] = put
    try:
        system = open_file_system(_volume(raw))
    except UnreadFileSystemError:
        return
    for entry in list(system.entries())[:50]:
        if isinstance(entry, Entry) and entry.opener is not None:
            try:
                with entry.opener() as stream:
                    stream.read(1_000_000)
                system.extents(entry.address)
            except READ_ERRORS:
                continue


@given(st.binary(max_size=3000), st.integers(1, 20), st.integers(0, 70_000))
@settings(deadline=None, max_examples=100)
def test_the_beginning_of_an_lz4_block_is_that_of_its_content(content: bytes, times: int, wanted: int) -> None:
    content *= times
    packed = lz4.block.compress(content, store_size=False)
    assert lz4_part(packed + bytes(100), min(wanted, len(content))) == content[:wanted]


@given(st.binary(max_size=300), st.integers(0, 5000))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_lz4_or_refused(content: bytes, wanted: int) -> None:
    try:
        made = lz4_part(content, wanted)
    except OSError:
        return
    assert len(made) <= wanted
