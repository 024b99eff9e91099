"""The standing of a case: whether its ledger is intact, and its database is the file that the ledger sealed."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING, Any, NamedTuple

from chain_of_custody.ledger import LedgerError, LedgerReport, read, verify
from echoforensics.case.custody.announced import seal_in_force
from echoforensics.case.custody.database_file import connect_unchanged, file_digest, refuse_irregular, side_files
from echoforensics.case.custody.head_file import read_head
from echoforensics.case.custody.history import CaseHistory
from echoforensics.case.custody.names import DATABASE, LEDGER
from echoforensics.case.custody.remembered import identity, recall, remember
from echoforensics.case.no_case import not_a_case
from echoforensics.case.sealing.seal import named_digests
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: At most this many differences are listed.
_NAMED = 5


class CaseStanding(NamedTuple):
    """The standing of a case.

    Attributes:
        complete: whether the last extraction was completed.
        signed: whether the ledger is signed.
        fingerprint: fingerprint of the signing key.
        length, head: length and head of the ledger.
        problems: one sentence for each difference from the seal.
    """

    complete: bool
    signed: bool
    fingerprint: str | None
    length: int
    head: str
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the case is complete and unchanged since it was sealed."""
        return self.complete and not self.problems

    @property
    def why_not(self) -> str:
        """The problem in one sentence; empty if there is none."""
        if self.problems:
            more = f" (and {len(self.problems) - _NAMED} more)" if len(self.problems) > _NAMED else ""
            return f"the case is not as it was sealed: {'; '.join(self.problems[:_NAMED])}{more}"
        if self.complete:
            return ""
        return (
            "the extraction was interrupted or is still running, so nothing seals what it found, and it may not all be"
            " numbered and joined"
        )


def standing(case: Path) -> CaseStanding:
    """Check a case's ledger and database against each other. The vault and the sources are not checked.

    Raises:
        CaseError: a file of the case cannot be read.
    """
    database, ledger = case / DATABASE, case / LEDGER
    try:
        for path in (database, ledger):
            refuse_irregular(path)
        known, damaged = _head_or_why_not(case)
        report = verify(ledger, known=known)
    except FileNotFoundError as error:
        missing = f"{error.filename} is missing"
        return CaseStanding(complete=False, signed=False, fingerprint=None, length=0, head="", problems=(missing,))
    except OSError as error:
        raise CaseError(f"{case}: cannot be read: {error.strerror or error}") from error
    problems = [*damaged, *report.failures]
    seal = None
    if report.ok:
        history = ledger_history(ledger)
        if history.has_head_file and known is None and not damaged:
            problems.append("custody.head, which keeps the end of the ledger, is missing")
        try:
            seal = seal_in_force(case, history)
            problems += database_problems(database, seal) if seal is not None else []
        except OSError as error:
            raise CaseError(f"{database}: cannot be read: {error.strerror or error}") from error
    return _of(report, problems, complete=seal is not None)


def _head_or_why_not(case: Path) -> tuple[tuple[int, str] | None, tuple[str, ...]]:
    try:
        return known_head(case), ()
    except CaseError as error:
        return None, (str(error),)


def why_unverified(case: Path) -> str:
    """Return one sentence that says why a case is unverified; empty if it is complete and unchanged since its seal.

    The result for these very files may be remembered: see :mod:`echoforensics.case.custody.remembered`.

    Raises:
        CaseError: the folder is not a case, or a file of it cannot be read.
    """
    if not any(os.path.lexists(case / name) for name in (DATABASE, LEDGER)):
        raise not_a_case(case)
    seen = identity(case)
    if seen is not None and seen == recall(case) and not side_files(case / DATABASE):
        return ""
    found = standing(case)
    if found.ok:
        remember(case, seen)
    return found.why_not


def _of(report: LedgerReport, problems: list[str], *, complete: bool) -> CaseStanding:
    return CaseStanding(complete, report.signed, report.fingerprint, report.length, report.head, tuple(problems))


def ledger_history(ledger: Path) -> CaseHistory:
    """Read the history of a case from its ledger. Raises CaseError if it cannot be read."""
    try:
        return CaseHistory.of(read(ledger))
    except (LedgerError, OSError) as error:
        raise CaseError(f"{ledger}: cannot be read; run `echoforensics verify`: {error}") from error


def known_head(case: Path) -> tuple[int, str] | None:
    """Return the stored length and head of the ledger. Cases of an earlier version store them in the database.

    Raises:
        CaseError: the file or database that stores them cannot be read.
    """
    if (head := read_head(case)) is not None:
        return head
    if not os.path.lexists(case / DATABASE):
        return None
    try:
        db, opened = connect_unchanged(case / DATABASE)
        with opened:
            if not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'ledger_head' AND type = 'table'").fetchone():
                return None
            found = db.execute("SELECT length, head FROM ledger_head").fetchone()
    except (sqlite3.Error, OSError):
        # Problems of the database are reported by its own check.
        return None
    return (int(found[0]), str(found[1])) if found else None


def database_problems(database: Path, seal: Mapping[str, Any]) -> list[str]:
    """Compare a database with its seal. Returns one sentence for each difference.

    Raises:
        OSError: the database cannot be read.
    """
    problems = [f"{path.name} lies beside {DATABASE}, and a sealed case has none" for path in side_files(database)]
    sealed = seal.get("database")
    if isinstance(sealed, dict):
        if file_digest(database) == sealed:
            return problems
        problems.append(f"{DATABASE} is not the file that was sealed")
    # With side files, SQLite reads more than this one file.
    return problems if side_files(database) else problems + _changed_tables(database, seal)


def _changed_tables(database: Path, seal: Mapping[str, Any]) -> list[str]:
    """Return the tables that differ. In a case of an earlier version, the seal covers only these."""
    sealed = seal.get("tables")
    if not isinstance(sealed, dict) or not sealed:
        return ["the seal names no tables"]
    try:
        db, opened = connect_unchanged(database)
        with opened:
            now = named_digests(db, sealed)
    except (sqlite3.Error, CaseError) as error:
        return [f"the tables cannot be read: {error}"]
    if changed := sorted(name for name in sealed if now.get(name) != sealed[name]):
        return [f"tables changed: {', '.join(changed)}"]
    if "database" in seal:
        return ["the tables hold what was sealed; what differs is an index, the search index, or unused space"]
    return []
