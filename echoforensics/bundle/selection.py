"""What of a case is handed over: all of it, or the records that somebody named."""

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
    """Which records are handed over.

    Attributes:
        records: their ids; None for all.
        named: what was asked for, as the case writes it, sorted.
        redacted: whether what was redacted is left out: then not everything is handed over.
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
    """The records that exhibits (EF-0000012), interactions (IN-0000003) and record ids (REC-...) name.

    Of an exhibit, the record it belongs to, with all of its rows; of an interaction, all of its records. The sound of a
    recording goes with the recording's own record.

    Args:
        case: the case.
        named: what is asked for; nothing means everything.

    Raises:
        UsageError: there is no such exhibit, interaction or record.
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
