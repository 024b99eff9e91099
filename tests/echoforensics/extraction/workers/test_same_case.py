"""The case is the same, any number of processes made it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import pytest

from echoforensics.case.interactions.growing_nodes import GrowingNodes
from echoforensics.case.interactions.node_columns import NodeColumns
from echoforensics.case.record_table import PreparedRecord, with_forms
from echoforensics.evidence.entry import Container
from echoforensics.evidence.volumes.disk import Disk
from echoforensics.extraction import file_parsing, first_read, parsing
from echoforensics.extraction.file_parsing import FileParser, FoundChunk
from echoforensics.extraction.reader import EntryReader
from echoforensics.extraction.workers import process, result_spool
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value

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


class Shade(StrEnum):
    """A value of a type that ``marshal`` does not write."""

    LIGHT = "light"
    DARK = "dark"


class Paints(Parser):
    """Reads lines: many records, some issues among them."""

    name: ClassVar[str] = "paints"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About("Paints", ("echo:paint",), (), "", "")

    def claims(self, source: Source) -> bool:
        """By the first word."""
        return source.head.startswith(b"paint")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """A record a line, and now and then an issue."""
        with source.open() as stream:
            for number, line in enumerate(stream, 1):
                if number % 700 == 0:
                    yield Issue("This paint is dry.", f"line:{number}")
                shade = Shade.DARK if number % 3 else Shade.LIGHT
                name = line.decode().strip()
                fields: dict[str, Value] = {"shade": shade, "coats": number % 7, "name": name, "of": [shade, None]}
                yield Record("echo:paint", f"The paint is {name}.", f"line:{number}", fields=MappingProxyType(fields))


@pytest.mark.parametrize("left", ["none", "all", "as it comes"])
def test_which_process_prepares_records_changes_nothing(
    left: str, extract_with: Extract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paints = tmp_path / "paints"
    paints.mkdir()
    for name in ("inside", "outside"):
        (paints / name).write_text("".join(f"paint {name} {number * 7 % 2500}\n" for number in range(2500)))
    alone = extract_with([paints], 1, Paints())
    prepared: list[int] = []
    parse: Callable[..., Iterator[FoundChunk]] = FileParser.parse

    def parse_leaving(*given: Any) -> Iterator[FoundChunk]:
        *others, leaves = given
        return parse(*others, leaves if left == "as it comes" else lambda: left == "all")

    def count(records: list[Any]) -> list[PreparedRecord]:
        prepared.append(len(records))
        return with_forms(records)

    monkeypatch.setattr(file_parsing, "_AT_ONCE", 30)
    monkeypatch.setattr(FileParser, "parse", parse_leaving)
    monkeypatch.setattr(process, "with_forms", count)

    assert extract_with([paints], 2, Paints()) == alone
    assert len(alone.rows) == 5000
    # The last ones of a file are not left.
    assert left == "as it comes" or (4900 < sum(prepared) < 5000) == (left == "all")


def test_what_is_made_for_joining_while_workers_parse_changes_nothing(
    extract_with: Extract, sample_sources: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = tmp_path / "spoken"
    spoken.mkdir()
    stream = "A0SAMPLETYPE1:1.0/2024/03/09/12/G000SAMPLE000001/10:00::TNIH_2V.{:08x}-25ba-4ea5-b1c9-bdf4c3ad72d1ZXV"
    for number in range(30):
        # Each stream is named by two answers, and some answers are there twice.
        names = [{"id": f"A#{number}", "creationTimestamp": 1709929909094, "utteranceId": stream.format(number // 2)}]
        for path in ("answer", "copy") if number % 5 == 0 else ("answer",):
            (spoken / f"{path}-{number}.json").write_text(json.dumps({"activities": names}))
    sources = [spoken, *sample_sources]
    alone = extract_with(sources, 1)
    taken: list[int] = []
    note_end, take = GrowingNodes.committed, GrowingNodes.take

    def make_all(self: GrowingNodes) -> None:
        note_end(self)
        while self.advance():
            pass

    def count(self: GrowingNodes) -> NodeColumns:
        found = take(self)
        taken.append(len(found))
        return found

    monkeypatch.setattr(parsing, "_BATCH", 2)
    monkeypatch.setattr(GrowingNodes, "committed", make_all)
    monkeypatch.setattr(GrowingNodes, "take", count)

    assert extract_with(sources, 2) == alone
    assert taken[0] >= 24


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
