"""The turns of a conversation with Alexa, as the privacy pages show them (``customer-conversation-detail``).

References:
    The address and the name of the list are in a public client's tests (a fork of chemelli74/aioamazondevices);
    the members of a turn are only partly documented, so several names are tried for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:conversation_turn"
_TOP = "conversationTurns"
#: Other services use this list name too; these members identify Alexa's.
_MARKS = ("customerId", "utteranceId", "deviceSerialNumber", "personsInfo")
#: Names under which a turn may hold its text, its speaker, its time, its device.
_TEXTS = ("text", "transcriptText", "transcript", "utteranceText", "message", "content", "displayText", "body")
_SPEAKERS = ("role", "speaker", "author", "actor", "sender", "participant", "turnType", "recordItemType", "type")
_TIMES = ("timestamp", "turnTimestamp", "creationTimestamp", "createdAt", "time", "startTime")
_SERIALS = ("deviceSerialNumber", "serialNumber", "dsn")
#: What the speaker's name contains if the turn is the customer's.
_CUSTOMER = ("CUSTOMER", "USER", "HUMAN", "REQUEST")
_NOTE = "The time that the service gave the turn."


class Conversations(ResponseParser):
    """Reads the turns of a conversation."""

    name = "alexa_conversations"
    version = "1"
    urls = ("/alexa-privacy/apd/csd/customer-conversation-detail",)
    telltales = tuple(frozenset({_TOP, mark}) for mark in _MARKS)
    lists = ((_TOP,),)
    about = About(
        title="Conversations with Alexa (privacy pages)",
        data_types=(DATA_TYPE,),
        known_by=("address customer-conversation-detail", f"JSON keys {_TOP} and one of {', '.join(_MARKS)}"),
        shows="The account's history held a turn of a conversation, with the text and the time that the record gives.",
        does_not_show=(
            "Who spoke: a speaker that the record names is the service's attribution. That a text is what was said, or"
            " that an answer was played or heard."
        ),
        validated_on=("Made files only.",),
        limits=(
            "The members of a turn are known in part: text, speaker and time are looked for under several names, and"
            " the whole turn is kept as fields.",
        ),
        references=("https://github.com/chemelli74/aioamazondevices",),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, and a mark of the service in the answer or its first turns."""
        if not isinstance(value, dict) or _TOP not in value:
            return False
        turns = value[_TOP] if isinstance(value[_TOP], list) else []
        return any(isinstance(part, dict) and any(mark in part for mark in _MARKS) for part in (value, *turns[:20]))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each turn."""
        for place in _turns(body.value):
            if isinstance(place.value, dict):
                yield from _record(ItemReader(place.value, place.tokens, body), body)
            elif place.value is not None:
                yield Issue("A turn of a conversation was expected here.", body.places.record(place.tokens))


def _turns(value: object) -> Iterator[JsonPlace]:
    for place in members(value, (_TOP,)):
        if isinstance(place.value, list):
            yield from members(value, (_TOP, "*"))
        elif place.value is not None:
            yield place


def _record(reader: ItemReader, body: Body) -> Iterator[Record | Issue]:
    if not reader.item:
        return
    query = body.url.query if body.url else {}
    text, speaker = _text(reader.item, 0), _first(reader.item, _SPEAKERS)
    stated = reader.text("utteranceId")
    utterance = UtteranceId.parse(stated) if stated else None
    key = next((name for name in _TIMES if reader.item.get(name) not in (None, "", 0)), None)
    timestamps = reader.time(key, "Creation Time", _NOTE) if key else ()
    of_customer = bool(speaker) and any(word in (speaker or "").upper() for word in _CUSTOMER)
    if utterance and of_customer:
        # The time in the utterance id is when the audio of the question began, not when the answer was given.
        timestamps = (*timestamps, spoken.to_timestamp(utterance, body.places.value((*reader.tokens, "utteranceId"))))
    conversation = reader.text("conversationId") or query.get("conversationId")
    record = Record(
        data_type=DATA_TYPE,
        message=_message(speaker, text),
        locator=reader.locator,
        timestamps=timestamps,
        device_serial=_first(reader.item, _SERIALS) or (utterance.serial if utterance else None),
        device_type=reader.text("deviceType") or spoken.device_type(utterance),
        account=reader.text("customerId") or query.get("customerId") or None,
        utterance_id=stated,
        transcript=text if of_customer else None,
        fields=Keeper().fields({**reader.item, "text_read": text, "speaker_read": speaker}),
        keys=(f"conversation:{conversation}",) if conversation else (),
    )
    yield from reader.issues
    yield record


def _first(item: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """The first non-empty text under any of the names."""
    return next((value for name in names if isinstance(value := item.get(name), str) and value), None)


def _text(item: Mapping[str, object], depth: int) -> str | None:
    """The text of a turn; if it has parts, the texts of its parts."""
    if text := _first(item, _TEXTS):
        return text
    parts: list[str] = []
    for value in item.values():
        for inner in value[:100] if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and depth < 3 and (text := _text(inner, depth + 1)) and text not in parts:
                parts.append(text)
    return " / ".join(parts) or None


def _message(speaker: str | None, text: str | None) -> str:
    subject = "The account's history records a turn of a conversation"
    if speaker:
        subject += f', which the record gives to "{shown(speaker, 60) or ""}"'
    return f'{subject}; its text is "{shown(text)}".' if shown(text) else f"{subject}; it holds no text that is known."
