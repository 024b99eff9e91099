"""Databases made by SQLite itself, for the tests of what reads them."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from parsers.parser import HEAD_SIZE, Source
from parsers.sqlite.database import Database, DatabaseFault, Row

Statement = str | tuple[str, tuple[object, ...]]
Files = dict[str, bytes]


@pytest.fixture(scope="session")
def source_in() -> Callable[..., Source]:
    """One of some files in memory, as a source with the others beside it."""

    def source(files: Mapping[str, bytes], path: str = "x.db") -> Source:
        content = files[path]

        def beside(at: str) -> Source | None:
            return source(files, at) if at in files else None

        return Source(path, len(content), content[:HEAD_SIZE], lambda: io.BytesIO(content), beside)

    return source


@pytest.fixture(scope="session")
def make_database() -> Callable[..., Files]:
    """Runs statements on a new database; gives its bytes, with the log or journal beside it while it is still open."""

    def make(*statements: Statement, name: str = "x.db") -> Files:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.db"
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                db.execute("PRAGMA secure_delete = OFF")
                _run(db, statements)
                found = {file.name.replace("x.db", name): file.read_bytes() for file in Path(folder).iterdir()}
        return {name: content for name, content in found.items() if not name.endswith("-shm")}

    return make


@pytest.fixture(scope="session")
def read_database(source_in: Callable[..., Source]) -> Callable[..., tuple[list[Row], list[DatabaseFault]]]:
    """The rows of some tables (of every one where none is named), and what could not be read."""

    def read(files: Files, *tables: str, path: str = "x.db") -> tuple[list[Row], list[DatabaseFault]]:
        with Database(source_in(files, path)) as database:
            wanted = [table for name, table in database.tables.items() if not tables or name in tables]
            found = list(database.rows(wanted))
            faults = [*database.faults, *(item for item in found if isinstance(item, DatabaseFault))]
        return [item for item in found if isinstance(item, Row)], faults

    return read


def _run(db: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    for statement in statements:
        if isinstance(statement, str):
            db.execute(statement)
        else:
            db.execute(*statement)
