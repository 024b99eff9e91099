"""The tables of ``case.db``. docs/case-folder.md documents their contents."""

from __future__ import annotations

from echoforensics.case.record_forms.record_form import FIELD_RUNS, MESSAGE_RUNS, OWN, SHARED, VALUES

#: Raise this when the tables change. Cases of earlier versions are read (see case/earlier_version.py), not written.
#: 3: a record has one id, and is stored once with each of its places (table ``places``).
#: 4: a record has its rows once, with the number of its places.
#: 5: a row stores only what its record lacks (table ``exhibits``); ``rows`` is a view.
#: 6: what records have in common is stored once (table ``forms``); ``records`` is a view.
SCHEMA_VERSION = 6

#: The columns of a row, in the order of exports.
ROW_COLUMNS = (
    "exhibit", "record", "datetime", "timestamp", "timestamp_desc", "message", "data_type", "recorded_time",
    "clock", "device_serial", "device_type", "account", "person", "utterance_id", "transcript", "recording",
    "evidence", "path", "locator", "sha256", "parser", "parser_version", "state", "interaction", "places",
    "corroborated_by",
)  # fmt: skip
#: The columns of the view ``rows``. In ``row_details``, ``state`` is the file's.
_VIEW_COLUMNS = ", ".join("row_state AS state" if name == "state" else name for name in ROW_COLUMNS)

#: The arguments of the templates of a form.
_ARGUMENTS = ", ".join(f"r.{name}" for name in VALUES)
_MESSAGE = f"coalesce(printf({{}}, {', '.join([_ARGUMENTS] * MESSAGE_RUNS)}), r.v1)"
_FIELDS = f"coalesce(printf({{}}, {', '.join([_ARGUMENTS] * FIELD_RUNS)}), r.v2)"
_OF_FORM = "(SELECT o.{} FROM forms o WHERE o.id = r.form)"

#: Microseconds since 1970 as ISO 8601, for the years 1 to 9999.
_DATETIME = """CASE WHEN w.timestamp BETWEEN -62135596800000000 AND 253402300799999999 THEN
        strftime('%Y-%m-%dT%H:%M:%S', (w.timestamp - ((w.timestamp % 1000000) + 1000000) % 1000000) / 1000000,
            'unixepoch')
        || printf('.%06d+00:00', ((w.timestamp % 1000000) + 1000000) % 1000000) END"""

