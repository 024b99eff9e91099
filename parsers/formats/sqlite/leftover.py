"""Choose, among the row candidates in a page's unused space, those that can coexist.

References:
    SQLite's file format, "B-tree Pages", and btree.c: freeSpace() overwrites the first four bytes of a freed cell with
    the place of the next freed block and this one's length, no more, and joins blocks that touch; allocateSpace() takes
    the end of a freed block or of the gap. So the latest write to a place begins within it: where two rows
    overlap, the one that begins later is whole and the other is not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field, replace
from itertools import groupby

from parsers.formats.sqlite.row_search import FRAGMENT, Leftover, RestOf, Room, RowSearch, UnsureRow, reads_as
from parsers.formats.sqlite.row_shape import RowShape
from parsers.formats.sqlite.varint import RowError, serial_types, size_of, varint

#: A shorter row on its own may be chance. In bytes.
_SURE = 16
#: A database may once have had more pages; up to this many, a number is accepted as a page number.
_SHRUNK = 0xFFFF
#: Maximum length of an interior page's cell, in bytes.
_LONGEST_CELL = 13
#: Minimum length of a cell, in bytes.
_LEAST_CELL = 4


def in_room(room: Room, shapes: list[RowShape], rest: RestOf) -> list[Leftover]:
    """Non-overlapping deleted rows in a room, in order of place.

    Args:
        room: where to search. If ``room.effort`` is not above 0 afterwards, the search was not completed.
        shapes: of the tables, in order of preference; a row that fits several is given the first of them.
        rest: reads overflow pages.
    """
    if room.is_empty:
        return []
    whole: dict[int, Leftover] = {}
    cut: list[Leftover] = []
    unsure: list[UnsureRow] = []
    for shape in shapes:
        search = RowSearch(room, shape, shapes, rest)
        for left in search.rows():
            if left.block:
                cut.append(left)
            else:
                whole.setdefault(left.row.at, left)
        unsure += search.unsure
    if (len(whole) + len(cut)) * _LEAST_CELL > room.end - room.begin:
        room.effort = 0  # No room holds this many rows.
        return []
    kept = _not_overwritten(whole, cut)
    limit = _interior_cells(room)
    begins = {left.row.at for left in kept}
    kept = [
        left
        for left in kept
        if left.end <= limit
        and not (room.pages and _ends_in_interior_cells(room, left))
        and ((left.row.size >= _SURE and not room.among) or _has_neighbour(room, left, begins))
    ]
    starts = sorted(left.row.at for left in kept)
    over = {(left.row.at, left.end) for left in (*whole.values(), *cut)} | {
        (each.row_at, each.block_end) for each in unsure
    }
    cut += filter(None, (each.settle(starts) for each in unsure))
    return _marked([left for left in _with_cut(room, kept, cut) if left.is_given], over)


def _marked(rows: list[Leftover], over: set[tuple[int, int]]) -> list[Leftover]:
    """The rows, with those marked doubtful whose end may have been overwritten by a row that is itself uncertain."""
    places = sorted(over)
    begins, furthest = [at for at, _ in places], _Furthest([end for _, end in places])
    marked: list[Leftover] = []
    for left in rows:
        later = furthest.among(bisect_right(begins, left.row.at), bisect_left(begins, left.end))
        marked.append(replace(left, doubtful=left.doubtful or later >= left.end))
    return marked


def _interior_cells(room: Room) -> int:
    """Where the interior cells at the end of the page begin; the page's end if there are none.

    Such a cell holds a page number and a rowid. They remain in a page that became a leaf again.
    """
    first, waiting = room.usable, [room.usable] if room.pages else []
    seen = set(waiting)
    while waiting:
        for start in _interior_cell(room, waiting.pop()):
            if start > room.begin and start not in seen:
                seen.add(start)
                waiting.append(start)
                first = min(first, start)
    return first


def _interior_cell(room: Room, end: int) -> list[int]:
    """Where an interior cell that ends at a place may begin."""
    places = range(max(0, end - _LONGEST_CELL), end - 4)
    numbers = ((start, int.from_bytes(room.content[start : start + 4], "big")) for start in places)
    most = max(room.pages, _SHRUNK)
    return [
        start for start, child in numbers if 1 < child <= most and reads_as(room.content, start + 4, end) is not None
    ]


def _ends_in_interior_cells(room: Room, left: Leftover) -> bool:
    """Whether the last bytes of a row are two consecutive interior cells."""
    for end in range(left.end, max(left.end - _LONGEST_CELL, _LONGEST_CELL), -1):
        for middle in _interior_cell(room, end):
            if any(start > left.row.at for start in _interior_cell(room, middle)):
                return True
    return False


def _has_neighbour(room: Room, left: Leftover, begins: set[int]) -> bool:
    """Whether another row, or at least its header, begins where a row ends: then its end was not overwritten."""
    if left.end >= room.usable or left.end in begins:
        return True
    try:
        size, number_at = varint(room.content, left.end)
        _, header_at = varint(room.content, number_at)
        types, header, _ = serial_types(room.content, header_at)
    except RowError:
        return False
    return len(types) <= len(left.shape.table.columns) and header + sum(map(size_of, types)) == size


def _not_overwritten(whole: dict[int, Leftover], cut: list[Leftover]) -> list[Leftover]:
    """The rows whose end was not overwritten.

    Whatever overwrote a row begins within it and ends no sooner than it does. A candidate that ends sooner only
    looks like a row: it is part of this one.
    """
    over = sorted({(left.row.at, left.end) for left in (*whole.values(), *cut)})
    begins = [at for at, _ in over]
    furthest = _Furthest([end for _, end in over])
    kept: list[Leftover] = []
    for at in sorted(whole):
        end = whole[at].end
        later = furthest.among(bisect_right(begins, at), bisect_left(begins, end))
        if later < end and (not kept or kept[-1].end <= at):
            kept.append(whole[at])
    return kept


class _Furthest:
    """Range maximum over a list of positive numbers."""

    def __init__(self, numbers: list[int]) -> None:
        self._levels = [numbers]
        step = 1
        while 2 * step <= len(numbers):
            last = self._levels[-1]
            self._levels.append([max(last[at], last[at + step]) for at in range(len(last) - step)])
            step *= 2

    def among(self, first: int, end: int) -> int:
        """The maximum from one index up to another, exclusive; 0 if the range is empty."""
        if first >= end:
            return 0
        level = (end - first).bit_length() - 1
        return max(self._levels[level][first], self._levels[level][end - (1 << level)])


@dataclass
class _Around:
    """Where rows begin and end, according to the rows found so far.

    Attributes:
        starts, ends: where intact rows begin and end, including the room's own edges.
        taken: (place, end) of every row, sorted.
        taken_starts, taken_ends: the same for rows that have lost their first bytes.
    """

    starts: set[int]
    ends: set[int]
    taken: list[tuple[int, int]]
    taken_starts: set[int] = field(default_factory=set)
    taken_ends: set[int] = field(default_factory=set)

    def add(self, left: Leftover) -> None:
        """Add a row that has lost its first bytes."""
        insort(self.taken, (left.row.at, left.end))
        self.taken_starts.add(left.row.at)
        self.taken_ends.add(left.end)

    def has_room(self, left: Leftover) -> bool:
        """Whether a row overlaps no other row."""
        place = bisect_left(self.taken, (left.row.at, 0))
        before = place == 0 or self.taken[place - 1][1] <= left.row.at
        return before and (place == len(self.taken) or left.end <= self.taken[place][0])

    def rank(self, left: Leftover) -> int:
        """How well a row that has lost its first bytes fits: 1 is best, 0 is not at all."""
        beside = left.row.at in self.taken_ends or left.end in self.taken_starts
        ahead = self._ahead(left.end)
        to_block = left.block - left.end
        if not beside and _near(left.end, self.starts, 1) is None and _near(left.row.at, self.ends, -1) is None:
            return 0
        if to_block <= FRAGMENT:
            return 1 + to_block
        return 1 + ahead if ahead is not None and self._ahead(left.block) is not None else 0

    def _ahead(self, at: int) -> int | None:
        found = (_near(at, places, 1) for places in (self.starts, self.taken_starts))
        return min((gap for gap in found if gap is not None), default=None)


def _with_cut(room: Room, kept: list[Leftover], cut: list[Leftover]) -> list[Leftover]:
    """Merge in the rows that have lost their first bytes, by place.

    Such a row is accepted only if other evidence shows that a row begins or ends there: four arbitrary bytes easily
    look like those of a freed block.
    """
    around = _Around(
        starts={room.end, *(left.row.at for left in kept)},
        ends={left.end for left in kept} | ({room.begin} if room.is_block else set()),
        taken=[(left.row.at, left.end) for left in kept],
    )
    by_place = [
        list(same) for _, same in groupby(sorted(cut, key=lambda left: left.row.at), key=lambda left: left.row.at)
    ]
    found = list(kept)
    for places in (by_place, by_place[::-1]):
        for same in places:
            if (best := _best(same, around)) is not None:
                found.append(best)
                around.add(best)
    return sorted(found, key=lambda left: left.row.at)


def _best(same: list[Leftover], around: _Around) -> Leftover | None:
    """The reading of a row that best fits its surroundings; None if two fit equally well."""
    ranked: dict[int, list[Leftover]] = {}
    for left in same:
        if around.has_room(left) and (rank := around.rank(left)):
            ranked.setdefault(rank, []).append(left)
    best = ranked[min(ranked)] if ranked else []
    if len(best) != 1:
        return None
    return replace(best[0], doubtful=best[0].doubtful or len(ranked) > 1)


def _near(at: int, places: set[int], step: int) -> int | None:
    """Distance to the nearest of some places, if it is no larger than a fragment."""
    return next((gap for gap in range(FRAGMENT + 1) if at + step * gap in places), None)
