"""Any JSON in place of any value of a page of the history or of the turns of an activity."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

STREAM = "A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/0"
KEY = "A0SAMPLECUSTOMER#1704101037307#A0SAMPLETYPE1#G000SAMPLE000001"
PERSON = {"personId": "person", "personFirstName": "Robin", "personType": "ADULT"}
KINDS = ("CUSTOMER_TRANSCRIPT", "ALEXA_RESPONSE", "ASR_REPLACEMENT_TEXT", "TTS_REPLACEMENT_TEXT", "PROFILE")

_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_any = st.recursive(
    _plain | st.sampled_from([KEY, STREAM, 0, "", "{}", "[]", '{"asrText":[]}']),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*PERSON, "deviceName", "deviceSerialNumber", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


def _sample() -> list[Any]:
    items = [
        {
            "recordItemKey": f"{kind}-0",
            "recordItemType": kind,
            "utteranceId": STREAM,
            "timestamp": 1704101037292,
            "transcriptText": "text",
            "personsInfo": [PERSON.copy()],
        }
        for kind in KINDS
    ]
    record = {
        "recordKey": KEY,
        "recordType": "VOICE_HISTORY",
        "timestamp": 1704101037307,
        "customerId": "A0SAMPLECUSTOMER",
        "device": {"deviceName": "Sample Echo"},
        "deviceInfo": [{"deviceSerialNumber": "G000SAMPLE000001", "deviceType": "A0SAMPLETYPE1"}],
        "utteranceType": "GENERAL",
        "intent": "QAIntent",
        "title": "title",
        "voiceHistoryRecordItems": items,
        "personsInfo": PERSON.copy(),
    }
    turn = {
        "itemType": "ASR",
        "timestamp": 1704101037292,
        "activityItemData": '{"asrText":"text"}',
        "activityStatus": "SUCCESS",
        "registeredUserId": "A0SAMPLECUSTOMER",
        "sourceDevice": {"deviceSerialNumber": "G000SAMPLE000001"},
        "utteranceId": STREAM,
    }
    return [
        {"customerHistoryRecords": [record], "encodedRequestToken": None},
        {"activityDialogItems": [turn, {**turn, "itemType": "TTS", "activityItemData": '{"ttsText":"text"}'}]},
    ]


def _holders(value: Any) -> list[Any]:
    found, stack = [], [value]
    while stack:
        if isinstance(inner := stack.pop(), (dict, list)) and inner:
            found.append(inner)
            stack.extend(inner.values() if isinstance(inner, dict) else inner)
    return found


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_value_in_place_of_any_other(data: st.DataObject) -> None:
    value = data.draw(st.sampled_from(_sample()))
    for _ in range(data.draw(st.integers(1, 3))):
        holder = data.draw(st.sampled_from(_holders(value)))
        step = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        holder[step] = data.draw(_any)
    content = json.dumps(value).encode()
    found = list(ApiJson().parse(Source.of(content, "page.json")))
    assert any(isinstance(item, Record) for item in found)
    for item in found:
        resolve(io.BytesIO(content), item.locator)
        if isinstance(item, Issue):
            assert item.what.endswith((".", "there"))
            continue
        json.dumps(dict(item.fields), allow_nan=False)
        assert item.message.endswith(".")
        for timestamp in item.timestamps:
            assert timestamp.timestamp
            resolve(io.BytesIO(content), timestamp.locator)
        if item.data_type == "alexa:cloud:answer":
            assert (item.transcript, item.person) == (None, None)
