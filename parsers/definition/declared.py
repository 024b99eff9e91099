"""The record that a definition makes of one item: a JSON object, a row of a table, a value of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from parsers.definition import declared_time
from parsers.definition.record_form import RecordForm, TimeColumn
from parsers.definition.template import lookup
from parsers.record import Issue, Record, Timestamp
from parsers.values import Keeper, shown

#: Texts longer than this are no time, no name and no number.
_MAX_COLUMN = 2000
#: Times of a list that are given, at most.
_MAX_LIST = 50


def _here(_path: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """One item and where it is.

    Attributes:
        scopes: the item last, before it the objects that enclose it, outermost first.
        locator: where the item is.
        locate: from the path of one of its values, where that is; empty if within ``locator``.
        kept: what the record keeps of it; None: the item itself.
    """

    scopes: tuple[Mapping[str, object], ...]
    locator: str
    locate: Callable[[str], str] = _here
    kept: Mapping[str, object] | None = None


class _UnreadableError(ValueError):
    """A value that is there and is not what the definition says."""


def record(form: RecordForm, item: DeclaredItem) -> Iterator[Record | Issue]:
    """Yield the item's record, after an issue for each value that is not what the definition says."""
    timestamps: list[Timestamp] = []
    columns: dict[str, str] = {}
    for column in form.times:
        try:
            timestamps += _timestamps(column, item)
        except _UnreadableError as error:
            yield Issue(str(error), item.locator)
    for name, path in form.columns.items():
        try:
            text = _text(item, path)
        except _UnreadableError as error:
            yield Issue(str(error), item.locator)
            continue
        if text is not None:
            columns[name] = text
    keys = [template.render_whole(item.scopes) for template in form.keys]
    yield Record(
        data_type=form.data_type,
        message=form.message.render(item.scopes),
        locator=item.locator,
        timestamps=tuple(timestamps),
        fields=Keeper().fields(item.scopes[-1] if item.kept is None else item.kept),
        keys=tuple(key for key in keys if key),
        **columns,
    )


def _text(item: DeclaredItem, path: str) -> str | None:
    """A column's text, as found; numbers become text."""
    value = lookup(item.scopes, path)
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list)) or len(str(value)) > _MAX_COLUMN:
        raise _UnreadableError(f"{path}: text is expected, not {_called(value)}.")
    return str(value)


def _timestamps(column: TimeColumn, item: DeclaredItem) -> list[Timestamp]:
    """The times under the path of a column: one, or those of a list of plain values."""
    value = lookup(item.scopes, column.fields[0]) if len(column.fields) == 1 else None
    if isinstance(value, list):
        found = [_timestamp(column, item, [one]) for one in value[:_MAX_LIST]]
    else:
        found = [_timestamp(column, item, [lookup(item.scopes, path) for path in column.fields])]
    return [timestamp for timestamp in found if timestamp]


def _timestamp(column: TimeColumn, item: DeclaredItem, values: list[object]) -> Timestamp | None:
    present = [value for value in values if value is not None and value != ""]
    if not present:
        return None
    whole = column.unit not in declared_time.FRACTIONS
    for path, value in zip(column.fields, values, strict=True):
        no_time = isinstance(value, (bool, dict, list)) or (isinstance(value, float) and whole)
        if no_time or len(str(value)) > _MAX_COLUMN:
            raise _UnreadableError(f"{path}: a time is expected, not {_called(value)}.")
    recorded = " ".join(str(value) for value in present)
    try:
        found = declared_time.read(column, recorded)
    except ValueError as error:
        raise _UnreadableError(f"{column.fields[0]}: {error} is expected, not {_quoted(recorded)}.") from error
    if found is None:
        return None
    note = f"{column.note} {found.note}" if found.note else column.note
    locator = item.locate(column.fields[0])
    return Timestamp(column.description, found.recorded, column.clock, found.timestamp, note, locator)


def _called(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "a text too long" if isinstance(value, str) else _quoted(str(value).lower())


def _quoted(text: str) -> str:
    return f'"{shown(text, 60) or ""}"'
