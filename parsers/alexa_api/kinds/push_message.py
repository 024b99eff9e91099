"""Messages that the service pushed to a client: what happened on the account at this time, by command.

A frame is ``{"command": "PUSH_...", "payload": text that holds JSON}``, alone, in a list, or within the directives of
the newer channel (``renderingUpdates[].resourceMetadata``).

References:
    Apollon77/alexa-remote (``alexa-remote.js``, ``alexa-http2push.js``); chemelli74/aioamazondevices
    (``implementation/http2.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlaces, Places, ResponseParser, Tokens
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:push_message"
_COMMAND = "PUSH_"
#: Values of one answer that are looked at, and how deep, at most.
_MAX_VALUES = 200_000
_MAX_DEPTH = 16
_NOTE = "The time that the message gives."


class PushMessages(ResponseParser):
    """Reads messages pushed to a client."""

    name = "alexa_push_messages"
    version = "1"
    urls = ()
    telltales = (frozenset({"renderingUpdates"}), frozenset({"destinationUserId", "entryId"}))
    lists = ()
    about = About(
        title="Messages that the Alexa service pushed to a client",
        data_types=(DATA_TYPE,),
        known_by=('JSON "command" that begins with PUSH_', "JSON keys renderingUpdates, destinationUserId, entryId"),
        shows="The service told a client of an event of the account, of this kind and time, as the message has it.",
        does_not_show="Who caused the event, or that the client showed it.",
        validated_on=("Made files only.",),
        limits=(f"At most {_MAX_VALUES} values of a file are looked at.",),
        references=("https://github.com/Apollon77/alexa-remote", "https://github.com/chemelli74/aioamazondevices"),
    )

    def fits(self, value: object) -> bool:
        """By a command, or by the key of an entry."""
        body = Body(value, "", JsonPlaces())
        return isinstance(next(_frames(body), None), tuple)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each message."""
        for frame in _frames(body):
            yield from frame if isinstance(frame, tuple) else (frame,)


def _frames(body: Body) -> Iterator[tuple[Record | Issue, ...] | Issue]:
    """The messages: each its issues and its record."""
    stack: list[tuple[object, Places, Tokens, int]] = [(body.value, body.places, (), 0)]
    looked = 0
    while stack:
        value, places, tokens, depth = stack.pop()
        looked += 1
        if looked > _MAX_VALUES:
            yield Issue(f"More than {_MAX_VALUES} values: the rest was not searched for messages.", places.record(()))
            return
        if depth > _MAX_DEPTH:
            continue
        if isinstance(value, str) and depth and value.lstrip().startswith(("{", "[")) and _COMMAND in value:
            try:
                inner = decode(value)
            except JsonError:
                continue
            stack.append((inner, *_within(places, tokens), depth + 1))
        elif isinstance(value, dict):
            if _is_frame(value):
                yield _frame(ItemReader(value, tokens, Body(value, body.path, places)))
            else:
                stack += [(inner, places, (*tokens, key), depth + 1) for key, inner in _open(reversed(value.items()))]
        elif isinstance(value, list):
            numbered = ((at, value[at]) for at in range(len(value) - 1, -1, -1))
            stack += [(inner, places, (*tokens, at), depth + 1) for at, inner in _open(numbered)]


def _open(found: Iterable[tuple[str | int, object]]) -> Iterator[tuple[str | int, object]]:
    """Those values that a message may be in."""
    for key, value in found:
        if isinstance(value, (dict, list)) or (isinstance(value, str) and _COMMAND in value):
            yield key, value


def _within(places: Places, tokens: Tokens) -> tuple[Places, Tokens]:
    """The places in JSON within a text; where a text cannot be entered, the text stands for what is in it."""
    return (places.within_text(tokens), ()) if isinstance(places, JsonPlaces) else (places, tokens)


def _is_frame(value: Mapping[str, object]) -> bool:
    command, key = value.get("command"), value.get("key")
    if isinstance(command, str) and command.startswith(_COMMAND):
        return True
    return isinstance(key, dict) and "entryId" in key and ("destinationUserId" in value or "registeredUserId" in key)


def _frame(reader: ItemReader) -> tuple[Record | Issue, ...]:
    command = reader.text("command")
    inner = ItemReader(reader.item, reader.tokens, reader.body)
    if "payload" in reader.item:
        inner = reader.opened("payload", reader.inner("payload"))
    payload = inner.item
    timestamps = inner.time("timestamp", "Creation Time", _NOTE)
    key = payload.get("key")
    entry = key.get("entryId") if isinstance(key, dict) else None
    customer = key.get("registeredUserId") if isinstance(key, dict) else None
    whole = f"{customer}#{entry}" if isinstance(entry, str) and isinstance(customer, str) and entry else None
    activity = ActivityKey.parse(whole)
    if activity and (within := activity.to_timestamp()):
        timestamps = (*timestamps, within)
    serial, kind = _device(payload)
    if activity:
        serial, kind = activity.serial, activity.device_type
    name = shown(command, 60) or "of an activity"
    record = Record(
        data_type=DATA_TYPE,
        message=f"The service pushed the message {name} to a client"
        + (f"; it names the device {serial}." if serial else "."),
        locator=reader.locator,
        timestamps=timestamps,
        device_serial=serial,
        device_type=kind,
        account=customer if isinstance(customer, str) and customer else inner.text("destinationUserId"),
        fields=Keeper().fields({"command": command, **payload}),
        keys=(activity_key(whole),) if whole else (),
    )
    return (*reader.issues, *inner.issues, record)


def _device(payload: Mapping[str, object]) -> tuple[str | None, str | None]:
    device = payload.get("dopplerId")
    if not isinstance(device, dict):
        return None, None
    serial, kind = device.get("deviceSerialNumber"), device.get("deviceType")
    return (serial if isinstance(serial, str) and serial else None), (kind if isinstance(kind, str) and kind else None)
