"""An item stored by a page: answers of the service in it are read as such, anything else makes one record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from parsers.alexa_api.answers.further_times import TimeSearch
from parsers.alexa_api.answers.within import read_within
from parsers.alexa_api.items import spoken
from parsers.alexa_api.items.address import HOST
from parsers.alexa_api.items.body import Body, Places, TextPlaces
from parsers.alexa_api.items.service_names import names_in
from parsers.formats.json.text import JsonError, decode
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.secret import hidden, is_secret_name, is_secret_value, masked, without_secrets
from parsers.utterance import FINDER, UtteranceId
from parsers.values import Keeper, shown

LOCAL_TYPE, SESSION_TYPE, INDEXED_TYPE = "alexa:web:local_storage", "alexa:web:session_storage", "alexa:web:indexed_db"
#: The data types of other entries and of a store as a whole.
ENTRY_TYPE, STORE_TYPE = "alexa:app:store_entry", "alexa:web:storage_file"
#: The data types that this module may yield, in addition to those of answers.
DATA_TYPES = (LOCAL_TYPE, SESSION_TYPE, INDEXED_TYPE, ENTRY_TYPE, STORE_TYPE)
_NAMES = {
    LOCAL_TYPE: "Local Storage", SESSION_TYPE: "Session Storage", INDEXED_TYPE: "IndexedDB",
    ENTRY_TYPE: "A key-value store",
}  # fmt: skip
#: Longer texts are not decoded as JSON.
_MAX_JSON = 64 * 1024 * 1024
_MAX_KEY = 400
#: The rest of a longer text is neither searched for secrets nor kept.
_MAX_TEXT = 65536
_SERVICE = re.compile(rf"(?:[a-z-]{{2,20}}://)?(?:{HOST})(?::\d{{1,5}})?/?(?:\^.{{0,500}})?", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(rb"(?<![a-z])a\0?l\0?e\0?x\0?a", re.IGNORECASE)
_TIME_NOTE = "{} It stands in the value that the page stored."


def is_service_origin(origin: str) -> bool:
    """Whether an origin (``https://alexa.amazon.com``) is one of the Alexa service."""
    return _SERVICE.fullmatch(origin) is not None


def names_the_service(content: bytes) -> bool:
    """Whether a key or a value in UTF-8, UTF-16 or one byte per character names the service."""
    return bool(names_in(content)) or _NAMED.search(content) is not None


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A stored item.

    Attributes:
        data_type: one of the types above.
        path: the path of the claimed file.
        clock: whose clock made the times in the store.
        origin: the page's origin; empty if unknown.
        key: its name, as text.
        value: a text, or a decoded value; None if only a deletion is left.
        locator: the locator of the whole entry.
        places: the places of the value, if it is a text.
        size: the size of the value in bytes.
        file: as in :attr:`parsers.record.Record.file`.
        remark: a sentence at the end of every message; empty for a live item.
        fields: facts about the entry, added to every record.
    """

    data_type: str
    path: str
    clock: Clock
    origin: str
    key: str
    value: object
    locator: str
    places: Places
    size: int
    file: str = ""
    remark: str = ""
    fields: Mapping[str, Value] = field(default_factory=dict)

    @property
    def deleted_only(self) -> bool:
        """Whether only a deletion is left."""
        return self.value is None and self.size < 0


def item_records(item: StoredItem) -> Iterator[Record | Issue]:
    """Yield the records of an item: those of the answers in it, else one record of the item."""
    value, places = item.value, item.places
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) <= _MAX_JSON:
        try:
            value = decode(value)
        except JsonError:
            value = item.value
    found = 0
    if isinstance(value, (dict, list)) and value:
        decoded = isinstance(item.value, str)
        body = Body(
            value, item.path, places if decoded else TextPlaces(item.locator), clock=item.clock,
            fields=_facts(item), file=item.file,
        )  # fmt: skip
        for made in read_within(body):
            found += isinstance(made, Record)
            yield _of_item(made, item)
    if not found:
        yield _record(item, value)


def _of_item(made: Record | Issue, item: StoredItem) -> Record | Issue:
    if isinstance(made, Record):
        return replace(made, message=f"{made.message} {item.remark}") if item.remark else made
    # An issue's locator would be read as one in the claimed file.
    return replace(made, what=f"{item.file}, {item.key[:80]}: {made.what}", locator="") if item.file else made


def _facts(item: StoredItem) -> dict[str, Value]:
    named = {"storage": _NAMES[item.data_type], "origin": item.origin[:_MAX_KEY], "key": item.key[:_MAX_KEY]}
    return {**{name: value for name, value in named.items() if value}, **item.fields}


def _record(item: StoredItem, value: object) -> Record:
    of = f" of {shown(item.origin, 200)}" if item.origin else ""
    name = f'{_NAMES[item.data_type]}{of} has the item "{shown(item.key, 120) or "without a name"}"'
    fields = _facts(item)
    if item.deleted_only:
        return Record(item.data_type, f"{name}. {item.remark}", item.locator, fields=fields, file=item.file)
    kept = fields["value"] = _kept(item, value)
    fields["value_bytes"] = item.size
    utterance = _utterance(item.value)
    timestamps = tuple(
        replace(timestamp, note=_TIME_NOTE.format(timestamp.note), clock=_clock_of(timestamp, utterance))
        for timestamp in TimeSearch({item.key: value}, ()).timestamps()
    )
    quoted = f', "{shown(kept, 120)}"' if isinstance(kept, str) and shown(kept) else ""
    if not quoted and kept is not None:
        quoted = f", {shown(json.dumps(kept, ensure_ascii=False), 200)}"
    message = f"{name}{quoted}. {item.remark}".strip()
    return Record(
        item.data_type, message, item.locator, timestamps, fields=Keeper().fields(fields), file=item.file,
        utterance_id=utterance.text if utterance else None, device_serial=utterance.serial if utterance else None,
        device_type=spoken.device_type(utterance) if utterance else None,
    )  # fmt: skip


def _utterance(value: object) -> UtteranceId | None:
    """The utterance id in a value; None if there is none, or more than one."""
    # The text is not decoded first: it may be nested too deeply to be encoded again.
    text = value.replace("\\/", "/") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if "::TN" not in text and "%3a%3atn" not in text.lower():
        return None
    found = {match[0] for match in FINDER.finditer(unquote(text))}
    return UtteranceId.parse(found.pop()) if len(found) == 1 else None


def _clock_of(timestamp: Timestamp, utterance: UtteranceId | None) -> Clock:
    """The clock of a time stored by a page: unknown, except for a time in an utterance id."""
    return timestamp.clock if utterance and timestamp.recorded == utterance.recorded_time else Clock.UNKNOWN


def _kept(item: StoredItem, value: object) -> Value:
    """The value without secrets."""
    if isinstance(value, str):
        secret = is_secret_name(item.key) or is_secret_value(value)
        return hidden(value) if secret else masked(value[:_MAX_TEXT])
    if isinstance(value, (int, float)) and is_secret_name(item.key) and not isinstance(value, bool):
        return hidden(str(value))
    return without_secrets(value, item.key[:_MAX_KEY])


def counted(store_name: str, total: int, listed: int, fields: Mapping[str, Value]) -> Record:
    """The record of a store as a whole: the number of its entries, and how many are listed.

    Args:
        store_name: the store's description, as the start of a sentence.
        total: the number of entries read, of all versions.
        listed: how many of them have their own record.
        fields: facts about the store.
    """
    entries = f"{total} entr{'y' if total == 1 else 'ies'}"
    rest = total - listed
    others = f" {rest} others {'is' if rest == 1 else 'are'} not listed." if rest else ""
    others = others.replace("1 others is", "1 other is")
    message = (
        f"{store_name} holds {entries}, of all versions, {listed} of them of the Alexa service or an app of it.{others}"
    )
    return Record(STORE_TYPE, message, "", fields={"entries": total, "entries_listed": listed, **fields})
