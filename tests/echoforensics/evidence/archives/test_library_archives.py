"""Archives read by libarchive, and those that are named. They are written by libarchive or by hand."""

from __future__ import annotations

import io
import tarfile
import zipfile
import zlib
from base64 import b64decode
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.entry import READ_ERRORS, ContentError, Entry, EvidenceIssue
from echoforensics.evidence.source import open_source

FILES = {"local/log/messages": b"a line of a log\n" * 5000, "rec/one.bin": bytes(range(256)) * 300}


@pytest.fixture(scope="module")
def library() -> Any:
    try:
        return import_module("libarchive")
    except (ImportError, OSError, AttributeError, TypeError) as error:
        pytest.skip(f"libarchive is not installed: {error}")


def _write(library: Any, path: Path, form: str) -> None:
    with library.file_writer(str(path), form) as archive:
        for name, content in FILES.items():
            archive.add_file_from_memory(name, len(content), content)


def _read(path: Path) -> tuple[str, dict[str, bytes], list[str]]:
    source = open_source(path)
    content, issues = {}, []
    try:
        for found in source.container.entries():
            if isinstance(found, EvidenceIssue):
                issues.append(found.what)
                continue
            assert found.opener is not None
            with found.opener() as stream:
                content[found.path] = stream.read()
            with source.container.open(found.address) as stream:
                assert stream.read() == content[found.path]
    finally:
        source.close()
    return source.kind, content, issues


@pytest.mark.parametrize("form", ["7zip", "cpio", "cpio_newc"])
def test_archive_gives_its_files(form: str, library: Any, tmp_path: Path) -> None:
    _write(library, tmp_path / "x.bin", form)

    assert _read(tmp_path / "x.bin") == ("archive", FILES, [])


@pytest.mark.parametrize(("coding", "name"), [("compress", "x.tar.Z"), ("lzip", "x.tar.lz")])
def test_compressed_tar_keeps_the_names_of_its_members(coding: str, name: str, library: Any, tmp_path: Path) -> None:
    with library.file_writer(str(tmp_path / name), "ustar", coding) as archive:
        for member, content in FILES.items():
            archive.add_file_from_memory(member, len(content), content)

    assert _read(tmp_path / name) == ("archive", FILES, [])


@pytest.mark.usefixtures("library")
def test_lz4_of_the_older_form_holds_one_file(tmp_path: Path) -> None:
    # A block of literals alone: 15 and 3 more of them, behind its length.
    block = b"\xf0\x03" + b"a line of a log\n\n\n"
    (tmp_path / "log.lz4").write_bytes(b"\x02\x21\x4c\x18" + len(block).to_bytes(4, "little") + block)

    assert _read(tmp_path / "log.lz4") == ("archive", {"log": b"a line of a log\n\n\n"}, [])


@pytest.mark.usefixtures("library")
def test_rpm_gives_its_files(tmp_path: Path) -> None:
    # A lead of 96 bytes, two headers without entries, and the members as cpio.
    head = (b"\xed\xab\xee\xdb\3\0".ljust(96, b"\0")) + 2 * (b"\x8e\xad\xe8\1".ljust(16, b"\0"))
    cpio = tmp_path / "x.cpio"
    _write(import_module("libarchive"), cpio, "cpio_newc")
    (tmp_path / "x.rpm").write_bytes(head + zlib.compress(cpio.read_bytes(), wbits=31))

    assert _read(tmp_path / "x.rpm") == ("archive", FILES, [])


@pytest.mark.usefixtures("library")
def test_big_endian_cpio_gives_its_files(tmp_path: Path) -> None:
    def member(name: bytes, content: bytes) -> bytes:
        size, length = len(content), len(name) + 1
        numbers = (0x71C7, 0, 1, 0o100644, 0, 0, 1, 0, 0, 0, length, size >> 16, size & 0xFFFF)
        raw = b"".join(number.to_bytes(2, "big") for number in numbers) + name + bytes(1 + length % 2)
        return raw + content + bytes(size % 2)

    (tmp_path / "x.cpio").write_bytes(member(b"log", b"a line\n") + member(b"TRAILER!!!", b""))

    assert _read(tmp_path / "x.cpio") == ("archive", {"log": b"a line\n"}, [])


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("mode", [b"644", b"100644"])
def test_ar_states_a_kind_of_file_or_none(mode: bytes, tmp_path: Path) -> None:
    # As in /usr/include/ar.h. A packager of Debian states permissions alone.
    head = b"messages/".ljust(16) + b"0".ljust(12) + b"0".ljust(6) + b"0".ljust(6) + mode.ljust(8) + b"6".ljust(10)
    (tmp_path / "x.a").write_bytes(b"!<arch>\n" + head + b"`\n" + b"a log\n")

    assert _read(tmp_path / "x.a") == ("archive", {"messages": b"a log\n"}, [])


def test_damaged_7z_gives_what_it_can_and_says_so(library: Any, tmp_path: Path) -> None:
    _write(library, tmp_path / "x.7z", "7zip")
    raw = bytearray((tmp_path / "x.7z").read_bytes())
    raw[40] ^= 0xFF
    (tmp_path / "x.7z").write_bytes(raw)

    source = open_source(tmp_path / "x.7z")
    raised = []
    for found in source.container.entries():
        if isinstance(found, Entry) and found.opener:
            with found.opener() as stream:
                try:
                    stream.read()
                except READ_ERRORS as error:
                    raised.append(error)
    source.close()

    assert raised
    assert all(isinstance(error, ContentError) and error.damaged for error in raised)


