"""Review rooms whose results were signed into a case, and checks of their audits against its ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from chain_of_custody.chain import open_ledger
from chain_of_custody.ledger import verify

if TYPE_CHECKING:
    from chain_of_custody.ledger import LedgerEntry

#: The ledger's word for what was added when a review room was closed into the case.
ROOM_RESULTS = "results of a review room"
#: The name of the audit in a room's folder.
AUDIT = "audit.jsonl"
_NAMED = 5


@dataclass(slots=True)
class ClosedRoom:
    """A review room that was closed into a case.

    Attributes:
        id: SHA-256 of the first line of its audit.
        path: where it was when it was last closed.
        heads: by the length of its audit in lines, the hash of the last line, for each close.
    """

    id: str
    path: Path
    heads: dict[int, str] = field(default_factory=dict)

    @property
    def last(self) -> tuple[int, str]:
        """Length of the audit in lines at the last close, and the hash of its last line."""
        length = max(self.heads)
        return length, self.heads[length]


def closed_rooms(entries: Iterable[LedgerEntry]) -> list[ClosedRoom]:
    """The rooms that a case's ledger names, in order."""
    found: dict[str, ClosedRoom] = {}
    for entry in entries:
        room, audit = entry.detail.get("room"), entry.detail.get("audit")
        if entry.detail.get("what") != ROOM_RESULTS or not isinstance(room, dict) or not isinstance(audit, dict):
            continue
        length, head = audit.get("length"), audit.get("head")
        if isinstance(length, int) and isinstance(head, str):
            name = str(room.get("id"))
            one = found.setdefault(name, ClosedRoom(name, Path()))
            one.path = Path(str(room.get("path")))
            one.heads[length] = head
    return list(found.values())


def place_of(room: ClosedRoom, case: Path) -> Path | None:
    """Find a room at its recorded path or beside the case. Returns None if it is at neither."""
    whole = case.absolute()
    for path in (room.path, whole.with_name(f"{whole.name}.review")):
        if _identity(path) == room.id:
            return path
    return None


def _identity(path: Path) -> str:
    try:
        with open_ledger(path / AUDIT) as stream:
            return hashlib.sha256(stream.readline().rstrip(b"\n")).hexdigest()
    except OSError:
        return ""


def room_problems(room: ClosedRoom, path: Path, fingerprint: str | None) -> list[str]:
    """Check the audit of a room. Returns one sentence for each problem.

    Args:
        room: the room as the case's ledger records it.
        path: its folder.
        fingerprint: of the key that signed the case; None if it is unsigned.
    """
    try:
        report = verify(path / AUDIT)
        hashes = line_hashes(path)
    except OSError as error:
        return [f"{path / AUDIT}: cannot be read: {error.strerror or error}"]
    problems = list(report.failures[:_NAMED])
    if report.fingerprint != fingerprint:
        problems.append(f"it is signed by {report.fingerprint or 'no key'}, and the case by {fingerprint or 'no key'}")
    return [*problems, *head_problems(room, hashes)][:_NAMED]


def line_hashes(path: Path) -> list[str]:
    """SHA-256 of each line of the audit in a room's folder, hexadecimal. Raises OSError."""
    with open_ledger(path / AUDIT) as stream:
        return [hashlib.sha256(line.rstrip(b"\n")).hexdigest() for line in stream]


def head_problems(room: ClosedRoom, hashes: Sequence[str]) -> list[str]:
    """Compare an audit with what it was at each close. Returns one sentence for each problem.

    Args:
        room: the room as the case's ledger records it.
        hashes: of its lines.
    """
    problems = []
    for length, head in sorted(room.heads.items()):
        if length > len(hashes):
            problems.append(f"it has {len(hashes)} lines, and had {length} when it was closed into the case")
        elif hashes[length - 1] != head:
            problems.append(f"its line {length} is another than when it was closed into the case")
    return problems
