"""Counts what a picture of a timeline shows: rows by day, by hour of the day, and by device."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.zones import EPOCH
from parsers.times import PLANNED_TIMES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from echoforensics.case.exhibits.row import Row

#: The most columns in a picture, of one or several days each.
COLUMNS = 370


class Lane(NamedTuple):
    """A line of a picture for something with a time span.

    Attributes:
        label: its name for people.
        spans: (start, end) in microseconds since 1970 UTC; equal values mark a point.
    """

    label: str
    spans: tuple[tuple[int, int], ...]


class Lanes(NamedTuple):
    """Lines of a picture under one title, such as a case's gaps or clock offsets."""

    title: str
    lanes: tuple[Lane, ...]


@dataclass(slots=True)
class Activity:
    """Rows counted by day and hour in a zone.

    Attributes:
        zone: the zone; None for UTC.
        hours: rows by (proleptic ordinal) day and hour.
        devices: rows by device and day.
        unknown: rows without a time in UTC, which the picture cannot show.
        planned: rows about a plan or an expiry, which the picture omits.
    """

    zone: ZoneInfo | None
    hours: Counter[tuple[int, int]] = field(default_factory=Counter)
    devices: dict[str, Counter[int]] = field(default_factory=dict)
    unknown: int = 0
    planned: int = 0

    def add(self, rows: Iterable[Row]) -> None:
        """Count rows."""
        for row in rows:
            if row["timestamp"] is None:
                self.unknown += 1
            elif row["timestamp_desc"] in PLANNED_TIMES:
                self.planned += 1
            else:
                day, hour = self.place(row["timestamp"])
                self.hours[day, hour] += 1
                if row["device_serial"] is not None:
                    self.devices.setdefault(row["device_serial"], Counter())[day] += 1

    def place(self, timestamp: int) -> tuple[int, int]:
        """Return the day (proleptic ordinal) and the hour of a time in the zone."""
        when = EPOCH + timedelta(microseconds=timestamp)
        with suppress(OverflowError):  # at the limits of the calendar, UTC is good enough
            when = when.astimezone(self.zone or UTC)
        return when.toordinal(), when.hour

    @property
    def shown(self) -> int:
        """The number of rows in the picture."""
        return self.hours.total()

    @property
    def days(self) -> tuple[int, int]:
        """The first and last day with a row, as ordinals; (1, 1) without rows."""
        days = [day for day, _ in self.hours]
        return (min(days), max(days)) if days else (1, 1)

    @property
    def days_in_column(self) -> int:
        """The number of days in a column of the picture."""
        first, last = self.days
        return -(-(last - first + 1) // COLUMNS)


def iso_day(ordinal: int) -> str:
    """Format a day's ordinal as ISO 8601."""
    return date.fromordinal(ordinal).isoformat()
