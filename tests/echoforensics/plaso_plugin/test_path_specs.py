"""Path specifications lead to the very bytes of the original evidence, and say so only where they do."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import shutil
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import zstandard
from plaso.storage.factory import StorageFactory

QUIET = ("-q", "--status_view", "none", "--unattended", "--logfile", "plaso.log")
LINE = b"20240309:211402 ASRD[1596]: I ASRD:WakeWord:nothing\n"


def _tree(folder: Path, name: str = "ünïcode.wav") -> Path:
    """Files of many kinds, some in archives in archives."""
    (folder / "local/log").mkdir(parents=True)
    (folder / "deep/a b/c'd").mkdir(parents=True)
    (folder / "local/log/messages").write_bytes(LINE * 50)
    (folder / "local/log/messages_00000001_20240309220000.gz").write_bytes(gzip.compress(LINE * 40, mtime=0))
    (folder / f"deep/a b/c'd/{name}").write_bytes(_wav())
    (folder / "empty").write_bytes(b"")
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:gz") as archive:
        _add(archive, "in tar/clip.wav", _wav())
        _add(archive, "in tar/text.txt", b"some text\n" * 9)
    with zipfile.ZipFile(folder / "deep/outer.zip", "w", zipfile.ZIP_DEFLATED) as outer:
        outer.writestr("plain/sound.wav", _wav())
        outer.writestr("logs/messages.gz", gzip.compress(LINE * 30, mtime=0))
        outer.writestr("inner.tar.gz", inner.getvalue())
    return folder


def _wav(seconds: int = 1) -> bytes:
    body = hashlib.sha256(b"noise").digest() * (seconds * 1000)
    return b"RIFF" + (36 + len(body)).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0" + (
        (16000).to_bytes(4, "little") + (32000).to_bytes(4, "little") + b"\x02\0\x10\0data"
        + len(body).to_bytes(4, "little") + body
    )  # fmt: skip


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


TREE = {
    "local/log/messages",
    "local/log/messages_00000001_20240309220000.gz",
    "local/log/messages_00000001_20240309220000.gz!/messages_00000001_20240309220000",
    "deep/a b/c'd/ünïcode.wav",
    "empty",
    "deep/outer.zip",
    "deep/outer.zip!/plain/sound.wav",
    "deep/outer.zip!/logs/messages.gz",
    "deep/outer.zip!/logs/messages.gz!/messages",
    "deep/outer.zip!/inner.tar.gz",
    "deep/outer.zip!/inner.tar.gz!/in tar/clip.wav",
    "deep/outer.zip!/inner.tar.gz!/in tar/text.txt",
}

#: mtools would write the other name in a code page.
PLAIN_TREE = {path.replace("ünïcode", "sound") for path in TREE}


def test_a_folder(tmp_path: Path, specs: Any) -> None:
    found = specs.located(_tree(tmp_path / "evidence"), tmp_path / "case")
    assert set(found) == TREE
    assert specs.check(found) == set()


@pytest.mark.parametrize("form", ["zip", "tar", "gztar", "bztar", "xztar"])
def test_an_archive_as_the_source(form: str, tmp_path: Path, specs: Any) -> None:
    packed = shutil.make_archive(str(tmp_path / "evidence"), form, _tree(tmp_path / "tree"))
    found = specs.located(Path(packed), tmp_path / "case")
    assert {path.removeprefix("./") for path in found} == TREE
    # Of bzip2 and xz dfVFS reads one stream, so what is in them is never called exact.
    assert specs.check(found) == (set(found) if form in ("bztar", "xztar") else set())


def _odd_archives() -> dict[str, bytes]:
    twice, backslash = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(twice, "w") as archive, warnings.catch_warnings(action="ignore"):
        archive.writestr("local/log/messages", LINE * 3)
        archive.writestr("local/log/messages", LINE * 5)
    with zipfile.ZipFile(backslash, "w") as archive:
        archive.writestr("local\\log\\messages", LINE * 3)
    tar, tar_twice = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        _add(archive, "local/log/messages", LINE * 3)
    with tarfile.open(fileobj=tar_twice, mode="w") as archive:
        _add(archive, "local/log/messages", LINE * 3)
        _add(archive, "local/log/messages", LINE * 5)
    raw = tar.getvalue()
    return {
        "twice.zip": twice.getvalue(),
        "twice.tar": tar_twice.getvalue(),
        "backslash.zip": backslash.getvalue(),
        "stub.exe": b"MZ" + bytes(1000) + twice.getvalue(),
        "members.tar.gz": gzip.compress(raw[:700]) + gzip.compress(raw[700:]),
        "messages.gz": gzip.compress(LINE * 3) + gzip.compress(LINE * 4),
        "text.messages.gz": gzip.compress(LINE * 3) + LINE,
        "zeros.messages.gz": gzip.compress(LINE * 3) + bytes(9),
        "a-zero.messages.gz": gzip.compress(LINE * 3) + bytes(1),
        "zeros.messages.tar.gz": gzip.compress(raw) + bytes(4096),
        "cut.messages.gz": gzip.compress(LINE * 3)[:-9],
        "damaged.messages.gz": gzip.compress(LINE * 3)[:-8] + bytes(8),
        "damaged.messages.zip": backslash.getvalue().replace(b"WakeWord", b"WakeW0rd", 1),
        "cut.messages.tar": raw[:700],
        "zstd.messages.zip": _of_method(93, zstandard.compress(LINE * 3)),
        "messages.zst": zstandard.compress(LINE * 3),
    }


def _of_method(method: int, packed: bytes) -> bytes:
    """A zip of one member, packed so by other means."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("messages", packed)
    content = out.getvalue()
    size, checksum = len(LINE * 3).to_bytes(4, "little"), zlib.crc32(LINE * 3).to_bytes(4, "little")
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = content.index(signature) + at
        fields = method.to_bytes(2, "little") + content[place + 2 : place + 6] + checksum
        content = content[:place] + fields + content[place + 10 : place + 14] + size + content[place + 18 :]
    return content


