"""Writes the result of a query: as a table on a terminal, CSV that no spreadsheet runs, or JSON Lines."""

from __future__ import annotations

import csv
import json
from contextlib import contextmanager
from decimal import Decimal
from itertools import islice
from math import isfinite
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from echoforensics.case.sql_query.database_messages import database_message
from echoforensics.errors import UsageError
from echoforensics.export.csv_table import cell
from parsers.times import iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.sql_query.query_database import QueryDatabase
    from echoforensics.export.jsonl import Writable

#: The most rows in a table on a terminal.
SHOWN = 1_000
#: The most characters of a text in it.
_CELL = 70
_LINE_ENDS = str.maketrans({mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"})
#: The column added to every row if nothing vouches for some of the input.
UNVERIFIED = "unverified"


class QueryAnswer:
    """The result of a query: columns, and rows that can be iterated once.

    Attributes:
        columns: the column names, in order.
    """

    def __init__(self, database: QueryDatabase, sql: str, unverified: str) -> None:
        """Run a query.

        Args:
            database: the database to query.
            sql: the query.
            unverified: why nothing vouches for some of the input; empty if all was checked.

        Raises:
            UsageError: as for :meth:`echoforensics.case.sql_query.query_database.QueryDatabase.ask`.
        """
        self._errors = database.errors()
        self._reader = database.ask(sql)
        self._more = [unverified] if unverified else []
        self.columns = [*self._reader.schema.names, *([UNVERIFIED] if unverified else [])]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the rows as JSON values, streamed. Raises UsageError if the query fails before its end."""
        with self._as_usage_error():
            for batch in self._reader:
                columns = [_values(column) for column in batch.columns]
                for row in zip(*columns, strict=True):
                    yield [*row, *self._more]

    @contextmanager
    def _as_usage_error(self) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            what = database_message(error)
            raise UsageError(f"the query cannot be answered: {what}; CAST(... AS VARCHAR) shows any value") from error

    def write_csv(self, stream: Writable) -> int:
        """Write a header and rows. Returns their number. No cell runs as a formula."""
        writer = csv.writer(stream)
        writer.writerow([cell(name) for name in self.columns])
        count = 0
        for count, row in enumerate(self.rows(), 1):  # noqa: B007 (the count is wanted)
            writer.writerow([cell(_flat(value)) for value in row])
        return count

    def write_jsonl(self, stream: Writable) -> int:
        """Write one object per line. Returns their number. Raises UsageError if two columns have the same name."""
        if len(set(self.columns)) < len(self.columns):
            raise UsageError("two columns have one name; give each its own with AS, or write csv")
        count = 0
        for count, row in enumerate(self.rows(), 1):  # noqa: B007 (the count is wanted)
            text = json.dumps(dict(zip(self.columns, row, strict=True)), ensure_ascii=False)
            stream.write(text.translate(_LINE_ENDS) + "\n")
        return count

    def shown(self) -> tuple[list[list[str]], bool]:
        """Return the first :data:`SHOWN` rows as short texts, and whether there are more."""
        rows = self.rows()
        found = [[_short(value) for value in row] for row in islice(rows, SHOWN)]
        return found, next(rows, None) is not None


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        # Arrow supports times that Python does not.
        zone = column.type.tz
        micros = column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64()).to_pylist()
        return [_time(value, is_utc=bool(zone)) for value in micros]
    return [_value(value) for value in column.to_pylist()]


def _time(micros: int | None, *, is_utc: bool) -> str | None:
    found = iso(micros)
    return found if found is None or is_utc else found.removesuffix("+00:00")


def _value(value: Any) -> Any:
    """Convert a value for JSON."""
    if isinstance(value, dict):
        return {str(name): _value(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_value(each) for each in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    """Convert a scalar for JSON."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if isfinite(value) else str(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case bytes():
            return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _flat(value: Any) -> Any:
    """Convert a value for a cell: a list of texts as words, as in other tables; deeper values as JSON."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, (dict, list)) for each in value)):
        return json.dumps(value, ensure_ascii=False)
    return value


def _short(value: Any) -> str:
    text = str(cell(_flat(value)))
    text = text.removeprefix("'") if isinstance(value, str) and not value.startswith("'") else text
    return text if len(text) <= _CELL else text[: _CELL - 3] + "..."
