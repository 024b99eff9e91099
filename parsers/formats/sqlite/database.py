"""A database with its write-ahead log and journal: tables, live rows and deleted records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType

from parsers.formats.sqlite import create_table
from parsers.formats.sqlite.column_default import Affinity
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.leftover import Leftover, Shape
from parsers.formats.sqlite.page import TABLE_LEAF, BtreePage
from parsers.formats.sqlite.pages import JOURNAL, WAL, Pages
from parsers.formats.sqlite.tree import TreeCell, TreeIssue, payload, walk
from parsers.formats.sqlite.varint import RowError, SqlValue, values
from parsers.locator import at_bytes
from parsers.parser import Source

#: More rows of one table are not read; an issue counts them.
MAX_ROWS = 1_000_000
#: More deleted records are not read.
MAX_LEFTOVERS = 200_000


class RowProvenance(StrEnum):
    """Where a row was found."""

    LIVE = "live"
    LOG = "live, in the write-ahead log"
    OLD = "earlier version"
    FREELIST = "recovered from a freelist page"
    UNALLOCATED = "recovered from unallocated space in a page"


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Attributes:
        table: the table's name.
        rowid: the row's number; None where it has none or it was overwritten.
        values: by column; a column that the row does not store has its default, and is absent where it has none.
        defaulted: columns that were added after the row was stored, and show the default that they were added with.
        provenance: where it was found.
        why: for a row that is not live, why it is believed; else empty.
        file: suffix of the file it is in: empty, ``-wal`` or ``-journal``.
        locator: the bytes of the row in that file (of a row with overflow pages, the part in its own page).
    """

    table: str
    rowid: int | None
    values: Mapping[str, SqlValue]
    provenance: RowProvenance
    why: str
    file: str
    locator: str
    defaulted: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether the database's own reader would show it."""
        return self.provenance in (RowProvenance.LIVE, RowProvenance.LOG)


@dataclass(frozen=True, slots=True)
class DatabaseIssue:
    """A part of the database that cannot be read: one sentence, and where."""

    what: str
    locator: str = ""


