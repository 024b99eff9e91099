from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ClassVar

import pytest

from echoforensics.case.case import Case
from echoforensics.evidence.archives.zip_archive import ZipArchive
from echoforensics.evidence.entry import Entry, EvidenceIssue
from echoforensics.extraction import run
from echoforensics.extraction.options import Options
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import load


class DoorLog(Parser):
    """Reads a line, then fails as no parser should."""

    name: ClassVar[str] = "door_log"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About("A door", ("echo:log:door",), (), "", "")
    fails_at: ClassVar[str] = "parse"

    def claims(self, source: Source) -> bool:
        """By the first word, if it can be asked."""
        if not source.head.startswith(b"door"):
            return False
        if self.fails_at == "claims":
            raise RuntimeError("this was not to be")
        return True

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """One record, and then an error."""
        yield Record("echo:log:door", f"A door of {source.size} bytes.", "line:1")
        raise LookupError("unknown encoding: no-such")


class DoorLogThatCannotBeAsked(DoorLog):
    """The same, but fails before."""

    fails_at: ClassVar[str] = "claims"


@pytest.mark.parametrize(
    ("kind", "error", "doors"),
    [
        (DoorLog, "LookupError: unknown encoding: no-such", 1),
        (DoorLogThatCannotBeAsked, "RuntimeError: this was not to be", 0),
    ],
)
def test_parser_that_raises_is_an_issue_and_the_rest_is_read(
    kind: type[Parser], error: str, doors: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "phone"
    folder.mkdir()
    (folder / "doors.txt").write_text("door open\n")
    (folder / "logcat.txt").write_text("03-09 21:14:24.169  1  2 I AlexaService: WAKE_WORD\n")
    parser = kind()
    monkeypatch.setattr(run, "parsers_of", lambda _options: (*load(), parser))

    run.extract([folder], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        rows = [row["data_type"] for row in case.rows()]
        issues = [(issue.path, issue.parser, re.sub(r"line \d+", "line N", issue.what)) for issue in case.issues()]
    assert rows.count("echo:log:door") == doors
    assert rows.count("echo:log:file") == 2
    assert issues == [
        (
            "doors.txt",
            "door_log",
            f"the parser ended with an error of its own ({error}; test_parser_errors.py, line N); what it had read"
            " before that is kept, and the run went on. Please report this to its developers",
        )
    ]


def test_errors_of_the_run_itself_are_not_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "doors.txt").write_text("door open\n")
    monkeypatch.setattr(run, "parsers_of", lambda _options: (DoorLog(),))

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("echoforensics.extraction.parsing.add_found", fail)

    with pytest.raises(ZeroDivisionError):
        run.extract([tmp_path / "doors.txt"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)


class _BrokenStream(io.BytesIO):
    """Gives its first bytes, and then fails as no reader should."""

    def read1(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise IndexError("list index out of range")
        return super().read1(size)


def _unpack_nothing() -> BinaryIO:
    raise struct.error("unpack requires a buffer of 4 bytes")


def test_reader_that_raises_is_an_issue_and_the_rest_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = b"03-09 21:14:24.169  1  2 I AlexaService: WAKE_WORD\n"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("a.txt", "b.txt", "logcat.txt"):
            archive.writestr(name, log)
    entries = ZipArchive.entries
    openers = {"a.txt": _unpack_nothing, "b.txt": lambda: _BrokenStream(bytes(70_000))}

    def failing(self: ZipArchive) -> Iterator[Entry | EvidenceIssue]:
        for found in entries(self):
            assert isinstance(found, Entry)
            yield replace(found, opener=openers.get(found.path, found.opener))
        raise KeyError("directory")

    monkeypatch.setattr(ZipArchive, "entries", failing)

    run.extract([tmp_path / "x.zip"], tmp_path / "case", None, Options(argv=("test",)), lambda *_: None)

    with Case.open(tmp_path / "case") as case:
        rows = {row["path"] for row in case.rows()}
        issues = sorted((issue.path, issue.what.partition(";")[0]) for issue in case.issues())
    assert rows == {"logcat.txt"}
    assert issues == [
        ("", "the reader of these files ended with an error of its own (KeyError: 'directory'"),
        ("a.txt", "the reader of this file ended with an error of its own (error: unpack requires a buffer of 4 bytes"),
        ("b.txt", "the reader of this file ended with an error of its own (IndexError: list index out of range"),
    ]
