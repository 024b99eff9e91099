"""The tables of ``room.db``. Times are milliseconds since 1970."""

from __future__ import annotations

from echoforensics.review.store.work_schema import WORK_SCHEMA

#: Version 1 had the secrets of authenticator apps as they are; version 2 has them sealed; version 3 has one decision
#: for equal sounds of several cases. Others are refused.
SCHEMA_VERSION, OLDEST_VERSION = 3, 1

_SETTINGS = """
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
"""

_PEOPLE = """
CREATE TABLE people (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    display TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('supervisor', 'examiner', 'reviewer', 'reader')),
    active INTEGER NOT NULL DEFAULT 1,
    language TEXT NOT NULL DEFAULT '',
    made INTEGER NOT NULL,
    last_sign_in INTEGER,
    password TEXT,
    totp_secret TEXT,
    totp_step INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE security_keys (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    made INTEGER NOT NULL,
    last_used INTEGER
) STRICT;
CREATE INDEX security_keys_person ON security_keys (person);
CREATE TABLE links (
    token TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    made INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    totp_secret TEXT NOT NULL,
    challenge TEXT NOT NULL
) STRICT;
"""

_SESSIONS = """
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    complete INTEGER NOT NULL,
    csrf TEXT NOT NULL,
    challenge TEXT NOT NULL DEFAULT '',
    made INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    address TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_person ON sessions (person);
CREATE TABLE browsers (
    id TEXT PRIMARY KEY,
    person TEXT NOT NULL REFERENCES people (id),
    made INTEGER NOT NULL
) STRICT;
CREATE TABLE attempts (
    number INTEGER PRIMARY KEY,
    counted_for TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_counted ON attempts (counted_for, at);
"""

#: Every event of the audit, in order. Those above the mark in ``settings`` may not be in the ledger yet.
_AUDIT = """
CREATE TABLE events (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    about TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT;
CREATE INDEX events_who ON events (who, number);
CREATE INDEX events_what ON events (what, number);
"""

SCHEMA = "".join((_SETTINGS, _PEOPLE, _SESSIONS, _AUDIT, WORK_SCHEMA))
