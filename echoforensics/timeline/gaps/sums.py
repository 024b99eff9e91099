"""What gaps are derived from, added up over all interactions.

A case keeps these sums, so that added interactions change them and no other interaction is read. Of a large number
only the first by time are kept one by one; where a change would need the others, that is an exception.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from echoforensics.case.spoken.added_evidence import AllConcernedError
from echoforensics.case.spoken.case_gap import FoundAt
from echoforensics.timeline.gaps.facts import InteractionFacts

#: Maximum number of items to store as the basis of one gap.
POINTED_TO = 20
#: If only a minority of one kind lacks something, each is a gap of its own, up to this many.
MOST_OF_A_KIND = 500


class Point(NamedTuple):
    """An interaction, as gaps name it: no start, its start, the least id of its records, and an exhibit."""

    timeless: bool
    start: int
    key: str
    at: FoundAt

    @classmethod
    def of(cls, facts: InteractionFacts, at: FoundAt) -> Point:
        """The point of an interaction."""
        return cls(facts.start is None, facts.start or 0, facts.key, at)

    @property
    def order(self) -> tuple[bool, int, str]:
        """What points are sorted by."""
        return self[:3]

    @property
    def time(self) -> int | None:
        """Its start in microseconds since 1970 UTC, or None."""
        return None if self.timeless else self.start


@dataclass(slots=True)
class Counted:
    """Interactions that have or lack something.

    Attributes:
        most: so many are kept one by one; of more, the first :data:`POINTED_TO`.
        count: how many there are.
        start, end: the least and the greatest of their starts, or None.
        points: the first of them by start and key, those without a start last.
    """

    most: int
    count: int = 0
    start: int | None = None
    end: int | None = None
    points: list[Point] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether each of them is kept."""
        return self.count <= self.most

    def add(self, time: int | None, key: str, at: FoundAt, count: int = 1) -> None:
        """Add an interaction, by what a :class:`Point` has; ``count`` for it and others like it, which are not kept."""
        was_whole = self.count <= self.most
        self.count += count
        if time is not None:
            if self.start is None or time < self.start:
                self.start = time
            if self.end is None or time > self.end:
                self.end = time
        order = (time is None, time or 0, key)
        if was_whole or len(self.points) < POINTED_TO or order < self.points[-1].order:
            insort(self.points, Point(*order, at), key=_order)
            if not self.whole:
                del self.points[POINTED_TO:]

    def remove(self, point: Point) -> None:
        """Remove an interaction. Raises AllConcernedError if it cannot be known which is then among the first."""
        if not self.whole:
            if point.order <= self.points[-1].order or point.time == self.end or self.count - 1 <= self.most:
                raise AllConcernedError
            self.count -= 1
            return
        if point not in self.points:
            raise AllConcernedError
        self.points.remove(point)
        self.count -= 1
        times = [one.start for one in self.points if not one.timeless]
        self.start, self.end = min(times, default=None), max(times, default=None)

    def stored(self) -> list[Any]:
        """These as JSON values."""
        points = [[one.time, one.key, one.at.exhibit] for one in self.points]
        return [self.count, self.start, self.end, points]

    @classmethod
    def of(cls, most: int, stored: Sequence[Any]) -> Counted:
        """Load what :meth:`stored` gave."""
        count, start, end, points = stored
        return cls(most, count, start, end, [_kept(*one) for one in points])


_order = attrgetter("order")


def _kept(time: int | None, key: str, exhibit: str) -> Point:
    return Point(time is None, time or 0, key, FoundAt(exhibit, "", "", ""))


#: How many of each kind are kept one by one.
_KEPT = {
    "heard": POINTED_TO, "entries": POINTED_TO, "sounds": POINTED_TO,
    "before": POINTED_TO, "within": MOST_OF_A_KIND, "after": POINTED_TO,
    "without_sound": MOST_OF_A_KIND, "without_entry": MOST_OF_A_KIND,
}  # fmt: skip
#: Interactions that a device heard and the account has no entry of: by the period of its entries.
_UNENTERED = "unentered"
_BY_PERIOD = ("before", "within", "after")


