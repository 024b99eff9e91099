"""Maps the exhibits of one case to those of another: filed reports cite the numbers of the first."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.comparison.comparison import paired

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.case import Case
    from echoforensics.case.comparison.record_rows import RecordRows

SAME, OTHER_TIME, NONE = "same record, same time", "same record, another time", "no such record"


class RenumberedExhibit(NamedTuple):
    """An exhibit of the first case, its number in the second (empty if it has none), and the basis of the match."""

    old: str
    new: str
    basis: str


def renumbered(old: Case, new: Case) -> Iterator[RenumberedExhibit]:
    """Yield every exhibit of the first case with its number in the second, by record."""
    for before, after in paired(old, new):
        if before is not None:
            yield from _mapped(before, after)


def _mapped(before: RecordRows, after: RecordRows | None) -> Iterator[RenumberedExhibit]:
    if after is None:
        yield from (RenumberedExhibit(exhibit, "", NONE) for exhibit in before.exhibits)
        return
    free = defaultdict(list)
    for exhibit, time in zip(after.exhibits, after.times, strict=True):
        free[time.description, time.recorded].append(exhibit)
    pending = []
    for exhibit, time in zip(before.exhibits, before.times, strict=True):
        if same := free[time.description, time.recorded]:
            yield RenumberedExhibit(exhibit, same.pop(0), SAME)
        else:
            pending.append(exhibit)
    left = sorted(exhibit for exhibits in free.values() for exhibit in exhibits)
    for number, exhibit in enumerate(pending):
        yield RenumberedExhibit(exhibit, left[number] if number < len(left) else "", OTHER_TIME)
