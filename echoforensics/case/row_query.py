"""Queries for the rows of a case's timeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from heapq import merge
from typing import TYPE_CHECKING, Any, cast

from echoforensics.case.exhibits.device_filter import device_clause
from echoforensics.case.exhibits.row import STATES, FileRow, Query
from echoforensics.case.exhibits.row_search import like, regex_clause, search_clause
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.case.spoken.gap_rows import gap_rows
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from echoforensics.case.exhibits.row import Row
    from echoforensics.case.store import Store

#: Maximum number of digits of an exhibit number.
_MOST_DIGITS = 19

# The state of a row's file; within a live database or cache, the record's own statement.
_STATE = "row_state"
_COLUMNS = ", ".join(_STATE if name == "state" else name for name in ROW_COLUMNS)

#: Columns of a line: those that never need JSON escaping are not scanned; corroborating exhibits are stored as a
#: list already; a mark may precede the message.
_IN_LINE = {
    **{name: f"'\"' || {name} || '\"'" for name in ("exhibit", "record")},
    **{name: f"coalesce('\"' || {name} || '\"', 'null')" for name in ("datetime", "interaction")},
    "timestamp": "coalesce(timestamp, 'null')", "places": "places", "corroborated_by": "corroborated_by",
    "message": "json_quote(? || message)", "state": f"'\"' || {_STATE} || '\"'",
}  # fmt: skip
_FORM = ", ".join(f'"{name}": %s' for name in ROW_COLUMNS)
_LINE = f"printf('{{{_FORM}}}', {', '.join(_IN_LINE.get(name, f'json_quote({name})') for name in ROW_COLUMNS)})"

# Whether another place of a row's record, or of a recording's bytes, is in some evidence items.
_ELSEWHERE = """(places > 1 AND (
    EXISTS (SELECT 1 FROM places p JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id
        WHERE p.record = row_details.record_number AND v.name IN ({0}))
    OR data_type LIKE 'recording:%' AND EXISTS (SELECT 1 FROM entries e JOIN evidence v ON v.id = e.evidence_id
        WHERE e.artefact AND e.sha256 = row_details.sha256 AND v.name IN ({0}))
))"""


def rows(store: Store, query: Query | None = None) -> Iterator[Row]:
    """Yield the matching rows, by time, those without a time last. They are streamed."""
    query = query or Query()
    where, values = _where(store, query)
    cursor = store.db.execute(
        f"SELECT {_COLUMNS} FROM row_details {where} ORDER BY timestamp IS NULL, timestamp, number",  # noqa: S608
        values,
    )
    found = map(partial(_row, store.row_mark), cursor)
    return merge(found, gap_rows(store, query), key=_place_in_time) if query.gaps else found


def row_lines(store: Store, query: Query) -> Iterator[str]:
    """Yield the matching rows, each as a JSON object identical to that of Python's encoder. They are streamed.

    SQLite writes the lines, so no row objects are made. ``gaps`` are left out.
    """
    where, values = _where(store, query)
    return (
        line
        for (line,) in store.db.execute(
            f"SELECT {_LINE} FROM row_details {where} ORDER BY timestamp IS NULL, timestamp, number",  # noqa: S608
            (store.row_mark, *values),
        )
    )


def _place_in_time(row: Row) -> tuple[bool, int]:
    return row["timestamp"] is None, row["timestamp"] or 0


def count(store: Store, query: Query | None = None) -> int:
    """Count the matching rows."""
    query = query or Query()
    where, values = _where(store, query)
    found: int = store.db.execute(f"SELECT count(*) FROM row_details {where}", values).fetchone()[0]  # noqa: S608
    return found + (len(gap_rows(store, query)) if query.gaps else 0)


def rows_by_file(store: Store, query: Query | None = None) -> Iterator[FileRow]:
    """Yield the matching rows with further details, file by file. They are streamed."""
    return _file_rows(store, query, "evidence_id, entry_id, number")


def rows_with_fields(store: Store, query: Query | None = None) -> Iterator[FileRow]:
    """Yield the same in the order of :func:`rows`: by time, those without a time last."""
    return _file_rows(store, query, "timestamp IS NULL, timestamp, number")


def _file_rows(store: Store, query: Query | None, order: str) -> Iterator[FileRow]:
    where, values = _where(store, query or Query())
    cursor = store.db.execute(
        f"SELECT {_COLUMNS}, fields, time_note, evidence_id, entry_id, address, state FROM row_details {where}"  # noqa: S608
        f" ORDER BY {order}",
        values,
    )
    return map(partial(_file_row, store.row_mark), cursor)


def rows_of_place(store: Store, place: int) -> list[Row]:
    """The rows of one record with a given place, by exhibit."""
    cursor = store.db.execute(
        f"SELECT {_COLUMNS} FROM row_details WHERE record_number ="  # noqa: S608 (our names)
        " (SELECT record FROM places WHERE id = ?1) AND place_id = ?1 ORDER BY number",
        (place,),
    )
    return [_row(store.row_mark, found) for found in cursor]


def row(store: Store, exhibit: str) -> Row:
    """Return one row by its exhibit number; ``EF-0000012``, ``ef-12`` and ``12`` are the same.

    Raises:
        UsageError: there is no such exhibit.
    """
    number = exhibit.strip().upper().removeprefix("EF-")
    known = number.isdecimal() and number.isascii() and len(number) < _MOST_DIGITS
    found = store.db.execute(
        f"SELECT {_COLUMNS} FROM row_details WHERE number = ?",  # noqa: S608 (our names)
        (int(number) if known else None,),
    ).fetchone()
    if found is None:
        raise UsageError(f"there is no exhibit {exhibit} in this case")
    return _row(store.row_mark, found)


def _row(mark: str, found: tuple[Any, ...]) -> Row:
    answer = dict(zip(ROW_COLUMNS, found, strict=True))
    if mark:
        answer["message"] = mark + answer["message"]
    corroborated = answer["corroborated_by"]
    answer["corroborated_by"] = [] if corroborated == "[]" else json.loads(corroborated)
    return cast("Row", answer)


def _file_row(mark: str, found: tuple[Any, ...]) -> FileRow:
    fields, note, evidence, entry, address, file_state = found[len(ROW_COLUMNS) :]
    return FileRow(
        **_row(mark, found[: len(ROW_COLUMNS)]),
        fields=fields,
        time_note=note,
        evidence_id=evidence,
        entry_id=entry,
        address=address,
        file_state=file_state,
    )


def type_patterns(names: Iterable[str]) -> list[str]:
    """LIKE patterns for data types: a type and its family, or, with an asterisk, all with that prefix."""
    patterns = []
    for name in names:
        if name.endswith("*") and not name.endswith(":*"):
            patterns.append(like(name.rstrip("*")) + "%")
        else:
            plain = like(name.rstrip(":*"))
            patterns += [plain, f"{plain}:%"]
    return patterns


def _where(store: Store, query: Query) -> tuple[str, list[Any]]:
    """The WHERE clause and its values."""
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
    if query.interaction is not None:
        clauses.append("record_number IN (SELECT record FROM interaction_members WHERE interaction = ?)")
        values.append(query.interaction)
    if query.types:
        clauses.append("(" + " OR ".join("data_type LIKE ? ESCAPE '\\'" for _ in type_patterns(query.types)) + ")")
        values += type_patterns(query.types)
    for column, wanted in (("person", query.persons), ("account", query.accounts)):
        if wanted:
            clauses.append(f"{column} IN ({', '.join('?' for _ in wanted)})")
            values += wanted
    if query.evidence:
        marks = ", ".join("?" for _ in query.evidence)
        clauses.append(f"(evidence IN ({marks}) OR {_ELSEWHERE.format(marks)})")
        values += [*query.evidence] * 3
    if unknown := set(query.states).difference(STATES):
        raise UsageError(f"{min(unknown)!r} is not a state of a row; these are: {', '.join(STATES)}")
    if query.states:
        clauses.append(f"{_STATE} IN ({', '.join('?' for _ in query.states)})")
        values += query.states
    parts = [device_clause(store, query.devices)] if query.devices else []
    parts += [search_clause(store, query.search)] if query.search else []
    parts += [regex_clause(store, query.regex)] if query.regex else []
    for found, more in parts:
        clauses.append(found)
        values += more
    return f"WHERE {' AND '.join(clauses)}" if clauses else "", values
