"""The open ``room.db``: SQLite in WAL mode, where a commit is flushed to disk before it counts.

One connection writes; each reader has its own, so that readers block nobody. An audit event
is written in the transaction of its change, so it exists if, and only if, the change does.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING

from chain_of_custody.envelope import canonical
from echoforensics.case.custody.database_file import create_database
from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseError
from echoforensics.review.store.earlier_version import bring_up_to_date, version_of
from echoforensics.review.store.schema import SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    from pathlib import Path

#: SQLite's exception for a violated constraint, such as a name that already exists.
ConflictError = sqlite3.IntegrityError
#: A connection, for annotations in other modules.
Connection = sqlite3.Connection

_OPENING = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA busy_timeout = 10000;
"""


def now_ms() -> int:
    """The time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


class Change:
    """An open write transaction.

    Attributes:
        db: its connection, for the modules of this folder.
        at: its start, in milliseconds since 1970.
        events: number of audit events it has recorded.
    """

    def __init__(self, db: sqlite3.Connection, at: int) -> None:
        self.db = db
        self.at = at
        self.events = 0

    def record(self, who: str, what: str, about: str = "", **details: object) -> None:
        """Record an audit event, which is stored if this transaction is committed.

        Args:
            who: the account's name; an empty name becomes ``-``.
            what: one word or two, such as ``play``.
            about: the id of its object.
            details: whole numbers, text, lists and dicts of them: see :func:`~chain_of_custody.envelope.canonical`.

        Raises:
            TypeError, ValueError: the details cannot be encoded as canonical JSON. The transaction is then rolled back.
        """
        text = canonical(details).decode("utf-8")
        self.db.execute(
            "INSERT INTO events (at, who, what, about, details) VALUES (?, ?, ?, ?, ?)",
            (self.at, who or "-", what, about, text),
        )
        self.events += 1


class RoomDatabase:
    """The database of a review room. It is thread-safe.

    Attributes:
        path: the file.
        clock: returns the time, in milliseconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], int] = now_ms) -> None:
        """Open the database, and create it if it is missing.

        Raises:
            CaseError: it is not the database of a room, is of another version, or cannot be opened.
        """
        self.path = path
        self.clock = clock
        self._writing = threading.RLock()
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._after: Callable[[], None] | None = None
        try:
            if not path.exists():
                create_database(path, SCHEMA, SCHEMA_VERSION, 0o600)
            self._writer = self._connect()
            bring_up_to_date(self._writer)
            version = version_of(self._writer)
        except (sqlite3.Error, OSError) as error:
            raise CaseError(f"{path}: cannot be opened as the database of a review room: {error}") from error
        if version != SCHEMA_VERSION:
            self._writer.close()
            raise CaseError(
                f"{path}: a review room of version {version}; this echoforensics reads version {SCHEMA_VERSION}."
                " Use the one that made it"
            )

    def after_commit(self, call: Callable[[], None]) -> None:
        """Register a function to call after each transaction that recorded an event, before it counts as done."""
        self._after = call

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """Commit all writes in the block with their events, or none. The events are in the ledger afterwards.

        Raises:
            CaseDiskError: the disk is full or failing.
        """
        with self._writing, case_disk(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            change = Change(self._writer, self.clock())
            try:
                yield change
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        if change.events and self._after is not None:
            self._after()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a read-only connection with a consistent snapshot of the database."""
        try:
            db = self._readers.get_nowait()
        except Empty:
            db = self._connect()
            db.execute("PRAGMA query_only = ON")
        try:
            db.execute("BEGIN")
            yield db
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")
            self._readers.put(db)

    def close(self) -> None:
        """Fold the write-ahead log into the file, and close every idle connection."""
        while True:
            try:
                self._readers.get_nowait().close()
            except Empty:
                break
        with self._writing:
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        db.executescript(_OPENING)
        return db


def setting(db: sqlite3.Connection, key: str) -> str:
    """A setting of the room; empty if it was never set."""
    found = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def set_setting(change: Change, key: str, value: str) -> None:
    """Store a setting of the room."""
    change.db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))


def as_text(value: object) -> str:
    """A value in the tables' format: JSON, in one line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
