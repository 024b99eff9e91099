"""Rows that a database no longer shows, from old versions of its pages and from unused space."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.leftover import in_room
from parsers.formats.sqlite.page import INDEX_INTERIOR, INDEX_LEAF, TABLE_INTERIOR, TABLE_LEAF, BtreePage
from parsers.formats.sqlite.pages import OldPage, Pages, PageSource
from parsers.formats.sqlite.row_search import Leftover, Room
from parsers.formats.sqlite.row_shape import RowShape
from parsers.formats.sqlite.table_row import DatabaseIssue, FoundRow, RowProvenance, TableRow, table_row
from parsers.formats.sqlite.tree import payload
from parsers.formats.sqlite.varint import RowError, serial_types, size_of, values_of
from parsers.locator import at_bytes

_UNALLOCATED = "its place in the page is no longer in use, and it has the shape of the table's rows"
_FREELIST = "it lies in a page that is no longer in use, and has the shape of the table's rows"
_UNREACHED = "what leads to its page is missing; it has the shape of the table's rows"
_OVERFLOW = "; its later part was read from pages that may have been used anew, so that it may be made of two rows"
_DOUBTFUL = "; its bytes can be read in another way too, so that it may be made of two rows"
_MAYBE_UNFINISHED = "; the transaction that was never finished may have written it"
_TOO_MANY = "its room holds too much that looks like the beginning of a row; it was not looked through"


class _PageRow(NamedTuple):
    """A row in a page's cell list, and whether its overflow pages are from the same point in time."""

    found: FoundRow
    certain: bool


