"""Carving as the media goes by: signatures are noticed, their places looked at, what holds together is kept."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from heapq import merge
from itertools import chain
from typing import TYPE_CHECKING

from echoforensics.carving.carved import Reached
from echoforensics.carving.ogg import OggPages
from echoforensics.carving.pcm import PcmRuns
from echoforensics.carving.scanner import OVERLAP, SignatureScanner
from echoforensics.carving.signatures import all_signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from echoforensics.carving.carved import Carved, Sift, Signature, View

#: Things kept of one source. What is beyond is counted and reported, not kept.
MAX_CARVED = 200_000


class _Family:
    """Signatures of one family: for what one of them carved, no other is looked at again."""

    def __init__(self, members: Sequence[tuple[int, Signature]]) -> None:
        """Take the signatures with their numbers."""
        self.reached = Reached()
        alike: dict[object, list[int]] = {}
        for number, each in members:
            alike.setdefault(each.sift or number, []).append(number)
        signatures = dict(members)
        self._groups = [
            (sift() if (sift := signatures[numbers[0]].sift) else None, numbers) for numbers in alike.values()
        ]

    def places(
        self, found: dict[int, list[int]], view: View, block: bytes, base: int
    ) -> Iterable[tuple[int | Carved, int]]:
        """(byte in the block, number of the signature) for each place that is worth a look, in order."""
        given = [each for each in (self._group(group, found, view, block, base) for group in self._groups) if each]
        if len(given) == 1:
            return given[0]
        return merge(*given, key=lambda each: each[0] if isinstance(each[0], int) else each[0].offset - base)

    def _group(
        self, group: tuple[Sift | None, list[int]], found: dict[int, list[int]], view: View, block: bytes, base: int
    ) -> Iterable[tuple[int | Carved, int]]:
        sift, numbers = group
        present = [number for number in numbers if number in found]
        if not present:
            return ()
        if sift is None:
            lists = [_numbered(found[number], number) for number in present]
            return lists[0] if len(lists) == 1 else merge(*lists)
        # They are carved alike: the first stands for all.
        every = found[present[0]] if len(present) == 1 else sorted(chain(*(found[number] for number in present)))
        return _numbered(sift.worth(view, block, base, every, self.reached), present[0])


def _numbered(places: Iterable[int | Carved], number: int) -> Iterator[tuple[int | Carved, int]]:
    return ((at, number) for at in places)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without a search for unreachable objects meanwhile: what is carved makes none, and is kept by thousands."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _order(carved: Carved) -> tuple[int, int, str]:
    """By its place; what is longer stands first."""
    return carved.ranges[0][0], -carved.length, carved.kind


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
        members: dict[str, list[tuple[int, Signature]]] = {}
        for number, each in enumerate(signatures):
            members.setdefault(each.family, []).append((number, each))
        self._families = [_Family(each) for each in members.values()]
        self.carved: list[Carved] = []
        self.beyond = 0

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the media."""
        with _uncollected():
            self._feed(block)

    def _feed(self, block: bytes) -> None:
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
        self.carved.sort(key=_order)
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
        found = self._scanner.matches(block, until)
        for family in self._families if found else ():
            for at, number in family.places(found, self._view, block, base):
                if isinstance(at, int):
                    self._take_place(family.reached, self._signatures[number], block, base, at)
                elif at.ranges[0][0] >= family.reached.end:
                    self._keep(family.reached, at)

    def _take_place(self, reached: Reached, signature: Signature, block: bytes, base: int, at: int) -> None:
        place = base + at
        if place < 0 or (place < reached.end and not signature.nests):
            # Within what was carved already: the parts of a thing look like its beginning.
            return
        if signature.leads is not None and at >= 0 and not signature.leads(block, at):
            return
        if (carved := signature.carve(self._view, place)) is not None:
            self._keep(reached, carved)

    def _keep(self, reached: Reached, carved: Carved) -> None:
        start, length = carved.ranges[0]
        reached.end = max(reached.end, start + length)
        if len(self.carved) < self._most:
            self.carved.append(carved)
        else:
            self.beyond += 1
