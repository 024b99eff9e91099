"""Checks of the database of a case of any version, for ``verify``. They change nothing."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from echoforensics.case.custody.contents import content_digests
from echoforensics.case.custody.database_file import connect_unchanged
from echoforensics.case.schema import SCHEMA_VERSION
from echoforensics.case.sealing.seal import named_digests
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

#: Tables that have rows once any evidence was taken in.
_FILLED = ("evidence", "entries", "records", "rows")


class ItemContents(NamedTuple):
    """An evidence item of an interrupted case, and its tables that differ from the ledger."""

    name: str
    changed: tuple[str, ...]


class DatabaseCheck:
    """A case's database, opened for checking. Every method raises CaseError if it cannot be read."""

    def __init__(self, path: Path) -> None:
        """Open the database. Raises CaseError if it is not a database."""
        try:
            self._db, self._opened = connect_unchanged(path)
            (self.version,) = self._ask("PRAGMA user_version")[0]
        except (sqlite3.Error, OSError) as error:
            raise CaseError(f"cannot be opened as a database: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @property
    def is_of_this_version(self) -> bool:
        """Whether its tables are those of this version of the program."""
        return bool(self.version == SCHEMA_VERSION)

    def is_empty(self) -> bool:
        """Whether no evidence was ever taken in."""
        return not any(self._ask(f"SELECT EXISTS (SELECT 1 FROM {table})")[0][0] for table in _FILLED)  # noqa: S608

    def artefacts(self) -> list[str]:
        """SHA-256 of every artefact, sorted."""
        return [sha256 for (sha256,) in self._ask("SELECT sha256 FROM artefacts ORDER BY sha256")]

    def changed_tables(self, sealed: Mapping[str, str]) -> list[str]:
        """Return the tables that do not match these digests."""
        try:
            now = named_digests(self._db, sealed)
        except sqlite3.Error as error:
            raise CaseError(f"the tables cannot be read: {error}") from error
        return sorted(name for name in sealed if now.get(name) != sealed[name])

    def items(self, finished: Mapping[str, Mapping[str, str]]) -> list[ItemContents]:
        """Compare each evidence item's table contents with the digests in the ledger, by item name."""
        numbers = dict(self._ask("SELECT name, id FROM evidence"))
        return [
            ItemContents(name, tuple(self._changed(numbers.get(name), sealed))) for name, sealed in finished.items()
        ]

    def damage(self) -> str:
        """Return what SQLite reports wrong with the database or its full-text index; empty if nothing.

        The index check has to write, so it runs on a temporary copy.
        """
        try:
            found = [text for (text,) in self._db.execute("PRAGMA integrity_check(5)") if text != "ok"]
            if found:
                return "; ".join(found)
            with (
                tempfile.TemporaryDirectory(prefix="echoforensics-") as folder,
                closing(sqlite3.connect(Path(folder) / "copy.db")) as copy,
            ):
                self._db.backup(copy)
                copy.execute("INSERT INTO search(search) VALUES ('integrity-check')")
        except sqlite3.Error as error:
            return str(error)
        return ""

    def _changed(self, number: int | None, sealed: Mapping[str, str]) -> Iterable[str]:
        if number is None:
            return ["evidence"]
        try:
            now = content_digests(self._db, number)
        except sqlite3.Error as error:
            raise CaseError(f"the tables cannot be read: {error}") from error
        return sorted(table for table in {*now, *sealed} if now.get(table) != sealed.get(table))

    def _ask(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query).fetchall()
        except sqlite3.Error as error:
            raise CaseError(f"the tables cannot be read: {error}") from error
