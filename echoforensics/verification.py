"""Verifying a case: its ledger, its tables, every artefact, and the sources where they can be reached."""

from __future__ import annotations

import os
from contextlib import closing
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.ledger import read
from chain_of_custody.ledger import verify as verify_ledger
from chain_of_custody.statements.transfer import transfers
from chain_of_custody.verify import Verification
from echoforensics.case.added_records.added_files import added_file_problems
from echoforensics.case.added_records.closed_rooms import closed_rooms, place_of, room_problems
from echoforensics.case.custody.announced import seal_in_force
from echoforensics.case.custody.case_folder_check import CaseFolderCheck
from echoforensics.case.custody.database_check import DatabaseCheck
from echoforensics.case.custody.database_file import file_digest, refuse_irregular, side_files
from echoforensics.case.custody.history import CaseHistory
from echoforensics.case.custody.names import DATABASE, HEAD, LEDGER
from echoforensics.case.custody.standing import known_head, ledger_history
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.no_case import not_a_case
from echoforensics.case.redactions.redaction import copies_of
from echoforensics.case.store import DatabaseError, Store
from echoforensics.counting import counted
from echoforensics.errors import CaseError, SourceError
from echoforensics.evidence.folder_listing import FIRST
from echoforensics.evidence.source import open_bytes
from echoforensics.key_record import key_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from chain_of_custody.ledger import LedgerReport


_OUTCOME = {(True, True): "ok", (False, True): "<b>FAILED</b>", (False, False): "<b>not checked</b>"}


class CaseVerification:
    """What a verification came to.

    Attributes:
        checks: each check, with its result.
        signed: whether the ledger is signed.
        fingerprint: of the key that signed it.
        head: hash of the ledger's last line.
        length: how many lines the ledger has.
        complete: whether the last extraction came to its end.
        unreachable: sources that were not found where they lay, and so were not compared.
        notes: what a reader has to know beside the checks, a sentence each.
        kind: what was verified: ``case``, ``bundle``, ``report`` or ``export``.
        timestamps: of a bundle: what each timestamp of a third party says that holds.

    Example:
        >>> ef.verify("case")
        <verified: 9 checks passed>
    """

    def __init__(self) -> None:
        self.checks = Verification()
        self.signed = False
        self.fingerprint: str | None = None
        self.head = ""
        self.length = 0
        self.complete = False
        self.unreachable: list[str] = []
        self.notes: list[str] = []
        self.kind = "case"
        self.timestamps: list[dict[str, object]] = []

    @property
    def ok(self) -> bool:
        """Whether everything was checked, and every check passed."""
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
            f"<tr><td>{_OUTCOME[check.ok, check.made]}</td><td>{escape(check.name)}</td>"
            f"<td>{escape(check.detail)}</td></tr>"
            for check in self.checks.checks
        )
        return f"<p>{escape(repr(self).strip('<>'))}</p><table><tbody>{rows}</tbody></table>"


def verify_case(
    path: Path,
    *,
    fingerprint: str | None = None,
    sources: bool = True,
    allow_incomplete: bool = False,
    expected_head: str | None = None,
    report: Callable[[str], None] | None = None,
) -> CaseVerification:
    """Verify a case, of this version or of an earlier one.

    Args:
        path: the case folder.
        fingerprint: of the key that must have signed it; where None, any one key will do, and its
            fingerprint is for the reader to compare.
        sources: whether to hash the sources again. One that is not where it lay is then a check that was not made.
        allow_incomplete: whether an interrupted case passes where all that can be checked of it does.
        expected_head: hash of a line that the ledger must hold: its head when the case was handed over.
        report: called with what is being done.

    Raises:
        CaseError: the folder is not a case.
    """
    say = report or (lambda _: None)
    result = CaseVerification()
    _refuse_what_is_no_case(path)
    say("ledger")
    history = _check_ledger(result, path, fingerprint, expected_head)
    say("database")
    artefacts = _check_database(result, path, history, allow_incomplete=allow_incomplete)
    say("artefacts")
    if artefacts is None:
        result.checks.skipped("artefacts", "the database that lists them cannot be read")
    else:
        problems = vault_problems(path, artefacts, others=result.complete)
        detail = (
            "; ".join(problems[:10]) or f"{counted(len(artefacts), 'artefact')}, each with the content its name says"
        )
        result.checks.add("artefacts", not problems, detail)
        _check_added(result, path, history)
    if history is None:
        result.checks.skipped("sources", "there is no sound ledger to check them against")
    elif sources:
        _check_sources(result, history, say)
    else:
        result.notes.append("the sources were not hashed again, as was asked for")
    return result


