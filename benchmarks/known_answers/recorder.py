"""A plugin of pytest that keeps, for each parser, one input of the parser's own tests: the richest small one.

The tests state by hand what the records of their inputs are. An input is kept where the parser claims it and reads all
of it. Inputs that Hypothesis draws are not looked at.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import is_hypothesis_test

from parsers.parser import Parser, Source
from parsers.record import Issue, Record
from parsers.registry import imported

#: Where the plugin writes what it kept.
OUTPUT_VARIABLE = "ECHOFORENSICS_RECORDED_INPUTS"
_LARGEST = 48 * 1024
_MOST_ITEMS = 60


@dataclass(frozen=True)
class RecordedInput:
    """An input of a parser.

    Attributes:
        read_by: the parser that was given the file.
        path: of the file.
        mode: its permission bits, or None.
        files: its content, and that of the neighbours that were asked for, by path.
        worth: the larger, the better it is to keep.
    """

    read_by: str
    path: str
    mode: int | None
    files: dict[str, bytes]
    worth: tuple[bool, int, int]


_kept: dict[str, RecordedInput] = {}
_watching = {"on": False}


def pytest_sessionstart() -> None:
    """Watch every parser."""
    imported()
    pending = [Parser]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if "parse" in vars(kind):
            _watch(kind)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Watch tests whose inputs are written by hand."""
    _watching["on"] = not is_hypothesis_test(getattr(item, "obj", None))
    yield
    _watching["on"] = False


def pytest_sessionfinish() -> None:
    """Write what was kept."""
    Path(os.environ[OUTPUT_VARIABLE]).write_bytes(pickle.dumps(_kept))


def _watch(kind: type[Parser]) -> None:
    original = kind.parse

    def parse(self: Parser, source: Source, *arguments: Any) -> Iterator[Record | Issue]:
        if not _watching["on"] or not isinstance(source, Source) or source.size > _LARGEST:
            yield from original(self, source, *arguments)
            return
        asked: dict[str, Source] = {}

        def neighbour(path: str) -> Source | None:
            if (found := source.neighbour(path)) is not None:
                asked[path] = found
            return found

        given: list[Record | Issue] = []
        for item in original(self, replace(source, neighbour=neighbour), *arguments):
            given.append(item)
            yield item
        _consider(self, source, asked, given)

    kind.parse = parse  # type: ignore[method-assign]


def _consider(parser: Parser, source: Source, asked: dict[str, Source], given: list[Record | Issue]) -> None:
    if not 0 < len(given) <= _MOST_ITEMS:
        return
    try:
        if not parser.claims(source):
            return
        files = {path: _content(each) for path, each in {**asked, source.path: source}.items()}
    except (OSError, ValueError):
        return
    size = sum(map(len, files.values()))
    if size > _LARGEST:
        return
    whole = not any(isinstance(item, Issue) for item in given)
    types: dict[str, set[str]] = {parser.name: set()}
    for item in given:
        if isinstance(item, Record):
            types.setdefault(item.parser or parser.name, set()).add(item.data_type)
    for name, of_name in types.items():
        worth = (whole, len(of_name), -size)
        if name not in _kept or _kept[name].worth < worth:
            _kept[name] = RecordedInput(parser.name, source.path, source.mode, files, worth)


def _content(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()
