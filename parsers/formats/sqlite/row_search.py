"""Find possible deleted rows in the unused space of a page by the shape of a table's rows.

References:
    SQLite's file format, "B-tree Pages", and btree.c: freeSpace() overwrites the first four bytes of a freed cell with
    the place of the next freed block and this one's length, no more, and joins blocks that touch; allocateSpace() takes
    the end of a freed block or of the gap. So the latest write to a place begins within it: where two rows
    overlap, the one that begins later is whole and the other is not.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from parsers.formats.sqlite.page import local_size
from parsers.formats.sqlite.row_shape import RowShape
from parsers.formats.sqlite.table_row import FoundRow
from parsers.formats.sqlite.varint import RowError, SqlValue, serial_types, size_of, values_of, varint

#: Reads the rest of a row from its overflow pages: (number of the first page, bytes); None if they were reused.
RestOf = Callable[[int, int], bytes | None]

#: Bytes of a freed cell that are overwritten: the offset of the next free block, and this block's length.
LOST = 4
#: SQLite merges blocks that are this close to each other.
FRAGMENT = 3
#: Longest first value whose serial type is one byte long, in bytes.
_LONGEST_FIRST = 57
#: Columns examined for each byte of a room. Room that holds rows needs far fewer.
_EFFORT = 4
_LEAST_EFFORT = 4096


@dataclass(frozen=True, slots=True)
class Leftover:
    """A deleted row.

    Attributes:
        row: the row and its place in its page.
        shape: the row shape that it matches.
        goes_on: whether its later part was read from overflow pages.
        block: end of the free block whose four bytes overwrote the row's start; 0 if none did.
        doubtful: whether its bytes can also be read as the rest of another row.
        is_given: whether its values are known; if not, it only shows where other rows begin and end.
    """

    row: FoundRow
    shape: RowShape
    goes_on: bool = False
    block: int = 0
    doubtful: bool = False
    is_given: bool = True

    @property
    def end(self) -> int:
        """The offset after it."""
        return self.row.at + self.row.size


@dataclass(slots=True)
class Room:
    """An unused part of a page.

    Attributes:
        content: the page.
        begin, end: offsets in the page.
        usable: bytes of the page that the database uses.
        is_block: whether it is one free block, and so begins with a freed row that has lost four bytes.
        whole_only: whether to search only for intact rows.
        among: whether a row counts only if another lies next to it. Set if the page was no table leaf.
        pages: number of pages in the database. If not 0, rows are left out that were overwritten by interior cells,
            because the page was an interior page for a time.
        effort: how much may still be examined.
    """

    content: bytes
    begin: int
    end: int
    usable: int
    is_block: bool = False
    whole_only: bool = False
    among: bool = False
    pages: int = 0
    effort: int = 0

    def __post_init__(self) -> None:
        self.effort = _LEAST_EFFORT + _EFFORT * max(0, self.end - self.begin)

    @property
    def is_empty(self) -> bool:
        """Whether it is too small for a row, or holds only zeros."""
        return self.end - self.begin < LOST or not self.content[self.begin : self.end].strip(b"\0")

    def spend(self, columns: int) -> bool:
        """Deduct from the remaining effort; False if nothing is left."""
        self.effort -= columns
        return self.effort > 0


class RowSearch:
    """The search for the rows of one shape in one room."""

    def __init__(self, room: Room, shape: RowShape, shapes: list[RowShape], rest: RestOf) -> None:
        self._room, self._shape, self._rest = room, shape, rest
        self._content = room.content[: room.end]
        self._freed = shape.freed(room.usable)
        self._rivals = [other.freed(room.usable)[1] for other in shapes if other.table is shape.table]
        self.unsure: list[UnsureRow] = []

    def rows(self) -> Iterator[Leftover]:
        """Every possible row; they may overlap."""
        room, shape = self._room, self._shape
        for match in shape.rows.finditer(self._content, room.begin):
            if not room.spend(shape.count):
                return
            if (left := self._whole(match.start())) is not None:
                yield left
        if room.whole_only:
            return
        reads = (self._behind_number, self._without_length, self._without_first)
        for pattern, read in zip(self._freed, reads, strict=True):
            for match in pattern.finditer(self._content, room.begin):
                if not self._may_be_freed(match.start()):
                    continue
                if not room.spend(shape.count):
                    return
                if (left := read(match.start())) is not None:
                    block = match.start() + self._block(match.start())[1]
                    yield replace(left, block=block, doubtful=left.doubtful or shape.is_loose)

    def _may_be_freed(self, at: int) -> bool:
        """Whether the four bytes at a place may be those of a free block at the time it was last written."""
        following, size = self._block(at)
        beyond = at + size
        return beyond <= self._room.usable and (
            following == 0 or beyond + FRAGMENT < following <= self._room.usable - 4
        )

    def _block(self, at: int) -> tuple[int, int]:
        return int.from_bytes(self._content[at : at + 2], "big"), int.from_bytes(self._content[at + 2 : at + 4], "big")

    def _whole(self, header_at: int) -> Leftover | None:
        """The row whose header is at a place, if the length and rowid before it agree with it."""
        header = self._header(header_at)
        if header is None:
            return None
        types, values_at, size = header
        length = _varint_length(size)
        for number_at in range(header_at - 1, header_at - 10, -1):
            size_at = number_at - length
            if size_at < self._room.begin:
                return None
            number = reads_as(self._content, number_at, header_at)
            if number is not None and reads_as(self._content, size_at, number_at) == size:
                return self._row(size_at, header_at, number, types, values_at)
        return None

    def _behind_number(self, at: int) -> Leftover | None:
        """The freed row with an intact header: its length and all or part of its rowid are lost."""
        for header_at in range(at + LOST, min(at + LOST + 8, len(self._content))):
            header = self._header(header_at)
            if header is None:
                continue
            types, values_at, size = header
            length = header_at - at - _varint_length(size)
            seen = self._content[at + LOST : header_at]
            if not 1 <= length <= 9 or not _ends_number(seen, length):
                continue
            left = self._row(at, header_at, None, types, values_at)
            if left is not None and left.end <= at + self._block(at)[1]:
                return left
        return None

    def _without_length(self, at: int) -> Leftover | None:
        """The freed row whose header has lost only its own length."""
        types = _types_at(self._content, at + LOST, self._shape.count)
        if types is None:
            return None
        kinds, values_at = types
        header_at = at + LOST - 1
        size = values_at - header_at + sum(map(size_of, kinds))
        if values_at - header_at > 127 or _varint_length(size) not in (1, 2):
            return None
        left = self._row(at, header_at, None, kinds, values_at)
        return left if left is not None and left.end <= at + self._block(at)[1] else None

    def _without_first(self, at: int) -> Leftover | None:
        """The freed row whose header has lost its own length and the first value's type."""
        shape, block_end = self._shape, at + self._block(at)[1]
        if not shape.first_is_number and (long := self._long_first(at, block_end)) is not None:
            return long
        types = _types_at(self._content, at + LOST, shape.count - 1)
        if types is None:
            return None
        kinds, values_at = types
        least = values_at + sum(map(size_of, kinds))
        # The length is one byte long, and so is the rowid.
        if least > block_end or least - at - 2 > 127:
            return None
        if shape.first_is_number:
            left = self._row(at, at + 2, None, [0, *kinds], values_at)
            return replace(left, doubtful=self._has_rival(at)) if left else None
        self.unsure.append(UnsureRow(self, at, least, block_end, tuple(kinds), values_at))
        return None

    def _long_first(self, at: int, block_end: int) -> Leftover | None:
        """The same for a first value with a two-byte type, of which the second byte is left."""
        low = self._content[at + LOST : at + LOST + 1]
        if not low or low[0] > 127:
            return None
        types = _types_at(self._content, at + LOST + 1, self._shape.count - 1)
        if types is None:
            return None
        left = self._row(at, at + 2, None, [128 + low[0], *types[0]], types[1])
        fits = left is not None and left.end <= block_end and left.row.size - 2 <= 127
        return replace(left, doubtful=True) if left and fits else None

    def _has_rival(self, at: int) -> bool:
        """Whether the bytes after a free block's four can be read as a row that has lost less."""
        return any(pattern.match(self._content, at) for pattern in self._rivals)

    def _header(self, at: int) -> tuple[list[int], int, int] | None:
        """A row's types, the offset of its values, and the length of header and values."""
        try:
            types, header, values_at = serial_types(self._content, at)
        except RowError:
            return None
        return (types, values_at, header + sum(map(size_of, types))) if len(types) == self._shape.count else None

    def row_with_first(self, at: int, kinds: tuple[int, ...], values_at: int, first: int) -> Leftover | None:
        """A freed row whose first value has the given length in bytes."""
        kind = self._shape.type_of_first(first)
        return self._row(at, at + 2, None, [kind, *kinds], values_at) if kind else None

    def _row(self, at: int, header_at: int, number: int | None, types: list[int], values_at: int) -> Leftover | None:
        size = values_at - header_at + sum(map(size_of, types))
        local = local_size(size, self._room.usable)
        end = header_at + local
        content = self._content
        if local < size:
            content = self._with_rest(values_at, end, size - local)
            end += 4
        if end > self._room.end or values_at > end:
            return None
        if not content:
            return self._without_rest(at, number, end)
        try:
            found = values_of(content, types, values_at, self._shape.encoding)
        except RowError:
            return None
        if not self._shape.fits(found) or any(map(_garbled, found)) or not content[at + LOST : end].strip(b"\0"):
            return None
        return Leftover(FoundRow(at, end - at, number, found), self._shape, local < size)

    def _without_rest(self, at: int, number: int | None, end: int) -> Leftover | None:
        """A row whose overflow pages were reused. It is not given, but shows where others begin and end."""
        first = int.from_bytes(self._content[end - 4 : end], "big")
        if not 1 < first <= self._room.pages:
            return None
        return Leftover(FoundRow(at, end - at, number, ()), self._shape, goes_on=True, is_given=False)

    def _with_rest(self, values_at: int, end: int, missing: int) -> bytes:
        """The page up to a place, followed by the rest of the row; empty if the rest is unavailable."""
        page = self._content[end : end + 4]
        if values_at > end or len(page) < 4:
            return b""
        rest = self._rest(int.from_bytes(page, "big"), missing)
        return self._content[:end] + rest if rest is not None else b""


