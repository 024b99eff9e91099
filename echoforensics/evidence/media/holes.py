"""Records unreadable parts of media, which are returned as zeros and reported."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: How many parts to track separately, and how many to list.
MAX_PLACES = 100_000
MAX_LISTED = 100


class Holes:
    """Ranges of bytes, sorted and merged."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._reasons: list[str] = []
        self._more = False

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield (byte offset, length in bytes) in order."""
        return iter([(start, end - start) for start, end in zip(self._starts, self._ends, strict=True)])

    def within(self, offset: int, length: int) -> int:
        """Return how many of ``length`` bytes from an offset on lie in a hole."""
        first, last = bisect_right(self._ends, offset), bisect_left(self._starts, offset + length)
        return sum(
            min(self._ends[each], offset + length) - max(self._starts[each], offset) for each in range(first, last)
        )

    def add(self, start: int, end: int, reason: str) -> None:
        """Add the bytes from ``start`` up to ``end``. Bytes added before are not counted again."""
        first = bisect_left(self._ends, start)
        last = bisect_right(self._starts, end)
        if first == last and len(self._starts) >= MAX_PLACES:
            self._more = True
            return
        if first < last:
            start, end = min(start, self._starts[first]), max(end, self._ends[last - 1])
            reason = self._reasons[first]
        self._starts[first:last] = [start]
        self._ends[first:last] = [end]
        self._reasons[first:last] = [reason]

    def sentences(self, whole: str = "the media") -> tuple[str, ...]:
        """Describe what could not be read, one sentence per part; with very many parts, one sentence for the rest."""
        listed = [
            f"bytes {start} to {end - 1} of {whole} could not be read and are given as zeros: {reason}"
            for start, end, reason in zip(
                self._starts[:MAX_LISTED], self._ends[:MAX_LISTED], self._reasons[:MAX_LISTED], strict=True
            )
        ]
        if len(self._starts) > MAX_LISTED:
            rest = sum(e - s for s, e in zip(self._starts[MAX_LISTED:], self._ends[MAX_LISTED:], strict=True))
            least = "at least " if self._more else ""
            listed.append(
                f"{least}{len(self._starts) - MAX_LISTED} more places of {whole}, {rest} bytes together, could not be"
                " read and are given as zeros"
            )
        return tuple(listed)


class HoleReader:
    """Reads despite damage: unreadable bytes become zeros and are recorded as holes.

    Attributes:
        holes: the parts found unreadable so far.
    """

    def __init__(self, read: Callable[[int, int], bytes], unit: int, size: int) -> None:
        """Take a function that reads (byte offset, size), the bytes that fail together, and the media size in bytes."""
        self._read = read
        self._unit = unit
        self._size = size
        self.holes = Holes()

    def read(self, offset: int, size: int) -> bytes:
        """Read ``size`` bytes at an offset. Never raises for unreadable bytes."""
        data, _ = self._try(offset, size)
        if data is not None:
            return data
        pieces: list[bytes] = []
        at, end = offset, offset + size
        while at < end:
            # Whole units, so that the reported parts do not depend on who reads what.
            first = at - at % self._unit
            last = min(first + self._unit, self._size)
            data, reason = self._try(first, last - first)
            if data is None:
                self.holes.add(first, last, reason)
                data = bytes(last - first)
            pieces.append(data[at - first : end - first])
            at = last
        return b"".join(pieces)

    def _try(self, offset: int, size: int) -> tuple[bytes | None, str]:
        try:
            data = self._read(offset, size)
        except OSError as error:
            return None, error.strerror or (str(error).splitlines() or ["unknown reason"])[0]
        if len(data) != size:
            return None, "the image ends before them"
        return data, ""
