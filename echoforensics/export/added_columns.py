"""Additional export columns: the time in a zone, and the time corrected by a measured clock offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.zones import local_time

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.clocks.clock_corrections import ClockCorrections
    from echoforensics.case.exhibits.row import Row


@dataclass(frozen=True, slots=True)
class AddedColumns:
    """The columns added to each row. ``datetime`` is unchanged: the time as recorded, in UTC.

    Attributes:
        local: a zone; None adds no column for it.
        clocks: measured offsets; None adds no column for them.
    """

    local: ZoneInfo | None = None
    clocks: ClockCorrections | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        of_zone = ("local_time", "timezone") if self.local is not None else ()
        return of_zone + (("corrected_datetime", "correction") if self.clocks is not None else ())

    def values(self, row: Row) -> dict[str, str | None]:
        """Return the columns of a row by name."""
        found: dict[str, str | None] = {}
        if self.local is not None:
            found |= {"local_time": local_time(row["timestamp"], self.local), "timezone": self.local.key}
        if self.clocks is not None:
            corrected = self.clocks.of(row)
            found["corrected_datetime"] = corrected.datetime if corrected else None
            found["correction"] = corrected.basis if corrected else None
        return found


#: No additional columns.
NOTHING_ADDED = AddedColumns()
