"""Entries of Local Storage, Session Storage, and other stores with text keys.

Local Storage: ``_``, the origin, a zero byte, and the key; ``META:`` and ``METAACCESS:`` with the origin, whose values
state when the origin's items last changed or were used and their size in bytes. Keys and values begin with a byte: 0
for UTF-16LE, 1 for Latin-1.
Session Storage: ``namespace-``, the tab's id, ``-`` and the origin, whose value is the number of a map; ``map-``, that
number, ``-`` and the key (UTF-8), whose value is UTF-16LE.

References:
    components/services/storage/dom_storage of Chromium (local_storage_impl.cc, local_storage_database.proto,
    session_storage_metadata.cc); third_party/blink/renderer/modules/storage/cached_storage_area.cc
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parsers.alexa_api.items.body import JsonPlaces, Places, TextPlaces
from parsers.browser import cache_times
from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.versions import Version
from parsers.formats.protobuf.message import ProtobufError, fields
from parsers.locator import at_coding, join
from parsers.record import Issue, Record, Timestamp
from parsers.values import shown
from parsers.web_storage.store_reader import StoreReader, version_fields, version_remark, within
from parsers.web_storage.stored_item import (
    ENTRY_TYPE,
    LOCAL_TYPE,
    SESSION_TYPE,
    StoredItem,
    is_service_origin,
    item_records,
    names_the_service,
)  # fmt: skip

_META, _ACCESS = b"META:", b"METAACCESS:"
_NAMESPACE = re.compile(rb"namespace-([^-]{1,100})-(.+)", re.DOTALL)
_MAP = re.compile(rb"map-(\d{1,18})-(.*)", re.DOTALL)
_ORIGIN = re.compile(rb"_([a-z][a-z0-9+.-]{1,40}:[^\0]{0,2000})\0(.+)", re.DOTALL)
_OWN = re.compile(rb"VERSION|version|next-map-id|namespace-[^-]{1,100}-")
_UTF16, _LATIN = 0, 1
_CHANGED = "When the items of the origin last changed, as the store noted it."
_USED = "When the items of the origin were last used, as the store noted it."


@dataclass(frozen=True, slots=True)
class _Text:
    """A text, with the places of JSON in it."""

    text: str
    places: Places


@dataclass(slots=True)
class DomStorage(StoreReader):
    """Reads a store of named items."""

    _maps: dict[bytes, str] = field(default_factory=dict)

    def wanted(self, entry: LevelEntry) -> bool:
        """Whether an entry belongs to the service's pages or names the service, or its page is in another entry."""
        key = entry.key
        if _MAP.fullmatch(key) or _NAMESPACE.fullmatch(key):
            return True
        if _OWN.fullmatch(key):
            return False
        if self.in_app:
            return True
        # A single search takes half as long as two.
        return names_the_service(key if key.startswith((_META, _ACCESS)) else key + b"\n" + (entry.value or b""))

    def records(self, versions: Iterable[Version]) -> Iterator[Record | Issue]:
        """Yield the records of the items."""
        kept = list(versions)
        for version in kept:
            found = _NAMESPACE.fullmatch(version.entry.key)
            if found and version.entry.value:
                self._maps.setdefault(version.entry.value, found[2].decode("utf-8", "backslashreplace"))
        for version in kept:
            yield from self._version(version)

    def _version(self, version: Version) -> Iterator[Record | Issue]:
        key, value = version.entry.key, version.entry.value
        if _NAMESPACE.fullmatch(key):
            return
        if key.startswith((_META, _ACCESS)):
            if value is not None:
                self.listed += 1
                yield self._meta(version, value)
            return
        item = self._item(version)
        origin = item.origin
        if self.in_app or is_service_origin(origin) or names_the_service(key) or names_the_service(value or b""):
            self.listed += 1
            yield from item_records(item)

    def _item(self, version: Version) -> StoredItem:
        key, value = version.entry.key, version.entry.value
        data_type, origin, name, text = ENTRY_TYPE, "", _readable(key), None
        if found := _ORIGIN.fullmatch(key):
            data_type, origin, name = LOCAL_TYPE, _readable(found[1]), _marked(found[2])
            text = _marked_value(version.entry) if value is not None else None
        elif found := _MAP.fullmatch(key):
            data_type, origin = SESSION_TYPE, self._maps.get(found[1], "")
            name = found[2].decode("utf-8", "backslashreplace")
            text = _wide_value(version.entry, 0) if value is not None else None
        elif value is not None:
            text = _Text(_readable(value), _places(version.entry, value, 0))
        return StoredItem(
            data_type, self.path, self.clock, origin, name, text.text if text else None, version.entry.locator,
            text.places if text else TextPlaces(version.entry.locator), -1 if value is None else len(value),
            version.entry.file, version_remark(version), version_fields(version),
        )  # fmt: skip

    def _meta(self, version: Version, value: bytes) -> Record:
        """The record of the store's metadata about an origin."""
        access = version.entry.key.startswith(_ACCESS)
        origin = _readable(version.entry.key.removeprefix(_ACCESS if access else _META))
        facts = version_fields(version)
        numbers: dict[int, int] = {}
        try:
            numbers = {one.number: one.value for one in fields(value) if isinstance(one.value, int)}
        except ProtobufError:
            facts["value"] = value[:64].hex()
        timestamp: Timestamp | None = cache_times.to_timestamp(
            "Last Used Time" if access else "Content Modification Time", numbers.get(1, 0), self.clock,
            f"{_USED if access else _CHANGED} {_UNIT}",
        )  # fmt: skip
        facts |= {"storage": "Local Storage", "origin": origin[:400]}
        if not access and 2 in numbers:
            facts["bytes"] = numbers[2]
        what = (
            "when its items were last used" if access else "when its items last changed, and how many bytes they have"
        )
        message = f"Local Storage notes of {shown(origin, 200)} {what}. {version_remark(version)}".strip()
        return Record(
            LOCAL_TYPE, message, version.entry.locator, (timestamp,) if timestamp else (), fields=facts,
            file=version.entry.file,
        )  # fmt: skip


_UNIT = "Microseconds since 1601-01-01 UTC, by the clock of the machine that held the store."


def _readable(content: bytes) -> str:
    return content.decode("utf-8", "backslashreplace")


def _marked(content: bytes) -> str:
    """Decode a text after its encoding byte; unchanged if there is none."""
    if content[:1] == bytes((_UTF16,)):
        return content[1:].decode("utf-16-le", "replace")
    if content[:1] == bytes((_LATIN,)):
        return content[1:].decode("latin-1")
    return _readable(content)


def _marked_value(entry: LevelEntry) -> _Text:
    value = entry.value or b""
    if value[:1] == bytes((_UTF16,)):
        return _wide_value(entry, 1)
    skipped = 1 if value[:1] == bytes((_LATIN,)) else 0
    return _Text(_marked(value), _places(entry, value[skipped:], skipped))


def _wide_value(entry: LevelEntry, skipped: int) -> _Text:
    text = (entry.value or b"")[skipped:].decode("utf-16-le", "replace")
    place = within(entry.value_at, skipped) if entry.value_at else ""
    return _Text(text, JsonPlaces(join(place, at_coding("utf-16le"))) if place else TextPlaces(entry.locator))


def _places(entry: LevelEntry, content: bytes, skipped: int) -> Places:
    """The places of JSON in a text of one byte per character. Pointers cannot be used in non-ASCII Latin-1."""
    place = within(entry.value_at, skipped) if entry.value_at and content.isascii() else ""
    return JsonPlaces(place) if place else TextPlaces(entry.locator)
