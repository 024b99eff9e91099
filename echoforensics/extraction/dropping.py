"""Dropping artefacts from a sealed case, as a court orders: the ledger keeps their digests and the reason.

The database is rebuilt beside the old one, without the dropped artefacts. The ledger then gets two lines, on the
removal and on the new seal; the new database replaces the old one, and the files are deleted. If a run is
interrupted after the lines were written, the same command completes it.
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from chain_of_custody.ledger import Ledger, LedgerError
from echoforensics.case.added_records.added_files import remove_other_files
from echoforensics.case.counts import counts_of_case
from echoforensics.case.custody.announced import RENEWED, complete_announced, remove_renewed
from echoforensics.case.custody.contents import content_digests
from echoforensics.case.custody.database_file import file_digest
from echoforensics.case.custody.head_file import write_head
from echoforensics.case.custody.names import ARTEFACTS, DATABASE, DROPPED, LEDGER, SEALED
from echoforensics.case.custody.open_case import refuse_changed
from echoforensics.case.custody.removal import overwrite_unused, remove_content
from echoforensics.case.custody.standing import ledger_history
from echoforensics.case.disk import case_disk
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.evidence_table import evidence_items
from echoforensics.case.lock import FolderLock
from echoforensics.case.no_case import not_a_case
from echoforensics.case.redactions.redaction import copies_of
from echoforensics.case.row_query import row
from echoforensics.case.sealing.seal import table_digests
from echoforensics.case.store import Store
from echoforensics.case.text import storable_detail
from echoforensics.case.vault import Vault
from echoforensics.errors import CaseError, UsageError
from echoforensics.timeline.interaction_building import build_interactions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    from chain_of_custody.signer import Signer
    from echoforensics.case.custody.removal import RemovedContent

#: Tables that the ledger's seal counts.
_COUNTED = ("entries", "artefacts", "issues", "records", "rows")


def drop_artefacts(
    case: Path, exhibits: list[str], reason: str, key: Signer | None, actor: str,
    agreed: Callable[[RemovedContent], bool] = lambda _: True,
) -> RemovedContent | None:  # fmt: skip
    """Drop the artefacts of exhibits with all their records, and seal the case again.

    Args:
        case: the case folder.
        exhibits: exhibit numbers. An artefact is dropped whole: with all exhibits of the same file.
        reason: the reason; it is recorded in the ledger, and in the remains of each exhibit.
        key: the examiner's key, as for the case; None if it is unsigned.
        actor: name of the person, for the ledger.
        agreed: called with what would be dropped, before anything changes; nothing is changed if it returns False.

    Returns:
        What was dropped, or would have been; None if the call only completed an interrupted run.

    Raises:
        UsageError: there is no such exhibit, it was dropped before, or no reason is given.
        CaseError: the case is incomplete, has changed since it was sealed, or cannot be written.
    """
    if not reason.strip():
        raise UsageError("give a reason; it is recorded in the ledger")
    if not (case / DATABASE).is_file():
        raise not_a_case(case)
    with ExitStack() as opened:
        try:
            opened.enter_context(closing(FolderLock(case)))
            ledger = Ledger.open(case / LEDGER, key, actor)
            complete_announced(case, ledger_history(case / LEDGER), ledger)
            seal = ledger_history(case / LEDGER).seal
        except LedgerError as error:
            raise CaseError(str(error)) from error
        except OSError as error:
            raise CaseError(f"{case}: cannot be written: {error.strerror or error}") from error
        if seal is None:
            raise CaseError(f"{case}: the extraction was interrupted; repeat the extract command first")
        if _was_made(case, seal):
            _put_in_place(case)
            return None
        refuse_changed(case)
        return _drop(case, exhibits, reason, ledger, agreed)


def _drop(
    case: Path, exhibits: list[str], reason: str, ledger: Ledger, agreed: Callable[[RemovedContent], bool]
) -> RemovedContent:
    made = case / RENEWED
    with case_disk(case), ExitStack() as failed:
        remove_renewed(case)
        failed.callback(remove_renewed, case)
        shutil.copyfile(case / DATABASE, made)
        with closing(Store(made, write=True, logged=False)) as store:
            removed = remove_content(store, _artefacts(store, exhibits), reason)
            if not agreed(removed):
                return removed
            build_interactions(store)
            overwrite_unused(store)
            counts = counts_of_case(store)._asdict()
            contents = {item.name: content_digests(store.db, item.id) for item in evidence_items(store)}
            tables = table_digests(store)
        dropped: dict[str, Any] = {
            "reason": reason,
            "artefacts": [{"sha256": sha256, "size": size} for sha256, size in removed.artefacts.items()],
            "exhibits": removed.exhibits,
            "contents": contents,
        }
        sealed = {"database": file_digest(made), "tables": tables, **{name: counts[name] for name in _COUNTED}}
        for action, detail in ((DROPPED, dropped), (SEALED, sealed)):
            ledger.append(action, storable_detail(detail))
            write_head(case, ledger.length, ledger.head)
        failed.pop_all()
        _put_in_place(case)
    return removed


def _artefacts(store: Store, exhibits: list[str]) -> set[str]:
    """Return the artefacts of exhibits."""
    known = set(artefact_hashes(store))
    found = set()
    for exhibit in exhibits:
        shown = row(store, exhibit)
        if shown["sha256"] not in known:
            raise UsageError(f"{shown['exhibit']}: its file is not in the case; it was dropped before")
        found.add(shown["sha256"])
    return found


def _was_made(case: Path, seal: Any) -> bool:
    """Whether an interrupted run had sealed a new database without moving it into place."""
    made = case / RENEWED
    return made.is_file() and not made.is_symlink() and file_digest(made) == seal.get("database")


def _put_in_place(case: Path) -> None:
    (case / RENEWED).replace(case / DATABASE)
    with closing(Store(case / DATABASE)) as store:
        known, copies = set(artefact_hashes(store)), copies_of(store)
    Vault(case / ARTEFACTS).remove_others(known)
    remove_other_files(case, copies)
