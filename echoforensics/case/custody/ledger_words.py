"""The history of a case in words: one sentence for each line of its ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chain_of_custody.disclosure import TREE_RECORDED
from chain_of_custody.ledger import CREATED
from chain_of_custody.statements.transfer import HANDED_OVER, RECEIVED
from echoforensics.case.custody.names import (
    ADDED,
    BEGUN,
    DESCRIBED,
    DROPPED,
    EXPORTED,
    GIVEN_AGAIN,
    HASHED_AGAIN,
    KEY_NAMED,
    MERGED,
    READ,
    RESUMED,
    SEALED,
    SKIPPED,
    TAKEN_IN,
)
from echoforensics.counting import counted
from echoforensics.examiner_clock import clock_words
from echoforensics.key_record import key_words

if TYPE_CHECKING:
    from chain_of_custody.ledger import LedgerEntry

Detail = Mapping[str, Any]
#: Sentences are cut at this many characters.
_LONGEST = 2000


def line_words(entry: LedgerEntry) -> str:
    """Describe a line of the ledger in one sentence."""
    made = _SENTENCES.get(entry.action)
    words = _other(entry.action, entry.detail) if made is None else made(entry.detail)
    if recovered := _part(entry.detail, "recovered_tail"):
        words += f" Before that, a line of {recovered.get('bytes')} bytes that was cut off was removed."
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def _created(detail: Detail) -> str:
    return "The ledger was begun; " + (
        "every line is signed with the key that this one names." if detail.get("signed") else "it is UNSIGNED."
    )


def _begun(detail: Detail, word: str = "begun") -> str:
    key = key_words(_part(detail, "key"))
    clock = _part(detail, "clock")
    sentences = [
        f"The extraction was {word} with {detail.get('tool')} on the computer {detail.get('host')}"
        f" ({detail.get('system')}, Python {detail.get('python')}).",
        f"Examiner: {detail.get('examiner') or 'not named'}.",
        f"Agency: {detail.get('agency')}." if detail.get("agency") else "",
        f"Reference: {detail.get('reference')}." if detail.get("reference") else "",
        _sentence(clock_words(clock)) if clock else "",
        _sentence(key),
    ]
    return " ".join(filter(None, sentences))


def _taken_in(detail: Detail) -> str:
    return (
        f"{detail.get('evidence')} was taken in from {detail.get('location')} ({detail.get('kind')},"
        f" {detail.get('size')} bytes). {_hashes(detail)}"
    )


def _given_again(detail: Detail) -> str:
    # Ledgers of earlier versions do not say which source it was.
    what = f"{detail['location']} was given" if "location" in detail else "A source was given"
    return (
        f"{what}: it has the bytes of {detail.get('evidence')}, which the case has already, and was not taken in again."
        f" {_hashes(detail)}"
    )


def _hashed_again(detail: Detail) -> str:
    state = "it is unchanged" if detail.get("unchanged") is True else "it has CHANGED"
    return f"{detail.get('evidence')} was hashed again: {state}. {_hashes(detail)}"


def _read(detail: Detail) -> str:
    numbers = [
        counted(int(detail[name]), name.removesuffix("s").removesuffix("ie") + ("y" if name == "entries" else ""), name)
        for name in ("entries", "records", "rows", "issues")
        if isinstance(detail.get(name), int)
    ]
    return f"{detail.get('evidence')} was read to its end: {', '.join(numbers)}."


def _sealed(detail: Detail) -> str:
    digest = _part(detail, "database").get("sha256")
    return f"The case was sealed. SHA-256 of its database: {digest}." if digest else "The case was sealed."


def _exported(detail: Detail) -> str:
    digest = detail.get("sha256") or _part(detail, "digest_list").get("sha256") or detail.get("signed_list")
    shown = f", SHA-256 {'of its signed list ' * ('signed_list' in detail)}{digest}" if digest else ""
    words = f"{detail.get('name')} was written from the case as {detail.get('format')}{shown}."
    if detail.get("only"):
        words += (
            f" It holds a part of the case, and {detail.get('left_out')} rows, records and recordings are left out."
        )
    recipients = detail.get("encrypted_to")
    if isinstance(recipients, list):
        words += f" It is encrypted to {', '.join(map(str, recipients))}."
    stamps = detail.get("timestamps")
    for stamp in stamps if isinstance(stamps, list) else ():
        if isinstance(stamp, dict):
            words += f" {stamp.get('authority')} stamped it at {stamp.get('time')}."
    return words


def _added(detail: Detail) -> str:
    exhibits = detail.get("exhibits")
    named = f" ({' to '.join(dict.fromkeys(map(str, exhibits)))})" if isinstance(exhibits, list) else ""
    words = "record of a machine or a person was" if detail.get("count") == 1 else "records of machines or people were"
    return f"{detail.get('count')} {words} added to the case{named}, beside the evidence."


def _merged(detail: Detail) -> str:
    items = detail.get("evidence")
    named = ", ".join(map(str, items)) if isinstance(items, list) else ""
    what = f"The case {detail.get('part')}"
    if "process" in detail:
        what = f"The part of a case that process {detail['process']} of this run made"
    elif "worker" in detail:
        what = f"The part of a case that the worker {detail['worker']} made on {detail.get('worker_host')}"
    already = detail.get("already_there")
    there = f" The case has already: {', '.join(map(str, already))}." if isinstance(already, list) and already else ""
    left = f" {_sentence(str(detail['left_behind']))}" if detail.get("left_behind") else ""
    return (
        f"{what} was added, with {named or 'no evidence that was not there'}. Its ledger had"
        f" {detail.get('length')} lines and the head {detail.get('head')}; key: {detail.get('fingerprint') or 'none'}."
        f"{there}{left}"
    )


def _tree(detail: Detail) -> str:
    return (
        f"The root of the tree over all {detail.get('size')} rows, records and recordings was recorded, by which a part"
        f" of the case can be checked: {detail.get('root')}."
    )


def _dropped(detail: Detail) -> str:
    gone = detail.get("artefacts")
    count = counted(len(gone) if isinstance(gone, list) else 0, "file")
    return f"{count} removed from the case, with what was read from it. Reason: {detail.get('reason')}."


def _handed_over(detail: Detail) -> str:
    statement = _part(detail, "statement")
    signed = "the giver" if detail.get("giver") else "nobody"
    both = " and by the receiver" if detail.get("receiver") else "; the receiver's signature is not in this line"
    return (
        f"The case was handed over by {statement.get('from')} to {statement.get('to')}."
        f" Purpose: {statement.get('purpose')}. The statement is signed by {signed}{both}."
    )


def _received(detail: Detail) -> str:
    return f"The receiver's signature was added, with the key {_part(detail, 'receiver').get('keyid')}."


def _other(action: str, detail: Detail) -> str:
    shown = "; ".join(
        f"{name.replace('_', ' ')}: {value}"
        for name, value in detail.items()
        if isinstance(value, (str, int)) and value
    )
    return _sentence(action) + (f" {shown}." if shown else "")


_SENTENCES: dict[str, Callable[[Detail], str]] = {
    CREATED: _created,
    BEGUN: _begun,
    RESUMED: lambda detail: _begun(detail, "resumed"),
    TAKEN_IN: _taken_in,
    GIVEN_AGAIN: _given_again,
    READ: _read,
    HASHED_AGAIN: _hashed_again,
    SKIPPED: lambda detail: f"{detail.get('source')} was skipped: {detail.get('why')}.",
    SEALED: _sealed,
    EXPORTED: _exported,
    DROPPED: _dropped,
    MERGED: _merged,
    ADDED: _added,
    TREE_RECORDED: _tree,
    DESCRIBED: lambda detail: _other(DESCRIBED, detail),
    KEY_NAMED: lambda detail: _sentence(key_words(_part(detail, "key")) or "the key was named"),
    HANDED_OVER: _handed_over,
    RECEIVED: _received,
}


def _hashes(detail: Detail) -> str:
    names = (("sha256", "SHA-256"), ("md5", "MD5"), ("sha1", "SHA-1"), ("sha512", "SHA-512"), ("sha3_256", "SHA3-256"),
             ("blake2b", "BLAKE2b"))  # fmt: skip
    return " ".join(f"{word}: {detail[name]}." for name, word in names if isinstance(detail.get(name), str))


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}." if words else ""


def _part(detail: Detail, name: str) -> Detail:
    """A part of a detail as an object; an empty one if it is something else."""
    value = detail.get(name)
    return value if isinstance(value, dict) else {}
