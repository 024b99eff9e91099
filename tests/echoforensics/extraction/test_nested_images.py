"""Images that are in a folder, an archive or another image give what they give by themselves."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

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


def _zeros_and_a_log() -> bytes:
    """A dump without a table: zeros, and a log that was not compressed and names the service."""
    utterance = (
        b"AB72C64C86AW2:1.0/2024/03/09/22/B0DEM0000000EF01/40:05::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000004ZXV"
    )
    log = b"240309:224005 cmd[1]: utterance " + utterance + b"\n"
    return bytes(128 * 1024) + (log + gzip.compress(LOG * 20, mtime=0)).ljust(4096, b"\0")


@pytest.mark.parametrize(("in_folder", "name"), [(True, "nand.dd"), (False, "nand.dd"), (True, "MTD5.BIN")])
def test_a_dump_of_nothing_known_is_searched_though_utterance_ids_stand_in_it(
    in_folder: bool, name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / name).write_bytes(_zeros_and_a_log())

    rows, issues = _found(folder if in_folder else folder / name, tmp_path / "case")

    prefix = f"{name}!/" if in_folder else ""
    at = 128 * 1024 + _zeros_and_a_log()[128 * 1024 :].index(b"\x1f\x8b")
    carved = f"{prefix}$Carved/{at:012x}.gz!/{at:012x}"
    assert [row for row in rows if row[0] == carved]
    assert [issue.partition(": ")[2] if in_folder else issue for issue in issues if "$Carved" not in issue] == [
        ("" if in_folder else ": ")
        + "there is no table of partitions and no file system that can be read; the image has no file system that is"
        " known; its files were not read. It can only be searched by content"
    ]


@pytest.mark.parametrize("names", [("r.001", "r.002", "r.003", "r.004"), ("r.aa", "r.ab", "r.ac", "r.ad")])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_parts_of_an_image_of_which_one_is_missing_are_named(
    names: tuple[str, ...], missing: int, image: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    raw = image.read_bytes()
    size = len(raw) // 4
    for number, name in enumerate(names):
        if number != missing:
            (folder / name).write_bytes(raw[number * size : (number + 1) * size])

    rows, issues = _found(folder, tmp_path / "case")

    first = names[1 if missing == 0 else 0]
    (issue,) = issues
    assert rows == []
    assert issue.startswith(f"{first}: looks like ")
    assert issue.endswith(f"of the parts of this raw image these are missing: {names[missing]}")


def test_files_numbered_from_two_that_are_no_image_are_not_named(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in (2, 3):
        (folder / f"log.{number}").write_bytes(b"a line of a log\n" * 8192)
        (folder / f"other.{number}").write_bytes(bytes(range(256)) * 300 + bytes(number))
    assert _found(folder, tmp_path / "case") == ([], [])


def test_a_dump_of_nothing_known_in_a_zip_is_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "outer.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("nand.dd", bytes(65536))
        archive.writestr("notes.img", b"a text that is called so\n" * 512 * 8)
        archive.writestr("nand.bin", bytes(65536))

    rows, issues = _found(tmp_path / "outer.zip", tmp_path / "case")

    assert rows == []
    assert [issue for issue in issues if issue.startswith("nand.dd")] == [
        "nand.dd: it has the name of a disk image, and its first bytes are of no known kind; inside another file it was"
        " neither opened nor searched: unpack a copy of it, and give that"
    ]
    assert not [issue for issue in issues if issue.startswith("notes.img")]


def test_apple_disk_image_that_its_end_tells_is_named_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    trailer = (b"koly" + (4).to_bytes(4, "big") + (512).to_bytes(4, "big")).ljust(512, b"\0")
    (folder / "export.dmg").write_bytes(zlib.compress(bytes(range(256)) * 9) + trailer)

    rows, issues = _found(folder, tmp_path / "case")

    assert rows == []
    assert issues == [
        "export.dmg: looks like an image, and was not opened: an image in the format of Apple's disk images (DMG) is"
        " not read; convert a copy of it first: qemu-img convert -O raw"
    ]


@pytest.mark.parametrize("order", ["little", "big"])
def test_jffs2_of_any_size_is_named_in_a_folder(order: Literal["little", "big"], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    # The marker of an erased block, as mkfs.jffs2 writes it first.
    node = b"".join(
        value.to_bytes(size, order) for value, size in ((0x1985, 2), (0x2003, 2), (12, 4), (_crc_of_jffs2(order), 4))
    )
    (folder / "data.jffs2").write_bytes(node + b"\xff" * 70_001)
    (folder / "other").write_bytes(node[:-1] + b"\0" + b"\xff" * 70_001)

    rows, issues = _found(folder, tmp_path / "case")

    assert rows == []
    name = "JFFS2" if order == "little" else "JFFS2 (big-endian)"
    assert issues == [
        "data.jffs2: there is no table of partitions and no file system that can be read; the image holds"
        f" {name}, which is not parsed; its files were not read. It can only be searched by content"
    ]


def _crc_of_jffs2(order: Literal["little", "big"]) -> int:
    # By both orders the checksum is the one that mkfs.jffs2 1.5.2 wrote.
    return {"little": 0xE41EB0B1, "big": 0xF060DC98}[order]


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
