"""One page of history as programs and people keep it: each wrapper gives the records of the bare page."""

from __future__ import annotations

import base64
import gzip
import json
import pprint
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Page = dict[str, Any]
Wrap = Callable[[Page], bytes]
ADDRESS = "https://www.amazon.de/alexa-privacy/apd/rvh/customer-history-records-v2?startTime=1704000000000"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(value: object) -> bytes:
    return _text(value).encode()


def _lines(*values: object, between: str = "\n") -> bytes:
    return between.join(_text(value) for value in values).encode()


def _apart(page: Page) -> Iterator[Page]:
    """The page as several, with a record each."""
    for record in page["customerHistoryRecords"]:
        yield {**page, "customerHistoryRecords": [record]}


def _inspected(value: object) -> str:
    """A value as JavaScript's util.inspect prints it."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key}: {_inspected(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[ " + ", ".join(map(_inspected, value)) + " ]" if value else "[]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\t", "\\t")
        return f"'{escaped}'"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if value in (None, True, False)
        else str(value)
    )


def _in_ruby(value: object) -> str:
    """A value as Ruby's inspect prints it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}"=>{_in_ruby(inner)}' for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_in_ruby, value))}]"
    return "nil" if value is None else json.dumps(value, ensure_ascii=False)


IOBROKER = "2024-01-01 10:24:00.214  - debug: alexa2.0 (28967) Alexa-Remote: Response: "
HOME_ASSISTANT = "2025-06-26 10:39:30.019 DEBUG (MainThread) [aioamazondevices] JSON data: |"
OTHERS = '2024-01-01 10:23:58.812  - debug: alexa2.0 (28967) {"val":true} [main:12] nothing of use\n'

