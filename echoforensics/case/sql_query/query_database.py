"""Cases and Parquet files as one DuckDB database, for SQL queries.

The contents of cases are written to a database of its own, in a private folder that is removed at the
end: DuckDB reads SQLite only with an extension that it downloads. Parquet files are read in place.
The database is then reopened read-only. A query may use no files except those Parquet files, no network and no
extensions, and cannot change settings. Memory is limited; the rest is spilled to that folder.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.case.sql_query.case_tables import TABLES, named_tables, table_batches, table_schema
from echoforensics.case.sql_query.database_messages import database_message
from echoforensics.errors import UsageError
from echoforensics.scale_extra import scale_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import ModuleType, TracebackType

    from echoforensics.case.case import Case

#: Memory limit of DuckDB, beyond which it spills to its folder.
_MEMORY = "512MB"
#: What makes a path a pattern that fits others too.
_OF_PATTERNS = "*?["
#: Number of result rows held at once.
_BATCH = 5_000
_CLOSED = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,
    "memory_limit": _MEMORY,
}


class QueryDatabase:
    """A database made for one query.

    Raises:
        UsageError: DuckDB is not installed.
    """

    def __init__(self) -> None:
        self._duckdb: ModuleType = scale_library("duckdb", "query")
        self._open = ExitStack()
        self._folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="echoforensics-query-")))
        self._parquet: list[tuple[str, list[Path]]] = []
        self._db: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def fill(self, cases: Iterable[tuple[str, Case]], parquet: Iterable[tuple[str, Sequence[Path]]], sql: str) -> None:
        """Write the tables that a query names from cases, and register Parquet files.

        Args:
            cases: each case with its value in column ``case``.
            parquet: likewise, the files of each timeline.
            sql: the query.

        Raises:
            CaseError: a case cannot be read.
            UsageError: the disk is full, or a Parquet file cannot be read.
        """
        named = named_tables(sql)
        self._parquet = [(name, [self._without_pattern(path) for path in files]) for name, files in parquet]
        opened = list(cases)
        try:
            with self._duckdb.connect(self._path, config=_CLOSED) as db:
                for table in named:
                    self._make(db, table)
                    for name, case in opened:
                        for batch in table_batches(case, table):
                            _append(db, table, name, batch)
                    self._show(db, table)
        except self._duckdb.Error as error:
            raise UsageError(f"the tables of the query cannot be prepared: {database_message(error)}") from error

    def _without_pattern(self, path: Path) -> Path:
        """Return a path that DuckDB does not take for a pattern of names: a link to the file if its own would be."""
        if not any(mark in str(path) for mark in _OF_PATTERNS):
            return path
        link = self._folder / f"{len(list(self._folder.iterdir()))}.parquet"
        link.symlink_to(path)
        return link

    @property
    def _path(self) -> str:
        return str(self._folder / "query.duckdb")

    def _make(self, db: Any, table: str) -> None:
        """Create an empty table for the contents of cases."""
        columns = [pa.field("case", pa.string()), *table_schema(table)]
        db.register("empty", pa.Table.from_batches([], schema=pa.schema(columns)))
        db.execute("CREATE SCHEMA IF NOT EXISTS held")
        db.execute(f'CREATE TABLE held."{table}" AS SELECT * FROM empty')  # noqa: S608 (our names)
        db.unregister("empty")

    def _show(self, db: Any, table: str) -> None:
        """Create the view that a query names: the contents of cases, and for ``rows`` also the Parquet files."""
        parts = [f'SELECT * FROM held."{table}"']  # noqa: S608 (our names)
        if table == "rows":
            parts += [_of_parquet(db, name, files) for name, files in self._parquet]
        db.execute(f'CREATE VIEW "{table}" AS {" UNION ALL ".join(parts)}')

    def ask(self, sql: str) -> pa.RecordBatchReader:
        """Run the query. The result is streamed.

        Raises:
            UsageError: it is not a single read-only query, DuckDB rejects it, or it uses something that a query
                may not use.
        """
        try:
            db = self._read_only()
            statements = db.extract_statements(sql)
            if len(statements) != 1 or statements[0].type != self._duckdb.StatementType.SELECT:
                raise UsageError("give one query that only reads: SELECT, WITH, FROM, DESCRIBE or SUMMARIZE")
            return db.sql(statements[0]).to_arrow_reader(_BATCH)
        except self._duckdb.Error as error:
            raise UsageError(f"the query cannot be answered: {database_message(error)}{self._hint(error)}") from error

    def _read_only(self) -> Any:
        """Open the database read-only; another result may still be streaming."""
        if self._db is None:
            files = [str(path) for _, several in self._parquet for path in several]
            config = {**_CLOSED, "temp_directory": str(self._folder / "waiting")}
            self._db = self._open.enter_context(self._duckdb.connect(self._path, read_only=True, config=config))
            self._db.execute("SET GLOBAL TimeZone = 'UTC'")
            self._db.execute(f"SET allowed_paths = [{', '.join(map(_quoted, files))}]")
            self._db.execute("SET enable_external_access = false")
            self._db.execute("SET lock_configuration = true")
        return self._open.enter_context(self._db.cursor())

    def _hint(self, error: BaseException) -> str:
        if isinstance(error, self._duckdb.CatalogException) and "Table" in str(error):
            return f". The tables are {', '.join(TABLES)}"
        return ""

    def errors(self) -> tuple[type[Exception], ...]:
        """The exceptions that reading a result may raise: DuckDB's, Arrow's, and Python's if it lacks a value."""
        return (self._duckdb.Error, pa.ArrowException, OverflowError, ValueError)


def _append(db: Any, table: str, name: str, batch: pa.RecordBatch) -> None:
    db.register("batch", pa.Table.from_batches([batch]))
    db.execute(f'INSERT INTO held."{table}" SELECT ?, * FROM batch', [name])  # noqa: S608 (our names)
    db.unregister("batch")


def _of_parquet(db: Any, name: str, files: list[Path]) -> str:
    """The rows of Parquet files, with the columns of a row; missing columns are empty."""
    there = f"read_parquet([{', '.join(_quoted(str(path)) for path in files)}], union_by_name = true,"
    there += " hive_partitioning = false)"
    columns = {row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {there}").fetchall()}  # noqa: S608 (quoted)
    shown = [f'"{column}"' if column in columns else f'NULL AS "{column}"' for column in ROW_COLUMNS]
    return f'SELECT {_quoted(name)} AS "case", {", ".join(shown)} FROM {there}'  # noqa: S608 (our names, and quoted)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
