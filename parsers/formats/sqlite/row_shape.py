"""The shape of one table's rows: which values each column can hold, and how a row's header reflects that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from parsers.formats.sqlite.column_default import Affinity, is_number_text
from parsers.formats.sqlite.create_table import Column, TableDefinition
from parsers.formats.sqlite.varint import SqlValue

_INTEGER = rb"[\x00-\x06\x08\x09]"
_NUMBER = rb"[\x00-\x09]"
_LONG = rb"[\x81-\xff][\x80-\xff]?[\x00-\x7f]"
_TEXT = b"(?:[" + b"".join(b"\\x%02x" % kind for kind in (0, *range(13, 128, 2))) + b"]|" + _LONG + b")"
_ANY = rb"(?:[\x00-\x09\x0c-\x7f]|" + _LONG + rb")"
#: Lengths in bytes of integers, and their serial types.
_INTEGER_TYPES = {1: 1, 2: 2, 3: 3, 4: 4, 6: 5, 8: 6}
#: Number of columns whose types are matched by a pattern; the others are checked where these match.
_MOST_AT_ONCE = 24
_ENCODING_STEP = {1: 1, 2: 2, 3: 2}
#: A row of sqlite_schema: type, name, tbl_name, rootpage, sql (SQLite's file format, section 2.6).
_SCHEMA_COLUMNS, _SCHEMA_KINDS = 5, ("table", "index", "view", "trigger")


_Patterns = tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes]]


class RowShape:
    """The shape of rows in one rowid table.

    Attributes:
        table: the table.
        encoding: the database's text encoding.
        count: number of values a row stores; fewer than the table's columns for rows from before one was added.
        rows: pattern that finds every place where the header of an intact row may begin.
        is_loose: whether no column's type restricts its values.
        first_is_number: whether the first value is the rowid, and so is stored as NULL.
    """

    def __init__(self, table: TableDefinition, encoding: int, count: int | None = None) -> None:
        """Initialise with the table, the encoding (1 UTF-8, 2 UTF-16LE, 3 UTF-16BE), and the values a row stores."""
        self.table = table
        self.encoding = encoding
        self._columns = [table.columns[place] for place in table.stored[:count]]
        self._types = [
            b"\x00" if place == table.rowid_column else _accepts(table.columns[place])
            for place in table.stored[:count][:_MOST_AT_ONCE]
        ]
        self.count = len(self._columns)
        self.is_loose = all(each in (_ANY, b"\x00") for each in self._types)
        self.first_is_number = bool(table.stored) and table.rowid_column == table.stored[0]
        least = min(self.count + 1, 127)
        length = b"(?:[" + b"\\x%02x" % least + rb"-\x7f]|[\x81-\x8f][\x00-\x7f])"
        self.rows = _ahead(length, *self._types)
        self._freed: dict[int, _Patterns] = {}

    def freed(self, usable: int) -> _Patterns:
        """Patterns for free blocks whose four bytes may be followed by the rest of a row.

        Three patterns: with the rowid's last bytes and an intact header; with all types; with all types but the first.

        Args:
            usable: bytes of a page.
        """
        if usable not in self._freed:
            self._freed[usable] = self._of_freed(usable)
        return self._freed[usable]

    def _of_freed(self, usable: int) -> _Patterns:
        top = min(usable >> 8, 0xFF)
        high = b"[\\x00-" + b"\\x%02x" % top + b"]"
        block = high + b".(?:\\x00[\\x04-\\xff]|[\\x01-" + b"\\x%02x" % top + b"].)"
        least = min(self.count + 1, 127)
        length = b"(?:[" + b"\\x%02x" % least + rb"-\x7f]|[\x81-\x8f][\x00-\x7f])"
        number = rb"(?:[\x80-\xff]{0,7}[\x00-\x7f])?"
        rest = self._types[1:]
        return (
            _ahead(block, number, length, *self._types),
            _ahead(block, *self._types),
            _ahead(block, rb"[\x00-\x7f]?", *rest),
        )

    def fits(self, found: Sequence[SqlValue], *, whole: bool = True) -> bool:
        """Whether values are typical of such a row. With ``whole`` there must be one for each column."""
        return self._each(found, _usual, whole=whole)

    def may_hold(self, found: Sequence[SqlValue]) -> bool:
        """Whether SQLite can have stored the values in such a row, including unusual values."""
        return self._each(found, _possible, whole=False)

    def type_of_first(self, size: int) -> int:
        """The serial type of a first value of the given length in bytes; 0 if it cannot be determined."""
        if size <= 0 or not self._columns:
            return 0
        if self._types[0] == _TEXT:
            kind = 13 + 2 * size if size % _ENCODING_STEP.get(self.encoding, 1) == 0 else 0
        elif self._types[0] == _INTEGER:
            kind = _INTEGER_TYPES.get(size, 0)
        else:
            kind = 0
        return kind if kind < 128 else 0

    def _each(self, found: Sequence[SqlValue], test: _Test, *, whole: bool) -> bool:
        if len(found) > self.count or (whole and len(found) < self.count) or len(found) < min(2, self.count):
            return False
        if _is_of_schema(found):
            return False
        return any(value is not None for value in found) and all(
            test(self.table.columns[place], value, is_number=place == self.table.rowid_column)
            for place, value in zip(self.table.stored, found, strict=False)
        )


class _Test:
    """Whether a column can hold a value."""

    def __call__(self, column: Column, value: SqlValue, *, is_number: bool) -> bool:
        if value is None:
            return is_number or not column.not_null
        return not is_number and self.takes(column, value)

    def takes(self, column: Column, value: SqlValue) -> bool:
        kind = column.affinity
        if kind is Affinity.INTEGER:
            return isinstance(value, int)
        if kind is Affinity.TEXT:
            return isinstance(value, str)
        if kind is Affinity.REAL:
            return isinstance(value, (int, float))
        return True


class _Possible(_Test):
    def takes(self, column: Column, value: SqlValue) -> bool:
        """Whether the affinity allows the value: TEXT columns turn numbers to text, numeric ones text to numbers."""
        kind = column.affinity
        if kind is Affinity.TEXT:
            return isinstance(value, (str, bytes))
        if kind is Affinity.BLOB:
            return True
        return not (isinstance(value, str) and is_number_text(value))


_usual, _possible = _Test(), _Possible()


def _is_of_schema(found: Sequence[SqlValue]) -> bool:
    """Whether the values are a row of the list of tables: a page of it may belong to a table later, or before."""
    if len(found) != _SCHEMA_COLUMNS or found[0] not in _SCHEMA_KINDS or not isinstance(found[3], (int, float)):
        return False
    sql = found[4]
    return isinstance(found[2], str) and (sql is None or (isinstance(sql, str) and sql[:7].upper() == "CREATE "))


def _ahead(*parts: bytes) -> re.Pattern[bytes]:
    """A pattern that finds every place where these parts follow one another; matches may overlap."""
    return re.compile(b"(?=" + b"".join(parts) + b")", re.DOTALL)


def _accepts(column: Column) -> bytes:
    kind = column.affinity
    if kind is Affinity.INTEGER:
        return _INTEGER
    if kind is Affinity.TEXT:
        return _TEXT
    return _NUMBER if kind is Affinity.REAL else _ANY
