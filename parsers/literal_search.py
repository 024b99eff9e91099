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

    def __init__(self, words: Iterable[bytes]) -> None:
        """Take the words; none is empty."""
        # Each byte by its number: a zero byte would end the expression.
        expressions = ["".join(f"\\x{byte:02x}" for byte in word).encode("ascii") for word in words]
        self._database = hyperscan.Database()
        flags = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SINGLEMATCH
        self._database.compile(
            expressions=expressions,
            ids=[0] * len(expressions),
            elements=len(expressions),
            flags=[flags] * len(expressions),
        )
        # Threads may search at the same time: each has room of its own.
        self._rooms = local()

    def is_in(self, content: bytes) -> bool:
        """Whether some bytes hold one of the words."""
        found = False

        def matched(_number: int, _start: int, _end: int, _flags: int, _context: object) -> bool:
            nonlocal found
            found = True
            return True

        if not hasattr(self._rooms, "scratch"):
            self._rooms.scratch = hyperscan.Scratch(self._database)
        if content:
            with suppress(hyperscan.ScanTerminated):
                self._database.scan(content, match_event_handler=matched, scratch=self._rooms.scratch)
        return found