#: A 7z of one file, compressed with Deflate64, and one encrypted with the password "secret", by 7-Zip 16.02.
_DEFLATE64_7Z = (
    "N3q8ryccAAR+GRMQFQAAAAAAAABSAAAAAAAAAAe3M2oBEADv/2EgbGluZSBvZiBhIGxvZwoBBAYAAQkVAAcLAQABAwQBCQwQAAgK"
    "ASXcPNMAAAUBGQwAAAAAAAAAAAAAAAARCQBsAG8AZwAAABkCAAAUCgEAIThCNgGA3QEVBgEAIICkgQAA"
)
_ENCRYPTED_7Z = (
    "N3q8ryccAAQEn040IAAAAAAAAABiAAAAAAAAABWJusYMpNCVEgtmEizwpTmwMxPLe1koMuRfnWU6RPcTDxVGaQEEBgABCSAABwsB"
    "AAIkBvEHARJTD7p411QjsVL4PMDFkCVni/UhIQEAAQAMFBAACAoBJdw80wAABQEZAQARCQBsAG8AZwAAABkCAAAUCgEAIThCNgGA"
    "3QEVBgEAIICkgQAA"
)


@pytest.mark.usefixtures("library")
def test_7z_of_a_coding_that_is_not_read_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "x.7z").write_bytes(b64decode(_DEFLATE64_7Z))

    with closing(open_source(tmp_path / "x.7z").container) as container:
        # Each is to be read before the next is asked for, and while they are listed.
        entries = iter(container.entries())
        found = next(entries)
        assert isinstance(found, Entry)
        assert found.opener is not None
        with found.opener() as stream, pytest.raises(ContentError) as raised:
            stream.read()

    assert (found.path, raised.value.damaged) == ("log", False)
    assert str(raised.value) == (
        "it is compressed in a way that is not read (Unknown codec ID: 40109); unpack a copy of the archive with 7z,"
        " and give the folder"
    )


@pytest.mark.usefixtures("library")
def test_encrypted_member_of_7z_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.7z").write_bytes(b64decode(_ENCRYPTED_7Z))

    with closing(open_source(tmp_path / "x.7z").container) as container:
        (found,) = container.entries()

    assert isinstance(found, Entry)
    assert (found.path, found.size, found.opener) == ("log", 16, None)
    assert (
        found.note == "encrypted; not read: unpack a copy of the archive with 7z and its password, and give the folder"
    )


@pytest.mark.parametrize("compressed", [b"0", b"1"])
def test_android_backup(compressed: bytes, tmp_path: Path) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in FILES.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    body = zlib.compress(out.getvalue()) if compressed == b"1" else out.getvalue()
    (tmp_path / "x.ab").write_bytes(b"ANDROID BACKUP\n5\n" + compressed + b"\nnone\n" + body)

    assert _read(tmp_path / "x.ab") == ("tar", FILES, [])


def test_encrypted_android_backup_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.ab").write_bytes(b"ANDROID BACKUP\n5\n1\nAES-256\n" + bytes(2000))

    with pytest.raises(SourceError, match=r"the Android backup is encrypted \(AES-256\) and is not read; decrypt"):
        open_source(tmp_path / "x.ab")


@pytest.mark.parametrize(
    ("stub", "name"),
    [
        (b"MZ" + bytes(998), "x.exe"),
        (b"#!/bin/sh\nexec unzip $0\n", "x.run"),
        (b"\x7fELF" + bytes(996), "x"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/zip\r\n\r\n", "x.zip"),
        (bytes(1000), "X.ZIP"),
    ],
)
def test_zip_behind_other_bytes(stub: bytes, name: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member, content in FILES.items():
            archive.writestr(member.replace("/", "\\"), content)
    (tmp_path / name).write_bytes(stub + out.getvalue())

    assert _read(tmp_path / name) == ("zip", FILES, [])


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\0\0\0\x7b" + bytes(2000), "a DAR archive is not read; unpack a copy with dar, and give the folder"),
        (b"ADSEGMENTEDFILE\0" + bytes(2000), "logical evidence of FTK Imager (AD1) is not read; export its files"),
        (b"GRZipII\0" + bytes(2000), "a file compressed with grzip is not read; decompress a copy: grzip -d"),
        (b"RZIP\2" + bytes(2000), "a file compressed with rzip is not read; decompress a copy: rzip -d"),
        (b"ITSF\3\0\0\0" + bytes(2000), "a compiled HTML help file (CHM) is not read; unpack a copy with 7z"),
        (b"CrAU" + bytes(2000), "an Android update (payload.bin) is not read; unpack a copy"),
    ],
)
def test_what_is_not_read_is_named(head: bytes, what: str, tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(head)

    with pytest.raises(SourceError) as raised:
        open_source(tmp_path / "x.bin")
    assert f"x.bin: {what}" in str(raised.value)


@pytest.mark.parametrize("given", ["x.zip.001", "x.zip.002", "x.zip.003"])
def test_part_of_a_split_archive_names_the_others(given: str, tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a", bytes(range(256)) * 100)
    raw = out.getvalue()
    for number in range(3):
        (tmp_path / f"x.zip.{number + 1:03}").write_bytes(raw[number * 10_000 : (number + 1) * 10_000])

    with pytest.raises(SourceError, match=r"one of 3 parts of an archive \(x\.zip\.001, x\.zip\.002, x\.zip\.003\)"):
        open_source(tmp_path / given)


def test_numbered_archives_are_no_parts(tmp_path: Path) -> None:
    for number in (1, 2):
        with zipfile.ZipFile(tmp_path / f"log.00{number}", "w") as archive:
            archive.writestr("a", b"content")

    assert _read(tmp_path / "log.001") == ("zip", {"a": b"content"}, [])
