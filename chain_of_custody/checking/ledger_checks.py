"""Checks a sealed folder's ledger, and whether the folder contains the expected state of the case."""

from __future__ import annotations

from chain_of_custody.chain import LedgerReport, read_stream, verify_stream
from chain_of_custody.checking.source import SealedSource
from chain_of_custody.disclosure import DisclosureError, SealedSet, recorded_tree, set_problems
from chain_of_custody.entry import LedgerError
from chain_of_custody.sealed_list import SealedList
from chain_of_custody.verify import Problem, Verification

_ANOTHER = "The folder is of an older state of the case, or of another case."


def check_ledger(
    checks: Verification, source: SealedSource, sealed: SealedList, expected_head: str | None
) -> LedgerReport | None:
    """Check a sealed folder's ledger, against itself and against the signed list.

    Returns:
        The result of the check; None if the folder holds no ledger, or one that cannot be read.
    """
    name = sealed.ledger.get("file")
    if not isinstance(name, str):
        return None
    try:
        with source.open(name) as stream:
            found = verify_stream(stream, expected_head=expected_head, partial=is_part(sealed))
    except OSError as error:
        checks.skipped("ledger", f"{name} cannot be read: {error.strerror or error}")
        return None
    # Whether the expected line is present is a separate check.
    problems = [_of_failure(name, each) for each in found.failures if not each.startswith("no line has the hash")]
    problems += _other_than_listed(name, sealed, found)
    lines = "1 line" if found.length == 1 else f"{found.length} lines"
    detail = f"{lines}, each following from the line before; head {found.head}, as the list says"
    if found.left_out:
        detail += f"; {found.left_out} of them are given as hashes only, as they name what is not handed over"
    if found.signed and not sealed.keyid:
        detail += f"; signed by the key {found.fingerprint}, where the list is not signed"
    if not found.signed:
        detail += "; the ledger is UNSIGNED: anybody could have written it anew"
    checks.add("ledger", not problems, "it does not hold" if problems else detail, problems)
    return found


def _of_failure(name: str, failure: str) -> Problem:
    place, _, what = failure.rpartition(": ") if failure.startswith("line ") else ("", "", failure)
    meaning = "The ledger was changed, cut, or put together out of others."
    return Problem(f"{name}, {place}" if place else name, "an unbroken ledger", what, meaning)


def _other_than_listed(name: str, sealed: SealedList, found: LedgerReport) -> list[Problem]:
    problems = []
    listed = sealed.ledger
    if (found.length, found.head) != (listed["length"], listed["head"]):
        problems.append(
            Problem(
                name,
                f"{listed['length']} lines, head {listed['head']}, as the list says",
                f"{found.length} lines, head {found.head}",
                "The ledger was cut, has grown, or is that of another case.",
            )
        )
    if found.torn_tail:
        shown = f"{found.torn_tail} bytes behind its last line"
        problems.append(Problem(name, "nothing behind its last line", shown, "They are not an entry of the ledger."))
    if sealed.keyid and found.signed and found.fingerprint != sealed.keyid:
        meaning = "Ledger and list are of two people, or the ledger of another case was put in."
        problems.append(Problem(name, f"a ledger signed with {sealed.keyid}", f"{found.fingerprint}", meaning))
    return problems


def check_head(checks: Verification, sealed: SealedList, found: LedgerReport | None, expected_head: str) -> str | None:
    """Check that the hand-over contains the expected state of the case.

    Returns:
        A sentence on how much the ledger has grown since then; None if there is nothing to say.
    """
    if found is not None:
        if found.grown is not None:
            lines = "1 line was" if found.grown == 1 else f"{found.grown} lines were"
            checks.add("expected head", True, f"the ledger holds the line {expected_head}")
            return f"{lines} added to the ledger after the head that was given"
        listed = f"a ledger of {found.length} lines without it"
    else:
        head = sealed.ledger.get("head")
        if head == expected_head.lower():
            checks.add("expected head", True, f"it was made when the ledger ended in {expected_head}")
            return None
        listed = f"one that was made when the ledger ended in {head or 'a line that it does not name'}"
    problem = Problem("the ledger's head", expected_head or "the empty head that was given", listed, _ANOTHER)
    checks.add("expected head", False, "it is not that state of the case", [problem])
    return None


def is_part(sealed: SealedList) -> bool:
    """Whether the signed list says that only a part of a set was handed over."""
    described = sealed.predicate.get("sealed_set")
    return isinstance(described, dict) and "proofs" in described


def check_set(checks: Verification, source: SealedSource, sealed: SealedList) -> None:
    """Check that records and recordings belong to the sealed set: by its root, or by a proof for each."""
    if "sealed_set" not in sealed.predicate:
        if sealed.kind == "bundle":
            checks.skipped("sealed set", "the list does not say of which set its rows and recordings are")
        return
    try:
        described = SealedSet.of_json(sealed.predicate["sealed_set"])
        found = set_problems(described, source.open, sealed.files)
        found += _other_tree(source, sealed, described)
    except (DisclosureError, LedgerError) as error:
        found = [str(error)]
    except OSError as error:
        checks.skipped("sealed set", str(error))
        return
    meaning = "It is not of what was sealed, or something of it was left out without a word."
    problems = [
        Problem("sealed set", "what was sealed, all of it or parts with proofs", each, meaning) for each in found
    ]
    detail = f"every line is of the set of {described.size} that was sealed" if not found else "it does not hold"
    if not found and described.left_out:
        detail += f"; {described.left_out} are not handed over"
    checks.add("sealed set", not problems, detail, problems)


def _other_tree(source: SealedSource, sealed: SealedList, described: SealedSet) -> list[str]:
    """Describe where the ledger and the signed list disagree about the set."""
    name = sealed.ledger.get("file")
    if not isinstance(name, str):
        return ["no ledger is there that could name the set"]
    with source.open(name) as stream:
        entries = ((entry.action, entry.detail) for entry in read_stream(stream, partial=is_part(sealed)))
        root, size = recorded_tree(entries)
    if (root, size) == (described.root, described.size):
        return []
    return [f"the ledger records a set of {size} with the root {root}, the list one of {described.size} with"
            f" {described.root}"]  # fmt: skip
