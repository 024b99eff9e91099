"""The results of reading a database: rows, each with its location, and parts that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.page import BtreePage
from parsers.formats.sqlite.varint import SqlValue
from parsers.locator import at_bytes


class RowProvenance(StrEnum):
    """Where a row was found."""

    LIVE = "live"
    LOG = "live, in the write-ahead log"
    JOURNAL = "live, restored from the rollback journal"
    OLD = "earlier version"
    UNFINISHED = "written by a transaction that was never finished"
    FREELIST = "recovered from a freelist page"
    UNALLOCATED = "recovered from unallocated space in a page"
    UNREACHED = "in a page that nothing leads to"


#: The provenance of a live row, by the file that holds it.
LIVE_IN = {"": RowProvenance.LIVE, "-wal": RowProvenance.LOG, "-journal": RowProvenance.JOURNAL}
_LIVE = tuple(LIVE_IN.values())


class TableRow(NamedTuple):
    """One row.

    Attributes:
        table: the table's name.
        rowid: the row's number; None if it has none or it was overwritten.
        values: by column. A column that the row does not store has its default, or is absent if it has none.
        provenance: where it was found.
        why: for a row that is not live, the grounds for accepting it; else empty.
        file: suffix of the file it is in: empty, ``-wal`` or ``-journal``.
        locator: the bytes of the row in that file (for a row with overflow pages, the part in its own page).
        defaulted: columns added after the row was stored, shown with their defaults.
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
        """Whether SQLite would show it."""
        return self.provenance in _LIVE


class DatabaseIssue(NamedTuple):
    """A part of the database that cannot be read: one sentence, and where."""

    what: str
    locator: str = ""


class FoundRow(NamedTuple):
    """A row as found in a page.

    Attributes:
        at, size: its place in the page, in bytes.
        rowid: its number; None if it has none or it was overwritten.
        values: its values, in stored order.
    """

    at: int
    size: int
    rowid: int | None
    values: Sequence[SqlValue]


def table_row(
    table: TableDefinition, page: BtreePage, found: FoundRow, provenance: RowProvenance, why: str = ""
) -> TableRow:
    """Convert a found row to a row of a table."""
    stored, names = found.values, table.stored_names
    locator = at_bytes(page.offset + found.at, found.size)
    if len(stored) == len(names) and table.stored_as_shown:
        named = dict(zip(names, stored, strict=True))
        return TableRow(table.name, found.rowid, named, provenance, why, page.file, locator)
    named = _named(table, stored, found.rowid)
    return TableRow(
        table.name, found.rowid, named, provenance, why, page.file, locator, _defaulted(table, stored)
    )  # fmt: skip


def _named(table: TableDefinition, stored: Sequence[SqlValue], rowid: int | None) -> dict[str, SqlValue]:
    """The values by column. The column that aliases the rowid is stored as NULL and gets the rowid.

    A column missing from a short row was added later; it shows its default, if it has one. A REAL column stores
    whole numbers as integers to save space.
    """
    count, number = len(stored), table.stored_number
    given = list(stored)
    if number is not None and number < count and given[number] is None:
        given[number] = rowid
    for at in table.stored_reals:
        if at < count and isinstance(value := given[at], int):
            given[at] = float(value)
    named = dict(zip(table.stored_names, given, strict=False))
    for column in table.stored_columns[count:]:
        if column.has_default:
            named[column.name] = column.default
    return named


def _defaulted(table: TableDefinition, stored: Sequence[SqlValue]) -> tuple[str, ...]:
    return tuple([column.name for column in table.stored_columns[len(stored) :] if column.has_default])
