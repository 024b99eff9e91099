"""Every time in real answers of the service is a time of a record, or there is a reason why it is not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.utterance import FINDER, UtteranceId

EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
pytestmark = pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")

#: Where a time is that is not a record's, and why. ``!`` is JSON within a text, ``*`` a member of a list.
REASONS = {
    r"/domainAttributes/!/.*/(hourly)?[Ff]orecastAttributes/.*": (
        "An hour or a day that a weather report is about: what the service told, not an event."
    ),
}
_FIRST = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(2035, 1, 1, tzinfo=UTC).timestamp())
_MILLISECONDS = re.compile(r"(?<![0-9A-Za-z])\d{13}(?![0-9A-Za-z])")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
_SECONDS_KEY = re.compile(r"(?i)time|date|epoch|stamp")


@dataclass(frozen=True)
class Found:
    """A time in a file: where, as written, and its instant in microseconds (None if no zone is written)."""

    path: str
    written: str
    instant: int | None


def _walk(value: object, path: str, key: str) -> Iterator[Found]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_text(name, f"{path}/{name}")
            yield from _walk(inner, f"{path}/{name}", name)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}/*", key)
    elif isinstance(value, str):
        try:
            within = json.loads(value) if value.lstrip().startswith(("{", "[")) else None
        except json.JSONDecodeError:
            within = None
        yield from _in_text(value, path) if within is None else _walk(within, f"{path}/!", key)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if _FIRST <= value / 1000 < _LAST:
            yield Found(path, str(value), round(value * 1000))
        elif _FIRST <= value < _LAST and _SECONDS_KEY.search(key):
            yield Found(path, str(value), round(value * 1_000_000))


def _in_text(text: str, path: str) -> Iterator[Found]:
    for found in _MILLISECONDS.finditer(text):
        if _FIRST <= int(found[0]) / 1000 < _LAST:
            yield Found(path, found[0], int(found[0]) * 1000)
    for found in FINDER.finditer(unquote(text)):
        utterance = UtteranceId.parse(found[0])
        assert utterance
        yield Found(path, utterance.recorded_time, utterance.timestamp)
    for found in _ISO.finditer(text):
        when = datetime.fromisoformat(found[0])
        yield Found(path, found[0], None if when.tzinfo is None else round(when.timestamp() * 1_000_000))


def _files() -> list[Path]:
    library = EVIDENCE / "dfrws2018/cift-library"
    return [EVIDENCE / "alexa-api-2019/echo-2nd-gen.json", *sorted(library.rglob("*.json"))]


def _decoded(content: bytes) -> object:
    text = content.decode()
    start = re.search(r"[{\[]", text)
    return json.JSONDecoder().raw_decode(text, start.start())[0] if start else None


@cache
def _unaccounted() -> tuple[int, tuple[Found, ...]]:
    """How many times the files hold, and those that are no record's."""
    count, left = 0, []
    for file in _files():
        content = file.read_bytes()
        read = list(ApiJson().parse(Source.of(content, str(file.relative_to(EVIDENCE)))))
        timestamps = [timestamp for record in read if isinstance(record, Record) for timestamp in record.timestamps]
        instants = {timestamp.timestamp for timestamp in timestamps if timestamp.timestamp is not None}
        written = {timestamp.recorded for timestamp in timestamps if timestamp.timestamp is None}
        for found in _walk(_decoded(content), "", ""):
            count += 1
            if found.instant not in instants and not (found.instant is None and found.written in written):
                left.append(found)
    return count, tuple(left)


def test_every_time_is_a_records_or_has_a_reason() -> None:
    count, left = _unaccounted()
    assert count > 400
    without = [found for found in left if not any(re.search(f"{reason}$", found.path) for reason in REASONS)]
    assert without == []


def test_every_reason_is_used() -> None:
    _, left = _unaccounted()
    for reason in REASONS:
        assert any(re.search(f"{reason}$", found.path) for found in left), reason


def test_the_walk_finds_what_is_put_into_it() -> None:
    inner = json.dumps({"deep": [{"at": "2019-07-09T13:00:00Z", "epochTime": 1562677200, "size": 1562677200}]})
    value = {
        "a": 1562676872680, "b": inner, "A1#1500271959818#B#C": 1, "c": "queue_1562676841699",
        "d": "A0SAMPLETYPE1%3A1.0/2020/05/04/10/G0/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV",
        "e": 15626768726801, "f": "x15002719598189y",
    }  # fmt: skip
    found = [(one.path, one.written) for one in _walk(value, "", "")]
    assert found == [
        ("/a", "1562676872680"),
        ("/b/!/deep/*/at", "2019-07-09T13:00:00Z"),
        ("/b/!/deep/*/epochTime", "1562677200"),
        ("/A1#1500271959818#B#C", "1500271959818"),
        ("/c", "1562676841699"),
        ("/d", "2020/05/04/10 15:07"),
    ]


def test_the_files_are_read_with_one_issue() -> None:
    issues = [
        item
        for file in _files()
        for item in ApiJson().parse(Source.of(file.read_bytes(), str(file.relative_to(EVIDENCE))))
        if isinstance(item, Issue)
    ]
    assert [issue.what for issue in issues] == ["1 byte stands before the JSON; passed over."]
