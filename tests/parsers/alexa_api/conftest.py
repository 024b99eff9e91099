"""What the tests of shapes of answers share: reading a value as a file, and the ways in which a value is wrapped."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.service_names import names_in
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

#: A row as a test of a shape states it: data type, part of the message, epoch milliseconds of its times.
Row = tuple[str, str, tuple[int, ...]]
Wrap = Callable[[object], object]

_UTTERANCE_TIME = re.compile(r"\d{4}(?:/\d\d){3} \d\d:\d\d")
_WRAPS: dict[str, Wrap] = {
    "loose": lambda value: value,
    "under a name": lambda value: {"data": value},
    "in a list with others": lambda value: [{"note": "other"}, value, None, 7],
    "deep": lambda value: {"a": [{"b": {"c": [value]}}]},
    "as a text": lambda value: {"msg": {"payload": json.dumps(value)}},
    "as a text within a text": lambda value: [json.dumps({"log": json.dumps(value, ensure_ascii=False)})],
    "guarded": lambda value: {"body": ")]}'\n" + json.dumps(value)},
    "beside a logger's words": lambda value: {"level": "debug", "msg": "Response", "payload": value},
    "as a part": lambda value: {"x": f"--b\r\nContent-Type: application/json\r\n\r\n{json.dumps(value)}\r\n--b--\r\n"},
}


@pytest.fixture(params=list(_WRAPS))
def wrap(request: pytest.FixtureRequest) -> Wrap:
    """One of the ways in which programs keep what the service answered."""
    return _WRAPS[request.param]


@pytest.fixture
def read_file() -> Callable[..., list[Record | Issue]]:
    """Reads a value as a file of JSON that is offered with what it names, and follows every locator."""

    def read(value: object) -> list[Record | Issue]:
        content = json.dumps(value, ensure_ascii=False).encode()
        source = Source.of(content, "file.json")
        source = replace(source, names=tuple(name.kind for name in names_in(content)))
        assert ApiJson().claims(source)
        found = list(ApiJson().parse(source))
        for each in found:
            resolve(io.BytesIO(content), each.locator)
        return found

    return read


@pytest.fixture
def rows_of() -> Callable[[list[Record | Issue]], list[tuple[str, str, tuple[int, ...]]]]:
    """The records of what was read, as tests of shapes state them; answers as a whole are left out. No issue may be."""

    def rows(found: list[Record | Issue]) -> list[tuple[str, str, tuple[int, ...]]]:
        assert [each for each in found if isinstance(each, Issue)] == []
        records: list[Any] = [each for each in found if isinstance(each, Record)]
        return [
            (
                record.data_type.removeprefix("alexa:cloud:"),
                record.message,
                tuple(sorted(time.timestamp // 1000 for time in record.timestamps if time.timestamp is not None)),
            )
            for record in records
            if record.data_type != "alexa:cloud:page"
        ]

    return rows


def _members(value: object, recorded: str) -> Iterator[str]:
    """The names of the members whose value a time was read from, JSON within texts included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if recorded in map(str, inner if isinstance(inner, list) else [inner]):
                yield name
            yield from _members(inner, recorded)
    elif isinstance(value, list):
        for inner in value:
            yield from _members(inner, recorded)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        yield from _members(json.loads(value), recorded)


def _member(value: object, recorded: str) -> str:
    """The member that a time was read from, the members whose values it puts together, or the utterance id."""
    if _UTTERANCE_TIME.fullmatch(recorded):
        return "in the utterance id"
    whole = next(_members(value, recorded), None)
    return " and ".join(
        f"`{whole or next(_members(value, part))}`" for part in ([recorded] if whole else recorded.split())
    )


@pytest.fixture
def page_row() -> Callable[[object, list[Record | Issue]], tuple[str, str]]:
    """What the page of answers says of a shape: the data types of its records, and which members are times of rows."""

    def row(value: object, found: list[Record | Issue]) -> tuple[str, str]:
        records = [each for each in found if isinstance(each, Record)]
        types = dict.fromkeys(f"`{each.data_type}`" for each in records)
        times: dict[str, None] = {}
        for time in (time for each in records for time in each.timestamps):
            times[f"{time.description}: {_member(value, time.recorded)}"] = None
        return ", ".join(types), "; ".join(times) or "none"

    return row
