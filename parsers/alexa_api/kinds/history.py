"""The newer history of an Alexa account: the records shown on Amazon's privacy pages.

References:
    Apollon77/alexa-remote (``alexa-remote.js``) and chemelli74/aioamazondevices (``implementation/history.py``) for
    the addresses and the envelope; records printed in bbindreiter/node-red-contrib-alexa-remote2-applestrudel (issues
    142 and 152, 2023 and 2024) and in ioBroker.alexa2 (issue 655, 2021).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.activity_key import ActivityKey, activity_key
from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.kinds.history_items import (
    ANSWER_TYPE,
    ITEMS,
    MAX_ITEMS,
    Items,
    answers,
    device_info,
    person,
    read_items,
)
from parsers.parser import About
from parsers.record import Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:history"
_TOPS = ("customerHistoryRecords", "alexaHistoryRecords")
_KEYS = ("recordKey", "activityKey")
_RECORD_KEYS = frozenset((*_KEYS, "recordType", "utteranceType", ITEMS))
_CREATION_NOTE = "Epoch milliseconds: the time the service gave the history record; the utterance began before that."
#: What a type of utterance means, by its name.
_TYPES = {
    "WAKE_WORD_ONLY": "by its name, only the wake word was recognised",
    "DEVICE_ARBITRATION": "by its name, another device answered",
    "ASR_TIMEOUT": "by its name, the recognition of speech ran out of time",
    "NO_EXPRESSED_INTENT": "by its name, no intent was expressed",
}


class History(ResponseParser):
    """Reads pages of the history and single records of it."""

    name = "alexa_history"
    version = "4"
    urls = (
        "/alexa-privacy/apd/rvh/customer-history-records-v2",
        "/alexa-privacy/apd/rvh/customer-history-records",
        "/alexa-privacy/apd/rah/alexa-history-records-v2",
    )
    telltales = (
        *(frozenset({top}) for top in _TOPS),
        *(frozenset({key, ITEMS}) for key in _KEYS),
    )
    read_apart = ("items", "recordItemKey", "record_key")
    lists = tuple((top,) for top in _TOPS)
    about = About(
        title="Voice history of an Alexa account (privacy pages)",
        data_types=(DATA_TYPE, ANSWER_TYPE),
        known_by=(
            "addresses customer-history-records, customer-history-records-v2 and alexa-history-records-v2",
            f"JSON keys {', '.join((*_TOPS, *_KEYS, ITEMS))}",
        ),
        shows=(
            "The account's history held a record, with its time, its device, its type, the text that the service"
            " recognised and the text of the answer, as the record has them."
        ),
        does_not_show=(
            "Who spoke: a person that the record names is the service's attribution. That the recognised text is what"
            " was said, or that the answer was played or heard. Replacement text is not a transcript."
            " When it was spoken: the record's time is later, the time within the utterance id is that of the audio"
            " stream, in whole seconds."
        ),
        validated_on=("One record of 2024, printed in a public issue; no whole page from real evidence was available",),
        limits=(
            "Types of utterance are explained by their names alone.",
            "Pages can repeat records of the page before, and hold records outside the time asked for; each is kept as"
            " recorded, and the record says so.",
            f"Of one record at most {MAX_ITEMS} items are read.",
        ),
        references=(
            "https://github.com/Apollon77/alexa-remote",
            "https://github.com/chemelli74/aioamazondevices",
            "https://github.com/bbindreiter/node-red-contrib-alexa-remote2-applestrudel/issues/152",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, or the first record has the key and the items."""
        if isinstance(value, dict) and any(top in value for top in _TOPS):
            return True
        first = next(_items(value), None)
        return first is not None and isinstance(first.value, dict) and _is_bare(first.value)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each record of the history, and one for each answer in it."""
        for place in _items(body.value):
            if isinstance(place.value, dict) and _is_record(place.value):
                yield from _records(ItemReader(place.value, place.tokens, body))
            elif place.value is not None:
                yield Issue("A record of the history was expected here.", body.places.record(place.tokens))


def _items(value: object) -> Iterator[JsonPlace]:
    """The records of a page, or a bare list or record as people extract it."""
    if isinstance(value, list):
        yield from members(value, ("*",))
    elif isinstance(value, dict) and _is_bare(value):
        yield JsonPlace(value, (), ())
    else:
        for top in _TOPS:
            for place in members(value, (top,)):
                if isinstance(place.value, list):
                    yield from members(value, (top, "*"))
                elif place.value is not None:
                    yield place


def _is_bare(item: Mapping[str, object]) -> bool:
    return any(key in item for key in _KEYS) and (ITEMS in item or "utteranceType" in item)


def _is_record(item: Mapping[str, object]) -> bool:
    return not _RECORD_KEYS.isdisjoint(item)


def _records(reader: ItemReader) -> Iterator[Record | Issue]:
    """The issues of a record, the record, and its answers."""
    named = [text.replace("%23", "#") for text in map(reader.text, _KEYS) if text]
    key = next(filter(None, map(ActivityKey.parse, named)), None)
    items = read_items(reader)
    ids = items.utterances
    serial, kind, name = device_info(reader)
    if key:
        serial, kind = key.serial, key.device_type
    elif not serial and ids:
        serial, kind = ids[0].serial, spoken.device_type(ids[0])
    timestamps = _timestamps(reader, key, items)
    shared = [*(activity_key(text) for text in named), *(utterance.key for utterance in ids[1:])]
    record = Record(
        data_type=DATA_TYPE,
        message=_message(reader, items, name, ids[0] if ids else None, outside=_outside(reader, timestamps)),
        locator=reader.locator,
        timestamps=timestamps,
        device_serial=serial,
        device_type=kind,
        account=reader.text("customerId") or (key.customer if key else None),
        person=person(items.persons),
        utterance_id=ids[0].text if ids else items.stated,
        transcript=items.transcript,
        fields=_fields(reader, items, name),
        keys=tuple(dict.fromkeys(shared)),
    )
    yield from dict.fromkeys(reader.issues)
    yield record
    yield from answers(items, record, named[0] if named else None)


def _outside(reader: ItemReader, timestamps: tuple[Timestamp, ...]) -> bool:
    """Whether the record's own time is outside the period requested in the address."""
    at = timestamps[0].timestamp if timestamps and timestamps[0].description == "Creation Time" else None
    query = reader.body.url.query if reader.body.url else {}
    first, last = (from_milliseconds(query.get(name)) for name in ("startTime", "endTime"))
    if at is None:
        return False
    return (first is not None and at < first) or (last is not None and at > last)