class UnsureRow(NamedTuple):
    """A freed row whose first value's length depends on where the row ends."""

    search: RowSearch
    row_at: int
    least: int
    block_end: int
    kinds: tuple[int, ...]
    values_at: int

    def settle(self, starts: list[int]) -> Leftover | None:
        """The row, if exactly one possible end fits: the block's end, or the start of another row."""
        last = min(self.block_end, self.least + _LONGEST_FIRST + 1)
        ends = starts[bisect_right(starts, self.least) : bisect_left(starts, last)]
        fitting = [left for end in (*ends, self.block_end) if (left := self._ending(end)) is not None]
        return fitting[0] if len(fitting) == 1 else None

    def _ending(self, end: int) -> Leftover | None:
        left = self.search.row_with_first(self.row_at, self.kinds, self.values_at, end - self.least)
        return replace(left, block=self.block_end, doubtful=True) if left else None


def _types_at(content: bytes, at: int, count: int) -> tuple[list[int], int] | None:
    """Consecutive serial types, and the offset after them."""
    kinds: list[int] = []
    for _ in range(count):
        try:
            kind, at = varint(content, at)
        except RowError:
            return None
        if kind < 0 or kind in (10, 11):
            return None
        kinds.append(kind)
    return kinds, at


def _ends_number(seen: bytes, length: int) -> bool:
    """Whether bytes may be the last bytes of a number of the given length."""
    if not seen:
        return True
    if len(seen) > length:
        return False
    return all(byte > 127 for byte in seen[:-1]) and (length == 9 or seen[-1] < 128)


def _garbled(value: SqlValue) -> bool:
    """Whether a text holds characters that no text holds: control characters or undecodable bytes."""
    return isinstance(value, str) and ("\\x" in value or any(sign < " " and sign not in "\t\r\n" for sign in value))


def _varint_length(number: int) -> int:
    return max(1, (number.bit_length() + 6) // 7)


def reads_as(content: bytes, at: int, end: int) -> int | None:
    """The integer that SQLite writes as exactly these bytes, in its shortest form."""
    if at < 0 or (content[at] == 0x80 and end - at < 9):
        return None
    try:
        number, stop = varint(content, at)
    except RowError:
        return None
    return number if stop == end else None
