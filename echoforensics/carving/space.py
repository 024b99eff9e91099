"""Presents carved items as entries. Their bytes are read directly from the media."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from echoforensics.evidence.entry import Container, Entry, EntryState, EvidenceIssue
from echoforensics.evidence.media.ranges import open_ranges, parse_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from echoforensics.carving.carved import Carved
    from echoforensics.evidence.media.media import Media


def entry_of(carved: Carved, folder: str, where: str, media: Media) -> Entry:
    """Return the entry for a carved item.

    Args:
        carved: the carved item.
        folder: the beginning of the entry's path: the prefix of the volume that holds it.
        where: what it lies in, in a few words.
        media: the media to read its bytes from.
    """
    place = f"{carved.length} bytes at byte {carved.offset} of the media"
    if len(carved.ranges) > 1:
        place += f", in {len(carved.ranges)} pieces"
    detail = f"; {carved.detail}" if carved.detail else ""
    note = f"carved as {carved.kind} ({place}, {where}; {carved.grade}: {carved.ending}{detail})"
    address = "carved:" + ",".join(f"{offset}+{length}" for offset, length in carved.ranges)
    path = f"{folder}$Carved/{carved.offset:012x}{carved.suffix}"
    opener = partial(open_ranges, media, carved.ranges)
    extents = list(carved.ranges)
    return Entry(path, address, carved.length, opener, state=EntryState.CARVED, note=note, extents=lambda: extents)


class CarvedSpace(Container):
    """The entries of carved items."""

    def __init__(self, media: Media, entries: Sequence[Entry]) -> None:
        self._media = media
        self._entries = entries

    def entries(self) -> Iterator[Entry | EvidenceIssue]:
        """Yield each entry in order of place."""
        yield from self._entries

    def open(self, address: str) -> BinaryIO:
        """Open an entry by its address (see :func:`parse_ranges`)."""
        return open_ranges(self._media, parse_ranges(address, self._media.size))
