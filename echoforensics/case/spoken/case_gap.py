"""A gap: something missing from the case, inferred from what it holds, with the possible explanations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from parsers.times import iso

#: The maker of gaps, which is no parser of evidence.
MAKER, MAKER_VERSION = "gap_finder", "1"
PREFIX = "GAP-"


@dataclass(slots=True, unsafe_hash=True)
class FoundAt:
    """The basis of a gap: an exhibit, or a file without an exhibit, and where it is.

    Treat it as immutable; a frozen class takes several times as long to create.
    """

    exhibit: str
    evidence: str
    path: str
    locator: str


@dataclass(frozen=True, slots=True)
class CaseGap:
    """Something that is missing.

    Attributes:
        number: ``GAP-0000003``; the same evidence gives the same numbers.
        data_type: ``gap:`` and the kind.
        message: what is missing, in one or two sentences.
        start, end: the period of the gap, in microseconds since 1970 UTC; None if open or unknown.
        explanations: the possible reasons, innocent ones included; none is preferred.
        derived_from: the basis of the gap: its first items.
        count: number of missing things.
    """

    number: str
    data_type: str
    message: str
    start: int | None
    end: int | None
    explanations: tuple[str, ...]
    derived_from: tuple[FoundAt, ...]
    count: int = 1

    @property
    def datetime(self) -> str | None:
        """The start in ISO 8601, UTC."""
        return iso(self.start)

    @property
    def datetime_end(self) -> str | None:
        """The end, likewise. If the start is unknown, the time before which something is missing."""
        return iso(self.end)

    def as_json(self) -> dict[str, Any]:
        """The gap as JSON values, with its maker in place of a parser."""
        whole = asdict(self)
        head = {"number": whole.pop("number"), "datetime": self.datetime, "datetime_end": self.datetime_end}
        return {**head, **whole, "parser": MAKER, "parser_version": MAKER_VERSION}

    def stored(self) -> str:
        """The gap in the case's storage format."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CaseGap:
        """Make a gap from the output of :meth:`as_json`."""
        return cls(
            number=value["number"],
            data_type=value["data_type"],
            message=value["message"],
            start=value["start"],
            end=value["end"],
            explanations=tuple(value["explanations"]),
            derived_from=tuple(FoundAt(**one) for one in value["derived_from"]),
            count=value["count"],
        )
