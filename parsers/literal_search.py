"""Whether some bytes hold any of many words, in one pass with hyperscan."""

from __future__ import annotations

from contextlib import suppress
from threading import local
from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Iterable


class LiteralSearch:
    """Some words, looked for all at once."""

    def __init__(self, words: Iterable[bytes], *, any_case: bool = False) -> None:
        """Take the words; none is empty.

        Args:
            words: the words.
            any_case: whether letters of ASCII are looked for in upper and lower case.
        """
        self._words = words = tuple(words)
        # Each byte by its number: a zero byte would end the expression.
        expressions = ["".join(f"\\x{byte:02x}" for byte in word).encode("ascii") for word in words]
        self._database = hyperscan.Database()
        flags = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
        if any_case:
            flags |= hyperscan.HS_FLAG_CASELESS
        self._database.compile(
            expressions=expressions,
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[flags] * len(expressions),
        )
        # Threads may search at the same time: each has room of its own.
        self._rooms = local()

    def is_in(self, content: bytes) -> bool:
        """Whether some bytes hold one of the words."""
        return bool(self._found(content, most=1))

    def present(self, content: bytes) -> frozenset[bytes]:
        """The words that some bytes hold."""
        return frozenset(self._words[number] for number in self._found(content, most=len(self._words)))

    def _found(self, content: bytes, most: int) -> set[int]:
        """The numbers of the words in some bytes, or of as many as are asked for."""
        found: set[int] = set()

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            found.add(number)
            return len(found) >= most

        if not hasattr(self._rooms, "scratch"):
            self._rooms.scratch = hyperscan.Scratch(self._database)
        if content:
            with suppress(hyperscan.ScanTerminated):
                self._database.scan(content, match_event_handler=matched, scratch=self._rooms.scratch)
        return found
