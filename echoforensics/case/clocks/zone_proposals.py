"""Time zones named in the evidence. They are proposed with their source, and applied only when an examiner asks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from echoforensics.case.exhibits.row import FileRow, Query
from echoforensics.case.row_query import rows_by_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store

#: Substrings that mark the name of a time zone setting.
_NAMES = ("timezone", "time_zone")
#: Lists made by an examiner name the examiner's zone.
_NOT_OF_THE_EVIDENCE = ("alexa:app:acquired_file", "alexa:cloud:listed_url")
_NAMED = 5


@dataclass(frozen=True, slots=True)
class ProposedZone:
    """A time zone that rows name.

    Attributes:
        zone: its IANA name.
        data_type: of the rows.
        setting: the name of the field that holds it.
        rows: how many rows name it.
        exhibits: the first of them, at most five.

    Example:
        >>> [zone.zone for zone in case.zones()]
        []
    """

    zone: str
    data_type: str
    setting: str
    rows: int
    exhibits: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The proposal in one sentence."""
        rows = f"1 row of {self.data_type} gives" if self.rows == 1 else f"{self.rows} rows of {self.data_type} give"
        return f"{rows} {self.zone} as {self.setting}."

    def as_json(self) -> dict[str, Any]:
        """The proposal as JSON values."""
        return {
            "zone": self.zone, "data_type": self.data_type, "setting": self.setting, "rows": self.rows,
            "exhibits": list(self.exhibits), "sentence": self.sentence,
        }  # fmt: skip


def proposed_zones(store: Store) -> list[ProposedZone]:
    """Return the zones that rows name, most frequent first."""
    known = available_timezones()
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    for name in _NAMES:
        for row in rows_by_file(store, Query(search=name)):
            for setting, zone in _settings(row):
                if zone in known:
                    found.setdefault((zone, row["data_type"], setting), {})[row["exhibit"]] = None
    proposals = [
        ProposedZone(zone, data_type, setting, len(exhibits), tuple(sorted(exhibits)[:_NAMED]))
        for (zone, data_type, setting), exhibits in found.items()
    ]
    return sorted(proposals, key=lambda one: (-one.rows, one.zone, one.data_type, one.setting))


def _settings(row: FileRow) -> Iterator[tuple[str, str]]:
    """Name and value of each text field whose name is that of a time zone setting."""
    if row["data_type"] in _NOT_OF_THE_EVIDENCE:
        return
    waiting: list[Any] = [json.loads(row["fields"])]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            for name, held in value.items():
                if isinstance(held, str) and any(part in name.lower() for part in _NAMES):
                    yield name, held
                waiting.append(held)
