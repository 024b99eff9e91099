"""Times and placeholders for "nothing" in tables of a data export, service answers and device files.

References:
    glen-w/data_dumps (its parsers and tests): ISO 8601 with ``Z``, with or without a fraction; the words for "nothing".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from parsers import local_date

#: Values that stand for nothing, stripped and in lower case.
BLANKS = frozenset({"", "not available", "not applicable", "data not available", "n/a"})
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d\d(?::?\d\d)?))?)?",
    re.ASCII,
)
#: The most common form. The year 0000, which is read as no time, is left to the general form.
_USUAL = re.compile(r"(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Amazon opened in 1995; earlier years, such as 1970 or 0001, stand for no time.
_FIRST_YEAR = 1995
_LAST_YEAR = 2099
#: The format of spreadsheet dates: days, with a fraction, since 1899-12-30.
DAYS = "excel"
_DAYS_BEGIN = datetime(1899, 12, 30)
_IN_UTC = "The recorded zone is UTC."
_AS_DEFINED = "The zone is not recorded; the definition says that it is UTC."


class WrittenTime(NamedTuple):
    """A time that was read.

    Attributes:
        timestamp: microseconds since 1970-01-01T00:00:00 UTC; None if no zone is recorded.
        note: how it was read.
    """

    timestamp: int | None
    note: str


def read(value: str) -> WrittenTime | None:
    """Read an ISO 8601 time; None if its year stands for no time (before 1995 or after 2099).

    Raises:
        ValueError: it does not have that form, or the date is invalid.
    """
    if usual := read_usual(value):
        return usual
    found = _ISO.fullmatch(value.strip())
    if found is None:
        raise ValueError("not an ISO 8601 time")
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    micro = int((found[7] or "").ljust(6, "0")[:6])
    zone = _zone(found[8])
    when = datetime(year or 1, month, day, hour, minute, second, micro, tzinfo=zone or UTC)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    if found[4] is None:
        return WrittenTime(None, "A date without a time of day and a zone.")
    if zone is None:
        return WrittenTime(None, "The zone is not recorded.")
    return WrittenTime(_microseconds(when), _zone_note(found))


def read_usual(value: str) -> WrittenTime | None:
    """Read a time in the most common form, with the standard library's faster parser and the same result.

    Returns None for other forms, invalid dates, and years that stand for no time.
    """
    if not _USUAL.fullmatch(value):
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    return WrittenTime(_microseconds(when), _IN_UTC) if _FIRST_YEAR <= when.year <= _LAST_YEAR else None


def _microseconds(when: datetime) -> int:
    delta = when - _EPOCH
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def read_as(value: str, form: str, *, utc: bool) -> WrittenTime | None:
    """Read a time of a given form; None if its year stands for no time.

    Args:
        value: as recorded.
        form: a format for ``strptime``; ``excel`` for days since the end of 1899; empty for ISO 8601, or one of the
            forms of :mod:`parsers.local_date`.
        utc: whether times without a zone are in UTC, according to the author of the form.

    Raises:
        ValueError: it does not have that form.
        OverflowError: the number of days is outside the calendar.
    """
    if not form:
        try:
            found = read(value)
        except ValueError:
            return _local(value, utc=utc)
        if found is None or found.timestamp is not None or not utc or ":" not in value:
            return found
        in_utc = read(f"{value.strip()}Z")
        return in_utc and WrittenTime(in_utc.timestamp, _AS_DEFINED)
    when = _DAYS_BEGIN + timedelta(days=float(value)) if form == DAYS else datetime.strptime(value.strip(), form)
    return _of_date(when, utc=utc)


def _local(value: str, *, utc: bool) -> WrittenTime | None:
    """A time that is not of ISO 8601, but as some country or program writes it. Raises ValueError."""
    found = _of_date(local_date.read(value), utc=utc)
    return found and found._replace(note=f"{found.note} It is not written as ISO 8601.")


def _of_date(when: datetime, *, utc: bool) -> WrittenTime | None:
    if not _FIRST_YEAR <= when.year <= _LAST_YEAR:
        return None
    if when.tzinfo is None and not utc:
        return WrittenTime(None, "The zone is not recorded.")
    note = _AS_DEFINED if when.tzinfo is None else "The zone is recorded."
    return WrittenTime(_microseconds(when.replace(tzinfo=when.tzinfo or UTC)), note)


def _zone_note(found: re.Match[str]) -> str:
    note = _IN_UTC if found[8] in ("Z", "UTC") else "UTC is computed from the recorded offset."
    return f"{note} Digits behind the microsecond are cut." if len(found[7] or "") > 6 else note


def zoned(value: str) -> bool:
    """Whether a value is an ISO 8601 time with a zone."""
    try:
        found = read(value)
    except ValueError:
        return False
    return found is not None and found.timestamp is not None


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0))
    return timezone(-offset if text[0] == "-" else offset)
