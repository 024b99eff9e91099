"""Shapes of pushed messages: every command, in the frames that clients print, with the time of the frame."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_api.items.service_names import names_in
from parsers.parser import Source
from parsers.record import Issue, Record

Item = dict[str, Any]
Read = Callable[[object], list[Record | Issue]]

CUSTOMER, TYPE, SERIAL = "A0SAMPLECUSTOMER", "A0SAMPLETYPE1", "G000SAMPLE000001"
DOPPLER: Item = {"destinationUserId": CUSTOMER, "dopplerId": {"deviceSerialNumber": SERIAL, "deviceType": TYPE}}
AT = 1775999734678
SESSION = f"amzn1.echo-tasksession.{TYPE}.{SERIAL}"
PLAYING: Item = {"playerState": "PLAYING", "infoText": {"title": "さくら", "subText1": "Band"}, "mainArt": {"url": "x"}}

#: Of each command the payload, what the message says, and whether it names the device.
COMMANDS: list[tuple[str, Item, str, bool]] = [
    ("PUSH_VOLUME_CHANGE", {**DOPPLER, "volumeSetting": 10, "isMuted": False}, "the volume is 10, muted: false", True),
    ("PUSH_BLUETOOTH_STATE_CHANGE",
     {**DOPPLER, "bluetoothEvent": "DEVICE_CONNECTED", "bluetoothEventPayload": None, "bluetoothEventSuccess": True},
     "Bluetooth event DEVICE_CONNECTED, successful: true", True),
    ("PUSH_DOPPLER_CONNECTION_CHANGE", {**DOPPLER, "dopplerConnectionState": "OFFLINE"}, "the device is OFFLINE", True),
    ("PUSH_AUDIO_PLAYER_STATE",
     {**DOPPLER, "audioPlayerState": "INTERRUPTED", "mediaReferenceId": "m:1", "error": False},
     "the audio player is INTERRUPTED, media m:1", True),
    ("PUSH_MEDIA_QUEUE_CHANGE", {**DOPPLER, "changeType": "NEW_QUEUE", "loopMode": "LOOP_QUEUE"},
     "change NEW_QUEUE, loop mode LOOP_QUEUE", True),
    ("PUSH_MEDIA_CHANGE", {**DOPPLER, "mediaReferenceId": "m:2"}, "media m:2", True),
    ("PUSH_MEDIA_PROGRESS_CHANGE", {**DOPPLER, "progress": {"mediaProgress": 899459, "mediaLength": 0}},
     "899459 played, of a length of 0", True),
    ("PUSH_CONTENT_FOCUS_CHANGE", {**DOPPLER, "deviceComponent": "audioplayer.AudioPlayer"},
     "component in focus audioplayer.AudioPlayer", True),
    ("PUSH_EQUALIZER_STATE_CHANGE", {**DOPPLER, "bass": 1, "midrange": 0, "treble": -2}, "bass 1, middle 0, treble -2",
     True),
    ("PUSH_NOTIFICATION_CHANGE", {**DOPPLER, "eventType": "UPDATE", "notificationId": "n1", "notificationVersion": 2},
     "event UPDATE, alarm, timer or reminder n1, version 2", True),
    ("PUSH_LIST_ITEM_CHANGE",
     {"destinationUserId": CUSTOMER, "listId": "YW16bjEuYWNjb3VudC5BLVNIT1BQSU5HX0lURU0=", "eventName": "itemCreated",
      "listItemId": "i1"},
     "event itemCreated, list item i1, list of type SHOPPING_ITEM", False),
    ("PUSH_LIST_CHANGE", {"destinationUserId": CUSTOMER, "listId": "L1", "eventName": "listCleared"},
     "event listCleared, list L1", False),
    ("PUSH_DELETE_DOPPLER_ACTIVITIES", {**DOPPLER, "deleteBeforeTimeInclusive": 1483919999000},
     "entries of the history up to 2017-01-08T23:59:59.000000+00:00 are told to be deleted", True),
    ("PUSH_MICROPHONE_STATE", {**DOPPLER, "microphoneState": "OFF"}, "microphoneState OFF", True),
    ("PUSH_DND_CHANGE", {**DOPPLER, "enabled": True}, "enabled: true", True),
    ("PUSH_SOMETHING_NEW", {**DOPPLER, "newMember": {"inner": "value"}}, "PUSH_SOMETHING_NEW to a client", True),
    ("SomethingElse.Entirely", {**DOPPLER, "newMember": 7}, "the message SomethingElse.Entirely to a client", True),
    ("MATTER_SETUP_NOTIFICATION", {"deviceName": "Lampe"}, "MATTER_SETUP_NOTIFICATION", False),
    ("NotifyNowPlayingUpdated",
     {"customerId": CUSTOMER, "update": {"type": "NowPlayingUpdate", "taskSessionId": SESSION,
                                         "update": {"cause": "PLAYER_STATE", "nowPlayingData": PLAYING}}},
     'the player is PLAYING, title "さくら", artist or subtitle "Band"', True),
    ("NotifyMediaSessionsUpdated", {"customerId": CUSTOMER, "update": {"type": "MediaSessionsUpdated"}},
     "type MediaSessionsUpdated", False),
]  # fmt: skip

_FRAMES: dict[str, Callable[[str, Item], object]] = {
    "payload as a text": lambda name, payload: {"command": name, "payload": json.dumps(payload), "timeStamp": AT},
    "payload as an object": lambda name, payload: {"timeStamp": AT, "payload": payload, "command": name},
    "time as a text": lambda name, payload: {
        "command": name, "payload": payload, "timeStamp": "2026-04-12T13:15:34.678Z",
    },
    "kept by a program": lambda name, payload: {
        "id": "1", "timestamp": AT, "command": name, "payload": payload, "done": False,
    },
    "in a directive, as a text": lambda name, payload: {
        "directive": {"header": {"namespace": "A", "name": "R"}, "payload": {"renderingUpdates": [
            {"resourceId": name, "resourceMetadata": json.dumps(
                {"command": name, "payload": json.dumps(payload), "timeStamp": AT})}]}},
    },
    "in a directive, named by its resource": lambda name, payload: {
        "directive": {"payload": {"renderingUpdates": [
            {"resourceId": name, "resourceMetadata": {"payload": payload, "timeStamp": AT}}]}},
    },
}  # fmt: skip


@pytest.mark.parametrize("form", list(_FRAMES))
@pytest.mark.parametrize(
    ("name", "payload", "words", "named"), COMMANDS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_is_a_row_with_the_time_of_its_frame(
    name: str, payload: Item, words: str, named: bool, form: str, read_file: Read
) -> None:
    (record,) = read_file([_FRAMES[form](name, payload)])
    assert isinstance(record, Record)
    assert (record.data_type, record.account) == ("alexa:cloud:push_message", CUSTOMER if len(payload) > 1 else None)
    assert [(time.description, time.timestamp) for time in record.timestamps] == [("Creation Time", AT * 1000)]
    assert name in record.message
    assert words in record.message
    assert (record.device_serial, record.device_type) == ((SERIAL, TYPE) if named else (None, None))


def test_the_page_of_answers_lists_every_command(
    read_file: Read,
    page_row: Callable[..., tuple[str, str]],
    doc_table: Callable[[str, str], dict[str, tuple[str, ...]]],
) -> None:
    frames = {name: {"command": name, "payload": payload, "timeStamp": AT} for name, payload, _, _ in COMMANDS}
    read = {f"`{name}`": page_row(frame, read_file([frame])) for name, frame in frames.items()}
    assert doc_table("answers.md", "Pushed messages") == read


def test_frames_one_after_another_keep_each_its_own_time(read_file: Read) -> None:
    frames = [
        {"command": "PUSH_VOLUME_CHANGE", "payload": {**DOPPLER, "volumeSetting": at}, "timeStamp": AT + at}
        for at in range(3)
    ]
    found = [record for record in read_file({"events": frames}) if isinstance(record, Record)]
    assert [(record.fields["volumeSetting"], record.timestamps[0].timestamp) for record in found] == [
        (at, (AT + at) * 1000) for at in range(3)
    ]


def test_a_message_joins_what_it_is_about(read_file: Read) -> None:
    (record,) = read_file({"command": "PUSH_NOTIFICATION_CHANGE", "payload": {**DOPPLER, "notificationId": "n1"}})
    assert isinstance(record, Record)
    assert record.keys[0] == "notification:n1"
    assert record.timestamps == ()


@pytest.mark.parametrize(
    "value",
    [
        {"command": "PUSH", "payload": {}},
        {"command": "ls -la", "payload": {"files": 3}},
        {"command": "Build", "payload": "{}"},
        {"command": "PushButton", "payload": {"id": 7}},
    ],
)
def test_commands_of_other_programs_are_none(value: Item, read_file: Read) -> None:
    found = read_file([value, {"command": "PUSH_VOLUME_CHANGE", "payload": {**DOPPLER, "volumeSetting": 1}}])
    assert len([record for record in found if isinstance(record, Record)]) == 1


def test_a_directive_that_carries_something_else_is_a_row_of_its_own(read_file: Read) -> None:
    spoken = {"header": {"namespace": "SpeechSynthesizer", "name": "Speak", "dialogRequestId": "d1"},
              "payload": {"caption": "Halb zehn.", "token": "t"}}  # fmt: skip
    alert = {"header": {"namespace": "Alerts", "name": "SetAlert"},
             "payload": {"type": "TIMER", "scheduledTime": "2024-01-01T09:30:00+00:00"}}  # fmt: skip
    found = read_file([{"directive": spoken}, {"directive": alert}, {"event": spoken, "context": []}])
    records = [record for record in found if isinstance(record, Record)]
    assert [record.message for record in records] == [
        "The evidence holds a directive of the service, SpeechSynthesizer.Speak: caption Halb zehn., token t.",
        "The evidence holds a directive of the service, Alerts.SetAlert: type TIMER, scheduledTime"
        " 2024-01-01T09:30:00+00:00.",
        "The evidence holds an event that was sent to the service, SpeechSynthesizer.Speak: caption Halb zehn., token"
        " t.",
    ]
    assert records[0].keys[0] == "dialog:d1"
    assert [time.description for time in records[1].timestamps] == ["Scheduled to start"]


HANDED_ON = {"destinationUserId": "A3SAMPLE", "deviceSerialNumber": "G000SAMPLE000001", "deviceType": "A2U21SRK4QGSE1"}


@pytest.mark.parametrize(
    ("members", "described"),
    [
        ({"isMuted": False, "volume": 33}, "muted: false, the volume is 33"),
        ({"connectionState": "OFFLINE"}, "the device is OFFLINE"),
        ({"bluetoothEvent": "DEVICE_CONNECTED", "bluetoothEventSuccess": True}, "Bluetooth event DEVICE_CONNECTED"),
        ({"audioPlayerState": "PLAYING", "mediaReferenceId": "m"}, "the audio player is PLAYING"),
        ({"eventType": "UPDATE", "notificationId": "n"}, "event UPDATE, alarm, timer or reminder n"),
        ({"_item": {"eventType": "itemCreated", "listItemId": "i"}}, "event itemCreated, list item i"),
    ],
)  # fmt: skip
def test_what_a_client_hands_on_of_a_message_is_read(members: dict[str, Any], described: str) -> None:
    content = json.dumps({"payload": {**HANDED_ON, **members}, "ts": 1710018864010}).encode()
    source = Source.of(content, "debug.json")
    assert ApiJson().claims(source)
    (record,) = ApiJson().parse(source)
    assert isinstance(record, Record)
    assert (record.data_type, record.device_serial) == ("alexa:cloud:push_message", "G000SAMPLE000001")
    assert described in record.message
    assert [(time.timestamp, time.description) for time in record.timestamps] == [(1710018864010000, "Unknown Time")]


def test_an_activity_that_a_client_hands_on_is_an_activity() -> None:
    activity = {"activityStatus": "SUCCESS", "creationTimestamp": 1710018864010, "registeredCustomerId": "A3SAMPLE"}
    source = Source.of(json.dumps({**HANDED_ON, "data": activity, "mediaReferenceId": "m"}).encode(), "debug.json")
    assert [item.data_type for item in ApiJson().parse(source) if isinstance(item, Record)] == ["alexa:cloud:activity"]


@pytest.mark.parametrize(
    "other",
    [
        {"to": "x", "payload": {"command": "PUSH_MESSAGE", "timestamp": 1710000000000}},
        {"push": {"command": "PUSH_NOTIFICATION", "sound": "default"}},
        {"deviceSerialNumber": "X", "deviceType": "speaker", "volume": 3, "isMuted": False},
    ],
)
def test_messages_of_other_services_are_not_claimed(other: dict[str, Any]) -> None:
    content = json.dumps(other).encode()
    assert not ApiJson().claims(Source.of(content, "push.json"))
    assert names_in(content) == ()
