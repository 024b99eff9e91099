"""Search the head of a file once for the patterns that all parsers need, before any parser is asked.

A parser may state patterns, one of which matches the head of every file that it claims (:attr:`Parser.needs`). All
patterns are searched at once, with hyperscan; a parser without a match is not asked.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from threading import Lock, local
from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from parsers.parser import Parser, Source


#: How many sets of matching patterns have their parsers cached.
_MOST_REMEMBERED = 1024


_COMPILING = Lock()
#: A zero byte in a pattern.
_ZERO = re.compile(rb"\0|\\0|\\x00")


class ClaimIndex:
    """The patterns that a group of parsers need."""

    def __init__(self, needs: tuple[tuple[bytes, ...], ...], others: tuple[tuple[bytes, ...], ...] = ()) -> None:
        """Store each parser's patterns, in the order of asking; no patterns for a parser that is always asked.

        Args:
            needs: the patterns of each parser.
            others: patterns of other parsers, so that indexes of several groups share one compiled database.

        Raises:
            hyperscan.error: hyperscan cannot compile a pattern.
        """
        searched = tuple(sorted({each for each in (*needs, *others) if each}))
        numbers = {patterns: number for number, patterns in enumerate(searched)}
        self._bits = [1 << numbers[each] if each else 0 for each in needs]
        self._every = sum(set(self._bits))
        # The parsers to ask, by the set of matches: most files are of few kinds.
        self._asked: dict[int, tuple[int, ...]] = {}
        # Threads that come at once wait for the first.
        with _COMPILING:
            self._plain, self._with_zeros = _compiled(searched) if self._every else (None, None)
        # Several threads may search at once: each has its own scratch space.
        self._rooms = local()

    def asked(self, parsers: tuple[Parser, ...], head: bytes) -> list[Parser]:
        """Return the parsers that may claim a file with this head."""
        found = self._found(head)
        numbers = self._asked.get(found)
        if numbers is None:
            if len(self._asked) >= _MOST_REMEMBERED:
                self._asked.clear()
            numbers = tuple(number for number, bit in enumerate(self._bits) if not bit or found & bit)
            self._asked[found] = numbers
        return [parsers[number] for number in numbers]

    def _found(self, head: bytes) -> int:
        """The bits of the patterns that match: those with a zero byte in the head as it is, others without its own."""
        found = self._scanned(self._with_zeros, head, 0)
        return self._scanned(self._plain, head.translate(None, b"\0") if b"\0" in head else head, found)

    def _scanned(self, database: hyperscan.Database | None, content: bytes, found: int) -> int:
        if database is None or not content or found == self._every:
            return found

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            nonlocal found
            found |= 1 << number & self._every
            return found == self._every

        scratches = vars(self._rooms).setdefault("scratches", {})
        if (scratch := scratches.get(id(database))) is None:
            scratch = scratches[id(database)] = hyperscan.Scratch(database)
        with suppress(hyperscan.ScanTerminated):
            database.scan(content, match_event_handler=matched, scratch=scratch)
        return found


@lru_cache(maxsize=4)
def _compiled(needs: tuple[tuple[bytes, ...], ...]) -> tuple[hyperscan.Database | None, hyperscan.Database | None]:
    """Compile patterns, each with the number of its group: those without a zero byte, and those with one."""
    patterns = [(pattern, number) for number, each in enumerate(needs) for pattern in each]
    with_zeros = [_ZERO.search(pattern) is not None for pattern, _ in patterns]
    return (
        _database([each for each, zero in zip(patterns, with_zeros, strict=True) if not zero]),
        _database([each for each, zero in zip(patterns, with_zeros, strict=True) if zero]),
    )


def _database(patterns: list[tuple[bytes, int]]) -> hyperscan.Database | None:
    if not patterns:
        return None
    database = hyperscan.Database()
    database.compile(
        expressions=[pattern for pattern, _ in patterns],
        ids=[number for _, number in patterns],
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
    )
    return database


@lru_cache(maxsize=8)
def _index(kinds: tuple[type[Parser], ...], others: tuple[tuple[bytes, ...], ...]) -> ClaimIndex:
    return ClaimIndex(tuple(kind.needs for kind in kinds), others)


def worth_asking(
    source: Source, parsers: tuple[Parser, ...], others: tuple[tuple[bytes, ...], ...] = ()
) -> list[Parser]:
    """Return those of the given parsers that may claim a file.

    Args:
        source: the file.
        parsers: the parsers.
        others: the patterns of all parsers, of which some are given here (see :class:`ClaimIndex`).
    """
    return _index(tuple(map(type, parsers)), others).asked(parsers, source.head)
