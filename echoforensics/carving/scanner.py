"""Matches signatures in the media's blocks with hyperscan."""

from __future__ import annotations

from bisect import bisect_left
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import hyperscan
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import BlockPlaces, Signature

#: How many bytes of the previous block to scan again, so that no match is cut in two. No signature matches more bytes
#: or needs to look further ahead.
OVERLAP = 64 * 1024


@lru_cache(maxsize=4)
def _compiled(patterns: tuple[tuple[bytes, int, int], ...]) -> hyperscan.Database:
    """Compile a database of patterns, each with its number and flags. This takes as long as searching 50 MiB."""
    database = hyperscan.Database()
    expressions, ids, flags = (list(each) for each in zip(*patterns, strict=True))
    database.compile(expressions=expressions, ids=ids, elements=len(ids), flags=flags)
    return database


class KnownPlaces:
    """The known places in a block (see :class:`~echoforensics.carving.carved.BlockPlaces`)."""

    def __init__(self, places: Sequence[int]) -> None:
        """Take the places in ascending order."""
        self._places = places

    def following(self, at: int) -> int | None:
        """Return the first place at or after an offset in the block. None if there is none."""
        index = bisect_left(self._places, at)
        return self._places[index] if index < len(self._places) else None

    def between(self, begin: int, end: int) -> Sequence[int]:
        """Return the places from one offset in the block up to, but not including, another."""
        return self._places[bisect_left(self._places, begin) : bisect_left(self._places, end)]


#: How many bytes of a block to search per step for the next place.
_AHEAD = (4 * 1024, 64 * 1024)
#: From this many places of a signature in a block on, they are weeded all at once.
_MANY = 32
#: After this many requests for the next place of a block, all its places are looked up, if the answers lay at most this
#: many bytes apart.
_QUESTIONS, _APART = 64, 1024


class LaterRoom:
    """The tables for looking up places that are located later.

    Attributes:
        widths: maps a signature's number to the width of its matches in bytes.
        longest: the greatest of these widths.
    """

    def __init__(self, signatures: Sequence[tuple[int, Signature]]) -> None:
        """Take the signatures with their numbers."""
        self.widths = {number: each.width for number, each in signatures}
        self.longest = max(self.widths.values())
        self.database = _compiled(
            tuple((each.pattern, number, int(hyperscan.HS_FLAG_DOTALL)) for number, each in signatures)
        )
        self.scratch = hyperscan.Scratch(self.database)


class LaterPlaces:
    """Looks up places in a block only on request: usually nothing around them is worth carving.

    The places belong to signatures whose matches have a fixed width and never lie inside each other.
    """

    def __init__(self, room: LaterRoom, block: bytes, until: int) -> None:
        """Take the lookup tables, the block, and the offset before which its bytes count."""
        self._room, self._block, self._until = room, block, until
        self._asked = self._begun = self._last = 0
        self._every: KnownPlaces | None = None

    def following(self, at: int) -> int | None:
        """Return the first place at or after an offset in the block. None if there is none."""
        # One caller only moves forward; a new caller starts over.
        self._asked, self._begun = (self._asked + 1, self._begun) if at >= self._last else (0, at)
        self._last = at
        if self._every is None and self._asked > _QUESTIONS and at - self._begun < self._asked * _APART:
            self._every = KnownPlaces(self._within(0, self._until))
        if self._every is not None:
            return self._every.following(at)
        for size in (*_AHEAD, len(self._block)):
            end = min(at + size, self._until)
            if at < end and (found := self._within(at, end, most=1)):
                return found[0]
            at = end
        return None

    def between(self, begin: int, end: int) -> Sequence[int]:
        """Return the places from one offset in the block up to, but not including, another."""
        if self._every is not None:
            return self._every.between(begin, end)
        begin, end = max(begin, 0), min(end, self._until)
        return self._within(begin, end) if begin < end else ()

    def _within(self, begin: int, end: int, most: int = 0) -> list[int]:
        found: list[int] = []
        add, widths = found.append, self._room.widths

        def matched(number: int, _start: int, behind: int, _flags: int, _context: object) -> bool:
            add(begin + behind - widths[number])
            return len(found) == most

        text = self._block[begin : end + self._room.longest - 1]
        with suppress(hyperscan.ScanTerminated):
            self._room.database.scan(text, match_event_handler=matched, scratch=self._room.scratch)
        # The ends are sorted, so the starts are too, because no match lies inside another.
        return found[: bisect_left(found, end)]


