"""JSON of an export that no other parser knows: its entries as they are, and nothing of other files."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_export.json_entries import UNKNOWN, AlexaExportJson
from parsers.parser import Source
from parsers.record import Issue, Record

PATH = "Additional Data/Alexa/Reminders/Reminders-1.json"
ENTRY = {
    "reminderId": "r-1", "label": "Tabletten", "deviceSerialNumber": "G000SAMPLE000001", "done": None,
    "scheduledTime": "2024-08-21T13:00:00.000Z", "more": {"createdTime": 1724158800000},
}  # fmt: skip


def _source(value: object, path: str = PATH) -> Source:
    return Source.of(json.dumps(value).encode(), path)


@pytest.mark.parametrize(("value", "locator"), [([ENTRY], "json:/0"), ({"reminders": [ENTRY]}, "json:/reminders/0")])
def test_each_entry_is_a_record(value: object, locator: str) -> None:
    assert AlexaExportJson().claims(_source(value))
    issue, record = AlexaExportJson().parse(_source(value))
    assert isinstance(issue, Issue)
    assert isinstance(record, Record)
    assert issue.what == UNKNOWN
    assert record.data_type == "alexa:cloud:export_row"
    assert record.message == (
        'An entry of the file "Reminders-1.json" gives reminderId "r-1", label "Tabletten", deviceSerialNumber'
        ' "G000SAMPLE000001", scheduledTime "2024-08-21T13:00:00.000Z".'
    )
    assert (record.locator, record.device_serial, record.fields) == (locator, "G000SAMPLE000001", ENTRY)
    assert [(time.description, time.recorded, time.timestamp) for time in record.timestamps] == [
        ("Scheduled to start", "2024-08-21T13:00:00.000Z", 1724245200000000),
        ("Creation Time", "1724158800000", 1724158800000000),
    ]


def test_an_object_is_an_entry_without_its_lists() -> None:
    _, inner, whole = AlexaExportJson().parse(_source({"exported": "2024-08-21T13:00:00Z", "a": [{"b": 1}], "c": [1]}))
    assert isinstance(inner, Record)
    assert isinstance(whole, Record)
    assert (inner.fields, whole.fields) == ({"b": 1}, {"exported": "2024-08-21T13:00:00Z", "c": [1]})


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([ENTRY], "Additional Data/Reminders.json"), ([ENTRY], "Users/Alexa/notes.json"),
        ([ENTRY], "Alexandra/notes.json"), ([ENTRY], "alexa/notes.txt"),
        ({"manifest": {"apis": {}}, "version": "1.0"}, "alexa-skill/skill.json"), ([], PATH),
    ],
)  # fmt: skip
def test_other_files_are_not_claimed(value: object, path: str) -> None:
    assert not AlexaExportJson().claims(_source(value, path))


def test_values_without_objects_are_an_issue() -> None:
    (issue,) = AlexaExportJson().parse(_source(["2024-08-21T13:00:00Z"]))
    assert isinstance(issue, Issue)
    assert issue.what == "Objects were expected."


@given(st.binary(max_size=60))
def test_any_bytes_raise_nothing(content: bytes) -> None:
    list(AlexaExportJson().parse(Source.of(b'{"a":' + content, PATH)))