@pytest.mark.parametrize("name", _odd_archives())
@pytest.mark.parametrize("inside", [False, True])
def test_what_dfvfs_may_read_otherwise_is_never_called_exact(
    name: str, inside: bool, tmp_path: Path, specs: Any
) -> None:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / name).write_bytes(_odd_archives()[name])

    found = specs.located(folder if inside else folder / name, tmp_path / "case")

    assert any("messages" in path for path in found)
    specs.check(found)


def test_a_compressed_file_and_a_loose_file_as_the_source(tmp_path: Path, specs: Any) -> None:
    for name, content in (("messages.gz", gzip.compress(LINE * 20)), ("clip.wav", _wav())):
        (tmp_path / name).write_bytes(content)
        assert specs.check(specs.located(tmp_path / name, tmp_path / f"{name}-case")) == set()


@pytest.mark.parametrize("kind", ["ext2", "ext4", "fat"])
def test_an_image_of_one_file_system(kind: str, tmp_path: Path, make_image: Callable[..., Path], specs: Any) -> None:
    image = make_image(_tree(tmp_path / "tree", "sound.wav"), kind, 32)
    found = {path: value for path, value in specs.located(image, tmp_path / "case").items() if "$" not in path}
    assert set(found) == PLAIN_TREE
    assert specs.check(found) == set()


def test_a_partition_of_a_gpt_disk_raw_and_as_ewf(
    tmp_path: Path,
    make_image: Callable[..., Path],
    make_gpt: Callable[..., Path],
    make_ewf: Callable[..., Path],
    specs: Any,
) -> None:
    disk = make_gpt(make_image(_tree(tmp_path / "tree"), "ext4"))
    for source in (disk, make_ewf(disk, 4 * 1024 * 1024)):
        found = specs.located(source, tmp_path / f"{source.suffix}-case")
        assert set(found) == {f"p2/{path}" for path in TREE}
        assert specs.check(found) == set()


def test_partitions_that_are_not_in_the_order_of_their_table(
    tmp_path: Path,
    python: Callable[..., Any],
    make_image: Callable[..., Path],
    run_program: Callable[..., str],
    specs: Any,
) -> None:
    image = make_image(_tree(tmp_path / "tree"), "ext4")
    disk = tmp_path / "disk.dd"
    with disk.open("wb") as stream:
        stream.truncate(40 * 1024 * 1024)
    # The fifth entry is before the second; the others are empty.
    run_program("sgdisk", "-a", "1", "-n", "5:4096:20479", "-n", "2:30000:46383", disk)
    for first in (4096, 30000):
        with disk.open("r+b") as stream:
            stream.seek(first * 512)
            stream.write(image.read_bytes())
    found = specs.located(disk, tmp_path / "case")
    assert set(found) == {f"p{number}/{path}" for number in (1, 2) for path in TREE}
    assert specs.check(found) == set()
    assert "GPT, location: /p5" in found["p1/local/log/messages"][0].path_spec.comparable
    assert "GPT, location: /p2" in found["p2/local/log/messages"][0].path_spec.comparable
    arguments = ("--single_process", *QUIET, "--partitions", "all", "--parsers", "filestat", "--hashers", "none")
    python("-m", "plaso.scripts.log2timeline", *arguments, "--storage_file", "x.plaso", disk)
    ours = {located.path_spec.comparable for path, (located, _, _) in found.items() if "!/" not in path}
    assert ours <= _streams(tmp_path / "x.plaso")


