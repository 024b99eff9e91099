"""A gap: what the case does not hold, from what it holds, with the explanations that there can be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from parsers.times import iso

#: Who makes them: no parser of evidence.
MAKER, MAKER_VERSION = "gap_finder", "1"
PREFIX = "GAP-"


@dataclass(frozen=True, slots=True)
class FoundAt:
    """What a gap was derived from: an exhibit, or a file where there is no exhibit, and where it lies."""

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
        message: what is missing, in one sentence or two.
        start, end: the time that it belongs to, in microseconds since 1970 UTC; None if that is open or not known.
        explanations: what can be the reason, the innocent ones beside the others; none is preferred.
        derived_from: what it was derived from: the first of them.
        count: of how many things the gap tells.
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
        """The end, likewise. With a start that is not known it is the time before which something is missing."""
        return iso(self.end)

    def as_json(self) -> dict[str, Any]:
        """The gap as JSON values, with the name of its maker in the place of a parser's."""
        whole = asdict(self)
        head = {"number": whole.pop("number"), "datetime": self.datetime, "datetime_end": self.datetime_end}
        return {**head, **whole, "parser": MAKER, "parser_version": MAKER_VERSION}

    def stored(self) -> str:
        """The gap as the case stores it."""
        return json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> CaseGap:
        """A gap from what :meth:`as_json` gave."""
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
