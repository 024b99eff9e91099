"""The tables of the work: queues, items, decisions and their changes, second opinions, redactions."""

from __future__ import annotations

#: Times are milliseconds since 1970 UTC. Lists and objects are JSON. ``turn`` is 1 for who hears an item first, 2 for
#: who hears it without knowing of the first. ``decided_as`` is the id of the item whose decision holds for an item: its
#: own, or that of an equal sound of another case; decisions, changes, and what is open are kept under it. ``taken_in``
#: and ``changed_in`` are the items through which a decision was taken and changed.
WORK_SCHEMA = """
CREATE TABLE queues (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, case_id TEXT NOT NULL, kind TEXT NOT NULL, filter TEXT NOT NULL,
    sample REAL NOT NULL, second_codes TEXT NOT NULL, seed TEXT NOT NULL, made_at INTEGER NOT NULL,
    made_by TEXT NOT NULL
) STRICT;
CREATE TABLE queue_people (
    queue TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (queue, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX queues_of_person ON queue_people (person);
CREATE TABLE items (
    id TEXT PRIMARY KEY, case_id TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, exhibit TEXT NOT NULL,
    title TEXT NOT NULL, time INTEGER, device TEXT NOT NULL, seconds REAL, sound TEXT NOT NULL, exhibits TEXT NOT NULL,
    search TEXT NOT NULL, decided_as TEXT NOT NULL DEFAULT '', UNIQUE (case_id, kind, key)
) STRICT;
CREATE INDEX items_decided_as ON items (decided_as);
CREATE TABLE item_sounds (
    sha256 TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (sha256, item)
) STRICT, WITHOUT ROWID;
CREATE TABLE queue_items (
    queue TEXT NOT NULL, item TEXT NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (queue, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX queues_of_item ON queue_items (item);
CREATE TABLE decisions (
    item TEXT NOT NULL, turn INTEGER NOT NULL, person TEXT, codes TEXT NOT NULL, notes TEXT NOT NULL,
    transcript TEXT NOT NULL, version INTEGER NOT NULL, assigned_at INTEGER, changed_at INTEGER, changed_by TEXT,
    finished_at INTEGER, finished_by TEXT, taken_in TEXT, changed_in TEXT, PRIMARY KEY (item, turn)
) STRICT, WITHOUT ROWID;
CREATE INDEX decisions_of_person ON decisions (person);
CREATE TABLE changes (
    number INTEGER PRIMARY KEY, item TEXT NOT NULL, turn INTEGER NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
    what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL, undone INTEGER NOT NULL
) STRICT;
CREATE INDEX changes_of_item ON changes (item, turn, number);
CREATE TABLE second_due (
    item TEXT PRIMARY KEY, queue TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE opened (
    item TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL, seen INTEGER NOT NULL, distress INTEGER NOT NULL,
    PRIMARY KEY (item, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE disagreements (
    item TEXT PRIMARY KEY, at INTEGER NOT NULL, codes TEXT, note TEXT, settled_by TEXT, settled_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE redactions (
    id TEXT PRIMARY KEY, item TEXT NOT NULL, exhibit TEXT NOT NULL, ranges TEXT NOT NULL, reason TEXT NOT NULL,
    replacement TEXT NOT NULL, asked_by TEXT NOT NULL, asked_at INTEGER NOT NULL, decided_by TEXT, decided_at INTEGER,
    approved INTEGER, note TEXT NOT NULL, copy TEXT
) STRICT;
CREATE INDEX redactions_of_item ON redactions (item);
CREATE TABLE outlines (sound TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
"""
