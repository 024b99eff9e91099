"""The record that a definition makes of one item: a JSON object, a row of a table, a row of a CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from parsers.definition.definition import Definition, TimeColumn
from parsers.definition.template import lookup
from parsers.record import Issue, Record, Timestamp
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.utterance import UtteranceId
from parsers.values import Keeper, shown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Microseconds in one of the unit, and microseconds from 1970 to the unit's own beginning.
_EPOCH_UNITS = {
    "s": (1_000_000, 0),
    "ms": (1000, 0),
    "us": (1, 0),
    "webkit": (1, -11_644_473_600_000_000),
    "mac": (1_000_000, 978_307_200_000_000),
}
#: Units whose numbers may have a fraction.
_FRACTIONS = ("s", "mac")
#: Texts longer than this are no time, no name and no number.
_MAX_COLUMN = 2000


@dataclass(frozen=True, slots=True)
class DeclaredItem:
    """One item and where it stands.

    Attributes:
        scopes: the item last, before it the objects that enclose it, outermost first.
        locator: where the item stands.
        locate: from the path of one of its values, where that stands; empty if within ``locator``.
    """

    scopes: tuple[Mapping[str, object], ...]
    locator: str
    locate: Callable[[str], str]


class _UnreadableError(ValueError):
    """A value that is there and is not of the kind the definition names."""


def record(definition: Definition, item: DeclaredItem) -> Iterator[Record | Issue]:
    """Yield the item's record, after an issue for each value that is not what the definition expects."""
    timestamps: list[Timestamp] = []
    columns: dict[str, str] = {}
    for column in definition.times:
        try:
            if timestamp := _timestamp(column, item):
                timestamps.append(timestamp)
        except _UnreadableError as error:
            yield Issue(str(error), item.locator)
    for name, path in definition.columns.items():
        try:
            text = _text(item, path)
        except _UnreadableError as error:
            yield Issue(str(error), item.locator)
            continue
        if text is not None:
            columns[name] = text
    keys = [template.render_whole(item.scopes) for template in definition.keys]
    yield Record(
        data_type=definition.data_type,
        message=definition.message.render(item.scopes),
        locator=item.locator,
        timestamps=tuple(timestamps),
        fields=Keeper().fields(item.scopes[-1]),
        keys=tuple(key for key in keys if key),
        **columns,
    )


def _text(item: DeclaredItem, path: str) -> str | None:
    """A column's text, as found; numbers become text."""
    value = lookup(item.scopes, path)
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list)) or len(str(value)) > _MAX_COLUMN:
        raise _UnreadableError(f"{path}: text is expected, {_called(value)} stands there")
    return str(value)


def _timestamp(column: TimeColumn, item: DeclaredItem) -> Timestamp | None:
    values = [lookup(item.scopes, path) for path in column.fields]
    present = [value for value in values if value is not None and value != ""]
    if not present:
        return None
    for path, value in zip(column.fields, values, strict=True):
        no_time = isinstance(value, (bool, dict, list)) or (isinstance(value, float) and column.unit not in _FRACTIONS)
        if no_time or len(str(value)) > _MAX_COLUMN:
            raise _UnreadableError(f"{path}: a time is expected, {_called(value)} stands there")
    recorded = " ".join(str(value) for value in present)
    if column.unit == "utterance":
        if (utterance := UtteranceId.find(recorded)) is None:
            return None
        recorded, timestamp = utterance.recorded_time, utterance.timestamp
    elif column.unit == "local":
        timestamp = None
    else:
        read = _iso(column, recorded) if column.unit == "iso" else _epoch(column, recorded)
        if read is None:
            return None
        timestamp = read.timestamp
    locator = item.locate(column.fields[0])
    return Timestamp(column.description, recorded, column.clock, timestamp, column.note, locator)


@dataclass(frozen=True, slots=True)
class _Read:
    """A time that was there; its zone may be unknown."""

    timestamp: int | None


def _epoch(column: TimeColumn, recorded: str) -> _Read | None:
    """An epoch time; None where the number stands for no time (0, -1, or one outside 2010..2100)."""
    whole, _, fraction = recorded.partition(".") if column.unit in _FRACTIONS else (recorded, "", "")
    digits = whole.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or (
        fraction and not (fraction.isascii() and fraction.isdecimal())
    ):
        raise _UnreadableError(
            f"{column.fields[0]}: a number of {column.unit} is expected, {_quoted(recorded)} stands there"
        )
    if len(digits) > 20:
        return None
    factor, beginning = _EPOCH_UNITS[column.unit]
    # Decimal digits are counted, not a float's: what was recorded is kept to the microsecond.
    part = int(fraction[:6].ljust(6, "0")) if fraction else 0
    timestamp = int(whole) * factor + (-part if whole.startswith("-") else part) + beginning
    return _Read(timestamp) if _plausible(timestamp) else None


def _iso(column: TimeColumn, recorded: str) -> _Read | None:
    """An ISO 8601 time. Without a zone its instant stays unknown."""
    try:
        when = datetime.fromisoformat(recorded)
        if when.tzinfo is None:
            return _Read(None)
        delta = when - _EPOCH
    except (ValueError, OverflowError) as error:
        raise _UnreadableError(
            f"{column.fields[0]}: an ISO 8601 time is expected, {_quoted(recorded)} stands there"
        ) from error
    timestamp = (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    return _Read(timestamp) if _plausible(timestamp) else None


def _plausible(timestamp: int) -> bool:
    return MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000


def _called(value: object) -> str:
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "an object"
    return "a text too long" if isinstance(value, str) else _quoted(str(value).lower())


def _quoted(text: str) -> str:
    return f'"{shown(text, 60) or ""}"'