def _refuse_what_is_no_case(path: Path) -> None:
    if path.name == DATABASE and path.is_file():
        raise not_a_case(path)
    if not path.exists():
        raise CaseError(f"{path}: does not exist")
    if not any(os.path.lexists(path / name) for name in (DATABASE, LEDGER)):
        raise CaseError(
            f"{path}: not a case folder (it has no {DATABASE}), a bundle or a report, nor an export with its .sha256"
            " beside it"
        )


def _check_ledger(
    result: CaseVerification, path: Path, fingerprint: str | None, expected_head: str | None
) -> CaseHistory | None:
    """Check the ledger. Gives what it comes to; None if it is not sound."""
    if not os.path.lexists(path / LEDGER):
        result.checks.add("ledger", False, f"there is no {LEDGER}, so nothing vouches for what the case holds")
        result.checks.skipped("signatures", "there is no ledger")
        return None
    try:
        refuse_irregular(path / LEDGER)
        known = known_head(path)
        ledger = verify_ledger(
            path / LEDGER, expected_fingerprint=fingerprint, known=known, expected_head=expected_head
        )
    except (CaseError, OSError) as error:
        result.checks.add("ledger", False, str(error))
        result.checks.skipped("signatures", "the ledger cannot be read")
        return None
    history = ledger_history(path / LEDGER) if ledger.ok else None
    failures = list(ledger.failures)
    if history and history.has_head_file and known is None:
        failures.append(f"{HEAD} is missing, which keeps its length and last hash")
    detail = "; ".join(failures[:10]) or f"{counted(ledger.length, 'line')}, each following from the line before"
    if not failures and ledger.torn_tail:
        detail += f"; a last line of {ledger.torn_tail} bytes was cut off by an interruption"
    result.checks.add("ledger", not failures, detail)
    result.signed, result.fingerprint = ledger.signed, ledger.fingerprint
    result.head, result.length = ledger.head, ledger.length
    _check_signatures(result, ledger)
    _note_ledger(result, ledger, history, expected_head)
    if not failures:
        _check_hand_overs(result, path)
        _check_rooms(result, path)
    return None if failures else history


def _check_signatures(result: CaseVerification, ledger: LedgerReport) -> None:
    if not ledger.signed:
        result.checks.add("signatures", ledger.ok, "THE CASE IS UNSIGNED: anybody could have rewritten it")
        return
    signatures = f"every line is signed by the key {ledger.fingerprint}"
    result.checks.add("signatures", ledger.ok, signatures if ledger.ok else "see the ledger")


def _check_hand_overs(result: CaseVerification, path: Path) -> None:
    """Check what giver and receiver signed, where the case was handed over."""
    found, problems = transfers(read(path / LEDGER))
    if not found and not problems:
        return
    unsigned = sum(each.receiver is None for each in found)
    words = f"{counted(len(found), 'hand-over')}, each as the giver signed it" if result.signed else "UNSIGNED"
    if unsigned:
        words += f"; {unsigned} not signed by the receiver"
    result.checks.add("hand-overs", not problems, "; ".join(problems[:10]) or words)


