"""Make records by a definition: from a JSON object, a row of a table, or a value of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from parsers.definition import declared_time
from parsers.definition.declared_time import EPOCH_UNITS, read_number
from parsers.definition.record_form import RecordForm, TimeColumn
from parsers.definition.template import getter, is_member
from parsers.record import Issue, Record, Timestamp
from parsers.values import kept_fields, shown
from parsers.written_time import read_usual

#: Longer texts are not read as times, names or numbers.
_MAX_COLUMN = 2000
#: The most times that are read from a list.
_MAX_LIST = 50


def _here(_path: str) -> str:
    return ""


class DeclaredItem(NamedTuple):
    """One item and its place.

    Attributes:
        scopes: the enclosing objects, outermost first, then the item.
        locator: the locator of the item.
        locate: maps the path of a value to its locator; empty if ``locator`` covers it.
        kept: what the record keeps; None for the item itself.
    """

    scopes: tuple[Mapping[str, object], ...]
    locator: str
    locate: Callable[[str], str] = _here
    kept: Mapping[str, object] | None = None


def _only_member(paths: tuple[str, ...]) -> str:
    """The name at a single path that names a member of the item itself; else empty."""
    return paths[0] if len(paths) == 1 and is_member(paths[0]) else ""


class _UnreadableError(ValueError):
    """A value does not match the definition."""


class RecordMaker:
    """Makes records of items by one form. Create it once for many items."""

    def __init__(self, form: RecordForm, parser: str = "", version: str = "") -> None:
        """Store the form, and the parser name and version for its records."""
        self._form = form
        self._times = tuple(
            (column, _only_member(column.fields), tuple(map(getter, column.fields))) for column in form.times
        )
        self._columns = tuple((name, path, getter(path)) for name, path in form.columns.items())
        self._parser, self._version = parser, version

    def findings(self, item: DeclaredItem) -> list[Record | Issue]:
        """Return the item's record, after an issue for each value that does not match the definition."""
        form, scopes = self._form, item.scopes
        found: list[Record | Issue] = []
        timestamps: list[Timestamp] = []
        columns: dict[str, str] = {}
        for column, member, getters in self._times:
            values = [scopes[-1].get(member)] if member else [value_of(scopes) for value_of in getters]
            try:
                if len(values) == 1 and isinstance(values[0], list):
                    timestamps += _timestamps(column, item, values[0][:_MAX_LIST])
                elif timestamp := _timestamp(column, item, values):
                    timestamps.append(timestamp)
            except _UnreadableError as error:
                found.append(Issue(str(error), item.locator))
        for name, path, value_of in self._columns:
            try:
                text = _text(value_of(scopes), path)
            except _UnreadableError as error:
                found.append(Issue(str(error), item.locator))
                continue
            if text is not None:
                columns[name] = text
        keys = [template.render_whole(scopes) for template in form.keys] if form.keys else []
        record = Record(
            form.data_type,
            form.message.render(scopes),
            item.locator,
            tuple(timestamps),
            fields=kept_fields(scopes[-1] if item.kept is None else item.kept),
            keys=tuple([key for key in keys if key]),
            parser=self._parser,
            parser_version=self._version,
            **columns,
        )
        found.append(record)
        return found


def _text(value: object, path: str) -> str | None:
    """A column's text as found; numbers are converted to text."""
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list)) or len(str(value)) > _MAX_COLUMN:
        raise _UnreadableError(f"{path}: text is expected, not {_called(value)}.")
    return str(value)


def _timestamps(column: TimeColumn, item: DeclaredItem, values: list[object]) -> list[Timestamp]:
    """The times of a list of plain values."""
    found = [_timestamp(column, item, [value]) for value in values]
    return [timestamp for timestamp in found if timestamp]


def _timestamp(column: TimeColumn, item: DeclaredItem, values: list[object]) -> Timestamp | None:
    """The time from the values at a column's paths; None if they stand for no time."""
    first = values[0]
    if type(first) is int and len(values) == 1 and column.unit in EPOCH_UNITS and first.bit_length() <= 64:
        number = read_number(column, first)
        locator = item.locate(column.fields[0])
        return number and Timestamp(
            column.description, number.recorded, column.clock, number.timestamp, column.note, locator
        )
    if (
        type(first) is str
        and len(values) == 1
        and column.unit == "iso"
        and not column.format
        and (usual := read_usual(first))
    ):
        note = f"{column.note} {usual.note}"
        locator = item.locate(column.fields[0])
        return Timestamp(column.description, first, column.clock, usual.timestamp, note, locator)
    recorded = _recorded(column, values)
    if not recorded:
        return None
    try:
        found = declared_time.read(column, recorded)
    except ValueError as error:
        raise _UnreadableError(f"{column.fields[0]}: {error} is expected, not {_quoted(recorded)}.") from error
    if found is None:
        return None
    note = f"{column.note} {found.note}" if found.note else column.note
    locator = item.locate(column.fields[0])
    return Timestamp(column.description, found.recorded, column.clock, found.timestamp, note, locator)


def _recorded(column: TimeColumn, values: list[object]) -> str:
    """Join the values that make a time into one text; empty if there are none."""
    first = values[0]
    if len(values) == 1:
        # The most common case: one short value.
        if type(first) is int and first.bit_length() <= 64:
            return str(first)
        if isinstance(first, str) and len(first) <= _MAX_COLUMN:
            return first
    whole = column.unit not in declared_time.FRACTIONS
    parts = []
    for path, value in zip(column.fields, values, strict=True):
        no_time = isinstance(value, (bool, dict, list)) or (isinstance(value, float) and whole)
        if no_time or len(text := str(value)) > _MAX_COLUMN:
            raise _UnreadableError(f"{path}: a time is expected, not {_called(value)}.")
        if value is not None and text:
            parts.append(text)
    return " ".join(parts)


def _called(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "a text too long" if isinstance(value, str) else _quoted(str(value).lower())


def _quoted(text: str) -> str:
    return f'"{shown(text, 60) or ""}"'
