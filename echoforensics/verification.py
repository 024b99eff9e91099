"""Verifying a case: its ledger, its tables, every artefact, and the sources where they can be reached."""

from __future__ import annotations

import hashlib
import os
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chain_of_custody.ledger import verify as verify_ledger
from chain_of_custody.verify import Verification
from echoforensics.case.case import BEGINNINGS, SEALED, Case
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.seal import table_digests
from echoforensics.case.store import DatabaseError
from echoforensics.errors import SourceError
from echoforensics.evidence.source import open_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chain_of_custody.ledger import LedgerReport


class CaseVerification:
    """What a verification came to.

    Attributes:
        checks: each check, with its result.
        signed: whether the ledger is signed.
        fingerprint: of the key that signed it.
        complete: whether the last extraction came to its end.
        unreachable: sources that were not found where they lay, and so were not compared.

    Example:
        >>> ef.verify("case")
        <verified: 8 checks passed>
    """

    def __init__(self) -> None:
        self.checks = Verification()
        self.signed = False
        self.fingerprint: str | None = None
        self.complete = False
        self.unreachable: list[str] = []

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return self.checks.ok

    def __repr__(self) -> str:
        failed = [check.name for check in self.checks.checks if not check.ok]
        if failed:
            return f"<VERIFICATION FAILED: {', '.join(failed)}>"
        limits = [word for word, is_met in (("complete", self.complete), ("signed", self.signed)) if not is_met]
        verified = f"verified, but not {' and not '.join(limits)}" if limits else "verified"
        return f"<{verified}: {len(self.checks.checks)} checks passed>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'ok' if check.ok else '<b>FAILED</b>'}</td><td>{escape(check.name)}</td>"
            f"<td>{escape(check.detail)}</td></tr>"
            for check in self.checks.checks
        )
        return f"<p>{escape(repr(self).strip('<>'))}</p><table><tbody>{rows}</tbody></table>"


def verify_case(
    path: Path,
    *,
    fingerprint: str | None = None,
    sources: bool = True,
    report: Callable[[str], None] | None = None,
) -> CaseVerification:
    """Verify a case.

    Args:
        path: the case folder.
        fingerprint: of the key that must have signed it; where None, any one key will do, and its
            fingerprint is for the reader to compare.
        sources: whether to hash the sources again.
        report: called with what is being done.

    Raises:
        CaseError: the folder is not a case.
    """
    say = report or (lambda _: None)
    result = CaseVerification()
    with Case.open(path) as case:
        if not case.ledger_path.is_file() and case.store.head() is None and not case.evidence():
            result.checks.add("ledger", True, "NOT COMPLETE: the extraction was interrupted before its first line")
            return result
        if not case.ledger_path.is_file():
            result.checks.add("ledger", False, "there is none")
            result.checks.skipped("tables, artefacts and sources", "there is no ledger to check them against")
            return result
        say("ledger")
        ledger = verify_ledger(case.ledger_path, expected_fingerprint=fingerprint, known=case.store.head())
        result.signed, result.fingerprint = ledger.signed, ledger.fingerprint
        _check_ledger(result, ledger)
        say("database")
        _check_database(result, case, ledger.ok)
        say("artefacts")
        _check_artefacts(result, case)
        if sources:
            _check_sources(result, case, ledger.ok, say)
    return result


def _check_ledger(result: CaseVerification, ledger: LedgerReport) -> None:
    detail = "; ".join(ledger.failures[:10]) or f"{ledger.length} lines, each following from the line before"
    if ledger.ok and ledger.torn_tail:
        detail += f"; a last line of {ledger.torn_tail} bytes was cut off by an interruption"
    result.checks.add("ledger", ledger.ok, detail)
    if ledger.signed:
        signatures = f"every line is signed by the key {ledger.fingerprint}"
        result.checks.add("signatures", ledger.ok, signatures if ledger.ok else "see the ledger")
    else:
        result.checks.add("signatures", ledger.ok, "THE CASE IS UNSIGNED: anybody could have rewritten it")


def _check_database(result: CaseVerification, case: Case, ledger_ok: bool) -> None:
    issue = case.store.damage()
    result.checks.add("database", not issue, issue or "SQLite finds it whole")
    if not ledger_ok:
        result.checks.skipped("tables", "the ledger that holds their digests is not sound")
        return
    seal: Mapping[str, Any] | None = None
    for entry in case.actions():
        if entry.action in BEGINNINGS:
            seal = None
        elif entry.action == SEALED:
            seal = entry.detail
    result.complete = seal is not None
    if seal is None:
        detail = "NOT COMPLETE: the extraction was interrupted, so its tables are not sealed; repeat the command"
        result.checks.add("tables", True, detail)
        return
    try:
        now = table_digests(case.store)
    except DatabaseError as error:
        result.checks.add("tables", False, f"the tables cannot be read: {error}")
        return
    sealed = seal.get("tables", {})
    changed = sorted(name for name in {*now, *sealed} if now.get(name) != sealed.get(name))
    result.checks.add(
        "tables",
        not changed,
        f"changed since sealed: {', '.join(changed)}" if changed else f"{len(now)} as sealed",
    )


def _check_artefacts(result: CaseVerification, case: Case) -> None:
    issues: list[str] = []
    known = artefact_hashes(case.store)
    for sha256 in known:
        try:
            with case.vault.open(sha256) as stream:
                actual = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError as error:
            issues.append(f"{sha256}: {error.strerror}")
            continue
        if actual != sha256:
            issues.append(f"{sha256}: its content hashes to {actual}")
    names = frozenset(known)
    strange = [path for path in case.vault.files() if path != case.vault.path(path.name) or path.name not in names]
    if strange and result.complete:
        issues += [f"{path.relative_to(case.path)}: not an artefact of this case" for path in strange]
    detail = "; ".join(issues[:10]) or f"{len(known)} artefacts, each with the content its name says"
    result.checks.add("artefacts", not issues, detail)


def _check_sources(result: CaseVerification, case: Case, ledger_ok: bool, say: Callable[[str], None]) -> None:
    if not ledger_ok:
        result.checks.skipped("sources", "the ledger that holds their hashes is not sound")
        return
    for entry in case.actions():
        detail = entry.detail
        if entry.action == "source hashed again" and detail.get("unchanged") is not True:
            result.checks.add(f"source {detail.get('evidence')}", False, "it changed while it was read")
        if entry.action != "source taken in":
            continue
        name, location = str(detail["evidence"]), Path(str(detail["location"]))
        if written := str(detail.get("location_bytes", "")):
            location = Path(os.fsdecode(bytes.fromhex(written)))
        say(f"source {name}")
        if not location.exists():
            result.unreachable.append(name)
            continue
        try:
            with closing(open_bytes(location, str(detail["kind"]))) as source:
                now = source.hash_whole(("sha256",)).sha256
        except (SourceError, OSError) as error:
            result.checks.add(f"source {name}", False, str(error))
            continue
        same = now == detail["sha256"]
        result.checks.add(f"source {name}", same, "unchanged" if same else f"SHA-256 was {detail['sha256']}, is {now}")