def _check_rooms(result: CaseVerification, path: Path) -> None:
    """Check the audit of each review room whose results are in the case, where the room is there."""
    for room in closed_rooms(read(path / LEDGER)):
        length, head = room.last
        place = place_of(room, path)
        if place is None:
            result.notes.append(
                f"results of a review room are in the case, and the room is not in its recorded place, {room.path}:"
                f" its audit was not checked. It had {length} lines;"
                f" `echoforensics verify ROOM --expect-head {head}` checks it"
            )
            continue
        problems = room_problems(room, place, result.fingerprint)
        words = f"the audit is whole, and holds the {length} lines that the case names"
        result.checks.add(f"review room {place.name}", not problems, "; ".join(problems) or words)


def _note_ledger(
    result: CaseVerification, ledger: LedgerReport, history: CaseHistory | None, expected_head: str | None
) -> None:
    if expected_head is None:
        result.notes.append(
            f"the ledger ends in line {ledger.length}, {ledger.head}; whether an older copy of the case was put in its"
            " place cannot be seen without --expect-head"
        )
    elif ledger.grown:
        added = "1 line was" if ledger.grown == 1 else f"{ledger.grown} lines were"
        result.notes.append(f"{added} added to the ledger after the head that was given")
    if history and (words := key_words(history.key)):
        result.notes.append(words)
    for sentence in history.backwards[:10] if history else ():
        result.notes.append(f"the times of the ledger run backwards: {sentence}; a clock was set, or was wrong")
    for dropped in history.dropped if history else ():
        count = len(dropped.get("artefacts", ()))
        what = "1 artefact was" if count == 1 else f"{count} artefacts were"
        result.notes.append(f"{what} removed from the case; reason: {dropped.get('reason')}")


def _check_database(
    result: CaseVerification, path: Path, history: CaseHistory | None, *, allow_incomplete: bool
) -> list[str] | None:
    """Check the database. Gives the SHA-256 of each artefact; None if it cannot be read."""
    database = path / DATABASE
    seal = None
    try:
        seal = seal_in_force(path, history) if history else None
        result.complete = seal is not None
        with DatabaseCheck(database) as check:
            artefacts = check.artefacts()
            problems = _file_problems(database, seal)
            if problems or seal is None or "database" not in seal:
                problems += filter(None, [check.damage()])
            result.checks.add("database", not problems, "; ".join(problems) or _database_words(seal))
            if history is None:
                result.checks.skipped("tables", "there is no sound ledger to check them against")
            elif seal is not None:
                _check_sealed(result, check, seal, is_the_file="database" in seal and not problems)
            else:
                _check_unsealed(result, check, history, allow_incomplete=allow_incomplete)
    except (CaseError, OSError) as error:
        result.checks.add("database", False, "; ".join([*_beside(database, seal), str(error)]))
        result.checks.skipped("tables", "the database cannot be read")
        return None
    return artefacts


def _beside(database: Path, seal: Mapping[str, Any] | None) -> list[str]:
    if seal is None:
        return []
    return [f"{path.name} lies beside it, and a sealed case has none" for path in side_files(database)]


def _file_problems(database: Path, seal: Mapping[str, Any] | None) -> list[str]:
    if seal is None:
        return []
    problems = _beside(database, seal)
    if "database" in seal and file_digest(database) != seal["database"]:
        problems.append(f"{DATABASE} is not the file that was sealed")
    return problems


def _database_words(seal: Mapping[str, Any] | None) -> str:
    if seal is not None and "database" in seal:
        return f"the file that was sealed, SHA-256 {seal['database']['sha256']}"
    return "SQLite finds it whole"


