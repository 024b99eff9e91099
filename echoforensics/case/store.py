"""``case.db``, opened: SQLite, in WAL mode while a run writes."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case import earlier_version
from echoforensics.case.custody.database_file import connect_unchanged, fold_open, uri_of
from echoforensics.case.disk import case_disk, database_room
from echoforensics.case.schema import SCHEMA, SCHEMA_VERSION, SEALED_TABLES
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What SQLite raises where a database is damaged or cannot be read or written.
DatabaseError = sqlite3.Error

#: The tables of the full-text index.
_INDEX_TABLES = ("search", "search_data", "search_idx", "search_config")
#: So much is written in one transaction.
BATCH = 50_000

#: How a run writes: pages are held in memory (64 MiB), and brought from the log into the database by the thousand.
_WRITING = """
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -65536;
PRAGMA wal_autocheckpoint = 8192;
"""


class Store:
    """The database of a case: its connection, its transactions, and what is known of the case as a whole.

    Attributes:
        path: the file.
        row_mark: what the message of each row is to begin with; empty for nothing.
        db: the connection. Only the modules of this folder use it; others ask their functions.
        is_earlier: whether the case is of an earlier version, which is read only.
        known_numbers: by table, numbers of kinds that were looked up; emptied where what was written is taken back.
    """

    def __init__(self, path: Path, *, create: bool = False, write: bool = False, logged: bool = True) -> None:
        """Open the database.

        Args:
            path: ``case.db``.
            create: make it first if there is none; it appears whole or not at all.
            write: open for writing; otherwise nothing in the folder is changed, see
                :func:`echoforensics.case.custody.database_file.unchanged`.
            logged: whether what is written goes through a write-ahead log.

        Raises:
            CaseError: it is not the database of a case, or is one of a version that cannot be read, or written.
        """
        self.path = path
        self._closed = False
        self.known_numbers: dict[str, dict[tuple[str | None, ...], int]] = {}
        self._made = 0
        self.row_mark = ""
        with ExitStack() as opened:
            try:
                with database_room(path) if write else nullcontext():
                    if create and not path.exists():
                        _create(path)
                    self.db = opened.enter_context(_opened(path, write=write, logged=logged))
                    version = int(self.db.execute("PRAGMA user_version").fetchone()[0])
                    self.is_earlier = not write and version in earlier_version.READ
                    if self.is_earlier:
                        earlier_version.show_as_today(self.db)
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
            self._open = opened.pop_all()

    def close(self, *, fold: bool = False) -> None:
        """Close. With ``fold``, first bring the write-ahead log into the one file ``case.db``."""
        with case_disk(self.path), self._open:
            if self._closed:
                return
            self._closed = True
            if self.db.in_transaction:
                # An error is on its way up; what was half written is begun again by the next run.
                self.db.execute("ROLLBACK")
            if fold:
                fold_open(self.db)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            self.known_numbers.clear()
            raise
        self.db.execute("COMMIT")

    def begin(self) -> None:
        """Begin a batch of writes."""
        self.db.execute("BEGIN IMMEDIATE")
        self._made = 0

    def made(self, count: int) -> None:
        """Count what was written in a batch; at :data:`BATCH` it is ended, and another begun."""
        self._made += count
        if self._made >= BATCH:
            self.commit()
            self.begin()

    def commit(self) -> None:
        """End a batch of writes."""
        self.db.execute("COMMIT")

    def settle(self) -> None:
        """Have everything that was committed on the disk, so that not even a power failure takes it back."""
        self.db.execute("PRAGMA wal_checkpoint(FULL)")

    def set_mark(self) -> None:
        """Begin a part of a transaction that may be undone by itself."""
        self.db.execute("SAVEPOINT mark")

    def undo_to_mark(self) -> None:
        """Undo what was written since the mark, which stays."""
        self.db.execute("ROLLBACK TO mark")
        self.known_numbers.clear()

    def release_mark(self) -> None:
        """End the part that began with the mark: it is kept with the rest of the transaction."""
        self.db.execute("RELEASE mark")

    def info(self) -> dict[str, str]:
        """What is known of the case as a whole."""
        return dict(self.db.execute("SELECT key, value FROM case_info ORDER BY key"))

    def set_info(self, key: str, value: str) -> None:
        """Keep one thing about the case."""
        self.db.execute("INSERT OR REPLACE INTO case_info VALUES (?, ?)", (key, value))

    def count(self, table: str) -> int:
        """How many rows a table has."""
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


def _create(path: Path) -> None:
    """Make an empty database under another name, and give it its own when it is whole."""
    partial = path.with_name(path.name + ".partial")
    for left in (partial, partial.with_name(partial.name + "-journal")):
        left.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as made:
        made.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
    partial.replace(path)


def _lacking(db: sqlite3.Connection) -> list[str]:
    """The tables of this version that a database does not have."""
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")}
    return [name for name in (*SEALED_TABLES, *_INDEX_TABLES) if name not in there]


def other_version(version: int) -> str:
    """What is said of a case whose version is not the one that is written."""
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
