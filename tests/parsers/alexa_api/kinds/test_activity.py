"""The account's voice history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.record import Clock, Issue, Record, Timestamp, Value

Read = Callable[[object], list[Record | Issue]]

SERIAL = "G000SAMPLE000001"
STREAM = f"A0SAMPLETYPE1:1.0/2020/05/04/10/{SERIAL}/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV"
OTHER = STREAM.replace("0b1c2d3e", "99999999")
KEY = f"A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#{SERIAL}"

TIMESTAMPS = (
    Timestamp(
        "Creation Time",
        "1588587309512",
        Clock.CLOUD,
        1588587309512000,
        "Epoch milliseconds: when the service created the record; the utterance began before that.",
    ),
    Timestamp(
        "Recorded Time",
        "2020/05/04/10 15:07",
        Clock.CLOUD,
        1588587307000000,
        "From the utterance id, UTC, in whole seconds: the start of the audio stream.",
    ),
)


def _activity(**changes: object) -> dict[str, object]:
    description = {"summary": "stop", "firstUtteranceId": f"{STREAM}/1", "firstStreamId": STREAM}
    item: dict[str, object] = {
        "activityStatus": "SUCCESS",
        "creationTimestamp": 1588587309512,
        "description": json.dumps(description),
        "domainAttributes": None,
        "id": KEY,
        "registeredCustomerId": "A0SAMPLECUSTOMER",
        "sourceDeviceIds": [{"deviceAccountId": None, "deviceType": "A0SAMPLETYPE1", "serialNumber": SERIAL}],
        "utteranceId": STREAM,
        "version": 1,
    }
    return {**item, **changes}


def _one(found: list[Record | Issue]) -> Record:
    assert len(found) == 1
    assert isinstance(found[0], Record)
    return found[0]


def test_a_whole_record(read_value: Read) -> None:
    attributes: Value = {
        "nBestList": [
            {"answerText": "Fine.", "spokenAnswerText": "Fine, thanks.", "questionText": "Stop?"},
            {"answerText": "Fine.", "searchQueryText": "stop"},
        ],
        "notificationId": "n-1",
    }
    item = _activity(domainAttributes=json.dumps(attributes), domainType=None)
    assert _one(read_value({"activities": [item], "endDate": 1})) == Record(
        data_type="alexa:cloud:activity",
        message=(
            "The account's history records an utterance with status SUCCESS; the text recognised by the service is"
            ' "stop".'
        ),
        locator="json:/activities/0",
        timestamps=TIMESTAMPS,
        device_serial=SERIAL,
        device_type="A0SAMPLETYPE1",
        account="A0SAMPLECUSTOMER",
        utterance_id=f"{STREAM}/1",
        transcript="stop",
        fields={
            "status": "SUCCESS",
            "creationTimestamp": 1588587309512,
            "domainType": None,
            "id": KEY,
            "registered_customer_id": "A0SAMPLECUSTOMER",
            "stated_utterance_id": STREAM,
            "version": 1,
            "summary": "stop",
            "first_utterance_id": f"{STREAM}/1",
            "first_stream_id": STREAM,
            "source_devices": [{"deviceAccountId": None, "deviceType": "A0SAMPLETYPE1", "serialNumber": SERIAL}],
            "answer_texts": ["Fine."],
            "spoken_answer_texts": ["Fine, thanks."],
            "question_texts": ["Stop?"],
            "search_texts": ["stop"],
            "domain_attributes": attributes,
        },
        keys=(f"activity:{KEY}", "notification:n-1"),
        parser="alexa_activities",
        parser_version="2",
    )


@pytest.mark.parametrize(
    ("shape", "locator"),
    [
        (lambda item: {"activity": item}, "json:/activity"),
        (lambda item: {"activities": [item]}, "json:/activities/0"),
        (lambda item: [item], "json:/0"),
        (lambda item: item, ""),
    ],
)
def test_every_form_of_answer(read_value: Read, shape: Callable[[object], object], locator: str) -> None:
    record = _one(read_value(shape(_activity())))
    assert (record.data_type, record.locator) == ("alexa:cloud:activity", locator)


@pytest.mark.parametrize(
    ("description", "transcript", "message"),
    [
        ('{"summary":""}', "", "the recognised text is empty"),
        ('{"summary":null}', None, "the record holds no recognised text"),
        ("{}", None, "the record holds no recognised text"),
        ("", None, "the record holds no recognised text"),
        (None, None, "the record holds no recognised text"),
    ],
)
def test_an_empty_text_and_none_are_told_apart(
    read_value: Read, description: object, transcript: str | None, message: str
) -> None:
    record = _one(read_value({"activity": _activity(description=description, activityStatus="INVALID")}))
    assert record.transcript == transcript
    assert record.message == f"The account's history records an utterance with status INVALID; {message}."


def test_a_discarded_utterance_is_reported_as_discarded_as_its_status_says(read_value: Read) -> None:
    item = _activity(activityStatus="DISCARDED_NON_DEVICE_DIRECTED_INTENT", description='{"summary":""}')
    assert _one(read_value({"activity": item})).message == (
        "The account's history records an utterance with status DISCARDED_NON_DEVICE_DIRECTED_INTENT: the service"
        " discarded it as not directed at the device, as the status name says; the recognised text is empty."
    )


def test_text_that_a_client_sent_is_not_called_speech(read_value: Read) -> None:
    typed = STREAM.replace("A0SAMPLETYPE1:", "TextClient:")
    record = _one(read_value({"activity": _activity(utteranceId=typed, description='{"summary":"stop"}')}))
    assert record.message.endswith(
        "; the utterance id names TextClient as the source, which stands for text, not speech."
    )
    assert record.timestamps[1].note.endswith("text, no audio.")


@pytest.mark.parametrize(
    ("stated", "first", "chosen"),
    [
        (STREAM, f"{STREAM}/1", f"{STREAM}/1"),
        (STREAM, f"{OTHER}/1", STREAM),
        (f"{STREAM}/0", f"{STREAM}/1", f"{STREAM}/0"),
        (STREAM, None, STREAM),
        (None, f"{STREAM}/1", f"{STREAM}/1"),
        ("not an id", "nor this", "not an id"),
        (None, None, None),
    ],
)
def test_which_utterance_id_is_taken(read_value: Read, stated: object, first: object, chosen: str | None) -> None:
    item = _activity(utteranceId=stated, description=json.dumps({"summary": "stop", "firstUtteranceId": first}))
    record = _one(read_value({"activity": item}))
    assert record.utterance_id == chosen
    assert record.fields["stated_utterance_id"] == stated
    assert record.fields["first_utterance_id"] == first


@pytest.mark.parametrize("created", [0, None, -1, "", 99999999999999999])
def test_no_time_gives_that_of_the_key_and_the_value_is_kept(read_value: Read, created: object) -> None:
    record = _one(read_value({"activity": _activity(creationTimestamp=created)}))
    assert [timestamp.description for timestamp in record.timestamps] == ["Creation Time", "Recorded Time"]
    assert record.timestamps[0].note.startswith("Epoch milliseconds within the key")
    assert record.fields["creationTimestamp"] == created
    keyless = _one(read_value({"activity": _activity(creationTimestamp=created, id=None)}))
    assert [timestamp.description for timestamp in keyless.timestamps] == ["Recorded Time"]


def test_domain_attributes_may_be_a_word(read_value: Read) -> None:
    record = _one(read_value({"activity": _activity(domainAttributes="WAKE_WORD_ONLY")}))
    assert record.fields["domain_attributes"] == "WAKE_WORD_ONLY"


def test_device_and_account_come_from_the_key_where_nothing_else_names_them(read_value: Read) -> None:
    record = _one(read_value({"activity": _activity(sourceDeviceIds=None, registeredCustomerId=None)}))
    assert (record.device_serial, record.device_type) == (SERIAL, "A0SAMPLETYPE1")
    assert record.account == "A0SAMPLECUSTOMER"


@pytest.mark.parametrize(
    ("changes", "what", "locator"),
    [
        ({"description": "{broken"}, "description: not JSON (", "json:/activity/description"),
        ({"description": "words"}, "description: JSON was expected.", "json:/activity/description"),
        ({"description": '{"summary":5}'}, "description: the summary is not text.", "json:/activity/description"),
        ({"domainAttributes": "[1,"}, "domainAttributes: not JSON (", "json:/activity/domainAttributes"),
        ({"domainAttributes": 7}, "domainAttributes: text was expected.", "json:/activity/domainAttributes"),
        ({"creationTimestamp": []}, "creationTimestamp: a whole number of", "json:/activity/creationTimestamp"),
        ({"sourceDeviceIds": "x"}, "sourceDeviceIds: a list was expected.", "json:/activity/sourceDeviceIds"),
        ({"id": 5}, "id: text was expected.", "json:/activity/id"),
    ],
)
def test_what_is_not_as_expected_is_an_issue_beside_the_record(
    read_value: Read, changes: dict[str, Any], what: str, locator: str
) -> None:
    issue, record = read_value({"activity": _activity(**changes)})
    assert isinstance(issue, Issue)
    assert issue.what.startswith(what)
    assert (issue.locator, issue.parser) == (locator, "alexa_activities")
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:activity"


def test_one_broken_activity_does_not_hide_the_others(read_value: Read) -> None:
    found = read_value({"activities": [_activity(), 5, None, {"other": 1}, _activity(id="x")]})
    assert [type(item) for item in found] == [Record, Issue, Issue, Record]
    assert [item.locator for item in found] == [f"json:/activities/{n}" for n in (0, 1, 3, 4)]


def test_hostile_content_is_bounded_and_what_was_cut_is_reported(read_value: Read) -> None:
    attributes = {"nBestList": [{"answerText": "a" * 50000}], "many": list(range(5000))}
    record = _one(read_value({"activity": _activity(domainAttributes=json.dumps(attributes))}))
    assert record.fields["left_out"] == [
        "answer_texts[0]: 41808 of 50000 characters",
        "domain_attributes.nBestList[0].answerText: 41808 of 50000 characters",
        "domain_attributes.many: 4800 of 5000 members",
    ]
    assert len(json.dumps(dict(record.fields))) < 30000
