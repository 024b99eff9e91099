"""Leaf pages of tables whose database is gone, around what was noticed in them: they lie on the media by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from echoforensics.carving import json_fragment, utterance
from echoforensics.carving.carved import Carved, Grade, View
from parsers.formats.sqlite.leaf_page import SIZES, LeafPage, leaf_page, may_begin
from parsers.formats.sqlite.page import TABLE_LEAF
from parsers.formats.sqlite.write_ahead_log import FRAME_HEADER_SIZE, WalFrameHeader

_LARGEST = SIZES[-1]
_SECTOR = 512
#: The multiple of bytes at which pages begin in a write-ahead log.
_STEP = 8
#: Pages of a database that is carried as an app's are numbered far below this.
_MAX_PAGES = 1 << 24
#: Of one place at most this many pages are tried in full.
_MAX_TRIED = 64


def page_around(view: View, at: int) -> Carved | None:
    """The leaf page in which a byte of the media lies.

    Args:
        view: the media.
        at: byte offset on the media: within a row, or within the page's room that is no longer in use.

    Returns:
        The page; None where no bytes around the place are one.
    """
    begin = max(0, at - _LARGEST + 1)
    room = view.read(begin, at - begin + _LARGEST)
    tried = 0
    for start, framed in _starts(room, begin, at):
        for size in SIZES:
            if start + size <= at - begin or not may_begin(room[start : start + 8], size):
                continue
            tried += 1
            if tried > _MAX_TRIED:
                return None
            page = leaf_page(room[start : start + size])
            if page and (page.is_in_row(at - begin - start) or page.unused(at - begin - start)):
                return _carved(page, begin + start, at - begin - start, framed=framed)
    return None


def _starts(room: bytes, begin: int, at: int) -> Iterator[tuple[int, bool]]:
    """Where a page may begin, the nearest first; and whether it begins after the header of a frame."""
    for found in _headers(room, -begin % _STEP, at - begin):
        if (begin + found) % _SECTOR == 0:
            yield found, False
        elif _is_frame(room[max(0, found - FRAME_HEADER_SIZE) : found]):
            yield found, True


def _headers(room: bytes, first: int, end: int) -> list[int]:
    """Every eighth byte at which what a page's header says may be so for some size, the last first.

    They are judged at once: one by one, a text with many line ends would take long.
    """
    values = np.frombuffer(room, dtype=np.uint8)
    places = np.arange(first, min(end, len(room) - 7), _STEP)
    places = places[values[places] == TABLE_LEAF]
    freed, count, start = (
        values[places + at].astype(np.int64) << 8 | values[places + at + 1].astype(np.int64) for at in (1, 3, 5)
    )
    start[start == 0] = _LARGEST
    likely = (count > 0) & (8 + 2 * count <= start) & ((freed == 0) | (freed >= start))
    found: list[int] = places[likely][::-1].tolist()
    return found


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
    replace(each, name=f"SQLite page around {each.name}", carve=page_around, group="SQLite table page")
    for each in (*json_fragment.SIGNATURES, *utterance.SIGNATURES)
)
