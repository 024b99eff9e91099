"""Entries of an IndexedDB: the values of the object stores of the service's pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parsers.alexa_api.items.body import TextPlaces
from parsers.formats.indexed_db.database_key import BLOBS, VALUES, IndexedKey, stored_blobs, text_of_name
from parsers.formats.indexed_db.script_value import (
    ScriptValueError,
    is_in_blob,
    script_value,
    texts_in,
    unwrapped,
)  # fmt: skip
from parsers.formats.leveldb.entry import LevelEntry
from parsers.formats.leveldb.varint import LevelDbError, read_varint
from parsers.formats.leveldb.versions import Version
from parsers.record import Issue, Record, Value
from parsers.web_storage.store_reader import StoreReader, version_fields, version_remark
from parsers.web_storage.stored_item import (
    INDEXED_TYPE,
    StoredItem,
    is_service_origin,
    item_records,
    names_the_service,
)  # fmt: skip

_FOLDER = re.compile(r"(?:^|/)([a-z][a-z-]{1,30})_([A-Za-z0-9.-]{1,253})_(\d{1,5})(?:@\d{1,3})?\.indexeddb\.leveldb/")
#: The most listed issues about undecodable values; the others are counted.
_MAX_UNREAD = 20


def folder_origin(path: str) -> str:
    """The origin in the name of a database's folder; empty if it has another name."""
    found = None
    for found in _FOLDER.finditer(path):  # noqa: B007  (the last folder)
        pass
    if not found:
        return ""
    port = f":{found[3]}" if found[3] != "0" else ""
    return f"{found[1]}://{found[2]}{port}"


@dataclass(slots=True)
class IndexedStore(StoreReader):
    """Reads the databases of one origin."""

    _databases: dict[int, tuple[str, str]] = field(default_factory=dict)
    _stores: dict[tuple[int, int], str] = field(default_factory=dict)
    _unread: int = 0

    def wanted(self, entry: LevelEntry) -> bool:
        """Whether an entry is a name of a database or object store, a value, or a reference to a value's blobs."""
        key = IndexedKey.parse(entry.key)
        if key is None:
            return False
        return (key.store > 0 and key.index in (VALUES, BLOBS)) or bool(key.named_database() or key.named_store())

    def records(self, versions: Iterable[Version]) -> Iterator[Record | Issue]:
        """Yield the records of the values."""
        kept = [(version, key) for version in versions if (key := IndexedKey.parse(version.entry.key))]
        blobs: dict[tuple[int, int, bytes], bytes] = {}
        for version, key in kept:
            self._name(version, key)
            if key.store and key.index == BLOBS and version.entry.value:
                blobs[key.database, key.store, key.rest] = version.entry.value
        for version, key in kept:
            if key.store and key.index == VALUES:
                yield from self._value(version, key, blobs.get((key.database, key.store, key.rest), b""))
        if self._unread > _MAX_UNREAD:
            yield Issue(f"{self._unread - _MAX_UNREAD} further values of scripts could not be decoded.")

    def _name(self, version: Version, key: IndexedKey) -> None:
        value = version.entry.value
        if value is None:
            return
        if named := key.named_database():
            self._databases[int.from_bytes(value[:8], "little")] = named
        elif store := key.named_store():
            self._stores[key.database, store] = text_of_name(value)

    def _value(self, version: Version, key: IndexedKey, listed_blobs: bytes) -> Iterator[Record | Issue]:
        entry = version.entry
        origin, database = self._databases.get(key.database, (folder_origin(self.path), ""))
        fields: dict[str, Value] = {
            "database": database or f"number {key.database}",
            "object_store": self._stores.get((key.database, key.store), f"number {key.store}"),
            **version_fields(version),
        }
        if blobs := stored_blobs(listed_blobs):
            fields["blobs"] = [
                {"file": blob.path(key.database), "name": blob.name, "type": blob.media, "bytes": blob.size}
                for blob in blobs
            ]
        value, issue = (None, None) if entry.value is None else _decoded(entry, fields)
        if not self._listed(origin, entry, value):
            return
        self.listed += 1
        if issue:
            self._unread += 1
            if self._unread <= _MAX_UNREAD:
                yield issue
        item = StoredItem(
            INDEXED_TYPE, self.path, self.clock, _plain_origin(origin), key.script_key(), value, entry.locator,
            TextPlaces(entry.locator), -1 if entry.value is None else len(entry.value), entry.file,
            version_remark(version), fields,
        )  # fmt: skip
        yield from item_records(item)

    def _listed(self, origin: str, entry: LevelEntry, value: object) -> bool:
        if self.in_app or is_service_origin(_plain_origin(origin)) or names_the_service(entry.key):
            return True
        return names_the_service(entry.value or b"") or names_the_service(repr(value).encode("utf-8", "replace"))


def _plain_origin(origin: str) -> str:
    """Convert an origin to its usual form: the databases write ``https_alexa.amazon.com_0@1``."""
    return folder_origin(f"{origin.partition('@')[0]}.indexeddb.leveldb/") or origin


def _decoded(entry: LevelEntry, fields: dict[str, Value]) -> tuple[object, Issue | None]:
    """Decode a script's value; if that fails, return the texts in it and an issue."""
    content = entry.value or b""
    try:
        content = content[read_varint(content, 0)[1] :]
        if is_in_blob(content):
            fields["in_blob"] = True
            return "The value is in a blob of its own.", None
        return script_value(content), None
    except (ScriptValueError, LevelDbError) as error:
        try:
            content = unwrapped(content)
        except ScriptValueError:
            content = entry.value or b""
        where = f" in {entry.file} at {entry.locator}" if entry.file else ""
        what = f"A value that a script stored{where} cannot be decoded: {error}. Texts in it were read."
        return list(texts_in(content)), Issue(what, "" if entry.file else entry.locator, content[:64])
