"""Parse the keys of an IndexedDB database.

Each begins with the numbers of the database, the object store and the index: one byte with their lengths (three, three
and two bits, each one less), then the numbers, little-endian. 0, 0, 0 holds metadata of all databases; a database,
0, 0 that of one database. Index 1 holds the values of an object store, index 3 their blobs. A script key begins with a
type byte: 0 none, 1 text in UTF-16BE, 2 a time, 3 a number, 4 a list, 5 the least key, 6 bytes.

References:
    content/browser/indexed_db/docs/leveldb_coding_scheme.md and indexed_db_leveldb_coding.cc of Chromium
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from parsers.formats.leveldb.varint import LevelDbError, read_sized, read_varint

#: Indexes of an object store.
VALUES, BLOBS = 1, 3
#: The key order that such a database names in its MANIFEST.
COMPARATOR = "idb_cmp1"
_DATABASE_NAME, _NAME, _STORE_DATA = 201, 1, 50
_BLOB, _FILE = 0, 1
_MAX_DEPTH = 20
_MAX_MEMBERS = 1000


@dataclass(frozen=True, slots=True)
class IndexedKey:
    """A parsed key.

    Attributes:
        database, store, index: the numbers.
        rest: what follows them.
    """

    database: int
    store: int
    index: int
    rest: bytes

    @classmethod
    def parse(cls, key: bytes) -> IndexedKey | None:
        """Parse a key; None if it is not valid."""
        if not key:
            return None
        lengths = (key[0] >> 5) + 1, (key[0] >> 2 & 7) + 1, (key[0] & 3) + 1
        if 1 + sum(lengths) > len(key):
            return None
        numbers, at = [], 1
        for length in lengths:
            numbers.append(int.from_bytes(key[at : at + length], "little"))
            at += length
        return cls(numbers[0], numbers[1], numbers[2], key[at:])

    def named_database(self) -> tuple[str, str] | None:
        """Origin and name of a database whose number is the entry's value; None for other keys."""
        if (self.database, self.store, self.index) != (0, 0, 0) or self.rest[:1] != bytes((_DATABASE_NAME,)):
            return None
        try:
            origin, at = _text(self.rest, 1)
            name, _ = _text(self.rest, at)
        except LevelDbError:
            return None
        return origin, name

    def named_store(self) -> int | None:
        """Number of the object store whose name is the entry's value; None for other keys."""
        if not self.database or self.store or self.index or self.rest[:1] != bytes((_STORE_DATA,)):
            return None
        try:
            store, at = read_varint(self.rest, 1)
        except LevelDbError:
            return None
        return store if self.rest[at:] == b"\0" else None

    def script_key(self) -> str:
        """The key given by a script, as text; empty if it cannot be read."""
        try:
            return str(_script_key(self.rest, 0, 0)[0])
        except LevelDbError:
            return ""


def text_of_name(value: bytes) -> str:
    """Decode a name that is an entry's whole value."""
    return value.decode("utf-16-be", "replace")


def _text(content: bytes, at: int) -> tuple[str, int]:
    length, at = read_varint(content, at)
    if at + 2 * length > len(content):
        raise LevelDbError(f"a text of {length} characters does not fit")
    return content[at : at + 2 * length].decode("utf-16-be", "replace"), at + 2 * length


def _script_key(content: bytes, at: int, depth: int) -> tuple[object, int]:
    kind = content[at] if at < len(content) else -1
    at += 1
    if kind in (0, 5):
        return "none", at
    if kind == 1:
        return _text(content, at)
    if kind in (2, 3):
        if at + 8 > len(content):
            raise LevelDbError("a number is cut off")
        number = struct.unpack_from("<d", content, at)[0]
        return int(number) if number.is_integer() else number, at + 8
    if kind == 4 and depth < _MAX_DEPTH:
        count, at = read_varint(content, at)
        if count > _MAX_MEMBERS:
            raise LevelDbError(f"a list of {count} members")
        members = []
        for _ in range(count):
            member, at = _script_key(content, at, depth + 1)
            members.append(member)
        return members, at
    if kind == 6:
        found, at = read_sized(content, at)
        return found.hex(), at
    raise LevelDbError(f"a key of the type {kind}")


class StoredBlob(NamedTuple):
    """A blob or file that belongs to a value and is stored in a file of its own.

    Attributes:
        number: its number in the database.
        name: file name, if it is a file.
        media: its type, such as ``image/png``.
        size: length in bytes.
    """

    number: int
    name: str
    media: str
    size: int

    def path(self, database: int) -> str:
        """Path of its file in the folder ``.indexeddb.blob`` beside the database's folder."""
        return f"{database:x}/{self.number >> 8 & 0xFF:02x}/{self.number:x}"


def stored_blobs(value: bytes) -> tuple[StoredBlob, ...]:
    """The blobs in a value's blob entry, as far as it can be read."""
    found: list[StoredBlob] = []
    at = 0
    try:
        while at < len(value) and len(found) < _MAX_MEMBERS:
            kind = value[at]
            number, at = read_varint(value, at + 1)
            if kind not in (_BLOB, _FILE):
                break
            media, at = _text(value, at)
            size, at = read_varint(value, at)
            name = ""
            if kind == _FILE:
                name, at = _text(value, at)
                _, at = read_varint(value, at)
            found.append(StoredBlob(number, name, media, size))
    except LevelDbError:
        pass
    return tuple(found)
