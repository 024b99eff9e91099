"""Resumes a case whose extraction was interrupted, using only what its signed ledger vouches for.

The tables are rebuilt. An evidence item's contents are copied only if the item was parsed completely and the copy
has the digests of the ledger's line on it. Everything else in the old database (indexes, views, triggers,
unfinished items) is dropped and read from the evidence again.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import added_rows, additions_digest, have_wait
from echoforensics.case.custody.announced import RENEWED, remove_renewed
from echoforensics.case.custody.contents import changed_source, content_digests, copy_contents
from echoforensics.case.custody.database_file import fold, side_files, unchanged
from echoforensics.case.custody.names import DATABASE
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.evidence_table import EvidenceState, set_state
from echoforensics.case.issue_table import add_issue, add_skipped_source
from echoforensics.case.record_table import index_records
from echoforensics.case.store import Store
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from pathlib import Path

    from echoforensics.case.custody.history import CaseHistory, FinishedSource

WHAT_TO_DO = "Nothing was changed. Extract the evidence into a new case folder"
#: The issue of a source whose extraction was interrupted, until the source is given again.
INTERRUPTED = "its extraction was interrupted, and it was not given again"


def renew(case: Path, history: CaseHistory) -> None:
    """Rebuild the database of an interrupted case from what the ledger vouches for.

    Raises:
        CaseError: the contents are not what the ledger says. Nothing was changed.
        OSError: the database is not writable.
    """
    database, made = case / DATABASE, case / RENEWED
    remove_renewed(case)
    try:
        with ExitStack() as opened:
            address = opened.enter_context(unchanged(database))
            opened.callback(remove_renewed, case)
            new = opened.enter_context(closing(Store(made, create=True, write=True, logged=False)))
            new.db.execute("PRAGMA trusted_schema=OFF")
            new.db.execute("ATTACH ? AS old", (address,))
            with new.transaction():
                _take_over(new, history)
            new.db.execute("DETACH old")
            _refuse_changed_vault(case, new)
            new.close()
            # SQLite would treat the old database's side files as part of the new one.
            if side_files(database):
                fold(database)
            made.replace(database)
    except sqlite3.DatabaseError as error:
        raise CaseError(f"{database}: cannot be continued: {error}. {WHAT_TO_DO}") from error


def _take_over(new: Store, history: CaseHistory) -> None:
    names = dict(new.db.execute("SELECT name, id FROM old.evidence ORDER BY id"))
    for name, source in sorted(history.finished.items(), key=lambda item: names.get(item[0], 0)):
        if source.contents is not None:
            _copy(new, name, names.get(name), source)
    index_records(new)
    _take_over_additions(new, history)
    for path, why in history.skipped.items():
        add_skipped_source(new, path, why)
    for name, location in new.db.execute("SELECT name, location FROM old.evidence ORDER BY id").fetchall():
        if name not in history.finished or history.finished[name].contents is None:
            add_skipped_source(new, location, INTERRUPTED)
    for name, values in history.matter.items():
        if values:
            new.set_info(name, "; ".join(values))
    if history.timezone:
        new.set_info("timezone", history.timezone)


def _take_over_additions(new: Store, history: CaseHistory) -> None:
    """Keep the records added after the seal until the evidence before them is numbered again."""
    added = added_rows(new, "old")
    if additions_digest(added) != history.additions and (added or history.additions):
        raise CaseError(f"what was added to the case is not what its ledger says. {WHAT_TO_DO}")
    have_wait(new, added)


def _copy(new: Store, name: str, number: int | None, source: FinishedSource) -> None:
    if number is None:
        raise CaseError(
            f"the case has no evidence item {name!r}, which its ledger says was read to its end. {WHAT_TO_DO}"
        )
    copy_contents(new.db, "old", number)
    now, sealed = content_digests(new.db, number), source.contents or {}
    if changed := sorted(table for table in {*now, *sealed} if now.get(table) != sealed.get(table)):
        raise CaseError(
            f"what the case holds of {name!r} is not what its ledger says was read: {', '.join(changed)} changed."
            f" {WHAT_TO_DO}"
        )
    set_state(new, number, EvidenceState.EXTRACTED if source.again is None else EvidenceState.HASHED_AGAIN)
    if source.again is not None and source.changed:
        (before,) = new.db.execute("SELECT sha256 FROM main.evidence WHERE id = ?", (number,)).fetchone()
        add_issue(new, number, "", changed_source(before, source.again.get("sha256")))


def _refuse_changed_vault(case: Path, new: Store) -> None:
    known = artefact_hashes(new)
    if problems := vault_problems(case, known, others=False):
        raise CaseError(f"{case}: {'; '.join(problems[:5])}. {WHAT_TO_DO}")
