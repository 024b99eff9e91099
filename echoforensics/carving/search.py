"""Carving as the media goes by: signatures are noticed, their places looked at, what holds together is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.scanner import OVERLAP, Scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Carved, Signature, View

#: Things kept of one source. What is beyond is counted and told, not kept.
MAX_CARVED = 200_000


class Search:
    """Carves one source. Blocks are handed over in order, from the first byte to the last."""

    def __init__(self, signatures: Sequence[Signature], view: View, most: int = MAX_CARVED) -> None:
        """Take what to look for, and the media to look at where something was noticed."""
        self._signatures = signatures
        self._scanner = Scanner(signatures)
        self._view = view
        self._most = most
        self._held = b""
        self._held_at = 0
        self._ends = {each.family: 0 for each in signatures}
        self.carved: list[Carved] = []
        self.beyond = 0

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the media."""
        # The end of the block before is looked at again with this one: a match, and what it is judged by, may be cut.
        joined = b"".join((self._held, block))
        keep = min(OVERLAP, len(joined))
        self._look(joined, len(joined) - keep)
        self._held = joined[len(joined) - keep :]
        self._held_at += len(joined) - keep

    def finish(self) -> list[Carved]:
        """The last bytes were handed over: everything that was carved, in order of place."""
        self._look(self._held, len(self._held) + 1)
        self._held = b""
        self.carved.sort(key=lambda each: (each.offset, -each.length, each.kind))
        return self.carved

    def _look(self, block: bytes, until: int) -> None:
        base, signatures, ends = self._held_at, self._signatures, self._ends
        for at, number in self._scanner.matches(block, until):
            signature = signatures[number]
            place = base + at
            if place < ends[signature.family] or place < 0:
                # Within what was carved already: the parts of a thing look like its beginning.
                continue
            if signature.leads is not None and at >= 0 and not signature.leads(block, at):
                continue
            if (carved := signature.carve(self._view, place)) is not None:
                self._keep(carved, signature)

    def _keep(self, carved: Carved, signature: Signature) -> None:
        start, length = carved.ranges[0]
        self._ends[signature.family] = max(self._ends[signature.family], start + length)
        if len(self.carved) < self._most:
            self.carved.append(carved)
        else:
            self.beyond += 1
