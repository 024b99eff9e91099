"""A case folder, opened for writing: it keeps only what its ledger vouches for."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.case import Case
from echoforensics.case.custody.announced import RENEWED, complete_announced, remove_renewed, seal_in_force
from echoforensics.case.custody.contents import FILLED_BY_ITEMS, content_digests
from echoforensics.case.custody.database_file import connect_unchanged, file_digest
from echoforensics.case.custody.head_file import PARTIAL, write_head
from echoforensics.case.custody.names import ARTEFACTS, DATABASE, HEAD, LEDGER, SEALED
from echoforensics.case.custody.renewal import renew
from echoforensics.case.custody.standing import known_head, ledger_history, standing
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.disk import case_disk
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.lock import LOCK_FILE, FolderLock
from echoforensics.case.record_table import last_record
from echoforensics.case.schema import SCHEMA_VERSION
from echoforensics.case.sealing.changes import ChangesSinceSeal
from echoforensics.case.sealing.growing import GrowingDigests
from echoforensics.case.sealing.seal import table_digests, whole_and_blocks
from echoforensics.case.spoken.added_evidence import Extent
from echoforensics.case.store import Store, other_version
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.case.interactions.growing_nodes import GrowingNodes
    from echoforensics.case.sealing.seal import TableDigest

_WHAT_TO_DO = "Nothing was changed; `echoforensics verify` says more. Go on with an unchanged copy, or into a new case"


class OpenCase(Case):
    """A case folder, opened for writing by one process at a time.

    Attributes:
        key: the key that signs its ledger; None for an unsigned one.
        sealed_extent: the case's extent when it was opened unchanged since its seal; None otherwise.
        nodes: made, for joining, of the records that are added while another process parses; None to make none.
    """

    def __init__(self, path: Path, store: Store, ledger: Ledger, lock: FolderLock, key: Signer | None) -> None:
        super().__init__(path, store)
        self.key = key
        self._ledger = ledger
        self._lock = lock
        self._whole: dict[int, dict[str, TableDigest]] = {}
        self._growing: dict[int, GrowingDigests] = {}
        #: Changes since the seal.
        self._changes: ChangesSinceSeal | None = None
        self.sealed_extent: Extent | None = None
        self.nodes: GrowingNodes | None = None

    @classmethod
    def begin(cls, path: Path, key: Signer | None, actor: str) -> OpenCase:
        """Open a case for writing, and create it if there is none.

        A sealed case is first compared with its seal. Of an interrupted one, what its ledger vouches for is kept; the
        rest is removed and read from the evidence again.

        Raises:
            CaseError: the folder is not a case, another process writes to it, its ledger is broken or was begun with
                another key, or its contents are not what its ledger says. Nothing was changed.
        """
        fresh = not os.path.lexists(path / DATABASE)
        if fresh and path.exists() and not _is_beginning(path):
            what = "is not empty and is not a case folder" if path.is_dir() else "is a file; name a folder for the case"
            raise CaseError(f"{path}: {what}")
        with ExitStack() as opened:
            try:
                (path / ARTEFACTS).mkdir(parents=True, exist_ok=True)
                lock = opened.enter_context(closing(FolderLock(path)))
            except OSError as error:
                raise CaseError(f"{path}: cannot be written: {error.strerror}") from error
            try:
                sealed = _prepare(path, key, actor)
                # Create the database first: with it the case can be opened, however early a run is killed.
                store = opened.enter_context(closing(Store(path / DATABASE, create=True, write=True)))
                ledger = Ledger.open(path / LEDGER, key, actor)
            except LedgerError as error:
                raise CaseError(str(error)) from error
            except OSError as error:
                raise CaseError(f"{error.filename or path}: cannot be written: {error.strerror or error}") from error
            except ValueError as error:
                raise CaseError(f"{path}: cannot be written: {error}") from error
            case = cls(path, store, ledger, lock, key)
            if sealed:
                case._changes = ChangesSinceSeal(store, sealed)
                case.sealed_extent = Extent.of(store)
            case.vault.clear_partial()
            case.vault.remove_others(set(artefact_hashes(store)))
            opened.pop_all()
        return case

    def record(self, action: str, detail: dict[str, Any]) -> None:
        """Add a signed line to the ledger, and update the file with its head.

        Never call this within a transaction that may still be rolled back.
        """
        with case_disk(self.path):
            self._ledger.append(action, storable_detail(detail))
            write_head(self.path, self._ledger.length, self._ledger.head)

    def growing(self, evidence: int) -> GrowingDigests | None:
        """Digests of what an evidence item puts into the tables, to be advanced while it does.

        They are used by :meth:`contents`. None if other items are in the case, or the item has put something there.
        """
        if len(self.evidence()) > 1 or last_record(self.store):
            return None
        return self._growing.setdefault(evidence, GrowingDigests(self.store.db, FILLED_BY_ITEMS))

    def contents(self, evidence: int) -> dict[str, str]:
        """Digests of an evidence item's part of the tables, for the ledger. It is flushed to disk first."""
        with case_disk(self.path):
            self.store.settle()
        db = self.store.db
        if len(self.evidence()) > 1:
            return content_digests(db, evidence)
        # The item fills these tables alone, so one reading gives the digests of its line and of the seal.
        growing = self._growing.pop(evidence, None)
        both = growing.complete() if growing else {}
        both |= {table: whole_and_blocks(db, table) for table in FILLED_BY_ITEMS if table not in both}
        self._whole[evidence] = {table: sealed for table, (_, sealed) in both.items()}
        return content_digests(db, evidence, {table: whole for table, (whole, _) in both.items()})

    def seal(self, detail: dict[str, Any]) -> None:
        """Close the database, and record its digest and those of its tables in the ledger.

        After this, the case can only be closed.

        Args:
            detail: further content of the line.

        Raises:
            CaseError: another program has the database open, so it cannot be folded into one file.
        """
        tables = self._changes.digests() if self._changes else table_digests(self.store, self._whole_tables())
        with case_disk(self.path):
            self.store.index.complete()
        try:
            self.store.close(fold=True)
        except sqlite3.OperationalError as error:
            raise CaseError(
                f"{self.store.path}: cannot be closed: {error}. Another program has it open; close that, and repeat the"
                " command"
            ) from error
        with case_disk(self.path):
            database = file_digest(self.store.path)
        self.record(SEALED, {"database": database, "tables": tables, **detail})

    def remaking(self, tables: Iterable[str]) -> None:
        """Note that some tables are about to be emptied and filled again."""
        if self._changes:
            self._changes.forget(tables)

    def _whole_tables(self) -> dict[str, TableDigest]:
        """Table digests that were computed before, for a case with a single evidence item."""
        (number, *others) = [item.id for item in self.evidence()] or [0]
        return {} if others else self._whole.get(number, {})

    def close(self) -> None:
        """Fold the write-ahead log into ``case.db`` and unlock the case."""
        with closing(self._lock):
            self.store.close(fold=True)


