"""Adding records to a sealed case, findings of machines and annotations of people, and sealing it again."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import Ledger, LedgerError
from chain_of_custody.open_flags import careful
from echoforensics.case.added_records.added_files import keep_file
from echoforensics.case.added_records.addition_table import add, added_rows, additions_digest
from echoforensics.case.added_records.membership import join_additions
from echoforensics.case.counts import counts_of_case
from echoforensics.case.custody.announced import (
    RENEWED,
    complete_announced,
    remove_renewed,
    seal_announced,
    seal_in_force,
)
from echoforensics.case.custody.database_file import file_digest
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import ADDED, DATABASE, LEDGER
from echoforensics.case.custody.open_case import refuse_changed, refuse_earlier
from echoforensics.case.custody.standing import ledger_history
from echoforensics.case.disk import case_disk
from echoforensics.case.lock import FolderLock
from echoforensics.case.no_case import not_a_case
from echoforensics.case.sealing.changes import ChangesSinceSeal
from echoforensics.case.store import Store
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from chain_of_custody.signer import Signer
    from echoforensics.case.added_records.addition import Addition
    from echoforensics.case.sealing.seal import TableDigest

#: Tables that the ledger's seal counts.
_COUNTED = ("entries", "artefacts", "issues", "records", "rows")


@dataclass(frozen=True, slots=True)
class AddedRecords:
    """The result of adding records to a case.

    Attributes:
        exhibits: exhibits of the new records, in order.
        known: number of records that the case already had.
        completed: whether the announced additions of an interrupted run were completed first.
    """

    exhibits: tuple[str, ...]
    known: int
    completed: bool = False


class AddingRun:
    """Locks a sealed case for adding records. Records can be added several times before it is closed.

    Raises:
        CaseError: the case is of an earlier version, incomplete, changed since it was sealed, signed with another key,
            in use by another run, or not writable. Nothing was changed.
    """

    def __init__(self, case: Path, key: Signer | None, actor: str) -> None:
        """Lock a case, and complete the additions of an interrupted run.

        Args:
            case: the case folder.
            key: the examiner's key, as for the case; None if it is unsigned.
            actor: name of the person, for the ledger.
        """
        self.path = case
        if not (case / DATABASE).is_file():
            raise not_a_case(case)
        refuse_earlier(case / DATABASE)
        with ExitStack() as opened:
            try:
                opened.enter_context(closing(FolderLock(case)))
                history = ledger_history(case / LEDGER)
                self._ledger = Ledger.open(case / LEDGER, key, actor)
                if history.seal is None:
                    raise CaseError(f"{case}: the extraction was interrupted; repeat the extract command first")
                self.completed = complete_announced(case, history, self._ledger)
            except LedgerError as error:
                raise CaseError(str(error)) from error
            except OSError as error:
                raise CaseError(f"{case}: cannot be written: {error.strerror or error}") from error
            refuse_changed(case)
            remove_renewed(case)
            self._opened = opened.pop_all()

    def add(self, additions: Iterable[Addition], detail: Mapping[str, Any], file: Path | None = None) -> AddedRecords:
        """Add records, and seal the case again. Either all of them are added or none.

        Args:
            additions: the records to add; those that the case already has are skipped.
            detail: further content of the ledger's line. If there is a file, ``copy`` names it.
            file: a file to add to the case with them. It is copied once the ledger has announced it, so that
                the ledger names it even if the run is killed.

        Raises:
            UsageError: a record is about an exhibit that is not in the case. Nothing was changed.
            CaseDiskError: the case cannot be written.
        """
        made = self.path / RENEWED
        with case_disk(self.path), ExitStack() as failed:
            failed.callback(remove_renewed, self.path)
            shutil.copyfile(self.path / DATABASE, made)
            with closing(Store(made, write=True, logged=False)) as store:
                changes = ChangesSinceSeal(store, self._sealed_tables())
                with store.transaction():
                    numbers = [add(store, addition) for addition in additions]
                    join_additions(store)
                exhibits = tuple(f"EF-{number:07}" for number in numbers if number is not None)
                if not exhibits:
                    return AddedRecords((), len(numbers), self.completed)
                counts = counts_of_case(store)._asdict()
                digest = additions_digest(added_rows(store))
                tables = changes.digests()
            _flush(made)
            announced = storable_detail(
                {
                    **detail, "exhibits": [exhibits[0], exhibits[-1]], "count": len(exhibits), "additions": digest,
                    "database": file_digest(made), "tables": tables, **{name: counts[name] for name in _COUNTED},
                }
            )  # fmt: skip
            self._ledger.append(ADDED, announced)
            failed.pop_all()
            write_head(self.path, self._ledger.length, self._ledger.head)
            if file is not None:
                self._keep(file)
            made.replace(self.path / DATABASE)
            seal_announced(self.path, announced, self._ledger)
        return AddedRecords(exhibits, len(numbers) - len(exhibits), self.completed)

    def _keep(self, file: Path) -> None:
        """Add a file that the ledger has announced; if that fails, what was announced is not completed."""
        with ExitStack() as failed:
            failed.callback(remove_renewed, self.path)
            keep_file(self.path, file)
            failed.pop_all()

    def _sealed_tables(self) -> Mapping[str, TableDigest]:
        """The table digests of the seal that the case was checked against."""
        tables = (seal_in_force(self.path, ledger_history(self.path / LEDGER)) or {}).get("tables")
        return tables if isinstance(tables, dict) else {}

    def close(self) -> None:
        """Unlock the case."""
        self._opened.close()


def _flush(path: Path) -> None:
    """Flush a file to disk before a ledger line names it."""
    # Windows flushes only files that are open for writing.
    descriptor = os.open(path, careful(os.O_RDWR if os.name == "nt" else os.O_RDONLY))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