class DeletedRows:
    """Searches for deleted rows of some tables."""

    def __init__(
        self,
        pages: Pages,
        tables: Mapping[str, TableDefinition],
        wanted: list[TableDefinition],
        owners: Mapping[int, TableDefinition | None],
        lengths: Mapping[str, set[int]],
    ) -> None:
        """Initialise with what is known of the database.

        Args:
            pages: the database's pages.
            tables: every table, by name.
            wanted: the tables to search.
            owners: the table that owns each page in use; None for an index page.
            lengths: for each table, the numbers of values its live rows store.
        """
        self._pages = pages
        self._owners = owners
        encoding = pages.header.encoding
        every = {name: RowShape(table, encoding) for name, table in tables.items()}
        self._wanted = [every[table.name] for table in wanted]
        names = {table.name for table in wanted}
        self._others = [shape for name, shape in every.items() if name not in names]
        self._numbered = {
            shape.table.name: [shape, *_shorter(shape, lengths.get(shape.table.name, set()))]
            for shape in self._wanted
            if not shape.table.without_rowid
        }
        self._in_any = [shape for shapes in self._numbered.values() for shape in shapes]
        self._free: set[int] = set()

    def rows(self, *, everywhere: bool) -> Iterator[TableRow | DatabaseIssue]:
        """Yield the rows; with ``everywhere``, also those in pages that nothing refers to."""
        trunks: list[BtreePage] = []
        issues = list(self._read_freelist(trunks))
        for number in sorted(self._owners):
            owner, page = self._owners[number], self._page(number)
            shapes = self._numbered.get(owner.name) if owner else None
            if page and shapes and page.kind in (TABLE_LEAF, TABLE_INTERIOR):
                yield from self._unused(page, shapes, RowProvenance.UNALLOCATED, _UNALLOCATED)
        for old in self._pages.old():
            yield from self._of_old(old)
        yield from issues
        yield from self._free_pages(trunks)
        if everywhere:
            yield from self._unreached()

    def _of_old(self, old: OldPage) -> Iterator[TableRow | DatabaseIssue]:
        provenance = RowProvenance.UNFINISHED if old.unfinished else RowProvenance.OLD
        yield from self._by_pointers(old.page, old.view, provenance, old.why)

    def _by_pointers(
        self, page: BtreePage, view: PageSource, provenance: RowProvenance, why: str
    ) -> Iterator[TableRow]:
        """The rows in a page's cell list."""
        rows = list(self._rows_in(page, view, provenance))
        shapes = self._shapes_of(page, rows)
        for row in rows:
            fitting = shapes if shapes is not None else self._fitting(row)
            if fitting and fitting[0] in self._wanted:
                also = "" if self._owners.get(page.number) is fitting[0].table else _also(fitting[1:])
                note = "" if row.certain else _OVERFLOW
                yield table_row(fitting[0].table, page, row.found, provenance, why + also + note)

    def _shapes_of(self, page: BtreePage, rows: list[_PageRow]) -> list[RowShape] | None:
        """The shapes that fit all rows of a page, likeliest first; None if no table's rows fit.

        Usually this is the table that owns the page now.
        """
        is_index = page.kind != TABLE_LEAF
        shapes = [shape for shape in (*self._wanted, *self._others) if shape.table.without_rowid == is_index]
        owner = self._owners.get(page.number)
        own = [shape for shape in shapes if shape.table is owner]
        fitting = [shape for shape in shapes if all(shape.fits(row.found.values, whole=False) for row in rows)]
        # Values that are unusual for their columns count only if no other table has such rows.
        may_be_own = all(shape.may_hold(row.found.values) for shape in own for row in rows)
        is_own = may_be_own and (not fitting or any(shape in fitting for shape in own))
        if page.number in self._owners and is_own:
            return own
        return [] if is_index else fitting or None

    def _fitting(self, row: _PageRow) -> list[RowShape]:
        """The shapes that fit one row of a leaf page whose rows fit no single table."""
        shapes = (shape for shape in (*self._wanted, *self._others) if not shape.table.without_rowid)
        return [shape for shape in shapes if shape.fits(row.found.values, whole=False)]

    def _rows_in(self, page: BtreePage, view: PageSource, provenance: RowProvenance) -> Iterator[_PageRow]:
        if page.kind not in (TABLE_LEAF, INDEX_LEAF, INDEX_INTERIOR):
            return
        for at in dict.fromkeys(page.pointers()):
            used: list[int] = []
            try:
                cell = page.cell(at)
                content = payload(view, cell, used)
                types, _, values_at = serial_types(content)
                if values_at + sum(map(size_of, types)) != len(content):
                    continue
                stored = values_of(content, types, values_at, self._pages.header.encoding)
            except RowError:
                continue  # Space that was reused: the deleted record may be incomplete.
            if provenance is RowProvenance.FREELIST and not self._free.issuperset(used):
                continue  # Its later part is in pages that are in use.
            certain = all(map(view.is_certain, used)) and not (used and provenance is RowProvenance.FREELIST)
            yield _PageRow(FoundRow(cell.at, cell.size, cell.rowid, stored), certain)

    def _unused(
        self, page: BtreePage, shapes: list[RowShape], provenance: RowProvenance, why: str
    ) -> Iterator[TableRow | DatabaseIssue]:
        """The rows in the gap and the free blocks of a b-tree page."""
        begin, length = page.gap()
        # A page that was reused as another kind still holds rows, but no freed cells of its own.
        other, count = page.kind != TABLE_LEAF, self._pages.count
        places = [(begin, length, False), *((at, size, True) for at, size in page.free_blocks())]
        rooms = [
            Room(page.content, at, at + size, page.usable, block, whole_only=other, among=other, pages=count)
            for at, size, block in places
        ]
        for room in rooms:
            yield from self._in_room(page, room, shapes, provenance, why)

    def _in_room(
        self, page: BtreePage, room: Room, shapes: list[RowShape], provenance: RowProvenance, why: str
    ) -> Iterator[TableRow | DatabaseIssue]:
        for left in in_room(room, shapes, self._rest):
            note = why + _also(self._also_fitting(left)) + (_OVERFLOW if left.goes_on else "")
            note += _DOUBTFUL if left.doubtful else ""
            yield table_row(left.shape.table, page, left.row, provenance, note)
        if room.effort <= 0:
            locator = "" if page.file else at_bytes(page.offset, len(page.content))
            yield DatabaseIssue(f"page {page.number}: {_TOO_MANY}", locator)

    def _also_fitting(self, left: Leftover) -> list[RowShape]:
        others = (shape for shape in (*self._wanted, *self._others) if not shape.table.without_rowid)
        return [shape for shape in others if shape.table is not left.shape.table and shape.fits(left.row.values)]

    def _rest(self, number: int, missing: int) -> bytes | None:
        """The rest of a deleted row. Its overflow pages must be free and unchanged since they were freed."""
        parts: list[bytes] = []
        while missing > 0:
            page = self._page(number) if number in self._free else None
            if page is None:
                return None
            parts.append(page.content[4 : min(page.usable, 4 + missing)])
            missing -= len(parts[-1])
            number = int.from_bytes(page.content[:4], "big")
        return b"".join(parts) if number == 0 else None

    def _read_freelist(self, trunks: list[BtreePage]) -> Iterator[DatabaseIssue]:
        """Read the freelist: its trunk pages, and the numbers of its leaf pages."""
        trunk, walked = self._pages.header.first_freelist_page, set[int]()
        while trunk:
            page = self._page(trunk)
            if page is None or trunk in walked:
                yield DatabaseIssue(f"the list of free pages cannot be followed beyond page {trunk}")
                return
            walked.add(trunk)
            trunks.append(page)
            for place in range(_leaf_count(page)):
                number = int.from_bytes(page.content[8 + 4 * place : 12 + 4 * place], "big")
                if number in walked or self._page(number) is None:
                    yield DatabaseIssue(f"the list of free pages names page {number}, which cannot be one")
                    continue
                walked.add(number)
                self._free.add(number)
            trunk = int.from_bytes(page.content[:4], "big")

    def _free_pages(self, trunks: list[BtreePage]) -> Iterator[TableRow | DatabaseIssue]:
        """The rows in the pages of the freelist."""
        why = _FREELIST + (_MAYBE_UNFINISHED if self._pages.journal.hot else "")
        for page in trunks:
            room = Room(page.content, 8 + 4 * _leaf_count(page), page.usable, page.usable, pages=self._pages.count)
            yield from self._in_room(page, room, self._in_any, RowProvenance.FREELIST, why)
        for number in sorted(self._free):
            leaf = self._page(number)
            if leaf is not None and leaf.content.strip(b"\0"):
                yield from self._free_leaf(leaf, why)

    def _free_leaf(self, page: BtreePage, why: str) -> Iterator[TableRow | DatabaseIssue]:
        if page.kind:
            if page.kind == TABLE_LEAF:
                yield from self._by_pointers(page, self._pages, RowProvenance.FREELIST, why)
            yield from self._unused(page, self._in_any, RowProvenance.FREELIST, why)
            return
        room = Room(page.content, 4, page.usable, page.usable, whole_only=True, among=True, pages=self._pages.count)
        yield from self._in_room(page, room, self._in_any, RowProvenance.FREELIST, why)

    def _unreached(self) -> Iterator[TableRow | DatabaseIssue]:
        for number in self._pages.numbers():
            page = self._page(number)
            if page and page.kind == TABLE_LEAF and number not in self._owners and number not in self._free:
                yield from self._by_pointers(page, self._pages, RowProvenance.UNREACHED, _UNREACHED)

    def _page(self, number: int) -> BtreePage | None:
        try:
            return self._pages.page(number) if number > 0 else None
        except DatabaseError:
            return None


def _leaf_count(trunk: BtreePage) -> int:
    return min(int.from_bytes(trunk.content[4:8], "big"), (trunk.usable - 8) // 4)


def _also(shapes: list[RowShape]) -> str:
    return f"; it would also fit {', '.join(shape.table.name for shape in shapes)}" if shapes else ""


def _shorter(shape: RowShape, lengths: set[int]) -> list[RowShape]:
    """Shapes of rows stored before a column was added, where live rows show that such rows exist."""
    return [RowShape(shape.table, shape.encoding, count) for count in sorted(lengths) if 1 < count < shape.count]
