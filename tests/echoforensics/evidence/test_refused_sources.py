"""A source that is refused is closed again."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest

from echoforensics.errors import SourceError
from echoforensics.evidence.archives.broken_zip import open_zip
from echoforensics.evidence.archives.compressed_file import open_compressed
from echoforensics.evidence.archives.tar_archive import TarArchive
from echoforensics.evidence.entry import READ_ERRORS
from echoforensics.evidence.limits import Budget
from echoforensics.evidence.source import open_bytes, open_source
from echoforensics.extraction.options import Options
from echoforensics.extraction.sources import open_sources
from parsers.registry import load

OpenFiles = Callable[[Path], list[str]]
Refuses = Callable[..., None]


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.txt", "content")
    return made.getvalue()


def test_an_image_without_anything_known_in_it(tmp_path: Path, open_files: OpenFiles) -> None:
    path = tmp_path / "raw"
    path.write_bytes(b"\xa5" * 5000)
    with pytest.raises(SourceError, match="not a folder, an archive"):
        open_source(path)
    # Only now: pytsk3 closes the file of a raw image when nothing refers to the image any more, as the error did.
    assert open_files(tmp_path) == []


def test_a_segment_without_its_image(tmp_path: Path, refuses: Refuses) -> None:
    path = tmp_path / "x.E01"
    path.write_bytes(b"EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00" + bytes(500))
    refuses(SourceError, "EWF image", tmp_path, lambda: open_bytes(path, "EWF image"))


@pytest.mark.parametrize("content", [b"PK\x05\x06", b"PK\x03\x04" + bytes(10), b"PK\x05\x06" + bytes(8) + b"\xff" * 10])
def test_a_zip_that_is_none(content: bytes, tmp_path: Path) -> None:
    opened: list[BinaryIO] = []

    def opener() -> BinaryIO:
        opened.append((tmp_path / "x.zip").open("rb"))
        return opened[-1]

    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(READ_ERRORS):
        open_zip(opener, Budget(100))
    assert [stream.closed for stream in opened] == [True]


def test_a_member_that_is_not_there(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        member = tarfile.TarInfo("a")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"a"))
    opened: list[BinaryIO] = []

    def opener() -> BinaryIO:
        opened.append((tmp_path / "x.tar").open("rb"))
        return opened[-1]

    with pytest.raises(KeyError):
        TarArchive(opener, Budget(0)).open("77")
    assert [stream.closed for stream in opened] == [True]


def test_what_is_decompressed_closes_what_is_compressed(tmp_path: Path) -> None:
    path = tmp_path / "x.gz"
    path.write_bytes(gzip.compress(b"content"))
    opened: list[BinaryIO] = []

    def opener() -> BinaryIO:
        opened.append(path.open("rb"))
        return opened[-1]

    container = open_compressed(opener, path.read_bytes(), "x.gz", Budget(100))
    with container.open("0") as stream:
        assert stream.read() == b"content"
    # Once to see whether a tar is in it, once to be read.
    assert [stream.closed for stream in opened] == [True, True]


def test_the_sources_before_one_that_is_refused(tmp_path: Path, refuses: Refuses) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.bin"
    first.write_bytes(_zip())
    second.write_bytes(b"")

    def open_both() -> None:
        with ExitStack() as opened:
            open_sources([first, second], tmp_path / "case", Options(), load(), opened)

    refuses(SourceError, "second.bin: the file is empty", tmp_path, open_both)


@pytest.mark.parametrize("names", [b"", b"alexa.amazon.de"])
def test_a_capture_of_packets_is_a_file_and_no_image(names: bytes, tmp_path: Path) -> None:
    path = tmp_path / "traffic.pcap"
    path.write_bytes(bytes.fromhex("d4c3b2a1 02000400 0000000000000000 ffff0000 01000000") + bytes(2000) + names)
    source = open_source(path)
    assert source.kind == "file"
    source.close()
