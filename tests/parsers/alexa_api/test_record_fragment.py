from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.alexa_api.answers.fragment import FORMS, form_of
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.kinds.activity import Activities
from parsers.alexa_api.kinds.card import Cards
from parsers.alexa_api.kinds.dialog_items import DialogItems
from parsers.alexa_api.kinds.history import History
from parsers.alexa_api.record_fragment import RecordFragment
from parsers.parser import HEAD_SIZE, Source
from parsers.record import Clock, Issue, Record, Timestamp
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


STREAM = "AB72C64C86AW2:1.0/2024/03/08/20/B0F0071234567890/31:47::TNIH_2V.1d4c2a70-5b1e-4f0a-9c3d-000000000005ZXV/0"
ITEM: dict[str, Any] = {
    "recordItemKey": "k",
    "recordItemType": "CUSTOMER_TRANSCRIPT",
    "timestamp": 1_700_000_000_000,
    "transcriptText": "what time is it",
    "utteranceId": STREAM,
}
CARD: dict[str, Any] = {
    "cardType": "TextCard",
    "creationTimestamp": 1_700_000_000_000,
    "descriptiveText": ["a", "b"],
    "id": "c1",
    "sourceDevice": {"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"},
    "title": "T",
}
TURN: dict[str, Any] = {
    "activityItemData": '{"asrText":"stop"}',
    "registeredUserId": "A1",
    "sourceDevice": '{"deviceSerialNumber":"B0F0071234567890","deviceType":"AB72C64C86AW2"}',
    "timestamp": 1_700_000_000_000,
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
        assert (one.transcript, one.timestamps, one.device_serial) == (
            other.transcript,
            tuple(one.timestamps),
            other.device_serial,
        )
        assert [(m.timestamp, m.description) for m in one.timestamps] == [
            (m.timestamp, m.description) for m in other.timestamps
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


def _created(note: str) -> Timestamp:
    return Timestamp("Creation Time", "1700000000000", Clock.CLOUD, 1_700_000_000_000_000, note)


def test_a_whole_activity() -> None:
    assert _read(ACTIVITY) == [
        Record(
            data_type="alexa:cloud:activity",
            message=(
                "The account's history records an utterance with status SUCCESS; the text recognised by the service is"
                ' "what time is it". The bytes hold an activity alone; the answer that it was part of is not there.'
            ),
            locator="",
            timestamps=(
                _created("Epoch milliseconds: when the service created the record; the utterance began before that."),
            ),
            device_serial="B0F0071234567890",
            device_type="AB72C64C86AW2",
            account="A1",
            transcript="what time is it",
            fields={
                "creationTimestamp": 1_700_000_000_000,
                "domain_attributes": None,
                "first_stream_id": None,
                "first_utterance_id": None,
                "id": "A1#1700000000000#AB72C64C86AW2#B0F0071234567890",
                "registered_customer_id": "A1",
                "source_devices": [{"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"}],
                "stands_alone": "an activity",
                "status": "SUCCESS",
                "summary": "what time is it",
            },
            keys=("activity:A1#1700000000000#AB72C64C86AW2#B0F0071234567890",),
            parser="alexa_activities",
            parser_version=Activities.version,
        )
    ]


def test_a_whole_card() -> None:
    assert _read(CARD) == [
        Record(
            data_type="alexa:cloud:card",
            message=(
                "The account's home screen held a card of type TextCard, titled \"T\"; the service's own text reads"
                ' "a, b". The bytes hold a card alone; the answer that it was part of is not there.'
            ),
            locator="",
            timestamps=(
                _created("Epoch milliseconds: when the service created the card; the utterance began before that."),
            ),
            device_serial="B0F0071234567890",
            device_type="AB72C64C86AW2",
            fields={
                "cardType": "TextCard",
                "creationTimestamp": 1_700_000_000_000,
                "id": "c1",
                "service_text": ["a", "b"],
                "service_title": "T",
                "sourceDevice": {"deviceType": "AB72C64C86AW2", "serialNumber": "B0F0071234567890"},
                "stands_alone": "a card",
            },
            keys=("activity:c1",),
            parser="alexa_cards",
            parser_version=Cards.version,
        )
    ]


def test_a_whole_item_of_a_history_record() -> None:
    assert _read(ITEM) == [
        Record(
            data_type="alexa:cloud:history",
            message=(
                'The account\'s history holds a record; the text recognised by the service is "what time is it".'
                " The bytes hold an item of a history record alone; the answer that it was part of is not there."
            ),
            locator="",
            timestamps=(
                Timestamp(
                    "Recorded Time",
                    "2024/03/08/20 31:47",
                    Clock.CLOUD,
                    1_709_929_907_000_000,
                    "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
                ),
                _created(
                    "Epoch milliseconds that the history gives for an item of the record, of type CUSTOMER_TRANSCRIPT."
                ),
            ),
            device_serial="B0F0071234567890",
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            transcript="what time is it",
            fields={
                "asr_replacement_texts": [],
                "device_name": None,
                "items": [ITEM],
                "persons": [],
                "stands_alone": "an item of a history record",
            },
            parser="alexa_history",
            parser_version=History.version,
        )
    ]


def test_a_whole_turn_without_its_type() -> None:
    assert _read(TURN) == [
        Record(
            data_type="alexa:cloud:dialog_item",
            message=(
                "The account's history records a turn of an activity, of type not given. The bytes hold a turn of an"
                " activity alone; the answer that it was part of is not there."
            ),
            locator="",
            timestamps=(
                _created("Epoch milliseconds that the service gave the turn; the utterance began before that."),
            ),
            device_serial="B0F0071234567890",
            device_type="AB72C64C86AW2",
            account="A1",
            fields={
                "activityItemData": {"asrText": "stop"},
                "registeredUserId": "A1",
                "sourceDevice": {"deviceSerialNumber": "B0F0071234567890", "deviceType": "AB72C64C86AW2"},
                "stands_alone": "a turn of an activity",
                "timestamp": 1_700_000_000_000,
            },
            parser="alexa_dialog_items",
            parser_version=DialogItems.version,
        )
    ]


def test_each_form_is_described_by_any_of_its_marks() -> None:
    for form in FORMS:
        for key, others in form.marks:
            assert {form_of({key: None, other: 0}) for other in others} == {form}, key
            assert form_of({key: 1}) is None
    values: list[object] = [None, [], "activityStatus", 1, {}, [ACTIVITY]]
    assert [form_of(value) for value in values] == [None] * 6


def test_a_record_with_wrong_types_is_reported_with_issues_and_still_kept() -> None:
    wrong = dict.fromkeys(ACTIVITY, 5)
    found = list(RecordFragment().parse(_source(wrong)))

    assert [type(item).__name__ for item in found].count("Record") == 1
    assert [type(item).__name__ for item in found].count("Issue") >= 1


@pytest.mark.parametrize("gone", [1, 60, 200])
def test_a_record_that_breaks_off_is_not_claimed_and_reported_to_be_broken(gone: int) -> None:
    content = json.dumps(CARD).encode()[:-gone]
    source = Source.of(content)
    broken, other = RecordFragment().parse(source)

    assert not RecordFragment().claims(source)
    assert isinstance(broken, Issue)
    assert broken.what.startswith("The JSON is damaged or breaks off at byte ")
    assert other == Issue("One record of an answer was expected.", "", content[:64])


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"text", b'{"activityStatus":1}', b"\xff\xfe{"])
def test_what_is_no_record_is_one_issue_at_least_and_no_record(content: bytes) -> None:
    found = list(RecordFragment().parse(Source.of(content)))

    assert not RecordFragment().claims(Source.of(content))
    assert found[-1] == Issue("One record of an answer was expected.", "", content[:64])


