"""Search bytes for any of many words, in one pass with hyperscan."""

from __future__ import annotations

from contextlib import suppress
from threading import local
from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Iterable


class LiteralSearch:
    """A set of words to search for at once."""

    def __init__(self, words: Iterable[bytes], *, any_case: bool = False, every_place: bool = False) -> None:
        """Compile the words; none may be empty.

        Args:
            words: the words.
            any_case: whether to ignore the case of ASCII letters.
            every_place: whether :meth:`ends` is asked too.
        """
        self._words = words = tuple(words)
        # Bytes are written by number because a zero byte would end the expression.
        expressions = ["".join(f"\\x{byte:02x}" for byte in word).encode("ascii") for word in words]
        self._database = hyperscan.Database()
        flags = hyperscan.HS_FLAG_DOTALL | (0 if every_place else hyperscan.HS_FLAG_SINGLEMATCH)
        if any_case:
            flags |= hyperscan.HS_FLAG_CASELESS
        self._database.compile(
            expressions=expressions,
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[flags] * len(expressions),
        )
        # Threads may search concurrently: each has its own scratch space.
        self._rooms = local()

    def is_in(self, content: bytes) -> bool:
        """Whether some bytes contain one of the words."""
        return bool(self._found(content, most=1))

    def present(self, content: bytes) -> frozenset[bytes]:
        """Return the words that some bytes contain."""
        return frozenset(self._words[number] for number in self._found(content, most=len(self._words)))

    def ends(self, content: bytes) -> list[int]:
        """Return where the words in some bytes end, each place of each word. Needs ``every_place``."""
        ends: list[int] = []
        if content:
            self._database.scan(
                content, match_event_handler=lambda *match: ends.append(match[2]), scratch=self._scratch
            )
        return ends

    @property
    def _scratch(self) -> hyperscan.Scratch:
        if not hasattr(self._rooms, "scratch"):
            self._rooms.scratch = hyperscan.Scratch(self._database)
        scratch: hyperscan.Scratch = self._rooms.scratch
        return scratch

    def _found(self, content: bytes, most: int) -> set[int]:
        """Return the numbers of the words in some bytes, up to a limit."""
        found: set[int] = set()

        def matched(number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            found.add(number)
            return len(found) >= most

        if content:
            with suppress(hyperscan.ScanTerminated):
                self._database.scan(content, match_event_handler=matched, scratch=self._scratch)
        return found
