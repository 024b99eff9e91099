"""Selects what to hand over: all of a case, or named records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from echoforensics.case.exhibits.record_details import has_record
from echoforensics.case.spoken.interaction import PREFIX
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.case import Case

_RECORD = re.compile(r"REC-[0-9a-f]{20}")


@dataclass(frozen=True, slots=True)
class Selection:
    """The records to hand over.

    Attributes:
        records: their ids; None for all.
        named: the requested names as the case writes them, sorted.
        redacted: whether redacted content is left out, so that the hand-over is not complete.
    """

    records: frozenset[str] | None = None
    named: tuple[str, ...] = ()
    redacted: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether everything is handed over."""
        return self.records is None and not self.redacted

    def has(self, record: str) -> bool:
        """Whether a record is handed over."""
        return self.records is None or record in self.records


def select(case: Case, named: Iterable[str]) -> Selection:
    """Select records by exhibits (EF-0000012), interactions (IN-0000003) and record ids (REC-...).

    An exhibit selects its record with all rows; an interaction selects all its records. A recording's sound goes with
    its own record.

    Args:
        case: the case.
        named: the requested names; empty for everything.

    Raises:
        UsageError: an exhibit, interaction or record does not exist.
    """
    records: set[str] = set()
    names: set[str] = set()
    for each in named:
        text = each.strip()
        if text.upper().startswith(PREFIX):
            interaction = case.interaction(text)
            names.add(interaction.number)
            records.update(row["record"] for row in case.rows(interaction=interaction.number))
        elif _RECORD.fullmatch(record := "REC-" + text[4:].lower()) and text.upper().startswith("REC-"):
            if not has_record(case.store, record):
                raise UsageError(f"there is no record {record} in this case")
            names.add(record)
            records.add(record)
        else:
            row = case.row(text)
            names.add(row["exhibit"])
            records.add(row["record"])
    return Selection(frozenset(records), tuple(sorted(names))) if names else Selection()
