"""Walk a table's b-tree from the root to find its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.page import INDEX_INTERIOR, INDEX_LEAF, TABLE_INTERIOR, TABLE_LEAF, BtreePage, Cell
from parsers.formats.sqlite.pages import PageSource
from parsers.formats.sqlite.varint import RowError

#: Limit on the length of a row in bytes; SQLite's own default is 1,000,000,000.
MAX_ROW = 64 * 1024 * 1024


class TreeIssue(NamedTuple):
    """A part of a tree that cannot be read: a description, and the page number (0: none)."""

    what: str
    page: int = 0


class TreeCell(NamedTuple):
    """A cell and its page."""

    page: BtreePage
    cell: Cell


def walk(pages: PageSource, root: int, seen: set[int]) -> Iterator[TreeCell | TreeIssue]:
    """Yield the cell of every row below a root page, in tree order.

    Args:
        pages: the database.
        root: number of the root page.
        seen: numbers of the pages already walked; this walk adds its own. No page is walked twice.
    """
    for found in walk_pages(pages, root, seen):
        if isinstance(found, BtreePage):
            yield from _cells(found)
        else:
            yield found


def walk_pages(pages: PageSource, root: int, seen: set[int]) -> Iterator[BtreePage | TreeCell | TreeIssue]:
    """Yield every leaf below a root page, in tree order. Between those of an index are the cells above them."""
    waiting = [root]
    while waiting:
        number = waiting.pop()
        if number in seen:
            yield TreeIssue(f"page {number} is reached a second time", number)
            continue
        seen.add(number)
        try:
            page = pages.page(number)
        except DatabaseError as error:
            yield TreeIssue(str(error), number)
            continue
        if page.kind in (TABLE_LEAF, INDEX_LEAF):
            yield page
        elif page.kind in (TABLE_INTERIOR, INDEX_INTERIOR):
            children: list[int] = []
            for found in _cells(page):
                if isinstance(found, TreeIssue):
                    yield found
                    continue
                children.append(found.cell.child)
                if page.kind == INDEX_INTERIOR:
                    yield found
            children.append(page.right_most)
            waiting.extend(reversed(children))
        else:
            yield TreeIssue(f"page {number} is not a page of a table", number)


def _cells(page: BtreePage) -> Iterator[TreeCell | TreeIssue]:
    for at in page.pointers():
        yield cell_at(page, at)


def cell_at(page: BtreePage, at: int) -> TreeCell | TreeIssue:
    """The cell at an offset of a page, or an issue if there can be none."""
    try:
        return TreeCell(page, page.cell(at))
    except RowError as error:
        return TreeIssue(f"page {page.number}: {error}", page.number)


def payload(pages: PageSource, cell: Cell, used: list[int] | None = None) -> bytes:
    """The whole row with its overflow pages, whose numbers are added to ``used``.

    Raises:
        RowError: the row is longer than :data:`MAX_ROW`, or its overflow pages do not hold all of it.
    """
    if not cell.overflow:
        return cell.payload
    if cell.payload_size > MAX_ROW:
        raise RowError(f"a row of {cell.payload_size} bytes; not read")
    parts, missing, number = [cell.payload], cell.payload_size - len(cell.payload), cell.overflow
    while missing > 0:
        if not number:
            raise RowError("the overflow pages of a row end before the row does")
        try:
            page = pages.page(number)
        except DatabaseError as error:
            raise RowError(f"an overflow page cannot be read: {error}") from error
        if used is not None:
            used.append(number)
        number = int.from_bytes(page.content[:4], "big")
        piece = page.content[4 : min(page.usable, 4 + missing)]
        parts.append(piece)
        missing -= len(piece)
    return b"".join(parts)


def leaves_below(pages: PageSource, root: int) -> set[int]:
    """The numbers of all pages of a tree. Leaves are not read, as all pages at one depth are of one kind."""
    found: set[int] = set()
    waiting = [root]
    while waiting:
        number = waiting.pop()
        if number in found:
            continue
        found.add(number)
        try:
            page = pages.page(number)
        except DatabaseError:
            continue
        children = _children(page)
        if children and _is_leaf(pages, children[0]):
            found.update(children)
        else:
            waiting.extend(children)
    return found


def _children(page: BtreePage) -> list[int]:
    if page.kind not in (TABLE_INTERIOR, INDEX_INTERIOR):
        return []
    cells = (int.from_bytes(page.content[at : at + 4], "big") for at in page.pointers())
    return [*cells, page.right_most]


def _is_leaf(pages: PageSource, number: int) -> bool:
    try:
        return pages.page(number).kind in (TABLE_LEAF, INDEX_LEAF)
    except DatabaseError:
        return False
