"""Reading a made file with a parser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.parser import Parser, Source
from parsers.record import Issue, Record

FIXTURES = Path(__file__).parent / "fixtures"
Found = tuple[list[Record], list[Issue]]


@pytest.fixture(scope="session")
def made_file() -> Callable[[str], Source]:
    """A file of the fixture folder, under its path there."""

    def source(path: str) -> Source:
        return Source.of((FIXTURES / path).read_bytes(), path)

    return source


@pytest.fixture(scope="session")
def read_with() -> Callable[[Parser, Source], Found]:
    """The records and the issues of a file that the parser claims."""

    def read(parser: Parser, source: Source) -> Found:
        assert parser.claims(source)
        found = list(parser.parse(source))
        return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Issue)]

    return read
