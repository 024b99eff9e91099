"""Fixtures of the tests of cloud parsers."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from parsers.cloud.body import Body, JsonPlaces
from parsers.cloud.responses import read
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

FIXTURES = Path(__file__).parent / "fixtures"

Found = list[Record | Issue]


@pytest.fixture
def fixture_bytes() -> Callable[[str], bytes]:
    """The content of a fixture."""
    return lambda name: (FIXTURES / name).read_bytes()


@pytest.fixture
def parse_all() -> Callable[..., Found]:
    """Claims a file, reads it, and follows every locator back into it."""

    def parse(parser: Parser, content: bytes, path: str = "file") -> Found:
        source = Source.of(content, path)
        assert parser.claims(source)
        found = list(parser.parse(source))
        for item in found:
            resolve(io.BytesIO(content), item.locator)
            for moment in item.moments if isinstance(item, Record) else ():
                resolve(io.BytesIO(content), moment.locator)
        return found

    return parse


@pytest.fixture
def read_value() -> Callable[[object], Found]:
    """Reads a decoded answer of unknown address."""
    return lambda value: list(read(Body(value, "file", JsonPlaces())))
