"""Noticing signatures in the media as it goes by, with hyperscan."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Signature

#: Bytes of the block before that are looked at again, so that no match is cut in two. No signature matches more,
#: and none needs to look further ahead.
OVERLAP = 64 * 1024


@lru_cache(maxsize=4)
def _compiled(patterns: tuple[tuple[bytes, int, int], ...]) -> hyperscan.Database:
    """The database of some patterns, each with its number and flags. To make it takes as long as to search 50 MiB."""
    database = hyperscan.Database()
    expressions, ids, flags = (list(each) for each in zip(*patterns, strict=True))
    database.compile(expressions=expressions, ids=ids, elements=len(ids), flags=flags)
    return database


class SignatureScanner:
    """Finds where signatures match. Blocks are handed over in order; each begins with the end of the one before."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        """Compile the signatures.

        Raises:
            hyperscan.error: a pattern is none.
        """
        self._befores = [each.before for each in signatures]
        self._widths = [each.width for each in signatures]
        alike: dict[bytes, list[int]] = {}
        for number, each in enumerate(signatures):
            alike.setdefault(each.pattern, []).append(number)
        # A pattern that several signatures share is looked for once; what it matches is the first one's.
        firsts = [numbers[0] for numbers in alike.values()]
        self._others = {numbers[0]: numbers[1:] for numbers in alike.values() if len(numbers) > 1}
        # Where a match begins costs time to follow; of a fixed width it need not be asked.
        follow = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SOM_LEFTMOST
        flags = [hyperscan.HS_FLAG_DOTALL if signatures[number].width else follow for number in firsts]
        self._database = _compiled(tuple(zip(alike, firsts, flags, strict=True)))
        self._scratch = hyperscan.Scratch(self._database)

    def matches(self, block: bytes, until: int) -> dict[int, list[int]]:
        """Where signatures match in a block.

        Args:
            block: the bytes.
            until: only matches that begin before this byte of the block are given; the next block has the others.

        Returns:
            By the number of a signature that matches: bytes in the block where the thing begins, ascending, each once.
            A byte is below 0 where the thing begins in the block before.
        """
        ends: list[list[int]] = [[] for _ in self._widths]
        adds, widths = [each.append for each in ends], self._widths

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            # Where a match of a fixed width begins follows from where it ends.
            adds[number](end if widths[number] else start)

        self._database.scan(block, match_event_handler=matched, scratch=self._scratch)
        found: dict[int, list[int]] = {}
        for number, places in enumerate(ends):
            if places:
                width, before = widths[number], self._befores[number]
                # A pattern without a fixed width matches once for each of its ends.
                starts = [end - width for end in places] if width else sorted(set(places))
                starts = starts[: bisect_left(starts, until)]
                for one in (number, *self._others.get(number, ())) if starts else ():
                    found[one] = [at - self._befores[one] for at in starts] if before or self._befores[one] else starts
        return found
