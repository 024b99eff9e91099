"""Messages that the service pushed to a client, by command: events on the account at that time.

A frame is ``{"command": "PUSH_...", "payload": text that holds JSON, "timeStamp": ...}``, alone, in a list, or in a
directive of the newer channel (``renderingUpdates[].resourceMetadata``, where ``resourceId`` may name the command).
The frame belongs to its message: its ``timeStamp`` is the time of the event.

References:
    Apollon77/alexa-remote (``alexa-remote.js``, ``alexa-http2push.js``); chemelli74/aioamazondevices
    (``implementation/http2.py``, ``structures.py``: the commands); openhab/openhab-addons, issue 19724 (``timeStamp``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.kinds.push_words import words
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Issue, Record, Timestamp
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:push_message"
#: Commands as this service names them. Others count if the frame has a time or its payload names an account or device.
_COMMAND = re.compile(r"PUSH_[A-Z0-9_]{1,60}|Notify[A-Z]\w{2,60}|MATTER_[A-Z_]{1,60}")
#: Commands that public clients name. Such a message is known without a payload.
_KNOWN = frozenset((
    "PUSH_ACTIVITY", "PUSH_AUDIO_PLAYER_STATE", "PUSH_BLUETOOTH_STATE_CHANGE", "PUSH_CONTENT_FOCUS_CHANGE",
    "PUSH_DELETE_DOPPLER_ACTIVITIES", "PUSH_DND_CHANGE", "PUSH_DOPPLER_CONNECTION_CHANGE",
    "PUSH_EQUALIZER_STATE_CHANGE", "PUSH_LIST_CHANGE", "PUSH_LIST_ITEM_CHANGE", "PUSH_MEDIA_CHANGE",
    "PUSH_MEDIA_PREFERENCE_CHANGE", "PUSH_MEDIA_PROGRESS_CHANGE", "PUSH_MEDIA_QUEUE_CHANGE", "PUSH_MICROPHONE_STATE",
    "PUSH_NOTIFICATION_CHANGE", "PUSH_TODO_CHANGE", "PUSH_VOLUME_CHANGE", "MATTER_SETUP_NOTIFICATION",
    "NotifyMediaSessionsUpdated", "NotifyNowPlayingUpdated",
))  # fmt: skip
_OTHER_COMMAND = re.compile(r"[A-Z][A-Za-z0-9_.]{3,80}")
#: What alexa-remote hands on of a message has no command; its members say what changed.
_NAMED = frozenset({"listId", "eventName", "eventType", "_item"})
_CHANGED = frozenset((
    "volume", "connectionState", "bluetoothEvent", "audioPlayerState", "mediaReferenceId", "changeType", "bass",
    "deviceComponent", "notificationId", "doNotDisturb", "enabled",
))  # fmt: skip
_PART_OF_ACTIVITY = frozenset({"data", "activityStatus", "utteranceType", "creationTimestamp"})
_MARKS = ("destinationUserId", "dopplerId", "taskSessionId")
_TIMES = ("timeStamp", "timestamp", "time_stamp", "time")
_NOTE = "The time that the message gives."
_FRAME_NOTE = "The time that the frame of the message gives: that of the event."
_SESSION = re.compile(r"amzn1\.echo-tasksession\.([A-Z0-9]{4,32})\.([\w-]{4,64})")


class PushMessages(ResponseParser):
    """Reads messages pushed to a client."""

    name = "alexa_push_messages"
    version = "3"
    urls = ()
    telltales = (
        frozenset({"renderingUpdates"}),
        frozenset({"destinationUserId", "entryId"}),
        frozenset({"destinationUserId", "dopplerId"}),
        frozenset({"destinationUserId", "deviceSerialNumber", "deviceType"}),
        frozenset({"destinationUserId", "_item"}),
        frozenset({"command", "payload", "timeStamp"}),
    )
    lists = ()
    first_keys = ("command", "payload", "destinationUserId", "dopplerId", "resourceMetadata")
    about = About(
        title="Messages that the Alexa service pushed to a client",
        data_types=(DATA_TYPE,),
        known_by=(
            'JSON "command" that public clients name, or that begins with PUSH_, Notify or MATTER_ beside a "payload";'
            f' any other "command" beside a "payload" that names {", ".join(_MARKS)}, or beside a timeStamp',
            "JSON keys renderingUpdates, resourceId, resourceMetadata; destinationUserId with dopplerId or entryId",
            "destinationUserId with deviceSerialNumber and what changed, as alexa-remote hands it to Node-RED",
        ),
        shows="The service told a client of an event of the account, of this kind and time, as the message has it.",
        does_not_show=(
            "Who caused the event, or that the client showed it. That entries of the history were deleted, where a"
            " message tells a client to delete them."
        ),
        validated_on=("Made files only.",),
        limits=(
            "Of a payload the first members are in the message; all of them are in the fields.",
            "What a command means is known only from its name and from those of its members.",
        ),
        references=(
            "https://github.com/Apollon77/alexa-remote",
            "https://github.com/chemelli74/aioamazondevices",
            "https://github.com/openhab/openhab-addons/issues/19724",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether there is a known command, or a payload with the expected names."""
        first = next((one for one in value if one is not None), None) if isinstance(value, list) else value
        return isinstance(first, dict) and _is_frame(first)

    def leaves(self, value: object) -> tuple[str, ...]:  # noqa: ARG002  (a message is read whole)
        """Return nothing: a message is read whole."""
        return ()

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each message."""
        for place in _frames(body.value):
            if isinstance(place.value, dict) and _is_frame(place.value):
                yield from _frame(ItemReader(place.value, place.tokens, body))
            elif place.value is not None:
                yield Issue("A pushed message was expected here.", body.places.record(place.tokens))


def _frames(value: object) -> Iterable[JsonPlace]:
    if isinstance(value, list):
        return [JsonPlace(one, (number,), ()) for number, one in enumerate(value)]
    return [JsonPlace(value, (), ())]


def _is_frame(value: Mapping[str, object]) -> bool:
    command = value.get("command")
    if isinstance(command, str):
        # Other services push as well, and call their messages PUSH_MESSAGE and the like.
        if command in _KNOWN or ("payload" in value and _COMMAND.fullmatch(command)):
            return True
        if "payload" in value and _OTHER_COMMAND.fullmatch(command):
            return any(value.get(name) for name in _TIMES) or _is_payload(_decoded(value["payload"]))
    if "resourceMetadata" in value and isinstance(value.get("resourceId"), str):
        inner = _decoded(value["resourceMetadata"])
        return isinstance(inner, dict) and "command" not in inner and "payload" in inner
    return _is_payload(value)


def _is_payload(value: object) -> bool:
    """Whether an object is a message payload: it names its account and a device, a list or an entry."""
    if not isinstance(value, dict):
        return False
    key = value.get("key")
    if isinstance(key, dict) and "entryId" in key:
        return "destinationUserId" in value or "registeredUserId" in key
    if isinstance(value.get("dopplerId"), dict) or isinstance(value.get("taskSessionId"), str):
        return True
    if "destinationUserId" not in value or not _PART_OF_ACTIVITY.isdisjoint(value):
        return False
    return not _NAMED.isdisjoint(value) or ("deviceSerialNumber" in value and not _CHANGED.isdisjoint(value))


def _decoded(value: object) -> object:
    if isinstance(value, str):
        try:
            return decode(value)
        except JsonError:
            return None
    return value


def _frame(reader: ItemReader) -> tuple[Record | Issue, ...]:
    outer, command = reader, reader.text("command")
    if command is None and "resourceMetadata" in reader.item:
        command = reader.text("resourceId")
        outer = reader.opened("resourceMetadata", reader.inner("resourceMetadata"))
    inner = outer.opened("payload", outer.inner("payload")) if "payload" in outer.item else outer
    payload = _list_item(inner.item)
    key = payload.get("key")
    entry = key.get("entryId") if isinstance(key, dict) else None
    customer = key.get("registeredUserId") if isinstance(key, dict) else None
    whole = f"{customer}#{entry}" if isinstance(entry, str) and isinstance(customer, str) and entry else None
    activity = ActivityKey.parse(whole)
    serial, kind = (activity.serial, activity.device_type) if activity else _device(payload)
    message = f"The service pushed the message {shown(command, 60) or _named_by(payload)} to a client"
    parts = [message, *([f"it names the device {serial}"] if serial else []), ", ".join(words(payload))]
    record = Record(
        data_type=DATA_TYPE,
        message="; ".join(filter(None, parts)) + ".",
        locator=reader.locator,
        timestamps=_timestamps(outer, inner, activity),
        device_serial=serial,
        device_type=kind,
        account=customer
        if isinstance(customer, str) and customer
        else _text(payload, "destinationUserId", "customerId"),
        fields=Keeper().fields({"command": command, **_frame_fields(reader, outer), **payload}),
        keys=_keys(payload, whole),
    )
    return (
        *reader.issues,
        *(outer.issues if outer is not reader else ()),
        *(inner.issues if inner is not outer else ()),
        record,
    )


def _named_by(payload: Mapping[str, object]) -> str:
    return "of an activity" if isinstance(payload.get("key"), dict) else "of no name"


def _list_item(payload: Mapping[str, object]) -> Mapping[str, object]:
    """A payload with the members of its list item beside its own, as alexa-remote hands them on."""
    item = payload.get("_item")
    if not isinstance(item, dict):
        return payload
    return {**{key: value for key, value in payload.items() if key != "_item"}, **item}


def _timestamps(outer: ItemReader, inner: ItemReader, activity: ActivityKey | None) -> tuple[Timestamp, ...]:
    """The times of the frame, of its payload and in an activity's key; each instant once."""
    found: list[Timestamp] = []
    for reader, note in ((outer, _FRAME_NOTE), (inner, _NOTE)) if outer is not inner else ((inner, _NOTE),):
        name = next((name for name in _TIMES if reader.item.get(name) not in (None, "", 0)), None)
        found += reader.time(name, "Creation Time", note) if name else ()
    if activity and (within := activity.to_timestamp()):
        found.append(within)
    return tuple({timestamp.timestamp: timestamp for timestamp in reversed(found)}.values())[::-1]


