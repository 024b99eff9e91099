"""One page of a database: its kind, its cells, and the space between them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from parsers.formats.sqlite.varint import RowError, varint

INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF = 0x02, 0x05, 0x0A, 0x0D
#: The greatest number that a variable-length integer holds in one byte.
#: The first byte of a page of each kind.
KINDS = bytes((INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF))
#: Bytes before the first page's own header.
DATABASE_HEADER = 100
#: A fragment is at most three bytes long; SQLite leaves no more than this many bytes of fragments in a page.
MAX_FRAGMENTS = 60


def may_begin_tree_page(head: bytes, size: int) -> bool:
    """Whether 8 bytes may begin a b-tree page of a given size: a valid kind, and room for its cells."""
    if len(head) < 8 or head[0] not in KINDS:
        return False
    count, start = int.from_bytes(head[3:5], "big"), int.from_bytes(head[5:7], "big") or 65536
    return 8 + 2 * count <= size and start <= size and head[7] <= MAX_FRAGMENTS


def local_size(size: int, usable: int, kind: int = TABLE_LEAF) -> int:
    """Bytes of a row that are stored in the page itself, given the row's size and the page's usable bytes."""
    most = usable - 35 if kind == TABLE_LEAF else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    local = least + (size - least) % (usable - 4)
    return local if local <= most else least


class Cell(NamedTuple):
    """One cell.

    Attributes:
        at: offset in the page.
        size: length in bytes of the part in the page.
        child: page number of the child in interior pages, else 0.
        rowid: the row's number; None in index pages.
        payload: the part of the row that is in the page.
        payload_size: length in bytes of the whole row.
        overflow: number of the first overflow page; 0 if there is none.
    """

    at: int
    size: int
    child: int
    rowid: int | None
    payload: bytes
    payload_size: int
    overflow: int


@dataclass(frozen=True)
class BtreePage:
    """A page's bytes, and where they lie.

    Attributes:
        number: page number, from 1.
        content: the whole page.
        usable: bytes of it that the database uses.
        file: suffix of the file it is in: empty for the database, else ``-wal`` or ``-journal``.
        offset: where in that file, in bytes.
    """

    number: int
    content: bytes
    usable: int
    file: str
    offset: int

    @property
    def start(self) -> int:
        """Offset of the page's own header."""
        return DATABASE_HEADER if self.number == 1 else 0

    @cached_property
    def kind(self) -> int:
        """The b-tree page kind; 0 if it is none of the four."""
        byte = self.content[self.start] if len(self.content) > self.start + 8 else 0
        return byte if byte in KINDS else 0

    @cached_property
    def pointers_at(self) -> int:
        """Offset of the cell pointers."""
        return self.start + (12 if self.kind in (INDEX_INTERIOR, TABLE_INTERIOR) else 8)

    @property
    def cell_count(self) -> int:
        """The number of cells that the header states."""
        return self._number(self.start + 3)

    @property
    def right_most(self) -> int:
        """The last child of an interior page."""
        return int.from_bytes(self.content[self.start + 8 : self.start + 12], "big")

    @property
    def content_start(self) -> int:
        """Where the cells begin, according to the header."""
        return self._number(self.start + 5) or 65536

    def pointers(self) -> list[int]:
        """Offsets of the cells, as far as the page has room for pointers."""
        room = max(0, (self.usable - self.pointers_at) // 2)
        count = min(self.cell_count, room)
        return list(struct.unpack_from(f">{count}H", self.content, self.pointers_at))

    def cell(self, at: int) -> Cell:
        """The cell at an offset. Raises RowError if there can be none."""
        if not self.pointers_at <= at < self.usable:
            raise RowError(f"the page's list of cells leads to byte {at} of the page")
        content, place, child = self.content[: self.usable], at, 0
        if self.kind in (INDEX_INTERIOR, TABLE_INTERIOR):
            child = int.from_bytes(content[at : at + 4], "big")
            place += 4
        rowid: int | None = None
        if self.kind == TABLE_INTERIOR:
            rowid, place = varint(content, place)
            return Cell(at, place - at, child, rowid, b"", 0, 0)
        size, place = varint(content, place)
        if size < 0:
            raise RowError("a row of negative length")
        if self.kind == TABLE_LEAF:
            rowid, place = varint(content, place)
        local = self.local_size(size)
        end = place + local
        if local == size:
            # As for nearly all rows.
            if end > self.usable:
                raise RowError("a row runs over the end of its page")
            return Cell(at, end - at, child, rowid, content[place:end], size, 0)
        if end + 4 > self.usable:
            raise RowError("a row runs over the end of its page")
        overflow = int.from_bytes(content[end : end + 4], "big")
        return Cell(at, end + 4 - at, child, rowid, content[place:end], size, overflow)

    def local_size(self, size: int) -> int:
        """Bytes of a row of this size that are stored in the page itself."""
        return local_size(size, self.usable, self.kind)

    def free_blocks(self) -> list[tuple[int, int]]:
        """The free blocks among the cells as (offset, length), as far as the chain is valid."""
        found: list[tuple[int, int]] = []
        at = self._number(self.start + 1)
        while self.pointers_at <= at <= self.usable - 4:
            size = self._number(at + 2)
            if size < 4 or at + size > self.usable:
                break
            found.append((at, size))
            following = self._number(at)
            if following <= at:
                break
            at = following
        return found

    def gap(self) -> tuple[int, int]:
        """The unallocated space between the cell pointers and the first cell: (offset, length)."""
        begin = self.pointers_at + 2 * min(self.cell_count, self.usable // 2)
        end = min(self.content_start, self.usable)
        return (begin, end - begin) if end > begin else (begin, 0)

    def _number(self, at: int) -> int:
        return int.from_bytes(self.content[at : at + 2], "big")
