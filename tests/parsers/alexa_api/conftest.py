"""What the tests of shapes of answers share: reading a value as a file, and the ways in which a value is wrapped."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
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
