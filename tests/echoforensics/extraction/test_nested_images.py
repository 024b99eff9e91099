"""Images that are in a folder, an archive or another image give what they give by themselves."""

from __future__ import annotations

import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

LOG = b"03-09 21:14:24.169  1234  1256 I AlexaService: WAKE_WORD\n"
RAW, EWF, QCOW = "raw image", "EWF image", "QCOW2 image"


@pytest.fixture
def image(tmp_path: Path, make_image: Callable[..., Path]) -> Path:
    """An ext4 image with a log."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "logcat.txt").write_bytes(LOG)
    return make_image(folder)


def _found(source: Path, case: Path) -> tuple[list[tuple[str, str]], list[str]]:
    extract([source], case, None, Options(argv=("test",)), lambda *_: None)
    with Case.open(case) as opened:
        rows = sorted((row["path"], row["data_type"]) for row in opened.rows())
        return rows, [f"{issue.path}: {issue.what}" for issue in opened.issues()]


def _below(prefix: str) -> list[tuple[str, str]]:
    types = ("echo:log:file", "echo:log:file", "echo:log:named")
    return [(f"{prefix}logcat.txt", kind) for kind in types]


def test_in_a_folder(image: Path, tmp_path: Path, make_ewf: Callable[..., Path]) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    image.rename(folder / "disk.raw")
    for part in make_ewf(folder / "disk.raw", 1024 * 1024).parent.glob("*.E*"):
        part.rename(folder / part.name)

    rows, issues = _found(folder, tmp_path / "case")

    (first,) = folder.glob("*.E01")
    assert len(list(folder.glob("*.E*"))) > 1, "the later segments are read with the first"
    assert (rows, issues) == (_below(f"{first.name}!/"), [])
    with Case.open(tmp_path / "case") as case:
        places = [(row["places"], case.trace(row["exhibit"]).references) for row in case.rows()]
    paths = [f"folder: {first.name}!/logcat.txt", "folder: disk.raw!/logcat.txt"]
    assert places == [(2, paths)] * len(rows)


def test_a_file_named_as_an_image_is_one_also_where_nothing_in_it_is_known(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    content = b"of no file system that is known " * 4096
    for name in ("disk.img", "DISK.DD", "disk.txt"):
        (folder / name).write_bytes(content + name.encode().ljust(512))
    (folder / "short.img").write_bytes(content[:-1])

    rows, issues = _found(folder, tmp_path / "case")

    unread = (
        "there is no table of partitions and no file system that can be read; the image has no file system that is"
        " known; its files were not read. It can only be searched by content"
    )
    assert (rows, sorted(issues)) == ([], [f"DISK.DD: {unread}", f"disk.img: {unread}"])


def test_in_a_zip_in_a_zip(image: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "inner.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(image, "images/disk.raw")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")

    rows, issues = _found(tmp_path / "outer.zip", tmp_path / "case")

    assert (rows, issues) == (_below("inner.zip!/images/disk.raw!/"), [])
    with Case.open(tmp_path / "case") as case:
        traces = [case.trace(row["exhibit"]) for row in case.rows()]
    assert {(trace.origin, trace.unchanged, trace.found is not None) for trace in traces} == {("evidence", True, True)}


def test_in_an_image(image: Path, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    tree = tmp_path / "outer"
    (tree / "backup").mkdir(parents=True)
    image.rename(tree / "backup" / "disk.raw")
    outer = make_image(tree, mebibytes=16, name="outer.dd")

    rows, issues = _found(outer, tmp_path / "case")

    assert (rows, issues) == (_below("backup/disk.raw!/"), [])


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "disk.qed").write_bytes(b"QED\0" + bytes(4096))

    rows, issues = _found(folder, tmp_path / "case")

    assert rows == []
    assert issues == [
        "disk.qed: looks like an image, and was not opened: an image in the format of QED is not read;"
        " convert a copy of it first: qemu-img convert -O raw"
    ]


def test_the_boot_sectors_of_ntfs_are_no_image_of_another(tmp_path: Path) -> None:
    packed = Path(__file__).parents[1] / "evidence" / "file_systems" / "ntfs" / "streams.img.xz"
    (tmp_path / "image.dd").write_bytes(lzma.decompress(packed.read_bytes()))

    _, issues = _found(tmp_path / "image.dd", tmp_path / "case")

    assert issues == []


def test_what_lies_outside_its_files_is_carved(image: Path, tmp_path: Path) -> None:
    raw = bytearray(image.read_bytes())
    wav = b"RIFF" + (36 + 8000).to_bytes(4, "little") + b"WAVEfmt " + bytes((16, 0, 0, 0, 1, 0, 1, 0))
    wav += (8000).to_bytes(4, "little") + (16000).to_bytes(4, "little") + bytes((2, 0, 16, 0)) + b"data"
    wav += (8000).to_bytes(4, "little") + bytes(range(250)) * 32
    free = len(raw) - 65536
    assert not any(raw[free : free + len(wav)])
    raw[free : free + len(wav)] = wav
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "disk.raw").write_bytes(raw)

    rows, issues = _found(folder, tmp_path / "case")

    assert (f"disk.raw!/$Carved/{free:012x}.wav", "recording:audio") in rows
    assert issues == []
