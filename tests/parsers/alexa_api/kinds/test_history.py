"""The newer history of an account, as its privacy pages give it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.address import ApiUrl
from parsers.record import Clock, Issue, Record, Timestamp

Read = Callable[[object], list[Record | Issue]]

SERIAL = "G000SAMPLE000001"
UUID = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
STREAM = f"A0SAMPLETYPE1:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.{UUID}ZXV/0"
KEY = f"A0SAMPLECUSTOMER#1704101037307#A0SAMPLETYPE1#{SERIAL}"
HEARD = "alexa how long is a sample"
ANSWER = "A sample is about as long as it needs to be."
PERSON = {"personId": "amzn1.actor.person.oid.SAMPLE", "personFirstName": "Robin", "personType": "ADULT"}
PROFILE = {
    "recordItemKey": None,
    "recordItemType": "PROFILE",
    "utteranceId": None,
    "timestamp": 0,
    "transcriptText": None,
    "agentVisualName": None,
    "personsInfo": [PERSON],
}
CREATION = Timestamp(
    "Creation Time",
    "1704101037307",
    Clock.CLOUD,
    1704101037307000,
    "Epoch milliseconds: the time the service gave the history record; the utterance began before that.",
)
SPOKEN = Timestamp(
    "Recorded Time",
    "2024/01/01/09 23:51",
    Clock.CLOUD,
    1704101031000000,
    "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
)

HEARD_AT = Timestamp(
    "Creation Time",
    "1704101037292",
    Clock.CLOUD,
    1704101037292000,
    "Epoch milliseconds that the history gives for an item of the record, of type CUSTOMER_TRANSCRIPT.",
)


def _item(kind: str, text: object, at: object, **changes: object) -> dict[str, object]:
    item: dict[str, object] = {
        "recordItemKey": f"1704101037307#A0SAMPLETYPE1#{SERIAL}#{at}-0",
        "recordItemType": kind,
        "utteranceId": STREAM,
        "timestamp": at,
        "transcriptText": text,
        "agentVisualName": "",
        "personsInfo": [],
    }
    return {**item, **changes}


def _history(**changes: object) -> dict[str, Any]:
    item: dict[str, object] = {
        "recordKey": KEY,
        "recordType": "VOICE_HISTORY",
        "timestamp": 1704101037307,
        "customerId": "A0SAMPLECUSTOMER",
        "device": {"deviceName": "Sample Echo", "deviceEntityId": None},
        "isBinaryFeedbackProvided": False,
        "isFeedbackPositive": False,
        "utteranceType": "GENERAL",
        "domain": "Knowledge",
        "intent": "QAIntent",
        "skillName": "",
        "voiceHistoryRecordItems": [
            _item("CUSTOMER_TRANSCRIPT", HEARD, 1704101037292),
            _item("ALEXA_RESPONSE", ANSWER, 1704101037309),
        ],
        "personsInfo": [],
        "cardResponse": None,
    }
    return {**item, **changes}


def _page(*items: object) -> dict[str, object]:
    return {
        "customerHistoryRecords": list(items),
        "encodedRequestToken": None,
        "noDataFoundWithinTimeLimit": False,
        "lastRecordTimestamp": 1704101037307,
        "voiceProfileAssociatedWithPerson": False,
    }


def _records(found: list[Record | Issue]) -> list[Record]:
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def test_a_whole_record_and_its_answer(read_value: Read) -> None:
    item = _history()
    kept = {key: value for key, value in item.items() if key != "voiceHistoryRecordItems"}
    answer = item["voiceHistoryRecordItems"][1]
    assert read_value(_page(item)) == [
        Record(
            data_type="alexa:cloud:history",
            message=(
                'The account\'s history holds a record of type VOICE_HISTORY of the device named "Sample Echo";'
                f' the record\'s utteranceType is GENERAL; the text recognised by the service is "{HEARD}";'
                ' its domain is given as "Knowledge"; its intent is given as "QAIntent".'
            ),
            locator="json:/customerHistoryRecords/0",
            timestamps=(CREATION, SPOKEN, HEARD_AT),
            device_serial=SERIAL,
            device_type="A0SAMPLETYPE1",
            account="A0SAMPLECUSTOMER",
            utterance_id=STREAM,
            transcript=HEARD,
            fields={
                **kept,
                "device_name": "Sample Echo",
                "persons": [],
                "asr_replacement_texts": [],
                "items": item["voiceHistoryRecordItems"],
            },
            keys=(f"activity:{KEY}",),
            parser="alexa_history",
            parser_version="4",
        ),
        Record(
            data_type="alexa:cloud:answer",
            message=f'The account\'s history records an answer of Alexa, as the record has it: "{ANSWER}".',
            locator="json:/customerHistoryRecords/0/voiceHistoryRecordItems/1",
            timestamps=(
                Timestamp(
                    "Creation Time",
                    "1704101037309",
                    Clock.CLOUD,
                    1704101037309000,
                    "Epoch milliseconds that the history gives for this item; not when the answer was heard.",
                ),
            ),
            device_serial=SERIAL,
            device_type="A0SAMPLETYPE1",
            account="A0SAMPLECUSTOMER",
            utterance_id=STREAM,
            fields={
                **{key: value for key, value in answer.items() if key != "transcriptText"},
                "answer_text": ANSWER,
                "replacement_text": False,
                "record_key": KEY,
            },
            keys=(f"activity:{KEY}",),
            parser="alexa_history",
            parser_version="4",
        ),
    ]


def test_the_later_form_with_another_key_and_a_list_of_devices(read_value: Read) -> None:
    item = {
        "recordType": "VOICE_HISTORY",
        "timestamp": 1704101037307,
        "activityKey": KEY.replace("#", "%23"),
        "utteranceType": "GENERAL",
        "intent": "QAIntent",
        "title": HEARD,
        "subTitle": "Sample Echo",
        "deviceInfo": [{"deviceSerialNumber": SERIAL, "deviceName": "Sample Echo"}],
        "personsInfo": PERSON,
        "voiceHistoryRecordItems": [_item("CUSTOMER_TRANSCRIPT", HEARD, 1704101037292)],
    }
    (record,) = _records(read_value({"alexaHistoryRecords": [item], "paginationToken": None}))
    assert record.locator == "json:/alexaHistoryRecords/0"
    assert record.keys == (f"activity:{KEY}",)
    assert (record.device_serial, record.device_type) == (SERIAL, "A0SAMPLETYPE1")
    assert (record.account, record.person) == ("A0SAMPLECUSTOMER", PERSON["personId"])
    assert record.fields["persons"] == [{"id": PERSON["personId"], "first_name": "Robin", "type": "ADULT"}]
    assert record.fields["activityKey"] == item["activityKey"]
    assert record.message.endswith(
        f'; its title is given as "{HEARD}"; its subtitle is given as "Sample Echo";'
        ' the record names the person "Robin".'
    )


@pytest.mark.parametrize(
    "info", [None, [], {}, {"deviceSerialNumber": SERIAL}, [{"deviceSerialNumber": SERIAL}], [None], "absent"]
)
def test_device_info_may_be_an_object_a_list_or_nothing(read_value: Read, info: object) -> None:
    item = _history(recordKey=None, deviceInfo=info)
    if info == "absent":
        del item["deviceInfo"]
    record = _records(read_value(_page(item)))[0]
    assert record.device_serial == (SERIAL if info and info not in ([None], "absent") else None)
    assert record.keys == ()


@pytest.mark.parametrize("persons", [None, [], {}, "", "absent", [None], [{"personId": None}]])
def test_no_person_is_named_where_the_record_names_none(read_value: Read, persons: object) -> None:
    item = _history(personsInfo=persons)
    if persons == "absent":
        del item["personsInfo"]
    record = _records(read_value(_page(item)))[0]
    assert record.person is None
    assert record.fields["persons"] == []
    assert "person" not in record.message


def test_of_several_persons_none_is_chosen(read_value: Read) -> None:
    other = {"personId": "amzn1.actor.person.oid.OTHER", "personFirstName": "Kim"}
    record = _records(read_value(_page(_history(personsInfo=[PERSON, other, PERSON]))))[0]
    assert record.person is None
    assert len(record.fields["persons"]) == 2  # type: ignore[arg-type]
    assert record.message.endswith('; the record names the person "Robin", "Kim".')


def test_a_profile_with_no_time_and_nulls_names_a_person_and_is_no_issue(read_value: Read) -> None:
    item = _history()
    item["voiceHistoryRecordItems"].insert(0, PROFILE)
    record, answer = _records(read_value(_page(item)))
    assert (record.person, record.transcript, record.utterance_id) == (PERSON["personId"], HEARD, STREAM)
    assert answer.person is None
    assert record.timestamps == (CREATION, SPOKEN, HEARD_AT)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("WAKE_WORD_ONLY", "WAKE_WORD_ONLY: by its name, only the wake word was recognised;"),
        ("DEVICE_ARBITRATION", "DEVICE_ARBITRATION: by its name, another device answered;"),
        ("ASR_TIMEOUT", "ASR_TIMEOUT: by its name, the recognition of speech ran out of time;"),
        ("NO_EXPRESSED_INTENT", "NO_EXPRESSED_INTENT: by its name, no intent was expressed;"),
        ("ROUTINES_OR_TAP_TO_ALEXA", "ROUTINES_OR_TAP_TO_ALEXA;"),
    ],
)
def test_a_type_of_utterance_is_explained_by_its_name_alone(read_value: Read, kind: str, expected: str) -> None:
    record = _records(read_value(_page(_history(utteranceType=kind))))[0]
    assert f"; the record's utteranceType is {expected}" in record.message


def test_replacement_text_is_never_a_transcript(read_value: Read) -> None:
    items = [
        _item("ASR_REPLACEMENT_TEXT", "volume four", 1704101037292),
        _item("TTS_REPLACEMENT_TEXT", "a chime", 1704101037309),
    ]
    record, answer = _records(read_value(_page(_history(voiceHistoryRecordItems=items))))
    assert record.transcript is None
    assert record.fields["asr_replacement_texts"] == ["volume four"]
    assert "in place of a transcript it holds replacement text, which is not a transcript:" in record.message
    assert (answer.data_type, answer.transcript) == ("alexa:cloud:answer", None)
    assert (answer.fields["answer_text"], answer.fields["replacement_text"]) == ("a chime", True)
    assert answer.message == (
        "The account's history records replacement text for an answer of Alexa, as the record has it:"
        ' "a chime"; by its type, TTS_REPLACEMENT_TEXT, it stands in place of the answer\'s text.'
    )


@pytest.mark.parametrize(
    ("texts", "transcript", "message"),
    [
        (["alexa stop", "stop", "alexa stop"], "alexa stop / stop", 'the service is "alexa stop / stop"'),
        (["", "stop"], "stop", 'the service is "stop"'),
        ([""], "", "the recognised text is empty"),
        ([None], None, "the record holds no recognised text"),
        ([], None, "the record holds no recognised text"),
    ],
)
def test_transcripts(read_value: Read, texts: list[object], transcript: str | None, message: str) -> None:
    items = [_item("CUSTOMER_TRANSCRIPT", text, 1704101037292) for text in texts]
    (record,) = _records(read_value(_page(_history(voiceHistoryRecordItems=items))))
    assert record.transcript == transcript
    assert message in record.message


def test_the_utterance_of_a_transcript_is_preferred_and_the_other_stream_is_a_key(read_value: Read) -> None:
    other = STREAM.replace("0b1c2d3e", "99999999")
    items = [
        _item("ALEXA_RESPONSE", ANSWER, 1704101037309, utteranceId=other),
        _item("CUSTOMER_TRANSCRIPT", HEARD, 1704101037292),
    ]
    record, answer = _records(read_value(_page(_history(voiceHistoryRecordItems=items))))
    assert (record.utterance_id, answer.utterance_id) == (STREAM, other)
    assert record.keys == (f"activity:{KEY}", f"utterance:{UUID.replace('0b1c2d3e', '99999999')}")


@pytest.mark.parametrize("created", [0, None, "", -1])
def test_where_the_record_has_no_time_that_within_its_key_is_taken(read_value: Read, created: object) -> None:
    record = _records(read_value(_page(_history(timestamp=created))))[0]
    recorded = [timestamp.recorded for timestamp in record.timestamps]
    assert recorded == ["1704101037307", "2024/01/01/09 23:51", "1704101037292"]
    assert record.timestamps[0].note.startswith("Epoch milliseconds within the key")
    keyless = _records(read_value(_page(_history(timestamp=created, recordKey=None))))[0]
    assert keyless.timestamps == (SPOKEN, HEARD_AT)


def test_records_repeated_at_the_edge_of_pages_stay_separate(read_value: Read) -> None:
    found = _records(read_value(_page(_history(), _history())))
    assert [record.locator for record in found if record.data_type == "alexa:cloud:history"] == [
        "json:/customerHistoryRecords/0",
        "json:/customerHistoryRecords/1",
    ]
    assert found[0].message == found[2].message


@pytest.mark.parametrize("shape", [lambda item: item, lambda item: [item], _page])
def test_every_form_of_answer(read_value: Read, shape: Callable[[object], object]) -> None:
    found = _records(read_value(shape(_history())))
    assert [record.data_type for record in found] == ["alexa:cloud:history", "alexa:cloud:answer"]


def test_an_empty_page_is_kept_and_reported_to_be_empty(read_value: Read) -> None:
    (record,) = _records(read_value({**_page(), "noDataFoundWithinTimeLimit": True}))
    assert record.data_type == "alexa:cloud:response"
    assert record.message.endswith(
        "The list is empty. The service says that it found no data within its limit of time"
        " (noDataFoundWithinTimeLimit)."
    )
    (timestamp,) = record.timestamps
    assert (timestamp.description, timestamp.recorded) == ("Unknown Time", "1704101037307")


@pytest.mark.parametrize(
    ("changes", "what", "place"),
    [
        ({"recordKey": 5}, "recordKey: text was expected.", "/recordKey"),
        ({"timestamp": []}, "timestamp: a whole number of milliseconds was expected.", "/timestamp"),
        ({"timestamp": "soon"}, "timestamp: a whole number of milliseconds was expected.", "/timestamp"),
        ({"device": 7}, "device: an object, or a list of objects, was expected.", "/device"),
        ({"personsInfo": 7}, "personsInfo: an object, or a list of objects, was expected.", "/personsInfo"),
        ({"personsInfo": [{"personId": 7}]}, "personId: text was expected.", "/personsInfo/0/personId"),
        ({"utteranceType": {}}, "utteranceType: text was expected.", "/utteranceType"),
        ({"voiceHistoryRecordItems": "x"}, "voiceHistoryRecordItems: a list was expected.", "/voiceHistoryRecordItems"),
        (
            {"voiceHistoryRecordItems": [_item("ALEXA_RESPONSE", 5, 0)]},
            "transcriptText: text was expected.",
            "/voiceHistoryRecordItems/0/transcriptText",
        ),
        (
            {"voiceHistoryRecordItems": [7]},
            "voiceHistoryRecordItems: item 0: an object was expected.",
            "/voiceHistoryRecordItems",
        ),
        (
            {"voiceHistoryRecordItems": [None] * 1001},
            "voiceHistoryRecordItems: only the first 1000 of 1001 items were read.",
            "/voiceHistoryRecordItems",
        ),
    ],
)
def test_what_is_not_as_expected_is_one_issue_beside_the_record(
    read_value: Read, changes: dict[str, object], what: str, place: str
) -> None:
    issue, record = read_value(_page(_history(**changes)))[:2]
    assert issue == Issue(what, f"json:/customerHistoryRecords/0{place}", parser="alexa_history")
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:history"


def test_one_broken_record_does_not_hide_the_others(read_value: Read) -> None:
    quiet = _history(voiceHistoryRecordItems=None)
    found = read_value(_page(quiet, 5, None, {"other": 1}, quiet))
    assert [type(item) for item in found] == [Record, Issue, Issue, Record]
    assert [item.locator for item in found] == [f"json:/customerHistoryRecords/{number}" for number in (0, 1, 3, 4)]


@pytest.mark.parametrize(
    "address",
    [
        "https://www.amazon.co.uk/alexa-privacy/apd/rvh/customer-history-records?startTime=0&endTime=1",
        "https://www.amazon.de/alexa-privacy/apd/rvh/customer-history-records-v2/?startTime=0&endTime=1",
        "https://www.amazon.com/alexa-privacy/apd/rah/alexa-history-records-v2?startTime=0",
        "/alexa-privacy/apd/rah/alexa-history-records-v2",
    ],
)
def test_a_request_with_its_answer(parse_all: Callable[..., list[Record | Issue]], address: str) -> None:
    pair = [{"request": address, "response": _page(copy.deepcopy(_history()))}]
    found = _records(parse_all(ApiJson(), json.dumps(pair).encode()))
    assert [record.data_type for record in found] == ["alexa:cloud:history", "alexa:cloud:answer"]
    assert {record.fields["request_url"] for record in found} == {address}


@pytest.mark.parametrize("value", [_page(), _page(_history()), [_history()], _history()])
def test_a_loose_file_is_known_by_its_keys(parse_all: Callable[..., list[Record | Issue]], value: object) -> None:
    assert _records(parse_all(ApiJson(), json.dumps(value).encode()))


@pytest.mark.parametrize(
    "address", ["https://www.amazon.com/gp/alexa-privacy/", "https://www.amazon.com.evil.org/alexa-privacy/apd/rvh/x"]
)
def test_other_addresses_of_the_shop_are_not_taken_for_the_history(address: str) -> None:
    assert ApiUrl.parse(address) is None
