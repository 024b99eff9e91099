"""The case is the same, any number of processes made it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from echoforensics.evidence.entry import Container
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction import first_read
from echoforensics.extraction.reader import EntryReader
from echoforensics.extraction.workers import process, result_spool

Extract = Callable[..., Any]


@pytest.mark.parametrize("workers", [2, 5])
def test_number_of_workers_changes_nothing(
    workers: int, extract_with: Extract, sample_sources: list[Path], many_files: Path
) -> None:
    sources = [*sample_sources, many_files]

    alone = extract_with(sources, 1)

    assert len(alone.rows) > 800
    assert alone.issues
    assert extract_with(sources, workers) == alone


def test_how_results_are_handed_over_changes_nothing(
    extract_with: Extract, many_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = extract_with([many_files], 1)

    monkeypatch.setattr(process, "_BEAT", 0.0)  # each by itself
    monkeypatch.setattr(result_spool, "_IN_MEMORY", 1)

    assert extract_with([many_files], 2) == alone


@pytest.mark.parametrize("workers", [2, 5])
def test_sources_that_are_read_ahead_make_the_same_case(
    workers: int, extract_with: Extract, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another source with the bytes of one before it, and one that is given twice, are not read as if they were new.
    sources = [*images, images[0]]
    alone = extract_with(sources, 1)

    monkeypatch.setattr(first_read, "OWN_PROCESS_FROM", 1)

    assert alone.rows
    assert extract_with(sources, workers) == alone


def test_the_next_source_is_read_while_one_is_parsed(
    extract_with: Extract, images: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_read, "OWN_PROCESS_FROM", 1)
    happened: list[tuple[str, str]] = []
    begin, read_all = first_read.FirstRead.__init__, EntryReader.read_all

    def begins(self: first_read.FirstRead, task: first_read.Task, *rest: Any, **named: Any) -> None:
        if task.carve:
            happened.append(("begun", task.path.name))
        begin(self, task, *rest, **named)

    def walks(self: EntryReader, container: Container) -> Iterator[str]:
        if isinstance(container, Disk):
            happened.append(("walked", ""))
        return read_all(self, container)

    monkeypatch.setattr(first_read.FirstRead, "__init__", begins)
    monkeypatch.setattr(EntryReader, "read_all", walks)
    first, second = (("begun", path.name) for path in images[:2])

    extract_with(images[:2], 1)
    assert happened == [first, ("walked", ""), second, ("walked", "")]
    happened.clear()
    extract_with(images[:2], 4)
    assert happened == [first, second, ("walked", ""), ("walked", "")]
