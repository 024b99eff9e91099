"""The lines of the sealed set for rows and records, each in its canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.exhibits.record_details import record_details
from echoforensics.export.jsonl import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case


class SetLine(NamedTuple):
    """A line of the set.

    Attributes:
        line: the line as handed over, without its newline.
        records: the ids of the records it belongs to.
        evidence: the evidence item it names; empty for none.
    """

    line: bytes
    records: tuple[str, ...]
    evidence: str = ""


def row_lines(case: Case) -> Iterator[SetLine]:
    """Yield the rows as JSON Lines by time; those without a time come last."""
    for row in case.rows():
        yield SetLine(line_of(row).encode("utf-8"), (row["record"],), row["evidence"])


def record_lines(case: Case) -> Iterator[SetLine]:
    """Yield the records, without what their rows already say, in the order found."""
    for detail in record_details(case.store):
        yield SetLine(line_of(detail._asdict()).encode("utf-8"), (detail.record,))
