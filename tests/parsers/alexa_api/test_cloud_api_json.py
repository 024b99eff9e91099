"""Files of the service's answers: with requests, loose, broken."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.formats.json.text import MAX_BYTES
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp

Parse = Callable[..., list[Record | Issue]]
CIFT = f"x/AmazonAlexaClient/{'0a' * 20}.json"
SAVED = f"{'0a' * 20}.json"
NOTE = (
    "Epoch milliseconds that the client wrote into the address as _. By the client's clock; it is the time the"
    " client's page was loaded, counted up by one with each request, so the request was made then or later."
    " What the answer shows may be older than the request."
)


def _records(found: list[Record | Issue]) -> list[Record]:
    assert [item for item in found if isinstance(item, Issue)] == []
    return [item for item in found if isinstance(item, Record)]


def test_requests_and_answers_of_every_kind(fixture_bytes: Callable[[str], bytes], parse_all: Parse) -> None:
    found = _records(parse_all(ApiJson(), fixture_bytes("request_pairs.json")))
    pages = [record for record in found if record.data_type == "alexa:cloud:page"]
    records = [record for record in found if record.data_type != "alexa:cloud:page"]
    # Where the entries of an answer hold times of their own, the answer as a whole holds the time it was asked for.
    assert [record.locator for record in pages] == [f"json:/{n}/response" for n in (0, 1, 3, 4, 12, 13, 14, 22)]
    assert all(record.timestamps[0].note == NOTE for record in pages)
    assert [len(record.timestamps) for record in pages] == [1, 2, 1, 1, 1, 1, 1, 1]
    assert pages[1].timestamps[1].note.startswith('Epoch milliseconds under "nextQueryTime"')
    assert [(record.data_type.removeprefix("alexa:cloud:"), record.locator) for record in records] == [
        ("activity", "json:/0/response/activities/0"),
        ("card", "json:/1/response/cards/0"),
        ("device", "json:/2/response/devices/0"),
        ("notification", "json:/3/response/notifications/0"),
        ("media", "json:/4/response/media/0"),
        ("media_session", "json:/4/response/sessions/0"),
        ("account", "json:/5/response/authentication"),
        ("account", "json:/6/response"),
        ("household_member", "json:/7/response/accounts/0"),
        ("account", "json:/8/response"),
        ("wifi", "json:/9/response/values/0"),
        ("wifi", "json:/10/response"),
        ("bluetooth", "json:/11/response/bluetoothStates/0"),
        ("bluetooth", "json:/11/response/bluetoothStates/0/pairedDeviceList/0"),
        ("list", "json:/12/response/lists/0"),
        ("list_item", "json:/13/response/list/0"),
        ("todo", "json:/14/response/values/0"),
        ("wake_word", "json:/15/response/wakeWords/0"),
        ("response", "json:/16/response"),
        ("device_preference", "json:/17/response/devicePreferences/0"),
        ("do_not_disturb", "json:/18/response/doNotDisturbDeviceStatusList/0"),
        ("do_not_disturb", "json:/19/response"),
        ("player", "json:/20/response/playerInfo"),
        ("queue_item", "json:/21/response/queueInfo/media/0"),
        (
            "appliance",
            "json:/22/response/networkDetail;json:/locationDetails/locationDetails/Default_Location"
            "/amazonBridgeDetails/amazonBridgeDetails/bridge/applianceDetails/applianceDetails/lamp~11",
        ),
        ("response", "json:/23/response"),
        ("response", "json:/24/response"),
    ]
    assert {record.fields["request_time_ms"] for record in records} == set(range(1588600000100, 1588600000125))
    assert all(record.timestamps for record in records)
    assert not any("SAMPLEPASSWORD" in record.message for record in records)
    assert records[10].fields["preSharedKey"] == "SAMPLEPASSWORD"


def test_a_player_gets_device_and_time_from_its_address(
    fixture_bytes: Callable[[str], bytes], parse_all: Parse
) -> None:
    records = _records(parse_all(ApiJson(), fixture_bytes("request_pairs.json")))
    (player,) = (record for record in records if record.data_type == "alexa:cloud:player")
    assert player == Record(
        data_type="alexa:cloud:player",
        message=(
            'The service gives the state of a device\'s player: PLAYING, "Blue Moon", Band, no album, from P, 20 of'
            " 200 seconds played."
        ),
        locator="json:/20/response/playerInfo",
        timestamps=(Timestamp("Recorded Time", "1588600000120", Clock.UNKNOWN, 1588600000120000, NOTE),),
        device_serial="G000SAMPLE000001",
        device_type="A0SAMPLETYPE1",
        fields={
            "infoText": {"subText1": "Band", "subText2": None, "title": "Blue Moon"},
            "queueId": "q",
            "state": "PLAYING",
            "progress": {"mediaLength": 200, "mediaProgress": 20},
            "provider": {"providerName": "P"},
            "request_url": (
                "/api/np/player?deviceSerialNumber=G000SAMPLE000001&deviceType=A0SAMPLETYPE1&_=1588600000120"
            ),
            "request_time_ms": 1588600000120,
        },
        parser="alexa_player",
        parser_version="2",
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"strings": [1]}, "It is kept and was not interpreted."),
        ([], "It holds nothing but empty values."),
        (None, "No content of an answer is there."),
        ("<html>", "It is kept and was not interpreted."),
        ({"message": "No."}, 'It gives no data; its message reads "No.".'),
    ],
)
def test_an_answer_that_is_not_read_is_reported_as_there(parse_all: Parse, body: object, message: str) -> None:
    content = json.dumps({"request": "/api/strings?_=1588600000100", "response": body}).encode()
    (record,) = _records(parse_all(ApiJson(), content))
    assert record == replace(
        record,
        data_type="alexa:cloud:response",
        message=f"The evidence holds an answer of the Alexa service to /api/strings. {message}",
        locator="json:/response",
        timestamps=(Timestamp("Recorded Time", "1588600000100", Clock.UNKNOWN, 1588600000100000, NOTE),),
        keys=(),
        parser="alexa_answer",
        parser_version="6",
    )


def test_request_without_an_answer_is_no_answer(parse_all: Parse) -> None:
    content = json.dumps({"host": "alexa.amazon.de", "path": "/api/strings", "method": "POST"}).encode()
    (record,) = _records(parse_all(ApiJson(), content))
    assert record.message == (
        "The evidence holds the request POST /api/strings to the Alexa service. No content of an answer is there."
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("devices/device", {"devices": []}),
        ("np/queue", {"queueInfo": {"header": None, "media": None}}),
        ("activities", {"activities": []}),
        ("cards", {"cards": [], "nextQueryTime": 1}),
        ("wifi/configs", {"values": []}),
        ("media/historical-queue", {"media": [], "sessions": []}),
        ("phoenix", {"networkDetail": '{"locationDetails":{"locationDetails":{}}}'}),
    ],
)
def test_an_empty_list_is_reported_as_empty(parse_all: Parse, path: str, body: object) -> None:
    content = json.dumps([{"url": f"https://alexa.amazon.com/api/{path}", "body": body}]).encode()
    (record,) = _records(parse_all(ApiJson(), content))
    assert record.message == f"The evidence holds an answer of the Alexa service to /api/{path}. The list is empty."


def test_a_list_of_the_wrong_kind_is_an_issue_and_never_silence(parse_all: Parse) -> None:
    content = json.dumps([{"request": "/api/devices/device", "response": {"devices": ["x", {"serialNumber": "S"}]}}])
    issue, record = parse_all(ApiJson(), content.encode())
    assert isinstance(issue, Issue)
    assert (issue.locator, issue.parser) == ("json:/0/response/devices/0", "alexa_devices")
    assert isinstance(record, Record)
    assert (record.data_type, record.device_serial) == ("alexa:cloud:device", "S")


def test_a_request_may_be_an_object_and_an_answer_a_text(parse_all: Parse) -> None:
    pair = {"request": {"url": "/api/wake-word"}, "response": '{"wakeWords": [{"wakeWord": "ECHO"}]}'}
    content = json.dumps([pair]).encode()
    (record,) = _records(parse_all(ApiJson(), content))
    assert (record.data_type, record.locator) == (
        "alexa:cloud:wake_word",
        "json:/0/response;json:/wakeWords/0",
    )
    assert resolve(io.BytesIO(content), record.locator).content == b'{"wakeWord": "ECHO"}'


def test_what_is_no_request_in_a_list_of_requests_is_an_issue(parse_all: Parse) -> None:
    pairs: list[object] = [
        {"request": "/api/wake-word", "response": {"wakeWords": [{"wakeWord": "ECHO"}]}},
        {"request": "https://example.org/x", "response": {}},
        {"request": 5, "response": {}},
        "x",
        {"request": "/api/wake-word", "response": "{broken"},
    ]
    found = parse_all(ApiJson(), json.dumps(pairs).encode())
    assert [(type(item), item.locator) for item in found] == [
        (Record, "json:/0/response/wakeWords/0"),
        (Issue, "json:/2"),
        (Issue, "json:/3"),
        (Issue, "json:/4/response"),
        (Record, "json:/4/response"),
        (Record, ""),
    ]
    assert isinstance(found[-1], Record)
    assert (found[-1].data_type, found[-1].fields) == (
        "alexa:web:capture",
        {"other_hosts": {"example.org": 1}, "other_exchanges": 1},
    )
    assert found[-1].message == (
        "The file holds 1 exchange with other services, in which nothing of the Alexa service was found; by host:"
        " example.org (1)."
    )


def test_a_loose_answer_shares_a_key_with_the_list_that_names_it(parse_all: Parse) -> None:
    content = b'{"devices": [{"accountName": "E", "deviceFamily": "ECHO", "deviceType": "T", "serialNumber": "S"}]}'
    sha1 = hashlib.sha1(content).hexdigest()
    (record,) = _records(parse_all(ApiJson(), content, "renamed.txt"))
    assert (record.keys, record.timestamps) == ((f"content-sha1:{sha1}",), ())
    (record,) = _records(parse_all(ApiJson(), content, CIFT))
    assert record.keys == (f"content-sha1:{sha1}", f"saved-as:{SAVED}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"devices":[]}', "Its form is that of: Devices registered to an Alexa account. The list is empty."),
        (
            b'{"values":[]}',
            "Its address is not in the file; its first keys are values. It holds nothing but empty values.",
        ),
        (
            b'{"states":{"A":true}}',
            "Its address is not in the file; its first keys are states. It is kept and was not interpreted.",
        ),
    ],
)
@pytest.mark.parametrize("path", [CIFT, f"elsewhere/{SAVED}", "0123456789abcdef_1.json"])
def test_loose_answers_that_only_their_name_gives_away(
    parse_all: Parse, content: bytes, message: str, path: str
) -> None:
    (record,) = _records(parse_all(ApiJson(), content, path))
    assert record.message == f"The evidence holds an answer of the Alexa service. {message}"
    assert not ApiJson().claims(Source.of(content, "settings.json"))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"[1, 2, 3]", b'{"name": "x", "devices": [{"serialNumber": "1"}]}', b"plain text", b"{{{{",
        b'[{"request": "/api/other", "response": {}}]', b'{"cards": [{"suit": "hearts"}]}', b"\x00" * 100,
        b'{"log": {"entries": [{"request": {"url": "https://example.org/api/x"}}]}}',
    ],
)  # fmt: skip
def test_any_other_json_is_left_alone(content: bytes) -> None:
    assert not ApiJson().claims(Source.of(content, "settings.json"))


def test_a_mark_at_the_start_is_tolerated(parse_all: Parse) -> None:
    content = b"\xef\xbb\xbf \r\n" + b'{"wakeWords":[{"active":true,"deviceSerialNumber":"S","wakeWord":"ECHO"}]}'
    (record,) = _records(parse_all(ApiJson(), content))
    assert record.device_serial == "S"


def test_what_stands_before_the_json_is_passed_over_and_reported(parse_all: Parse) -> None:
    content = b"`" + b'{"wakeWords":[{"active":true,"deviceSerialNumber":"S","wakeWord":"ECHO"}]}'
    issue, record = parse_all(ApiJson(), content)
    assert issue == Issue("1 byte stands before the JSON; passed over.", "bytes:0+1", b"`")
    assert isinstance(record, Record)
    assert record.locator == f"bytes:1+{len(content) - 1};json:/wakeWords/0"


def test_equal_keys_the_last_counts(parse_all: Parse) -> None:
    content = b'{"wakeWords":[],"wakeWords":[{"active":true,"deviceSerialNumber":"S","wakeWord":"A","wakeWord":"B"}]}'
    (record,) = _records(parse_all(ApiJson(), content))
    assert record.fields["wakeWord"] == "B"


def _listed(count: int) -> bytes:
    words = [{"active": True, "deviceSerialNumber": f"S{n}", "wakeWord": "ÉCHO"} for n in range(count)]
    return json.dumps({"wakeWords": words}, ensure_ascii=False).encode()


@pytest.mark.parametrize("cut", [60, 100, 190, -2, -1])
def test_what_is_whole_before_a_break_is_read(parse_all: Parse, cut: int) -> None:
    content = _listed(4)[:cut]
    issue, *records = parse_all(ApiJson(), content, CIFT)
    assert isinstance(issue, Issue)
    assert issue.what.startswith("The JSON is damaged or breaks off at byte ")
    whole = content.count(b"}")
    assert len(records) == whole
    for number, record in enumerate(records):
        assert isinstance(record, Record)
        assert record.device_serial == f"S{number}"
        found = json.loads(resolve(io.BytesIO(content), record.locator).content)
        assert found["deviceSerialNumber"] == f"S{number}"


def test_a_broken_list_of_requests_keeps_its_whole_answers(parse_all: Parse) -> None:
    pair = {"request": "/api/wake-word?_=1588600000100", "response": json.loads(_listed(3))}
    content = json.dumps([pair, pair]).encode()[:-40]
    issue, *records = parse_all(ApiJson(), content)
    assert isinstance(issue, Issue)
    assert [record.device_serial for record in records if isinstance(record, Record)] == ["S0", "S1", "S2", "S0", "S1"]
    assert all(isinstance(record, Record) and record.fields["request_time_ms"] == 1588600000100 for record in records)


def test_an_object_that_is_not_whole_gives_no_record_of_its_own(parse_all: Parse) -> None:
    whole = {"wakeWords": [{"wakeWord": "ECHO"}]}
    player = {"playerInfo": {"infoText": {"title": "x"}, "queueId": "q", "state": "PLAYING"}}
    asked = [{"request": "/api/wake-word", "response": whole}, {"request": "/api/np/player", "response": player}]
    found = parse_all(ApiJson(), json.dumps(asked).encode()[:-8])
    assert [(type(item), item.locator) for item in found[1:]] == [(Record, "bytes:1+80;json:/response/wakeWords/0")]


def test_more_than_one_value_and_bytes_that_are_not_text(parse_all: Parse) -> None:
    whole = _listed(1)
    found = parse_all(ApiJson(), whole + b" and")
    assert isinstance(found[0], Issue)
    assert (found[0].what, found[0].locator) == (
        "More follows the end of the JSON; it was not read.",
        f"bytes:{len(whole)}+4",
    )
    found = parse_all(ApiJson(), whole.replace("É".encode(), b"\xff"))
    assert isinstance(found[0], Issue)
    assert found[0].what == "The text is not UTF-8 throughout."
    assert [type(item) for item in found] == [Issue, Record]
    assert len(_records(parse_all(ApiJson(), whole + b"\0\0 \n"))) == 1


def test_hostile_json_ends_in_an_issue() -> None:
    head = b'{"activityStatus": 1, "utteranceId": '
    deep = head + b"[" * 200_000
    wide = head + b"[" + b"{}," * 4_000_001
    for content in (deep, wide):
        source = Source.of(content)
        assert ApiJson().claims(source)
        found = list(ApiJson().parse(source))
        assert {type(item) for item in found} == {Issue}
    long = replace(Source.of(head), size=MAX_BYTES + 1)
    (issue,) = ApiJson().parse(long)
    assert isinstance(issue, Issue)
    assert "breaks off at byte 37" in issue.what


def test_numbers_no_program_can_read_are_kept_as_text(parse_all: Parse) -> None:
    content = (
        b'{"activityStatus": "S", "utteranceId": null, "a": 1e999, "b": NaN, "c": ' + b"9" * 5000 + b', "d": "\\ud800"}'
    )
    (record,) = _records(parse_all(ApiJson(), content))
    assert (record.fields["a"], record.fields["b"], record.fields["d"]) == ("1e999", "NaN", "\ud800")
    assert record.fields["c"] == "9" * 5000
