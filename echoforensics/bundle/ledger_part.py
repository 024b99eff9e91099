"""Copies the ledger for a hand-over, up to the bundle's head; a partial bundle gets only part of its lines."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from chain_of_custody.chain import left_out_line, open_ledger
from chain_of_custody.disclosure import TREE_RECORDED
from chain_of_custody.entry import LedgerEntry, LedgerError, parse_line, read_lines
from chain_of_custody.ledger import CREATED
from echoforensics.case.custody.history import CaseHistory
from echoforensics.case.custody.names import HASHED_AGAIN, SEALED, TAKEN_IN
from echoforensics.errors import CaseError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

#: Actions that name no evidence item and no content of a case.
_ALWAYS = (CREATED, TREE_RECORDED)
#: Actions that name one evidence item and none of its content.
_OF_AN_ITEM = (TAKEN_IN, HASHED_AGAIN)


class LedgerState(NamedTuple):
    """A ledger up to one of its lines.

    Attributes:
        length: the number of lines.
        head: the hash of the last line.
        time: the time of that line by the ledger.
        signed: whether the ledger is signed.
        fingerprint: the fingerprint of the signing key; None if unsigned.
        key: the ledger's last statement about that key: whether it is provisional, or who owns it.
        seal: the last line that seals the case.
        tree: the last line that records the tree of the sealed content; None if there is none.
    """

    length: int
    head: str
    time: str
    signed: bool
    fingerprint: str | None
    key: Mapping[str, Any]
    seal: LedgerEntry
    tree: LedgerEntry | None


def state_at(ledger: Path, head: str | None = None) -> LedgerState:
    """Read a ledger up to the line with a hash, or to its end.

    Raises:
        UsageError: no line has this hash, or none up to it seals the case.
        CaseError: it cannot be read.
    """
    seal: LedgerEntry | None = None
    tree: LedgerEntry | None = None
    first: LedgerEntry | None = None
    for length, (entry, _) in enumerate(_entries(ledger), 1):
        first = first or entry
        if entry.action == SEALED:
            seal, tree = entry, None
        elif entry.action == TREE_RECORDED and seal is not None and entry.detail.get("seal") == seal.line_hash:
            tree = entry
        last, count = entry, length
        if entry.line_hash == head:
            break
    else:
        if head is not None or first is None:
            raise UsageError(f"no line of the ledger has the hash {head or ''}: it is not a head of this case")
    if seal is None:
        raise UsageError(f"{head or ledger}: no line of the ledger up to there seals the case")
    key = CaseHistory.of(islice((entry for entry, _ in _entries(ledger)), count)).key
    return LedgerState(count, last.line_hash, last.time, first.keyid is not None, first.keyid, key, seal, tree)


def copy_ledger(
    ledger: Path, target: Path, length: int, evidence: Collection[str] | None = None,
    may_be_shown: Callable[[bytes], bool] = lambda _: True,
) -> None:  # fmt: skip
    """Copy the first lines of a ledger.

    Args:
        ledger: the case's ledger.
        target: the file to create.
        length: the number of lines.
        evidence: None to copy all lines unchanged. Otherwise names of evidence items: hashes then replace all lines
            except those on the ledger's signing, on the recorded tree, and on when these items were received and hashed
            again.
        may_be_shown: whether such a line is free of content that must not be shown.

    Raises:
        CaseError: the ledger cannot be read.
        OSError: the copy cannot be written.
    """
    with target.open("xb") as stream:
        for number, (entry, raw) in enumerate(_entries(ledger)):
            if number == length:
                break
            shown = evidence is None or (_is_shown(entry, evidence) and may_be_shown(raw))
            stream.write(raw if shown else left_out_line(entry.line_hash))


def _is_shown(entry: LedgerEntry, evidence: Collection[str]) -> bool:
    return entry.action in _ALWAYS or (entry.action in _OF_AN_ITEM and entry.detail.get("evidence") in evidence)


def _entries(ledger: Path) -> Iterator[tuple[LedgerEntry, bytes]]:
    try:
        with open_ledger(ledger) as stream:
            for raw in read_lines(stream):
                if raw.endswith(b"\n"):
                    yield parse_line(raw[:-1]), raw
    except (LedgerError, OSError) as error:
        raise CaseError(f"{ledger}: cannot be read; run `echoforensics verify`: {error}") from error
