"""One look at the head of a file for what every parser needs to find there, before any of them is asked.

A parser may state patterns of which the head of each file that it claims matches one (:attr:`Parser.needs`). All of
them are looked for at once, with hyperscan; a parser whose patterns match nowhere is not asked.
"""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
from threading import local
from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from parsers.parser import Parser, Source


#: Sets of patterns for which it is remembered who is asked.
_MOST_REMEMBERED = 1024


class ClaimIndex:
    """What some parsers need to find."""

    def __init__(self, needs: tuple[tuple[bytes, ...], ...]) -> None:
        """Take the patterns of each parser, in the order in which they are asked; none for one that is always asked.

        Raises:
            hyperscan.error: a pattern is none that hyperscan reads.
        """
        numbers = {patterns: number for number, patterns in enumerate(sorted({each for each in needs if each}))}
        self._bits = [1 << numbers[each] if each else 0 for each in needs]
        self._every = (1 << len(numbers)) - 1
        # By what was found, the numbers of the parsers that are asked: most files are of few kinds.
        self._asked: dict[int, tuple[int, ...]] = {}
        self._database: hyperscan.Database | None = None
        if numbers:
            patterns = [(pattern, number) for each, number in numbers.items() for pattern in each]
            self._database = hyperscan.Database()
            self._database.compile(
                expressions=[pattern for pattern, _ in patterns],
                ids=[number for _, number in patterns],
                elements=len(patterns),
                flags=[hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH]
                * len(patterns),
            )
        # A source is searched while the files of it are matched: each thread has room of its own to scan in.
        self._rooms = local()

    def asked(self, parsers: tuple[Parser, ...], head: bytes) -> list[Parser]:
        """Those of the parsers that may claim a file with a head."""
        found = self._found(head)
        numbers = self._asked.get(found)
        if numbers is None:
            if len(self._asked) >= _MOST_REMEMBERED:
                self._asked.clear()
            numbers = tuple(number for number, bit in enumerate(self._bits) if not bit or found & bit)
            self._asked[found] = numbers
        return [parsers[number] for number in numbers]

    def _found(self, head: bytes) -> int:
        found = 0

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            nonlocal found
            found |= 1 << number
            return found == self._every

        if self._database is not None and head:
            if not hasattr(self._rooms, "scratch"):
                self._rooms.scratch = hyperscan.Scratch(self._database)
            with suppress(hyperscan.ScanTerminated):
                self._database.scan(head, match_event_handler=matched, scratch=self._rooms.scratch)
        return found


@lru_cache(maxsize=8)
def _index(kinds: tuple[type[Parser], ...]) -> ClaimIndex:
    return ClaimIndex(tuple(kind.needs for kind in kinds))


def worth_asking(source: Source, parsers: tuple[Parser, ...]) -> list[Parser]:
    """Those of some parsers that may claim a file."""
    return _index(tuple(map(type, parsers))).asked(parsers, source.head)
