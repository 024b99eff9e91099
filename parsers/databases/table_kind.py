"""The base class for readers of one kind of table, and the fields common to records of table rows."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import RowProvenance, TableRow
from parsers.formats.sqlite.varint import SqlValue
from parsers.parser import About
from parsers.record import Issue, Record, Value

#: Reads one row.
RowReader = Callable[[TableRow], Iterable[Record | Issue]]

#: Blobs of up to this many bytes are shown in full, as hexadecimal digits.
_SHORT_BLOB = 64


class SignsRows(Protocol):
    """What made a record: a kind of table, or a parser."""

    @property
    def name(self) -> str:
        """The unique name."""

    @property
    def version(self) -> str:
        """The version of its records."""


class TableKind(ABC):
    """Reads one kind of table.

    Attributes:
        name: a unique name, like a parser's.
        version: raised whenever the records of the same rows change.
        about: the human-readable description.
        own_fields: whether the fields of each of its records are a dictionary of that record alone.
    """

    name: str
    version: str
    about: About
    own_fields: bool = False

    @abstractmethod
    def hinted(self, head: bytes, path: str) -> bool:
        """Whether a database with this head or path may have such tables. Cheap."""

    @abstractmethod
    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:
        """Return the database's tables of this kind."""

    @abstractmethod
    def reader(self, path: str, database: Database) -> RowReader:
        """Return a reader for the rows of one database."""


def plain(row: TableRow) -> dict[str, Value]:
    """The values of a row as record fields; bytes as their length, SHA-256 and, if short, their content."""
    values = row.values
    if bytes not in map(type, values.values()):
        return dict(values)  # type: ignore[arg-type]
    return {name: described(value) if isinstance(value, bytes) else value for name, value in values.items()}


def described(value: SqlValue) -> str | int | float | None:
    """Convert a value to text or a number."""
    if not isinstance(value, bytes):
        return value
    summary = f"{len(value)} bytes, SHA-256 {hashlib.sha256(value).hexdigest()}"
    return f"{summary}: {value.hex()}" if 0 < len(value) <= _SHORT_BLOB else summary


def finish_live(record: Record, row: TableRow) -> None:
    """Add to a record of its own fields where its row was found: a live row of the database file, without defaults."""
    fields: dict[str, Value] = record.fields  # type: ignore[assignment]
    fields["table"], fields["row"], fields["provenance"] = row.table, row.rowid, row.provenance


def finished(record: Record, row: TableRow, kind: SignsRows, database_name: str) -> Record:
    """Add to a record where its row was found, and what that means for its reliability."""
    fields: dict[str, Value] = {**record.fields, "table": row.table, "row": row.rowid, "provenance": row.provenance}
    if row.defaulted:
        fields["defaults"] = ", ".join(row.defaulted)
    message = record.message
    if not row.live:
        fields["why"] = row.why
        fields["confidence"] = "lower than that of a live row"
        message += f" {_PROVENANCE_SENTENCES[row.provenance]}: {row.why}."
    # Faster than dataclasses.replace.
    return Record(
        record.data_type, message, row.locator, record.timestamps, record.device_serial, record.device_type,
        record.account, record.person, record.utterance_id, record.transcript, fields, record.keys,
        record.parser or kind.name, record.parser_version or kind.version,
        database_name + row.file if row.file else "",
    )  # fmt: skip


_PROVENANCE_SENTENCES = {
    RowProvenance.OLD: "The database no longer shows this row; it is an earlier version",
    RowProvenance.UNFINISHED: (
        "The database does not show this row; it was written by a transaction that was never finished"
    ),
    RowProvenance.UNREACHED: "Nothing leads to this row; it was found in a page by itself",
    RowProvenance.FREELIST: "The database no longer shows this row; it was recovered",
    RowProvenance.UNALLOCATED: "The database no longer shows this row; it was recovered",
}
