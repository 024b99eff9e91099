"""Read the rows of a database's known tables: each table goes to the kind that recognises it."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.databases.all_tables import kinds
from parsers.databases.table_kind import RowReader, TableKind, finish_live, finished
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import DatabaseIssue, RowProvenance
from parsers.record import Issue, Record

#: How many unreadable parts are listed; the others are counted.
MAX_ISSUES = 100


def read_known(database: Database, path: str, name: str) -> Iterator[Record | Issue]:
    """Yield the records of every known table's rows, and issues for what could not be read.

    Args:
        database: the open database.
        path: the path of the database inside the evidence.
        name: the name of the database, without the suffix of a log or journal.
    """
    issues = 0
    for issue in database.issues:
        yield Issue(f"The database could not be read in part: {issue.what}.", issue.locator)
    readers, wanted = _readers(database, path)
    for row in database.rows(wanted):
        if isinstance(row, DatabaseIssue):
            issues += 1
            if issues <= MAX_ISSUES:
                yield Issue(f"The database could not be read in part: {row.what}.", row.locator)
            continue
        kind, reader = readers[row.table]
        if kind.own_fields and row.provenance is RowProvenance.LIVE and not row.defaulted:
            # As nearly all rows of declared tables.
            for found in reader(row):
                if isinstance(found, Record):
                    finish_live(found, row)
                yield found
            continue
        for found in reader(row):
            yield finished(found, row, kind, name) if isinstance(found, Record) else found
    if issues > MAX_ISSUES:
        yield Issue(f"{issues - MAX_ISSUES} further parts of the database could not be read.")


def _readers(database: Database, path: str) -> tuple[dict[str, tuple[TableKind, RowReader]], list[TableDefinition]]:
    """The kind and the reader of each known table, by its name, and the tables."""
    readers: dict[str, tuple[TableKind, RowReader]] = {}
    wanted = []
    for kind in kinds():
        for table in kind.tables(path, database.tables):
            # A table goes to the first kind that matches; the kind for unknown tables is last.
            if table.name not in readers:
                readers[table.name] = (kind, kind.reader(path, database))
                wanted.append(table)
    return readers, wanted


def has_known(database: Database, path: str) -> bool:
    """Whether the database has a known table."""
    return any(kind.tables(path, database.tables) for kind in kinds())
