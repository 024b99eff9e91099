"""Corrects a row's time where the evidence measures its clock's offset. The recorded time always stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.clocks.clock_facts import Basis, owner_of
from parsers.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.clocks.clock_readings import ClockReading
    from echoforensics.case.exhibits.row import Row

#: Which pairs to use where several kinds measure one clock: the service's own clock first.
_PREFERRED = (str(Basis.STREAM), str(Basis.ANSWER), str(Basis.SERVER))


class Correction(NamedTuple):
    """A corrected time.

    Attributes:
        datetime: ISO 8601, UTC.
        basis: by how much the time was moved, how certain that is, and from how many pairs of times.
    """

    datetime: str
    basis: str


class ClockCorrections:
    """Corrects rows by the measured offsets of a case's clocks."""

    def __init__(self, readings: Iterable[ClockReading]) -> None:
        """Take the readings of a case. Readings without an offset are ignored."""
        self._by_clock: dict[tuple[str, str], list[ClockReading]] = {}
        for reading in sorted(
            (one for one in readings if one.offset is not None), key=lambda one: _PREFERRED.index(one.basis)
        ):
            self._by_clock.setdefault((reading.owner, reading.clock), []).append(reading)

    def of(self, row: Row) -> Correction | None:
        """The row's corrected time; None if the row has no time or its clock was not measured in that period."""
        at = row["timestamp"]
        if at is None:
            return None
        for reading in self._by_clock.get((owner_of(row["evidence"], row["path"]), row["clock"]), ()):
            begun = reading.start is None or reading.start <= at
            if begun and (reading.end is None or at < reading.end):
                return _corrected(at, reading)
        return None


def _corrected(at: int, reading: ClockReading) -> Correction | None:
    offset, least, most = reading.offset or 0, reading.least or 0, reading.most or 0
    moved = iso(at - offset)
    if moved is None:
        return None
    pairs = "1 pair" if reading.pairs == 1 else f"{reading.pairs} pairs"
    basis = f"{-offset / 1e6:+.3f} s (between {-most / 1e6:+.3f} and {-least / 1e6:+.3f} s, by {pairs} of times)"
    return Correction(moved, basis)