#: What is read in full, without an issue.
READ: dict[str, Wrap] = {
    "the page": _json,
    "pretty-printed": lambda page: json.dumps(page, indent=4).encode(),
    "escaped to ASCII": lambda page: json.dumps(page).encode(),
    "with a byte order mark": lambda page: _text(page).encode("utf-8-sig"),
    "UTF-16 with a mark": lambda page: _text(page).encode("utf-16"),
    "UTF-16, little end first": lambda page: _text(page).encode("utf-16-le"),
    "UTF-16, big end first": lambda page: _text(page).encode("utf-16-be"),
    "UTF-32": lambda page: _text(page).encode("utf-32"),
    "guard )]}'": lambda page: b")]}'\n" + _json(page),
    "guard )]}',": lambda page: b")]}',\n" + _json(page),
    "guard while(1);": lambda page: b"while(1);" + _json(page),
    "guard for (;;);": lambda page: b"for (;;);" + _json(page),
    "a comment (/* */)": lambda page: b"/*" + _json(page) + b"*/",
    "a call (JSONP)": lambda page: b"callback123(" + _json(page) + b");\n",
    "a server-sent event": lambda page: b"data: " + _json(page) + b"\n\n",
    "blank lines and zeros around": lambda page: b"\r\n\n  " + _json(page) + b"\r\n\0\0",
    "the bare list": lambda page: _json(page["customerHistoryRecords"]),
    "pages in a list": lambda page: _json([{"page": 1}, *_apart(page)]),
    "pages by their number": lambda page: _json({str(at): part for at, part in enumerate(_apart(page))}),
    "under data": lambda page: _json({"data": page}),
    "under msg and payload": lambda page: _json({"_msgid": "x", "topic": "history", "msg": {"payload": page}}),
    "under many names": lambda page: _json({"a": {"b": [{"c": {"d": [[page]]}}]}}),
    "a text": lambda page: _json(_text(page)),
    "a text under a name": lambda page: _json({"body": _text(page)}),
    "a text in a text in a text": lambda page: _json({"a": _text({"b": _text({"c": _text(page)})})}),
    "alexa-remote's records": lambda page: _json(
        [{"data": record, "conversionDetails": {}, "creationTimestamp": 1} for record in page["customerHistoryRecords"]]
    ),
    "pair of address and object": lambda page: _json([{"request": ADDRESS, "response": page}]),
    "pair of address and text": lambda page: _json([{"url": ADDRESS, "body": _text(page)}]),
    "one pair": lambda page: _json({"request": ADDRESS, "response": page}),
    "logger's request and response": lambda page: _json(
        [{"request": {"method": "POST", "url": ADDRESS}, "response": {"status": 200, "headers": {}, "body": page}}]
    ),
    "logger's content as in a HAR": lambda page: _json(
        [{"request": {"url": ADDRESS}, "response": {"content": {"mimeType": "application/json", "text": _text(page)}}}]
    ),
    "logger's flat exchange": lambda page: _json(
        {"url": ADDRESS, "method": "POST", "status": 200, "requestHeaders": {}, "responseBody": _text(page)}
    ),
    "Postman's saved answer": lambda page: _json(
        {
            "info": {"_postman_id": "x", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "item": [
                {
                    "name": "history",
                    "request": {"method": "POST", "url": {"raw": ADDRESS}},
                    "response": [{"name": "ok", "code": 200, "header": [], "body": _text(page)}],
                }
            ],
        }
    ),
    "answers under names of their own (Hoppscotch)": lambda page: _json(
        {
            "request": {"endpoint": ADDRESS, "method": "POST"},
            "responses": {str(at): {"code": 200, "body": _text(part)} for at, part in enumerate(_apart(page))},
        }
    ),
    "a log subscription (CloudWatch)": lambda page: _json(
        {
            "awslogs": {
                "data": base64.b64encode(
                    gzip.compress(_json({"logEvents": [{"message": f"DEBUG got {_text(page)}\n"}]}))
                ).decode()
            }
        }
    ),
    "JSON Lines": lambda page: _lines(*_apart(page)),
    "JSON Lines of pairs": lambda page: _lines(*({"request": ADDRESS, "response": part} for part in _apart(page))),
    "JSON Lines with CR LF and blanks": lambda page: _lines(*_apart(page), between="\r\n\r\n"),
    "JSON Lines in UTF-16": lambda page: _lines(*_apart(page)).decode().encode("utf-16"),
    "one after another": lambda page: _lines(*_apart(page), between=""),
    "with commas between": lambda page: _lines(*_apart(page), between=",\n"),
    "with guards between": lambda page: b")]}'\n" + _lines(*_apart(page), between="\n)]}'\n"),
    "record separators (RFC 7464)": lambda page: b"\x1e" + _lines(*_apart(page), between="\n\x1e") + b"\n",
    "pretty-printed, one after another": lambda page: "\n".join(json.dumps(x, indent=2) for x in _apart(page)).encode(),
    "container log of lines": lambda page: _lines(
        *({"log": f"debug Response: {_text(part)}\n", "stream": "stdout", "time": "2024"} for part in _apart(page))
    ),
    "ioBroker's log": lambda page: (OTHERS + IOBROKER + _text(page) + "\n" + OTHERS).encode(),
    "a long log before it": lambda page: (OTHERS * 2000 + IOBROKER + _text(page) + "\n").encode(),
    "log, pretty-printed": lambda page: (OTHERS + IOBROKER + json.dumps(page, indent=4) + "\n" + OTHERS).encode(),
    "log in UTF-16": lambda page: (OTHERS + IOBROKER + _text(page) + "\n").encode("utf-16"),
    "log whose lines begin with a time": lambda page: f"10:24:00 {_text(page)}\n10:24:01 {{}}\n".encode(),
    "log whose lines begin with a word": lambda page: b"".join(
        f"debug: {_text(part)}\n".encode() for part in _apart(page)
    ),
    "log whose lines begin in brackets": lambda page: f"[2024-01-01 10:24:00] [DEBUG] {_text(page)}\n".encode(),
    "Home Assistant's log (Python)": lambda page: f"{HOME_ASSISTANT}{page!r}|\n".encode(),
    "Python, printed prettily": lambda page: f"got\n{pprint.pformat(page)}\nend\n".encode(),
    "Python bytes": lambda page: f"DEBUG Received raw WebSocket: {b'MSG 0x0b ' + _json(page) + b'FABE'!r}\n".encode(),
    "Python text": lambda page: f"DEBUG response text: {json.dumps(page)!r}\n".encode(),
    "JavaScript, inspected": lambda page: f"Activity data {_inspected(page)}\n".encode(),
    "JavaScript, inspected at the start": lambda page: f"Response: {_inspected(page)}\n".encode(),
    "Python bytes, escaped to ASCII": lambda page: f"body: {json.dumps(page).encode()!r}\n".encode(),
    "Ruby, inspected": lambda page: f"D -- : {_in_ruby(page)}\n".encode(),
    "syslog (RFC 5424)": lambda page: f"<14>1 2025-04-18T16:13:20Z pi io 1 - - Response: {_text(page)}\n".encode(),
    "Docker's log (json-file)": lambda page: _lines(
        *({"log": f"debug: {_text(part)}\n", "stream": "stdout", "time": "2024-01-01T09:24:00.123456789Z"}
          for part in _apart(page))
    ),
    "Kubernetes' log (CRI)": lambda page: f"2024-01-01T09:24:00.123456789Z stdout F debug: {_text(page)}\n".encode(),
    "journalctl -o export": lambda page: f"__REALTIME_TIMESTAMP=1745000000123456\nMESSAGE={_text(page)}\n\n".encode(),
    "quoted JSON in a line": lambda page: f"INFO body={json.dumps(_text(page))} status=200\n".encode(),
    "Markdown": lambda page: f"# Notes\n\nThe answer:\n\n```json\n{json.dumps(page, indent=2)}\n```\n\nEnd.\n".encode(),
    "a notebook (ipynb)": lambda page: _json(
        {"cells": [{"outputs": [{"data": {"text/plain": pprint.pformat(page).splitlines(keepends=True)}}]}]}
    ),
    "Python in JSON": lambda page: _json({"short_message": f"DEBUG response {page!r}", "level": 7}),
    "YAML around": lambda page: f"- request:\n    uri: {ADDRESS}\n  response:\n    body: {_text(page)}\n".encode(),
    "a page of HTML": lambda page: f"<html><script>window.data = {_text(page)};</script></html>\n".encode(),
    "parts (multipart)": lambda page: (
        b"--------abcde123\r\nContent-Type: application/json\r\n\r\n" + _json(page) + b"\r\n--------abcde123--\r\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(READ))
def test_a_wrapper_gives_the_records_of_the_page(name: str, page: Page, bare: list[Any], read_files: Any) -> None:
    found = read_files({"kept.txt": READ[name](page)})
    assert found.described == bare
    assert [issue.what for issue in found.issues] == []


def _cut(text: str) -> bytes:
    """A text that breaks off within the last record."""
    return text[: text.rindex("recordItemType")].encode()


#: What cannot be read in full, with what the issue says.
NOT_WHOLE: dict[str, tuple[Wrap, str]] = {
    "a page that breaks off": (lambda page: _cut(_text(page)), "breaks off at byte"),
    "JSON Lines whose last breaks off": (
        lambda page: _cut(_lines(*_apart(page)).decode()), "breaks off at byte",
    ),
    "a log that cuts a long line": (
        lambda page: _cut(IOBROKER + _text(page)) + b"...\n" + OTHERS.encode(), "breaks off at byte",
    ),
    "a Python log that breaks off": (lambda page: _cut(f"{HOME_ASSISTANT}{page!r}"), "break"),
    "UTF-16 that breaks off within a character": (
        lambda page: _text(page).encode("utf-16")[:-1], "UTF-16LE throughout",
    ),
    "words behind it": (lambda page: _json(page) + b"\nand more", "More follows the end of the JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(NOT_WHOLE))
def test_what_is_not_whole_gives_what_is_and_an_issue(name: str, page: Page, bare: list[Any], read_files: Any) -> None:
    wrap, described = NOT_WHOLE[name]
    found = read_files({"kept.txt": wrap(page)})
    assert found.described[:4] == bare[:4]
    assert any(described in issue.what for issue in found.issues), [issue.what for issue in found.issues]


def test_a_log_that_prints_the_last_utterance_and_names_nothing_else_is_read(read_files: Any) -> None:
    kept = {"serialNumber": "G************001", "timestamp": 1704101038009, "summary": "öffne die Tür"}
    line = "2024-01-01 10:23:58.123 DEBUG (MainThread) [custom_components.alexa_media] a***@b.de: "
    found = read_files(
        {"ha.log": f"{line}last_called changed: None to {kept}\n{line}Updated last_called: {kept}\n".encode()}
    )
    assert [(each.transcript, each.device_serial, each.keys) for each in found.records] == [
        ("öffne die Tür", None, ("activity-time:1704101038009#G001",))
    ] * 2
    assert found.issues == []


def test_lines_after_a_damaged_one_are_read(page: Page, bare: list[Any], read_files: Any) -> None:
    first, second, third = (_json(part) for part in _apart(page))
    found = read_files({"kept.jsonl": b"\n".join((first, second[:-300], third))})
    assert found.described[:2] == bare[:2]
    assert found.described[-2:] == bare[-2:]
    (issue,) = found.issues
    assert "damaged or breaks off" in issue.what


def test_the_page_of_captures_lists_each(doc_table: Callable[[str, str], dict[str, tuple[str, ...]]]) -> None:
    listed = doc_table("captures.md", "JSON, logs and other text")
    assert listed == {**dict.fromkeys(READ, ("read",)), **dict.fromkeys(NOT_WHOLE, ("read in part",))}


#: One sample of each notation, whose damaged copies are read too.
SAMPLES = (
    "JSON Lines", "ioBroker's log", "Home Assistant's log (Python)", "Python, printed prettily", "Python bytes",
    "Python text", "JavaScript, inspected", "quoted JSON in a line", "parts (multipart)", "a text in a text in a text",
)  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_texts_raise_nothing(name: str, page: Page, read_mutated: Any, data: st.DataObject) -> None:
    found = read_mutated({"kept.txt": READ[name](page)}, data)
    assert all(len(issue.excerpt) <= 64 for issue in found.issues)


def test_the_address_before_a_value_tells_what_it_is(read_files: Any) -> None:
    url = "https://alexa.amazon.de/api/dnd/status"
    line = "2025-01-01 DEBUG Response from {}: |{}|\n"
    answer = {"deviceSerialNumber": "G0MADE0000000001", "deviceType": "A2U21SRK4QGSE1", "enabled": True}
    (record,) = read_files({"kept.txt": line.format(url, answer).encode()}).records
    assert record.data_type == "alexa:cloud:do_not_disturb"
    assert record.fields["request_url"] == url
    # What follows an address may be what was sent there.
    sent = {"headers": {"referer": "https://alexa.amazon.de/spa/index.html"}}
    found = read_files({"kept.txt": line.format(url, sent).encode()})
    assert ([record.data_type for record in found.records], len(found.issues)) == ([], 1)
