"""Rows that no longer count, found in the unused room of a page by the shape of a table's rows.

References:
    SQLite's file format for what a freed cell keeps: a freed block overwrites its first four bytes, no more. What is
    accepted here was chosen on databases made for the tests: a row must have the table's number of values, each of a
    kind its column takes, and lengths that agree with each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.sqlite.create_table import Column, Table
from parsers.sqlite.page import Page
from parsers.sqlite.varint import RowError, SqlValue, serial_types, size_of, values_of, varint

_INTEGER = rb"[\x00-\x06\x08\x09]"
_NUMBER = rb"[\x00-\x09]"
_LONG = rb"[\x81-\xff][\x80-\xff]?[\x00-\x7f]"
_TEXT = b"(?:[" + b"".join(b"\\x%02x" % kind for kind in (0, *range(13, 128, 2))) + b"]|" + _LONG + b")"
_ANY = rb"(?:[\x00-\x09\x0c-\x7f]|" + _LONG + rb")"

#: Types that the first value of a row may have had where its type was overwritten.
_FIRST_TYPES: tuple[tuple[int, ...], ...] = ((0,), (8,), (9,), (1,), (2,), (3,), (4,), (6,))


@dataclass(frozen=True, slots=True)
class Leftover:
    """A row that no longer counts.

    Attributes:
        at, size: where it stands in the page, in bytes.
        rowid: its number; None where that was overwritten.
        values: its values, in the order in which they are stored.
    """

    at: int
    size: int
    rowid: int | None
    values: list[SqlValue]


class Shape:
    """What the rows of one table look like."""

    def __init__(self, table: Table, encoding: int) -> None:
        """Take the table and the database's text encoding."""
        self.table = table
        self._encoding = encoding
        self._columns = [table.columns[place] for place in table.stored]
        types = [b"\x00" if place == table.rowid_column else _accepts(table.columns[place]) for place in table.stored]
        self._row = re.compile(rb"(?=(.)" + b"".join(types) + rb")", re.DOTALL)

    def fits(self, found: list[SqlValue], *, whole: bool = True) -> bool:
        """Whether values may be a row of this table. With ``whole`` there must be one for each column."""
        if len(found) > len(self._columns) or (whole and len(found) < len(self._columns)) or len(found) < 2:
            return False
        return any(value is not None for value in found) and all(
            _may_hold(column, value, is_number=place == self.table.rowid_column)
            for place, (column, value) in zip(self.table.stored, zip(self._columns, found, strict=False), strict=False)
        )

    def in_unused(self, page: Page) -> Iterator[Leftover]:
        """The rows in the gap and in the freed blocks of a leaf page."""
        begin, length = page.gap()
        if length > 0:
            yield from self._in_room(page.content, begin, begin + length)
        for at, size in page.free_blocks():
            first = self._cut(page.content, at, at + size)
            if first:
                yield first
            yield from self._in_room(page.content, at + 4, at + size)

    def in_room(self, page: Page, begin: int) -> Iterator[Leftover]:
        """The rows anywhere in a page from an offset on."""
        yield from self._in_room(page.content, begin, page.usable)

    def _in_room(self, content: bytes, begin: int, end: int) -> Iterator[Leftover]:
        passed = begin
        for match in self._row.finditer(content, begin, end):
            if match.start() < passed:
                continue
            found = self._at(content, match.start(), begin, end)
            if found:
                passed = found.at + found.size
                yield found

    def _at(self, content: bytes, header_at: int, begin: int, end: int) -> Leftover | None:
        """The row whose header stands at a place, if its length and number before it agree."""
        try:
            types, header, values_at = serial_types(content[:end], header_at)
        except RowError:
            return None
        if len(types) != len(self._columns):
            return None
        size = header + sum(size_of(kind) for kind in types)
        if header_at + size > end:
            return None
        for length in range(1, 10):
            number_at = header_at - length
            size_at = number_at - _varint_length(size)
            if size_at < begin:
                return None
            if _reads(content, number_at, header_at) is None or _reads(content, size_at, number_at) != size:
                continue
            found = self._values(content, types, values_at, end)
            if found:
                return Leftover(size_at, header_at + size - size_at, _reads(content, number_at, header_at), found)
        return None

    def _cut(self, content: bytes, at: int, end: int) -> Leftover | None:
        """The row of a freed block whose first four bytes are gone; it must end where the block ends."""
        for header_at in (at + 4, at + 5, at + 6):
            try:
                types, _, values_at = serial_types(content[:end], header_at)
            except RowError:
                continue
            if found := self._ending(content, types, values_at, at, end):
                return found
        for lost in (0, 1):
            # The header's own length was overwritten, or that and the first value's type.
            left = self._types_at(content, at + 4, end, len(self._columns) - lost)
            if left is None:
                continue
            kinds, values_at = left
            for first in _FIRST_TYPES[: len(_FIRST_TYPES) * lost] or ((),):
                if found := self._ending(content, [*first, *kinds], values_at, at, end):
                    return found
        return None

    def _ending(self, content: bytes, types: list[int], values_at: int, at: int, end: int) -> Leftover | None:
        if len(types) != len(self._columns) or values_at + sum(size_of(kind) for kind in types) != end:
            return None
        found = self._values(content, types, values_at, end)
        return Leftover(at, end - at, None, found) if found else None

    def _types_at(self, content: bytes, at: int, end: int, count: int) -> tuple[list[int], int] | None:
        kinds: list[int] = []
        for _ in range(count):
            try:
                kind, at = varint(content[:end], at)
            except RowError:
                return None
            if kind < 0 or kind in (10, 11):
                return None
            kinds.append(kind)
        return kinds, at

    def _values(self, content: bytes, types: list[int], at: int, end: int) -> list[SqlValue] | None:
        try:
            found = values_of(content[:end], types, at, self._encoding)
        except RowError:
            return None
        return found if self.fits(found) and not any(_garbled(value) for value in found) else None


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
        number, stop = varint(content[:end], at)
    except RowError:
        return None
    return number if stop == end else None