def _frame_fields(reader: ItemReader, outer: ItemReader) -> dict[str, object]:
    """The frame's members other than its command and its payload."""
    described = {key: value for key, value in outer.item.items() if key not in ("command", "payload")}
    if outer is not reader:
        described |= {key: value for key, value in reader.item.items() if key != "resourceMetadata"}
    return described if "payload" in outer.item else {}


def _device(payload: Mapping[str, object]) -> tuple[str | None, str | None]:
    device = payload.get("dopplerId")
    if isinstance(device, dict):
        return _text(device, "deviceSerialNumber"), _text(device, "deviceType")
    if serial := _text(payload, "deviceSerialNumber", "serialNumber"):
        return serial, _text(payload, "deviceType")
    session = _SESSION.search(_session(payload))
    return (session[2], session[1]) if session else (None, None)


def _session(payload: Mapping[str, object]) -> str:
    """The id of the message's session, which names the device."""
    value: object = payload
    for _ in range(4):
        if not isinstance(value, dict):
            break
        if isinstance(text := value.get("taskSessionId"), str):
            return text[:300]
        value = value.get("update")
    return ""


def _keys(payload: Mapping[str, object], activity: str | None) -> tuple[str, ...]:
    named = (("notification", "notificationId"), ("list", "listId"))
    keys = [f"{word}:{text}" for word, name in named if (text := _text(payload, name))]
    return (*((activity_key(activity),) if activity else ()), *keys)


def _text(item: Mapping[str, object], *names: str) -> str | None:
    return next((value for name in names if isinstance(value := item.get(name), str) and value), None)
