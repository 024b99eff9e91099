"""Carves the media as it is read: notices signatures, examines their places, and keeps the valid items."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from heapq import merge
from typing import TYPE_CHECKING

import numpy as np

from echoforensics.carving.carved import Carved, CarvedRun, Reached
from echoforensics.carving.ogg import OggPages
from echoforensics.carving.pcm import PcmRuns
from echoforensics.carving.scanner import OVERLAP, FoundInBlock, SignatureScanner
from echoforensics.carving.signatures import all_signatures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from echoforensics.carving.carved import Sift, Signature, View

    #: The places in a block, or the items carved there, and the number of the signature that noticed them.
    GroupPlaces = tuple[Iterable[int | Carved | CarvedRun], int]

#: The most items to keep per source. Further items are counted and reported but not kept.
MAX_CARVED = 200_000


class _Family:
    """The signatures of one family: what one of them has carved is not examined again for another."""

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

    def places(self, found: FoundInBlock, view: View, block: bytes, base: int) -> Iterator[GroupPlaces]:
        """Yield the places worth examining, in order: one run per signature, or one by one."""
        given = [each for each in (self._group(group, found, view, block, base) for group in self._groups) if each]
        if len(given) <= 1:
            yield from given
            return
        numbered = [_numbered(*each) for each in given]
        for at, number in merge(
            *numbered, key=lambda each: each[0] if isinstance(each[0], int) else each[0].offset - base
        ):
            yield (at,), number

    def _group(
        self, group: tuple[Sift | None, list[int]], found: FoundInBlock, view: View, block: bytes, base: int
    ) -> GroupPlaces | None:
        sift, numbers = group
        present = [number for number in numbers if number in found]
        if not present:
            return None
        # They share a carver, so the first stands for all.
        if sift is None:
            return found.known[present[0]], present[0]
        return sift.worth(view, block, base, found.places(present), self.reached), present[0]


def _numbered(places: Iterable[int | Carved | CarvedRun], number: int) -> Iterator[tuple[int | Carved, int]]:
    for at in places:
        for one in at.items if isinstance(at, CarvedRun) else (at,):
            yield one, number


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the garbage collector: carving creates no cycles, and keeps thousands of objects."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _in_order(carved: list[Carved]) -> list[Carved]:
    """Sort by place; of items that begin at the same byte, the longer comes first."""
    starts = np.array([each.ranges[0][0] for each in carved], dtype=np.uint64)
    order = np.argsort(starts, kind="stable")
    if (np.diff(starts[order]) == 0).any():
        return sorted(carved, key=lambda each: (each.ranges[0][0], -each.length, each.kind))
    return [carved[number] for number in order.tolist()]


def with_joined(carved: list[Carved], ogg: OggPages, pcm: PcmRuns | None, most: int) -> tuple[list[Carved], int]:
    """Replace the first pieces of joined recordings with the whole, and add items that span many blocks.

    Args:
        carved: the items carved so far.
        ogg: the pages of recordings that lie apart.
        pcm: the sound without a header; None if it was not searched for.
        most: the most items to keep.

    Returns:
        The items in order of place, and how many more were left out.
    """
    joined = ogg.finish()
    begun = {(each.offset, each.suffix) for each in joined}
    if begun:
        carved = [each for each in carved if (each.offset, each.suffix) not in begun]
    if pcm is not None:
        joined += pcm.finish()
    room = max(0, most - len(carved))
    return _in_order(carved + joined[:room]), ogg.left_out + max(0, len(joined) - room)


class CarvingSearch:
    """Carves one source. Blocks are fed in order, from the first byte to the last."""

    def __init__(self, view: View, signatures: Sequence[Signature] = (), most: int = MAX_CARVED) -> None:
        """Take the media to carve from, and the signatures to search for: all of them by default."""
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
        with uncollected():
            self._feed(block)

    def _feed(self, block: bytes) -> None:
        self._hear(block, self._fed)
        self._fed += len(block)
        if len(block) <= OVERLAP:
            # A block this short is appended to the previous one.
            self._take(self._held + block, self._held_at)
            return
        # A match, or its context, may be cut where two blocks meet, so the seam is examined separately.
        self._look(self._held + block[:OVERLAP], self._held_at, len(self._held))
        self._take(block, self._held_at + len(self._held))

    def _hear(self, block: bytes, base: int) -> None:
        """Look for sound without a header in the next bytes."""
        if self._pcm is not None:
            self._pcm.feed(block, base)

    def finish(self) -> list[Carved]:
        """Return every carved item in order of place, after the last bytes were fed."""
        with uncollected():
            self._look_at_end()
            self.carved, beyond = with_joined(self.carved, self._ogg, self._pcm, self._most)
            self.beyond += beyond
        return self.carved

    def _look_at_end(self) -> None:
        self._look(self._held, self._held_at, len(self._held) + 1)
        self._held = b""

    def _take(self, block: bytes, base: int) -> None:
        """Examine a block except for its end, which is kept for the next call."""
        until = max(0, len(block) - OVERLAP)
        self._look(block, base, until)
        self._held, self._held_at = block[until:], base + until

    def _look(self, block: bytes, base: int, until: int) -> None:
        if not until:
            return
        found = self._scanner.matches(block, until)
        if found is None:
            return
        for family in self._families:
            for places, number in family.places(found, self._view, block, base):
                self._take_places(family.reached, places, self._signatures[number], block, base)

    def _take_places(
        self,
        reached: Reached,
        places: Iterable[int | Carved | CarvedRun],
        signature: Signature,
        block: bytes,
        base: int,
    ) -> None:
        for at in places:
            if isinstance(at, int):
                self._take_place(reached, signature, block, base, at)
            elif isinstance(at, CarvedRun) and at.items[0].offset >= reached.end:
                # Without a step for each, since there may be many thousands.
                reached.end = at.end
                room = max(0, self._most - len(self.carved))
                self.carved += at.items[:room]
                self.beyond += max(0, len(at.items) - room)
            else:
                for one in at.items if isinstance(at, CarvedRun) else (at,):
                    if one.offset >= reached.end:
                        self._keep(reached, one)

    def _take_place(self, reached: Reached, signature: Signature, block: bytes, base: int, at: int) -> None:
        place = base + at
        if place < 0 or (place < reached.end and not signature.nests):
            # Inside an item already carved: its parts look like its beginning.
            return
        if signature.leads is not None and at >= 0 and not signature.leads(block, at):
            return
        if (carved := signature.carve(self._view, place)) is not None:
            self._keep(reached, carved)

    def _keep(self, reached: Reached, carved: Carved) -> None:
        start, length = carved.ranges[0]
        reached.end = max(reached.end, start + length)
        self._add(carved)

    def _add(self, carved: Carved) -> None:
        if len(self.carved) < self._most:
            self.carved.append(carved)
        else:
            self.beyond += 1
