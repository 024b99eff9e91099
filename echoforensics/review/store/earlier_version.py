"""Databases of rooms of earlier versions: brought up to date when a server opens them, shown as today's to be verified.

Before version 3 each case of a room had decisions of its own. They stay apart: who decided then knew of one case only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.review.store.schema import OLDEST_VERSION, SCHEMA_VERSION

if TYPE_CHECKING:
    import sqlite3

_CHANGES = """
ALTER TABLE items ADD COLUMN decided_as TEXT NOT NULL DEFAULT '';
UPDATE items SET decided_as = id;
CREATE INDEX items_decided_as ON items (decided_as);
CREATE TABLE item_sounds (
    sha256 TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (sha256, item)
) STRICT, WITHOUT ROWID;
INSERT INTO item_sounds SELECT sound, id FROM items WHERE kind = 'recording';
ALTER TABLE decisions ADD COLUMN taken_in TEXT;
ALTER TABLE decisions ADD COLUMN changed_in TEXT;
"""
_VIEWS = """
CREATE TEMP VIEW items AS SELECT *, id AS decided_as FROM main.items;
CREATE TEMP VIEW item_sounds AS SELECT sound AS sha256, id AS item FROM main.items WHERE kind = 'recording';
CREATE TEMP VIEW decisions AS SELECT *, NULL AS taken_in, NULL AS changed_in FROM main.decisions;
"""


def version_of(db: sqlite3.Connection) -> int:
    """The version of the tables of a room."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def bring_up_to_date(db: sqlite3.Connection) -> None:
    """Change the tables of an earlier version into today's, in one transaction."""
    if OLDEST_VERSION <= version_of(db) < SCHEMA_VERSION:
        db.executescript(f"BEGIN IMMEDIATE; {_CHANGES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")


def show_as_today(db: sqlite3.Connection) -> None:
    """Show the tables of an earlier version in today's form, by views of this connection. The file is not changed."""
    if OLDEST_VERSION <= version_of(db) < SCHEMA_VERSION:
        db.executescript(_VIEWS)
