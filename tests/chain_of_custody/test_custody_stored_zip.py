"""A zip with one reading: what we write is read by others, and what others could read in two ways is refused."""

from __future__ import annotations

import io
import os
import shutil
import stat
import subprocess
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from chain_of_custody.file_list import FileListError
from chain_of_custody.stored_zip import StoredZip, ZipRefusedError, records, write_zip
from chain_of_custody.stored_zip.records import ZipEntry

CONTENTS = {
    "data/é.txt": b"one\n",
    "data/long.bin": bytes(range(256)) * 5000,
    "empty": b"",
    "verify.sh": b"#!/bin/sh\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in CONTENTS.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / "folder"


@pytest.fixture
def packed(folder: Path, tmp_path: Path) -> Path:
    write_zip(folder, tmp_path / "bundle.zip", "bundle")
    return tmp_path / "bundle.zip"


def contents(path: Path) -> dict[str, bytes]:
    with StoredZip(path) as opened:
        return {name: b"".join(opened.blocks(name)) for name in opened.entries}


def test_a_folder_is_read_as_it_was_written(packed: Path) -> None:
    assert contents(packed) == CONTENTS
    with StoredZip(packed) as opened:
        assert opened.top == "bundle"


def test_the_same_folder_gives_the_same_bytes(folder: Path, packed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for name in reversed(CONTENTS):
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / name, copy / name)
        os.utime(copy / name, (1, 1))
    write_zip(copy, tmp_path / "second.zip", "bundle")
    assert (tmp_path / "second.zip").read_bytes() == packed.read_bytes()
    with pytest.raises(FileExistsError):
        write_zip(copy, packed, "bundle")


def test_other_programs_read_it(packed: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(f"bundle/{name}") for name in CONTENTS} == CONTENTS
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        modes = {entry.filename: entry.external_attr >> 16 for entry in opened.infolist()}
    assert modes["bundle/verify.sh"] == stat.S_IFREG | 0o755
    assert modes["bundle/empty"] == stat.S_IFREG | 0o644
    for program in (("unzip", "-q"), ("bsdtar", "-xf")):
        out = tmp_path / program[0]
        out.mkdir()
        if shutil.which(program[0]):
            subprocess.run([*program, str(packed)], cwd=out, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
            assert (out / "bundle" / "data" / "é.txt").read_bytes() == b"one\n"


def test_no_byte_can_be_changed_unseen(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    (small / "a.txt").write_bytes(b"content")
    (small / "b.sh").write_bytes(b"")
    write_zip(small, tmp_path / "small.zip", "top")
    good, path = (tmp_path / "small.zip").read_bytes(), tmp_path / "flipped.zip"
    before = contents(tmp_path / "small.zip")
    for at in range(len(good)):
        for bit in (1, 0x20, 0x80):
            path.write_bytes(good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :])
            try:
                # The name of the folder is in no record that would have to agree with the name of the file.
                assert contents(path) != before, at
            except (ZipRefusedError, OSError):
                continue


@pytest.mark.parametrize("size", range(0, 300, 7))
def test_a_zip_cut_short_is_refused(packed: Path, tmp_path: Path, size: int) -> None:
    (tmp_path / "cut.zip").write_bytes(packed.read_bytes()[: -1 - size])
    with pytest.raises(ZipRefusedError):
        StoredZip(tmp_path / "cut.zip")


def made(path: Path, entries: Iterable[tuple[zipfile.ZipInfo | str, bytes]], method: int = zipfile.ZIP_STORED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as opened:
        warnings.simplefilter("ignore")
        for name, content in entries:
            opened.writestr(name, content, compress_type=method)
    return path


def of_mode(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def test_entries_that_can_be_read_in_two_ways_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "hostile.zip"
    refused: dict[str, list[tuple[zipfile.ZipInfo | str, bytes]]] = {
        "top/a: 2 entries have this name": [("top/a", b"1"), ("top/a", b"2")],
        "top/../../a: the name leads out": [("top/../../a", b"")],
        "/etc/cron.d/a: the name leads out": [("/etc/cron.d/a", b"")],
        r"top\\a: the name has a quotation mark, a backslash": [("top\\a", b"")],
        "top/A and top/a: one name": [("top/A", b""), ("top/a", b"")],
        "one name to systems": [("top/e\u0301", b""), ("top/\xe9", b"")],
        "top/a: it is a link": [(of_mode("top/a", stat.S_IFLNK | 0o777), b"/etc/passwd")],
        "top/a: it is no regular file": [(of_mode("top/a", stat.S_IFIFO), b"")],
        "top/a/: it is an entry for a folder": [("top/a/", b"")],
        "not all in one folder": [("a", b""), ("b/c", b"")],
        "in one folder of a plain name": [("C:/a", b"")],
        "its header is not what": [("top/a", b"1")],
    }
    for why, entries in refused.items():
        made(path, entries)
        with pytest.raises(ZipRefusedError, match=why):
            StoredZip(path)


def test_what_is_compressed_or_encrypted_is_refused_before_it_is_read(tmp_path: Path) -> None:
    bomb = made(tmp_path / "bomb.zip", [("top/bomb", bytes(50 << 20))], zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ZipRefusedError, match="top/bomb: it is compressed"):
        StoredZip(bomb)
    content = bytearray(made(tmp_path / "locked.zip", [("top/a", b"1")]).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(ZipRefusedError, match="top/a: it is encrypted"):
        StoredZip(tmp_path / "locked.zip")


def build(parts: list[tuple[ZipEntry, bytes]], listed: list[ZipEntry]) -> bytes:
    """A zip of the given entries at their places, with a directory of its own."""
    stream = io.BytesIO()
    for entry, content in parts:
        stream.seek(entry.offset)
        stream.write(records.local_header(entry) + content)
    offset = stream.seek(0, io.SEEK_END)
    directory = b"".join(map(records.central_header, listed))
    return stream.getvalue() + directory + records.end_records(len(listed), offset, len(directory))


def test_overlapping_and_hidden_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    crc = zlib.crc32(b"content")
    first = ZipEntry("top/a", 7, crc, 0)
    second = ZipEntry("top/b", 7, crc, first.end)
    hidden = ZipEntry("top/b", 7, crc, first.end + 5)
    both = [(first, b"content"), (second, b"content")]
    path.write_bytes(build(both, [first, second]))
    assert contents(path) == {"a": b"content", "b": b"content"}
    for content, why in (
        (build([(first, b"content"), (hidden, b"content")], [first, hidden]), "top/b: bytes that are not an entry"),
        (build(both, [first]), "bytes that are not an entry lie before the directory"),
        (build(both, [second]), "top/b: bytes that are not an entry lie before it"),
        (build(both, [first, ZipEntry("top/b", 7, crc, 0)]), "top/b: it overlaps"),
        (build(both, [first, ZipEntry("top/b", 700, crc, second.offset)]), "top/b: it overlaps"),
        (build(both, [first, ZipEntry("top/c", 7, crc, second.offset)]), "top/c: its header is not what"),
        (build(both, [second, first]), "not in order"),
        (build(both, [first, second]) + b"\n", "something follows its end"),
        (b"#!/bin/sh\n" + build(both, [first, second]), "directory"),
        (b"PK", "too short"),
    ):
        path.write_bytes(content)
        with pytest.raises(ZipRefusedError, match=why):
            StoredZip(path)
    with pytest.raises(ZipRefusedError, match="is not a file"):
        StoredZip(tmp_path)


def test_a_wrong_checksum_is_an_error_where_it_is_read(tmp_path: Path) -> None:
    entry = ZipEntry("top/a", 7, 1, 0)
    (tmp_path / "crc.zip").write_bytes(build([(entry, b"content")], [entry]))
    with StoredZip(tmp_path / "crc.zip") as opened, pytest.raises(OSError, match="does not match its checksum"):
        list(opened.blocks("a"))


def test_files_and_places_beyond_32_bits(tmp_path: Path) -> None:
    path, large = tmp_path / "large.zip", 5 << 30
    first = ZipEntry("top/a", large, 0, 0)
    second = ZipEntry("top/b", 4, zlib.crc32(b"last"), first.end)
    with path.open("wb") as stream:
        for entry, content in ((first, b""), (second, b"last")):
            stream.seek(entry.offset)
            stream.write(records.local_header(entry) + content)
        offset = stream.tell()
        directory = records.central_header(first) + records.central_header(second)
        stream.write(directory + records.end_records(2, offset, len(directory)))
    with StoredZip(path) as opened:
        assert b"".join(opened.blocks("b")) == b"last"
        assert opened.entries["a"].size == large
    with zipfile.ZipFile(path) as other:
        assert other.read("top/b") == b"last"
        assert [entry.file_size for entry in other.infolist()] == [large, 4]


def test_more_files_than_16_bits_count(tmp_path: Path) -> None:
    path, at, entries = tmp_path / "many.zip", 0, []
    for number in range(0x10001):
        entries.append(ZipEntry(f"t/{number:05}", 0, 0, at))
        at = entries[-1].end
    headers = b"".join(map(records.local_header, entries))
    directory = b"".join(map(records.central_header, entries))
    path.write_bytes(headers + directory + records.end_records(len(entries), at, len(directory)))
    with StoredZip(path) as opened:
        assert len(opened.entries) == 0x10001
    with zipfile.ZipFile(path) as other:
        assert len(other.infolist()) == 0x10001


def test_a_folder_that_cannot_be_listed_is_not_packed(folder: Path, tmp_path: Path) -> None:
    (folder / "link").symlink_to("empty")
    with pytest.raises(FileListError, match="link"):
        write_zip(folder, tmp_path / "bundle.zip", "bundle")
    for top in ("", "..", "a/b", 'a"b', "C:", "-rf", "~root"):
        with pytest.raises(ZipRefusedError, match="plain name"):
            write_zip(folder, tmp_path / "other.zip", top)
