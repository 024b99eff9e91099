"""Tables that a definition describes."""

from __future__ import annotations

from collections.abc import Mapping

from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.sqlite import SqliteDefinition
from parsers.formats.json.text import JsonError, decode
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.record import Issue, Record


class DeclaredTable(TableKind):
    """Reads tables that a definition describes."""

    own_fields = True

    def __init__(self, definition: SqliteDefinition) -> None:
        """Store the definition."""
        self.name = definition.name
        self.version = definition.version
        self.about = definition.about
        self._maker = RecordMaker(definition.form, definition.name, definition.version)
        self._source = definition.source
        self._made = MadeTables(definition.source.tables)
        self._names = frozenset(name.upper() for name in definition.source.tables)
        self._columns = frozenset(column.upper() for column in definition.source.required)
        self._needs = tuple(column.encode() for column in definition.source.required)

    def hinted(self, head: bytes, path: str) -> bool:
        """Whether the head has the statement that creates the table, or the path matches."""
        if any(end.fits(path) for end in self._source.paths):
            return True
        return self._made.are_in(head) and all(column in head for column in self._needs)

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the tables with matching names and columns."""
        return tuple(
            table
            for table in tables.values()
            if table.name.upper() in self._names and self._columns <= {column.name.upper() for column in table.columns}
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
