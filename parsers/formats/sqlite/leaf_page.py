"""Test whether bytes are a complete leaf page of a table, from the page alone.

References:
    SQLite's file format, "B-tree Pages": the cells, the freed blocks and the lost fragments fill the page from the
    start of the content to its end. This module checks that sum, which random bytes do not satisfy.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sqlite.page import MAX_FRAGMENTS, TABLE_LEAF, BtreePage, Cell
from parsers.formats.sqlite.varint import RowError, serial_types, size_of

SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
#: Page number given to a page found alone. Never 1: the first page begins with the database header.
_NUMBER = 2


class LeafPage(NamedTuple):
    """A leaf page and its cells, in the order of the rows."""

    page: BtreePage
    cells: tuple[Cell, ...]

    def is_in_row(self, at: int) -> bool:
        """Whether a byte of the page belongs to a row."""
        return any(cell.at <= at < cell.at + cell.size for cell in self.cells)

    def unused(self, at: int) -> bool:
        """Whether a byte of the page is in unused space."""
        begin, length = self.page.gap()
        freed = self.page.free_blocks()
        return begin <= at < begin + length or any(start <= at < start + size for start, size in freed)


def may_begin(head: bytes, size: int) -> bool:
    """Whether the first 8 bytes may be the header of a leaf page of a given size. Quick, with false positives."""
    if len(head) < 8 or head[0] != TABLE_LEAF:
        return False
    freed, count, start = (int.from_bytes(head[at : at + 2], "big") for at in (1, 3, 5))
    return (
        0 < count <= (size - 8) // 4
        and 8 + 2 * count <= (start or 65536) < size
        and (freed == 0 or start <= freed <= size - 4)
        and head[7] <= MAX_FRAGMENTS
    )


def leaf_page(content: bytes) -> LeafPage | None:
    """The leaf page that the bytes form from first to last; None if they do not."""
    if len(content) not in SIZES or not may_begin(content[:8], len(content)):
        return None
    page = BtreePage(_NUMBER, content, len(content), "", 0)
    cells: list[Cell] = []
    room = sum(size for _, size in page.free_blocks()) + content[7]
    for at in page.pointers():
        cell = _cell(page, at)
        if cell is None:
            return None
        cells.append(cell)
        room += max(4, cell.size)
        if room > len(content) - page.content_start:
            return None
    if room != len(content) - page.content_start or not _apart(page, cells) or not _ascending(cells):
        return None
    return LeafPage(page, tuple(cells))


def _cell(page: BtreePage, at: int) -> Cell | None:
    """The cell at a place, if its row's header agrees with its length."""
    if at < page.content_start:
        return None
    try:
        cell = page.cell(at)
        types, _, values_at = serial_types(cell.payload)
    except RowError:
        return None
    if not types or values_at + sum(map(size_of, types)) != cell.payload_size:
        return None
    return cell


def _apart(page: BtreePage, cells: list[Cell]) -> bool:
    """Whether no two cells or free blocks overlap."""
    end = page.content_start
    for start, size in sorted([*((cell.at, cell.size) for cell in cells), *page.free_blocks()]):
        if start < end:
            return False
        end = start + size
    return end <= page.usable


def _ascending(cells: list[Cell]) -> bool:
    numbers: Iterator[int] = (cell.rowid for cell in cells if cell.rowid is not None)
    before: int | None = None
    for number in numbers:
        if before is not None and number <= before:
            return False
        before = number
    return True