def test_partitions_of_an_mbr_disk(
    tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str], specs: Any
) -> None:
    tree = _tree(tmp_path / "tree", "sound.wav")
    disk = tmp_path / "disk.dd"
    with disk.open("wb") as stream:
        stream.truncate(50 * 1024 * 1024)
    run_program("sfdisk", "-q", disk, stdin=b"label: dos\n2048,16384,83\n18432,65536,c\n")
    for kind, first in (("ext4", 2048), ("fat", 18432)):
        # libfsfat, by which dfVFS reads FAT, takes a small FAT12 file system for FAT16.
        content = make_image(tree, kind, 8 if kind == "ext4" else 32, f"{kind}.dd").read_bytes()
        with disk.open("r+b") as stream:
            stream.seek(first * 512)
            stream.write(content)
    found = {path: value for path, value in specs.located(disk, tmp_path / "case").items() if "$" not in path}
    assert set(found) == {f"p{number}/{path}" for number in (1, 2) for path in PLAIN_TREE}
    assert specs.check(found) == set()
    first = found["p1/local/log/messages"][0].path_spec.comparable
    assert "TSK_PARTITION, location: /p1, part index: 2, " in first


@pytest.mark.parametrize("form", ["qcow2", "vmdk", "vpc", "vhdx"])
def test_virtual_disks(
    form: str, tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str], specs: Any
) -> None:
    image = make_image(_tree(tmp_path / "tree"), "ext4")
    made = tmp_path / f"disk.{form}"
    run_program("qemu-img", "convert", "-O", form, image, made)
    found = specs.located(made, tmp_path / "case")
    assert set(found) == TREE
    assert specs.check(found) == set()


def test_what_dfvfs_cannot_enter_is_reported_to_lie_in_the_image(
    tmp_path: Path, run_program: Callable[..., str], specs: Any
) -> None:
    image = tmp_path / "image.sqfs"
    run_program("mksquashfs", _tree(tmp_path / "tree"), image, "-quiet", "-no-progress")
    found = {path: value for path, value in specs.located(image, tmp_path / "case").items() if "$" not in path}
    assert set(found) == TREE
    assert specs.check(found) == TREE


def test_deleted_files_lie_in_their_volume_and_carved_ones_at_their_place(
    tmp_path: Path, make_image: Callable[..., Path], run_program: Callable[..., str], specs: Any
) -> None:
    tree = _tree(tmp_path / "tree")
    (tree / "local/spoken.wav").write_bytes(_wav(2)[:44] + bytes(range(256)) * 300)
    image = make_image(tree, "ext4")
    run_program("debugfs", "-w", "-R", "rm /local/spoken.wav", image)
    with image.open("r+b") as stream:
        stream.seek(7 * 1024 * 1024 + 17)
        stream.write(_wav(1)[:44] + b"\x07" * 32000)
    found = specs.located(image, tmp_path / "case")
    states = {state for _, _, state in found.values()}
    assert states == {"allocated", "deleted", "carved"}
    inexact = specs.check(found)
    assert inexact == {path for path, (_, _, state) in found.items() if state == "deleted"}


@pytest.mark.parametrize("kind", ["folder", "ext4", "gpt", "fat"])
def test_they_are_those_of_log2timeline(
    kind: str,
    tmp_path: Path,
    python: Callable[..., Any],
    make_image: Callable[..., Path],
    make_gpt: Callable[..., Path],
    specs: Any,
) -> None:
    source = _tree(tmp_path / "tree", "sound.wav")
    if kind != "folder":
        source = make_image(source, "ext4" if kind == "gpt" else kind, 32)
    if kind == "gpt":
        source = make_gpt(source)
    found = specs.located(source, tmp_path / "case")
    # plaso names a FAT file by the number of its directory entry too, which the case does not keep.
    ours = {located.path_spec.comparable for path, (located, _, _) in found.items() if "!/" not in path}
    arguments = (
        "--single_process",
        *QUIET,
        "--partitions",
        "all",
        "--parsers",
        "filestat",
        "--hashers",
        "none",
        "--storage_file",
        "x.plaso",
    )
    python("-m", "plaso.scripts.log2timeline", *arguments, source)
    theirs = {re.sub(r"identifier: \d+, ", "", spec) for spec in _streams(tmp_path / "x.plaso")}
    # What is in gzip files plaso has too; folders and other archives are not files of the case.
    assert ours <= theirs
    assert {spec for spec in theirs - ours if "type: GZIP" not in spec} <= {
        spec for spec in theirs if spec.rstrip().endswith(("location: /", "location: \\"))
    }


def _streams(path: Path) -> set[str]:
    reader = StorageFactory.CreateStorageReaderForFile(str(path))
    with closing(_Closing(reader)):
        return {stream.path_spec.comparable for stream in reader.GetAttributeContainers("event_data_stream")}


class _Closing:
    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def close(self) -> None:
        self._reader.Close()
