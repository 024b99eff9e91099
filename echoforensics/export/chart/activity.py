"""What a picture of a timeline shows: how many rows there are by day, by hour of the day, and by device."""

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

    from echoforensics.case.row_query import Row

#: A picture has at most so many columns, of a day each or of several days.
COLUMNS = 370


class Lane(NamedTuple):
    """A line of a picture on which something has a place in time.

    Attributes:
        label: what it is, for people.
        spans: from when to when, in microseconds since 1970 UTC; the same twice is a point.
    """

    label: str
    spans: tuple[tuple[int, int], ...]


class Lanes(NamedTuple):
    """Lines of a picture under one title, such as the gaps of a case, or the offsets of its clocks."""

    title: str
    lanes: tuple[Lane, ...]


@dataclass(slots=True)
class Activity:
    """Rows, counted by the day and the hour at which a clock in a zone shows their times.

    Attributes:
        zone: the zone; UTC where it is None.
        hours: rows by day (proleptic ordinal) and hour.
        devices: rows by device, and by day for each.
        unknown: rows without a time in UTC, which have no place in a picture.
        planned: rows about a plan or an expiry, which are left out of it.
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
        """The day, as its proleptic ordinal, and the hour of a time, by a clock in the zone."""
        when = EPOCH + timedelta(microseconds=timestamp)
        with suppress(OverflowError):  # at the edge of the calendar UTC does as well
            when = when.astimezone(self.zone or UTC)
        return when.toordinal(), when.hour

    @property
    def shown(self) -> int:
        """How many rows are in the picture."""
        return self.hours.total()

    @property
    def days(self) -> tuple[int, int]:
        """The first and the last day with a row, as ordinals; (1, 1) without rows."""
        days = [day for day, _ in self.hours]
        return (min(days), max(days)) if days else (1, 1)

    @property
    def days_in_column(self) -> int:
        """Of how many days a column of the picture is."""
        first, last = self.days
        return -(-(last - first + 1) // COLUMNS)


def iso_day(ordinal: int) -> str:
    """A day by its ordinal, as ISO 8601."""
    return date.fromordinal(ordinal).isoformat()