def _timestamps(reader: ItemReader, key: ActivityKey | None, items: Items) -> tuple[Timestamp, ...]:
    timestamps = list(reader.created("timestamp", _CREATION_NOTE))
    if not timestamps and key and (within := key.to_timestamp()):
        timestamps.append(within)
    timestamps.extend(spoken.to_timestamp(utterance) for utterance in items.utterances[:1])
    known = {timestamp.timestamp for timestamp in timestamps}
    timestamps.extend(timestamp for timestamp in items.heard_timestamps if timestamp.timestamp not in known)
    return tuple(timestamps)


def _fields(reader: ItemReader, items: Items, name: str | None) -> dict[str, Value]:
    content: dict[str, object] = {key: value for key, value in reader.item.items() if key != ITEMS}
    content["device_name"] = name
    content["persons"] = [
        {"id": found.identity, "first_name": found.name, "type": found.kind} for found in items.persons
    ]
    content["asr_replacement_texts"] = items.heard_replaced
    content["items"] = reader.item.get(ITEMS)
    return Keeper().fields(content)


def _other_texts(items: Items) -> list[str]:
    """What a message says of items other than transcripts and answers."""
    parts: list[str] = []
    if not items.items:
        parts.append("it lists no items; an entry can have been deleted or withheld, the record does not say why")
    if items.heard_replaced:
        texts = ", ".join(f'"{shown(text) or ""}"' for text in items.heard_replaced[:3])
        parts.append(f"in place of a transcript it holds replacement text, which is not a transcript: {texts}")
    if items.other_texts:
        parts.append(f"it holds texts of other types: {', '.join(items.other_texts[:3])}")
    return parts


def _message(
    reader: ItemReader, items: Items, name: str | None, utterance: UtteranceId | None, *, outside: bool
) -> str:
    kind = reader.text("recordType")
    parts = ["The account's history holds a record" + (f" of type {shown(kind)}" if kind else "")]
    if name:
        parts[0] += f' of the device named "{shown(name) or ""}"'
    if spoke := reader.text("utteranceType"):
        stated = f"the record's utteranceType is {shown(spoke)}"
        parts.append(f"{stated}: {_TYPES[spoke]}" if spoke in _TYPES else stated)
    if items.transcript:
        parts.append(f'the text recognised by the service is "{shown(items.transcript) or ""}"')
    elif items.transcript is not None:
        parts.append("the recognised text is empty")
    else:
        parts.append("the record holds no recognised text")
    parts += _other_texts(items)
    for key, word in (
        ("domain", "domain"),
        ("intent", "intent"),
        ("skillName", "skill"),
        ("title", "title"),
        ("subTitle", "subtitle"),
    ):
        if text := reader.text(key):
            parts.append(f'its {word} is given as "{shown(text) or ""}"')
    if items.persons:
        names = ", ".join(f'"{shown(found.name or found.identity) or ""}"' for found in list(items.persons)[:5])
        parts.append(f"the record names the person {names}")
    if utterance and utterance.source == spoken.TEXT_SOURCE:
        parts.append(f"the utterance id names {spoken.TEXT_SOURCE} as the source, which stands for text, not speech")
    if outside:
        parts.append("its time lies outside the time that was asked for")
    return "; ".join(parts) + "."
