"""A database with its write-ahead log and rollback journal: tables, live rows and deleted records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType

from parsers.formats.sqlite import create_table
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.deleted_rows import DeletedRows
from parsers.formats.sqlite.header import DatabaseError
from parsers.formats.sqlite.page import TABLE_LEAF, BtreePage, Cell
from parsers.formats.sqlite.pages import JOURNAL, WAL, LostHeader, Pages, PageSource
from parsers.formats.sqlite.rollback_journal import MAGIC as JOURNAL_MAGIC
from parsers.formats.sqlite.table_row import LIVE_IN, DatabaseIssue, FoundRow, RowProvenance, TableRow, table_row
from parsers.formats.sqlite.tree import TreeCell, TreeIssue, cell_at, leaves_below, payload, walk, walk_pages
from parsers.formats.sqlite.usual_rows import UsualRows
from parsers.formats.sqlite.varint import RowError, values
from parsers.formats.sqlite.write_ahead_log import MAGICS as WAL_MAGICS
from parsers.locator import at_bytes
from parsers.parser import Source

#: Limit on the rows read from one table. An issue counts the rest.
MAX_ROWS = 1_000_000
#: Limit on the deleted records read.
MAX_LEFTOVERS = 200_000
#: Live rows held in memory at once; fewer where one overflows its page.
_AT_ONCE = 64


class Database:
    """An open database. Use as a context manager."""

    def __init__(self, source: Source, lost: LostHeader | None = None) -> None:
        """Open the file, and its log and journal if they exist.

        Args:
            source: the database, or a write-ahead log or rollback journal whose database is missing. Such a file is
                read as far as it goes: its rows count as live only where pages lead to them.
            lost: how to read a database whose header is missing.

        Raises:
            DatabaseError: it is not a database.
            OSError: the evidence cannot be read.
        """
        self._stack = ExitStack()
        self._partial = lost is not None or is_companion(source)
        try:
            self._pages = self._alone(source, lost) if is_companion(source) else self._with_companions(source, lost)
            self.issues = [DatabaseIssue(what) for what in self._pages.issues]
            self.user_version = self._pages.header.user_version
            self._roots: dict[int, TableDefinition | None] = {}
            self._lengths: dict[str, set[int]] = {}
            self.tables = self._schema(self._pages)
            self._unfinished = {} if self._partial else self._schema_of_unfinished()
            self.tables |= self._unfinished
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Database:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def rows(self, tables: Iterable[TableDefinition]) -> Iterator[TableRow | DatabaseIssue]:
        """The rows of some tables: the live ones, then deleted records that differ from every live row."""
        wanted = list(tables)
        seen = _Seen(wanted)
        owners: dict[int, TableDefinition | None] = {}
        self._lengths.clear()
        for table in wanted:
            if table.name not in self._unfinished:
                yield from self._live(table, seen, owners)
        given = set(wanted)
        for root, owner in self._roots.items():
            if owner not in given:
                for number in leaves_below(self._pages, root):
                    owners.setdefault(number, owner)
        count = 0
        for row in DeletedRows(self._pages, self.tables, wanted, owners, self._lengths).rows(everywhere=self._partial):
            if isinstance(row, TableRow) and not seen.is_new(row):
                continue
            count += 1
            if count > MAX_LEFTOVERS:
                yield DatabaseIssue(f"only the first {MAX_LEFTOVERS} deleted records were read")
                return
            yield row

    @property
    def encoding(self) -> int:
        """The encoding of its text values: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE."""
        return self._pages.header.encoding

    def table_pages(self) -> Iterator[tuple[BtreePage, str]]:
        """Every leaf page of any table, and the reason if the page is not current; empty if it is."""
        for number in self._pages.numbers():
            try:
                page = self._pages.page(number)
            except DatabaseError:
                continue
            if page.kind == TABLE_LEAF and number > 1:
                yield page, ""
        for old in self._pages.old():
            if old.page.kind == TABLE_LEAF and old.page.number > 1:
                yield old.page, old.why

    def _with_companions(self, source: Source, lost: LostHeader | None) -> Pages:
        stream = self._stack.enter_context(source.open())
        beside = []
        for suffix in (WAL, JOURNAL):
            found = source.beside(source.name + suffix)
            beside.append((self._stack.enter_context(found.open()), found.size) if found and found.size else None)
        return Pages(stream, source.size, beside[0], beside[1], lambda name: source.beside(name) is not None, lost)

    def _alone(self, source: Source, lost: LostHeader | None) -> Pages:
        stream = self._stack.enter_context(source.open()), source.size
        is_log = source.head.startswith(WAL_MAGICS)
        return Pages(None, 0, stream if is_log else None, None if is_log else stream, lost=lost)

    def _schema(self, pages: PageSource) -> dict[str, TableDefinition]:
        found: dict[str, TableDefinition] = {}
        owners: dict[int, TableDefinition | None] = {1: None}
        for cell in walk(pages, 1, set()):
            if isinstance(cell, TreeIssue):
                if not self._partial:
                    self.issues.append(self._issue(cell, "the list of tables"))
                continue
            try:
                row = values(payload(pages, cell.cell), self._pages.header.encoding)
            except RowError as error:
                self.issues.append(self._issue(TreeIssue(str(error), cell.page.number), "the list of tables"))
                continue
            root = row[3] if len(row) >= 5 else None
            if not isinstance(root, int) or root <= 0:
                continue  # A view, a trigger, or a virtual table, which has no pages of its own.
            owners[root] = None
            if row[0] != "table" or not isinstance(row[4], str):
                continue
            table = create_table.read(row[4], root)
            if table is None:
                self.issues.append(self._issue(TreeIssue(f"{_NOT_READ} {row[4][:60]}", cell.page.number), str(row[1])))
            elif table.name not in found:
                found[table.name] = owners[root] = table
        self._roots = owners
        return found

    def _schema_of_unfinished(self) -> dict[str, TableDefinition]:
        """Tables that exist only in an unfinished transaction."""
        view = self._pages.unfinished()
        if view is None:
            return {}
        known, issues, roots = self.tables, list(self.issues), self._roots
        found = self._schema(view)
        self.issues, self._roots = issues, roots
        return {name: table for name, table in found.items() if name not in known}

    def _live(
        self, table: TableDefinition, seen: _Seen, owners: dict[int, TableDefinition | None]
    ) -> Iterator[TableRow | DatabaseIssue]:
        walked: set[int] = set()
        rows: list[TableRow | DatabaseIssue] = []
        try:
            for row, large in self._live_rows(table, seen, walked):
                rows.append(row)
                # Reading several rows before building the first record is a fifth faster than one at a time.
                if large or len(rows) >= _AT_ONCE:
                    yield from rows
                    rows.clear()
        except OSError:
            yield from rows
            raise
        yield from rows
        owners.update(dict.fromkeys(walked, table))
        stated = self._pages.header.pages
        if not self._partial and stated is not None and max(walked, default=0) > stated:
            yield DatabaseIssue(
                f"the table {table.name}: it leads to page {max(walked)}, and the header states {stated} pages; SQLite"
                " takes the database for damaged: a change of it may not have been finished"
            )

    def _live_rows(
        self, table: TableDefinition, seen: _Seen, walked: set[int]
    ) -> Iterator[tuple[TableRow | DatabaseIssue, bool]]:
        """Yield each row, and whether it overflows its page: such a row may be large."""
        lengths = self._lengths.setdefault(table.name, set())
        count, usual = 0, UsualRows(self._pages.header.encoding)
        for page, found in self._found(table.root, walked, usual):
            if isinstance(found, TreeIssue):
                if not self._partial:  # Otherwise pages are already known to be missing.
                    yield self._issue(found, f"the table {table.name}"), False
                continue
            count += 1
            if count > MAX_ROWS:
                yield DatabaseIssue(f"only the first {MAX_ROWS} rows of the table {table.name} were read"), False
                break
            try:
                read = found if isinstance(found, FoundRow) else self._whole(found)
            except RowError as error:
                yield self._issue(TreeIssue(str(error), page.number), f"the table {table.name}"), False
                continue
            lengths.add(len(read.values))
            row = table_row(table, page, read, LIVE_IN.get(page.file, RowProvenance.LIVE))
            seen.is_new(row)
            yield row, isinstance(found, Cell) and found.overflow != 0

    def _whole(self, cell: Cell) -> FoundRow:
        """The row of a cell, with its overflow pages. Raises RowError if it cannot be read."""
        content = payload(self._pages, cell) if cell.overflow else cell.payload
        return FoundRow(cell.at, cell.size, cell.rowid, values(content, self._pages.header.encoding))

    def _found(
        self, root: int, walked: set[int], usual: UsualRows
    ) -> Iterator[tuple[BtreePage, FoundRow | Cell | TreeIssue]]:
        """Yield each row of a tree as far as it could be read at once, with its page; of an issue, any page."""
        for found in walk_pages(self._pages, root, walked):
            if isinstance(found, TreeCell):
                yield found
            elif isinstance(found, TreeIssue):
                yield _NO_PAGE, found
            else:
                is_table = found.kind == TABLE_LEAF
                for at in found.pointers():
                    if is_table and (row := usual.read(found, at)):
                        yield found, row
                        continue
                    cell = cell_at(found, at)
                    yield cell if isinstance(cell, TreeCell) else (found, cell)

    def _issue(self, issue: TreeIssue, what: str) -> DatabaseIssue:
        try:
            page = self._pages.page(issue.page) if issue.page > 0 else None
        except DatabaseError:
            page = None
        locator = at_bytes(page.offset, len(page.content)) if page and not page.file and page.offset >= 0 else ""
        return DatabaseIssue(f"{what}: {issue.what}", locator)


def is_companion(source: Source) -> bool:
    """Whether a file is a write-ahead log or a rollback journal. A zeroed journal is recognised by its name."""
    if source.head.startswith((*WAL_MAGICS, JOURNAL_MAGIC)):
        return True
    return source.name.endswith(JOURNAL) and source.size > 512 and source.head.startswith(bytes(28))


_NO_PAGE = BtreePage(0, b"", 0, "", -1)
_NOT_READ = "the statement that made it is not understood, and its rows are not read:"


class _Seen:
    """The rows yielded so far."""

    def __init__(self, tables: list[TableDefinition]) -> None:
        self._numbers = {
            table.name: table.columns[table.rowid_column].name for table in tables if table.rowid_column is not None
        }
        self._whole: set[int] = set()
        self._unnumbered: set[int] = set()

    def is_new(self, row: TableRow) -> bool:
        """Whether no equal row was yielded before. Remembers the row."""
        number = self._numbers.get(row.table)
        values = row.values if number is None else {**row.values, number: None}
        # Hash the repr(): hash() returns the same for -1 and -2.
        content = hash((row.table, repr(list(values.values()))))
        whole = hash((content, str(row.rowid)))
        known = whole in self._whole or (row.rowid is None and content in self._unnumbered)
        self._whole.add(whole)
        self._unnumbered.add(content)
        return not known
