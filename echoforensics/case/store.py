"""The open ``case.db``: SQLite, in WAL mode while a run writes."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case import earlier_version
from echoforensics.case.custody.database_file import connect_unchanged, create_database, fold_open, uri_of
from echoforensics.case.disk import case_disk, database_room
from echoforensics.case.full_text.filling import IndexInTables
from echoforensics.case.schema import SCHEMA, SCHEMA_VERSION, SEALED_TABLES
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.full_text.filling import SearchIndex
    from echoforensics.case.record_forms.record_form import Form

#: SQLite's exceptions for a database that is damaged or cannot be read or written.
DatabaseError = sqlite3.Error

#: The tables of the full-text index.
_INDEX_TABLES = ("search", "search_data", "search_idx", "search_config")
#: Size of a transaction.
BATCH = 50_000

#: Write settings: 64 MiB page cache, and a checkpoint of the log every thousand pages.
_WRITING = """
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 8192;
"""


class Store:
    """The database of a case: its connection, its transactions, and information about the case as a whole.

    Attributes:
        path: the file.
        row_mark: prefix for the message of each row; empty for none.
        db: the connection. Only the modules of this package use it; others call their functions.
        is_earlier: whether the case is of an earlier version, which is read-only.
        lacks_interactions: whether that version had none.
        known_numbers: by table, cached numbers of kinds; cleared when writes are undone.
        index: fills the full-text index.
        known_forms: the same of forms, by kind.
    """

    def __init__(self, path: Path, *, create: bool = False, write: bool = False, logged: bool = True) -> None:
        """Open the database.

        Args:
            path: ``case.db``.
            create: create it if it is missing; it appears whole or not at all.
            write: open for writing; otherwise nothing in the folder changes, see
                :func:`echoforensics.case.custody.database_file.unchanged`.
            logged: whether writes go through a write-ahead log.

        Raises:
            CaseError: it is not the database of a case, or its version cannot be read, or written.
        """
        self.path = path
        self._closed = False
        self.known_numbers: dict[str, dict[tuple[str | None, ...], int]] = {}
        self.known_forms: dict[int, dict[Form, int]] = {}
        self._made = 0
        self.row_mark = ""
        with ExitStack() as opened:
            try:
                with database_room(path) if write else nullcontext():
                    if create and not path.exists():
                        create_database(path, SCHEMA, SCHEMA_VERSION)
                    self.db = opened.enter_context(_opened(path, write=write, logged=logged))
                    version = int(self.db.execute("PRAGMA user_version").fetchone()[0])
                    self.is_earlier = not write and version in earlier_version.READ
                    if self.is_earlier:
                        earlier_version.show_as_today(self.db, version)
                    self.lacks_interactions = self.is_earlier and version in earlier_version.WITHOUT_INTERACTIONS
                    lacking = [] if self.is_earlier or version != SCHEMA_VERSION else _lacking(self.db)
            except (sqlite3.Error, OSError) as error:
                raise CaseError(f"{path}: cannot be opened as a case database: {error}") from error
            if version != SCHEMA_VERSION and not self.is_earlier:
                raise CaseError(f"{path}: {other_version(version)}")
            if lacking:
                raise CaseError(
                    f"{path}: lacks {', '.join(lacking)}: it was altered, or another build of echoforensics made it."
                    " Read it with that one, or extract the evidence again into a new folder"
                )
            self.index: SearchIndex = IndexInTables(self.db, BATCH)
            self._open = opened.pop_all()

    def close(self, *, fold: bool = False) -> None:
        """Close the database. With ``fold``, first fold the write-ahead log into the one file ``case.db``."""
        with case_disk(self.path), self._open:
            if self._closed:
                return
            self._closed = True
            if self.db.in_transaction:
                # An exception is propagating; the next run repeats what was half written.
                self.db.execute("ROLLBACK")
            if fold:
                fold_open(self.db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all writes in the block, or none."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            self._forget_numbers()
            self.index.undone()
            raise
        self.commit()

    def begin(self) -> None:
        """Begin a batch of writes."""
        self.db.execute("BEGIN IMMEDIATE")
        self._made = 0

    def made(self, count: int, most: int = 0) -> None:
        """Count writes in a batch; at ``most``, or else at :data:`BATCH`, end it and begin another."""
        self._made += count
        if self._made >= (most or BATCH):
            self.commit()
            self.begin()

    def commit(self) -> None:
        """End a batch of writes."""
        self.db.execute("COMMIT")
        self.index.committed()

    def settle(self) -> None:
        """Flush everything that was committed to disk, so that it survives even a power failure."""
        self.db.execute("PRAGMA wal_checkpoint(FULL)")

    def set_mark(self) -> None:
        """Set a savepoint within a transaction."""
        self.db.execute("SAVEPOINT mark")
        self.index.set_mark()

    def undo_to_mark(self) -> None:
        """Undo the writes since the savepoint, which stays."""
        self.db.execute("ROLLBACK TO mark")
        self._forget_numbers()
        self.index.undo_to_mark()

    def release_mark(self) -> None:
        """Release the savepoint: its writes stay part of the transaction."""
        self.db.execute("RELEASE mark")

    def _forget_numbers(self) -> None:
        self.known_numbers.clear()
        self.known_forms.clear()

    def info(self) -> dict[str, str]:
        """Information about the case as a whole."""
        return dict(self.db.execute("SELECT key, value FROM case_info ORDER BY key"))

    def set_info(self, key: str, value: str) -> None:
        """Store one value about the case."""
        self.db.execute("INSERT OR REPLACE INTO case_info VALUES (?, ?)", (key, value))

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        number: int = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 (our names)
        return number


@contextmanager
def _opened(path: Path, *, write: bool, logged: bool) -> Iterator[sqlite3.Connection]:
    if not write:
        db, opened = connect_unchanged(path)
        with opened:
            yield db
        return
    with closing(sqlite3.connect(f"{uri_of(path)}?mode=rw", uri=True, isolation_level=None)) as db:
        db.execute(f"PRAGMA journal_mode={'WAL' if logged else 'DELETE'}")
        db.executescript(_WRITING)
        yield db


def _lacking(db: sqlite3.Connection) -> list[str]:
    """The tables of this version that a database lacks."""
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")}
    return [name for name in (*SEALED_TABLES, *_INDEX_TABLES) if name not in there]


def other_version(version: int) -> str:
    """The message for a case of another version than the one that is written."""
    if not version:
        return "not the database of a case"
    if version > SCHEMA_VERSION:
        return (
            f"a case of version {version}, made by a later echoforensics; this one reads version {SCHEMA_VERSION}."
            " Use that one"
        )
    if version in earlier_version.READ:
        return (
            f"a case of version {version}, made by an earlier echoforensics; this one reads and verifies it, and writes"
            f" version {SCHEMA_VERSION}. Extract the evidence again into a new folder"
        )
    return (
        f"a case of version {version}, made by an earlier echoforensics; this one reads version {SCHEMA_VERSION}."
        " Read and verify it with that one, or extract the evidence again into a new folder"
    )