SCHEMA = f"""
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
    state TEXT NOT NULL,            -- 'being read', 'taken in', 'extracted', 'hashed again'
    numbered INTEGER                -- the last exhibit of the case once its records were numbered; NULL before
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
CREATE TABLE kinds (                -- what records of one kind have in common
    id INTEGER PRIMARY KEY,
    parser TEXT NOT NULL, parser_version TEXT NOT NULL, data_type TEXT NOT NULL,
    UNIQUE (parser, parser_version, data_type)
);
CREATE TABLE time_kinds (           -- what times of one kind have in common
    id INTEGER PRIMARY KEY,
    description TEXT NOT NULL, clock TEXT NOT NULL, note TEXT NOT NULL,
    UNIQUE (description, clock, note)
);
-- Those that no record holds; here, so that it does not depend on a run how they are numbered.
INSERT INTO time_kinds VALUES (1, 'Not a time', 'unknown', ''), (2, 'Recorded Time', 'cloud', '');
CREATE TABLE forms (                -- how records of one kind are made of their values: see case/record_forms
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL REFERENCES kinds,
    message TEXT,                   -- templates of printf; NULL where the values v1 and v2 are message and fields
    fields TEXT,
    state TEXT NOT NULL             -- of records in a file that is neither deleted nor carved: 'live' or 'deleted'
);
CREATE INDEX forms_by_kind ON forms (kind);
CREATE TABLE record_values (        -- of each record what is its own
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,        -- of the file's content, the place in it and the parser: see case/record_id.py
    kind INTEGER NOT NULL REFERENCES kinds,
    form INTEGER NOT NULL REFERENCES forms,
    locator TEXT NOT NULL,
    {", ".join(f"{name} TEXT" for name in SHARED)},
    {", ".join(f"{name} TEXT" for name in OWN)}
);
CREATE VIEW records AS
SELECT r.number AS number, r.id AS id, r.kind AS kind, {_MESSAGE.format(_OF_FORM.format("message"))} AS message,
    r.locator AS locator, {", ".join(f"r.{name} AS {name}" for name in SHARED)},
    {_FIELDS.format(_OF_FORM.format("fields"))} AS fields
FROM record_values r;
CREATE TABLE timestamps (
    record INTEGER NOT NULL REFERENCES record_values,
    ordinal INTEGER NOT NULL,
    kind INTEGER NOT NULL REFERENCES time_kinds,
    recorded TEXT NOT NULL,
    timestamp INTEGER,              -- microseconds since 1970 UTC
    locator TEXT NOT NULL,          -- empty where it is within the record's own
    PRIMARY KEY (record, ordinal)
) WITHOUT ROWID;
CREATE TABLE places (               -- where a record is: a copied file is one more place of the same records
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL REFERENCES record_values,
    entry_id INTEGER NOT NULL REFERENCES entries,   -- the file that the record's locator is in
    read_from INTEGER NOT NULL REFERENCES entries,  -- the file whose parser found it: the same, or one beside it
    ordinal INTEGER NOT NULL        -- its number among the records that this parser's file gave
);
CREATE UNIQUE INDEX places_by_record ON places (record, entry_id);
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
CREATE TABLE spoken (               -- the stream that a record at a place names, or was given
    uuid TEXT NOT NULL, place_id INTEGER NOT NULL REFERENCES places, segment INTEGER, PRIMARY KEY (uuid, place_id)
) WITHOUT ROWID;
CREATE TABLE changed_places (       -- what the numbering has still to bring up to date; empty afterwards
    place_id INTEGER PRIMARY KEY REFERENCES places
);
CREATE TABLE changed_streams (uuid TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE exhibits (             -- the timeline: what of a row cannot be had from its record
    number INTEGER PRIMARY KEY,
    record INTEGER NOT NULL REFERENCES record_values,
    kind INTEGER NOT NULL REFERENCES kinds,
    place_id INTEGER NOT NULL REFERENCES places,
    time INTEGER,                   -- ordinal of the record's own time; NULL where it is another, or none
    time_kind INTEGER NOT NULL REFERENCES time_kinds,
    timestamp INTEGER,
    places INTEGER NOT NULL,        -- how many places hold the record
    recorded_time TEXT,             -- of a time that is not the record's own
    utterance_id TEXT, recording TEXT,  -- what was joined
    device_serial TEXT, device_type TEXT,   -- of the utterance id that was joined
    added TEXT,                     -- what the message ends in
    corroborated_by TEXT            -- JSON list of exhibits; NULL for none
);
CREATE INDEX exhibits_by_time ON exhibits (timestamp IS NULL, timestamp);
CREATE INDEX exhibits_by_record ON exhibits (record, place_id);
CREATE INDEX exhibits_with_more ON exhibits (number) WHERE added IS NOT NULL OR recorded_time IS NOT NULL;
CREATE TABLE interactions (
    number INTEGER PRIMARY KEY,
    start INTEGER,                  -- microseconds since 1970 UTC; NULL where no record holds a time
    left_open TEXT                  -- JSON list of sentences: what was not joined; NULL for nothing
);
CREATE INDEX interactions_by_time ON interactions (start);
CREATE TABLE join_reasons (
    id INTEGER PRIMARY KEY,
    strength TEXT NOT NULL,         -- of the fixed scale in case/interactions/strength.py
    reason TEXT NOT NULL            -- one sentence
);
CREATE TABLE interaction_members (
    record INTEGER PRIMARY KEY REFERENCES record_values,
    interaction INTEGER NOT NULL REFERENCES interactions,
    reason INTEGER NOT NULL REFERENCES join_reasons
);
CREATE TABLE interaction_context (  -- one row: what every interaction is described with
    id INTEGER PRIMARY KEY,
    content TEXT NOT NULL           -- JSON: offsets of clocks, names and serial numbers of devices
);
CREATE INDEX interaction_members_by_interaction ON interaction_members (interaction);
CREATE TABLE gaps (                 -- what is missing: made from what was found, never counted with it
    number INTEGER PRIMARY KEY,
    data_type TEXT NOT NULL,        -- 'gap:...'
    start INTEGER,                  -- microseconds since 1970 UTC
    content TEXT NOT NULL           -- JSON
);
CREATE VIRTUAL TABLE search USING fts5(     -- of records, by number
    text, tokenize = 'trigram', detail = none, content = '', columnsize = 0
);
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);     -- bytes held in memory before they are written
CREATE VIEW row_details AS
SELECT printf('EF-%07d', w.number) AS exhibit, 'REC-' || lower(hex(r.id)) AS record,
    {_DATETIME} AS datetime,
    w.timestamp AS timestamp, m.description AS timestamp_desc,
    {_MESSAGE.format("o.message")} || f.remark || coalesce(w.added, '') AS message,
    k.data_type AS data_type, CASE WHEN w.time IS NULL THEN w.recorded_time ELSE t.recorded END AS recorded_time,
    m.clock AS clock, coalesce(w.device_serial, r.device_serial) AS device_serial,
    coalesce(w.device_type, r.device_type) AS device_type, r.account AS account, r.person AS person,
    coalesce(r.utterance_id, w.utterance_id) AS utterance_id, r.transcript AS transcript,
    CASE WHEN k.data_type LIKE 'recording:%' THEN e.sha256 ELSE w.recording END AS recording,
    v.name AS evidence, e.path AS path, coalesce(nullif(t.locator, ''), r.locator) AS locator, e.sha256 AS sha256,
    k.parser AS parser, k.parser_version AS parser_version,
    CASE WHEN i.interaction IS NOT NULL THEN printf('IN-%07d', i.interaction) END AS interaction, w.places AS places,
    coalesce(w.corroborated_by, '[]') AS corroborated_by,
    w.number AS number, w.record AS record_number, w.place_id AS place_id,
    {_FIELDS.format("o.fields")} AS fields,
    CASE WHEN w.time IS NOT NULL THEN m.note END AS time_note,
    e.evidence_id AS evidence_id, e.id AS entry_id, e.address AS address, e.state AS state,
    CASE e.state WHEN 'allocated' THEN o.state ELSE e.state END AS row_state
FROM exhibits w CROSS JOIN record_values r ON r.number = w.record CROSS JOIN forms o ON o.id = r.form
CROSS JOIN kinds k ON k.id = w.kind
CROSS JOIN time_kinds m ON m.id = w.time_kind CROSS JOIN places p ON p.id = w.place_id
CROSS JOIN entries e ON e.id = p.entry_id CROSS JOIN entries f ON f.id = p.read_from
CROSS JOIN evidence v ON v.id = e.evidence_id LEFT JOIN timestamps t ON t.record = w.record AND t.ordinal = w.time
LEFT JOIN interaction_members i ON i.record = w.record;
CREATE VIEW rows AS SELECT {_VIEW_COLUMNS} FROM row_details;
"""  # noqa: S608 (our names)

#: The sealed tables, each with the columns that order its serialization. The digest of the definitions covers views
#: and indexes. The full-text index, which is made from the records, is covered by the digest of the
#: file.
SEALED_TABLES = {
    "case_info": "key", "evidence": "id", "entries": "id", "artefacts": "sha256", "kinds": "id", "time_kinds": "id",
    "forms": "id", "record_values": "number", "timestamps": "record, ordinal", "places": "id",
    "record_keys": "key, place_id", "issues": "id", "joins": "place_id, what", "spoken": "uuid, place_id",
    "changed_places": "place_id", "changed_streams": "uuid", "exhibits": "number", "interactions": "number",
    "join_reasons": "id", "interaction_members": "record", "interaction_context": "id", "gaps": "number",
}  # fmt: skip