class FactSums:
    """The sums. The attributes are :class:`Counted`.

    Attributes:
        heard, entries, sounds: interactions with a device's record, an account entry, a recording.
        before, within, after: those heard, with a start and without entry: before the period of the entries, within
            it, and after it. While there are no entries, all are ``within``.
        without_sound: entries without a recording.
        without_entry: recordings without an entry.
    """

    def __init__(self, listed: Mapping[str, Counted] | None = None) -> None:
        found = listed or {name: Counted(most) for name, most in _KEPT.items()}
        self.heard, self.entries, self.sounds = (found[name] for name in ("heard", "entries", "sounds"))
        self.before, self.within, self.after = (found[name] for name in _BY_PERIOD)
        self.without_sound, self.without_entry = found["without_sound"], found["without_entry"]

    def change(self, removed: Iterable[InteractionFacts], added: Iterable[InteractionFacts]) -> None:
        """Remove some interactions, and add others.

        Raises:
            AllConcernedError: that cannot be done without the facts of all. Use these sums no more.
        """
        gone = Counter(_points(removed))
        staying = Counter[tuple[str, Point]]()
        if gone:
            added = list(added)
            staying = gone & Counter(_points(facts for facts in added if facts.count == 1))
        period = self._period
        # While the period is still that of the entries before.
        for name, point in sorted((gone - staying).elements(), key=lambda one: one[0] != _UNENTERED):
            self._listed(name, point.start).remove(point)
        unentered = []
        for facts in added:
            for name, at in _counted_as(facts):
                if staying and facts.count == 1 and staying[one := (name, Point.of(facts, at))]:
                    staying[one] -= 1
                elif name == _UNENTERED:
                    unentered.append(facts)
                else:
                    self._listed(name).add(facts.start, facts.key, at, facts.count)
        if self._period != period:
            self._divide_again(period)
        for facts in unentered:
            self._listed(_UNENTERED, facts.start).add(facts.start, facts.key, facts.at, facts.count)

    def stored(self) -> dict[str, list[Any]]:
        """The sums as JSON values."""
        return {name: getattr(self, name).stored() for name in _KEPT}

    @classmethod
    def of(cls, stored: Mapping[str, Sequence[Any]]) -> FactSums:
        """Load what :meth:`stored` gave."""
        return cls({name: Counted.of(most, stored[name]) for name, most in _KEPT.items()})

    @property
    def _period(self) -> tuple[bool, int | None, int | None]:
        return (self.entries.count > 0, self.entries.start, self.entries.end)

    def _listed(self, name: str, start: int | None = None) -> Counted:
        if name != _UNENTERED:
            found: Counted = getattr(self, name)
            return found
        held, first, last = self._period
        if held and (first is None or (start or 0) < first):
            return self.before
        return self.after if held and last is not None and (start or 0) > last else self.within

    def _divide_again(self, former: tuple[bool, int | None, int | None]) -> None:
        """Divide the unentered interactions by the present period of the entries."""
        held, first, last = self._period
        grown = former[0] and held and None not in (former[1], first, former[2], last)
        earlier, later = (former[1] or 0) - (first or 0), (last or 0) - (former[2] or 0)
        if grown and min(earlier, later) >= 0 and not ((earlier and self.before.count) or (later and self.after.count)):
            # Nothing lay on the side to which the period has grown.
            return
        every = (self.before, self.within, self.after)
        if not all(one.whole for one in every):
            raise AllConcernedError
        points = [point for one in every for point in one.points]
        self.before, self.within, self.after = (Counted(_KEPT[name]) for name in _BY_PERIOD)
        for point in points:
            self._listed(_UNENTERED, point.start).add(point.time, point.key, point.at)


def _points(several: Iterable[InteractionFacts]) -> Iterator[tuple[str, Point]]:
    """Yield what interactions count as, and the point of each."""
    return ((name, Point.of(facts, at)) for facts in several for name, at in _counted_as(facts))


def _counted_as(facts: InteractionFacts) -> list[tuple[str, FoundAt]]:
    """What an interaction counts as, and by which of its records."""
    found = []
    entry, sound = facts.entry_at or facts.at, facts.sound_at or facts.at
    if facts.heard:
        found.append(("heard", facts.at))
        if not facts.entry and facts.start is not None:
            found.append((_UNENTERED, facts.at))
    if facts.entry:
        found.append(("entries", entry))
        if not facts.sound:
            found.append(("without_sound", entry))
    if facts.sound:
        found.append(("sounds", sound))
        if not facts.entry:
            found.append(("without_entry", sound))
    return found
