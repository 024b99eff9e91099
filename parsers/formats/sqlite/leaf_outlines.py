"""Test many places at once for leaf pages of tables; :mod:`leaf_page` tests one.

Tested one at a time, each cell takes some microseconds. Here each step handles all cells of all places at once. Rare
cases (pages with free blocks, nine-byte numbers) are left for the single-page test.

References:
    SQLite's file format, "B-tree Pages" and "Record Format".
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from parsers.formats.sqlite.page import MAX_FRAGMENTS, TABLE_LEAF
from parsers.formats.sqlite.varint import MAX_COLUMNS, size_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parsers.formats.sqlite.leaf_page import LeafPage

    _Bytes = NDArray[np.uint8]
    _Numbers = NDArray[np.int64]
    _Flags = NDArray[np.bool_]

#: Cells, and bytes of their headers, handled together. A place that needs more is tested alone.
_MOST = 1 << 19
#: Longest variable-length number decoded here, in bytes; longer ones are rare.
_MOST_BYTES = 8
#: From this serial type on, value sizes are not added up here.
_LARGE_TYPE = 1 << 40
_HEADER = 8
_FIXED = np.array([size_of(kind) for kind in range(12)], dtype=np.int64)


class LeafOutline(NamedTuple):
    """Where the rows and the unused space of a leaf page lie.

    Attributes:
        size: of the page, in bytes.
        starts, ends: first byte of each cell and the byte after it, sorted by place.
        unused: (first byte, length) of the space that no row occupies.
        goes_on: whether a row continues in overflow pages.
    """

    size: int
    starts: list[int]
    ends: list[int]
    unused: tuple[tuple[int, int], ...]
    goes_on: bool

    def is_in_row(self, at: int) -> bool:
        """Whether a byte of the page belongs to a row."""
        index = bisect_right(self.starts, at) - 1
        return index >= 0 and at < self.ends[index]

    def is_unused(self, at: int) -> bool:
        """Whether a byte of the page is in unused space."""
        return any(start <= at < start + size for start, size in self.unused)


def outline(page: LeafPage) -> LeafOutline:
    """The outline of a page that was already read."""
    cells = sorted((cell.at, cell.at + cell.size) for cell in page.cells)
    return LeafOutline(
        len(page.page.content),
        [start for start, _ in cells],
        [end for _, end in cells],
        (page.page.gap(), *page.page.free_blocks()),
        any(cell.overflow for cell in page.cells),
    )


def outlines(room: bytes, places: Sequence[tuple[int, int]]) -> list[LeafOutline | bool]:
    """Test the bytes at each of many places.

    Args:
        room: the bytes.
        places: (first byte, size in bytes) of each candidate page. Each lies wholly within ``room`` and has a valid
            page size.

    Returns:
        For each place, its outline; False if it is not a leaf page; True if it must be tested alone.
    """
    if not places:
        return []
    values = np.frombuffer(room, dtype=np.uint8)
    pages = _pages(values, np.array(places, dtype=np.int64))
    known = np.flatnonzero(pages.may_be)
    pages = pages.of(known)
    if int(pages.cells.sum()) > _MOST:
        return [bool(each) for each in np.isin(np.arange(len(places)), known)]
    found: list[LeafOutline | bool] = [False] * len(places)
    if len(known):
        # Nearly every place that is not a page is rejected by its last cell.
        _, first, pointers = _pointers(pages)
        last = np.maximum.reduceat(_pair(values, pointers), first)
        cells = _cells(values, pages, np.arange(len(known)), last)
        ends = (pages.freed != 0) | (cells.end >= pages.size - pages.fragments)
        kept = np.flatnonzero(cells.unsure | (cells.good & ends))
        for number, each in zip(known[kept].tolist(), _outlined(values, pages.of(kept)), strict=True):
            found[number] = each
    return found


def may_begin_at(values: _Bytes, at: _Numbers, size: _Numbers) -> _Flags:
    """Bytes at which a leaf page header may begin, and for which page size (see :func:`leaf_page.may_begin`)."""
    freed, count, start = (_pair(values, at + step) for step in (1, 3, 5))
    start = np.where(start == 0, 65536, start)
    may_be = (values[at] == TABLE_LEAF) & (count > 0) & (count <= (size - 8) // 4) & (values[at + 7] <= MAX_FRAGMENTS)
    found: _Flags = may_be & (8 + 2 * count <= start) & (start < size)
    found &= (freed == 0) | ((start <= freed) & (freed <= size - 4))
    return found


class _Pages(NamedTuple):
    """The headers at many places. Offsets are in the room, except ``start``, which is in the page."""

    at: _Numbers
    size: _Numbers
    freed: _Numbers
    cells: _Numbers
    start: _Numbers
    fragments: _Numbers
    may_be: _Flags

    def of(self, numbers: NDArray[np.intp]) -> _Pages:
        at, size, freed, cells, start, fragments = (each[numbers] for each in self[:6])
        return _Pages(at, size, freed, cells, start, fragments, self.may_be[numbers])


class _Cells(NamedTuple):
    """Many cells: their start and end in their pages, their numbers, and whether each is valid."""

    start: _Numbers
    end: _Numbers
    row: _Numbers
    goes_on: _Flags
    good: _Flags
    unsure: _Flags


def _pair(values: _Bytes, at: _Numbers) -> _Numbers:
    return values[at].astype(np.int64) << 8 | values[at + 1]


def _pages(values: _Bytes, places: _Numbers) -> _Pages:
    at, size = places[:, 0], places[:, 1]
    freed, count, start = (_pair(values, at + step) for step in (1, 3, 5))
    return _Pages(at, size, freed, count, start, values[at + 7].astype(np.int64), may_begin_at(values, at, size))


def _pointers(pages: _Pages) -> tuple[NDArray[np.intp], NDArray[np.intp], _Numbers]:
    """For each cell, its page and the offset of its pointer; for each page, the number of its first cell."""
    of_page = np.repeat(np.arange(len(pages.at)), pages.cells)
    first = np.cumsum(pages.cells) - pages.cells
    return of_page, first, pages.at[of_page] + _HEADER + 2 * (np.arange(len(of_page)) - first[of_page])


def _outlined(values: _Bytes, pages: _Pages) -> list[LeafOutline | bool]:
    """The outlines of pages; True for each page that must be tested alone."""
    if not len(pages.at):
        return []
    of_page, first, pointers = _pointers(pages)
    cells = _cells(values, pages, of_page, _pair(values, pointers))
    size = cells.end - cells.start
    filled = np.add.reduceat(np.maximum(size, 4), first) + pages.fragments
    good = np.logical_and.reduceat(cells.good | cells.unsure, first) & (filled == pages.size - pages.start)
    same = of_page[1:] == of_page[:-1]
    falls = same & (cells.row[1:] <= cells.row[:-1])
    order = np.argsort(of_page << 16 | cells.start, kind="stable")
    overlaps = same & (cells.start[order][1:] < cells.end[order][:-1])
    for wrong in (falls, overlaps):
        good[of_page[1:][wrong]] = False
    unsure = np.logical_or.reduceat(cells.unsure, first) | (pages.freed != 0)
    # Nothing was computed for an unsure cell that could speak against its page.
    refused = ~np.logical_and.reduceat(cells.good | cells.unsure, first)
    goes_on = np.logical_or.reduceat(cells.goes_on, first)
    starts, ends = cells.start[order].tolist(), cells.end[order].tolist()
    found: list[LeafOutline | bool] = []
    for number, (begin, count) in enumerate(zip(first.tolist(), pages.cells.tolist(), strict=True)):
        if unsure[number]:
            found.append(not refused[number])
            continue
        if not good[number]:
            found.append(False)
            continue
        gap = _HEADER + 2 * count
        unused = ((gap, int(pages.start[number]) - gap),)
        rows = slice(begin, begin + count)
        found.append(LeafOutline(int(pages.size[number]), starts[rows], ends[rows], unused, bool(goes_on[number])))
    return found


def _cells(values: _Bytes, pages: _Pages, of_page: NDArray[np.intp], start: _Numbers) -> _Cells:
    """The cells at some places in candidate leaf pages.

    Args:
        values: the bytes of the room.
        pages: the pages.
        of_page: the page of each.
        start: offset of each cell in its page.
    """
    at, page_end = pages.at[of_page], (pages.at + pages.size)[of_page]
    good = (start >= pages.start[of_page]) & (start < page_end - at)
    begin = np.where(good, at + start, 0)
    limit = np.where(good, page_end, 0)
    size, place, fine, unsure = _varints(values, begin, limit)
    row, place, fine_too, unsure_too = _varints(values, np.where(fine, place, 0), np.where(fine, limit, 0))
    unsure = good & (unsure | (fine & unsure_too))
    good &= fine & fine_too & (size >= 0)
    usable = page_end - at
    local = _local(size, usable)
    end = place + local
    goes_on = good & (local < size)
    last = end + 4 * goes_on
    good &= last <= page_end
    place, end = np.where(good, place, 0), np.where(good, end, 0)
    fills, unsure_header = _fill(values, place, end, size)
    unsure |= good & unsure_header
    good &= fills
    overflow = np.where(goes_on & good, end, 0)
    number = _pair(values, overflow) << 16 | _pair(values, overflow + 2)
    return _Cells(start, last - at, row, goes_on & good & (number != 0), good & ~unsure, unsure)


def _local(size: _Numbers, usable: _Numbers) -> _Numbers:
    """Bytes stored in the page itself for rows of some sizes (see :func:`page.local_size`)."""
    most, least = usable - 35, (usable - 12) * 32 // 255 - 23
    local = least + (size - least) % (usable - 4)
    return np.where(size <= most, size, np.where(local <= most, local, least))


def _varints(values: _Bytes, at: _Numbers, limit: _Numbers) -> tuple[_Numbers, _Numbers, _Flags, _Flags]:
    """Decode the variable-length numbers at some places.

    Returns:
        Their values; the places after them; whether they end before their limits; whether they are longer than is
        decoded here.
    """
    there = at < limit
    byte = values[np.where(there, at, 0)].astype(np.int64)
    value, place = byte & 0x7F, at + 1
    good = there & (byte < 0x80)
    # Most are one byte long.
    rest = np.flatnonzero(there & ~good)
    for _ in range(_MOST_BYTES - 1):
        rest = rest[place[rest] < limit[rest]]
        if not len(rest):
            break
        byte = values[place[rest]].astype(np.int64)
        value[rest] = value[rest] << 7 | byte & 0x7F
        place[rest] += 1
        ends = byte < 0x80
        good[rest[ends]] = True
        rest = rest[~ends]
    unsure = np.zeros(len(at), dtype=np.bool_)
    unsure[rest[place[rest] < limit[rest]]] = True
    return value, place, good, unsure


def _fill(values: _Bytes, at: _Numbers, end: _Numbers, size: _Numbers) -> tuple[_Flags, _Flags]:
    """Whether each row has a valid header whose values add up to its size, and whether that is unsure.

    Args:
        values: the room.
        at, end: first byte of each row's part in its page, and the byte after the last; both 0 for no row.
        size: of each whole row, in bytes.
    """
    length, place, good, unsure = _varints(values, at, end)
    good &= (length >= 1) & (place - at <= length) & (at + length <= end)
    header = np.where(good, at + length - place, 0)
    good &= header > 0
    if int(header.sum()) > _MOST:
        return good, good
    of_row = np.repeat(np.arange(len(at)), header)
    if not len(of_row):
        return good & False, unsure
    first = np.cumsum(header) - header
    byte_at = place[of_row] + np.arange(len(of_row)) - first[of_row]
    begins = np.append(True, values[byte_at[:-1]] < 0x80) | (np.arange(len(of_row)) == first[of_row])
    begun, row_of = byte_at[begins], of_row[begins]
    kind, _, fine, long = _varints(values, begun, (at + length)[row_of])
    wrong = ~fine | (kind == 10) | (kind == 11)
    large = long | (kind >= _LARGE_TYPE)
    taken = np.where(kind < 12, _FIXED[np.clip(kind, 0, 11)], (kind - 12) // 2)
    count = np.bincount(row_of, minlength=len(at))
    sums = np.zeros(len(at), dtype=np.int64)
    starts = np.flatnonzero(np.append(True, row_of[1:] != row_of[:-1]))
    sums[row_of[starts]] = np.add.reduceat(np.where(wrong | large, 0, taken), starts)
    # After a longer number the start of the next one is unknown.
    has_long = np.bincount(row_of[long], minlength=len(at)) > 0
    good[row_of[wrong & ~large & ~has_long[row_of]]] = False
    good &= (count <= MAX_COLUMNS) | has_long
    unsure |= good & (np.bincount(row_of[large], minlength=len(at)) > 0)
    good &= unsure | (length + sums == size)
    return good, unsure
