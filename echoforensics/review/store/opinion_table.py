"""SQL for second opinions, disagreements and requests for redaction."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3

_REDACTION = (
    "id, item, exhibit, ranges, reason, replacement, asked_by, asked_at, decided_by, decided_at, approved, note, copy"
)


class Due(NamedTuple):
    """An item that a second person is to hear.

    Attributes:
        item: its id.
        queue: the queue that selected it.
        why: the reason: ``sample``, or ``code ID``.
        at: milliseconds since 1970 UTC.
    """

    item: str
    queue: str
    why: str
    at: int


class Disagreement(NamedTuple):
    """An item on which two people disagree.

    Attributes:
        item: its id.
        at: the time it arose: milliseconds since 1970 UTC.
        codes: the codes it was settled with; None if it is open.
        note: note by the person who settled it.
        settled_by, settled_at: person and time, or None.
    """

    item: str
    at: int
    codes: tuple[str, ...] | None
    note: str | None
    settled_by: str | None
    settled_at: int | None


@dataclass(frozen=True, slots=True)
class AskedRedaction:
    """A request that a part of a recording be redacted.

    Attributes:
        id: opaque.
        item: the item of the request.
        exhibit: exhibit of the recording.
        ranges: ranges in seconds.
        reason: a code or words.
        replacement: what the ranges are replaced with.
        asked_by, asked_at: person and time.
        decided_by, decided_at: likewise, or None.
        approved: None while undecided.
        note: note by the person who decided.
        copy: SHA-256 of the copy that was made, or None.
    """

    id: str
    item: str
    exhibit: str
    ranges: tuple[tuple[float, float], ...]
    reason: str
    replacement: str
    asked_by: str
    asked_at: int
    decided_by: str | None = None
    decided_at: int | None = None
    approved: bool | None = None
    note: str = ""
    copy: str | None = None


def make_due(db: sqlite3.Connection, due: Due) -> bool:
    """Schedule an item for a second person; returns whether that is new."""
    return db.execute("INSERT OR IGNORE INTO second_due VALUES (?, ?, ?, ?)", due).rowcount > 0


def due_of(db: sqlite3.Connection, item: str) -> Due | None:
    """Return why a second person is to hear an item; None if nobody is."""
    found = db.execute("SELECT item, queue, why, at FROM second_due WHERE item = ?", (item,)).fetchone()
    return None if found is None else Due(*found)


def add_disagreement(db: sqlite3.Connection, item: str, at: int) -> None:
    """Record a disagreement between two people."""
    db.execute("INSERT OR IGNORE INTO disagreements (item, at) VALUES (?, ?)", (item, at))


def disagreement(db: sqlite3.Connection, item: str) -> Disagreement | None:
    """The disagreement about an item."""
    found = db.execute(
        "SELECT item, at, codes, note, settled_by, settled_at FROM disagreements WHERE item = ?", (item,)
    ).fetchone()
    return None if found is None else _disagreement(found)


def disagreements(db: sqlite3.Connection) -> list[Disagreement]:
    """Every disagreement, the open ones first, then by time."""
    found = db.execute(
        "SELECT item, at, codes, note, settled_by, settled_at FROM disagreements"
        " ORDER BY settled_at IS NOT NULL, at, item"
    )
    return [_disagreement(row) for row in found]


def _disagreement(row: tuple[Any, ...]) -> Disagreement:
    item, at, codes, *rest = row
    return Disagreement(item, at, None if codes is None else tuple(json.loads(codes)), *rest)


def settle(db: sqlite3.Connection, item: str, codes: tuple[str, ...], note: str, person: str, at: int) -> None:
    """Settle a disagreement."""
    db.execute(
        "UPDATE disagreements SET codes = ?, note = ?, settled_by = ?, settled_at = ? WHERE item = ?",
        (json.dumps(codes), note, person, at, item),
    )


def add_redaction(db: sqlite3.Connection, asked: AskedRedaction) -> None:
    """Store a request."""
    db.execute(
        f"INSERT INTO redactions ({_REDACTION}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            asked.id, asked.item, asked.exhibit, json.dumps(asked.ranges), asked.reason, asked.replacement,
            asked.asked_by, asked.asked_at, asked.decided_by, asked.decided_at,
            None if asked.approved is None else int(asked.approved), asked.note, asked.copy,
        ),
    )  # fmt: skip


def redaction(db: sqlite3.Connection, name: str) -> AskedRedaction | None:
    """A request by its id."""
    found = db.execute(f"SELECT {_REDACTION} FROM redactions WHERE id = ?", (name,)).fetchone()  # noqa: S608
    return None if found is None else _redaction(found)


def redactions(db: sqlite3.Connection, item: str | None = None) -> list[AskedRedaction]:
    """Requests of an item, or all; undecided ones first, then by time."""
    where = "" if item is None else " WHERE item = ?"
    found = db.execute(
        f"SELECT {_REDACTION} FROM redactions{where} ORDER BY decided_at IS NOT NULL, asked_at, id",  # noqa: S608
        () if item is None else (item,),
    )
    return [_redaction(row) for row in found]


def _redaction(row: tuple[Any, ...]) -> AskedRedaction:
    name, item, exhibit, ranges, reason, replacement, by, at, decided_by, decided_at, approved, note, copy = row
    return AskedRedaction(
        name, item, exhibit, tuple((start, end) for start, end in json.loads(ranges)), reason, replacement, by, at,
        decided_by, decided_at, None if approved is None else bool(approved), note, copy,
    )  # fmt: skip


def decide_redaction(db: sqlite3.Connection, name: str, person: str, at: int, *, approved: bool, note: str) -> bool:
    """Approve or refuse an undecided request; returns whether it was undecided."""
    done = db.execute(
        "UPDATE redactions SET decided_by = ?, decided_at = ?, approved = ?, note = ? WHERE id = ?"
        " AND decided_at IS NULL",
        (person, at, int(approved), note, name),
    )
    return done.rowcount > 0


def keep_copy(db: sqlite3.Connection, name: str, sha256: str) -> None:
    """Record the copy that was made for a request."""
    db.execute("UPDATE redactions SET copy = ? WHERE id = ?", (sha256, name))
