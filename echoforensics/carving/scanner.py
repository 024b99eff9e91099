"""Noticing signatures in the media as it goes by, with hyperscan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hyperscan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Signature

#: Bytes of the block before that are looked at again, so that no match is cut in two. No signature matches more,
#: and none needs to look further ahead.
OVERLAP = 64 * 1024


class Scanner:
    """Finds where signatures match. Blocks are handed over in order; each begins with the end of the one before."""

    def __init__(self, signatures: Sequence[Signature]) -> None:
        """Compile the signatures.

        Raises:
            hyperscan.error: a pattern is none.
        """
        self._signatures = signatures
        self._database = hyperscan.Database()
        # Where a match begins costs time to follow; of a fixed width it need not be asked.
        flags = [
            hyperscan.HS_FLAG_DOTALL | (0 if each.width else hyperscan.HS_FLAG_SOM_LEFTMOST) for each in signatures
        ]
        self._database.compile(
            expressions=[each.pattern for each in signatures],
            ids=list(range(len(signatures))),
            elements=len(signatures),
            flags=flags,
        )
        self._scratch = hyperscan.Scratch(self._database)

    def matches(self, block: bytes, until: int) -> list[tuple[int, int]]:
        """Where signatures match in a block.

        Args:
            block: the bytes.
            until: only matches that begin before this byte of the block are given; the next block has the others.

        Returns:
            (byte in the block where the thing begins, number of the signature), sorted, each once. The byte is
            below 0 where the thing begins in the block before.
        """
        found: list[tuple[int, int]] = []
        add = found.append

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            add((end if widths[number] else start, number))

        widths = [each.width for each in self._signatures]
        self._database.scan(block, match_event_handler=matched, scratch=self._scratch)
        places = {(at - widths[number], number) for at, number in found}
        befores = [each.before for each in self._signatures]
        return sorted((at - befores[number], number) for at, number in places if at < until)
