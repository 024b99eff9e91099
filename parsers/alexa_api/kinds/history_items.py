"""The parts of a record of the newer Alexa history: its items, the persons it names, its device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from parsers.alexa_api.items.item_reader import ItemReader
from parsers.record import Record, Timestamp
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

ANSWER_TYPE = "alexa:cloud:answer"
ITEMS = "voiceHistoryRecordItems"
#: The most items that are read from one record.
MAX_ITEMS = 1000
_HEARD = "CUSTOMER_TRANSCRIPT"
_HEARD_REPLACED = "ASR_REPLACEMENT_TEXT"
_ANSWER = "ALEXA_RESPONSE"
_ANSWER_REPLACED = "TTS_REPLACEMENT_TEXT"
_ANSWER_NOTE = "Epoch milliseconds that the history gives for this item; not when the answer was heard."
_HEARD_NOTE = "Epoch milliseconds that the history gives for an item of the record, of type {}."


@dataclass(slots=True)
class HistoryItem:
    """One item of a record.

    Attributes:
        kind: its ``recordItemType``, or empty.
        words: its text as recorded; None if there is none.
        stated: its utterance id as recorded, or None.
        utterance: that id, parsed, or None.
        timestamps: the time it holds, if any.
        value: the whole item.
        locator: its locator.
    """

    kind: str
    words: str | None
    stated: str | None
    utterance: UtteranceId | None
    timestamps: tuple[Timestamp, ...]
    value: Mapping[str, object]
    locator: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person named in the record."""

    identity: str | None
    name: str | None
    kind: str | None


@dataclass
class Items:
    """The items of one record and the persons named in it. What is worked out of them is kept: read them first."""

    items: list[HistoryItem] = field(default_factory=list)
    persons: dict[Person, None] = field(default_factory=dict)

    @cached_property
    def transcript(self) -> str | None:
        """The recognised texts, without repeats; empty if they are all empty; None if there are none."""
        texts = dict.fromkeys(item.words for item in self.items if item.kind == _HEARD and item.words is not None)
        return " / ".join(filter(None, texts)) if texts else None

    @cached_property
    def heard_replaced(self) -> list[str]:
        """The replacement texts for what was heard, without repeats."""
        return list(dict.fromkeys(item.words for item in self.items if item.kind == _HEARD_REPLACED and item.words))

    @property
    def other_texts(self) -> list[str]:
        """The texts of items of other types, each with its type, without repeats."""
        known = (_HEARD, _HEARD_REPLACED, _ANSWER, _ANSWER_REPLACED)
        others = (item for item in self.items if item.kind not in known and item.words)
        return list(dict.fromkeys(f'"{shown(item.words)}" ({shown(item.kind, 60) or "no type"})' for item in others))

    @cached_property
    def utterances(self) -> list[UtteranceId]:
        """The utterance ids, those of transcripts first; only the first id of each stream."""
        ordered = sorted(self.items, key=lambda item: item.kind != _HEARD)
        found: dict[str, UtteranceId] = {}
        for item in ordered:
            if item.utterance:
                found.setdefault(item.utterance.uuid, item.utterance)
        return list(found.values())

    @property
    def heard_timestamps(self) -> list[Timestamp]:
        """The times of the items that are not answers, each instant once."""
        found = (
            timestamp
            for item in self.items
            if item.kind not in (_ANSWER, _ANSWER_REPLACED)
            for timestamp in item.timestamps
        )
        return list({timestamp.timestamp: timestamp for timestamp in found}.values())

    @property
    def stated(self) -> str | None:
        """The first recorded utterance id, if no id has the known form."""
        return next((item.stated for item in self.items if item.stated), None)


def read_items(record: ItemReader) -> Items:
    """Read the items of a record. Unexpected values are added to the record's issues."""
    found = Items()
    _persons(record, found)
    value = record.item.get(ITEMS)
    if value is not None and not isinstance(value, list):
        record.issue(ITEMS, "a list was expected")
    items = value if isinstance(value, list) else []
    if len(items) > MAX_ITEMS:
        record.issue(ITEMS, f"only the first {MAX_ITEMS} of {len(items)} items were read")
    for number, inner in enumerate(items[:MAX_ITEMS]):
        if isinstance(inner, dict):
            reader = record.child(inner, ITEMS, number)
            found.items.append(_item(reader))
            _persons(reader, found)
        elif inner is not None:
            record.issue(ITEMS, f"item {number}: an object was expected")
    return found


