from __future__ import annotations

import contextlib
import gzip
import io
import lzma
import tarfile
import zipfile
from pathlib import Path
from typing import BinaryIO

import lz4.frame
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.evidence.archives.compressed_file import CompressedFile, open_compressed
from echoforensics.evidence.archives.tar_archive import TarArchive
from echoforensics.evidence.archives.zip_archive import ZipArchive
from echoforensics.evidence.entry import READ_ERRORS, Container, Entry, EntryKind, EvidenceIssue
from echoforensics.evidence.limits import Budget, ExpansionLimitError
from echoforensics.evidence.source import open_source

NOTE = "encrypted; not read: unpack a copy of the archive with 7z and its password, and give the folder"


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2017, 7, 17, 19, 3, 0)), content, method)
    return out.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_500_000_000
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _read(container: Container) -> dict[str, bytes]:
    content = {}
    for found in container.entries():
        assert isinstance(found, Entry), found
        assert found.opener is not None
        content[found.path] = found.opener().read()
    return content


MEMBERS = {"a/1.json": b"{}", "../../etc/passwd": b"x", "/absolute": b"y", "2.wav": b"RIFF" * 1000}
SHOWN = {"a/1.json": b"{}", "../../etc/passwd": b"x", "absolute": b"y", "2.wav": b"RIFF" * 1000}


def test_zip_gives_every_member_and_writes_none() -> None:
    archive = ZipArchive(io.BytesIO(_zip(MEMBERS)), Budget(0))

    assert _read(archive) == SHOWN
    (first, *_) = archive.entries()
    assert isinstance(first, Entry)
    assert first.times == {"modified": "2017-07-17T19:03:00 (local time of an unknown zone)"}
    assert archive.open(first.address).read() == b"{}"


def test_tar_gives_every_member_once_in_order() -> None:
    content = _tar(MEMBERS)
    archive = TarArchive(lambda: io.BytesIO(content), Budget(0))

    assert _read(archive) == SHOWN
    addresses = [entry.address for entry in archive.entries() if isinstance(entry, Entry)]
    assert [archive.open(address).read() for address in addresses] == list(SHOWN.values())


def test_tar_notes_links_and_devices() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        device = tarfile.TarInfo("null")
        device.type = tarfile.CHRTYPE
        archive.addfile(device)

    found = list(TarArchive(lambda: io.BytesIO(out.getvalue()), Budget(0)).entries())

    assert [(e.path, e.kind, e.opener) for e in found if isinstance(e, Entry)] == [
        ("link", EntryKind.LINK, None),
        ("null", EntryKind.OTHER, None),
    ]


def test_compressed_tar_is_opened_as_a_tar_and_other_files_as_one_file() -> None:
    packed = gzip.compress(_tar(MEMBERS))
    inner = open_compressed(lambda: io.BytesIO(packed), packed[:512], "x.tar.gz", Budget(0))
    assert isinstance(inner, TarArchive)
    assert _read(inner) == SHOWN

    log = gzip.compress(b"20211231:165212 line\n")
    single = open_compressed(lambda: io.BytesIO(log), log[:512], "messages_1.gz", Budget(0))
    assert isinstance(single, CompressedFile)
    assert _read(single) == {"messages_1": b"20211231:165212 line\n"}


SKIPPED = b"\x5a\x2a\x4d\x18\4\0\0\0abcd"


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("a.zst", SKIPPED * 2 + zstandard.compress(b"content")),
        ("a.lz4", SKIPPED + lz4.frame.compress(b"content")),
        *(
            (
                f"a{number}.lzma",
                lzma.compress(b"content", lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, **how}]),
            )
            for number, how in enumerate(({"dict_size": 4096}, {"dict_size": 3 << 20}, {"lc": 4, "lp": 0}))
        ),
    ],
)
def test_compressed_files_as_few_programs_write_them(name: str, packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(packed)

    source = open_source(path)
    (entry,) = source.container.entries()
    assert isinstance(entry, Entry)
    assert (source.kind, entry.path) == ("compressed", name.partition(".")[0])
    assert entry.opener is not None
    with entry.opener() as stream:
        assert stream.read() == b"content"


def test_encrypted_members_are_listed_and_reported_to_be_unread() -> None:
    content = bytearray(_zip({"a.wav": b"data"}))
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags_at] |= 1

    (found,) = ZipArchive(io.BytesIO(bytes(content)), Budget(0)).entries()

    assert isinstance(found, Entry)
    assert (found.opener, found.note, found.size) == (None, NOTE, 4)


