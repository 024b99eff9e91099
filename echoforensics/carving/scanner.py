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
        self._database = hyperscan.Database()
        # Where a match begins costs time to follow; of a fixed width it need not be asked.
        follow = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_SOM_LEFTMOST
        self._database.compile(
            expressions=list(alike),
            ids=firsts,
            elements=len(firsts),
            flags=[hyperscan.HS_FLAG_DOTALL if signatures[number].width else follow for number in firsts],
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
        add, widths = found.append, self._widths

        def matched(number: int, start: int, end: int, _flags: int, _context: object) -> None:
            width = widths[number]
            add((end - width if width else start, number))

        self._database.scan(block, match_event_handler=matched, scratch=self._scratch)
        if not found:
            return found
        # A pattern without a fixed width matches once for each of its ends.
        places = {place for place in found if place[0] < until}
        for number, others in self._others.items():
            starts = [at for at, of in places if of == number]
            places.update((at, other) for at in starts for other in others)
        befores = self._befores
        return sorted((at - befores[number], number) for at, number in places)
