"""Deleted records, found in the unused room of a page by the shape of a table's rows.

References:
    SQLite's file format for what a freed cell keeps: a freed block overwrites its first four bytes, no more. What is
    accepted here was chosen on databases made for the tests: a row must have the table's number of values, each of a
    kind its column takes, and lengths that agree with each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.formats.sqlite.create_table import Column, TableDefinition
from parsers.formats.sqlite.page import BtreePage
from parsers.formats.sqlite.varint import RowError, SqlValue, serial_types, size_of, values_of, varint

_INTEGER = rb"[\x00-\x06\x08\x09]"
_NUMBER = rb"[\x00-\x09]"
_LONG = rb"[\x81-\xff][\x80-\xff]?[\x00-\x7f]"
_TEXT = b"(?:[" + b"".join(b"\\x%02x" % kind for kind in (0, *range(13, 128, 2))) + b"]|" + _LONG + b")"
_ANY = rb"(?:[\x00-\x09\x0c-\x7f]|" + _LONG + rb")"

#: Lengths in bytes of whole numbers, and their serial types.
_INTEGER_TYPES = {1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 8: 6}
#: Bytes of a freed cell that are overwritten: the place of the next freed block, and this one's length.
_LOST = 4


@dataclass(frozen=True, slots=True)
class Leftover:
    """A deleted record.

    Attributes:
        at, size: where it is in the page, in bytes.
        rowid: its number; None where that was overwritten.
        values: its values, in the order in which they are stored.
    """

    at: int
    size: int
    rowid: int | None
    values: list[SqlValue]


class Shape:
    """What the rows of one table look like."""

    def __init__(self, table: TableDefinition, encoding: int) -> None:
        """Take the table and the database's text encoding."""
        self.table = table
        self._encoding = encoding
        self._columns = [table.columns[place] for place in table.stored]
        types = [b"\x00" if place == table.rowid_column else _accepts(table.columns[place]) for place in table.stored]
        self._row = _ahead(b".", *types)
        self._types = _ahead(*types)
        self._rest = _ahead(*types[1:])

    def fits(self, found: list[SqlValue], *, whole: bool = True) -> bool:
        """Whether values may be a row of this table. With ``whole`` there must be one for each column."""
        if len(found) > len(self._columns) or (whole and len(found) < len(self._columns)) or len(found) < 2:
            return False
        return any(value is not None for value in found) and all(
            _may_hold(column, value, is_number=place == self.table.rowid_column)
            for place, (column, value) in zip(self.table.stored, zip(self._columns, found, strict=False), strict=False)
        )

    def in_unused(self, page: BtreePage) -> Iterator[Leftover]:
        """The rows in the gap and in the freed blocks of a leaf page."""
        begin, length = page.gap()
        yield from self._in_room(page, begin, begin + length)
        for at, size in page.free_blocks():
            yield from self._in_room(page, at, at + size)

    def in_room(self, page: BtreePage, begin: int) -> Iterator[Leftover]:
        """The rows anywhere in a page from an offset on."""
        yield from self._in_room(page, begin, page.usable)

    def _in_room(self, page: BtreePage, begin: int, end: int) -> Iterator[Leftover]:
        """The rows in a part of a page; of those that overlap, the one of which more is left."""
        room, size = page.content[:end], page.usable
        whole: list[Leftover | None] = []
        cut: list[Leftover | None] = []
        for match in self._row.finditer(room, begin):
            whole.append(self._whole(room, match.start(), begin))
            cut.append(self._without_numbers(room, match.start(), begin, size))
        # Most places fall away because no freed block can begin there.
        least = _LOST + len(self._columns) - 1
        for pattern, read in ((self._types, self._without_length), (self._rest, self._without_first)):
            places = (match.start() - _LOST for match in pattern.finditer(room, begin + _LOST))
            cut += [read(room, place, size) for place in places if _freed(room, place, least, size)]
        kept: list[Leftover] = []
        for found in (*whole, *cut):
            if found and all(found.at >= other.at + other.size or found.at + found.size <= other.at for other in kept):
                kept.append(found)
        yield from sorted(kept, key=lambda found: found.at)

    def _whole(self, room: bytes, header_at: int, begin: int) -> Leftover | None:
        """The row whose header is at a place, if the length and the number before it agree with it."""
        header = self._header(room, header_at)
        if header is None:
            return None
        types, values_at, size = header
        for length in range(1, 10):
            number_at = header_at - length
            size_at = number_at - _varint_length(size)
            if size_at < begin:
                return None
            number = _reads(room, number_at, header_at)
            if number is not None and _reads(room, size_at, number_at) == size:
                return self._row_at(room, size_at, number, types, values_at)
        return None

    def _without_numbers(self, room: bytes, header_at: int, begin: int, page_size: int) -> Leftover | None:
        """The row whose header is whole, but whose length and number were overwritten when it was freed."""
        header = self._header(room, header_at)
        if header is None:
            return None
        types, values_at, size = header
        for at in range(header_at - _LOST, max(begin, header_at - 10) - 1, -1):
            if _freed(room, at, header_at + size - at, page_size):
                return self._row_at(room, at, None, types, values_at)
        return None

    def _without_length(self, room: bytes, at: int, page_size: int) -> Leftover | None:
        """The freed row whose header has lost its own length."""
        types = _types_at(room, at + _LOST, len(self._columns))
        if types is None:
            return None
        kinds, values_at = types
        if not _freed(room, at, values_at + sum(map(size_of, kinds)) - at, page_size):
            return None
        return self._row_at(room, at, None, kinds, values_at)

    def _without_first(self, room: bytes, at: int, page_size: int) -> Leftover | None:
        """The freed row whose header has lost its own length and the type of the first value."""
        types = _types_at(room, at + _LOST, len(self._columns) - 1)
        if types is None:
            return None
        kinds, values_at = types
        length = values_at + sum(map(size_of, kinds)) - at
        first = 0
        if self.table.rowid_column != self.table.stored[0]:
            # The length of the freed block gives that of the first value, and so its type.
            left = int.from_bytes(room[at + 2 : at + 4], "big") - length
            first = _type_of(self._columns[0], left)
            if not first:
                return None
            length += left
        if not _freed(room, at, length, page_size):
            return None
        return self._row_at(room, at, None, [first, *kinds], values_at)

    def _header(self, room: bytes, at: int) -> tuple[list[int], int, int] | None:
        """A row's types, where its values begin, and the length of header and values, if they lie in the room."""
        try:
            types, header, values_at = serial_types(room, at)
        except RowError:
            return None
        size = header + sum(map(size_of, types))
        return (types, values_at, size) if len(types) == len(self._columns) and at + size <= len(room) else None

    def _row_at(self, room: bytes, at: int, number: int | None, types: list[int], values_at: int) -> Leftover | None:
        found = self._values(room, types, values_at)
        return Leftover(at, values_at + sum(map(size_of, types)) - at, number, found) if found else None

    def _values(self, room: bytes, types: list[int], at: int) -> list[SqlValue] | None:
        try:
            found = values_of(room, types, at, self._encoding)
        except RowError:
            return None
        return found if self.fits(found) and not any(_garbled(value) for value in found) else None