class Database:
    """An open database. Use as a context manager."""

    def __init__(self, source: Source) -> None:
        """Open the file, and the log and the journal beside it if there are any.

        Raises:
            DatabaseError: it is not a database.
            OSError: from reading the evidence.
        """
        self._stack = ExitStack()
        try:
            stream = self._stack.enter_context(source.open())
            beside = []
            for suffix in (WAL, JOURNAL):
                found = source.beside(source.name + suffix)
                beside.append((self._stack.enter_context(found.open()), found.size) if found and found.size else None)
            self._pages = Pages(stream, source.size, beside[0], beside[1])
            self.issues = [DatabaseIssue(what) for what in self._pages.issues]
            self.user_version = self._pages.header.user_version
            self.tables = self._schema()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def rows(self, tables: Iterable[TableDefinition]) -> Iterator[TableRow | DatabaseIssue]:
        """The rows of some tables: the live ones, then deleted records that differ from every live one."""
        wanted = list(tables)
        seen = _Seen(wanted)
        owners: dict[int, TableDefinition] = {}
        for table in wanted:
            yield from self._live(table, seen, owners)
        count = 0
        for row in self._leftovers(wanted, owners):
            if isinstance(row, TableRow) and not seen.is_new(row):
                continue
            count += 1
            if count > MAX_LEFTOVERS:
                yield DatabaseIssue(f"only the first {MAX_LEFTOVERS} deleted records were read")
                return
            yield row

    def _schema(self) -> dict[str, TableDefinition]:
        found: dict[str, TableDefinition] = {}
        for cell in walk(self._pages, 1, set()):
            if isinstance(cell, TreeIssue):
                self.issues.append(self._issue(cell, "the list of tables"))
                continue
            try:
                row = values(payload(self._pages, cell.cell), self._pages.header.encoding)
            except RowError as error:
                self.issues.append(self._issue(TreeIssue(str(error), cell.page.number), "the list of tables"))
                continue
            if len(row) < 5 or row[0] != "table" or not isinstance(row[3], int) or not isinstance(row[4], str):
                continue
            if row[3] <= 0:
                continue  # a virtual table, which has no pages of its own
            table = create_table.read(row[4], row[3])
            if table is None:
                self.issues.append(self._issue(TreeIssue(f"{_NOT_READ} {row[4][:60]}", cell.page.number), str(row[1])))
                continue
            found.setdefault(table.name, table)
        return found

    def _live(
        self, table: TableDefinition, seen: _Seen, owners: dict[int, TableDefinition]
    ) -> Iterator[TableRow | DatabaseIssue]:
        walked: set[int] = set()
        count = 0
        for found in walk(self._pages, table.root, walked):
            if isinstance(found, TreeIssue):
                yield self._issue(found, f"the table {table.name}")
                continue
            count += 1
            if count > MAX_ROWS:
                yield DatabaseIssue(f"only the first {MAX_ROWS} rows of the table {table.name} were read")
                break
            try:
                stored = values(payload(self._pages, found.cell), self._pages.header.encoding)
            except RowError as error:
                yield self._issue(TreeIssue(str(error), found.page.number), f"the table {table.name}")
                continue
            row = _row(table, found, stored)
            seen.is_new(row)
            yield row
        owners.update(dict.fromkeys(walked, table))

    def _leftovers(
        self, wanted: list[TableDefinition], owners: Mapping[int, TableDefinition]
    ) -> Iterator[TableRow | DatabaseIssue]:
        shapes = [Shape(table, self._pages.header.encoding) for table in wanted if not table.without_rowid]
        by_name = {shape.table.name: shape for shape in shapes}
        for number in sorted(owners):
            shape = by_name.get(owners[number].name)
            page = self._page(number)
            if page and shape and page.kind == TABLE_LEAF:
                for left in shape.in_unused(page):
                    yield _recovered(shape.table, page, left, RowProvenance.UNALLOCATED, _UNALLOCATED)
        for old in self._pages.old():
            yield from self._of_old(old.page, old.why, shapes, owners)
        yield from self._free_pages(shapes)

    def _of_old(
        self, page: BtreePage, why: str, shapes: list[Shape], owners: Mapping[int, TableDefinition]
    ) -> Iterator[TableRow | DatabaseIssue]:
        """The rows of an earlier version of a page."""
        if page.kind != TABLE_LEAF:
            return
        owner = owners.get(page.number)
        fitting = [shape for shape in shapes if owner is None or shape.table is owner] or shapes
        yield from self._by_pointers(page, fitting, RowProvenance.OLD, why)

    def _by_pointers(
        self, page: BtreePage, shapes: list[Shape], provenance: RowProvenance, why: str
    ) -> Iterator[TableRow | DatabaseIssue]:
        for at in page.pointers():
            try:
                cell = page.cell(at)
                stored = values(payload(self._pages, cell), self._pages.header.encoding)
            except RowError:
                continue  # room that was used again; a deleted record need not be whole
            fitting = [shape.table for shape in shapes if shape.fits(stored, whole=False)]
            if fitting:
                note = why + _also(fitting[1:]) + (_OVERFLOW if cell.overflow else "")
                left = Leftover(cell.at, cell.size, cell.rowid, stored)
                yield _recovered(fitting[0], page, left, provenance, note)

    def _free_pages(self, shapes: list[Shape]) -> Iterator[TableRow | DatabaseIssue]:
        """The rows in pages that the database holds ready for new use."""
        trunk, walked = self._pages.header.first_freelist_page, set[int]()
        while trunk:
            page = self._page(trunk)
            if page is None or trunk in walked:
                yield DatabaseIssue(f"the list of free pages cannot be followed beyond page {trunk}")
                return
            walked.add(trunk)
            count = min(int.from_bytes(page.content[4:8], "big"), (page.usable - 8) // 4)
            for shape in shapes:
                for left in shape.in_room(page, 8 + 4 * count):
                    yield _recovered(shape.table, page, left, RowProvenance.FREELIST, _FREELIST)
            for place in range(count):
                number = int.from_bytes(page.content[8 + 4 * place : 12 + 4 * place], "big")
                leaf = self._page(number)
                if leaf is None or number in walked:
                    yield DatabaseIssue(f"the list of free pages names page {number}, which cannot be one")
                    continue
                walked.add(number)
                yield from self._free_leaf(leaf, shapes)
            trunk = int.from_bytes(page.content[:4], "big")

    def _free_leaf(self, page: BtreePage, shapes: list[Shape]) -> Iterator[TableRow | DatabaseIssue]:
        if page.kind == TABLE_LEAF:
            yield from self._by_pointers(page, shapes, RowProvenance.FREELIST, _FREELIST)
        for shape in shapes:
            for left in shape.in_room(page, 0):
                yield _recovered(shape.table, page, left, RowProvenance.FREELIST, _FREELIST)

    def _page(self, number: int) -> BtreePage | None:
        try:
            return self._pages.page(number) if number > 0 else None
        except DatabaseError:
            return None

    def _issue(self, issue: TreeIssue, what: str) -> DatabaseIssue:
        page = self._page(issue.page)
        locator = at_bytes(page.offset, len(page.content)) if page and not page.file else ""
        return DatabaseIssue(f"{what}: {issue.what}", locator)


_UNALLOCATED = "its place in the page is no longer in use, and it has the shape of the table's rows"
_FREELIST = "it lies in a page that is no longer in use, and has the shape of the table's rows"
_OVERFLOW = "; its later part was read from pages that may have been used anew"


_NOT_READ = "the statement that made it is not understood, and its rows are not read:"


def _also(tables: list[TableDefinition]) -> str:
    return f"; it would also fit {', '.join(table.name for table in tables)}" if tables else ""


class _Seen:
    """Which rows were given already."""

    def __init__(self, tables: list[TableDefinition]) -> None:
        self._numbers = {
            table.name: table.columns[table.rowid_column].name for table in tables if table.rowid_column is not None
        }
        self._whole: set[int] = set()
        self._unnumbered: set[int] = set()

    def is_new(self, row: TableRow) -> bool:
        """Whether no row like it was given; from now on one was."""
        number = self._numbers.get(row.table)
        content = hash((row.table, tuple(item for item in row.values.items() if item[0] != number)))
        whole = hash((content, row.rowid))
        known = whole in self._whole or (row.rowid is None and content in self._unnumbered)
        self._whole.add(whole)
        self._unnumbered.add(content)
        return not known


def _row(table: TableDefinition, found: TreeCell, stored: list[SqlValue]) -> TableRow:
    file = found.page.file
    return TableRow(
        table.name,
        found.cell.rowid,
        _named(table, stored, found.cell.rowid),
        RowProvenance.LOG if file else RowProvenance.LIVE,
        "",
        file,
        at_bytes(found.page.offset + found.cell.at, found.cell.size),
        _defaulted(table, stored),
    )


def _recovered(
    table: TableDefinition, page: BtreePage, left: Leftover, provenance: RowProvenance, why: str
) -> TableRow:
    named = _named(table, left.values, left.rowid)
    locator = at_bytes(page.offset + left.at, left.size)
    defaulted = _defaulted(table, left.values)
    return TableRow(table.name, left.rowid, named, provenance, why, page.file, locator, defaulted)


def _named(table: TableDefinition, stored: list[SqlValue], rowid: int | None) -> dict[str, SqlValue]:
    """The values by column. The column that is the row's number is stored as NULL and takes the number.

    A column that a row is too short for was added later; it shows its default, if it has one. A REAL column keeps
    whole numbers as integers to save room.
    """
    named: dict[str, SqlValue] = {}
    for place, value in zip(table.stored, stored, strict=False):
        column = table.columns[place]
        if place == table.rowid_column and value is None:
            named[column.name] = rowid
        else:
            whole = isinstance(value, int) and column.affinity is Affinity.REAL
            named[column.name] = float(value or 0) if whole else value
    for place in table.stored[len(stored) :]:
        if table.columns[place].has_default:
            named[table.columns[place].name] = table.columns[place].default
    return named


def _defaulted(table: TableDefinition, stored: list[SqlValue]) -> tuple[str, ...]:
    missing = (table.columns[place] for place in table.stored[len(stored) :])
    return tuple(column.name for column in missing if column.has_default)
