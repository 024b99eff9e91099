"""Where on the media the content of entries lies."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose content lies at a byte of the media.

    Attributes:
        entry: the entry's number in the case.
        at: which byte of the entry's content lies there; at or beyond its size in the slack of its last block.
        size: of the entry's content, bytes.
    """

    entry: int
    at: int
    size: int

    @property
    def in_slack(self) -> bool:
        """Whether the byte lies behind the content, in the rest of its last block."""
        return self.at >= self.size


class Ranges:
    """Parts of the media, joined where they touch or overlap."""

    def __init__(self, parts: Iterable[tuple[int, int]]) -> None:
        """Take (byte offset, length in bytes) in any order."""
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, length in sorted(parts):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], start + length)
            else:
                self._starts.append(start)
                self._ends.append(start + length)

    def hold(self, parts: Iterable[tuple[int, int]]) -> bool:
        """Whether every byte of other parts lies in these."""
        return all(self._hold(*part) for part in parts)

    def _hold(self, start: int, length: int) -> bool:
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and start + length <= self._ends[at]


class Placement:
    """Extents of entries, some 40 bytes of memory each."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._lengths = array("Q")
        self._ats = array("Q")
        self._numbers = array("q")
        self._sizes = array("Q")

    def add(self, entry: int, size: int, extents: Iterable[tuple[int, int]]) -> None:
        """Note where an entry's content of ``size`` bytes lies: (byte offset, length in bytes) in order."""
        at = 0
        for start, length in extents:
            self._starts.append(start)
            self._lengths.append(length)
            self._ats.append(at)
            self._numbers.append(entry)
            self._sizes.append(size)
            at += length

    def owners(self, places: Sequence[int]) -> dict[int, Owner]:
        """Whose content lies at these bytes of the media, given in order; the first entry noted for each."""
        found: dict[int, Owner] = {}
        for index, start in enumerate(self._starts):
            end = start + self._lengths[index]
            for place in places[bisect_left(places, start) : bisect_left(places, end)]:
                at = self._ats[index] + place - start
                found.setdefault(place, Owner(self._numbers[index], at, self._sizes[index]))
        return found