class SignatureScanner:
    """Finds where signatures match in consecutive blocks. Each block begins with the end of the previous one."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        """Compile the signatures.

        Raises:
            hyperscan.error: a pattern is invalid.
        """
        self._befores = [each.before for each in signatures]
        self._widths = [each.width for each in signatures]
        self._weeds = [each.weed for each in signatures]
        alike: dict[bytes, list[int]] = {}
        for number, each in enumerate(signatures):
            alike.setdefault(each.pattern, []).append(number)
        # A pattern shared by several signatures is compiled once; its matches are reported for the first of them.
        firsts = [numbers[0] for numbers in alike.values()]
        self._others = {numbers[0]: numbers[1:] for numbers in alike.values() if len(numbers) > 1}
        # Tracking the start of a match costs time; a fixed width makes it unnecessary.
        follow = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SOM_LEFTMOST
        later = [
            (number, signatures[number])
            for number in firsts
            if all(signatures[one].is_located_later for one in (number, *self._others.get(number, ())))
        ]
        self._later_numbers = {number for number, _ in later}
        self._later = LaterRoom(later) if later else None
        once = int(hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH)
        flags = [once if number in self._later_numbers else _flags(signatures[number], follow) for number in firsts]
        self._database = _compiled(tuple(zip(alike, firsts, flags, strict=True)))
        self._scratch = hyperscan.Scratch(self._database)

    def matches(self, block: bytes, until: int) -> FoundInBlock | None:
        """Find where signatures match in a block. Returns None if none does.

        Args:
            block: the bytes to search.
            until: return only matches that begin before this offset; the next block yields the others.
        """
        ends: list[list[int]] = [[] for _ in self._widths]
        adds = [(each.append, width) for each, width in zip(ends, self._widths, strict=True)]

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            # A fixed width gives the start of a match from its end.
            add, width = adds[number]
            add(end if width else start)

        self._database.scan(block, match_event_handler=matched, scratch=self._scratch)
        known: dict[int, Sequence[int]] = {}
        later: set[int] = set()
        for number, places in enumerate(ends):
            if places and (starts := self._starts(number, places, until)):
                if number in self._later_numbers:
                    later.update((number, *self._others.get(number, ())))
                    continue
                for one in (number, *self._others.get(number, ())):
                    if given := self._given(one, starts, block):
                        known[one] = given
        if not known and not later:
            return None
        return FoundInBlock(known, later, LaterPlaces(self._later, block, until) if self._later and later else None)

    def _starts(self, number: int, places: list[int], until: int) -> list[int]:
        """Return where a signature matches before an offset in the block, ascending and without duplicates."""
        width = self._widths[number]
        # A pattern without a fixed width matches once for each possible end.
        starts = [end - width for end in places] if width else sorted(set(places))
        return starts[: bisect_left(starts, until)]

    def _given(self, number: int, starts: list[int], block: bytes) -> list[int]:
        """Return where the signature's item begins, without the places that ``weed`` rejects."""
        before, weed = self._befores[number], self._weeds[number]
        places = [at - before for at in starts] if before else starts
        if weed is None or len(places) < _MANY:
            return places
        looked = np.array(places)
        kept: list[int] = looked[weed(block, looked)].tolist()
        return kept


class FoundInBlock:
    """The places in a block where signatures match.

    Attributes:
        known: maps a signature's number to the offsets in the block where the item begins, ascending and without
            duplicates. An offset is negative if the item begins in the previous block.
        later: the numbers of signatures that match but are located only on request.
    """

    def __init__(self, known: dict[int, Sequence[int]], later: set[int], where: BlockPlaces | None) -> None:
        """Take the known places, the other signatures that match, and how to locate those."""
        self.known = known
        self.later = later
        self._where = where

    def __contains__(self, number: int) -> bool:
        return number in self.known or number in self.later

    def places(self, numbers: Sequence[int]) -> BlockPlaces:
        """Return the places of some signatures, which must be all known or all located later."""
        if self._where is not None and numbers[0] in self.later:
            return self._where
        if len(numbers) == 1:
            return KnownPlaces(self.known[numbers[0]])
        return KnownPlaces(sorted(chain(*(self.known[number] for number in numbers))))


def _flags(signature: Signature, follow: int) -> int:
    return int(hyperscan.HS_FLAG_DOTALL) if signature.width else follow
