"""The audit's events in ``room.db``: queries for the ledger and the audit page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.review.store.room_database import set_setting, setting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator

    from echoforensics.review.store.room_database import Change

_MARK = "events in the ledger"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """An event: one thing that somebody did in the room.

    Attributes:
        number: 1 for the first, then one more each.
        at: milliseconds since 1970.
        who: the account's name; ``-`` if nobody was signed in.
        what: the action, such as ``play``.
        about: the id of its object; empty if there is none.
        details: further values.
    """

    number: int
    at: int
    who: str
    what: str
    about: str
    details: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The event as JSON values."""
        return {
            "number": self.number, "at": self.at, "who": self.who, "what": self.what, "about": self.about,
            "details": self.details,
        }  # fmt: skip


_COLUMNS = "number, at, who, what, about, details"


def events_after(db: sqlite3.Connection, number: int, limit: int) -> list[AuditEvent]:
    """Return the events after a number, in order."""
    found = db.execute(f"SELECT {_COLUMNS} FROM events WHERE number > ? ORDER BY number LIMIT ?", (number, limit))  # noqa: S608 (our names)
    return [_event(row) for row in found]


def all_events(db: sqlite3.Connection) -> Iterator[AuditEvent]:
    """Yield every event, in order."""
    for row in db.execute(f"SELECT {_COLUMNS} FROM events ORDER BY number"):  # noqa: S608 (our names)
        yield _event(row)


def events_of_kinds(db: sqlite3.Connection, kinds: Collection[str]) -> Iterator[AuditEvent]:
    """Yield every event of some kinds, in order."""
    marks = ", ".join("?" * len(kinds))
    for row in db.execute(f"SELECT {_COLUMNS} FROM events WHERE what IN ({marks}) ORDER BY number", tuple(kinds)):  # noqa: S608
        yield _event(row)


def latest_events(
    db: sqlite3.Connection, *, before: int = 0, who: str = "", what: str = "", limit: int = 100
) -> list[AuditEvent]:
    """The newest events first: those before one of a number, of a person, or of a kind."""
    parts = [("number < ?", before), ("who = ?", who), ("what = ?", what)]
    wanted = [(part, value) for part, value in parts if value]
    where = f"WHERE {' AND '.join(part for part, _ in wanted)}" if wanted else ""
    text = f"SELECT {_COLUMNS} FROM events {where} ORDER BY number DESC LIMIT ?"  # noqa: S608 (our names)
    return [_event(row) for row in db.execute(text, (*(value for _, value in wanted), limit))]


def last_number(db: sqlite3.Connection) -> int:
    """The number of the last recorded event; 0 if there was none."""
    found = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'events'").fetchone()
    return int(found[0]) if found else 0


def ledger_mark(db: sqlite3.Connection) -> int:
    """The number up to which the ledger certainly holds every event."""
    return int(setting(db, _MARK) or 0)


def set_ledger_mark(change: Change, number: int) -> None:
    """Store the number up to which the ledger holds every event."""
    set_setting(change, _MARK, str(number))


def _event(row: tuple[Any, ...]) -> AuditEvent:
    return AuditEvent(row[0], row[1], row[2], row[3], row[4], json.loads(row[5]))
