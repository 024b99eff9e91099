"""The turns of an activity."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.record import Clock, Issue, Record, Timestamp

Read = Callable[[object], list[Record | Issue]]

SERIAL = "G000SAMPLE000001"
STREAM = f"A0SAMPLETYPE1:1.0/2020/05/04/10/{SERIAL}/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV/1"
KEY = f"A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#{SERIAL}"
CREATION = Timestamp(
    "Creation Time",
    "1588587309512",
    Clock.CLOUD,
    1588587309512000,
    "Epoch milliseconds that the service gave the turn; the utterance began before that.",
)


def _turn(kind: str, data: object, **changes: object) -> dict[str, Any]:
    item: dict[str, Any] = {
        "itemType": kind,
        "timestamp": 1588587309512,
        "activityItemData": data,
        "activityStatus": "SUCCESS",
        "registeredUserId": "A0SAMPLECUSTOMER",
        "sourceDevice": json.dumps({"deviceSerialNumber": SERIAL, "deviceType": "A0SAMPLETYPE1"}),
        "utteranceId": STREAM,
    }
    return {**item, **changes}


def _one(found: list[Record | Issue]) -> Record:
    assert len(found) == 1
    assert isinstance(found[0], Record)
    return found[0]


def test_a_whole_turn_that_was_recognised(read_value: Read) -> None:
    item = _turn("ASR", '{"asrText":"stop"}')
    assert _one(read_value({"activityDialogItems": [item]})) == Record(
        data_type="alexa:cloud:dialog_item",
        message=(
            "The account's history records a turn of an activity, of type ASR, with status SUCCESS;"
            ' the text recognised by the service is "stop".'
        ),
        locator="json:/activityDialogItems/0",
        timestamps=(
            CREATION,
            Timestamp(
                "Recorded Time",
                "2020/05/04/10 15:07",
                Clock.CLOUD,
                1588587307000000,
                "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
            ),
        ),
        device_serial=SERIAL,
        device_type="A0SAMPLETYPE1",
        account="A0SAMPLECUSTOMER",
        utterance_id=STREAM,
        transcript="stop",
        fields={
            **item,
            "activityItemData": {"asrText": "stop"},
            "sourceDevice": {"deviceSerialNumber": SERIAL, "deviceType": "A0SAMPLETYPE1"},
        },
        parser="alexa_dialog_items",
        parser_version="3",
    )


def test_an_answer_is_not_speech_of_a_person(read_value: Read) -> None:
    record = _one(read_value({"activityDialogItems": [_turn("TTS", '{"ttsText":"Fine."}')]}))
    assert record.transcript is None
    assert record.fields["answer_text"] == "Fine."
    assert record.timestamps == (CREATION,)
    assert record.message.endswith('; the text of Alexa\'s answer, as the record has it, is "Fine.".')


@pytest.mark.parametrize("nothing", [None, "", "{}", {}, " "])
def test_nothing_within_is_no_issue(read_value: Read, nothing: object) -> None:
    item = _turn("ASR", nothing, sourceDevice=nothing, timestamp=0, activityStatus=None, registeredUserId=None)
    record = _one(read_value({"activityDialogItems": [item]}))
    assert record.message == (
        "The account's history records a turn of an activity, of type ASR; it holds no recognised text."
    )
    assert (record.transcript, record.device_serial, record.device_type) == (None, SERIAL, "A0SAMPLETYPE1")
    assert [timestamp.description for timestamp in record.timestamps] == ["Recorded Time"]


def test_an_empty_text_and_another_type_are_told_apart(read_value: Read) -> None:
    items = [_turn("ASR", '{"asrText":""}'), _turn("NLU", '{"intent":"x"}'), _turn("TTS", "{}")]
    found = read_value({"activityDialogItems": items})
    assert [item.transcript for item in found if isinstance(item, Record)] == ["", None, None]
    assert [item.message.partition(";")[2] for item in found if isinstance(item, Record)] == [
        " the recognised text is empty.",
        "",
        " it holds no text of an answer.",
    ]


@pytest.mark.parametrize(
    ("changes", "what", "key"),
    [
        ({"activityItemData": "{broken"}, "activityItemData: not JSON (", "activityItemData"),
        ({"activityItemData": 7}, "activityItemData: an object, or a text that holds one,", "activityItemData"),
        ({"activityItemData": '{"asrText":7}'}, "activityItemData: asrText: text was expected.", "activityItemData"),
        ({"sourceDevice": "[]"}, "sourceDevice: an object, or a text that holds one,", "sourceDevice"),
        ({"timestamp": {}}, "timestamp: a whole number of milliseconds", "timestamp"),
        ({"utteranceId": 7}, "utteranceId: text was expected.", "utteranceId"),
    ],
)
def test_what_is_not_as_expected_is_an_issue_beside_the_record(
    read_value: Read, changes: dict[str, object], what: str, key: str
) -> None:
    issue, record = read_value({"activityDialogItems": [_turn("ASR", None, **changes)]})
    assert isinstance(issue, Issue)
    assert issue.what.startswith(what)
    assert (issue.locator, issue.parser) == (f"json:/activityDialogItems/0/{key}", "alexa_dialog_items")
    assert isinstance(record, Record)


def test_one_broken_turn_does_not_hide_the_others(read_value: Read) -> None:
    found = read_value({"activityDialogItems": [_turn("NLU", None), 5, None, {"other": 1}, _turn("NLU", None)]})
    assert [type(item) for item in found] == [Record, Issue, Issue, Record]


def test_the_address_names_the_activity(parse_all: Callable[..., list[Record | Issue]]) -> None:
    address = f"https://alexa.amazon.com/api/activity-dialog-items?activityKey={KEY.replace('#', '%23')}"
    answer = {"activityDialogItems": [_turn("ASR", '{"asrText":"stop"}', sourceDevice=None, registeredUserId=None)]}
    record = _one(parse_all(ApiJson(), json.dumps([{"request": address, "response": answer}]).encode()))
    assert record.keys == (f"activity:{KEY}",)
    assert (record.device_serial, record.account) == (SERIAL, "A0SAMPLECUSTOMER")


def test_a_loose_file_is_known_by_its_keys(parse_all: Callable[..., list[Record | Issue]]) -> None:
    answer = {"activityDialogItems": [_turn("ASR", '{"asrText":"stop"}')]}
    assert _one(parse_all(ApiJson(), json.dumps(answer).encode())).data_type == "alexa:cloud:dialog_item"
