"""Smart-home appliances."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from parsers.captures.answers_in_text import AnswersInText
from parsers.parser import Source
from parsers.record import Issue, Record

Read = Callable[[object], list[Record | Issue]]
AT = (
    "json:/networkDetail;json:/locationDetails/locationDetails/Home/amazonBridgeDetails/amazonBridgeDetails/b~11"
    "/applianceDetails/applianceDetails/"
)


def _detail(appliances: object) -> str:
    bridge = {"applianceDetails": {"applianceDetails": appliances}}
    place = {"amazonBridgeDetails": {"amazonBridgeDetails": {"b/1": bridge}}}
    return json.dumps({"locationDetails": {"locationDetails": {"Home": place}}, "version": "1.0"})


def test_appliances_and_their_times(read_value: Read) -> None:
    lamp = {
        "friendlyName": "Lamp",
        "friendlyNameModifiedAt": 1588500000000,
        "applianceNetworkState": {"createdAt": 1588400000000, "lastSeenAt": 1588600000000, "reachability": "REACHABLE"},
    }
    found = read_value({"networkDetail": _detail({"lamp": lamp, "plug": {"friendlyName": None}})})
    assert all(isinstance(item, Record) for item in found)
    first, second = (item for item in found if isinstance(item, Record))
    assert first.message == ('The account knows a smart-home appliance named "Lamp", maker not given, model not given.')
    assert [(m.description, m.recorded, m.timestamp) for m in first.timestamps] == [
        ("Creation Time", "1588400000000", 1588400000000000),
        ("Content Modification Time", "1588500000000", 1588500000000000),
        ("Last Seen Time", "1588600000000", 1588600000000000),
    ]
    assert first.fields == lamp
    assert (first.locator, first.parser) == (f"{AT}lamp", "alexa_appliances")
    assert (second.locator, second.timestamps) == (f"{AT}plug", ())


def test_no_appliances(read_value: Read) -> None:
    (record,) = read_value({"networkDetail": '{"locationDetails":{"locationDetails":{}},"version":"1.0"}'})
    assert isinstance(record, Record)
    assert record.message.endswith("The list is empty.")


@pytest.mark.parametrize("detail", ["{broken", 5, ["x"]])
def test_a_text_that_is_not_json(read_value: Read, detail: object) -> None:
    issue, record = read_value({"networkDetail": detail})
    assert isinstance(issue, Issue)
    assert issue.what.startswith("networkDetail: ")
    assert isinstance(record, Record)
    assert (record.data_type, record.message.endswith("It is kept and was not interpreted.")) == (
        "alexa:cloud:response",
        True,
    )


def test_a_broken_appliance_does_not_hide_the_others(read_value: Read) -> None:
    broken = {"friendlyNameModifiedAt": "x", "applianceNetworkState": {"createdAt": {}}}
    found = read_value({"networkDetail": _detail({"a": 5, "b": broken, "c": {"friendlyName": "Fan"}})})
    assert [type(item) for item in found] == [Issue, Issue, Record, Record]


def test_appliances_in_a_log_whose_detail_is_an_object() -> None:
    text = repr({"networkDetail": json.loads(_detail({"lamp": {"friendlyName": "Lamp"}}))})

    found = list(AnswersInText().parse(Source.of(f"2024-01-01 10:00:00 DEBUG /api/phoenix {text}\n".encode(), "x.log")))

    assert [item.message for item in found if isinstance(item, Record)] == [
        'The account knows a smart-home appliance named "Lamp", maker not given, model not given.'
    ]
    assert not [item for item in found if isinstance(item, Issue)]