def _item(reader: ItemReader) -> HistoryItem:
    stated = reader.text("utteranceId")
    kind = reader.text("recordItemType") or ""
    answer = kind in (_ANSWER, _ANSWER_REPLACED)
    return HistoryItem(
        kind=kind,
        words=reader.string("transcriptText"),
        stated=stated,
        utterance=UtteranceId.parse(stated) if stated else None,
        timestamps=reader.created(
            "timestamp", _ANSWER_NOTE if answer else _HEARD_NOTE.format(shown(kind, 60) or "not given")
        ),
        value=reader.item,
        locator=reader.locator,
    )


def _persons(reader: ItemReader, found: Items) -> None:
    """Add the persons named, given as an object or a list of objects."""
    value = reader.item.get("personsInfo")
    if value is None or value == "":
        return
    listed: Iterable[tuple[tuple[str | int, ...], object]]
    if isinstance(value, list):
        listed = [(("personsInfo", number), inner) for number, inner in enumerate(value[:MAX_ITEMS])]
    else:
        listed = [(("personsInfo",), value)]
    for tokens, inner in listed:
        if isinstance(inner, dict):
            one = reader.child(inner, *tokens)
            person = Person(one.text("personId"), one.text("personFirstName"), one.text("personType"))
            if person.identity or person.name:
                found.persons[person] = None
        elif inner is not None:
            reader.issue("personsInfo", "an object, or a list of objects, was expected")


def person(persons: Iterable[Person]) -> str | None:
    """The only person that a record names: the id, else the name. None if it names none or several."""
    named = {found.identity or found.name for found in persons}
    return named.pop() if len(named) == 1 else None


def device_info(record: ItemReader) -> tuple[str | None, str | None, str | None]:
    """Serial number, type and name of the device, as ``device`` and ``deviceInfo`` give them."""
    serial = kind = name = None
    for key in ("device", "deviceInfo"):
        value = record.item.get(key)
        listed: list[tuple[tuple[str | int, ...], object]] = [((key,), value)]
        if isinstance(value, list):
            listed = [((key, number), inner) for number, inner in enumerate(value[:MAX_ITEMS])]
        for tokens, inner in listed:
            if isinstance(inner, dict):
                one = record.child(inner, *tokens)
                name = name or one.text("deviceName")
                if serial is None and (serial := one.text("deviceSerialNumber")):
                    kind = one.text("deviceType")
            elif inner is not None and inner != "":
                record.issue(key, "an object, or a list of objects, was expected")
    return serial, kind, name


def answers(items: Items, whole: Record, key: str | None) -> Iterator[Record]:
    """Yield a record for each of Alexa's answers in a history record.

    Args:
        items: the items of the record.
        whole: the record that holds them.
        key: the key of that record as recorded, or None.
    """
    for item in items.items:
        if item.kind not in (_ANSWER, _ANSWER_REPLACED):
            continue
        replaced = item.kind == _ANSWER_REPLACED
        content = {name: value for name, value in item.value.items() if name != "transcriptText"}
        content |= {"answer_text": item.value.get("transcriptText"), "replacement_text": replaced, "record_key": key}
        yield Record(
            data_type=ANSWER_TYPE,
            message=_answer_message(item, replaced),
            locator=item.locator,
            timestamps=item.timestamps,
            device_serial=whole.device_serial,
            device_type=whole.device_type,
            account=whole.account,
            utterance_id=item.stated or whole.utterance_id,
            fields=Keeper().fields(content),
            keys=tuple(name for name in whole.keys if name.startswith("activity:")),
        )


def _answer_message(item: HistoryItem, replaced: bool) -> str:
    subject = "replacement text for an answer of Alexa" if replaced else "an answer of Alexa"
    if item.words is None:
        return f"The account's history records {subject}, without a text."
    if not item.words:
        return f"The account's history records {subject}; its text is empty."
    quoted = f'The account\'s history records {subject}, as the record has it: "{shown(item.words) or ""}"'
    if replaced:
        return f"{quoted}; by its type, {item.kind}, it stands in place of the answer's text."
    return f"{quoted}."
