"""Sessions in ``room.db``, known browsers, and counted attempts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from echoforensics.review.store.room_database import Change


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A stored session, under the hash of its token.

    Attributes:
        id: the hash.
        person: id of the person.
        complete: whether the second factor was given too.
        csrf: the token that each change must send.
        challenge: challenge for a security key, as base64url; empty if none was requested.
        made, seen: milliseconds since 1970.
    """

    id: str
    person: str
    complete: bool
    csrf: str
    challenge: str
    made: int
    seen: int


_COLUMNS = "id, person, complete, csrf, challenge, made, seen"


def session_row(db: sqlite3.Connection, session: str) -> SessionRow | None:
    """Return the session with a hash."""
    found = db.execute(f"SELECT {_COLUMNS} FROM sessions WHERE id = ?", (session,)).fetchone()  # noqa: S608 (our names)
    return SessionRow(found[0], found[1], bool(found[2]), *found[3:]) if found else None


def add_session_row(change: Change, session: SessionRow, address: str, *, most: int) -> None:
    """Add a session; only the newest ``most`` of a person's sessions are kept."""
    change.db.execute(
        "INSERT INTO sessions (id, person, complete, csrf, challenge, made, seen, address)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (session.id, session.person, int(session.complete), session.csrf, session.challenge, session.made,
         session.seen, address),
    )  # fmt: skip
    change.db.execute(
        "DELETE FROM sessions WHERE person = ? AND id NOT IN"
        " (SELECT id FROM sessions WHERE person = ? ORDER BY made DESC, rowid DESC LIMIT ?)",
        (session.person, session.person, most),
    )


def set_seen(change: Change, session: str) -> None:
    """Record that a session was used now."""
    change.db.execute("UPDATE sessions SET seen = ? WHERE id = ?", (change.at, session))


def set_challenge(change: Change, session: str, challenge: str) -> None:
    """Store the challenge for a security key."""
    change.db.execute("UPDATE sessions SET challenge = ? WHERE id = ?", (challenge, session))


def end_session(change: Change, session: str) -> None:
    """End one session."""
    change.db.execute("DELETE FROM sessions WHERE id = ?", (session,))


def end_sessions_of(change: Change, person: str) -> None:
    """End every session of a person."""
    change.db.execute("DELETE FROM sessions WHERE person = ?", (person,))


def end_old_sessions(change: Change, made_before: int, seen_before: int) -> None:
    """End the sessions that are too old, or were not used for too long."""
    change.db.execute("DELETE FROM sessions WHERE made < ? OR seen < ?", (made_before, seen_before))


def browser_of(db: sqlite3.Connection, browser: str) -> str | None:
    """Return the person who signed in with a browser before, by the hash of its token."""
    found = db.execute("SELECT person FROM browsers WHERE id = ?", (browser,)).fetchone()
    return str(found[0]) if found else None


def add_browser(change: Change, browser: str, person: str, *, most: int) -> None:
    """Record that a person signed in with a browser; only the newest ``most`` of a person's browsers are kept."""
    change.db.execute("INSERT INTO browsers (id, person, made) VALUES (?, ?, ?)", (browser, person, change.at))
    change.db.execute(
        "DELETE FROM browsers WHERE person = ? AND id NOT IN"
        " (SELECT id FROM browsers WHERE person = ? ORDER BY made DESC, rowid DESC LIMIT ?)",
        (person, person, most),
    )


def forget_browsers(change: Change, person: str) -> None:
    """Delete the known browsers of a person."""
    change.db.execute("DELETE FROM browsers WHERE person = ?", (person,))


def add_attempt(change: Change, counted_for: str) -> int:
    """Count a failed attempt; returns its number."""
    added = change.db.execute("INSERT INTO attempts (counted_for, at) VALUES (?, ?)", (counted_for, change.at))
    return int(added.lastrowid or 0)


def delete_attempts(change: Change, numbers: Iterable[int]) -> None:
    """Delete attempts that turned out not to fail."""
    change.db.executemany("DELETE FROM attempts WHERE number = ?", [(number,) for number in numbers])


def attempts_since(db: sqlite3.Connection, counted_for: str, since: int) -> list[int]:
    """The times of failed attempts since a time, oldest first."""
    found = db.execute("SELECT at FROM attempts WHERE counted_for = ? AND at > ? ORDER BY at", (counted_for, since))
    return [int(at) for (at,) in found]


def forget_attempts(change: Change, counted_for: str, before: int) -> None:
    """Delete the attempts counted under one name, and all that are older than a time."""
    change.db.execute("DELETE FROM attempts WHERE counted_for = ? OR at < ?", (counted_for, before))
