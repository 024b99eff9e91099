"""Asking a case for rows of its timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, cast

from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.case.text import storable
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: The full-text index holds runs of this many characters; shorter searches read every row.
_INDEXED = 3


class Row(TypedDict):
    """A row of the timeline: one time of a record. The keys are those of a line of JSON Lines.

    ``timestamp`` is in microseconds since 1970 UTC; it and ``datetime`` are None where the time in UTC is not known.
    Rows of one record share ``record``. ``places`` is how many places hold the record, and ``path`` is that of one.
    """

    exhibit: str
    record: str
    datetime: str | None
    timestamp: int | None
    timestamp_desc: str
    message: str
    data_type: str
    recorded_time: str | None
    clock: str
    device_serial: str | None
    device_type: str | None
    account: str | None
    person: str | None
    utterance_id: str | None
    transcript: str | None
    recording: str | None
    evidence: str
    path: str
    locator: str
    sha256: str
    parser: str
    parser_version: str
    places: int
    corroborated_by: list[str]


class FileRow(Row):
    """A row, with what else the case knows of it and of its file.

    ``fields`` is JSON of what else the record keeps; ``time_note`` is what the record says of the time; ``address`` is
    JSON, and ``state`` is ``allocated``, ``deleted``, ``carved`` or ``damaged``.
    """

    fields: str
    time_note: str | None
    evidence_id: int
    entry_id: int
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows are wanted. Empty means all.

    Attributes:
        start: earliest time, microseconds since 1970 UTC, included.
        end: latest time, microseconds since 1970 UTC, not included.
        search: text that must stand in the message, the transcript or the record's other fields; case is
            ignored.
        types: data types, or families such as ``alexa:cloud``.
        devices: serial numbers or device types.
        recordings_only: only rows to which a recording belongs.
        evidence: names of evidence items, in any of which a place of the record must lie.
        states: of :data:`STATES`.

    Where ``start`` or ``end`` is given, rows whose time in UTC is unknown are left out.
    """

    start: int | None = None
    end: int | None = None
    search: str = ""
    types: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    recordings_only: bool = False
    evidence: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


#: The state of a row: a file or a database row that is there; one that was deleted; one found by its own bytes; one
#: read from data whose checksum failed.
STATES = ("live", "deleted", "carved", "damaged")
_COLUMNS = ", ".join(ROW_COLUMNS)
# The state of a row's file; within a database or cache that is there, what the record says of how it was found.
_STATE = """(
    SELECT CASE WHEN e.state <> 'allocated' THEN e.state
        WHEN coalesce(json_extract(r.fields, '$.provenance'), 'live') LIKE 'live%' THEN 'live' ELSE 'deleted' END
    FROM places p JOIN entries e ON e.id = p.entry_id JOIN records r ON r.id = p.record_id WHERE p.id = rows.place_id
)"""


# Whether another place of a row's record, or of a recording's bytes, lies in some evidence items.
_ELSEWHERE = """(places > 1 AND (
    EXISTS (SELECT 1 FROM places p JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id
        WHERE p.record_id = rows.record AND v.name IN ({0}))
    OR data_type LIKE 'recording:%' AND EXISTS (SELECT 1 FROM entries e JOIN evidence v ON v.id = e.evidence_id
        WHERE e.artefact AND e.sha256 = rows.sha256 AND v.name IN ({0}))
))"""


def rows(store: Store, query: Query | None = None) -> Iterator[Row]:
    """The rows asked for, by time, those without a time last; streamed, not held."""
    where, values = _where(query or Query())
    cursor = store.db.execute(
        f"SELECT {_COLUMNS} FROM rows {where} ORDER BY timestamp IS NULL, timestamp, exhibit",  # noqa: S608
        values,
    )
    return map(partial(_row, store.mark), cursor)


def count(store: Store, query: Query | None = None) -> int:
    """How many rows there are of those asked for."""
    where, values = _where(query or Query())
    found: int = store.db.execute(f"SELECT count(*) FROM rows {where}", values).fetchone()[0]  # noqa: S608
    return found


