"""Events of the Alexa app."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.app.events_file import MAX_LINE, EventsFile
from parsers.locator import resolve
from parsers.parser import Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value

PARSER = EventsFile()
EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence/dfrws2018/betty-android"
Found = tuple[list[Record], list[Issue]]


def _event(kind: str, timestamp: Value, **session: Value) -> dict[str, Value]:
    return {
        "event_type": kind,
        "timestamp": timestamp,
        "session": {"id": "0badf00d-20170717-060057505", "startTimestamp": 1500271257505, **session},
        "sdk_name": "AmazonMobileAnalyticsSDK",
        "app_title": "Amazon Alexa",
        "app_version_name": "2.1.23.5",
        "platform": "ANDROID",
        "platform_version": "4.4.2",
        "make": "made",
        "model": "UP-1",
        "carrier": "Unknown",
        "locale": "en_US",
        "attributes": {"NETWORK_TYPE": "WIFI", "authToken": "made-up"},
    }


def _lines(*events: object) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


def test_whole_events(read_with: Callable[[Parser, Source], Found]) -> None:
    content = _lines(
        _event("Navigate: cards", 1500271398910),
        _event("_session.stop", 1500271405589, stopTimestamp=1500271405588, duration=148083),
    )
    source = Source.of(content, "eventsFile")
    (first, second), issues = read_with(PARSER, source)
    assert issues == []
    assert first == Record(
        "alexa:app:event",
        'The app Amazon Alexa 2.1.23.5 recorded the event "Navigate: cards", in its session'
        " 0badf00d-20170717-060057505, on the phone made UP-1 (ANDROID 4.4.2).",
        "line:1",
        (
            Timestamp(
                "Recorded Time",
                "1500271398910",
                Clock.PHONE,
                1_500_271_398_910_000,
                "When the app recorded the event, by the phone's clock.",
                "line:1;json:/timestamp",
            ),
            Timestamp(
                "Start Time",
                "1500271257505",
                Clock.PHONE,
                1_500_271_257_505_000,
                "The start of the app's session, by the phone's clock.",
                "line:1;json:/session/startTimestamp",
            ),
        ),
        fields={
            **_event("Navigate: cards", 1500271398910),
            "attributes": {"NETWORK_TYPE": "WIFI", "authToken": "present, 7 characters"},
        },
        keys=("app-session:0badf00d-20170717-060057505",),
    )
    assert [(timestamp.description, timestamp.recorded) for timestamp in second.timestamps] == [
        ("Recorded Time", "1500271405589"),
        ("End Time", "1500271405588"),
    ]
    with source.open() as stream:
        assert resolve(stream, second.timestamps[1].locator).content == b"1500271405588"


def test_lines_that_are_no_events() -> None:
    content = (
        _lines(_event("a", None)) + b"\n{broken\n[1]\n" + b"\0\0\n" + b'{"event_type":"' + b"x" * MAX_LINE + b'"}\n'
    )
    found = list(PARSER.parse(Source.of(content + _lines(_event("b", 0)), "eventsFile")))
    assert [item.what for item in found if isinstance(item, Issue)] == [
        "Line 3 is not JSON (Expecting property name enclosed in double quotes).",
        "Line 4 is not an event: it has no event_type.",
        "Line 5 holds zero bytes only.",
        "Line 6 is longer than 262144 bytes; not read.",
    ]
    records = [item for item in found if isinstance(item, Record)]
    assert [(record.locator, len(record.timestamps)) for record in records] == [("line:1", 1), ("line:7", 0)]


def test_many_broken_lines_are_counted() -> None:
    found = list(PARSER.parse(Source.of(b"{\n" * 200, "eventsFile")))
    assert len(found) == 51
    assert found[-1] == Issue("150 more parts of the file could not be read.")


@pytest.mark.parametrize(
    ("head", "name", "claimed"),
    [
        (b'{"event_type":"a","timestamp":1,"session":{}}\n', "eventsFile", True),
        (b'{"event_type":"a","timestamp":1,"session":{}}\n', "export.json", False),
        (b'{"event_type":"a","timestamp":1,"session":{},"sdk_name":"AmazonMobileAnalyticsSDK"}', "0001", True),
        (b'{"event_type":"a"}\n', "eventsFile", False),
        (b"", "eventsFile", False),
    ],
)
def test_claims(head: bytes, name: str, claimed: bool) -> None:
    assert PARSER.claims(Source.of(head, name)) is claimed


@settings(deadline=None, max_examples=100)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda x: st.lists(x) | st.dictionaries(
            st.sampled_from(["event_type", "session", "timestamp", "id", "model"]), x), max_leaves=8).map(_lines),
    )
)  # fmt: skip
def test_any_bytes_never_raise(content: bytes) -> None:
    for item in PARSER.parse(Source.of(content, "eventsFile")):
        assert item.locator.startswith("line:")


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_every_line_of_a_real_file_is_an_event(read_with: Callable[[Parser, Source], Found]) -> None:
    path = next(EVIDENCE.rglob("eventsFile"))
    content = path.read_bytes()
    source = Source.of(content, path.name)
    records, issues = read_with(PARSER, source)
    assert issues == []
    assert len(records) == len(content.splitlines()) == 38
    assert sum(len(record.timestamps) for record in records) == 38 + 1
    assert {record.fields["model"] for record in records} == {"SHV-E250L"}
    for record in records:
        for timestamp in record.timestamps:
            with source.open() as stream:
                assert resolve(stream, timestamp.locator).content.decode() == timestamp.recorded
