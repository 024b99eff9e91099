"""Determines which rows of a case a report holds: all, or a requested part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import count, rows
from echoforensics.export.about import filters_of
from echoforensics.report.markup import number, utc
from echoforensics.report.words.language import later

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.report.words.language import Language

_NAMES = {
    "start": later("from"),
    "end": later("before"),
    "search": later("with the text"),
    "types": later("of the kind"),
    "devices": later("of the device"),
    "recordings_only": later("with a recording"),
    "evidence": later("of the evidence item"),
    "states": later("in the state"),
    "interaction": later("of the interaction"),
    "regex": later("matching"),
    "persons": later("of the person"),
    "accounts": later("of the account"),
}


@dataclass(frozen=True, slots=True)
class ReportPart:
    """The rows of a report.

    Attributes:
        query: the query that selected them.
        rows: the number of rows.
        total: the number of rows in the case.
        exhibits: their exhibit numbers; None if the report holds the whole case.
        marked: whether marks selected them.
    """

    query: Query
    rows: int
    total: int
    exhibits: frozenset[str] | None = None
    marked: bool = False

    @property
    def whole(self) -> bool:
        """Whether the report holds the whole case."""
        return self.exhibits is None

    def includes(self, exhibit: str) -> bool:
        """Whether a row is in the report."""
        return self.exhibits is None or exhibit in self.exhibits

    def sentence(self, words: Language) -> str:
        """Return the notice about a partial report; empty if the report holds the whole case."""
        if self.whole:
            return ""
        return words.text(
            "This report is a part of the case: {rows} of {total}; {left} left out. It holds rows {filters}.",
            rows=words.counted(self.rows, "row"), total=number(self.total),
            left=words.counted(self.total - self.rows, "row was", "rows were"), filters=self.filters(words),
        )  # fmt: skip

    def filters(self, words: Language) -> str:
        """Describe the filters in words."""
        asked = filters_of(self.query).items()
        found = [f"{words.text(_NAMES[name])} {_value(name, value)}".strip() for name, value in asked]
        return ", ".join([*found, *([words.text("that were marked")] if self.marked else [])])


def _value(name: str, value: Any) -> str:
    if name == "recordings_only":
        return ""
    if name in ("start", "end"):
        return utc(value)
    if name == "interaction":
        return f"IN-{value:07}"
    return " or ".join(value) if isinstance(value, list) else str(value)


def report_part(case: Case, query: Query | None = None, marked: frozenset[str] | None = None) -> ReportPart:
    """Return the part that a report of these rows holds.

    Args:
        case: the case.
        query: selects the rows; None for all.
        marked: exhibits whose rows to include; None for no such restriction.
    """
    query = query or Query()
    total = count(case.store)
    if query == Query() and marked is None:
        return ReportPart(query, total, total)
    found = frozenset(row["exhibit"] for row in rows(case.store, query))
    if marked is not None:
        found &= marked
    return ReportPart(query, len(found), total, found, marked is not None)
