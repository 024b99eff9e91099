"""Accounts in ``room.db``, with their second factors and one-time links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from echoforensics.review.store.room_database import Change


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A stored account.

    Attributes:
        id, name, display, role, active, language, last_sign_in: as in the person's account.
        password: its argon2id hash; None if none was set.
        totp_secret: sealed; None if the person has no such factor.
        totp_step: the last time step whose code was used.
        keys: number of the person's security keys.
    """

    id: str
    name: str
    display: str
    role: str
    active: bool
    language: str
    last_sign_in: int | None
    password: str | None
    totp_secret: str | None
    totp_step: int
    keys: int


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A stored one-time link.

    Attributes:
        person: id of the account it sets up.
        expires: milliseconds since 1970.
        totp_secret: the secret that it offers, sealed.
        challenge: challenge for a security key, as base64url.
    """

    person: str
    expires: int
    totp_secret: str
    challenge: str


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A stored security key.

    Attributes:
        id: the credential's id, as base64url.
        public_key: in COSE.
        sign_count: the key's last count.
    """

    id: str
    public_key: bytes
    sign_count: int


_SELECT = """
SELECT id, name, display, role, active, language, last_sign_in, password, totp_secret, totp_step,
       (SELECT count(*) FROM security_keys WHERE person = people.id)
FROM people
"""


def people_rows(db: sqlite3.Connection) -> list[PersonRow]:
    """Every account, by name."""
    return [_person(row) for row in db.execute(f"{_SELECT} ORDER BY name")]


def person_row(db: sqlite3.Connection, person: str) -> PersonRow | None:
    """Return the account with an id."""
    found = db.execute(f"{_SELECT} WHERE id = ?", (person,)).fetchone()
    return _person(found) if found else None


def person_row_named(db: sqlite3.Connection, name: str) -> PersonRow | None:
    """Return the account with a name; case is ignored."""
    found = db.execute(f"{_SELECT} WHERE name = ?", (name,)).fetchone()
    return _person(found) if found else None


def add_person_row(change: Change, person: str, name: str, display: str, role: str) -> None:
    """Add an account. Raises ConflictError if the name is taken."""
    change.db.execute(
        "INSERT INTO people (id, name, display, role, made) VALUES (?, ?, ?, ?, ?)",
        (person, name, display, role, change.at),
    )


def set_role(change: Change, person: str, role: str) -> None:
    """Give an account another role."""
    change.db.execute("UPDATE people SET role = ? WHERE id = ?", (role, person))


def set_active(change: Change, person: str, *, active: bool) -> None:
    """Set whether an account may sign in."""
    change.db.execute("UPDATE people SET active = ? WHERE id = ?", (int(active), person))


def set_language(change: Change, person: str, language: str) -> None:
    """Store the language of an account."""
    change.db.execute("UPDATE people SET language = ? WHERE id = ?", (language, person))


def set_signed_in(change: Change, person: str) -> None:
    """Record that an account signed in now."""
    change.db.execute("UPDATE people SET last_sign_in = ? WHERE id = ?", (change.at, person))


def set_credentials(change: Change, person: str, password: str, totp_secret: str | None, totp_step: int) -> None:
    """Set the password and the TOTP secret of an account; its security keys are removed."""
    change.db.execute("DELETE FROM security_keys WHERE person = ?", (person,))
    change.db.execute(
        "UPDATE people SET password = ?, totp_secret = ?, totp_step = ? WHERE id = ?",
        (password, totp_secret, totp_step, person),
    )


def set_password(change: Change, person: str, password: str) -> None:
    """Store another hash of an account's password."""
    change.db.execute("UPDATE people SET password = ? WHERE id = ?", (password, person))


def unsealed_secrets(db: sqlite3.Connection, sealed: str) -> list[tuple[str, str, str]]:
    """The secrets of authenticator apps that are not sealed: table, account's id or link's token hash, and secret."""
    found = db.execute(
        "SELECT * FROM (SELECT 'people', id, totp_secret AS secret FROM people"
        " UNION ALL SELECT 'links', token, totp_secret FROM links)"
        " WHERE secret IS NOT NULL AND substr(secret, 1, ?) <> ?",
        (len(sealed), sealed),
    )
    return [(table, of, secret) for table, of, secret in found]


def set_sealed_secrets(change: Change, secrets: list[tuple[str, str, str]]) -> None:
    """Store secrets as :func:`unsealed_secrets` gave them, sealed now."""
    for table, of, secret in secrets:
        if table == "people":
            change.db.execute("UPDATE people SET totp_secret = ? WHERE id = ?", (secret, of))
        else:
            change.db.execute("UPDATE links SET totp_secret = ? WHERE token = ?", (secret, of))


def use_totp_step(change: Change, person: str, step: int) -> bool:
    """Mark the code of a time step as used. Returns False if that step, or a later one, was used before."""
    done = change.db.execute("UPDATE people SET totp_step = ? WHERE id = ? AND totp_step < ?", (step, person, step))
    return done.rowcount == 1


def key_rows(db: sqlite3.Connection, person: str) -> list[KeyRow]:
    """The security keys of an account."""
    found = db.execute("SELECT id, public_key, sign_count FROM security_keys WHERE person = ? ORDER BY id", (person,))
    return [KeyRow(*row) for row in found]


def add_key_row(change: Change, person: str, key: KeyRow) -> None:
    """Add a security key to an account. Raises ConflictError if it already belongs to somebody."""
    change.db.execute(
        "INSERT INTO security_keys (id, person, public_key, sign_count, made) VALUES (?, ?, ?, ?, ?)",
        (key.id, person, key.public_key, key.sign_count, change.at),
    )


def set_key_used(change: Change, key: str, sign_count: int) -> None:
    """Store a security key's new count."""
    change.db.execute(
        "UPDATE security_keys SET sign_count = ?, last_used = ? WHERE id = ?", (sign_count, change.at, key)
    )


def add_link_row(change: Change, token: str, link: LinkRow) -> None:
    """Store a link, by the hash of its token; the account's earlier links become invalid."""
    change.db.execute("DELETE FROM links WHERE person = ? OR expires < ?", (link.person, change.at))
    change.db.execute(
        "INSERT INTO links (token, person, made, expires, totp_secret, challenge) VALUES (?, ?, ?, ?, ?, ?)",
        (token, link.person, change.at, link.expires, link.totp_secret, link.challenge),
    )


def link_row(db: sqlite3.Connection, token: str) -> LinkRow | None:
    """Return the link whose token has a hash."""
    found = db.execute("SELECT person, expires, totp_secret, challenge FROM links WHERE token = ?", (token,)).fetchone()
    return LinkRow(*found) if found else None


def remove_link(change: Change, token: str) -> bool:
    """Invalidate a link. Returns False if it was invalid before."""
    return change.db.execute("DELETE FROM links WHERE token = ?", (token,)).rowcount == 1


def _person(row: tuple[object, ...]) -> PersonRow:
    values = list(row)
    values[4] = bool(values[4])
    return PersonRow(*values)  # type: ignore[arg-type]  # SQLite's STRICT tables hold to these types
