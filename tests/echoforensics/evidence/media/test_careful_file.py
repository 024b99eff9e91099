"""Sectors that cannot be read: zeros, told with their places, and everything else is read."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from echoforensics.case.case import Case
from echoforensics.evidence.media.careful_file import CarefulFile, open_careful
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

BAD = range(8192, 12288)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every read of a file that touches some of its bytes fails, as of a disk with an unreadable sector."""
    read = os.pread

    def pread(descriptor: int, size: int, offset: int) -> bytes:
        if offset < BAD.stop and offset + size > BAD.start:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(descriptor, size, offset)

    monkeypatch.setattr(os, "pread", pread)


@pytest.mark.usefixtures("failing")
def test_what_cannot_be_read_is_zeros(tmp_path: Path) -> None:
    content = bytes(range(1, 251)) * 100
    (tmp_path / "x").write_bytes(content)
    expected = content[: BAD.start] + bytes(len(BAD)) + content[BAD.stop :]

    file = CarefulFile(tmp_path / "x")
    read = b"".join(iter(lambda: file.read(5000), b""))
    file.close()
    with open_careful(tmp_path / "x") as stream:
        stream.seek(9000)
        behind = stream.read()

    assert read == expected
    assert behind == expected[9000:]
    assert file.holes.sentences("the file x") == (
        "bytes 8192 to 12287 of the file x could not be read and are given as zeros: Input/output error",
    )


@pytest.mark.usefixtures("failing")
@pytest.mark.parametrize("kind", ["image", "zip"])
def test_run_reads_the_rest(kind: str, tmp_path: Path, make_image: Callable[..., Path]) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "logcat.txt").write_bytes(b"03-09 21:14:24.169  1234  1256 I AlexaService: WAKE_WORD\n")
    if kind == "image":
        source = make_image(tree)
    else:
        source = tmp_path / "x.zip"
        with zipfile.ZipFile(source, "w") as archive:
            archive.writestr("filler", bytes(range(256)) * 100)
            archive.write(tree / "logcat.txt", "logcat.txt")

    extract([source], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        rows = [row["data_type"] for row in case.rows()]
        issues = [issue.what for issue in case.issues() if not issue.path]
    assert sorted(rows) == ["echo:log:file", "echo:log:file", "echo:log:named"]
    assert issues == [
        f"bytes 8192 to 12287 of the file {source.name} could not be read and are given as zeros: Input/output error"
    ]
