"""``case.db``, opened: SQLite, in WAL mode while a run writes."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from echoforensics.case.disk import case_disk, database_room
from echoforensics.case.schema import SCHEMA, SCHEMA_VERSION
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What SQLite raises where a database is damaged or cannot be read or written.
DatabaseError = sqlite3.Error


class Store:
    """The database of a case: its connection, its transactions, and what is known of the case as a whole.

    Attributes:
        db: the connection. Only the modules of this folder use it; others ask their functions.
    """

    def __init__(self, path: Path, *, create: bool = False, write: bool = False) -> None:
        """Open the database.

        Args:
            path: ``case.db``.
            create: make it first if there is none; it appears whole or not at all.
            write: open for writing; otherwise nothing can be changed through this object.

        Raises:
            CaseError: it is not the database of a case, or is one of another version.
        """
        mode = "rw" if write else "ro"
        self._path = path
        with ExitStack() as opened:
            try:
                with database_room(path) if write else nullcontext():
                    if create and not path.exists():
                        _create(path)
                    self.db = opened.enter_context(
                        closing(sqlite3.connect(f"file:{_quoted(path)}?mode={mode}", uri=True, isolation_level=None))
                    )
                    if write:
                        self.db.execute("PRAGMA journal_mode=WAL")
                        self.db.execute("PRAGMA synchronous=NORMAL")
                    version = int(self.db.execute("PRAGMA user_version").fetchone()[0])
            except sqlite3.Error as error:
                raise CaseError(f"{path}: cannot be opened as a case database: {_why(path, error)}") from error
            if version != SCHEMA_VERSION:
                raise CaseError(f"{path}: {_other_version(version)}")
            opened.pop_all()

    def close(self, *, fold: bool = False) -> None:
        """Close. With ``fold``, first bring the write-ahead log into the one file ``case.db``."""
        with case_disk(self._path), closing(self.db):
            if self.db.in_transaction:
                # An error is on its way up; what was half written is taken up again by the next run.
                self.db.execute("ROLLBACK")
            if fold:
                self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                self.db.execute("PRAGMA journal_mode=DELETE")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK")
            raise
        self.db.execute("COMMIT")

    def begin(self) -> None:
        """Begin a batch of writes."""
        self.db.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """End a batch of writes."""
        self.db.execute("COMMIT")

    def info(self) -> dict[str, str]:
        """What is known of the case as a whole."""
        return dict(self.db.execute("SELECT key, value FROM case_info ORDER BY key"))

    def set_info(self, key: str, value: str) -> None:
        """Keep one thing about the case."""
        self.db.execute("INSERT OR REPLACE INTO case_info VALUES (?, ?)", (key, value))

    def head(self) -> tuple[int, str] | None:
        """Length and head of the ledger as last written."""
        row = self.db.execute("SELECT length, head FROM ledger_head").fetchone()
        return (row[0], row[1]) if row else None

    def set_head(self, length: int, head: str) -> None:
        """Keep length and head of the ledger, so that a cut-off ledger shows."""
        self.db.execute("INSERT OR REPLACE INTO ledger_head VALUES (1, ?, ?)", (length, head))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        number: int = self.db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 (our names)
        return number

    def damage(self) -> str:
        """What SQLite finds wrong with the database, or with its full-text index; empty if nothing.

        The check of the index has to write, so it runs on a copy in a temporary folder.
        """
        try:
            found = [text for (text,) in self.db.execute("PRAGMA integrity_check(5)") if text != "ok"]
            if found:
                return "; ".join(found)
            with (
                tempfile.TemporaryDirectory(prefix="echoforensics-") as folder,
                closing(sqlite3.connect(Path(folder) / "copy.db")) as copy,
            ):
                self.db.backup(copy)
                copy.execute("INSERT INTO search(search) VALUES ('integrity-check')")
        except sqlite3.Error as error:
            return str(error)
        return ""


def _why(path: Path, error: sqlite3.Error) -> str:
    journal = path.with_name(path.name + "-journal")
    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_READONLY and journal.exists():
        return (
            f"{journal.name} beside it is a journal of changes to take back, which a closed case does not have. Another"
            " program has written to the case, or put it there. Keep it elsewhere, out of the case folder, and verify"
        )
    return str(error)


def _create(path: Path) -> None:
    """Make an empty database under another name, and give it its own when it is whole."""
    partial = path.with_name(path.name + ".partial")
    for left in (partial, partial.with_name(partial.name + "-journal")):
        left.unlink(missing_ok=True)
    with closing(sqlite3.connect(partial, isolation_level=None)) as made:
        made.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version={SCHEMA_VERSION}; COMMIT;")
    partial.replace(path)


def _other_version(version: int) -> str:
    if not version:
        return "not the database of a case"
    if version > SCHEMA_VERSION:
        return (
            f"a case of version {version}, made by a later echoforensics; this one reads version {SCHEMA_VERSION}."
            " Use that one"
        )
    return (
        f"a case of version {version}, made by an earlier echoforensics; this one reads version {SCHEMA_VERSION}."
        " Read and verify it with that one, or extract the evidence again into a new folder"
    )


def _quoted(path: Path) -> str:
    return str(path).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
