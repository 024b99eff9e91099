"""A text that is longer than is read at once gives what the same text gives as a short one."""

from __future__ import annotations

import base64
import io
import json
import random
from dataclasses import replace

import pytest

from parsers.alexa_api.answers import text_reading
from parsers.alexa_api.items import text_values
from parsers.captures import base64_file, browser_copied_json, http_text
from parsers.captures.answers_in_text import AnswersInText
from parsers.captures.base64_file import Base64File
from parsers.captures.browser_copied_json import BrowserCopiedJson
from parsers.captures.http_text import HttpText
from parsers.locator import resolve
from parsers.parser import HEAD_SIZE, Parser, Source
from parsers.record import Issue, Record


def _source(content: bytes) -> Source:
    return Source("notes.txt", len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content), names=("key",))


@pytest.fixture
def lower_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is long from a few KiB on."""
    for module in (text_values, text_reading):
        monkeypatch.setattr(module, "WHOLE", 4096)
        monkeypatch.setattr(module, "PIECE", 8192)
    for module in (base64_file, browser_copied_json, http_text):
        monkeypatch.setattr(module, "MAX_BYTES", 4096)


def _page(number: int) -> str:
    at = 1704101038009 + number * 60_000
    key = f"A0SAMPLECUSTOMER#{at}#A0SAMPLETYPE1#G000SAMPLE000001"
    item = {"recordItemKey": key, "recordItemType": "CUSTOMER_TRANSCRIPT", "transcriptText": f"wie spät {number}"}
    record = {"recordKey": key, "timestamp": at, "utteranceType": "GENERAL", "voiceHistoryRecordItems": [item]}
    return json.dumps({"customerHistoryRecords": [record]}, ensure_ascii=False)


def _log(*, coded: bool) -> str:
    make, lines = random.Random(3), []
    for number in range(120):
        page = base64.b64encode(_page(number).encode()).decode() if coded else _page(number)
        lines += [f"2024-01-01 10:00:{number % 60:02d} a line of words {make.random()}", f"history: {page}"]
    return "\n".join(lines) + "\n"


def _records(parser: Parser, content: bytes) -> list[Record]:
    return [item for item in parser.parse(_source(content)) if isinstance(item, Record)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16", "utf-32"])
def test_a_long_text_of_any_width_gives_the_same(encoding: str, request: pytest.FixtureRequest) -> None:
    content = _log(coded=False).encode(encoding)
    short = list(AnswersInText().parse(_source(content)))
    assert len(short) == 120
    request.getfixturevalue("lower_limits")
    assert list(AnswersInText().parse(_source(content))) == short


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_coded_texts_of_a_long_text_are_read(encoding: str, request: pytest.FixtureRequest) -> None:
    content = _log(coded=True).encode(encoding)
    short = _records(AnswersInText(), content)
    assert len(short) == 120
    request.getfixturevalue("lower_limits")
    long = _records(AnswersInText(), content)
    assert [replace(record, locator="") for record in long] == [replace(record, locator="") for record in short]
    stream = io.BytesIO(content)
    assert [resolve(stream, record.locator).content for record in long] == [
        resolve(stream, record.locator).content for record in short
    ]


@pytest.mark.parametrize("parser", [HttpText(), BrowserCopiedJson(), Base64File()])
@pytest.mark.usefixtures("lower_limits")
def test_a_form_with_a_bound_is_read_as_any_other_text(parser: Parser) -> None:
    content = _log(coded=False).encode()
    issue, *found = parser.parse(_source(content))
    assert isinstance(issue, Issue)
    assert f"({len(content)})" in issue.what
    assert issue.what.endswith("The answers in it were read as those of any text.")
    assert sum(isinstance(item, Record) and item.data_type == "alexa:cloud:history" for item in found) == 120
    assert {item.parser for item in found if isinstance(item, Record)} == {"alexa_history"}
