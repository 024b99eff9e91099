"""Reading cases of earlier versions, through views that show their tables in today's form."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

#: The earlier versions that can be read.
READ = (4, 5)
#: Those of them that had no interactions, gaps, or states of rows, and sealed their tables in another form.
WITHOUT_INTERACTIONS = (4,)

#: The state of a row: its file's, and within a live database or cache what the record says.
_STATE = """CASE WHEN {file} <> 'allocated' THEN {file} WHEN instr({fields}, '"provenance"') = 0 THEN 'live'
    WHEN coalesce(json_extract({fields}, '$.provenance'), 'live') LIKE 'live%' THEN 'live' ELSE 'deleted' END"""

#: In version 4 a record's number is its id. The table of places has today's form.
_VIEWS_OF_4 = f"""
CREATE TEMP VIEW kinds AS
    SELECT DISTINCT parser || ' ' || parser_version || ' ' || data_type AS id, parser, parser_version, data_type
    FROM main.records;
CREATE TEMP VIEW records AS
    SELECT id AS number, parser || ' ' || parser_version || ' ' || data_type AS kind, message, locator, device_serial,
        device_type, account, person, utterance_id, transcript, fields FROM main.records;
CREATE TEMP VIEW places AS SELECT id, record_id AS record, entry_id, read_from, ordinal FROM main.places;
CREATE TEMP VIEW exhibits AS
    SELECT CAST(substr(exhibit, 4) AS INTEGER) AS number, record,
        parser || ' ' || parser_version || ' ' || data_type AS kind, place_id, timestamp FROM main.rows;
CREATE TEMP VIEW row_details AS
    SELECT w.exhibit, w.record, w.datetime, w.timestamp, w.timestamp_desc, w.message, w.data_type, w.recorded_time,
        w.clock, w.device_serial, w.device_type, w.account, w.person, w.utterance_id, w.transcript, w.recording,
        w.evidence, w.path, w.locator, w.sha256, w.parser, w.parser_version, NULL AS interaction, w.places,
        w.corroborated_by,
        CAST(substr(w.exhibit, 4) AS INTEGER) AS number, w.record AS record_number, w.place_id, r.fields,
        (SELECT m.note FROM main.timestamps m WHERE m.record_id = w.record AND m.description = w.timestamp_desc
            AND m.recorded = w.recorded_time LIMIT 1) AS time_note,
        e.evidence_id, e.id AS entry_id, e.address, e.state,
        {_STATE.format(file="e.state", fields="r.fields")} AS row_state
    FROM main.rows w CROSS JOIN main.records r ON r.id = w.record CROSS JOIN main.places p ON p.id = w.place_id
    CROSS JOIN main.entries e ON e.id = p.entry_id;
"""  # noqa: S608 (our names)

#: In version 5 records are a table with the columns of today's view.
_VIEWS_OF_5 = f"""
CREATE TEMP VIEW row_details AS
    SELECT w.*, {_STATE.format(file="w.state", fields="w.fields")} AS row_state FROM main.row_details w;
"""  # noqa: S608 (our names)
_VIEWS = {4: _VIEWS_OF_4, 5: _VIEWS_OF_5}


def show_as_today(db: sqlite3.Connection, version: int) -> None:
    """Create the views. They are temporary and belong to the connection; the file is not changed."""
    db.executescript(f"PRAGMA query_only = OFF; {_VIEWS[version]} PRAGMA query_only = ON;")


def named_digests(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of tables by name, as hexadecimal; ``schema`` is the definitions of all. Missing tables are left out.

    This is how version 4 sealed its tables.

    A table is serialized row by row in the order of all its columns; each value as its type, the length
    of its bytes and its bytes.
    """
    there = {name for (name,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}
    digests = {}
    for name in names:
        if name == "schema":
            digests[name] = _digest(
                db.execute("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY 1, 2")
            )
        elif name in there:
            table = f'main."{name.replace(chr(34), chr(34) * 2)}"'
            columns = len(db.execute(f"SELECT * FROM {table} LIMIT 0").description)  # noqa: S608 (a table's own name)
            order = ", ".join(str(number + 1) for number in range(columns))
            digests[name] = _digest(db.execute(f"SELECT * FROM {table} ORDER BY {order}"))  # noqa: S608
    return digests


def _digest(rows: Iterable[tuple[object, ...]]) -> str:
    whole = hashlib.sha256()
    for row in rows:
        parts = [b"%d;" % len(row)]
        for value in row:
            kind, written = _written(value)
            parts += (b"%s%d:" % (kind, len(written)), written)
        whole.update(b"".join(parts))
    return whole.hexdigest()


def _written(value: object) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    return (b"i" if isinstance(value, int) else b"f"), repr(value).encode()
