"""Accounts, and the one-time links with which people set up a password and a second factor.

There is no default password. The first start creates an account for a supervisor and prints a link. Supervisors add
all other accounts, and pass their links on. A link works once, within a day.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.people.one_time_codes import address_of, matching_step, new_secret, qr_code
from echoforensics.review.people.person import ROLES, SUPERVISOR, RoomMember
from echoforensics.review.people.security_keys import new_challenge, registered_key, registration_options
from echoforensics.review.people.sessions import person_of_row
from echoforensics.review.people.tokens import hash_of, new_id, new_token
from echoforensics.review.room_errors import ChangedMeanwhileError, InvalidRequestError, NotFoundError
from echoforensics.review.store.person_table import (
    LinkRow,
    PersonRow,
    add_key_row,
    add_link_row,
    add_person_row,
    link_row,
    people_rows,
    person_row,
    person_row_named,
    remove_link,
    set_active,
    set_credentials,
    set_language,
    set_role,
)
from echoforensics.review.store.room_database import ConflictError
from echoforensics.review.store.session_table import end_sessions_of, forget_browsers

if TYPE_CHECKING:
    from echoforensics.review.people.passwords import Passwords
    from echoforensics.review.people.secret_box import SecretBox
    from echoforensics.review.people.site import Site
    from echoforensics.review.store.room_database import Change, Connection, RoomDatabase

#: The account of the first supervisor.
FIRST = "supervisor"
#: Lifetime of a link in milliseconds.
LINK_LASTS = 24 * 60 * 60 * 1000
LANGUAGES = ("", "en", "de")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_NO_LINK = later("This link was used, is too old, or was replaced. Ask a supervisor for a new one.")


class Accounts:
    """The accounts of a room."""

    def __init__(self, database: RoomDatabase, site: Site, passwords: Passwords, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._site = site
        self._passwords = passwords

    def all(self) -> list[RoomMember]:
        """Every account, by name."""
        with self._database.reading() as db:
            return [person_of_row(row) for row in people_rows(db)]

    def first_link(self) -> str | None:
        """The token of a link for the first supervisor, if nobody has set up an account yet; else None."""
        with self._database.reading() as db:
            rows = people_rows(db)
        if any(row.role == SUPERVISOR and row.active and row.password for row in rows):
            return None
        with self._database.transaction() as change:
            row = person_row_named(change.db, FIRST)
            if row is None:
                person = new_id()
                add_person_row(change, person, FIRST, "Supervisor", SUPERVISOR)
                change.record("-", "person added", FIRST, role=SUPERVISOR, display="Supervisor")
                row = _there(change.db, person)
            return self._link(change, row, "-")

    def new_link_for(self, name: str, by: str = "-") -> str:
        """Return the token of a new link for the account with a name. Its sessions end when the link is used.

        Raises:
            NotFoundError: there is no such account.
        """
        with self._database.transaction() as change:
            row = person_row_named(change.db, name)
            if row is None:
                raise NotFoundError("There is no account with the name {name}.", {"name": repr(name)})
            return self._link(change, row, by)

    def new_link(self, person: str, by: RoomMember) -> str:
        """The token of a new link for an account. Raises NotFoundError."""
        with self._database.transaction() as change:
            return self._link(change, _there(change.db, person), by.name)

    def add(self, name: str, display: str, role: str, by: RoomMember) -> tuple[RoomMember, str]:
        """Add an account; returns it, and the token of its link.

        Raises:
            InvalidRequestError: a value is invalid.
            ChangedMeanwhileError: the name is taken.
        """
        if not _NAME.fullmatch(name):
            raise InvalidRequestError(
                "Choose a name of letters, digits, dots, hyphens and underscores, up to 64 of them."
            )
        if not display.strip() or not display.isprintable() or len(display) > 100:
            raise InvalidRequestError("Give the name that others see: up to 100 characters that can be printed.")
        _refuse_role(role)
        try:
            with self._database.transaction() as change:
                person = new_id()
                add_person_row(change, person, name, display.strip(), role)
                change.record(by.name, "person added", name, role=role, display=display.strip())
                row = _there(change.db, person)
                return person_of_row(row), self._link(change, row, by.name)
        except ConflictError as error:
            raise ChangedMeanwhileError(
                "There is an account with the name {name} already.", {"name": repr(name)}
            ) from error

    def change(self, person: str, role: str | None, active: bool | None, by: RoomMember) -> RoomMember:
        """Change the role of an account, or whether it may sign in. Its sessions end.

        Raises:
            NotFoundError: there is no such account.
            InvalidRequestError: it is the person's own account, or there is no such role.
        """
        if role is not None:
            _refuse_role(role)
        if person == by.id:
            raise InvalidRequestError("Nobody changes their own role. Ask another supervisor.")
        with self._database.transaction() as change:
            row = _there(change.db, person)
            details: dict[str, Any] = {}
            if role is not None and role != row.role:
                set_role(change, person, role)
                details["role"] = role
            if active is not None and active != row.active:
                set_active(change, person, active=active)
                details["active"] = active
            if details:
                end_sessions_of(change, person)
                change.record(by.name, "person changed", row.name, **details)
            return person_of_row(_there(change.db, person))

    def set_language(self, person: RoomMember, language: str) -> None:
        """Store the language of an account. Raises InvalidRequestError."""
        if language not in LANGUAGES:
            raise InvalidRequestError("The languages are en and de.")
        with self._database.transaction() as change:
            set_language(change, person.id, language)

    def what_link_offers(self, token: str) -> dict[str, Any]:
        """Return the account that a link sets up, and the second factors it offers. Raises NotFoundError."""
        with self._database.reading() as db:
            link, row = self._of_link(db, token)
        offered: dict[str, Any] = {"display": row.display, "name": row.name, "role": row.role}
        secret = self._secret_of(link, token)
        address = address_of(secret, row.name)
        offered["totp"] = {"secret": secret, "uri": address, "svg": qr_code(address)}
        offered["webauthn"] = None
        if self._site.relying_party:
            offered["webauthn"] = registration_options(
                self._site, row.id, row.name, row.display, link.challenge, known=[]
            )
        return offered

    def set_up(self, token: str, password: str, code: str | None, credential: dict[str, Any] | None) -> RoomMember:
        """Set up an account: a password, and a second factor of one kind or both. This invalidates the link.

        Raises:
            NotFoundError: the link is invalid.
            InvalidRequestError: the password is too weak, or the second factor is missing or wrong.
        """
        with self._database.reading() as db:
            link, row = self._of_link(db, token)
        if not code and not credential:
            raise InvalidRequestError("Add a second factor: the code of an authenticator app, or a security key.")
        secret = self._secret_of(link, token)
        step = matching_step(secret, code, self._database.clock()) if code else None
        if code and step is None:
            raise InvalidRequestError(
                "The code is wrong. Check the clock of the phone, wait for the next code, and type that."
            )
        key = None
        if credential:
            self.refuse_without_keys()
            key = registered_key(self._site, link.challenge, credential)
        kept = self._passwords.hash(password, row.name)
        with self._database.transaction() as change:
            if not remove_link(change, hash_of(token)):
                raise NotFoundError(_NO_LINK)
            set_credentials(change, row.id, kept, self._box.seal(row.id, secret) if code else None, step or 0)
            if key is not None:
                add_key_row(change, row.id, key)
            end_sessions_of(change, row.id)
            forget_browsers(change, row.id)
            second = [*(["totp"] if code else []), *(["webauthn"] if key else [])]
            change.record(row.name, "account set up", row.name, second=second)
            return person_of_row(_there(change.db, row.id))

    def refuse_without_keys(self) -> None:
        """Refuse if security keys cannot be used. Raises InvalidRequestError."""
        if not self._site.relying_party:
            raise InvalidRequestError(
                "Security keys need a name, and this room is served under an IP address. Use an authenticator app."
            )

    def _secret_of(self, link: LinkRow, token: str) -> str:
        secret = self._box.open(hash_of(token), link.totp_secret)
        if secret is None:
            raise NotFoundError(_NO_LINK)
        return secret

    def _of_link(self, db: Connection, token: str) -> tuple[LinkRow, PersonRow]:
        link = link_row(db, hash_of(token))
        row = person_row(db, link.person) if link else None
        if link is None or row is None or not row.active or link.expires < self._database.clock():
            raise NotFoundError(_NO_LINK)
        return link, row

    def _link(self, change: Change, row: PersonRow, by: str) -> str:
        token = new_token()
        secret = self._box.seal(hash_of(token), new_secret())
        link = LinkRow(row.id, change.at + LINK_LASTS, secret, new_challenge())
        add_link_row(change, hash_of(token), link)
        change.record(by, "link made", row.name)
        return token


def _there(db: Connection, person: str) -> PersonRow:
    row = person_row(db, person)
    if row is None:
        raise NotFoundError("There is no such account.")
    return row


def _refuse_role(role: str) -> None:
    if role not in ROLES:
        raise InvalidRequestError("The roles are {known}.", {"known": ", ".join(ROLES)})
