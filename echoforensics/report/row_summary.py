"""Counts the rows of a report while they are written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parsers.times import PLANNED_TIMES

if TYPE_CHECKING:
    from echoforensics.case.exhibits.row import FileRow


@dataclass(slots=True)
class RowSummary:
    """Counts of a report's rows.

    Attributes:
        rows: the number of rows.
        records: the number of their records.
        states: records by state.
        kinds: records by data type.
        first, last: the earliest and latest time in UTC, ISO 8601, excluding plans and expiries.
        unknown: the number of rows without a known time in UTC.
        devices: maps serial numbers in rows to the number of rows.
        accounts: maps accounts likewise.
    """

    rows: int = 0
    records: int = 0
    states: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    first: str | None = None
    last: str | None = None
    unknown: int = 0
    devices: Counter[str] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)

    def add(self, row: FileRow, *, new_record: bool) -> None:
        """Count a row; ``new_record`` if it is the first of its record."""
        self.rows += 1
        if new_record:
            self.records += 1
            self.states[row["state"]] += 1
            self.kinds[row["data_type"]] += 1
        if row["device_serial"]:
            self.devices[row["device_serial"]] += 1
        if row["account"]:
            self.accounts[row["account"]] += 1
        time = row["datetime"]
        if time is None:
            self.unknown += 1
        elif row["timestamp_desc"] not in PLANNED_TIMES:
            self.first = time if self.first is None or time < self.first else self.first
            self.last = time if self.last is None or time > self.last else self.last
