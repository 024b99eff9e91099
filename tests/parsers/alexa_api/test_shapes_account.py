"""Shapes of an account: devices, alarms, media, lists, messages, homes and routines, however they are wrapped."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from parsers.record import Issue, Record

Item = dict[str, Any]
Row = tuple[str, str, tuple[int, ...]]
Read = Callable[[object], list[Record | Issue]]

CUSTOMER, TYPE, SERIAL = "A0SAMPLECUSTOMER", "A0SAMPLETYPE1", "G000SAMPLE000001"
ON: Item = {"deviceSerialNumber": SERIAL, "deviceType": TYPE}
AT = 1704101038009
ISO, CHANGED = "2024-01-01T09:23:58.009Z", "2024-01-01T09:00:00Z"
CHANGED_AT = 1704099600000

ALARM: Item = {
    **ON, "alarmTime": AT + 9, "createdDate": AT, "lastUpdatedDate": AT + 1, "notificationIndex": "n1", "status": "ON",
    "originalDate": "2024-01-01", "originalTime": "12:00:00.000", "type": "Alarm", "alarmLabel": "Früh aufstehen",
    "triggerTime": 0, "snoozedToTime": None, "rRuleData": None,
}  # fmt: skip
TIMER: Item = {
    **ALARM,
    "type": "Timer",
    "alarmTime": 0,
    "triggerTime": AT + 8,
    "timerLabel": "Nudeln",
    "alarmLabel": None,
}
REPEATED: Item = {
    **ALARM, "snoozedToTime": AT + 5, "lastTriggerTimeInUtc": CHANGED, "deferredAtTime": str(AT + 4),
    "rRuleData": {"nextTriggerTimes": ["2024-01-02T12:00:00.000+01:00", "2024-01-03T12:00:00.000+01:00"]},
}  # fmt: skip
DEVICE: Item = {
    "accountName": "Küche", "deviceFamily": "ECHO", "deviceType": TYPE, "serialNumber": SERIAL, "softwareVersion": "1",
    "online": True, "deviceOwnerCustomerId": CUSTOMER, "appDeviceList": [],
}  # fmt: skip
PREFERENCE: Item = {**ON, "locale": "de-DE", "timeZoneId": "Europe/Berlin", "deviceAddress": None}
PAIRED: Item = {"address": "00:11:22:33:44:55", "connected": True, "friendlyName": "Handy", "profiles": ["A2DP"]}
PLAYING: Item = {
    "playerState": "PLAYING", "infoText": {"title": "さくら", "subText1": "Band"},
    "provider": {"providerName": "Radio"}, "progress": {"mediaLength": 200000, "mediaProgress": 1000},
}  # fmt: skip
STATE_OF_MEDIA: Item = {
    "clientId": "Dee-Domain-Music", "contentType": "TRACKS", "currentState": "PAUSED", "mediaOwnerCustomerId": CUSTOMER,
    "progressSeconds": 35, "providerId": "P", "volume": 33, "muted": False, "timeLastShuffled": 0, "queueSize": 1,
    "queue": [
        {"album": "A", "artist": "Sia", "contentType": "TRACKS", "index": 1, "startTime": AT, "title": "Cheap Thrills"},
    ],
}  # fmt: skip
MEDIA: Item = {
    "title": "T",
    "artist": "Sia",
    "contentType": "TRACKS",
    "historicalId": "h",
    "providerId": "P",
    "startTime": AT,
}
LISTED: Item = {
    "completed": False, "createdDateTime": AT, "updatedDateTime": AT + 1, "id": "i1", "listId": "YW16bjE",
    "value": "Brot", "customerId": CUSTOMER, "shoppingListItem": True,
}  # fmt: skip
BASKET: Item = {
    "itemId": "I1", "itemName": "牛乳", "itemStatus": "ACTIVE", "createDateTime": AT // 1000, "updateDateTime": ISO,
}  # fmt: skip
ROUTINE: Item = {
    "automationId": "amzn1.alexa.automation.1", "name": "Morgen", "status": "ENABLED", "creationTimeEpochMillis": AT,
    "triggers": [{"payload": {"customerId": CUSTOMER, "utterance": "starte meinen tag"}, "type": "CustomUtterance"}],
    "sequence": json.dumps({"startNode": {"nodesToExecute": [
        {"type": "Alexa.Speak", "operationPayload": {**ON, "locale": "de-DE", "textToSpeak": "guten morgen"}}]}}),
}  # fmt: skip
ENDPOINT: Item = {
    "endpointId": "amzn1.alexa.endpoint.1", "friendlyNameObject": {"value": {"text": "Garagentor"}},
    "creationTime": "2024-01-01T09:23:58.009+00:00", "serialNumber": {"value": {"text": SERIAL}},
    "features": [{"name": "lock", "properties": [
        {"name": "lockState", "value": {"value": "UNLOCKED"}, "timeOfSample": ISO, "timeOfLastChange": CHANGED},
        {"__typename": "Jam", "name": "jamState", "jamState": "JAMMED", "accuracy": "LOW", "timeOfSample": ISO}]}],
}  # fmt: skip
SENSED: Item = {
    "namespace": "Alexa.ContactSensor", "name": "detectionState", "value": "DETECTED", "timeOfSample": ISO,
    "timeOfStateChange": CHANGED,
}  # fmt: skip
SENSED_STATES: Item = {"deviceStates": [{"entity": {"entityId": "e1"}, "capabilityStates": [json.dumps(SENSED)]}]}
APPLIANCES: Item = {"networkDetail": json.dumps({"locationDetails": {"locationDetails": {"D": {"amazonBridgeDetails": {
    "amazonBridgeDetails": {"B": {"applianceDetails": {"applianceDetails": {"x": {
        "friendlyName": "Lampe", "applianceNetworkState": {"createdAt": AT}}}}}}}}}}})}  # fmt: skip
MESSAGE: Item = {
    "conversationId": "amzn1.comms.messaging.1", "messageId": 7, "sender": "amzn1.comms.id.person.amzn1~1", "time": ISO,
    "type": "message/text", "payload": {"text": "bis gleich"},
}  # fmt: skip
TALK: Item = {
    "conversationId": "amzn1.comms.messaging.1",
    "lastModified": ISO,
    "lastSequenceId": 7,
    "lastMessage": {"type": "message/text", "sender": "a", "payload": {"text": "bis gleich"}},
    "participants": ["a"],
}
SESSION: Item = {"contentType": "T", "queueId": "q", "startTime": AT, "mediaOwnerCustomerId": CUSTOMER}
LIST: Item = {"defaultList": True, "itemId": "L", "name": "Einkauf", "updatedDate": AT, "originalAudioId": None}
TODO: Item = {"createdDate": AT, "itemId": "i", "text": "Müll", "type": "TASK", "originalAudioId": None}
CALLED: Item = {
    **ON, "deviceName": "Küche", "deviceStatus": {"deviceCommsAvailability": "ON", "deviceDropInAvailability": "OFF"},
}  # fmt: skip

SHAPES: dict[str, tuple[object, list[Row]]] = {
    "alarms and timers": (
        {"notifications": [ALARM, TIMER]},
        [("notification", "Früh aufstehen", (AT, AT + 1, AT + 9)), ("notification", "Nudeln", (AT, AT + 1, AT + 8))],
    ),
    "one alarm": (ALARM, [("notification", "Früh aufstehen", (AT, AT + 1, AT + 9))]),
    "bare alarms": (
        [ALARM, ALARM],
        [("notification", "Alarm", (AT, AT + 1, AT + 9)), ("notification", "Alarm", (AT, AT + 1, AT + 9))],
    ),
    "a repeated and snoozed alarm": (
        {"notifications": [REPEATED]},
        [("notification", "Alarm", (CHANGED_AT, AT, AT + 1, AT + 4, AT + 5, AT + 9, 1704193200000, 1704279600000))],
    ),
    "devices": ({"devices": [DEVICE]}, [("device", "Küche", ())]),
    "one device": (DEVICE, [("device", SERIAL, ())]),
    "preferences": ({"devicePreferences": [PREFERENCE]}, [("device_preference", "Europe/Berlin", ())]),
    "Bluetooth": (
        {"bluetoothStates": [{**ON, "pairedDeviceList": [PAIRED], "online": True, "streamingState": None}]},
        [("bluetooth", SERIAL, ()), ("bluetooth", "Handy", ())],
    ),
    "do not disturb": ({"doNotDisturbDeviceStatusList": [{**ON, "enabled": True}]}, [("do_not_disturb", "true", ())]),
    "volume of alarms": ({"deviceNotificationStates": [{**ON, "volumeLevel": 70}]}, [("device_setting", "70", ())]),
    "volumes": (
        {"volumes": [{"dsn": SERIAL, "deviceType": TYPE, "speakerVolume": 30, "speakerMuted": True, "error": None}]},
        [("device_setting", "30, muted: true", ())],
    ),
    "media state": (
        STATE_OF_MEDIA, [("player", "PAUSED", ()), ("queue_item", "Cheap Thrills", (AT,))],
    ),
    "media history": (
        {"media": [MEDIA], "sessions": [SESSION]},
        [("media", "Sia", (AT,)), ("media_session", "session", (AT,))],
    ),
    "sessions that are playing": (
        {"mediaSessionList": [{"nowPlayingData": PLAYING, "endpointList": [{"id": ON}]}]}, [("player", "さくら", ())],
    ),
    "older lists": (
        {"lists": [LIST]},
        [("list", "Einkauf", (AT,))],
    ),
    "items of older lists": (
        {"list": [LISTED]}, [("list_item", '"Brot", completed: false; the list is YW16bjE', (AT, AT + 1))],
    ),
    "items as the shop asks for them": (
        {"YW16bjE": {"listItems": [LISTED], "listInfo": {}}}, [("list_item", '"Brot"', (AT, AT + 1))],
    ),
    "newer lists": (
        {"listInfoList": [{"listId": "L1", "listType": "CUSTOM", "listName": "Baumarkt", "createdDateTime": ISO}]},
        [("list", "Baumarkt", (AT,))],
    ),
    "items of newer lists": (
        {"itemInfoList": [BASKET], "nextToken": None}, [("list_item", "牛乳", (AT - 9, AT))],
    ),
    "to-do entries": (
        {"values": [TODO]},
        [("todo", "Müll", (AT,))],
    ),
    "messages": ({"messages": [MESSAGE]}, [("message", "bis gleich", (AT,))]),
    "conversations by message": ({"conversations": [TALK]}, [("conversation", 'and the text "bis gleich".', (AT,))]),
    "bare Bluetooth of devices": (
        [{**ON, "pairedDeviceList": [PAIRED], "online": True, "streamingState": None}],
        [("bluetooth", SERIAL, ()), ("bluetooth", "Handy", ())],
    ),
    "bare media history": ([MEDIA], [("media", "Sia", (AT,))]),
    "bare to-do entries": ([TODO], [("todo", "Müll", (AT,))]),
    "bare messages": ([MESSAGE], [("message", "bis gleich", (AT,))]),
    "bare conversations": ([TALK], [("conversation", 'and the text "bis gleich".', (AT,))]),
    "endpoints and their states": (
        {"data": {"endpoints": {"items": [ENDPOINT]}}},
        [("endpoint", "Garagentor", (AT,)), ("endpoint_state", "UNLOCKED", (CHANGED_AT, AT)),
         ("endpoint_state", "property jamState: JAMMED.", (AT,))],
    ),
    "states of appliances": (SENSED_STATES, [("appliance_state", "DETECTED", (CHANGED_AT, AT))]),
    "appliances": (APPLIANCES, [("appliance", "Lampe", (AT,))]),
    "routines": (
        [ROUTINE], [("routine", 'set off by: the words "starte meinen tag", CustomUtterance; it does: Alexa', (AT,))],
    ),
    "one routine": (ROUTINE, [("routine", 'to say "guten morgen"', (AT,))]),
    "preferences for calls": (
        {"devicePermissionsPreferences": [{"devicePreference": "dropin", "state": "ON", "allowed": True}]},
        [("device_preference", "dropin: state ON, allowed: true", ())],
    ),
    "devices for calls": (
        [CALLED],
        [("device_preference", "drop-in OFF", ())],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(SHAPES))
def test_it_is_read_however_it_is_wrapped(
    name: str, wrap: Callable[[object], object], read_file: Read, rows_of: Callable[[list[Record | Issue]], list[Row]]
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
    assert doc_table("answers.md", "The account, its devices, homes and lists") == read


#: Answers that only their address tells, and the part of the message that shows it.
ADDRESSED: dict[str, tuple[str, object, Row]] = {
    "do not disturb of one device": (
        "https://alexa.amazon.de/api/dnd/status", {**ON, "enabled": True}, ("do_not_disturb", "enabled: true", ()),
    ),
    "equaliser": (
        f"https://layla.amazon.co.uk/api/equalizer/{SERIAL}/{TYPE}", {"bass": 1, "mid": 0, "treble": -2},
        ("device_setting", "bass 1", ()),
    ),
    "preferences for calls": (
        f"https://alexa-comms-mobile-service.amazon.com/devicesTypes/{TYPE}/deviceId/{SERIAL}/preferences?x=1",
        {"devicePermissionsPreferences": [{"devicePreference": "calling", "state": "OFF"}]},
        ("device_preference", f"for the device {SERIAL} the preference calling", ()),
    ),
    "an alarm that was made": (
        "https://alexa.amazon.co.jp/api/notifications/createReminder", ALARM,
        ("notification", "Früh", (AT, AT + 1, AT + 9)),
    ),
    "an answer that no reader knows": (
        "https://alexa.amazon.com.br/api/some-new-thing", {"createdDate": AT, "x": [1]},
        ("response", "/api/some-new-thing", (AT,)),
    ),
    "a host of the service with an unknown path": (
        "https://api.eu.amazonalexa.com/v7/whatever", {"a": 1}, ("response", "/v7/whatever", ()),
    ),
    "the older web application": (
        "https://echo.amazon.com/api/todos?type=TASK", {"values": []}, ("response", "empty", ()),
    ),
    "no content": ("https://alexa.amazon.de/api/bootstrap", None, ("response", "No content of an answer is there", ())),
}  # fmt: skip
_PAIRS: dict[str, Callable[[str, object], object]] = {
    "request and response": lambda url, answer: [{"request": url, "response": answer}],
    "objects": lambda url, answer: [
        {"request": {"method": "GET", "url": url}, "response": {"status": 200, "headers": {}, "body": answer}},
    ],
    "as a text": lambda url, answer: {"url": url, "statusCode": 200, "responseBody": json.dumps(answer)},
    "as in an archive": lambda url, answer: {"log": [{"request": {"url": url}, "response": {
        "status": 200, "content": {"mimeType": "application/json", "text": json.dumps(answer)}}}]},
    "by address": lambda url, answer: {"answers": {url: answer}},
    "two in a list": lambda url, answer: [[url, answer if answer is not None else ""]],
}  # fmt: skip


@pytest.mark.parametrize("form", list(_PAIRS))
@pytest.mark.parametrize("name", list(ADDRESSED))
def test_an_answer_is_known_by_its_address(
    name: str, form: str, read_file: Read, rows_of: Callable[[list[Record | Issue]], list[Row]]
) -> None:
    url, answer, (kind, part, instants) = ADDRESSED[name]
    ((found_kind, message, found_instants),) = rows_of(read_file(_PAIRS[form](url, answer)))
    assert (found_kind, found_instants) == (kind, instants)
    assert part in message


def test_the_page_of_answers_lists_every_address(
    read_file: Read,
    page_row: Callable[..., tuple[str, str]],
    doc_table: Callable[[str, str], dict[str, tuple[str, ...]]],
) -> None:
    read = {
        name: (f"`{url}`", *page_row(answer, read_file([{"request": url, "response": answer}])))
        for name, (url, answer, _) in ADDRESSED.items()
    }
    assert doc_table("answers.md", "Answers that are known by their address") == read
