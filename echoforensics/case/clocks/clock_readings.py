"""Offsets of clocks by period, computed from the pairs in the evidence."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING, Any

from echoforensics.case.clocks.clock_facts import Basis, ClockSetting, PairedTimes, second_in_utc
from parsers.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Fewer pairs give no measurement. A time server's correction is a measurement by itself.
FEWEST_PAIRS: Mapping[Basis, int] = {Basis.STREAM: 2, Basis.ANSWER: 2, Basis.SERVER: 1}


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The offset of a clock in one period, from pairs of one kind.

    Attributes:
        owner: whose clock it is: an evidence item, and the folder in it that is the root of the file system.
        clock: ``device``, ``phone`` or ``unknown``, as in a row.
        start, end: of the period without a setting of the clock, by that clock, in microseconds since 1970 UTC; None
            where it is open.
        basis: the source of the pairs, in words; empty if there are none.
        pairs: the number of pairs.
        offset: by how much the clock was ahead, in microseconds: the median of the pairs. None if unknown.
        least, most: the smallest and the largest offset of any pair.
        exhibits: the first rows that hold the pairs, at most five.

    Example:
        >>> case.clocks()[0].owner
        'alexa-cloud.zip'
    """

    owner: str
    clock: str
    start: int | None = None
    end: int | None = None
    basis: str = ""
    pairs: int = 0
    offset: int | None = None
    least: int | None = None
    most: int | None = None
    exhibits: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The reading in one sentence."""
        whose = f"the {self.clock}'s clock" if self.clock != "unknown" else "the clock"
        if self.offset is None or self.least is None or self.most is None:
            return f"{self.owner}: nothing in the case measures {whose}; its times are given as recorded."
        ahead = "ahead of" if self.offset >= 0 else "behind"
        other = "the time server's" if self.basis == Basis.SERVER else "the service's"
        pairs = f"{self.pairs} pairs of times say between {self.least / 1e6:+.3f} and {self.most / 1e6:+.3f} s"
        if self.pairs == 1:
            pairs = "one pair of times says so"
        return (
            f"{self.owner}{self._period}: {whose} was {abs(self.offset) / 1e6:.3f} s {ahead} {other}; {pairs}"
            f" ({self.basis})."
        )

    @property
    def _period(self) -> str:
        after = f" from {second_in_utc(self.start)}" if self.start is not None else ""
        return after + (f" to {second_in_utc(self.end)}" if self.end is not None else "")

    def as_json(self) -> dict[str, Any]:
        """The reading as JSON values; times in ISO 8601 UTC, offsets in microseconds."""
        return {
            "owner": self.owner, "clock": self.clock,
            "start": None if self.start is None else iso(self.start),
            "end": None if self.end is None else iso(self.end),
            "basis": self.basis, "pairs": self.pairs, "offset_us": self.offset, "least_us": self.least,
            "most_us": self.most, "exhibits": list(self.exhibits), "sentence": self.sentence,
        }  # fmt: skip


def clock_readings(
    pairs: Iterable[PairedTimes], settings: Iterable[ClockSetting], running: Iterable[tuple[str, str]]
) -> list[ClockReading]:
    """Compute the offset of each clock between the times at which it was set.

    Args:
        pairs: in any order; equal pairs count once.
        settings: when clocks were set, in any order.
        running: owner and kind of each clock that has times in the case; those without pairs are listed
            too.
    """
    set_at: dict[tuple[str, str], list[int]] = defaultdict(list)
    for owner, clock, time in sorted({(setting.owner, setting.clock, setting.time) for setting in settings}):
        set_at[owner, clock].append(time)
    periods: dict[tuple[str, str, Basis, int], dict[tuple[int, int, int], PairedTimes]] = defaultdict(dict)
    for pair in pairs:
        period = bisect_right(set_at[pair.owner, pair.clock], pair.time)
        known = periods[pair.owner, pair.clock, pair.basis, period]
        known.setdefault((pair.time, pair.least, pair.most), pair)
    found = [
        _reading(key, list(held.values()), set_at[key[0], key[1]])
        for key, held in periods.items()
        if len(held) >= FEWEST_PAIRS[key[2]]
    ]
    measured = {(reading.owner, reading.clock) for reading in found}
    found += [ClockReading(owner, clock) for owner, clock in set(running) - measured]
    return sorted(found, key=lambda reading: (reading.owner, reading.clock, reading.basis, reading.start or -(1 << 63)))


def _reading(key: tuple[str, str, Basis, int], pairs: list[PairedTimes], set_at: list[int]) -> ClockReading:
    owner, clock, basis, period = key
    return ClockReading(
        owner=owner,
        clock=clock,
        start=set_at[period - 1] if period else None,
        end=set_at[period] if period < len(set_at) else None,
        basis=str(basis),
        pairs=len(pairs),
        offset=median_low((pair.least + pair.most) // 2 for pair in pairs),
        least=min(pair.least for pair in pairs),
        most=max(pair.most for pair in pairs),
        exhibits=tuple(sorted(pair.exhibit for pair in pairs)[:5]),
    )
