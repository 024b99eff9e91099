"""An index that another process makes, in a database of its own, for a case that has no records yet.

Its content is copied into the case when it is complete. Until then the index of the case is empty, and a search reads
the rows. The tables that are copied are documented in https://www.sqlite.org/fts5.html, "FTS5 Data Structures".
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from echoforensics.case.full_text.filling import ADD, REMOVE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.full_text.filling import Texts
    from echoforensics.case.store import Store

#: Bytes that are held in memory before they are written.
_HELD = 16 * 1024 * 1024
#: The tables in which FTS5 keeps the content of an index that stores neither texts nor their sizes.
_DATA = ("search_data", "search_idx")


def definition_of(store: Store) -> str:
    """The statement that makes the index of a case."""
    found: str = store.db.execute("SELECT sql FROM main.sqlite_schema WHERE name = 'search'").fetchone()[0]
    return found


def create_index_apart(path: Path, definition: str, steps: Iterator[tuple[bool, Texts]]) -> None:
    """Make an index in a database of its own, in which there is nothing else.

    Args:
        path: where the database is made.
        definition: see :func:`definition_of`.
        steps: records to add (True) or to remove, in order.
    """
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        # It is thrown away where it is not completed.
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        db.execute(definition)
        db.execute("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", (_HELD,))
        db.execute("BEGIN")
        for adds, texts in steps:
            db.executemany(ADD if adds else REMOVE, texts)
        db.execute("COMMIT")


def take_index(store: Store, path: Path) -> None:
    """Copy the content of an index that was made apart into the empty one of a case.

    Args:
        store: the store of the case. No transaction is open.
        path: the database with the other index.
    """
    store.db.execute("ATTACH ? AS apart", (str(path),))
    try:
        with store.transaction():
            for table in _DATA:
                store.db.execute(f"DELETE FROM main.{table}")  # noqa: S608 (our names)
                store.db.execute(f"INSERT INTO main.{table} SELECT * FROM apart.{table}")  # noqa: S608 (our names)
    finally:
        store.db.execute("DETACH apart")