def test_damaged_member_raises_only_what_readers_expect() -> None:
    content = bytearray(_zip({"a": b"abc" * 5000}))
    content[60] ^= 0xFF

    (found,) = ZipArchive(io.BytesIO(bytes(content)), Budget(0)).entries()

    assert isinstance(found, Entry)
    assert found.opener is not None
    with pytest.raises(READ_ERRORS):
        found.opener().read()


def test_bomb_is_stopped_by_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echoforensics.evidence.limits.MAX_EXPANSION_FLOOR", 1_000_000)
    bomb = _zip({"zeros": bytes(50_000_000)})

    (found,) = ZipArchive(io.BytesIO(bomb), Budget(0)).entries()

    assert isinstance(found, Entry)
    assert found.opener is not None
    with pytest.raises(ExpansionLimitError, match="expands beyond 1000000 bytes"):
        found.opener().read()


def test_zip_with_a_huge_central_directory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echoforensics.evidence.archives.zip_archive.MAX_ZIP_DIRECTORY", 100)
    content = _zip({f"name{number}": b"" for number in range(10)})

    with pytest.raises(zipfile.BadZipFile, match="central directory"):
        ZipArchive(io.BytesIO(content), Budget(0))


def test_truncated_gzip_gives_what_is_there_and_then_says_so() -> None:
    packed = gzip.compress(bytes(range(256)) * 4000, compresslevel=1)[:-200]
    container = open_compressed(lambda: io.BytesIO(packed), packed[:512], "log.gz", Budget(0))
    (entry,) = container.entries()
    assert isinstance(entry, Entry)
    assert entry.opener is not None

    content, error = _read_until_it_fails(entry.opener())

    assert isinstance(error, READ_ERRORS)

    assert content == (bytes(range(256)) * 4000)[: len(content)]
    assert len(content) > 100_000


def _read_until_it_fails(stream: BinaryIO) -> tuple[bytes, Exception | None]:
    content = b""
    try:
        while piece := stream.read1(65536):  # type: ignore[attr-defined]
            content += piece
    except READ_ERRORS as error:
        return content, error
    return content, None


@given(st.binary(max_size=300), st.integers(0, 2000))
def test_no_bytes_make_an_archive_raise_anything_unexpected(noise: bytes, at: int) -> None:
    for sample in (_zip({"a": b"abc", "b": b"x" * 500}), _tar({"a": b"abc", "b": b"x" * 500})):
        mutated = sample[: at % len(sample)] + noise + sample[at % len(sample) + len(noise) :]
        for opened in (noise, mutated):
            _exhaust(opened)


def _exhaust(content: bytes) -> None:
    containers: list[Container] = [TarArchive(lambda: io.BytesIO(content), Budget(0))]
    with contextlib.suppress(*READ_ERRORS):
        containers.append(ZipArchive(io.BytesIO(content), Budget(len(content))))
    for magic in (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"):
        packed = magic + content
        containers.append(open_compressed(lambda p=packed: io.BytesIO(p), packed, "x", Budget(0)))  # type: ignore[misc]
    for container in containers:
        for found in container.entries():
            if isinstance(found, EvidenceIssue) or found.opener is None:
                continue
            try:
                found.opener().read()
            except READ_ERRORS:
                continue


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (98, "PPMd"), (77, "method 77")])
def test_a_method_that_is_not_read_is_named(method: int, name: str) -> None:
    content = _zip({"a.wav": b"data"}, zipfile.ZIP_STORED)
    for signature, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = content.index(signature) + at
        content = content[:place] + method.to_bytes(2, "little") + content[place + 2 :]

    (found,) = ZipArchive(io.BytesIO(content), Budget(0)).entries()

    assert isinstance(found, Entry)
    assert found.opener is not None
    with pytest.raises(zipfile.BadZipFile, match=f"compressed with {name}, which is not read; unpack a copy"):
        found.opener()
