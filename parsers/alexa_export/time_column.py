"""Columns of unknown tables that hold times: as texts, with a zone or that of the column's name, or counted.

References:
    Exports of programs that name the zone in the heading, such as ``Request Time (UTC)`` and ``Created (UTC+1)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from parsers import local_date
from parsers.record import Clock, Timestamp
from parsers.values import shown
from parsers.written_time import DAYS, WrittenTime, read, read_as, zoned

_ZONE = re.compile(
    r"(?:(?<![A-Za-z])(?:[Uu][Tt][Cc]|[Gg][Mm][Tt])|(?<=[a-z])(?:U[Tt][Cc]|G[Mm][Tt]))(?![a-z])"
    r"(?: ?(?P<sign>[+-\u2212])(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?)?(?!\d)"
)
#: Names of columns in which a large number counts from 1970.
_COUNTS = re.compile(r"(?i)time|date|stamp|created|modified|updated")
#: A date of a spreadsheet, of 1982 to 2064: days since the end of 1899.
_SERIAL = re.compile(r"[345]\d{4}(?:\.\d{1,17})?", re.ASCII)
_NOTE = 'The column is named "{}"; what the time is of is not known.'
_BY_NAME = "The zone is that of the column's name."
#: Longer values are no times.
_MAX_TIME = 100
#: Seconds since 1970 have at least so many digits.
_LEAST_DIGITS = 10
_LARGEST = timedelta(hours=14)


class ZonedColumn(NamedTuple):
    """A column that holds times.

    Attributes:
        name: its name.
        offset: how far its zone is ahead of UTC, where its name states one; else None.
        counted: whether it holds numbers.
    """

    name: str
    offset: timedelta | None = None
    counted: bool = False

    def timestamp(self, value: str) -> Timestamp | None:
        """The time of one value; None if it stands for none.

        Raises:
            ValueError: the value is no time.
        """
        if len(value) > _MAX_TIME:
            raise ValueError("a text too long")
        found = self._read(value)
        if found is None:
            return None
        note = f"{_NOTE.format(shown(self.name, 60))} {found.note}"
        return Timestamp("Unknown Time", value, Clock.CLOUD, found.timestamp, note)

    def _read(self, value: str) -> WrittenTime | None:
        if self.counted:
            found = local_date.of_number(value.strip())
            if found is None:
                raise ValueError("no time in any unit")
            return WrittenTime(found[0], f"Epoch {found[1]}, by its size.")
        if self.offset is None or zoned(value):
            return read(value)
        local = read_as(value, DAYS if _SERIAL.fullmatch(value.strip()) else "", utc=True)
        if local is None or local.timestamp is None:
            return local
        return WrittenTime(local.timestamp - self.offset // timedelta(microseconds=1), _BY_NAME)


def time_column(name: str, values: Iterable[str]) -> ZonedColumn | None:
    """The column of a name if its values are times; None if they are not.

    Args:
        name: the name.
        values: the values of some rows that have one.
    """
    held = [value for value in values if len(value) <= _MAX_TIME]
    if held and all(map(zoned, held)):
        return ZonedColumn(name)
    offset = _offset(name)
    if offset is not None and any(_is_time(ZonedColumn(name, offset), value) for value in held):
        return ZonedColumn(name, offset)
    counted = ZonedColumn(name, counted=True)
    if (
        held
        and _COUNTS.search(name)
        and all(len(value) >= _LEAST_DIGITS and _is_time(counted, value) for value in held)
    ):
        return counted
    return None


def _is_time(column: ZonedColumn, value: str) -> bool:
    try:
        found = column.timestamp(value)
    except (ValueError, OverflowError):
        return False
    return found is not None and found.timestamp is not None


def _offset(name: str) -> timedelta | None:
    """How far the zone that a name states is ahead of UTC."""
    found = _ZONE.search(name)
    if found is None:
        return None
    offset = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    return None if offset > _LARGEST else offset if found["sign"] in (None, "+") else -offset
