"""Handing a case over: the ledger line that giver and receiver sign, and the receiver's later signature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chain_of_custody.chain import read_stream
from chain_of_custody.checking.source import open_source
from chain_of_custody.folder_check import check_sealed, is_sealed
from chain_of_custody.ledger import read
from chain_of_custody.sealed_list import SEAL_NAME, read_seal
from chain_of_custody.statements.transfer import (
    HANDED_OVER,
    RECEIVED,
    Transfer,
    TransferError,
    check_signature,
    refuse_other_receiver,
    sign_statement,
    transfers,
)
from echoforensics.case.added_records.added_files import added_file_problems
from echoforensics.case.case import Case
from echoforensics.case.custody.later_line import add_line
from echoforensics.case.custody.names import LEDGER
from echoforensics.case.custody.standing import ledger_history, why_unverified
from echoforensics.case.custody.vault_check import vault_problems
from echoforensics.case.entry_table import artefact_hashes
from echoforensics.case.redactions.redaction import copies_of
from echoforensics.case.text import storable_detail
from echoforensics.errors import CaseError, UnverifiedCaseError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from chain_of_custody.keys import PublicKey
    from chain_of_custody.ledger import Ledger, LedgerEntry
    from chain_of_custody.signer import Signer


@dataclass(frozen=True, slots=True)
class HandOver:
    """A hand-over to record.

    Attributes:
        giver: name of the person who hands the case over.
        to: name of the person who receives it.
        purpose: the purpose of the hand-over.
        receiver: the receiver's public key; None if none is named.
    """

    giver: str
    to: str
    purpose: str
    receiver: PublicKey | None = None


def record_hand_over(
    case: Path, key: Signer | None, given: HandOver, receiver_key: Signer | None = None
) -> tuple[LedgerEntry, Transfer]:
    """Record in the ledger of a case that it is handed over.

    Args:
        case: the case folder.
        key: the key of its ledger; None if the ledger is unsigned; then no giver signs its hand-overs.
        given: giver, receiver and purpose.
        receiver_key: the receiver's key, to sign at once; None to sign later.

    Raises:
        UsageError: a name or the purpose is empty.
        UnverifiedCaseError: the case is incomplete, or has changed since it was sealed.
        CaseError: the case is not writable, or has another key.
    """
    for option, value in (("--from", given.giver), ("--to", given.to), ("--purpose", given.purpose)):
        if not value.strip():
            raise UsageError(f"{option} is empty; a hand-over needs giver, receiver and purpose")
    refuse_bundle(case)
    refuse_unverified(case)
    items = [
        {"name": name, "sha256": str(detail.get("sha256"))}
        for name, detail in ledger_history(case / LEDGER).taken_in.items()
    ]
    matter = ledger_history(case / LEDGER).matter

    def line(ledger: Ledger) -> dict[str, Any]:
        statement = storable_detail(
            {
                "from": given.giver,
                "to": given.to,
                "purpose": given.purpose,
                "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
                "reference": "; ".join(matter["reference"]),
                "evidence": items,
                "ledger": {"head": ledger.head, "length": ledger.length},
                "giver_key": None if key is None else key.public.fingerprint,
                "receiver_key": None if given.receiver is None else given.receiver.fingerprint,
            }
        )
        return {
            "statement": statement,
            "giver": None if key is None else sign_statement(statement, key),
            "receiver": None if receiver_key is None else sign_statement(statement, receiver_key),
        }

    entry = add_line(case, key, given.giver, HANDED_OVER, line)
    return entry, next(each for each in hand_overs(case) if each.line_hash == entry.line_hash)


def hand_overs(path: Path) -> list[Transfer]:
    """Return the hand-overs in the ledger of a case, or in the copy of the ledger in a bundle.

    Args:
        path: the case folder; or a bundle, as a folder or a zip.

    Raises:
        CaseError: the ledger cannot be read, or a hand-over is invalid.
    """
    try:
        found, problems = transfers(_bundled_ledger(path) if is_sealed(path) else read(path / LEDGER))
    except (ValueError, OSError) as error:
        raise CaseError(f"{path}: its ledger cannot be read; run `echoforensics verify`: {error}") from error
    if problems:
        raise CaseError(f"{path}: {problems[0]}")
    return found


def _bundled_ledger(path: Path) -> list[LedgerEntry]:
    """The entries of the ledger in a bundle. Raises ValueError, OSError."""
    with open_source(path) as source:
        with source.open(SEAL_NAME) as stream:
            name = read_seal(stream.read()).ledger.get("file")
        if not isinstance(name, str):
            raise FileNotFoundError("there is no ledger in it")
        with source.open(name) as stream:
            return list(read_stream(stream, partial=True))


def not_received(case: Path, line: int | None) -> Transfer:
    """Return the hand-over of a line, or the last one. The receiver must not have signed it yet.

    Args:
        case: the case folder, or a bundle.
        line: its line number, as ``ledger`` shows it; None for the last.

    Raises:
        UsageError: there is no such hand-over, or it is already signed.
        CaseError: as :func:`hand_overs`.
    """
    found = [each for each in hand_overs(case) if line is None or each.seq + 1 == line]
    if not found:
        where = "no hand-over" if line is None else f"no hand-over in line {line}"
        raise UsageError(f"{case}: the ledger records {where}; record one with --to NAME --purpose TEXT")
    if found[-1].receiver is not None:
        raise UsageError(f"{case}: the receiver has signed the hand-over of line {found[-1].seq + 1} already")
    return found[-1]


def receipt(case: Path, key: Signer, line: int | None = None) -> dict[str, Any]:
    """Sign, as the receiver, for the receipt of a case. The case is checked, and not changed.

    Args:
        case: the case folder, or the bundle, as it was received.
        key: the receiver's key.
        line: line number of the hand-over; None for the last.

    Raises:
        UsageError: there is no hand-over to sign, or it names another key.
        UnverifiedCaseError: the case is incomplete, or has changed since it was sealed.
        CaseError: as :func:`hand_overs`.
    """
    refuse_unverified(case)
    given = not_received(case, line)
    try:
        refuse_other_receiver(given.statement, key.public.fingerprint)
    except TransferError as error:
        raise UsageError(str(error)) from error
    return {
        "transfer": given.line_hash,
        "statement": dict(given.statement),
        "receiver": sign_statement(given.statement, key),
    }


def attach_receipt(case: Path, key: Signer | None, given: Transfer, signature: dict[str, str]) -> LedgerEntry:
    """Add the receiver's signature to the ledger of a case.

    Args:
        case: the case folder.
        key: the key of its ledger; None if the ledger is unsigned.
        given: the hand-over.
        signature: the receiver's, over the statement of the hand-over.

    Raises:
        UsageError: the signature is not over this hand-over, or was made with another key than the one it names.
        CaseError: the case is not writable, or has another key.
    """
    refuse_bundle(case)
    try:
        refuse_other_receiver(given.statement, check_signature(given.statement, signature))
    except TransferError as error:
        raise UsageError(f"this is not a receipt for the hand-over of line {given.seq + 1}: {error}") from error
    actor = str(given.statement["from"])
    return add_line(case, key, actor, RECEIVED, {"transfer": given.line_hash, "receiver": signature})


def refuse_unverified(path: Path) -> None:
    """Refuse a case or a bundle whose ledger, database or files have changed since it was sealed.

    Raises:
        UnverifiedCaseError: something has changed.
        CaseError: it cannot be read.
    """
    if is_sealed(path):
        problems = [f"{check.name}: {check.detail}" for check in check_sealed(path).checks.checks if not check.ok]
    elif why := why_unverified(path):
        problems = [why]
    else:
        with Case.open(path) as opened:
            problems = vault_problems(path, artefact_hashes(opened.store), others=True)
            problems += added_file_problems(path, copies_of(opened.store))
    if problems:
        raise UnverifiedCaseError(f"{path}: {'; '.join(problems[:5])}. `echoforensics verify` says more")


def refuse_bundle(path: Path) -> None:
    """Refuse a bundle where a case folder is needed. Raises UsageError."""
    if is_sealed(path):
        raise UsageError(f"{path}: is a bundle, whose ledger cannot be added to; give the case folder")