def rows_by_file(store: Store, query: Query | None = None) -> Iterator[FileRow]:
    """The rows asked for with what else the case knows of each, file by file; streamed, not held."""
    where, values = _where(query or Query())
    cursor = store.db.execute(
        f"""
        SELECT {", ".join(f"w.{name}" for name in ROW_COLUMNS)}, r.fields, (SELECT m.note FROM timestamps m
                WHERE m.record_id = r.id AND m.description = w.timestamp_desc AND m.recorded = w.recorded_time LIMIT 1),
            e.evidence_id, e.id, e.address, e.state
        FROM (SELECT * FROM rows {where}) w
        JOIN places p ON p.id = w.place_id JOIN entries e ON e.id = p.entry_id
        JOIN (SELECT id, fields FROM records) r ON r.id = w.record
        ORDER BY e.evidence_id, e.id, w.exhibit
        """,  # noqa: S608 (our own text)
        values,
    )
    return map(partial(_file_row, store.mark), cursor)


def rows_of_place(store: Store, place: int) -> list[Row]:
    """The rows of one record that are shown at one place, by exhibit."""
    cursor = store.db.execute(
        f"SELECT {_COLUMNS} FROM rows WHERE place_id = ? ORDER BY exhibit",  # noqa: S608 (our names)
        (place,),
    )
    return [_row(store.mark, found) for found in cursor]


def row(store: Store, exhibit: str) -> Row:
    """One row by its exhibit number; ``EF-0000012``, ``ef-12`` and ``12`` are the same.

    Raises:
        UsageError: there is no such exhibit.
    """
    number = exhibit.strip().upper().removeprefix("EF-")
    name = f"EF-{int(number):07}" if number.isdecimal() and number.isascii() else exhibit
    found = store.db.execute(
        f"SELECT {_COLUMNS} FROM rows WHERE exhibit = ?",  # noqa: S608 (our names)
        (name,),
    ).fetchone()
    if found is None:
        raise UsageError(f"there is no exhibit {exhibit} in this case")
    return _row(store.mark, found)


def _row(mark: str, found: tuple[Any, ...]) -> Row:
    answer = dict(zip(ROW_COLUMNS, found, strict=True))
    answer["message"] = mark + answer["message"]
    answer["corroborated_by"] = json.loads(answer["corroborated_by"])
    return cast("Row", answer)


def _file_row(mark: str, found: tuple[Any, ...]) -> FileRow:
    fields, note, evidence, entry, address, state = found[len(ROW_COLUMNS) :]
    return FileRow(
        **_row(mark, found[: len(ROW_COLUMNS)]),
        fields=fields,
        time_note=note,
        evidence_id=evidence,
        entry_id=entry,
        address=address,
        state=state,
    )


def _where(query: Query) -> tuple[str, list[Any]]:
    """The clause, and its values."""
    clauses: list[str] = []
    values: list[Any] = []
    if query.start is not None:
        clauses.append("timestamp >= ?")
        values.append(query.start)
    if query.end is not None:
        clauses.append("timestamp < ?")
        values.append(query.end)
    if query.recordings_only:
        clauses.append("recording IS NOT NULL")
    if query.types:
        clauses.append("(" + " OR ".join("data_type = ? OR data_type LIKE ? ESCAPE '\\'" for _ in query.types) + ")")
        values += [part for name in query.types for part in (name.rstrip(":*"), _like(name.rstrip(":*")) + ":%")]
    if query.devices:
        marks = ", ".join("?" for _ in query.devices)
        clauses.append(f"(device_serial IN ({marks}) OR device_type IN ({marks}))")
        values += [*query.devices, *query.devices]
    if query.evidence:
        marks = ", ".join("?" for _ in query.evidence)
        clauses.append(f"(evidence IN ({marks}) OR {_ELSEWHERE.format(marks)})")
        values += [*query.evidence] * 3
    if unknown := set(query.states).difference(STATES):
        raise UsageError(f"{min(unknown)!r} is not a state of a row; these are: {', '.join(STATES)}")
    if query.states:
        clauses.append(f"{_STATE} IN ({', '.join('?' for _ in query.states)})")
        values += query.states
    if query.search:
        found = _search(query.search, values)
        clauses.append(f"exhibit IN (SELECT exhibit FROM search WHERE {found})")  # noqa: S608 (our own text)
    return f"WHERE {' AND '.join(clauses)}" if clauses else "", values


def _search(text: str, values: list[Any]) -> str:
    text = storable(text).replace("\0", "")  # SQLite ends a search at NUL
    if len(text) >= _INDEXED:
        values.append('"' + text.replace('"', '""') + '"')
        return "search MATCH ?"
    values += [f"%{_like(text)}%"] * 3
    return "message LIKE ? ESCAPE '\\' OR transcript LIKE ? ESCAPE '\\' OR fields LIKE ? ESCAPE '\\'"


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
