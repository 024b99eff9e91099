"""Pages of the history and of lists, turns of conversations, times without a description, routines of an export."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from parsers.alexa_api.answers.further_times import MAX_TIMES, TimeSearch
from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_export.routines import AlexaExportRoutines
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp, Value

Parse = Callable[..., list[Record | Issue]]
Read = Callable[[object], list[Record | Issue]]

PRIVACY = "https://www.amazon.com/alexa-privacy/apd"
SERIAL, TYPE = "G000SAMPLE000001", "A0SAMPLETYPE1"
MORE = "this page is not the last; the next page is not in this answer."
UUID = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0"
STREAM = f"{TYPE}:1.0/2024/01/01/09/DEVICE_UNSPECIFIED/23:51::TNIH_2V.{UUID}ZXV"


def _pairs(*pairs: tuple[str, object]) -> bytes:
    return json.dumps([{"request": url, "response": answer} for url, answer in pairs]).encode()


def _key(ms: int) -> str:
    return f"A0SAMPLECUSTOMER#{ms}#{TYPE}#{SERIAL}"


def _history(ms: int, **changes: object) -> dict[str, object]:
    return {"recordType": "VOICE_HISTORY", "timestamp": ms, "activityKey": _key(ms), **changes}


def _records(found: list[Record | Issue]) -> list[Record]:
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def test_pages_that_repeat_and_overlap_are_kept_whole_and_say_so(parse_all: Parse) -> None:
    first, second, early = 1704101037307, 1704101040000, 1704000000000
    url = f"{PRIVACY}/rah/alexa-history-records-v2?startTime=1704100000000&endTime=1704110000000"
    content = _pairs(
        (url, {"alexaHistoryRecords": [_history(first), _history(second)], "paginationToken": "p2"}),
        (url, {"alexaHistoryRecords": [_history(second), _history(early)], "paginationToken": None}),
    )
    found = _records(parse_all(ApiJson(), content))
    history = [record for record in found if record.data_type == "alexa:cloud:history"]
    assert [record.locator.rpartition(":")[2] for record in history] == [
        "/0/response/alexaHistoryRecords/0",
        "/0/response/alexaHistoryRecords/1",
        "/1/response/alexaHistoryRecords/0",
        "/1/response/alexaHistoryRecords/1",
    ]
    sentence = " A record with the same key stands before in this file."
    assert [record.message.endswith(sentence) for record in history] == [False, False, True, False]
    assert history[2].fields["first_stands_at"] == history[1].locator
    outside = "; its time lies outside the time that was asked for."
    assert [record.message.endswith(outside) for record in history] == [False, False, False, True]
    asked = "from 1704100000000, until 1704110000000"
    assert all(record.fields["the_client_asked_for"] == asked for record in history)
    assert all(timestamp.description != "Unknown Time" for record in history for timestamp in record.timestamps)
    (page,) = (record for record in found if record.data_type == "alexa:cloud:page")
    assert page == Record(
        data_type="alexa:cloud:page",
        message=(
            "The evidence holds an answer of the Alexa service to /alexa-privacy/apd/rah/alexa-history-records-v2; 2"
            f" records were read from it. It names a further page (paginationToken): {MORE}"
        ),
        locator="json:/0/response",
        fields={"paginationToken": "p2", "the_client_asked_for": asked, "request_url": url},
        parser="alexa_page",
        parser_version="3",
    )


def test_a_record_with_null_items_is_kept_and_no_reason_is_made_up(read_value: Read) -> None:
    item = _history(1704101037307, voiceHistoryRecordItems=None, deviceInfo=None, personsInfo=None)
    (record,) = _records(read_value({"alexaHistoryRecords": [item]}))
    assert record.message == (
        "The account's history holds a record of type VOICE_HISTORY; the record holds no recognised text; it lists no"
        " items; an entry can have been deleted or withheld, the record does not say why."
    )


@pytest.mark.parametrize("token", [None, "", 0])
def test_the_last_page_says_nothing_of_a_further_one(read_value: Read, token: object) -> None:
    found = read_value({"alexaHistoryRecords": [_history(1704101037307)], "paginationToken": token})
    assert [record.data_type for record in _records(found)] == ["alexa:cloud:history"]


def test_the_period_of_a_list_is_no_time_of_an_event(read_value: Read) -> None:
    page = {"customerHistoryRecords": [_history(1704101038009)], "lastRecordTimestamp": 1704101037000}
    _, whole = _records(read_value(page))
    assert whole.timestamps == ()
    assert whole.message.endswith("It says of itself: its last record is of 2024-01-01T09:23:57.000000+00:00.")


def test_an_empty_page_names_its_further_page_in_its_one_record(read_value: Read) -> None:
    (record,) = _records(read_value({"customerHistoryRecords": [], "encodedRequestToken": "t"}))
    assert record.message.endswith(f"The list is empty. It names a further page (encodedRequestToken): {MORE}")


TURN: dict[str, Value] = {
    "role": "USER", "text": "what is a sample", "timestamp": 1704101037307, "utteranceId": STREAM,
    "deviceSerialNumber": SERIAL,
}  # fmt: skip
TURN_NOTE = "The time that the service gave the turn."


def test_the_turns_of_a_conversation(parse_all: Parse) -> None:
    url = f"{PRIVACY}/csd/customer-conversation-detail?conversationId=c-1&customerId=A0SAMPLECUSTOMER&sort=ASCENDING"
    answer: dict[str, Value] = {
        "speaker": "ALEXA",
        "createdAt": "2024-01-01T09:24:00Z",
        "contents": [{"text": "a piece"}, {"text": "."}],
    }
    found = parse_all(ApiJson(), _pairs((url, {"conversationTurns": [TURN, answer]})))
    common = {"account": "A0SAMPLECUSTOMER", "keys": ("conversation:c-1",), "parser": "alexa_conversations"}
    subject = "The account's history records a turn of a conversation, which the record gives to"
    spoken = "From the utterance id, UTC, in whole seconds: the start of the audio stream."
    assert found == [
        Record(
            data_type="alexa:cloud:conversation_turn",
            message=f'{subject} "USER"; its text is "what is a sample".',
            locator="json:/0/response/conversationTurns/0",
            timestamps=(
                Timestamp(
                    "Creation Time", "1704101037307", Clock.CLOUD, 1704101037307000, f"{TURN_NOTE} Epoch milliseconds."
                ),
                Timestamp("Recorded Time", "2024/01/01/09 23:51", Clock.CLOUD, 1704101031000000, spoken),
            ),
            device_serial=SERIAL,
            device_type=TYPE,
            utterance_id=STREAM,
            transcript="what is a sample",
            fields={**TURN, "text_read": "what is a sample", "speaker_read": "USER", "request_url": url},
            parser_version="1",
            **common,  # type: ignore[arg-type]
        ),
        Record(
            data_type="alexa:cloud:conversation_turn",
            message=f'{subject} "ALEXA"; its text is "a piece / .".',
            locator="json:/0/response/conversationTurns/1",
            timestamps=(
                Timestamp(
                    "Creation Time",
                    "2024-01-01T09:24:00Z",
                    Clock.CLOUD,
                    1704101040000000,
                    f"{TURN_NOTE} ISO 8601. The recorded zone is UTC.",
                ),
            ),
            fields={**answer, "text_read": "a piece / .", "speaker_read": "ALEXA", "request_url": url},
            parser_version="1",
            **common,  # type: ignore[arg-type]
        ),
    ]


@pytest.mark.parametrize("turn", [7, "x", []])
def test_what_is_no_turn_is_an_issue(read_value: Read, turn: object) -> None:
    issue, record = read_value({"conversationTurns": [turn, TURN]})
    assert issue == Issue(
        "A turn of a conversation was expected here.", "json:/conversationTurns/0", parser="alexa_conversations"
    )
    assert isinstance(record, Record)


UNDER = 'Epoch milliseconds under "{}"; what the time is of is told by that name alone.'


@pytest.mark.parametrize(
    ("value", "recorded"),
    [
        ({"anything": 1704101037307}, ["1704101037307"]),
        ({"anything": "1704101037307"}, []),
        ({"madeAt": "1704101037307"}, ["1704101037307"]),
        ({"madeAt": 1704101037}, ["1704101037"]),
        ({"size": 1704101037}, []),
        ({"phoneNumber": 1704101037307}, []),
        ({"lastTime": 1704101037.25}, ["1704101037.25"]),
        ({"a": 0, "b": -1, "lastTime": 99999999999999, "c": True, "time": 123}, []),
        ({"id": "queue_1704101037307"}, ["1704101037307"]),
        ({"id": f"{_key(1704101037307)}"}, ["1704101037307"]),
        ({_key(1704101037307): {}}, ["1704101037307"]),
        ({"url": "https://x/y_1704101037307.jpg"}, []),
        ({"x": '{"deep": [{"when": "2024-01-02T03:04:05Z"}]}'}, ["2024-01-02T03:04:05Z"]),
        ({"x": "session.2024-01-02T03:04:05.678Z.abc"}, ["2024-01-02T03:04:05.678Z"]),
        ({"x": "2024-13-02T03:04:05Z"}, []),
        ({"x": "2024-01-02T03:04:05"}, ["2024-01-02T03:04:05"]),
        ({"x": f"/audio?id={STREAM}"}, ["2024/01/01/09 23:51"]),
        ({"hourlyForecast": [{"time": 1704101037307}]}, []),
        ({"x": "{broken 1704101037307"}, []),
    ],
)
def test_times_without_a_description(value: object, recorded: list[str]) -> None:
    assert [timestamp.recorded for timestamp in TimeSearch(value, ()).timestamps()] == recorded


def test_a_time_without_a_zone_gives_no_instant() -> None:
    (timestamp,) = TimeSearch({"when": "2024-01-02T03:04:05"}, ()).timestamps()
    assert timestamp == Timestamp(
        "Unknown Time",
        "2024-01-02T03:04:05",
        Clock.UNKNOWN,
        None,
        'ISO 8601 under "when"; the zone is not recorded; what the time is of is not said.',
    )


def test_what_is_known_is_not_found_again_and_an_instant_is_found_once() -> None:
    value = {"a": {"at": 1704101037307}, "b": {"at": 1704101037307}, "c": {"at": 1704101040000}, "d": STREAM}
    (timestamp,) = TimeSearch(value, {1704101040000000}, {UUID}).timestamps()
    assert timestamp == Timestamp(
        "Unknown Time", "1704101037307", Clock.UNKNOWN, 1704101037307000, UNDER.format("a.at")
    )


def test_more_times_than_are_given_are_reported_as_there(read_value: Read) -> None:
    many = {"strings": {str(number): 1704101037307 + number for number in range(MAX_TIMES + 5)}}
    found = read_value(many)
    record = next(item for item in found if isinstance(item, Record))
    assert len(record.timestamps) == MAX_TIMES
    assert str(record.fields["further_times"]).startswith(f"more than {MAX_TIMES}")
    again = [item for item in found if isinstance(item, Record)][1:]
    assert sum(len(item.timestamps) for item in (record, *again)) == MAX_TIMES + 5


def test_deep_nesting_is_cut_and_reported() -> None:
    deep: object = {"at": 1704101037307}
    for _ in range(100):
        deep = [deep]
    search = TimeSearch(deep, ())
    assert (search.timestamps(), search.cut) == ((), True)


def test_entries_keep_their_times_beside_what_their_definition_names(parse_all: Parse) -> None:
    entry = {"itemId": "i", "itemName": "milk", "createdDateTime": 1704101037307}
    content = _pairs(("/alexashoppinglists/api/v2/lists/l/items/fetch", {"itemInfoList": [entry], "nextToken": "n"}))
    item, page = _records(parse_all(ApiJson(), content))
    note = "When the service added the item; epoch or ISO 8601, as it is written."
    assert item.timestamps == (Timestamp("Creation Time", "1704101037307", Clock.CLOUD, 1704101037307000, note),)
    assert page.message.endswith(f"; 1 record was read from it. It names a further page (nextToken): {MORE}")


ROUTINE: dict[str, Value] = {
    "friendlyName": "Good night",
    "status": "ENABLED",
    "createdAt": "2024-01-02T03:04:05Z",
    "lastRun": 1704101037307,
}


@pytest.mark.parametrize(
    ("wrap", "at"),
    [
        (lambda one: [one], "json:/0"),
        (lambda one: {"routines": [one]}, "json:/routines/0"),
        (lambda one: {"Automations": [one]}, "json:/Automations/0"),
    ],
)
def test_routines_of_an_export(parse_all: Parse, wrap: Callable[[object], object], at: str) -> None:
    content = json.dumps(wrap(ROUTINE)).encode()
    assert parse_all(AlexaExportRoutines(), content, "Additional Data/Alexa/Routines/Routines-4.json") == [
        Record(
            data_type="alexa:cloud:export_routine",
            message='The export lists a routine named "Good night", status ENABLED.',
            locator=at,
            timestamps=(
                Timestamp(
                    "Creation Time",
                    "2024-01-02T03:04:05Z",
                    Clock.CLOUD,
                    1704164645000000,
                    "When the service made the routine. ISO 8601. The recorded zone is UTC.",
                ),
                Timestamp("Unknown Time", "1704101037307", Clock.UNKNOWN, 1704101037307000, UNDER.format("lastRun")),
            ),
            fields=ROUTINE,
        )
    ]


@pytest.mark.parametrize(
    ("content", "path", "claimed"),
    [
        (b"[]", "Alexa/Routines-2.json", True),
        (b'{"routines": []}', "routines.json", True),
        (b"[]", "Alexa/my-routines.json", False),
        (b"name,status", "Alexa/Routines-2.json", False),
        (b'[{"automationId": 1, "sequence": 1, "triggers": 1}]', "Alexa/Routines.json", False),
    ],
)
def test_what_is_claimed_for_routines(content: bytes, path: str, claimed: bool) -> None:
    assert AlexaExportRoutines().claims(Source.of(content, path)) is claimed


@pytest.mark.parametrize("content", [b'{"other": 1}', b"[7]", b"[", b'[{"createdAt": "soon"}]'])
def test_routines_that_cannot_be_read_are_issues(content: bytes) -> None:
    found = list(AlexaExportRoutines().parse(Source.of(content, "Routines.json")))
    assert any(isinstance(item, Issue) for item in found)
