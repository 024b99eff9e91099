"""Signing in: the password first, then a second factor, with a new session at each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.people.one_time_codes import matching_step
from echoforensics.review.people.rate_limits import (
    Limit,
    count_failed,
    count_succeeded,
    limits_of,
    refuse_too_many,
)
from echoforensics.review.people.security_keys import (
    new_challenge,
    registered_key,
    registration_options,
    sign_in_options,
    used_key,
)
from echoforensics.review.people.sessions import Session, Sessions
from echoforensics.review.people.tokens import hash_of, new_token
from echoforensics.review.room_errors import (
    ChangedMeanwhileError,
    InvalidRequestError,
    NotSignedInError,
    TooManyTriesError,
)
from echoforensics.review.store.person_table import (
    PersonRow,
    add_key_row,
    key_rows,
    person_row,
    person_row_named,
    set_key_used,
    set_password,
    set_signed_in,
    use_totp_step,
)
from echoforensics.review.store.room_database import ConflictError
from echoforensics.review.store.session_table import (
    add_browser,
    browser_of,
    delete_attempts,
    end_session,
    set_challenge,
)

if TYPE_CHECKING:
    from echoforensics.review.people.passwords import Passwords
    from echoforensics.review.people.secret_box import SecretBox
    from echoforensics.review.people.site import Site
    from echoforensics.review.store.room_database import Change, RoomDatabase

#: Maximum number of known browsers of one person.
_MOST_BROWSERS = 10
_WRONG = later("Name or password is wrong.")
_WRONG_CODE = later("The code is wrong or was used before. Wait for the next one, and type that.")
_WRONG_KEY = later("The security key was not accepted. Try again with the one that was set up.")


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of an attempt to sign in.

    Attributes:
        address: the client's address.
        browser: the browser's token from an earlier time; empty if it has none.
    """

    address: str
    browser: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The result of a step of signing in.

    Attributes:
        token: the new session token for the browser.
        second: the kinds of second factor to give next; empty if the person is signed in.
        browser: the new browser token for the next time; empty to keep the present one.
    """

    token: str
    second: tuple[str, ...]
    browser: str = ""


class SigningIn:
    """Signs people in and out."""

    def __init__(
        self, database: RoomDatabase, site: Site, passwords: Passwords, sessions: Sessions, box: SecretBox
    ) -> None:
        self._database = database
        self._box = box
        self._site = site
        self._passwords = passwords
        self._sessions = sessions

    def with_password(self, name: str, password: str, caller: Caller) -> SignedIn:
        """Do the first step.

        Raises:
            NotSignedInError: name or password is wrong; the message does not say which.
            TooManyTriesError: too many tries failed.
            BusyError: too many people sign in at once.
        """
        with self._database.reading() as db:
            row = person_row_named(db, name)
        limits = self._limits(row.id if row else "", name, caller, "password")
        self._refuse_too_many(limits, row.name if row else "-", caller)
        with self._passwords.turn():
            # It counts as failed until it is known to be right, so that parallel attempts are no more than serial ones.
            with self._unless_too_many(limits, row.name if row else "-", caller) as change:
                counted = count_failed(change, limits)
            right = self._passwords.match(row.password if row and row.active else None, password)
            if row is None or not right:
                self._record_wrong_password(row, caller)
                raise NotSignedInError(_WRONG, sign_in=True)
            kept = row.password or ""
            rehashed = self._passwords.rehash(password) if self._passwords.is_old(kept) else ""
        with self._database.transaction() as change:
            delete_attempts(change, counted)
            if rehashed:
                set_password(change, row.id, rehashed)
            token, _ = self._sessions.begin(change, row.id, caller.address, complete=False)
        second = (*(["totp"] if row.totp_secret else []), *(["webauthn"] if row.keys else []))
        return SignedIn(token, second)

    def with_code(self, session: Session, code: str, caller: Caller) -> SignedIn:
        """Do the second step, with a code. Each code works once.

        Raises:
            NotSignedInError: the code is wrong, or was used before.
            TooManyTriesError: too many were wrong.
        """
        person = session.person
        limits = self._limits(person.id, person.name, caller, "second")
        with self._unless_too_many(limits, person.name, caller) as change:
            row = person_row(change.db, person.id)
            secret = self._box.open(person.id, row.totp_secret) if row else None
            step = matching_step(secret, code, change.at) if secret else None
            if step is not None and use_totp_step(change, person.id, step):
                return self._let_in(change, session, caller, limits, "totp")
            self._count(change, session, limits, caller, "totp")
        raise NotSignedInError(_WRONG_CODE)

    def key_options(self, session: Session) -> dict[str, Any]:
        """Options for the browser to use a security key. Raises InvalidRequestError if there is none."""
        challenge = new_challenge()
        with self._database.transaction() as change:
            known = key_rows(change.db, session.person.id)
            set_challenge(change, session.row.id, challenge)
        if not known or not self._site.relying_party:
            raise InvalidRequestError("This account has no security key here. Use the code of the authenticator app.")
        return sign_in_options(self._site, challenge, known)

    def with_key(self, session: Session, credential: dict[str, Any], caller: Caller) -> SignedIn:
        """Do the second step, with a security key.

        Raises:
            NotSignedInError: the key does not belong to the account, or signed something else.
            TooManyTriesError: too many tries failed.
        """
        person = session.person
        limits = self._limits(person.id, person.name, caller, "second")
        with self._unless_too_many(limits, person.name, caller) as change:
            challenge, known = session.row.challenge, key_rows(change.db, person.id)
            key = used_key(self._site, challenge, credential, known) if challenge else None
            if key is not None:
                set_key_used(change, key.id, key.sign_count)
                return self._let_in(change, session, caller, limits, "webauthn")
            set_challenge(change, session.row.id, "")
            self._count(change, session, limits, caller, "webauthn")
        raise NotSignedInError(_WRONG_KEY)

    def sign_out(self, session: Session) -> None:
        """End a session."""
        with self._database.transaction() as change:
            end_session(change, session.row.id)
            change.record(session.person.name, "log-out")

    def new_key_options(self, session: Session) -> dict[str, Any]:
        """Options for the browser to create another security key. Raises InvalidRequestError."""
        if not self._site.relying_party:
            raise InvalidRequestError("Security keys need a name, and this room is served under an IP address.")
        challenge, person = new_challenge(), session.person
        with self._database.transaction() as change:
            set_challenge(change, session.row.id, challenge)
            known = key_rows(change.db, person.id)
        return registration_options(self._site, person.id, person.name, person.display, challenge, known)

    def add_key(self, session: Session, credential: dict[str, Any]) -> None:
        """Add a security key to an account.

        Raises:
            InvalidRequestError: it was not requested, or is malformed.
            ChangedMeanwhileError: it already belongs to somebody.
        """
        if not session.row.challenge:
            raise InvalidRequestError("Ask for a new key first.")
        key = registered_key(self._site, session.row.challenge, credential)
        try:
            with self._database.transaction() as change:
                set_challenge(change, session.row.id, "")
                add_key_row(change, session.person.id, key)
                change.record(session.person.name, "security key added", session.person.name)
        except ConflictError as error:
            raise ChangedMeanwhileError("This security key was added already.") from error

    def _let_in(self, change: Change, session: Session, caller: Caller, limits: list[Limit], how: str) -> SignedIn:
        person = session.person
        end_session(change, session.row.id)
        token, _ = self._sessions.begin(change, person.id, caller.address, complete=True)
        count_succeeded(change, [*limits, *self._limits(person.id, person.name, caller, "password", change)])
        set_signed_in(change, person.id)
        browser = ""
        if browser_of(change.db, hash_of(caller.browser)) != person.id:
            browser = new_token()
            add_browser(change, hash_of(browser), person.id, most=_MOST_BROWSERS)
        change.record(person.name, "log-in", address=caller.address, second=how)
        return SignedIn(token, (), browser)

    def _limits(self, person: str, name: str, caller: Caller, step: str, change: Change | None = None) -> list[Limit]:
        browser = hash_of(caller.browser) if caller.browser else ""
        if browser and change is not None:
            known = browser_of(change.db, browser) == person
        elif browser:
            with self._database.reading() as db:
                known = browser_of(db, browser) == person
        else:
            known = False
        return limits_of(name, caller.address, browser if known else "", step)

    @contextmanager
    def _unless_too_many(self, limits: list[Limit], who: str, caller: Caller) -> Iterator[Change]:
        """A transaction to check an attempt and count it before the next is checked. Raises TooManyTriesError."""
        try:
            with self._database.transaction() as change:
                refuse_too_many(change.db, limits, change.at)
                yield change
        except TooManyTriesError:
            self._record_refused(limits, who, caller)
            raise

    def _record_wrong_password(self, row: PersonRow | None, caller: Caller) -> None:
        with self._database.transaction() as change:
            # The typed name may be a password: record only that there is no such account.
            details = {"step": "password", **({} if row else {"account": "unknown"})}
            change.record(row.name if row else "-", "failed log-in", address=caller.address, **details)

    def _refuse_too_many(self, limits: list[Limit], who: str, caller: Caller) -> None:
        try:
            with self._database.reading() as db:
                refuse_too_many(db, limits, self._database.clock())
        except TooManyTriesError:
            self._record_refused(limits, who, caller)
            raise

    def _record_refused(self, limits: list[Limit], who: str, caller: Caller) -> None:
        """Record a rejected attempt: once for each limit and quarter of an hour, not each time."""
        refused = [Limit(f"refused {limit.counted_for}", 1) for limit in limits]
        with self._database.transaction() as change:
            try:
                refuse_too_many(change.db, refused, change.at)
            except TooManyTriesError:
                return
            count_failed(change, refused)
            change.record(who, "failed log-in", address=caller.address, step="too many tries")

    def _count(self, change: Change, session: Session, limits: list[Limit], caller: Caller, how: str) -> None:
        count_failed(change, limits)
        change.record(session.person.name, "failed log-in", address=caller.address, step=how)
