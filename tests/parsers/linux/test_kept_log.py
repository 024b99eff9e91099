"""Logs within logs: the lines that an engine or a collector keeps are read as the file they were."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.formats.logs.kept_lines import form_of, kept_lines
from parsers.linux.kept_log import KeptLog
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

LINES = (
    "2024-03-14 09:26:53.565 [  5] 0 DialogUXStateAggregator:setState:from=IDLE,to=LISTENING",
    "2024-03-14 09:26:54.473 [ 27] 0 MimeResponseSink:receivedRequestId:value=x-amzn-requestid\\: 2c3d4e5f-3333",
)
UTC = (1710408413565000, 1710408414473000)
KEPT = "2024-03-14T10:26:55.{}23456789+01:00"


def _in_parts(number: int, line: str) -> str:
    return f"{KEPT.format(number)} stdout P {line[:40]}\n{KEPT.format(number)} stdout F {line[40:]}\n"


def _counted(_number: int, line: str) -> str:
    message = f"<14>1 2024-03-14T09:26:55Z bar avs 47 - - {line}"
    return f"{len(message)} {message}"


Wrap = Callable[[int, str], str]
SHAPES: dict[str, tuple[Wrap, str]] = {
    "Docker, json-file": (
        lambda at, line: json.dumps({"log": f"{line}\n", "stream": "stdout", "time": KEPT.format(at)}) + "\n", "",
    ),
    "Docker, json-file, a line in parts": (
        lambda at, line: "".join(
            json.dumps({"log": part, "stream": "stdout", "time": KEPT.format(at)}) + "\n"
            for part in (line[:40], f"{line[40:]}\n")
        ),
        "",
    ),
    "Kubernetes, Podman (CRI)": (lambda at, line: f"{KEPT.format(at)} stderr F {line}\n", ""),
    "Kubernetes, a line in parts": (_in_parts, ""),
    "docker logs -t": (lambda at, line: f"{KEPT.format(at)} {line}\n", ""),
    "Docker Compose": (lambda _, line: f"avs-1  | {line}\n", "it writes no time"),
    "PM2": (lambda _, line: f"0|avs  | {line}\n", "it writes no time"),
    "Fluentd": (lambda at, line: f"{KEPT.format(at)}\tkube.avs\t{json.dumps({'log': line})}\n", ""),
    "JSON Lines with message": (
        lambda at, line: json.dumps({"@timestamp": KEPT.format(at), "message": line}) + "\n",
        "also `msg`, `line`, `textPayload`",
    ),
    "svlogd": (lambda at, line: f"2024-03-14_09:26:55.{at}23 {line}\n", ""),
    "tai64n": (lambda at, line: f"@4000000065f2b1e9{at:08x} {line}\n", "its time is kept, and not used"),
    "syslog with lengths (RFC 6587)": (_counted, ""),
}  # fmt: skip


def _read(content: bytes) -> list[Record | Issue]:
    source = Source.of(content, "pods/avs/0.log")
    return [item for parser in claiming(source) for item in parser.parse(source)]


@pytest.mark.parametrize("name", list(SHAPES))
def test_the_lines_inside_are_read_with_their_own_times(name: str) -> None:
    content = "".join(SHAPES[name][0](number, line) for number, line in enumerate(LINES)).encode()
    assert [parser.name for parser in claiming(Source.of(content, "pods/avs/0.log"))] == ["kept_log"]
    found = _read(content)
    events = [item for item in found if isinstance(item, Record) and item.data_type.startswith("echo:avs")]
    assert [(event.timestamps[0].timestamp, len(event.timestamps)) for event in events] == [(at, 1) for at in UTC]
    for event, line in zip(events, LINES, strict=True):
        whole = resolve(io.BytesIO(content), event.locator).content.decode()
        assert line[:23] in whole
        assert line[24:40] in whole
    assert not [item for item in found if isinstance(item, Issue)]


def test_the_page_of_logs_lists_each(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    assert doc_table("logs.md", "Logs within logs") == {
        name: ("read", remark) if remark else ("read",) for name, (_, remark) in SHAPES.items()
    }


def test_a_line_without_a_time_has_that_of_the_line_around_it() -> None:
    brief = "I/ECS_ECService( 1714): Received event: WAKE_WORD"
    wrap = SHAPES["Docker, json-file"][0]
    found = _read(
        "".join(wrap(number, line) for number, line in enumerate(["--------- beginning of main", brief])).encode()
    )
    (event,) = (item for item in found if isinstance(item, Record) and item.data_type == "echo:event:wake_word")
    assert [(time.recorded, time.timestamp) for time in event.timestamps] == [(KEPT.format(1), 1710408415123456)]
    assert event.fields["kept_time"] == KEPT.format(1)


@pytest.mark.parametrize(
    "name", ["Docker, json-file", "Docker, json-file, a line in parts", "Kubernetes, a line in parts"]
)
def test_answers_inside_are_read_once(name: str) -> None:
    key = "A0SAMPLECUSTOMER#1704101038009#A0SAMPLETYPE1#G000SAMPLE000001"
    item = {"recordItemKey": f"{key}#1", "recordItemType": "CUSTOMER_TRANSCRIPT", "transcriptText": 'öffne "das" Tor'}
    page = {"customerHistoryRecords": [{"recordKey": key, "voiceHistoryRecordItems": [item]}]}
    content = SHAPES[name][0](1, f"2024-01-01 10:24:00 debug: {json.dumps(page)}").encode()
    assert not ApiJson().claims(replace(Source.of(content), names=("key",)))
    (record,) = (item for item in _read(content) if isinstance(item, Record))
    assert record.transcript == 'öffne "das" Tor'
    assert "1704101038009" in resolve(io.BytesIO(content), record.locator).content.decode()


def test_other_lines_are_an_issue_and_other_logs_are_left() -> None:
    wrap = SHAPES["Docker, json-file"][0]
    lines = [wrap(0, line) for line in LINES * 10]
    found = _read("".join([*lines, "not of the form\n", *lines]).encode())
    (issue,) = (item for item in found if isinstance(item, Issue))
    assert issue.what == "A line of the log that Docker (json-file) kept is not of its form; not read."
    other = "".join(wrap(number, f"GET /index.html {number}") for number in range(5)).encode()
    assert not KeptLog().claims(Source.of(other))
    assert not KeptLog().claims(Source.of(b'{"message": "hello"}\n{"message": "again"}\n'))


@given(st.sampled_from(sorted(SHAPES)), st.integers(0, 400), st.binary(max_size=6))
def test_damaged_logs_raise_nothing(name: str, at: int, put: bytes) -> None:
    content = "".join(SHAPES[name][0](number, line) for number, line in enumerate(LINES)).encode()
    content = content[:at] + put + content[at + len(put) :]
    form = form_of(content)
    if form is not None:
        list(kept_lines(content, form))
        found: list[Any] = list(KeptLog().parse(Source.of(content)))
        assert all(resolve(io.BytesIO(content), item.locator) for item in found)
