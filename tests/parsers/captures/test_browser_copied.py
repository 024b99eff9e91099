"""Text copied out of a browser."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.captures.browser_copied_json import BrowserCopiedJson
from parsers.captures.browser_text import MAX_DEPTH, MAX_ISSUES, MAX_LINES
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

Parse = Callable[..., list[Record | Issue]]
Bytes = Callable[[str], bytes]


def _one(found: list[Record | Issue]) -> Record:
    assert len(found) == 1
    assert isinstance(found[0], Record)
    return found[0]


def test_a_copied_record_reads_as_the_same_record_in_json(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt")
    copied = _one(parse_all(BrowserCopiedJson(), content))
    first = parse_all(ApiJson(), fixture_bytes("request_pairs.json"))[0]
    assert isinstance(first, Record)
    asked = {"request_url", "request_time_ms"}
    assert copied == replace(
        first,
        locator="bytes:13+946",
        timestamps=(replace(first.timestamps[0], locator="line:5"), replace(first.timestamps[1], locator="line:6")),
        fields={key: value for key, value in first.fields.items() if key not in asked},
    )
    assert copied.transcript == 'play "blue moon"'


def test_locators_lead_to_the_bytes(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt")
    record = _one(parse_all(BrowserCopiedJson(), content))
    found = resolve(io.BytesIO(content), record.locator).content
    assert found.startswith(b"{\r\n_disambiguationId: null,")
    assert found.endswith(b"version: 1\r\n}")
    lines = [resolve(io.BytesIO(content), timestamp.locator).content for timestamp in record.timestamps]
    assert lines[0] == b"creationTimestamp: 1588587309512,"
    assert lines[1].startswith(b"description: ")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_any_line_end(fixture_bytes: Bytes, parse_all: Parse, ending: bytes, mark: bytes) -> None:
    content = mark + fixture_bytes("copied_activity.txt").replace(b"\r\n", ending)
    record = _one(parse_all(BrowserCopiedJson(), content))
    assert record.transcript == 'play "blue moon"'
    line = resolve(io.BytesIO(content), record.timestamps[0].locator).content
    assert line == b"creationTimestamp: 1588587309512,"


def test_text_in_any_script(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt").replace(b"blue moon", "青い月 😀".encode())
    assert _one(parse_all(BrowserCopiedJson(), content)).transcript == 'play "青い月 😀"'


def test_other_answers_in_the_same_form(parse_all: Parse) -> None:
    content = (
        b'{\n devices: [\n  {\n   accountName: "Ann\'s "big" Echo",\n   capabilities: [\n    "A",\n    "B"\n   ],\n'
        b'   clusterMembers: [],\n   deviceFamily: "ECHO",\n   deviceType: "T",\n   online: true,\n   scale: -1.5e2,\n'
        b'   serialNumber: "S"\n  }\n ]\n}\n'
    )
    record = _one(parse_all(BrowserCopiedJson(), content))
    assert (record.data_type, record.device_serial) == ("alexa:cloud:device", "S")
    assert record.fields == {
        "accountName": 'Ann\'s "big" Echo',
        "capabilities": ["A", "B"],
        "clusterMembers": [],
        "deviceFamily": "ECHO",
        "deviceType": "T",
        "online": True,
        "scale": -150.0,
        "serialNumber": "S",
    }


def test_several_records_in_one_file(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt")
    found = parse_all(BrowserCopiedJson(), content + b"\r\n" + content)
    assert [item.locator for item in found] == ["bytes:13+946", f"bytes:{len(content) + 15}+946"]


def test_an_outer_bracket_that_was_not_copied(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt").removeprefix(b"{\r\n").removesuffix(b"\r\n}")
    issue, record = parse_all(BrowserCopiedJson(), content)
    assert isinstance(issue, Issue)
    assert "ends before 1 bracket is closed" in issue.what
    assert isinstance(record, Record)
    assert record.transcript == 'play "blue moon"'


def test_a_text_that_runs_over_lines(parse_all: Parse) -> None:
    content = b'{\ncard: {\ncardType: "TextCard",\ntitle: "first\nsecond",\nid: "x"\n}\n}'
    record = _one(parse_all(BrowserCopiedJson(), content))
    assert record.fields["service_title"] == "first\nsecond"
    assert record.fields["id"] == "x"


@pytest.mark.parametrize(
    ("broken", "what", "line"),
    [
        (b"domainType: nul,", "Line 8: the value is not understood.", 8),
        (b"domainType: ,", "Line 8: the value is not understood.", 8),
        (b'domainType: "no end', "Line 8: the text does not end.", 8),
        (b"no key", "Line 8: a key and a value were expected.", 8),
        (b"],", "Line 8: ] closes nothing.", 8),
    ],
)
def test_a_broken_line_is_an_issue_and_the_rest_is_read(
    fixture_bytes: Bytes, parse_all: Parse, broken: bytes, what: str, line: int
) -> None:
    content = fixture_bytes("copied_activity.txt").replace(b"domainType: null,", broken)
    issue, record = parse_all(BrowserCopiedJson(), content)
    assert issue == Issue(what, f"line:{line}", broken)
    assert isinstance(record, Record)
    assert record.transcript == 'play "blue moon"'
    assert record.device_serial == "G000SAMPLE000001"


def test_a_text_cut_off_gives_what_was_read(fixture_bytes: Bytes, parse_all: Parse) -> None:
    content = fixture_bytes("copied_activity.txt")
    cut = content[: content.index(b"sourceDeviceIds")]
    issue, record = parse_all(BrowserCopiedJson(), cut)
    assert isinstance(issue, Issue)
    assert issue.what == "The text ends before 2 brackets are closed; what was read is given."
    assert isinstance(record, Record)
    assert (record.transcript, record.locator) == ('play "blue moon"', f"bytes:13+{len(cut) - 13}")


@pytest.mark.parametrize("name", ["7.json", "16..json", "folder/18.JSON"])
def test_an_empty_file_with_such_a_name_is_an_issue(name: str) -> None:
    source = Source.of(b"", name)
    assert BrowserCopiedJson().claims(source)
    assert list(BrowserCopiedJson().parse(source)) == [Issue("The file is empty: expected a copied activity record.")]


@pytest.mark.parametrize("name", ["settings.json", "7.txt", "a7.json", "7json", ""])
def test_other_empty_files_are_left_alone(name: str) -> None:
    assert not BrowserCopiedJson().claims(Source.of(b"", name))


@pytest.mark.parametrize(
    "content",
    [
        b'{"activity": {"activityStatus": "SUCCESS"}}',
        b"{\nname: value\n}",
        b"card: {\n color: red\n}",
        b"activity: 5\nother: 6\n",
        b"plain text: with colons\n",
        b"\x00" * 100,
    ],
)
def test_other_files_are_left_alone(content: bytes) -> None:
    assert not BrowserCopiedJson().claims(Source.of(content, "7.json"))


def test_hostile_text_ends_in_issues() -> None:
    start = b'{\nactivity: {\nactivityStatus: "S",\n'
    deep = start + b"x: {\n" * (MAX_DEPTH + 5)
    found = list(BrowserCopiedJson().parse(Source.of(deep)))
    assert [item.what for item in found[:1] if isinstance(item, Issue)] == [f"Line 66: more than {MAX_DEPTH} levels."]
    bad = start + b"x y z\n" * 5000
    found = list(BrowserCopiedJson().parse(Source.of(bad)))
    assert sum(isinstance(item, Issue) for item in found) == MAX_ISSUES + 2
    many = start + b"\n" * (MAX_LINES + 10)
    found = list(BrowserCopiedJson().parse(Source.of(many)))
    assert isinstance(found[0], Issue)
    assert found[0].what == f"More than {MAX_LINES} lines: the rest was not read."
    issue = next(BrowserCopiedJson().parse(replace(Source.of(start), size=MAX_BYTES + 1)))
    assert isinstance(issue, Issue)
