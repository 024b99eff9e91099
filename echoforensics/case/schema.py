"""The tables of ``case.db``. What is in them is documented in docs/case-folder.md."""

from __future__ import annotations

#: Raised when the tables change; a case of another version is refused.
#: 3: a record has one id, and is kept once with each of its places (table ``places``).
#: 4: a record has its rows once, with the number of its places.
SCHEMA_VERSION = 4

SCHEMA = """
CREATE TABLE case_info (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    location TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT UNIQUE,             -- NULL while it is being read for the first time
    hashes TEXT NOT NULL,           -- JSON, as in the ledger
    described TEXT NOT NULL,        -- JSON: volumes and file systems
    opening TEXT NOT NULL,          -- JSON: how it is opened again (offsets given by hand), and its volumes or form
    state TEXT NOT NULL             -- 'being read', 'taken in', 'extracted', 'hashed again'
);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    evidence_id INTEGER NOT NULL REFERENCES evidence,
    path TEXT NOT NULL,
    address TEXT NOT NULL,          -- JSON list: one address a container, outermost first
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    times TEXT NOT NULL,            -- JSON, as recorded
    size INTEGER NOT NULL,          -- bytes read
    sha256 TEXT,                    -- of the bytes read; NULL where nothing was
    artefact INTEGER NOT NULL,      -- 1: its content is in artefacts/
    mode INTEGER,                   -- POSIX permission bits; NULL where none are stated
    read_by TEXT NOT NULL,          -- JSON: names of the parsers that claim it; 'container:zip' where it was opened
    remark TEXT NOT NULL,           -- what messages of its records end in: that it was deleted, carved or damaged
    parsed INTEGER NOT NULL,        -- 0: its parsers have yet to read it
    UNIQUE (evidence_id, path, address)
);
CREATE INDEX entries_by_sha256 ON entries (sha256) WHERE artefact;
CREATE INDEX entries_to_parse ON entries (evidence_id, id) WHERE NOT parsed;
CREATE TABLE artefacts (sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE records (
    id TEXT PRIMARY KEY,            -- of the file's content, the place in it and the parser: see case/record_id.py
    parser TEXT NOT NULL,
    parser_version TEXT NOT NULL,
    data_type TEXT NOT NULL,
    message TEXT NOT NULL,
    locator TEXT NOT NULL,
    device_serial TEXT, device_type TEXT, account TEXT, person TEXT, utterance_id TEXT, transcript TEXT,
    fields TEXT NOT NULL            -- JSON
) WITHOUT ROWID;
CREATE INDEX records_by_type ON records (data_type);
CREATE TABLE timestamps (
    record_id TEXT NOT NULL REFERENCES records,
    ordinal INTEGER NOT NULL,
    description TEXT NOT NULL,
    recorded TEXT NOT NULL,
    clock TEXT NOT NULL,
    timestamp INTEGER,              -- microseconds since 1970 UTC
    note TEXT NOT NULL,
    locator TEXT NOT NULL,
    PRIMARY KEY (record_id, ordinal)
) WITHOUT ROWID;
CREATE TABLE places (               -- where a record is: a copied file is one more place of the same records
    id INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL REFERENCES records,
    entry_id INTEGER NOT NULL REFERENCES entries,   -- the file that the record's locator is in
    read_from INTEGER NOT NULL REFERENCES entries,  -- the file whose parser found it: the same, or one beside it
    ordinal INTEGER NOT NULL,       -- its number among the records that this parser's file gave
    UNIQUE (record_id, entry_id)
);
CREATE INDEX places_by_entry ON places (entry_id, ordinal);
CREATE TABLE record_keys (
    key TEXT NOT NULL, place_id INTEGER NOT NULL REFERENCES places, PRIMARY KEY (key, place_id)
) WITHOUT ROWID;
CREATE INDEX record_keys_by_place ON record_keys (place_id);
CREATE TABLE issues (
    id INTEGER PRIMARY KEY,
    evidence_id INTEGER REFERENCES evidence,    -- NULL for a source that was skipped; path is then the source's own
    path TEXT NOT NULL,
    parser TEXT NOT NULL,
    locator TEXT NOT NULL,
    what TEXT NOT NULL,
    excerpt BLOB NOT NULL,
    UNIQUE (evidence_id, path, parser, locator, what)
);
CREATE TABLE joins (
    place_id INTEGER NOT NULL REFERENCES places,
    what TEXT NOT NULL,             -- 'utterance_id', 'recording' or 'timestamp'
    value TEXT NOT NULL,
    basis TEXT NOT NULL,            -- one sentence: by what it was joined
    PRIMARY KEY (place_id, what)
) WITHOUT ROWID;
CREATE TABLE rows (
    exhibit TEXT PRIMARY KEY,
    place_id INTEGER NOT NULL REFERENCES places,
    record TEXT NOT NULL REFERENCES records,
    timestamp INTEGER, datetime TEXT, timestamp_desc TEXT NOT NULL,
    message TEXT NOT NULL, data_type TEXT NOT NULL,
    recorded_time TEXT, clock TEXT NOT NULL,
    device_serial TEXT, device_type TEXT, account TEXT, person TEXT, utterance_id TEXT, transcript TEXT,
    recording TEXT,
    evidence TEXT NOT NULL, path TEXT NOT NULL, locator TEXT NOT NULL, sha256 TEXT NOT NULL,
    parser TEXT NOT NULL, parser_version TEXT NOT NULL,
    places INTEGER NOT NULL,        -- how many places hold the record
    corroborated_by TEXT NOT NULL   -- JSON list of exhibits
) WITHOUT ROWID;
CREATE INDEX rows_by_time ON rows (timestamp IS NULL, timestamp, exhibit);
CREATE INDEX rows_by_record ON rows (record);
CREATE INDEX rows_by_place ON rows (place_id);
CREATE TABLE ledger_head (one INTEGER PRIMARY KEY CHECK (one = 1), length INTEGER NOT NULL, head TEXT NOT NULL);
CREATE VIRTUAL TABLE search USING fts5(
    exhibit UNINDEXED, message, transcript, fields, tokenize = 'trigram'
);
"""

#: Tables whose content the seal covers. The ledger's head is kept apart: it grows after the seal.
SEALED_TABLES = (
    "case_info", "evidence", "entries", "artefacts", "records", "timestamps", "places", "record_keys",
    "issues", "joins", "rows", "search",
)  # fmt: skip

#: The columns of a row, in the order in which exports write them.
ROW_COLUMNS = (
    "exhibit", "record", "datetime", "timestamp", "timestamp_desc", "message", "data_type", "recorded_time",
    "clock", "device_serial", "device_type", "account", "person", "utterance_id", "transcript", "recording",
    "evidence", "path", "locator", "sha256", "parser", "parser_version", "places",
    "corroborated_by",
)  # fmt: skip
