"""The location of entries' content on the media."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


class Owner(NamedTuple):
    """The owner of a byte of the media.

    Attributes:
        entry: the entry's number in the case.
        at: offset of the byte in the entry's content; at or beyond its size in the slack of its last block.
        size: size of the entry's content in bytes.
    """

    entry: int
    at: int
    size: int

    @property
    def in_slack(self) -> bool:
        """Whether the byte is after the content, in the rest of its last block."""
        return self.at >= self.size


class Piece(NamedTuple):
    """A piece of content: its byte offset and length on the media, and whether the content continues elsewhere."""

    start: int
    length: int
    goes_on: bool


class Ranges:
    """Ranges of the media, merged if they touch or overlap."""

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
        """Whether these ranges contain every byte of other ranges."""
        return not any(True for part in parts for _ in self.outside(*part))

    def outside(self, start: int, length: int) -> Iterator[tuple[int, int]]:
        """The parts of one range outside these: (byte offset, length in bytes) in order."""
        end = start + length
        index = bisect_right(self._starts, start) - 1
        if index >= 0:
            start = max(start, self._ends[index])
        while start < end:
            index += 1
            until = min(end, self._starts[index]) if index < len(self._starts) else end
            if until > start:
                yield start, until - start
            start = self._ends[index] if index < len(self._ends) else end


class Placement:
    """Extents of entries, at some 40 bytes of memory each."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._lengths = array("Q")
        self._ats = array("Q")
        self._numbers = array("q")
        self._sizes = array("Q")
        self._deleted = array("B")

    def add(self, entry: int, size: int, extents: Iterable[tuple[int, int]], *, deleted: bool = False) -> None:
        """Add the extents of an entry's content of ``size`` bytes: (byte offset, length in bytes) in order."""
        at = 0
        for start, length in extents:
            self._starts.append(start)
            self._lengths.append(length)
            self._ats.append(at)
            self._numbers.append(entry)
            self._sizes.append(size)
            self._deleted.append(deleted)
            at += length

    def owners(self, places: Sequence[int]) -> dict[int, Owner]:
        """Return the owners of bytes of the media, given in order.

        Of several entries, the first one added wins, but a deleted one only if there is no other: its blocks
        may have been reused by another file.
        """
        found: dict[int, Owner] = {}
        for deleted in (False, True):
            for index, start in enumerate(self._starts):
                if self._deleted[index] != deleted:
                    continue
                end = start + self._lengths[index]
                for place in places[bisect_left(places, start) : bisect_left(places, end)]:
                    at = self._ats[index] + place - start
                    found.setdefault(place, Owner(self._numbers[index], at, self._sizes[index]))
        return found

    def content(self, ends: Mapping[int, int]) -> Iterator[Piece]:
        """Yield the pieces with the first bytes of some entries. Entries with holes are left out.

        Args:
            ends: number of bytes, by the entry's number.
        """
        placed: dict[int, int] = dict.fromkeys(ends, 0)
        for index, number in enumerate(self._numbers):
            if number in placed:
                placed[number] += self._lengths[index]
        for index, number in enumerate(self._numbers):
            if number in ends and placed[number] >= self._sizes[index]:
                length = min(self._lengths[index], ends[number] - self._ats[index])
                if length > 0:
                    yield Piece(self._starts[index], length, self._ats[index] + length < ends[number])
