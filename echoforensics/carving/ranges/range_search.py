"""Carves a source in ranges, each by any process, and joins what they find to what one search would find.

A search remembers little of what it has read: how far each family of signatures has carved, how far Ogg pages were
followed, and the JSON text that it is in. So a range is searched from a block before its beginning on, and notes what
it remembers there. Where the range before it ends with the same, both have searched as one search would have; where it
does not, because a large item lies across the border, the range is searched again with what is remembered there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from chain_of_custody.digest import BLOCK_SIZE
from echoforensics.carving.carved import View
from echoforensics.carving.json_fragment import text_reaching
from echoforensics.carving.ogg import FoundPages, OggPages
from echoforensics.carving.pcm import PcmRuns, SoundPlaces
from echoforensics.carving.scanner import OVERLAP
from echoforensics.carving.search import MAX_CARVED, CarvingSearch, uncollected, with_joined
from echoforensics.evidence.streams import buffered

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Iterable, Sequence
    from typing import BinaryIO

    from echoforensics.carving.carved import Carved, Signature
    from echoforensics.evidence.media.media import Media

#: The size of a range in bytes: a multiple of the block in which a source is read.
RANGE = 32 * BLOCK_SIZE


class Remembered(NamedTuple):
    """What a search remembers at an offset on the media.

    Attributes:
        carved: how far each family of signatures has carved, and how far Ogg pages were followed.
        text: where the JSON text begins and ends that it is in; None if it is in none.
    """

    carved: tuple[int, ...]
    text: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class RangeFound:
    """What was found in a range.

    Attributes:
        begin, end: the range: offsets on the media in bytes.
        before, after: what the search remembered at its beginning and at its end.
        carved: the items, in the order in which they were carved.
        beyond: how many more were not kept.
        pages: Ogg pages of recordings that may lie apart.
        sound: offsets of pieces that are shaped like sound, in order.
    """

    begin: int
    end: int
    before: Remembered
    after: Remembered
    carved: list[Carved]
    beyond: int
    pages: FoundPages
    sound: array[int]


class _RangeSearch(CarvingSearch):
    """A search that begins at any block of the media."""

    def __init__(self, view: View, signatures: Sequence[Signature], begin: int, held: bytes) -> None:
        """Take the media, the signatures, the offset of the first block, and the bytes before it."""
        super().__init__(view, signatures)
        self._fed = begin
        self._held, self._held_at = held, begin - len(held)
        self._sound = SoundPlaces()

    def _hear(self, block: bytes, base: int) -> None:
        if self._pcm is not None:
            self._sound.feed(block, base)

    def begin_range(self, carved: tuple[int, ...] | None) -> Remembered:
        """Forget what was found so far, as the range begins here. Returns what is remembered.

        Args:
            carved: what is remembered to have been carved, if that is known.
        """
        self._ogg.take_out()
        self.carved, self.beyond, self._sound = [], 0, SoundPlaces()
        if carved is not None:
            for family, end in zip(self._families, carved, strict=False):
                family.reached.end = end
            self._ogg.reached = (carved[-2], carved[-1])
        return self.remembered()

    def remembered(self) -> Remembered:
        """What is remembered after the bytes that were fed."""
        ends = (family.reached.end for family in self._families)
        return Remembered((*ends, *self._ogg.reached), text_reaching(self._view, self._held_at))

    def end_range(self, begin: int, before: Remembered, *, is_last: bool) -> RangeFound:
        """Return what was found in the range from ``begin`` on; the last one ends with the media."""
        if is_last:
            with uncollected():
                self._look_at_end()
        after, pages = self.remembered(), self._ogg.take_out()
        return RangeFound(begin, self._fed, before, after, self.carved, self.beyond, pages, self._sound.places)


def ranges_of(size: int, length: int = RANGE) -> list[tuple[int, int]]:
    """Divide media of a size in bytes into ranges: (begin, end) of each, in order."""
    return [(begin, min(size, begin + length)) for begin in range(0, size, length)]


def search_range(
    media: Media, begin: int, end: int, signatures: Sequence[Signature] = (), *,
    carved: tuple[int, ...] | None = None, first: int | None = None, progress: Callable[[int], None] | None = None,
) -> RangeFound:  # fmt: skip
    """Search a range of the media.

    Args:
        media: the media.
        begin, end: the range: offsets in bytes, multiples of the block size or the end of the media.
        signatures: the signatures to search for: all of them by default.
        carved: what a search from the first byte on remembers at ``begin`` to have carved, if that is known.
        first: the offset from which on the search remembers something; by default a block before the range.
        progress: called with the bytes of the range read so far.

    Raises:
        OSError: the media cannot be read.
    """
    first = max(0, begin - BLOCK_SIZE) if first is None else first
    stream = buffered(media.stream())
    stream.seek(max(0, first - OVERLAP))
    search = _RangeSearch(View(media.size, media.read), signatures, first, stream.read(min(first, OVERLAP)))
    _feed(search, stream, begin - first)
    before = search.begin_range(carved)
    _feed(search, stream, end - begin, progress)
    return search.end_range(begin, before, is_last=end >= media.size)


def _feed(search: CarvingSearch, stream: BinaryIO, length: int, progress: Callable[[int], None] | None = None) -> None:
    done = 0
    while done < length:
        if not (block := stream.read(min(BLOCK_SIZE, length - done))):
            raise OSError(f"the media ended {length - done} bytes before its end")
        search.feed(block)
        done += len(block)
        if progress is not None:
            progress(done)


def join_ranges(
    media: Media, found: Iterable[RangeFound], signatures: Sequence[Signature] = (), most: int = MAX_CARVED
) -> tuple[list[Carved], int]:
    """Join what was found in the ranges of the media, given in order and without gaps.

    Args:
        media: the media, where some is searched again.
        found: what was found in each range.
        signatures: the signatures that were searched for: all of them by default.
        most: the most items to keep.

    Returns:
        The items in order of place, as one search would have found them, and how many more were not kept.

    Raises:
        OSError: the media cannot be read.
        ValueError: the ranges are not those of this media.
    """
    carved: list[Carved] = []
    beyond, at = 0, 0
    ogg, pcm = OggPages(), None if signatures else PcmRuns()
    view = View(media.size, media.read)
    last: Remembered | None = None
    for each in found:
        if each.begin != at or each.end <= at:
            raise ValueError(f"a range begins at byte {each.begin} of the media, and {at} was expected")
        right = each if last is None or _is_alike(each.before, last, at) else _again(media, each, last, signatures)
        room = most - len(carved)
        carved += right.carved[:room]
        beyond += right.beyond + len(right.carved[room:])
        ogg.add(view, right.pages)
        if pcm is not None:
            pcm.add(right.sound)
        last, at = right.after, right.end
    if at != media.size:
        raise ValueError(f"the ranges end at byte {at} of the media, which has {media.size}")
    with uncollected():
        kept, left_out = with_joined(carved, ogg, pcm, most)
    return kept, beyond + left_out


def _is_alike(one: Remembered, other: Remembered, begin: int) -> bool:
    """Whether two searches that remember this go on alike from an offset on."""
    # What begins in the bytes held back, or a match's width before them, may still be carved.
    least = begin - 2 * OVERLAP
    return one.text == other.text and all(
        a == b or max(a, b) <= least for a, b in zip(one.carved, other.carved, strict=True)
    )


def _again(media: Media, found: RangeFound, last: Remembered, signatures: Sequence[Signature]) -> RangeFound:
    """Search a range again, with what is remembered at its beginning."""
    texts = [text[0] for text in (found.before.text, last.text) if text is not None and found.before.text != last.text]
    first = max(0, min([found.begin, *texts]) // BLOCK_SIZE - 1) * BLOCK_SIZE
    again = search_range(media, found.begin, found.end, signatures, carved=last.carved, first=first)
    if again.before.text == last.text:
        return again
    return search_range(media, found.begin, found.end, signatures, carved=last.carved, first=0)
