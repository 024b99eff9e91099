"""Describes an export: its case, who made it, when, in which zone, and with which filters."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.clocks.clock_corrections import ClockCorrections
from echoforensics.export.added_columns import AddedColumns
from echoforensics.version import __version__
from echoforensics.zones import EPOCH

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query

#: The suffix of the descriptive file next to an export whose format cannot hold the description.
SIDECAR = ".about.json"


class Written(NamedTuple):
    """What an export contains.

    Attributes:
        rows: the number of rows.
        left_out: the number of requested rows that the format cannot show; 0 if it shows all.
        why: the reason, for people; empty if it shows all.
    """

    rows: int
    left_out: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class AboutExport:
    """The description of an export, known before it is written.

    Attributes:
        case: the name of the case folder.
        reference, examiner, agency: as given when the case was made; otherwise empty.
        made_at: when the export was made, in UTC, to the second.
        program: the program that made it, with its version.
        local: the zone for displaying times next to UTC; None for UTC only.
        filters: the attributes of the query that are set. Empty for all rows.
        unverified: why nothing vouches for the content of the case; empty if its seal was checked.
        clocks: the measured offsets for corrected times; None if those were not requested.
    """

    case: str
    reference: str
    examiner: str
    agency: str
    made_at: datetime
    program: str
    local: ZoneInfo | None
    filters: dict[str, Any]
    unverified: str = ""
    clocks: ClockCorrections | None = None

    @property
    def added(self) -> AddedColumns:
        """The additional columns."""
        return AddedColumns(self.local, self.clocks)

    @property
    def zone(self) -> str:
        """The name of the additional zone, or ``UTC`` if there is none."""
        return self.local.key if self.local is not None else "UTC"

    @property
    def title(self) -> str:
        """A title for people."""
        return f"Timeline of case {self.reference or self.case}"

    def filters_in_words(self) -> str:
        """The filters in one line; ``none (all rows)`` without filters."""
        words = (f"{name}: {', '.join(map(str, value))}" for name, value in self._listed())
        return "; ".join(words) or "none (all rows)"

    def facts(self) -> dict[str, str]:
        """Return the description as texts in reading order, without empty values."""
        found = {
            "UNVERIFIED": self.unverified,
            "Case": self.case,
            "Reference": self.reference,
            "Examiner": self.examiner,
            "Agency": self.agency,
            "Made at (UTC)": self.made_at.isoformat(),
            "Made by": self.program,
            "Zone of times": "UTC" if self.local is None else f"UTC and {self.zone}",
            "Corrected times": "beside those recorded, by measured clocks" if self.clocks is not None else "",
            "Filters": self.filters_in_words(),
        }
        return {name: text for name, text in found.items() if text}

    def as_json(self, written: Written | None = None) -> str:
        """Return the description as JSON, with the counts of what was written once they are known."""
        found: dict[str, Any] = asdict(replace(self, clocks=None)) | {"made_at": self.made_at.isoformat()}
        found["timezone"], found["corrected_clocks"] = self.zone, self.clocks is not None
        del found["local"], found["clocks"]
        if written is not None:
            found |= {"rows": written.rows, "rows_left_out": written.left_out, "left_out_because": written.why}
        return json.dumps(found, ensure_ascii=False, indent=1)

    def _listed(self) -> list[tuple[str, tuple[Any, ...]]]:
        return [(name, tuple(value) if isinstance(value, list) else (value,)) for name, value in self.filters.items()]


def about_export(case: Case, query: Query, local: ZoneInfo | None, *, correct_clocks: bool = False) -> AboutExport:
    """Describe an export of these rows made now."""
    info = case.store.info()
    return AboutExport(
        case.path.resolve().name,
        info.get("reference", ""),
        info.get("examiner", ""),
        info.get("agency", ""),
        datetime.now(UTC).replace(microsecond=0),
        f"echoforensics {__version__}",
        local,
        filters_of(query),
        case.unverified,
        ClockCorrections(case.clocks()) if correct_clocks else None,
    )


def filters_of(query: Query) -> dict[str, Any]:
    """Return the set attributes of a query as JSON values."""
    filters: dict[str, Any] = {}
    for field in fields(query):
        value = getattr(query, field.name)
        if value == field.default:
            continue
        if field.name in ("start", "end"):
            value = (EPOCH + timedelta(microseconds=value)).isoformat()
        filters[field.name] = list(value) if isinstance(value, tuple) else value
    return filters