def test_a_file_longer_than_the_head_is_not_taken_for_one_record() -> None:
    card = {"cardType": "TextCard", "primaryActions": [], "x": "y" * HEAD_SIZE}

    assert not RecordFragment().claims(_source(card))
    assert RecordFragment().claims(_source({**card, "x": "y"}))


@pytest.mark.parametrize(
    "content",
    [
        b'{"cardType":' + b"[" * 60_000,
        b'{"cardType":' + b"[" * 20_000 + b"]" * 20_000 + b',"primaryActions":1}',
        b'{"cardType":' + b"9" * 50_000 + b',"primaryActions":1e999}',
        b"{" * 60_000 + b'"cardType"',
        b'{"cardType":"' + b'\\"' * 30_000,
    ],
    ids=["open", "deep", "numbers", "braces", "quotes"],
)
def test_hostile_records_are_read_without_an_error(content: bytes) -> None:
    source = Source.of(content)
    found = list(RecordFragment().parse(source))

    assert RecordFragment().claims(source) is (content.endswith(b"1e999}"))
    assert found


def test_locators_lead_into_the_record_and_not_into_what_was_put_around() -> None:
    for record in _read(ACTIVITY):
        assert "activities" not in record.locator
        assert all("activities" not in timestamp.locator for timestamp in record.timestamps)


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


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([ACTIVITY, CARD, HISTORY, ITEM, TURN]), st.data())
def test_changed_values_never_raise_and_keep_a_record(value: dict[str, Any], data: st.DataObject) -> None:
    other = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(sorted(value)), inner, max_size=2),
        max_leaves=4,
    )
    changed = {**value, **data.draw(st.dictionaries(st.sampled_from(sorted(value)), other, max_size=3))}
    found = list(RecordFragment().parse(_source(changed)))

    records = [item for item in found if isinstance(item, Record)]
    assert records
    assert all("alone; the answer that it was part of is not there." in item.message for item in records)
