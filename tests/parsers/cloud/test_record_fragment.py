from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.cloud.api_json import ApiJson
from parsers.cloud.record_fragment import RecordFragment
from parsers.parser import Source
from parsers.record import Issue, Record
from parsers.registry import claiming

ACTIVITY: dict[str, Any] = {
    "activityStatus": "SUCCESS",
    "creationTimestamp": 1_700_000_000_000,
    "description": '{"summary":"what time is it"}',
    "id": "A1#1700000000000#AB72C64C86AW2#B0F0071234567890",
    "registeredCustomerId": "A1",
    "sourceDeviceIds": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"}],
}
HISTORY: dict[str, Any] = {
    "recordKey": "A1#1700000000000#AB72C64C86AW2#B0F0071234567890",
    "timestamp": 1_700_000_000_000,
    "utteranceType": "GENERAL",
    "voiceHistoryRecordItems": [
        {"recordItemKey": "k", "recordItemType": "CUSTOMER_TRANSCRIPT", "transcriptText": "what time is it"}
    ],
}


def _source(value: object) -> Source:
    return Source.of(json.dumps(value).encode(), "$Carved/000000000000.json")


def _read(value: object) -> list[Record]:
    found = list(RecordFragment().parse(_source(value)))
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


@pytest.mark.parametrize("value", [ACTIVITY, HISTORY])
def test_one_record_says_what_it_says_in_an_answer(value: dict[str, Any]) -> None:
    around = {"activities": [value]} if value is ACTIVITY else {"customerHistoryRecords": [value]}
    in_answer = [item for item in ApiJson().parse(_source(around)) if isinstance(item, Record)]
    alone = _read(value)

    assert [item.data_type for item in alone] == [item.data_type for item in in_answer]
    for one, other in zip(alone, in_answer, strict=True):
        assert one.message.startswith(other.message)
        assert one.message.endswith("alone; the answer that it was part of is not there.")
        assert (one.transcript, one.moments, one.device_serial) == (
            other.transcript,
            tuple(one.moments),
            other.device_serial,
        )
        assert [(m.timestamp, m.description) for m in one.moments] == [
            (m.timestamp, m.description) for m in other.moments
        ]
    assert "what time is it" in {item.transcript for item in alone}


@pytest.mark.parametrize(
    ("value", "parser"),
    [
        (ACTIVITY, "api_json"),
        ({"cardType": "TextCard", "primaryActions": [], "sourceDevice": {}}, "record_fragment"),
        ({"recordItemKey": "k", "recordItemType": "X", "transcriptText": "x"}, "record_fragment"),
        ({"activityKey": "k", "recordType": "x", "timestamp": 1}, "record_fragment"),
    ],
    ids=["activity", "card", "history item", "history record"],
)
def test_one_parser_claims_a_record_by_itself(value: object, parser: str) -> None:
    assert [each.name for each in claiming(_source(value))] == [parser]


def test_locators_lead_into_the_record_and_not_into_what_was_put_around() -> None:
    for record in _read(ACTIVITY):
        assert "activities" not in record.locator
        assert all("activities" not in moment.locator for moment in record.moments)


@pytest.mark.parametrize(
    "other",
    [{"activities": [ACTIVITY]}, {"activityStatus": 1}, [ACTIVITY, 1], {"a": ACTIVITY}, "activityStatus", {}],
    ids=str,
)
def test_answers_and_other_json_are_not_claimed(other: object) -> None:
    assert not RecordFragment().claims(_source(other))


@given(st.binary(max_size=300), st.integers(0, 200))
def test_arbitrary_and_damaged_bytes_never_raise(content: bytes, at: int) -> None:
    whole = json.dumps(ACTIVITY).encode()
    for each in (content, whole[:at] + content + whole[at:]):
        source = Source.of(each)
        RecordFragment().claims(source)
        for item in RecordFragment().parse(source):
            assert isinstance(item, Record | Issue)
