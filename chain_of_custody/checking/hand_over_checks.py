"""Checks what a sealed folder's ledger says about hand-overs and about its key."""

from __future__ import annotations

from chain_of_custody.chain import LedgerReport, read_stream
from chain_of_custody.checking.source import SealedSource
from chain_of_custody.entry import LedgerEntry, LedgerError
from chain_of_custody.statements.transfer import transfers
from chain_of_custody.verify import Problem, Verification

_MEANING = "Who gave the case to whom is not as this line says."


def check_hand_overs(checks: Verification, source: SealedSource, name: str, found: LedgerReport) -> list[str]:
    """Check the giver's and receiver's signatures if the ledger is valid and records a hand-over.

    A copy in which hashes replace lines does not show hand-overs.

    Args:
        checks: collects the result.
        source: the sealed folder.
        name: the name of its ledger.
        found: the result of checking the ledger.

    Returns:
        What the reader must know about the key that signs the ledger, one sentence each.
    """
    if not found.ok:
        return []
    try:
        with source.open(name) as stream:
            entries = list(read_stream(stream, partial=bool(found.left_out)))
    except (LedgerError, OSError) as error:
        checks.skipped("hand-overs", f"{name} cannot be read: {error}")
        return []
    if not found.left_out:
        _check(checks, name, entries)
    return _of_key(entries, found.fingerprint)


def _check(checks: Verification, name: str, entries: list[LedgerEntry]) -> None:
    given, problems = transfers(entries)
    if not given and not problems:
        return
    waiting = sum(each.receiver is None for each in given)
    count = "1 hand-over" if len(given) == 1 else f"{len(given)} hand-overs"
    detail = count + (f", {waiting} of them not signed by the receiver" if waiting else ", signed by the receiver too")
    listed = [Problem(f"{name}, {each.partition(': ')[0]}", "a sound hand-over", each.partition(": ")[2], _MEANING)
              for each in problems]  # fmt: skip
    checks.add("hand-overs", not problems, "a hand-over does not hold" if problems else detail, listed)


def _of_key(entries: list[LedgerEntry], fingerprint: str | None) -> list[str]:
    known = [entry.detail["key"] for entry in entries if isinstance(entry.detail.get("key"), dict)]
    last = known[-1] if known else None
    if not isinstance(last, dict) or last.get("fingerprint") != fingerprint:
        return []
    if last.get("provisional") is True:
        return ["the key is PROVISIONAL: it was made on first use, and no examiner has put a name to it"]
    return [f"the ledger names the key as that of {last['name']}"] if isinstance(last.get("name"), str) else []
