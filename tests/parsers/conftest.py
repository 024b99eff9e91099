"""What the tests of several kinds of parsers share: sources in memory, fixtures of answers and of app files."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from parsers.alexa_api.answers.responses import read as read_answer
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import DatabaseIssue, TableRow
from parsers.locator import resolve
from parsers.parser import HEAD_SIZE, Parser, Source
from parsers.record import Issue, Record

ANSWERS = Path(__file__).parent / "alexa_api" / "fixtures"
APP_FILES = Path(__file__).parent / "app" / "fixtures"

Files = dict[str, bytes]
Found = tuple[list[Record], list[Issue]]


@pytest.fixture(scope="session")
def source_in() -> Callable[..., Source]:
    """One of some files in memory, as a source with the others beside it."""

    def source(files: Mapping[str, bytes], path: str = "x.db") -> Source:
        content = files[path]

        def beside(at: str) -> Source | None:
            return source(files, at) if at in files else None

        return Source(path, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content), beside)

    return source


@pytest.fixture(scope="session")
def read_database(source_in: Callable[..., Source]) -> Callable[..., tuple[list[TableRow], list[DatabaseIssue]]]:
    """The rows of some tables (of every one where none is named), and what could not be read."""

    def read(files: Files, *tables: str, path: str = "x.db") -> tuple[list[TableRow], list[DatabaseIssue]]:
        with Database(source_in(files, path)) as database:
            wanted = [table for name, table in database.tables.items() if not tables or name in tables]
            found = list(database.rows(wanted))
            issues = [*database.issues, *(item for item in found if isinstance(item, DatabaseIssue))]
        return [item for item in found if isinstance(item, TableRow)], issues

    return read


@pytest.fixture
def fixture_bytes() -> Callable[[str], bytes]:
    """The content of a fixture."""
    return lambda name: (ANSWERS / name).read_bytes()


@pytest.fixture
def parse_all() -> Callable[..., list[Record | Issue]]:
    """Claims a file, reads it, and follows every locator back into it."""

    def parse(parser: Parser, content: bytes, path: str = "file") -> list[Record | Issue]:
        source = Source.of(content, path)
        assert parser.claims(source)
        found = list(parser.parse(source))
        for item in found:
            resolve(io.BytesIO(content), item.locator)
            for timestamp in item.timestamps if isinstance(item, Record) else ():
                resolve(io.BytesIO(content), timestamp.locator)
        return found

    return parse


@pytest.fixture
def read_value() -> Callable[[object], list[Record | Issue]]:
    """Reads a decoded answer of unknown address."""
    return lambda value: list(read_answer(Body(value, "file", JsonPlaces())))


@pytest.fixture(scope="session")
def made_file() -> Callable[[str], Source]:
    """A file of the fixture folder, under its path there."""

    def source(path: str) -> Source:
        return Source.of((APP_FILES / path).read_bytes(), path)

    return source


@pytest.fixture(scope="session")
def read_with() -> Callable[[Parser, Source], Found]:
    """The records and the issues of a file that the parser claims."""

    def read(parser: Parser, source: Source) -> Found:
        assert parser.claims(source)
        found = list(parser.parse(source))
        return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Issue)]

    return read


@pytest.fixture(scope="session")
def pairs() -> list[dict[str, Any]]:
    """Requests and answers of the kinds the service gives."""
    loaded: list[dict[str, Any]] = json.loads((ANSWERS / "request_pairs.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def without_carrier() -> Callable[[Record], tuple[Any, ...]]:
    """What a record says of the answer itself, whatever carried it."""

    def comparable(record: Record) -> tuple[Any, ...]:
        carried = ("cache", "http_", "provenance", "asked_from_site", "doubts", "confidence")
        fields = {name: value for name, value in record.fields.items() if not name.startswith(carried)}
        own = tuple(timestamp for timestamp in record.timestamps if "machine that held the cache" not in timestamp.note)
        return (
            record.data_type, record.message, record.device_serial, record.device_type, record.account,
            record.utterance_id, record.transcript, fields, own, record.parser, record.parser_version,
        )  # fmt: skip

    return comparable


@pytest.fixture(scope="session")
def doc_table() -> Callable[[str, str], dict[str, tuple[str, ...]]]:
    """The table under a heading of a page of the documentation: of each row the first cell, with the others."""

    def table(page: str, heading: str) -> dict[str, tuple[str, ...]]:
        text = Path(__file__).parents[2].joinpath("docs", page).read_text(encoding="utf-8")
        section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
        named = {row[0]: tuple(row[1:]) for row in rows[1:]}
        assert len(named) == len(rows) - 1, "a row is listed twice"
        return named

    return table


@pytest.fixture(scope="session")
def read_beside(source_in: Callable[..., Source]) -> Callable[..., Found]:
    """Reads every one of some files that the parser claims, with those beside it; follows every locator."""

    def read(parser: Parser, files: Files) -> Found:
        claimed = {path: content for path, content in files.items() if parser.claims(source_in(files, path))}
        assert claimed
        found: list[Record | Issue] = []
        for path in claimed:
            for item in parser.parse(source_in(claimed, path)):
                inside = f"{path.rpartition('/')[0]}/{item.file}" if isinstance(item, Record) and item.file else path
                resolve(io.BytesIO(files[inside]), item.locator)
                found.append(item)
        return [one for one in found if isinstance(one, Record)], [one for one in found if isinstance(one, Issue)]

    return read