def _ahead(*parts: bytes) -> re.Pattern[bytes]:
    """Finds every place where these parts follow one another; the places may overlap."""
    return re.compile(b"(?=" + b"".join(parts) + b")", re.DOTALL)


def _freed(room: bytes, at: int, size: int, page_size: int) -> bool:
    """Whether a freed block of at least this length begins at a place. Blocks beside each other become one."""
    length = int.from_bytes(room[at + 2 : at + 4], "big")
    return at >= 0 and size <= length <= page_size - at


def _types_at(room: bytes, at: int, count: int) -> tuple[list[int], int] | None:
    """Some serial types one after the other, and the place after them."""
    kinds: list[int] = []
    for _ in range(count):
        try:
            kind, at = varint(room, at)
        except RowError:
            return None
        if kind < 0 or kind in (10, 11):
            return None
        kinds.append(kind)
    return kinds, at


def _type_of(column: Column, size: int) -> int:
    """The serial type of a first value of this length; 0 where it cannot be known."""
    if size <= 0:
        return 0
    kind = 13 + 2 * size if _accepts(column) == _TEXT else _INTEGER_TYPES.get(size, 0)
    return kind if kind < 128 else 0


def _accepts(column: Column) -> bytes:
    kind = column.type
    if "INT" in kind:
        return _INTEGER
    if "CHAR" in kind or "CLOB" in kind or "TEXT" in kind:
        return _TEXT
    if "REAL" in kind or "FLOA" in kind or "DOUB" in kind:
        return _NUMBER
    return _ANY


def _may_hold(column: Column, value: SqlValue, *, is_number: bool) -> bool:
    if value is None:
        return is_number or not column.not_null
    kind = column.type
    if is_number:
        return False
    if "INT" in kind:
        return isinstance(value, int)
    if "CHAR" in kind or "CLOB" in kind or "TEXT" in kind:
        return isinstance(value, str)
    if "REAL" in kind or "FLOA" in kind or "DOUB" in kind:
        return isinstance(value, (int, float))
    return True


def _garbled(value: SqlValue) -> bool:
    """Whether a text holds what no text holds: signs that control, or bytes that could not be read."""
    return isinstance(value, str) and ("\\x" in value or any(sign < " " and sign not in "\t\r\n" for sign in value))


def _varint_length(number: int) -> int:
    return max(1, (number.bit_length() + 6) // 7)


def _reads(content: bytes, at: int, end: int) -> int | None:
    """The integer that takes up exactly these bytes."""
    try:
        number, stop = varint(content, at)
    except RowError:
        return None
    return number if stop == end else None
