"""Shapes of what was heard and answered, of 2018 to 2026 and in several languages, however they are wrapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.record import Issue, Record

Item = dict[str, Any]
Row = tuple[str, str, tuple[int, ...]]

CUSTOMER, TYPE, SERIAL = "A0SAMPLECUSTOMER", "A0SAMPLETYPE1", "G000SAMPLE000001"
#: 2024-01-01T09:23:58.009Z, and the beginning of the utterance, seven seconds before.
AT, SPOKEN = 1704101038009, 1704101031000
KEY = f"{CUSTOMER}#{AT}#{TYPE}#{SERIAL}"
UTTERANCE = f"{TYPE}:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.0a1b2c3d-0000-4000-8000-0123456b8e54ZXV"


def _item(kind: str, text: str | None, at: int = AT, **more: object) -> Item:
    return {
        "recordItemKey": f"{AT}#{TYPE}#{SERIAL}#{at}-{kind}", "recordItemType": kind, "utteranceId": f"{UTTERANCE}/0",
        "timestamp": at, "transcriptText": text, "agentVisualName": None, **more,
    }  # fmt: skip


HEARD, ANSWERED, REPLACED = "CUSTOMER_TRANSCRIPT", "ALEXA_RESPONSE", "ASR_REPLACEMENT_TEXT"


def _history(*items: Item, **more: object) -> Item:
    return {
        "recordKey": KEY, "recordType": "VOICE_HISTORY", "timestamp": AT, "customerId": CUSTOMER,
        "device": {"deviceName": "Küche", "deviceEntityId": None}, "utteranceType": "GENERAL", "domain": "",
        "intent": None, "skillName": "", "voiceHistoryRecordItems": list(items), "personsInfo": [], **more,
    }  # fmt: skip


def _page(*records: Item, **more: object) -> Item:
    return {"customerHistoryRecords": list(records), "encodedRequestToken": None, "lastRecordTimestamp": AT, **more}


def _without(value: Item, *keys: str) -> Item:
    return {key: inner for key, inner in value.items() if key not in keys}


def _activity(status: str, summary: str, **more: object) -> Item:
    description = json.dumps({"summary": summary, "firstUtteranceId": UTTERANCE})
    return {
        "_disambiguationId": None, "activityStatus": status, "creationTimestamp": AT, "domainAttributes": None,
        "id": KEY, "description": description, "utteranceId": UTTERANCE, "registeredCustomerId": CUSTOMER,
        "sourceDeviceIds": [{"serialNumber": SERIAL, "deviceType": TYPE}], **more,
    }  # fmt: skip


PERSON = {"personId": "amzn1.actor.person.oid.1", "personFirstName": "Регина", "personType": "ADULT"}
RAH = {
    "activityKey": KEY, "recordType": "VOICE_HISTORY", "timestamp": AT, "utteranceType": "GENERAL", "title": "さくら",
    "deviceInfo": [{"deviceSerialNumber": SERIAL, "deviceType": TYPE}], "personsInfo": PERSON, "intent": "PlayMusic",
    "voiceHistoryRecordItems": [_item(HEARD, "アレクサ さくらをかけて")],
}  # fmt: skip
CARD: Item = {
    "cardType": "TextCard", "creationTimestamp": AT, "descriptiveText": ["Half past nine."], "id": KEY, "title": "Time",
    "playbackAudioAction": {
        "mainText": 'Alexa hörte: „wie spät ist es“', "url": f"/api/utterance/audio/data?id={UTTERANCE}",
    },
    "registeredCustomerId": CUSTOMER, "sourceDevice": {"serialNumber": SERIAL, "type": TYPE}, "primaryActions": [],
}  # fmt: skip
TURN: Item = {
    "itemType": "ASR", "timestamp": AT, "activityItemData": json.dumps({"asrText": "licht an"}),
    "activityStatus": "SUCCESS", "registeredUserId": CUSTOMER, "utteranceId": UTTERANCE,
    "sourceDevice": json.dumps({"deviceSerialNumber": SERIAL}),
}  # fmt: skip
FRAGMENTS: Item = {
    "conversationId": "amzn1.conversation.1", "token": "t", "fragments": [
        {"fragmentURI": "f1", "timestamp": "2024-01-01T09:23:58.009Z", "metadata": {"purpose": "USER"},
         "content": {"type": "Card", "cardType": "Text", "text": "wie spät ist es"}},
        {"fragmentURI": "f2", "timestamp": 1704101040000, "metadata": {"purpose": "AGENT"},
         "content": {"type": "APLFragment", "datasources": {"cardData": {"text": "Halb zehn. 🎉"}}}}],
}  # fmt: skip
PROFILE = _item("PROFILE", None, 0, recordItemKey=None, utteranceId=None, personsInfo=[PERSON])
NOT_MEANT = _item(REPLACED, "Audio was not intended for Alexa")
IN_ISO = _history(_item(HEARD, "ну давай"), timestamp="2024-01-01T09:23:58.009Z")
TALKS: Item = {"conversations": [
    {"id": "amzn1.conversation.1", "creation": {"origin": {"name": "Küche"}, "time": "2024-01-01T09:23:58.009Z"},
     "lastTurn": {"origin": {"name": "Bad"}, "time": "2024-01-01T09:24:00Z"}}]}  # fmt: skip

SHAPES: dict[str, tuple[object, list[Row]]] = {
    "history, version 2, German": (
        _page(_history(_item(HEARD, "alexa öffne die garage"), _item(ANSWERED, "Okay!", AT + 2))),
        [("history", '"alexa öffne die garage"', (SPOKEN, AT)), ("answer", '"Okay!"', (AT + 2,))],
    ),
    "history of 2021, without persons": (
        _page(_without(_history(_item(HEARD, "stopp")), "personsInfo")), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a profile item and nulls": (
        _page(_history(_item(HEARD, "hallo"), PROFILE)),
        [("history", "Регина", (SPOKEN, AT))],
    ),
    "replaced texts": (
        _page(_history(NOT_MEANT, _item("TTS_REPLACEMENT_TEXT", "…", AT + 2))),
        [("history", "replacement text", (SPOKEN, AT)), ("answer", "in place of the answer's text", (AT + 2,))],
    ),
    "arbitration": (
        _page(_history(utteranceType="DEVICE_ARBITRATION")), [("history", "another device answered", (AT,))],
    ),
    "no device, no items, no key": (
        _page(_history(device=None, voiceHistoryRecordItems=None)), [("history", "lists no items", (AT,))],
    ),
    "a time in ISO 8601 and members in another order": (
        {"customerHistoryRecords": [dict(reversed(IN_ISO.items()))]},
        [("history", '"ну давай"', (SPOKEN, AT))],
    ),
    "history of 2026": ({"alexaHistoryRecords": [RAH]}, [("history", '"アレクサ さくらをかけて"', (SPOKEN, AT))]),
    "a time written with a decimal point": (
        _page(_history(_item(HEARD, "stopp"), timestamp=float(AT))), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time in seconds": (
        _page(_history(_item(HEARD, "stopp"), timestamp=AT // 1000)),
        [("history", '"stopp"', (SPOKEN, AT // 1000 * 1000, AT))],
    ),
    "a time in microseconds": (
        _page(_history(_item(HEARD, "stopp"), timestamp=AT * 1000)), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time in nanoseconds": (
        _page(_history(_item(HEARD, "stopp"), timestamp=AT * 10**6 + 7)), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time in Windows' ticks": (
        _page(_history(_item(HEARD, "stopp"), timestamp=AT * 10_000 + 116_444_736_000_000_000)),
        [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time in seconds with a fraction": (
        _page(_history(_item(HEARD, "stopp"), timestamp=AT / 1000)), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time as PowerShell writes it": (
        _page(_history(_item(HEARD, "stopp"), timestamp=f"/Date({AT})/")), [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time as MongoDB writes it": (
        _page(_history(_item(HEARD, "stopp"), timestamp={"$date": {"$numberLong": str(AT)}})),
        [("history", '"stopp"', (SPOKEN, AT))],
    ),
    "a time as a program of one country writes it": (
        _page(_history(_item(HEARD, "stopp"), timestamp="01.01.2024, 09:23:58 UTC")),
        [("history", '"stopp"', (SPOKEN, AT // 1000 * 1000, AT))],
    ),
    "one record": (_history(_item(HEARD, "emoji 🎉")), [("history", "🎉", (SPOKEN, AT))]),
    "bare records": ([_history(_item(HEARD, "a")), _history(_item(HEARD, "b"))],
                     [("history", '"a"', (SPOKEN, AT)), ("history", '"b"', (SPOKEN, AT))]),
    "activities": ({"activities": [_activity("SUCCESS", "öffne die garage")]}, [("activity", "garage", (SPOKEN, AT))]),
    "an abandoned one": (_activity("SYSTEM_ABANDONED", ""), [("activity", "SYSTEM_ABANDONED", (SPOKEN, AT))]),
    "a fault": ({"activity": _activity("FAULT", "тише")}, [("activity", "status FAULT", (SPOKEN, AT))]),
    "a discarded one": (
        [_activity("DISCARDED_NON_DEVICE_DIRECTED_INTENT", "was")], [("activity", "discarded", (SPOKEN, AT))],
    ),
    "cards": ({"cards": [CARD]}, [("card", "wie spät ist es", (SPOKEN, AT))]),
    "turns of an activity": ({"activityDialogItems": [TURN]}, [("dialog_item", '"licht an"', (SPOKEN, AT))]),
    "turns of a conversation": (
        {"conversationTurns": [{"customerId": CUSTOMER, "role": "CUSTOMER", "text": "und morgen", "timestamp": AT}]},
        [("conversation_turn", '"und morgen"', (AT,))],
    ),
    "fragments of Alexa+": (
        FRAGMENTS,
        [("conversation_turn", '"USER"; its text is "wie spät ist es"', (AT,)),
         ("conversation_turn", "Halb zehn. 🎉", (1704101040000,))],
    ),
    "conversations of Alexa+": (
        TALKS, [("alexa_plus_conversation", 'begun on the device "Küche"', (AT, 1704101040000))],
    ),
    "persons": ([PERSON], [("person", '"Регина"', ())]),
    "an item of another type": (
        _page(_history(_item("DEVICE_TEXT", "hunde bellen"))),
        [("history", 'texts of other types: "hunde bellen" (DEVICE_TEXT)', (SPOKEN, AT))],
    ),
    "attributes of alexa_media": (
        {"friendly_name": "Küche", "last_called": True, "last_called_summary": "wie spät", "last_called_timestamp": AT},
        [("last_called", 'to the device "Küche" the text "wie spät".', (AT,))],
    ),
    "an event of alexa_media": (
        {"last_called_change": {"serialNumber": SERIAL, "timestamp": AT, "summary": "licht an", "response": "OK"}},
        [("last_called", f'to the device {SERIAL} the text "licht an" and as its answer "OK".', (AT,))],
    ),
    "what alexa_media keeps of a device": (
        {"last_called": {"serialNumber": SERIAL, "timestamp": AT, "summary": "тише"}},
        [("last_called", f'to the device {SERIAL} the text "тише".', (AT,))],
    ),
    "states of ioBroker": (
        {"alexa2.0.History.json": {"val": json.dumps({"summary": "тише", "creationTime": AT}), "ts": AT + 2}},
        [("last_called", 'as the last utterance the text "тише".', (AT, AT + 2))],
    ),
    "an event that alexa_media fires": (
        {"last_called": SERIAL, "timestamp": AT, "summary": "licht an"},
        [("last_called", f'to the device {SERIAL} the text "licht an".', (AT,))],
    ),
    "a line of ioBroker's states": (
        {"k": "alexa2.0.History.json", "v": {"val": json.dumps({"summary": "тише", "creationTime": AT}), "ts": AT + 2}},
        [("last_called", 'as the last utterance the text "тише".', (AT, AT + 2))],
    ),
    "another line of ioBroker's states": (
        {"k": "io.alexa2.0.History.name", "v": {"val": "Küche", "ts": AT + 2}},
        [("last_called", 'of the last utterance the state alexa2.0.History.name: "Küche".', (AT + 2,))],
    ),
    "a request to a skill": (
        {
            "version": "1.0",
            "session": {
                "application": {"applicationId": "amzn1.ask.skill.0"},
                "user": {"userId": "amzn1.ask.account.0", "accessToken": "secret"},
            },
            "request": {
                "type": "IntentRequest", "requestId": "amzn1.echo-api.request.0", "timestamp": "2024-01-01T09:23:51Z",
                "intent": {"name": "Order", "slots": {"food": {"name": "food", "value": "пицца"}, "when": {}}},
            },
        },
        [("skill_request", 'the request IntentRequest with the intent Order; its slots: food "пицца".', (SPOKEN,))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHAPES))
def test_it_is_read_however_it_is_wrapped(
    name: str,
    wrap: Callable[[object], object],
    read_file: Callable[[object], list[Record | Issue]],
    rows_of: Callable[[list[Record | Issue]], list[Row]],
) -> None:
    value, expected = SHAPES[name]
    found = rows_of(read_file(wrap(value)))
    assert [(kind, instants) for kind, _, instants in found] == [(kind, instants) for kind, _, instants in expected]
    for (_, message, _), (_, part, _) in zip(found, expected, strict=True):
        assert part in message


def test_the_page_of_answers_lists_every_shape(
    read_file: Callable[[object], list[Record | Issue]],
    page_row: Callable[..., tuple[str, str]],
    doc_table: Callable[[str, str], dict[str, tuple[str, ...]]],
) -> None:
    read = {name: page_row(value, read_file({"data": value})) for name, (value, _) in SHAPES.items()}
    assert doc_table("answers.md", "Speech and its answers") == read


def test_an_item_that_a_record_holds_too_is_one_row(read_file: Callable[[object], list[Record | Issue]]) -> None:
    record = _history(_item(HEARD, "hallo"), _item(ANSWERED, "Hallo!", AT + 2))
    kept = {"details": {HEARD: [_item(HEARD, "hallo")]}, "data": record, "name": "Küche"}
    assert [each.data_type for each in read_file([kept]) if isinstance(each, Record)] == [
        "alexa:cloud:history",
        "alexa:cloud:answer",
    ]
    (alone,) = read_file([{"details": {HEARD: [_item(HEARD, "hallo")]}}])
    assert isinstance(alone, Record)
    assert (alone.data_type, alone.transcript) == ("alexa:cloud:history", "hallo")


def test_a_number_that_is_no_time_in_any_unit_is_an_issue(read_file: Callable[[object], list[Record | Issue]]) -> None:
    issue, record = read_file(_page(_history(_item(HEARD, "stopp", 0), timestamp=739_000_000)))
    assert isinstance(issue, Issue)
    assert issue.what == "timestamp: the number 739000000 is no time of 2010 to 2100 in a unit that is known."
    assert isinstance(record, Record)
    assert {time.recorded for time in record.timestamps} == {str(AT), "2024/01/01/09 23:51"}


def test_the_first_answer_does_not_hide_the_others(read_file: Callable[[object], list[Record | Issue]]) -> None:
    answers = {
        "activities": [_activity("SUCCESS", "eins")],
        "more": {"cards": [CARD]},
        "last": [_page(_history(_item(HEARD, "drei")))],
    }
    kinds = [each.data_type for each in read_file(answers) if isinstance(each, Record)]
    assert kinds == ["alexa:cloud:activity", "alexa:cloud:card", "alexa:cloud:history"]


def test_what_encloses_an_answer_stands_with_its_records(read_file: Callable[[object], list[Record | Issue]]) -> None:
    (record,) = read_file({"level": "debug", "run": 7, "payload": _page(_history(_item(HEARD, "hallo")))})
    assert isinstance(record, Record)
    assert record.fields["stands_within"] == {"level": "debug", "run": 7}


def test_what_the_client_asked_for_is_no_time_of_a_record(read_file: Callable[[object], list[Record | Issue]]) -> None:
    path = "https://www.amazon.de/alexa-privacy/apd/rvh/customer-history-records-v2"
    url = f"{path}?startTime=1704000000000&endTime=1704200000000"
    answer = _page(_history(_item(HEARD, "hallo")), request={"startTime": 1704000000000, "cursor": f"x#{AT + 99}"})
    for value in ([{"request": url, "response": answer}], {"url": url, "startTime": 1704000000000, "body": answer}):
        (record,) = read_file(value)
        assert isinstance(record, Record)
        assert sorted(time.timestamp or 0 for time in record.timestamps) == [SPOKEN * 1000, AT * 1000]
        assert record.fields["the_client_asked_for"] == "from 1704000000000, until 1704200000000"
