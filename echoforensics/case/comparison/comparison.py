"""Comparing two cases of the same evidence, as two examiners or two versions of the program made them."""

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
    """A record that is not the same in both cases.

    Attributes:
        outcome: ``added`` (the second case alone has it), ``missing`` (the first alone) or ``changed``.
        record: its id.
        data_type: of the first case, else of the second.
        old, new: its exhibits in the first and in the second case.
        changed: what differs, by name; ``times`` for its times.
        old_message, new_message: what it says in words; empty if a case has none.
        path: where it is shown.
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
    """Which evidence two cases are of, by SHA-256: the names in both, in the first alone, and in the second alone."""

    both: list[str] = field(default_factory=list)
    old: list[str] = field(default_factory=list)
    new: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """How the records of two cases compare, counted while :func:`differences` is gone through.

    Attributes:
        counts: how many records there are by outcome.
        by_type: the same, by outcome and data type.
    """

    counts: Counter[str] = field(default_factory=Counter)
    by_type: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def equal(self) -> bool:
        """Whether every record is the same in both."""
        return not any(self.counts[outcome] for outcome in (ADDED, MISSING, CHANGED))


def compared_evidence(old: Case, new: Case) -> ComparedEvidence:
    """Which evidence items two cases have in common. A folder that was hashed by another listing is another item."""
    names = [{item.sha256: item.name for item in case.evidence()} for case in (old, new)]
    return ComparedEvidence(
        [names[0][sha256] for sha256 in names[0] if sha256 in names[1]],
        [name for sha256, name in names[0].items() if sha256 not in names[1]],
        [name for sha256, name in names[1].items() if sha256 not in names[0]],
    )


def differences(old: Case, new: Case, comparison: Comparison) -> Iterator[RecordDifference]:
    """Every record that is not the same in both cases, by its id. Records of which only exhibit numbers or the
    parser's version differ are equal. ``comparison`` is counted up meanwhile."""
    for before, after in paired(old, new):
        found = _compared(before, after)
        comparison.counts[found.outcome] += 1
        comparison.by_type[found.outcome, found.data_type] += 1
        if found.outcome != EQUAL:
            yield found


def paired(old: Case, new: Case) -> Iterator[tuple[RecordRows | None, RecordRows | None]]:
    """The records of both cases, side by side; both give them by their ids."""
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
