"""Carving as the media goes by: signatures are noticed, their places looked at, what holds together is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.carving.ogg import OggPages
from echoforensics.carving.pcm import PcmRuns
from echoforensics.carving.scanner import OVERLAP, SignatureScanner
from echoforensics.carving.signatures import all_signatures

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.carving.carved import Carved, Signature, View

#: Things kept of one source. What is beyond is counted and reported, not kept.
MAX_CARVED = 200_000


class CarvingSearch:
    """Carves one source. Blocks are handed over in order, from the first byte to the last."""

    def __init__(self, view: View, signatures: Sequence[Signature] = (), most: int = MAX_CARVED) -> None:
        """Take the media to look at where something was noticed, and what to look for: everything by default."""
        self._ogg = OggPages()
        self._pcm = None if signatures else PcmRuns()
        self._fed = 0
        self._signatures = signatures = (*(signatures or all_signatures()), self._ogg.signature)
        self._scanner = SignatureScanner(signatures)
        self._view = view
        self._most = most
        self._held = b""
        self._held_at = 0
        self._ends = {each.family: 0 for each in signatures}
        self.carved: list[Carved] = []
        self.beyond = 0

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the media."""
        if self._pcm is not None:
            self._pcm.feed(block, self._fed)
        self._fed += len(block)
        if len(block) <= OVERLAP:
            # So short a block is put behind the one before.
            self._take(self._held + block, self._held_at)
            return
        # Where two blocks meet, a match, and what it is judged by, may be cut: the seam is looked at by itself.
        self._look(self._held + block[:OVERLAP], self._held_at, len(self._held))
        self._take(block, self._held_at + len(self._held))

    def finish(self) -> list[Carved]:
        """The last bytes were handed over: everything that was carved, in order of place."""
        self._look(self._held, self._held_at, len(self._held) + 1)
        self._held = b""
        self._join()
        self.carved.sort(key=lambda each: (each.offset, -each.length, each.kind))
        return self.carved

    def _join(self) -> None:
        """Put recordings that were joined in the place of their first pieces, and add what runs over many blocks."""
        joined = self._ogg.finish()
        begun = {(each.offset, each.suffix) for each in joined}
        self.carved = [each for each in self.carved if (each.offset, each.suffix) not in begun]
        if self._pcm is not None:
            joined += self._pcm.finish()
        self.beyond += self._ogg.left_out + max(0, len(self.carved) + len(joined) - self._most)
        self.carved += joined[: max(0, self._most - len(self.carved))]

    def _take(self, block: bytes, base: int) -> None:
        """Look at a block but for its end, which is held for the next."""
        until = max(0, len(block) - OVERLAP)
        self._look(block, base, until)
        self._held, self._held_at = block[until:], base + until

    def _look(self, block: bytes, base: int, until: int) -> None:
        if not until:
            return
        signatures, ends = self._signatures, self._ends
        for at, number in self._scanner.matches(block, until):
            signature = signatures[number]
            place = base + at
            if place < 0 or (place < ends[signature.family] and not signature.nests):
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
