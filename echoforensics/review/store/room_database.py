"""``room.db``, opened: SQLite in WAL mode, where a commit is on the disk before it counts.

One connection writes; each reader has one of its own, so that nobody waits for somebody who only reads. An audit event
is written in the transaction of the change it is about, and so is there if, and only if, the change is.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING

from chain_of_custody.envelope import canonical
from echoforensics.case.disk import case_disk
from echoforensics.errors import CaseError
from echoforensics.review.store.schema import SCHEMA, SCHEMA_VERSION

if TYPE_CHECKING:
    from pathlib import Path

#: What SQLite raises where a rule of the tables is broken, such as a name that already exists.
ConflictError = sqlite3.IntegrityError
#: A connection, for annotations elsewhere.
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
    """A transaction that is being written.

    Attributes:
        db: its connection, for the modules of this folder.
        at: when it began, in milliseconds since 1970.
        events: how many audit events it has recorded.
    """

    def __init__(self, db: sqlite3.Connection, at: int) -> None:
        self.db = db
        self.at = at
        self.events = 0

    def record(self, who: str, what: str, about: str = "", **details: object) -> None:
        """Record an event of the audit, which is kept if this transaction is.

        Args:
            who: the account's name; of an account that is not known, empty is replaced by ``-``.
            what: one word or two, such as ``play``.
            about: the id of what it is about.
            details: whole numbers, text, lists and dicts of them: see :func:`~chain_of_custody.envelope.canonical`.

        Raises:
            TypeError, ValueError: the details have no canonical text. The transaction is then undone.
        """
        text = canonical(details).decode("utf-8")
        self.db.execute(
            "INSERT INTO events (at, who, what, about, details) VALUES (?, ?, ?, ?, ?)",
            (self.at, who or "-", what, about, text),
        )
        self.events += 1


class RoomDatabase:
    """The database of a review room. Every thread may use it.

    Attributes:
        path: the file.
        clock: gives the time, in milliseconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], int] = now_ms) -> None:
        """Open the database; make it where there is none.

        Raises:
            CaseError: it is not the database of a room, or is one of another version, or cannot be opened.
        """
        self.path = path
        self.clock = clock
        self._writing = threading.RLock()
        self._readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._after: Callable[[], None] | None = None
        try:
            if not path.exists():
                _create(path)
            self._writer = self._connect()
            (version,) = self._writer.execute("PRAGMA user_version").fetchone()
        except (sqlite3.Error, OSError) as error:
            raise CaseError(f"{path}: cannot be opened as the database of a review room: {error}") from error
        if version != SCHEMA_VERSION:
            self._writer.close()
            raise CaseError(
                f"{path}: a review room of version {version}; this echoforensics reads version {SCHEMA_VERSION}."
                " Use the one that made it"
            )

    def after_commit(self, call: Callable[[], None]) -> None:
        """Have something called after each transaction that recorded an event, before it counts as done."""
        self._after = call

    @contextmanager
    def transaction(self) -> Iterator[Change]:
        """All that is written inside, or nothing; with the events it records, which are in the ledger afterwards.

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
        """A connection that sees one state of the database, and writes nothing."""
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
        """Bring the write-ahead log into the file, and close every connection that is not in use."""
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


def _create(path: Path) -> None:
    """Make an empty database under another name, and give it its own when it is whole."""
    partial = path.with_name(path.name + ".partial")
    for left in (partial, partial.with_name(partial.name + "-journal")):
        left.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    made = sqlite3.connect(partial, isolation_level=None)
    try:
        made.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
    finally:
        made.close()
    partial.replace(path)


def setting(db: sqlite3.Connection, key: str) -> str:
    """One setting of the room; empty where it was never set."""
    found = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    return str(found[0]) if found else ""


def set_setting(change: Change, key: str, value: str) -> None:
    """Keep one setting of the room."""
    change.db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, value))


def as_text(value: object) -> str:
    """A value as the tables keep it: JSON, in one line."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