def _prepare(path: Path, key: Signer | None, actor: str) -> Mapping[str, TableDigest]:
    """Refuse a case that must not be written to, and remove what an interrupted run left without a ledger line.

    Returns:
        The table digests of the seal, for a case unchanged since it; empty for any other case.

    Raises:
        CaseError: the contents are not what the ledger says. Nothing was changed.
        LedgerError, OSError, ValueError: from :meth:`Ledger.open`.
    """
    database, there = path / DATABASE, os.path.lexists(path / DATABASE)
    if not os.path.lexists(path / LEDGER):
        if there:
            _refuse_content_without_ledger(path)
        return {}
    history = ledger_history(path / LEDGER)
    known = known_head(path)
    if known and known[0] > history.length:
        raise CaseError(f"{path / LEDGER}: the ledger has {history.length} lines; the case knows of {known[0]}")
    if there and not history.begun:
        _refuse_content_without_ledger(path)
        return {}
    if there:
        refuse_earlier(database)
    # It has lines, so nothing is written here; only its integrity and its key are checked.
    ledger = Ledger.open(path / LEDGER, key, actor)
    if there:
        complete_announced(path, history, ledger)
    if history.has_head_file and known is None:
        raise CaseError(f"{path / HEAD}: is missing; it keeps the end of the ledger. {_WHAT_TO_DO}")
    if history.dropped:
        raise CaseError(
            f"{path}: no evidence can be added, as artefacts were dropped from it. Give another case folder"
        )
    if not there:
        if history.begun:
            raise CaseError(f"{database}: is missing, and the ledger says what it held. {_WHAT_TO_DO}")
        return {}
    if history.seal is None:
        renew(path, history)
        return {}
    refuse_changed(path)
    remove_renewed(path)
    tables = (seal_in_force(path, ledger_history(path / LEDGER)) or {}).get("tables")
    return tables if isinstance(tables, dict) else {}


def refuse_earlier(database: Path) -> None:
    """Refuse a case of an earlier version, which is read-only. A damaged one is refused elsewhere.

    Raises:
        CaseError: it belongs to an earlier version.
    """
    try:
        db, opened = connect_unchanged(database)
        with opened:
            (version,) = db.execute("PRAGMA user_version").fetchone()
    except (sqlite3.Error, OSError):
        return
    if 0 < version < SCHEMA_VERSION:
        raise CaseError(f"{database}: {other_version(version)}")


def _refuse_content_without_ledger(path: Path) -> None:
    with closing(Store(path / DATABASE)) as store:
        if any(store.count(table) for table in ("evidence", "entries", "records", "rows")):
            why = "records no extraction, so nothing vouches for what the case holds"
            raise CaseError(f"{path / LEDGER}: {why}. {_WHAT_TO_DO}")


def refuse_changed(path: Path) -> None:
    """Refuse a sealed case whose ledger, database or vault has changed since it was sealed. Raises CaseError."""
    found = standing(path)
    if found.problems:
        raise CaseError(f"{path}: {found.why_not}. {_WHAT_TO_DO}")
    with closing(Store(path / DATABASE)) as store:
        known = artefact_hashes(store)
    if problems := vault_problems(path, known, others=True):
        raise CaseError(f"{path}: the case is not as it was sealed: {'; '.join(problems[:5])}. {_WHAT_TO_DO}")


def _is_beginning(path: Path) -> bool:
    """Whether a folder is empty, or holds only what a run leaves that was killed before it created the database."""
    # SQLite may have left a journal beside the unfinished database.
    known = {
        ARTEFACTS, LEDGER, LOCK_FILE, HEAD, PARTIAL, RENEWED, f"{DATABASE}.partial", f"{DATABASE}.partial-journal",
    }  # fmt: skip
    return path.is_dir() and {item.name for item in path.iterdir()} <= known
