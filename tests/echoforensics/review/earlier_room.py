"""Makes the database of a room one of an earlier version."""

from __future__ import annotations

#: Statements that take away what version 3 added.
AS_VERSION_2 = (
    "DROP INDEX items_decided_as", "ALTER TABLE items DROP COLUMN decided_as", "DROP TABLE item_sounds",
    "ALTER TABLE decisions DROP COLUMN taken_in", "ALTER TABLE decisions DROP COLUMN changed_in",
    "PRAGMA user_version = 2",
)  # fmt: skip
