"""Sessions: the tokens that browsers hold after signing in, and their expiry."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from echoforensics.errors import CaseDiskError
from echoforensics.review.people.person import RoomMember
from echoforensics.review.people.tokens import hash_of, new_token
from echoforensics.review.store.person_table import PersonRow, person_row
from echoforensics.review.store.session_table import (
    SessionRow,
    add_session_row,
    end_old_sessions,
    session_row,
    set_seen,
)

if TYPE_CHECKING:
    from echoforensics.review.store.room_database import Change, RoomDatabase

_MINUTE = 60_000
#: Milliseconds until an unused session ends, and until every session ends: longer than a shift.
IDLE, LONGEST = 30 * _MINUTE, 12 * 60 * _MINUTE
#: Milliseconds allowed between the password and the second factor.
BEFORE_SECOND = 5 * _MINUTE
#: Maximum number of sessions of one person.
_MOST = 5
#: Minimum milliseconds between updates of a session's last use.
_SEEN_EVERY = _MINUTE


@dataclass(frozen=True, slots=True)
class Session:
    """A session that has not ended.

    Attributes:
        row: the stored session.
        person: its account in the current state.
    """

    row: SessionRow
    person: RoomMember


def person_of_row(row: PersonRow) -> RoomMember:
    """An account without its secrets."""
    second = (*(["totp"] if row.totp_secret else []), *(["webauthn"] if row.keys else []))
    return RoomMember(row.id, row.name, row.display, row.role, row.active, row.language, row.last_sign_in, second)


class Sessions:
    """The sessions of a room."""

    def __init__(self, database: RoomDatabase) -> None:
        self._database = database

    def begin(self, change: Change, person: str, address: str, *, complete: bool) -> tuple[str, SessionRow]:
        """Start a session.

        Args:
            change: the transaction.
            person: id of the person.
            address: the client's address.
            complete: whether the second factor was given; if not, the session is only good for giving it.

        Returns:
            The token for the browser, and the session.
        """
        end_old_sessions(change, change.at - LONGEST, change.at - IDLE)
        token = new_token()
        row = SessionRow(hash_of(token), person, complete, new_token(), "", change.at, change.at)
        add_session_row(change, row, address, most=_MOST)
        return token, row

    def find(self, token: str, *, used: bool = True) -> Session | None:
        """Find the session of a token; None if there is none, it has ended, or the account was disabled.

        Args:
            token: the browser's token.
            used: whether a person did something, which extends the session.
        """
        with self._database.reading() as db:
            row = session_row(db, hash_of(token))
            account = person_row(db, row.person) if row else None
        at = self._database.clock()
        if row is None or account is None or not account.active or _has_ended(row, at):
            return None
        if used and row.complete and at - row.seen > _SEEN_EVERY:
            # On a full disk, reading still works; the session just ends earlier.
            with suppress(CaseDiskError), self._database.transaction() as change:
                set_seen(change, row.id)
            row = replace(row, seen=at)
        return Session(row, person_of_row(account))


def _has_ended(row: SessionRow, at: int) -> bool:
    if not row.complete:
        return at - row.made > BEFORE_SECOND
    return at - row.made > LONGEST or at - row.seen > IDLE
