"""Read times in the format that a definition states."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from parsers import written_time
from parsers.definition.record_form import TimeColumn
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.utterance import UtteranceId
from parsers.written_time import WrittenTime

#: Units whose numbers may have a fraction.
FRACTIONS = ("s", "mac", "excel")
#: Microseconds per unit, and microseconds from 1970 to the unit's epoch.
EPOCH_UNITS = {
    "s": (1_000_000, 0),
    "ms": (1000, 0),
    "us": (1, 0),
    "webkit": (1, -11_644_473_600_000_000),
    "mac": (1_000_000, 978_307_200_000_000),
}
_MIN, _MAX = MILLISECONDS_MIN * 1000, MILLISECONDS_MAX * 1000
_WRITTEN = {
    "iso": "an ISO 8601 time",
    "any": "a time in milliseconds, in seconds or in ISO 8601",
    "excel": "a number of days",
}


class DeclaredTime(NamedTuple):
    """A time that was read.

    Attributes:
        recorded: the value as found.
        timestamp: microseconds since 1970-01-01T00:00:00 UTC; None if its zone is unknown.
        note: how it was read; empty if the unit says it all.
    """

    recorded: str
    timestamp: int | None
    note: str = ""


def read(column: TimeColumn, recorded: str) -> DeclaredTime | None:
    """Read a time; None if the value stands for no time (0, -1, a placeholder year).

    Args:
        column: the format of the time.
        recorded: the value as found, as text.

    Raises:
        ValueError: it does not have the defined format; the message says what was expected.
    """
    if column.unit == "iso" and not column.format and (usual := written_time.read_usual(recorded)):
        return DeclaredTime(recorded, usual.timestamp, usual.note)
    if column.unit == "local":
        return DeclaredTime(recorded, None)
    if column.unit == "utterance":
        utterance = UtteranceId.find(recorded)
        return DeclaredTime(utterance.recorded_time, utterance.timestamp) if utterance else None
    if column.unit == "any" and _decimal(recorded.removeprefix("-")):
        timestamp = _epoch("ms", recorded)
        timestamp = _epoch("s", recorded) if timestamp is None else timestamp
        return None if timestamp is None else DeclaredTime(recorded, timestamp)
    if column.unit in EPOCH_UNITS:
        timestamp = _epoch(column.unit, recorded)
        return None if timestamp is None else DeclaredTime(recorded, timestamp)
    written = _written(column, recorded)
    return DeclaredTime(recorded, written.timestamp, written.note) if written else None


def read_number(column: TimeColumn, recorded: int) -> DeclaredTime | None:
    """Read a whole number of at most 64 bits as :func:`read` does; for a unit of :data:`EPOCH_UNITS` only."""
    factor, beginning = EPOCH_UNITS[column.unit]
    timestamp = recorded * factor + beginning
    return DeclaredTime(str(recorded), timestamp) if _MIN <= timestamp <= _MAX else None


def _written(column: TimeColumn, recorded: str) -> WrittenTime | None:
    form = written_time.DAYS if column.unit == "excel" else column.format
    try:
        return written_time.read_as(recorded, form, utc=column.utc)
    except (ValueError, OverflowError) as error:
        if column.unit in ("iso", "any") and (other := _other_iso(recorded)) is not None:
            return other
        raise ValueError(_WRITTEN.get(column.unit, f"a time of the form {form}")) from error


def _other_iso(recorded: str) -> WrittenTime | None:
    """Read other forms of ISO 8601, such as ``20240309T211424Z``; None if it is not one."""
    try:
        when = datetime.fromisoformat(recorded.strip())
        return written_time.read(when.isoformat())
    except (ValueError, OverflowError):
        return None


def _epoch(unit: str, recorded: str) -> int | None:
    """Microseconds since 1970; None if the number stands for no time (0, -1, or one outside 2010..2100)."""
    whole, _, fraction = recorded.partition(".") if unit in FRACTIONS else (recorded, "", "")
    digits = whole.removeprefix("-")
    if not _decimal(digits) or (fraction and not _decimal(fraction)):
        raise ValueError(f"a number of {unit}")
    if len(digits) > 20:
        return None
    factor, beginning = EPOCH_UNITS[unit]
    # Decimal arithmetic instead of float keeps the recorded value exact to the microsecond.
    part = int(fraction[:6].ljust(6, "0")) if fraction else 0
    timestamp = int(whole) * factor + (-part if whole.startswith("-") else part) + beginning
    return timestamp if _MIN <= timestamp <= _MAX else None


def _decimal(text: str) -> bool:
    return text.isascii() and text.isdecimal()
