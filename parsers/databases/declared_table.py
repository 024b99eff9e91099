"""Tables that a definition describes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.sqlite import SqliteDefinition
from parsers.formats.json.text import JsonError, decode
from parsers.formats.lazy_pattern import lazy
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.record import Issue, Record


class DeclaredTable(TableKind):
    """Reads tables that a definition describes."""

    def __init__(self, definition: SqliteDefinition) -> None:
        """Store the definition."""
        self.name = definition.name
        self.version = definition.version
        self.about = definition.about
        self._maker = RecordMaker(definition.form, definition.name, definition.version)
        self._source = definition.source
        self._made = table_made(definition.source.tables)
        self._needs = tuple(column.encode() for column in definition.source.required)

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statement that creates the table, or the path matches."""
        if any(end.fits(path) for end in self._source.paths):
            return True
        return bool(self._made.search(head)) and all(column in head for column in self._needs)

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the tables with matching names and columns."""
        needs = {column.upper() for column in self._source.required}
        names = {name.upper() for name in self._source.tables}
        return tuple(
            table
            for table in tables.values()
            if table.name.upper() in names and needs <= {column.name.upper() for column in table.columns}
        )

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""
        return self._row

    def _row(self, row: TableRow) -> list[Record | Issue]:
        unread: list[Record | Issue] = []
        item: dict[str, object] = plain(row)  # type: ignore[assignment]
        for column, pattern in self._source.only.items():
            value = item.get(column)
            if not isinstance(value, str) or not pattern.search(value):
                return []
        for column in self._source.json:
            text = item.get(column)
            if not isinstance(text, str) or not text.strip():
                continue
            try:
                item[column] = decode(text)
            except JsonError as error:
                if row.live:
                    unread.append(Issue(f"{column}: not JSON ({error}).", row.locator))
        found = unread + self._maker.findings(DeclaredItem((item,), row.locator))
        return found if len(found) == 1 or row.live else [one for one in found if isinstance(one, Record)]


def table_made(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Return an expression for the statement that creates a table of one of these names."""
    either = b"|".join(re.escape(name.encode()) for name in names)
    return lazy(rb"CREATE TABLE (?:IF NOT EXISTS )?[\"'`\[]?(?:" + either + rb")[\"'`\]]?\s{0,20}\(", re.IGNORECASE)
