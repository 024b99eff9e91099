"""Read the rows of a database's known tables: each table goes to the kind that recognises it."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.databases.all_tables import kinds
from parsers.databases.table_kind import RowReader, TableKind, finished
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import DatabaseIssue
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
    readers: dict[str, tuple[TableKind, RowReader]] = {}
    wanted = []
    for kind in kinds():
        for table in kind.tables(path, database.tables):
            # A table goes to the first kind that matches; the kind for unknown tables is last.
            if table.name not in readers:
                readers[table.name] = (kind, kind.reader(path, database))
                wanted.append(table)
    for row in database.rows(wanted):
        if isinstance(row, DatabaseIssue):
            issues += 1
            if issues <= MAX_ISSUES:
                yield Issue(f"The database could not be read in part: {row.what}.", row.locator)
            continue
        kind, reader = readers[row.table]
        for found in reader(row):
            yield finished(found, row, kind, name) if isinstance(found, Record) else found
    if issues > MAX_ISSUES:
        yield Issue(f"{issues - MAX_ISSUES} further parts of the database could not be read.")


def has_known(database: Database, path: str) -> bool:
    """Whether the database has a known table."""
    return any(kind.tables(path, database.tables) for kind in kinds())
