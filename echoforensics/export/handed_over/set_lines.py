"""The lines of the sealed set for rows and records: of each, one line in its one form."""

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
        line: as it is handed over, without its newline.
        records: ids of the records that it belongs to.
        evidence: the evidence item that it names; empty for none.
    """

    line: bytes
    records: tuple[str, ...]
    evidence: str = ""


def row_lines(case: Case) -> Iterator[SetLine]:
    """The rows, as JSON Lines has them, by time, those without a time last."""
    for row in case.rows():
        yield SetLine(line_of(row).encode("utf-8"), (row["record"],), row["evidence"])


def record_lines(case: Case) -> Iterator[SetLine]:
    """The records, with what their rows do not say, in the order in which they were found."""
    for detail in record_details(case.store):
        yield SetLine(line_of(detail._asdict()).encode("utf-8"), (detail.record,))
