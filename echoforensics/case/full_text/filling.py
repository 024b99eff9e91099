"""Fills the full-text index over the texts of records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    #: Records by number, each with its text.
    Texts = Iterable[tuple[int, str]]

ADD = "INSERT INTO main.search (rowid, text) VALUES (?, ?)"
#: The index stores no text: to remove a row it needs the text again.
REMOVE = "INSERT INTO main.search (search, rowid, text) VALUES ('delete', ?, ?)"


class SearchIndex(Protocol):
    """Fills the index. What is added and removed counts once the transaction of the records is committed."""

    #: Records added in one transaction, at most about this many.
    batch: int

    def add(self, texts: Texts) -> None:
        """Add records."""

    def remove(self, texts: Texts) -> None:
        """Remove records; their texts are those they were added with."""

    def set_mark(self) -> None:
        """Note that a savepoint was set."""

    def undo_to_mark(self) -> None:
        """Forget what was done since the savepoint, which was undone."""

    def committed(self) -> None:
        """Note that the transaction was committed."""

    def undone(self) -> None:
        """Forget what was done in the transaction, which was rolled back."""

    def complete(self) -> None:
        """Finish the index before the database is sealed. No transaction is open."""


class IndexInTables:
    """Writes to the index of the case, within the transactions of the records."""

    def __init__(self, db: sqlite3.Connection, batch: int) -> None:
        """Take the connection, and the size of a transaction: at the end of each, the index writes its memory out."""
        self._db = db
        self.batch = batch

    def add(self, texts: Texts) -> None:
        """Add records."""
        self._db.executemany(ADD, texts)

    def remove(self, texts: Texts) -> None:
        """Remove records; their texts are those they were added with."""
        self._db.executemany(REMOVE, texts)

    def set_mark(self) -> None:
        """Nothing: the savepoint holds for the index too."""

    undo_to_mark = committed = undone = complete = set_mark


class NoIndex:
    """Leaves the index empty, as in a part whose records are added to another case."""

    def __init__(self, batch: int) -> None:
        """Take the size of a transaction."""
        self.batch = batch

    def add(self, texts: Texts) -> None:
        """Nothing."""

    remove = add

    def set_mark(self) -> None:
        """Nothing."""

    undo_to_mark = committed = undone = complete = set_mark


def is_filled(db: sqlite3.Connection) -> bool:
    """Whether the index of a case has anything in it."""
    return db.execute("SELECT 1 FROM main.search_idx LIMIT 1").fetchone() is not None
