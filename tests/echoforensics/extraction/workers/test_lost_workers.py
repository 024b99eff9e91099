"""Workers that die or hang: the file is named, and everything else is read."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from echoforensics.case.case import Case
from echoforensics.case.record_table import remove_records
from echoforensics.case.store import Store
from echoforensics.extraction import parsing, run
from echoforensics.extraction.options import Options
from echoforensics.extraction.workers import index_process, pool
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import load

Extract = Callable[..., Any]


class Diary(Parser):
    """Reads lines; at the line ``stop`` its process stops."""

    name: ClassVar[str] = "a_diary"  # before the other one
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About("A diary", ("echo:diary",), (), "", "")

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop

    def claims(self, source: Source) -> bool:
        """By the first word."""
        return source.head.startswith(b"diary")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """A record a line."""
        with source.open() as stream:
            for number, line in enumerate(stream, 1):
                if line == b"stop\n":
                    self._stop()
                text, fields = f"The line is {line.strip().decode()!r}.", {"written": f"in line {number}"}
                yield Record("echo:diary", text, f"line:{number}", fields=fields)


class DiaryCover(Parser):
    """Reads the first line of the same files."""

    name: ClassVar[str] = "b_diary_cover"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About("A cover", ("echo:diary:cover",), (), "", "")

    def claims(self, source: Source) -> bool:
        """By the first word."""
        return source.head.startswith(b"diary")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """One record."""
        yield Record("echo:diary:cover", f"A diary of {source.size} bytes.", "line:1")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hangs() -> None:
    while True:
        time.sleep(1)


@pytest.fixture
def diaries(many_files: Path) -> Path:
    """Diaries between other files: two whole ones, and one with a line that stops its parser."""
    (many_files / "answer-4a.json").write_text("diary\none\n")
    (many_files / "answer-5a.json").write_text("diary\ntwo\nstop\nthree\n")
    (many_files / "answer-9.txt").write_text("diary\nfour\n")
    return many_files


@pytest.mark.parametrize(
    ("stop", "why", "workers"),
    [
        (_killed, "was ended by the signal SIGKILL, as where memory runs out", 2),
        (lambda: os._exit(7), "ended with code 7", 5),
        (_hangs, "had found nothing and read nothing for 1.5 s, and was ended", 2),
    ],
)
def test_parser_that_does_not_come_to_an_end_is_named_and_the_rest_is_read(
    stop: Callable[[], None], why: str, workers: int, extract_with: Extract, diaries: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(pool, "_LOOK", 0.05)
    monkeypatch.setattr(parsing, "STALLED_AFTER", 1.5)
    whole = extract_with([diaries], 1, Diary(lambda: None), DiaryCover())

    found = extract_with([diaries], workers, Diary(stop), DiaryCover())

    lost = ("answer-5a.json", "line:3"), ("answer-5a.json", "line:4")
    expected = [row for row in _sentences(whole.rows) if row[:2] not in lost]
    assert _sentences(found.rows) == expected
    assert found.actions == whole.actions
    (issue,) = (issue for issue in found.issues if issue.parser == "a_diary")
    assert issue.path == "answer-5a.json"
    assert issue.what == (
        "the parser did not come to an end of this file, nor when it was tried once more, alone: its process"
        f" {why}; what it had read before that is kept, and the run went on. Please report this to its developers"
    )
    assert [other for other in found.issues if other != issue] == whole.issues


def test_worker_that_dies_once_leaves_no_trace(extract_with: Extract, diaries: Path, tmp_path: Path) -> None:
    def stop() -> None:
        if not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            _killed()

    whole = extract_with([diaries], 1, Diary(lambda: None), DiaryCover())

    assert extract_with([diaries], 2, Diary(stop), DiaryCover()) == whole
    assert (tmp_path / "stopped").exists()


@pytest.fixture
def long_diary(many_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A diary that is added in several transactions, and part of it in another file, which is read before."""
    monkeypatch.setattr("echoforensics.case.store.BATCH", 1000)
    monkeypatch.setattr(index_process, "_BATCH", 1000)
    lines = ["diary", *map(str, range(3500)), "stop", *map(str, range(1500))]
    (many_files / "answer-3.txt").write_text("diary\nzero\n")
    (many_files / "answer-4a.txt").write_text("\n".join(lines) + "\n")
    (many_files / "answer-9.txt").write_text("diary\nfour\n")
    return many_files


def test_worker_that_dies_late_in_a_long_file_leaves_no_trace(
    extract_with: Extract, long_diary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        if not (tmp_path / "stopped").exists():
            (tmp_path / "stopped").touch()
            # What is committed by then is what has to be taken back.
            until = time.monotonic() + 60
            while not (tmp_path / "committed").exists() and time.monotonic() < until:
                time.sleep(0.01)
            _killed()

    commit = parsing.EntryParser._committed

    def commits(self: parsing.EntryParser) -> None:
        commit(self)
        if self._store.count("records") > 2000:
            (tmp_path / "committed").touch()

    monkeypatch.setattr(parsing.EntryParser, "_committed", commits)
    removed: list[int] = []

    def count_and_remove(store: Store, *given: int) -> None:
        removed.append(store.count("records"))
        remove_records(store, *given)

    monkeypatch.setattr(parsing, "remove_records", count_and_remove)
    whole = extract_with([long_diary], 1, Diary(lambda: None), DiaryCover())
    assert not removed
    (tmp_path / "committed").unlink()

    found = extract_with([long_diary], 2, Diary(stop), DiaryCover())

    assert removed[0] > 2000, "what was committed is taken back"
    assert found.rows == whole.rows
    assert (found.issues, found.actions, found.vault) == (whole.issues, whole.actions, whole.vault)
    index = {"search_data", "search_idx"}  # it keeps what was taken back as deletions
    assert {name for name in found.tables if found.tables[name] != whole.tables[name]} <= index
    assert dict(found.terms)["ine"] == dict(whole.terms)["ine"]
    with Case.open(tmp_path / "case-2") as case:
        (row,) = case.rows(search="The line is '2345'")
        assert row["locator"] == "line:2347"
        indexed = case.store.db.execute("SELECT count(*) FROM search WHERE search MATCH '\"ine\"'").fetchone()[0]
        assert indexed == len([row for row in found.rows if row["data_type"] == "echo:diary"])


def test_run_that_is_interrupted_within_a_long_file_completes_the_same(
    extract_with: Extract, long_diary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    whole = extract_with([long_diary], 1, Diary(lambda: None), DiaryCover())
    with pytest.raises(KeyboardInterrupt):
        extract_with([long_diary], 1, Diary(stop), DiaryCover())
    with Case.open(tmp_path / "case-2") as interrupted:
        assert interrupted.store.count("records") > 2000, "it was added in several transactions"

    monkeypatch.setattr(run, "parsers_of", lambda _options: (*load(), Diary(lambda: None), DiaryCover()))
    run.extract([long_diary], tmp_path / "case-2", None, Options(argv=("test",), workers=1), lambda *_: None)
    with Case.open(tmp_path / "case-2") as completed:
        assert list(completed.rows()) == whole.rows
        assert list(completed.issues()) == whole.issues


def _sentences(rows: list[Any]) -> list[tuple[str, ...]]:
    return sorted((row["path"], row["locator"], row["message"], row["record"], str(row["datetime"])) for row in rows)
