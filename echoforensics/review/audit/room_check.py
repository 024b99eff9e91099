"""Verifies a review room: its ledger, its signatures, and that its database matches."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from chain_of_custody.ledger import LedgerError, read, verify
from echoforensics.case.custody.database_file import connect_unchanged, refuse_irregular
from echoforensics.case.custody.head_file import read_head
from echoforensics.case.store import DatabaseError
from echoforensics.counting import counted
from echoforensics.errors import CaseError
from echoforensics.review.audit.comparing import HEAD, LEDGER, MOST_NAMED, compare
from echoforensics.review.audit.replay import contradictions
from echoforensics.review.store.earlier_version import show_as_today
from echoforensics.review.store.event_table import all_events, last_number, ledger_mark
from echoforensics.verification import CaseVerification

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.ledger import LedgerReport

DATABASE = "room.db"


def is_room(path: Path) -> bool:
    """Whether a folder is a review room."""
    return path.is_dir() and any(os.path.lexists(path / name) for name in (DATABASE, LEDGER))


def verify_room(path: Path, *, fingerprint: str | None = None, expected_head: str | None = None) -> CaseVerification:
    """Verify a review room. Nothing in its folder is changed; a server may have it open.

    Args:
        path: its folder.
        fingerprint: fingerprint of the key that must have signed its audit; None accepts any single key.
        expected_head: hash of a line that its ledger must contain, as the server printed it when it stopped.
    """
    result = CaseVerification()
    result.kind = "review room"
    result.complete = True
    report = _check_ledger(result, path, fingerprint, expected_head)
    if report is None or not report.ok:
        for name in ("events", "work"):
            result.checks.skipped(name, "there is no sound ledger to compare them with")
    else:
        _check_events(result, path)
    return result


def _check_ledger(
    result: CaseVerification, path: Path, fingerprint: str | None, expected_head: str | None
) -> LedgerReport | None:
    ledger = path / LEDGER
    try:
        refuse_irregular(ledger)
        known = read_head(path, HEAD)
        report = verify(ledger, expected_fingerprint=fingerprint, known=known, expected_head=expected_head)
    except (CaseError, OSError) as error:
        result.checks.add("ledger", False, str(error))
        result.checks.skipped("signatures", "the ledger cannot be read")
        return None
    failures = list(report.failures)
    if known is None and report.length > 1:
        failures.append(f"{HEAD} is missing, which keeps its length and last hash")
    words = f"{counted(report.length, 'line')}, each following from the line before"
    result.checks.add("ledger", not failures, "; ".join(failures[:10]) or words)
    if report.signed:
        words = f"every line is signed by the key {report.fingerprint}"
    else:
        words = "THE AUDIT IS UNSIGNED: anybody could have rewritten it"
    result.checks.add("signatures", not failures, words if not failures else "see the ledger")
    result.signed, result.fingerprint = report.signed, report.fingerprint
    result.head, result.length = report.head, report.length
    if expected_head is None:
        result.notes.append(
            f"the ledger ends in line {report.length}, {report.head}; whether an older copy of the whole room was put"
            " in its place cannot be seen without --expect-head"
        )
    return report if not failures else None


def _check_events(result: CaseVerification, path: Path) -> None:
    try:
        db, opened = connect_unchanged(path / DATABASE)
        with opened:
            show_as_today(db)
            # The ledger is read first, so events that a server writes meanwhile come after those of the ledger.
            found = compare(read(path / LEDGER), all_events(db))
            mark, recorded = ledger_mark(db), last_number(db)
            contradicted = list(islice(contradictions(db), MOST_NAMED))
    except (DatabaseError, CaseError, LedgerError, OSError, ValueError) as error:
        result.checks.add("events", False, f"{DATABASE} cannot be read: {error}")
        return
    problems = list(found.problems)
    if found.last < mark:
        problems.append(
            f"the ledger ends with event {found.last}, and event {mark} was in it: lines were cut off its end"
        )
    if found.last + found.waiting < recorded:
        problems.append(f"the database had {recorded} events and has {found.last + found.waiting}")
    words = f"{counted(found.last, 'event')}, the same in the ledger and in {DATABASE}"
    if found.waiting and not problems:
        result.notes.append(
            f"{counted(found.waiting, 'event')} of {DATABASE} not yet in the ledger: a server was killed, or is at"
            " work. The next start appends them"
        )
    result.checks.add("events", not problems, "; ".join(problems) or words)
    words = "decisions, redactions and accounts are as their events have them"
    result.checks.add("work", not contradicted, "; ".join(contradicted) or words)
