"""The cards of the home screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from parsers.record import Clock, Issue, Record, Timestamp

Read = Callable[[object], list[Record | Issue]]

SERIAL = "G000SAMPLE000001"
STREAM = f"A0SAMPLETYPE1:1.0/2020/05/04/10/{SERIAL}/15:07::TNIH_2V.0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV"
KEY = f"A0SAMPLECUSTOMER#1588587309512#A0SAMPLETYPE1#{SERIAL}"


def _card(**changes: object) -> dict[str, object]:
    item: dict[str, object] = {
        "cardType": "TextCard",
        "creationTimestamp": 1588587309512,
        "descriptiveText": ["It is ten."],
        "id": KEY,
        "playbackAudioAction": {
            "mainText": 'Alexa heard: "what time is it"',
            "url": f"/api/utterance/audio/data?id={STREAM}/1",
        },
        "registeredCustomerId": "A0SAMPLECUSTOMER",
        "sourceDevice": {"serialNumber": SERIAL, "type": "A0SAMPLETYPE1"},
        "subtitle": None,
        "title": "What time is it?",
    }
    return {**item, **changes}


def _one(found: list[Record | Issue]) -> Record:
    assert len(found) == 1
    assert isinstance(found[0], Record)
    return found[0]


def test_a_whole_record(read_value: Read) -> None:
    assert _one(read_value({"cards": [_card()], "nextQueryTime": 1})) == Record(
        data_type="alexa:cloud:card",
        message=(
            'The account\'s home screen held a card of type TextCard, titled "What time is it?"; the card says the'
            ' service heard "what time is it"; the service\'s own text reads "It is ten.".'
        ),
        locator="json:/cards/0",
        timestamps=(
            Timestamp(
                "Creation Time",
                "1588587309512",
                Clock.CLOUD,
                1588587309512000,
                "Epoch milliseconds: when the service created the card; the utterance began before that.",
            ),
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
        utterance_id=f"{STREAM}/1",
        transcript="what time is it",
        fields={
            "cardType": "TextCard",
            "creationTimestamp": 1588587309512,
            "service_text": ["It is ten."],
            "id": KEY,
            "playbackAudioAction": _card()["playbackAudioAction"],  # type: ignore[dict-item]
            "registeredCustomerId": "A0SAMPLECUSTOMER",
            "sourceDevice": {"serialNumber": SERIAL, "type": "A0SAMPLETYPE1"},
            "service_subtitle": None,
            "service_title": "What time is it?",
            "heard_as_shown": 'Alexa heard: "what time is it"',
        },
        keys=(f"activity:{KEY}",),
        parser="alexa_cards",
        parser_version="2",
    )


@pytest.mark.parametrize(
    ("shape", "locator"),
    [
        (lambda item: {"card": item}, "json:/card"),
        (lambda item: {"cards": [item]}, "json:/cards/0"),
        (lambda item: [item], "json:/0"),
        (lambda item: item, ""),
    ],
)
def test_every_form_of_answer(read_value: Read, shape: Callable[[object], object], locator: str) -> None:
    record = _one(read_value(shape(_card())))
    assert (record.data_type, record.locator) == ("alexa:cloud:card", locator)


@pytest.mark.parametrize(
    ("shown", "heard"),
    [
        ('Alexa hat gehört: "stopp"', "stopp"),
        ('Alexa a entendu : "dis "oui" vite"', 'dis "oui" vite'),
        ("Alexa hat gehört: „stopp“", "stopp"),
        ("Alexa heard: “stop”", "stop"),
        ('Alexa heard: ""', ""),
        ("Alexa heard nothing", None),
        (None, None),
    ],
)
def test_what_was_heard_in_any_language(read_value: Read, shown: str | None, heard: str | None) -> None:
    record = _one(read_value({"card": _card(playbackAudioAction={"mainText": shown, "url": None})}))
    assert record.transcript == heard
    assert record.fields["heard_as_shown"] == shown
    assert record.utterance_id is None


def test_a_card_without_a_recording(read_value: Read) -> None:
    item = _card(playbackAudioAction=None, descriptiveText=None, sourceDevice=None)
    record = _one(read_value({"cards": [item]}))
    assert record.message == 'The account\'s home screen held a card of type TextCard, titled "What time is it?".'
    assert (record.transcript, record.utterance_id, record.device_serial) == (None, None, SERIAL)
    assert [timestamp.description for timestamp in record.timestamps] == ["Creation Time"]


@pytest.mark.parametrize(
    ("changes", "what", "locator"),
    [
        (
            {"playbackAudioAction": "x"},
            "playbackAudioAction: an object was expected.",
            "json:/card/playbackAudioAction",
        ),
        ({"creationTimestamp": True}, "creationTimestamp: a whole number of", "json:/card/creationTimestamp"),
        ({"id": []}, "id: text was expected.", "json:/card/id"),
    ],
)
def test_what_is_not_as_expected_is_an_issue_beside_the_record(
    read_value: Read, changes: dict[str, Any], what: str, locator: str
) -> None:
    issue, record = read_value({"card": _card(**changes)})
    assert isinstance(issue, Issue)
    assert issue.what.startswith(what)
    assert (issue.locator, issue.parser) == (locator, "alexa_cards")
    assert isinstance(record, Record)
    assert record.data_type == "alexa:cloud:card"


def test_one_broken_card_does_not_hide_the_others(read_value: Read) -> None:
    found = read_value({"cards": [_card(), "no card", _card()]})
    assert [type(item) for item in found] == [Record, Issue, Record]


def test_an_error_in_place_of_a_card_still_names_the_activity(read_value: Read) -> None:
    record = _one(read_value({"message": f"Domain attributes were empty for activity: {KEY}"}))
    assert record == Record(
        data_type="alexa:cloud:response",
        message=(
            "The evidence holds an answer of the Alexa service. Its address is not in the file; its first keys are"
            f' message. It gives no data; its message reads "Domain attributes were empty for activity: {KEY}".'
        ),
        locator="",
        timestamps=(
            Timestamp(
                "Creation Time",
                "1588587309512",
                Clock.CLOUD,
                1588587309512000,
                "Epoch milliseconds within the key of the activity: when the service created it, not when it was"
                " spoken.",
            ),
        ),
        device_serial=SERIAL,
        device_type="A0SAMPLETYPE1",
        account="A0SAMPLECUSTOMER",
        fields={"message": f"Domain attributes were empty for activity: {KEY}"},
        keys=(f"activity:{KEY}",),
        parser="alexa_answer",
        parser_version="6",
    )
