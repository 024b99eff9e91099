"""Sources in memory, and what databases hold, for the tests of what reads them."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import pytest

from parsers.parser import HEAD_SIZE, Source
from parsers.sqlite.database import Database, DatabaseFault, Row

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
def read_database(source_in: Callable[..., Source]) -> Callable[..., tuple[list[Row], list[DatabaseFault]]]:
    """The rows of some tables (of every one where none is named), and what could not be read."""

    def read(files: Files, *tables: str, path: str = "x.db") -> tuple[list[Row], list[DatabaseFault]]:
        with Database(source_in(files, path)) as database:
            wanted = [table for name, table in database.tables.items() if not tables or name in tables]
            found = list(database.rows(wanted))
            faults = [*database.faults, *(item for item in found if isinstance(item, DatabaseFault))]
        return [item for item in found if isinstance(item, Row)], faults

    return read
