"""Leaf pages of tables whose database is gone, around what was noticed in them: they lie on the media by themselves."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from echoforensics.carving import json_fragment, utterance
from echoforensics.carving.carved import Carved, Grade, Reached, View
from parsers.formats.sqlite.leaf_page import SIZES, LeafPage, leaf_page, may_begin
from parsers.formats.sqlite.page import TABLE_LEAF
from parsers.formats.sqlite.write_ahead_log import FRAME_HEADER_SIZE, WalFrameHeader

_LARGEST = SIZES[-1]
_SECTOR = 512
#: The multiple of bytes at which pages begin in a write-ahead log.
_STEP = 8
_HEADER = 8
#: Pages of a database that is carried as an app's are numbered far below this.
_MAX_PAGES = 1 << 24
#: Of one place at most this many pages are tried in full.
_MAX_TRIED = 64
#: Bytes in which places where pages may begin are looked for at once; such pieces and pages that are remembered.
_PIECE, _MOST_PIECES, _MOST_PAGES = 256 * 1024, 32, 512


class PageStart(NamedTuple):
    """Where a page may begin.

    Attributes:
        at: byte offset of the media.
        sizes: the sizes in bytes that its header allows.
        framed: whether the header of a frame of a write-ahead log lies before it.
    """

    at: int
    sizes: tuple[int, ...]
    framed: bool


@dataclass(slots=True)
class _HeldPages:
    """What is known of one media: by the number of a piece where pages may begin, and by place and size the pages."""

    starts: dict[int, list[PageStart]] = field(default_factory=dict)
    pages: dict[tuple[int, int], LeafPage | None] = field(default_factory=dict)


_held: WeakKeyDictionary[View, _HeldPages] = WeakKeyDictionary()


def page_around(view: View, at: int) -> Carved | None:
    """The leaf page in which a byte of the media lies.

    Args:
        view: the media.
        at: byte offset on the media: within a row, or within the page's room that is no longer in use.

    Returns:
        The page; None where no bytes around the place are one.
    """
    held = _held.setdefault(view, _HeldPages())
    tried = 0
    for start in reversed(_starts(view, held, max(0, at - _LARGEST + 1), at)):
        for size in start.sizes:
            if start.at + size <= at:
                continue
            tried += 1
            if tried > _MAX_TRIED:
                return None
            page = _page(view, held, start.at, size)
            if page and (page.is_in_row(at - start.at) or page.unused(at - start.at)):
                return _carved(page, start.at, at - start.at, framed=start.framed)
    return None


def _page(view: View, held: _HeldPages, start: int, size: int) -> LeafPage | None:
    """The page of a size at a byte offset; None where there is none. What was found is remembered."""
    known = held.pages
    if (start, size) not in known:
        if len(known) >= _MOST_PAGES:
            known.clear()
        known[start, size] = leaf_page(view.read(start, size))
    return known[start, size]


def _starts(view: View, held: _HeldPages, begin: int, end: int) -> list[PageStart]:
    """Where pages may begin from a byte offset up to before another, in order."""
    found: list[PageStart] = []
    for piece in range(begin // _PIECE, (end - 1) // _PIECE + 1 if end > begin else 0):
        if piece not in held.starts:
            if len(held.starts) >= _MOST_PIECES:
                held.starts.clear()
            held.starts[piece] = _starts_in(view, piece * _PIECE)
        found += held.starts[piece]
    return found[bisect_left(found, (begin,)) : bisect_left(found, (end,))]


def _starts_in(view: View, begin: int) -> list[PageStart]:
    """Where pages may begin in a piece that begins at a byte offset."""
    room = view.read(begin, _PIECE + _HEADER - 1)
    found: list[PageStart] = []
    for place in _headers(room):
        is_framed = (begin + place) % _SECTOR != 0
        sizes = tuple(size for size in SIZES if may_begin(room[place : place + _HEADER], size))
        if not sizes or (is_framed and not _is_frame(_before(view, begin + place))):
            continue
        found.append(PageStart(begin + place, sizes, is_framed))
    return found


def _before(view: View, at: int) -> bytes:
    return view.read(max(0, at - FRAME_HEADER_SIZE), min(at, FRAME_HEADER_SIZE))


def _headers(room: bytes) -> list[int]:
    """Every eighth byte at which what a page's header says may be so for some size.

    They are judged at once: one by one, a text with many line ends would take long.
    """
    values = np.frombuffer(room, dtype=np.uint8)[: max(0, len(room) - _HEADER + 1)]
    places = np.flatnonzero(values[::_STEP] == TABLE_LEAF) * _STEP
    values = np.frombuffer(room, dtype=np.uint8)
    freed, count, start = (
        values[places + at].astype(np.int64) << 8 | values[places + at + 1].astype(np.int64) for at in (1, 3, 5)
    )
    start[start == 0] = _LARGEST
    likely = (count > 0) & (8 + 2 * count <= start) & ((freed == 0) | (freed >= start))
    found: list[int] = places[likely].tolist()
    return found


class PageSift:
    """Of many places those around which a page may lie: mostly there is none far and wide."""

    def worth(self, view: View, block: bytes, base: int, places: list[int], _reached: Reached) -> Iterable[int]:
        """Those of some places of a block of the media that lie within a page, if there is one."""
        held = _held.setdefault(view, _HeldPages())
        starts = _starts(view, held, max(0, base + places[0] - _LARGEST + 1), base + len(block))
        if not starts:
            return ()
        at = np.array([start.at for start in starts])
        ends = np.maximum.accumulate(np.array([start.at + start.sizes[-1] for start in starts]))
        looked = np.array(places) + base
        last = np.searchsorted(at, looked) - 1
        likely: list[int] = (looked[(last >= 0) & (ends[last] > looked)] - base).tolist()
        return likely


def _is_frame(raw: bytes) -> bool:
    """Whether 24 bytes look like the header of a frame: a page number, and the pages after a commit or nothing."""
    header = WalFrameHeader.parse(raw)
    if header is None or not any(header[2:]):
        return False
    return 0 < header.page < _MAX_PAGES and header.committed < _MAX_PAGES


def _carved(page: LeafPage, start: int, at: int, *, framed: bool) -> Carved:
    size = len(page.page.content)
    rows = len(page.cells)
    details = [f"{rows} row{'s' if rows > 1 else ''}"]
    if not page.is_in_row(at):
        details.append("what was noticed lies in room of the page that is no longer in use")
    if framed:
        details.append("it lies behind what looks like the header of a frame of a write-ahead log")
    if any(cell.overflow for cell in page.cells):
        details.append("rows go on in other pages, which are not part of it")
    ending = f"its rows and its freed room fill the page of {size} bytes"
    return Carved(
        "SQLite table page", ".sqlite-page", ((start, size),), Grade.WHOLE, ending, "; ".join(details), is_record=True
    )


#: Pages have no signature of their own that is rare: they are looked for around what the other carvers notice.
SIGNATURES = tuple(
    replace(each, name=f"SQLite page around {each.name}", carve=page_around, group="SQLite table page", sift=sift)
    for noticed in (json_fragment.SIGNATURES, utterance.SIGNATURES)
    for sift in [partial(PageSift)]
    for each in noticed
)
