"""Carves leaf pages of tables whose database is gone, around places that other carvers noticed in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import compress
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from echoforensics.carving import json_fragment, utterance
from echoforensics.carving.carved import BlockPlaces, Carved, Grade, Reached, View
from parsers.formats.sqlite.leaf_outlines import LeafOutline, may_begin_at, outline, outlines
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page
from parsers.formats.sqlite.page import TABLE_LEAF
from parsers.formats.sqlite.write_ahead_log import FRAME_HEADER_SIZE, WalFrameHeader

_LARGEST = SIZES[-1]
_SECTOR = 512
#: In a write-ahead log, pages begin at a multiple of this many bytes.
_STEP = 8
_HEADER = 8
#: Page numbers of an app's database stay far below this.
_MAX_PAGES = 1 << 24
#: The most pages to try in full for one place.
_MAX_TRIED = 64
#: How many bytes to search at once for page starts, and how many such pieces to remember.
_PIECE, _MOST_PIECES = 512 * 1024, 16


class PageStart(NamedTuple):
    """A place where a page may begin.

    Attributes:
        at: the offset on the media.
        sizes: the page sizes in bytes that its header allows.
        framed: whether a write-ahead log frame header precedes it.
    """

    at: int
    sizes: tuple[int, ...]
    framed: bool


@dataclass(slots=True)
class _HeldPages:
    """What is known about one media.

    Attributes:
        starts: maps a piece's number to the places where pages may begin in it.
        judged: maps a piece's number to its pages by place and size; True if not yet decided.
    """

    starts: dict[int, list[PageStart]] = field(default_factory=dict)
    judged: dict[int, dict[tuple[int, int], LeafOutline | bool]] = field(default_factory=dict)


_held: WeakKeyDictionary[View, _HeldPages] = WeakKeyDictionary()


def page_around(view: View, at: int) -> Carved | None:
    """Carve the leaf page that holds an offset on the media.

    Args:
        view: the media.
        at: the offset on the media: inside a row, or in the page's unused space.

    Returns:
        The page, or None if the bytes around the offset are not a page.
    """
    held = _held.setdefault(view, _HeldPages())
    tried = 0
    for start in _starts_before(view, held, at):
        for size in start.sizes:
            if start.at + size <= at:
                continue
            tried += 1
            if tried > _MAX_TRIED:
                return None
            page = _page(view, held, start.at, size)
            if page and (page.is_in_row(at - start.at) or page.is_unused(at - start.at)):
                return _carved(page, start.at, at - start.at, framed=start.framed)
    return None


def _page(view: View, held: _HeldPages, start: int, size: int) -> LeafOutline | None:
    """Return the page of this size that begins at a known start. None if there is no page."""
    judged = _judged(view, held, start // _PIECE)
    page = judged.get((start, size), False)
    if page is True:
        read = leaf_page(view.read(start, size))
        page = judged[start, size] = outline(read) if read else False
    return page if isinstance(page, LeafOutline) else None


def _judged(view: View, held: _HeldPages, piece: int) -> dict[tuple[int, int], LeafOutline | bool]:
    """Return the pages that begin in a piece of the media. They are judged together, and the result is remembered."""
    if piece not in held.judged:
        if len(held.judged) >= _MOST_PIECES:
            held.judged.clear()
        begin = piece * _PIECE
        starts = _starts(view, held, piece)
        room = view.read(begin, _PIECE + _LARGEST) if starts else b""
        places = [(start.at - begin, size) for start in starts for size in start.sizes]
        # A page that the end of the media cuts off, or that cannot be read, is no page.
        there = [(at, size) for at, size in places if at + size <= len(room)]
        found = zip(there, outlines(room, there), strict=True)
        held.judged[piece] = {(begin + at, size): page for (at, size), page in found if page}
    return held.judged[piece]


def _starts_before(view: View, held: _HeldPages, at: int) -> Iterator[PageStart]:
    """Yield the possible starts of pages that may hold an offset on the media, nearest first."""
    first = max(0, at - _LARGEST + 1)
    for piece in range((at - 1) // _PIECE, first // _PIECE - 1, -1):
        starts = _starts(view, held, piece)
        for index in range(bisect_left(starts, (at,)) - 1, -1, -1):
            if starts[index].at < first:
                return
            yield starts[index]


def _starts(view: View, held: _HeldPages, piece: int) -> list[PageStart]:
    """Return where pages may begin in a piece of the media, in order."""
    if piece not in held.starts:
        if len(held.starts) >= _MOST_PIECES:
            held.starts.clear()
        held.starts[piece] = _starts_in(view, piece * _PIECE)
    return held.starts[piece]


def _starts_in(view: View, begin: int) -> list[PageStart]:
    """Return where pages may begin in the piece at an offset."""
    room = view.read(begin, _PIECE + _HEADER - 1)
    found: list[PageStart] = []
    places, may_be = _headers(room)
    for place, sizes in zip(places, may_be, strict=True):
        is_framed = (begin + place) % _SECTOR != 0
        if is_framed and not _is_frame(_before(view, begin + place)):
            continue
        found.append(PageStart(begin + place, tuple(compress(SIZES, sizes)), is_framed))
    return found


def _before(view: View, at: int) -> bytes:
    return view.read(max(0, at - FRAME_HEADER_SIZE), min(at, FRAME_HEADER_SIZE))


def _headers(room: bytes) -> tuple[list[int], list[list[bool]]]:
    """Find every eighth byte whose page header is plausible for some size, and for which sizes it is.

    All are judged at once: one by one, a text with many line ends would take long.
    """
    values = np.frombuffer(room, dtype=np.uint8)[: max(0, len(room) - _HEADER + 1)]
    places = np.flatnonzero(values[::_STEP] == TABLE_LEAF) * _STEP
    may_be = may_begin_at(np.frombuffer(room, dtype=np.uint8), places[:, None], np.array(SIZES))
    likely = may_be.any(axis=1)
    found: list[int] = places[likely].tolist()
    sizes: list[list[bool]] = may_be[likely].tolist()
    return found, sizes


class PageSift:
    """Selects the places around which a page may lie. Usually there is no page anywhere near."""

    def worth(self, view: View, block: bytes, base: int, places: BlockPlaces, reached: Reached) -> Iterator[int]:
        """Yield the places of a block of the media that a page may hold."""
        held = _held.setdefault(view, _HeldPages())
        begin = max(0, base - _LARGEST + 1)
        at: int | None = None
        for piece in range(begin // _PIECE, (base + len(block) - 1) // _PIECE + 1):
            for (start, size), page in list(_judged(view, held, piece).items()):
                if start + size <= max(base, reached.end) or (page is True and not _page(view, held, start, size)):
                    continue
                first = max(start, reached.end, base) - base
                at = places.following(first) if at is None or at < first else at
                while at is not None and base + at < start + size:
                    yield at
                    at = places.following(max(at + 1, reached.end - base))
                if at is None:
                    return


def _is_frame(raw: bytes) -> bool:
    """Whether 24 bytes look like a frame header: a page number, and the page count after a commit or zero."""
    header = WalFrameHeader.parse(raw)
    if header is None or not any(header[2:]):
        return False
    return 0 < header.page < _MAX_PAGES and header.committed < _MAX_PAGES


def _carved(page: LeafOutline, start: int, at: int, *, framed: bool) -> Carved:
    size = page.size
    rows = len(page.starts)
    details = [f"{rows} row{'s' if rows > 1 else ''}"]
    if not page.is_in_row(at):
        details.append("what was noticed lies in room of the page that is no longer in use")
    if framed:
        details.append("it lies behind what looks like the header of a frame of a write-ahead log")
    if page.goes_on:
        details.append("rows go on in other pages, which are not part of it")
    ending = f"its rows and its freed room fill the page of {size} bytes"
    return Carved(
        "SQLite table page", ".sqlite-page", ((start, size),), Grade.WHOLE, ending, "; ".join(details), is_record=True
    )


#: Pages have no rare signature of their own, so they are searched for around what other carvers notice.
SIGNATURES = tuple(
    replace(each, name=f"SQLite page around {each.name}", carve=page_around, group="SQLite table page", sift=sift)
    for noticed in (json_fragment.SIGNATURES, utterance.SIGNATURES)
    for sift in [partial(PageSift)]
    for each in noticed
)
