"""Compares two cases of the same evidence, made by two examiners or two versions of the program."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.comparison.record_rows import record_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case
    from echoforensics.case.comparison.record_rows import RecordRows

EQUAL, ADDED, MISSING, CHANGED = "equal", "added", "missing", "changed"


class RecordDifference(NamedTuple):
    """A record that differs between the cases.

    Attributes:
        outcome: ``added`` (the second case alone has it), ``missing`` (the first alone) or ``changed``.
        record: its id.
        data_type: in the first case, or in the second if the first lacks the record.
        old, new: its exhibits in the first and in the second case.
        changed: the names of what differs; ``times`` for its times.
        old_message, new_message: its message in each case; empty if a case lacks it.
        path: of the file that its rows show.
    """

    outcome: str
    record: str
    data_type: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    old_message: str
    new_message: str
    path: str


@dataclass(slots=True)
class ComparedEvidence:
    """The evidence of two cases, by SHA-256: the names in both, in the first only, and in the second only."""

    both: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """Counts of how the records of two cases compare, filled by :func:`differences`.

    Attributes:
        counts: number of records by outcome.
        by_type: the same, by outcome and data type.
    """

    counts: Counter[str] = field(default_factory=Counter)
    by_type: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def equal(self) -> bool:
        """Whether all records are equal in both cases."""
        return not any(self.counts[outcome] for outcome in (ADDED, MISSING, CHANGED))


def compared_evidence(old: Case, new: Case) -> ComparedEvidence:
    """Compare the evidence items of two cases. A folder hashed in another listing format counts as another item."""
    names = [{item.sha256: item.name for item in case.evidence()} for case in (old, new)]
    return ComparedEvidence(
        [names[0][sha256] for sha256 in names[0] if sha256 in names[1]],
        [name for sha256, name in names[0].items() if sha256 not in names[1]],
        [name for sha256, name in names[1].items() if sha256 not in names[0]],
    )


def differences(old: Case, new: Case, comparison: Comparison) -> Iterator[RecordDifference]:
    """Yield every record that differs between the cases, by id. Records that differ only in exhibit numbers or
    parser version are equal. Updates ``comparison`` on the way."""
    for before, after in paired(old, new):
        found = _compared(before, after)
        comparison.counts[found.outcome] += 1
        comparison.by_type[found.outcome, found.data_type] += 1
        if found.outcome != EQUAL:
            yield found


def paired(old: Case, new: Case) -> Iterator[tuple[RecordRows | None, RecordRows | None]]:
    """Pair the records of both cases by id. Each case must yield them in order of id."""
    left, right = record_rows(old.store), record_rows(new.store)
    before, after = next(left, None), next(right, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before.record < after.record):
            yield before, None
            before = next(left, None)
        elif before is None or after.record < before.record:
            yield None, after
            after = next(right, None)
        else:
            yield before, after
            before, after = next(left, None), next(right, None)


def _compared(before: RecordRows | None, after: RecordRows | None) -> RecordDifference:
    shown = before or after
    assert shown is not None  # noqa: S101 (a pair has one of them)
    changed: tuple[str, ...] = ()
    outcome = ADDED if before is None else MISSING
    if before is not None and after is not None:
        names = [name for name in before.stated if before.stated[name] != after.stated[name]]
        changed = (*names, *(["times"] if sorted(map(str, before.times)) != sorted(map(str, after.times)) else []))
        outcome = CHANGED if changed else EQUAL
    return RecordDifference(
        outcome,
        shown.record,
        str(shown.stated["data_type"]),
        before.exhibits if before else (),
        after.exhibits if after else (),
        changed,
        str(before.stated["message"]) if before else "",
        str(after.stated["message"]) if after else "",
        shown.path,
    )