def _check_sealed(
    result: CaseVerification, check: DatabaseCheck, seal: Mapping[str, Any], *, is_the_file: bool
) -> None:
    tables = seal.get("tables")
    if not isinstance(tables, dict) or not tables:
        result.checks.add("tables", False, "the seal names no table")
        return
    if "database" not in seal:
        result.notes.append(
            "the case was sealed by an earlier version, which sealed the content of the tables and not the file"
            f" {DATABASE}: the pages of the search index and unused space are not covered"
        )
    # In the very file that was sealed, every table is: the digests of tables say what differs where it is another.
    changed = [] if is_the_file else check.changed_tables(tables)
    words = f"changed since sealed: {', '.join(changed)}" if changed else f"{len(tables)} as sealed"
    result.checks.add("tables", not changed, words)


def _check_unsealed(
    result: CaseVerification, check: DatabaseCheck, history: CaseHistory, *, allow_incomplete: bool
) -> None:
    if not history.begun and not check.is_empty():
        result.checks.add("tables", False, "they hold rows, and no line of the ledger speaks of an extraction")
        return
    finished = {name: source.contents for name, source in history.finished.items() if source.contents is not None}
    compared = check.items(finished) if check.is_of_this_version else []
    if changed := [item for item in compared if item.changed]:
        words = (f"of {item.name}: {', '.join(item.changed)}" for item in changed)
        result.checks.add("tables", False, f"changed since the source was read: {'; '.join(words)}")
        return
    detail = "the extraction has not ended, so nothing seals the tables; where it was interrupted, repeat the command"
    if compared:
        detail += f". What {len(compared)} sources gave is as the ledger says"
    if allow_incomplete:
        result.checks.add("tables", True, f"NOT COMPLETE: {detail}")
    else:
        result.checks.skipped("tables", f"NOT COMPLETE: {detail}. With --allow-incomplete this is no failure")


def _check_added(result: CaseVerification, path: Path, history: CaseHistory | None) -> None:
    """Check the files beside the vault: redacted copies, as records name them, and what was put into the folder."""
    try:
        with closing(Store(path / DATABASE)) as store:
            known = copies_of(store)
    except (CaseError, DatabaseError, ValueError) as error:
        result.checks.add("added files", False, f"the records on them cannot be read: {error}")
        return
    problems = added_file_problems(path, known)
    if known:
        words = f"{counted(len(known), 'redacted copy', 'redacted copies')}, each with the content its record names"
        result.checks.add("added files", not problems, "; ".join(problems[:10]) or words)
    try:
        announced = history.announced_files if history else ()
        found = CaseFolderCheck(path, known, announced, complete=result.complete)
    except OSError as error:
        result.checks.add("case folder", False, str(error))
        return
    words = "nothing is in it that is not of the case"
    result.checks.add("case folder", not found.problems, "; ".join(found.problems[:10]) or words)
    if found.left:
        result.notes.append(
            f"left by an interrupted run, read by no command, and vouched for by nothing: {', '.join(found.left)};"
            " the next command that writes to the case completes or removes them"
        )


def _check_sources(result: CaseVerification, history: CaseHistory, say: Callable[[str], None]) -> None:
    for name, source in history.finished.items():
        if source.changed:
            result.checks.add(f"source {name}", False, "it changed while it was read")
    for name, detail in history.taken_in.items():
        say(f"source {name}")
        location = Path(str(detail.get("location")))
        if written := str(detail.get("location_bytes", "")):
            location = Path(os.fsdecode(bytes.fromhex(written)))
        if not os.path.lexists(location):
            result.unreachable.append(name)
            result.checks.skipped(
                f"source {name}", f"it is not where it lay, {location}. With --no-sources, sources are left out"
            )
            continue
        try:
            with closing(open_bytes(location, str(detail.get("kind")), str(detail.get("listing", FIRST)))) as opened:
                now = opened.hash_whole(("sha256",)).sha256
        except (SourceError, OSError, ValueError) as error:
            result.checks.add(f"source {name}", False, str(error))
            continue
        same = now == detail.get("sha256")
        words = "unchanged" if same else f"SHA-256 was {detail.get('sha256')}, is {now}"
        result.checks.add(f"source {name}", same, words)
