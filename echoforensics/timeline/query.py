"""Asking a case for rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.case.store import storable
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from echoforensics.case.store import Store

Row = dict[str, Any]
#: The full-text index holds runs of this many characters; shorter searches read every row.
_INDEXED = 3


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

    Where ``start`` or ``end`` is given, rows whose time in UTC is unknown are left out.
    """

    start: int | None = None
    end: int | None = None
    search: str = ""
    types: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    recordings_only: bool = False


def rows(store: Store, query: Query | None = None) -> Iterator[Row]:
    """The rows asked for, by time, those without a time last; streamed, not held."""
    clauses, values = _where(query or Query())
    columns = ", ".join(ROW_COLUMNS)
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    cursor = store.db.execute(
        f"SELECT {columns} FROM rows {where} ORDER BY timestamp IS NULL, timestamp, exhibit",  # noqa: S608
        values,
    )
    for found in cursor:
        row = dict(zip(ROW_COLUMNS, found, strict=True))
        row["corroborated_by"] = json.loads(row["corroborated_by"])
        yield row


def rows_by_file(store: Store, query: Query | None = None) -> Iterator[Row]:
    """The rows asked for with what else the case knows of each, file by file; streamed, not held.

    Beside a row's columns: ``fields`` (JSON of what else the record keeps), ``time_note``, and of the file
    ``evidence_id``, ``entry_id``, ``address`` and ``state``.
    """
    clauses, values = _where(query or Query())
    where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
    cursor = store.db.execute(
        f"""
        SELECT w.*, r.fields, e.evidence_id, e.id AS entry_id, e.address, e.state,
            (SELECT m.note FROM timestamps m WHERE m.record_id = w.record_id AND m.description = w.timestamp_desc
                AND m.recorded = w.recorded_time LIMIT 1) AS time_note
        FROM (SELECT * FROM rows {where}) w
        JOIN records r ON r.id = w.record_id JOIN entries e ON e.id = r.entry_id
        ORDER BY e.evidence_id, e.id, w.exhibit
        """,  # noqa: S608 (our own text)
        values,
    )
    names = [column[0] for column in cursor.description]
    for found in cursor:
        answer = dict(zip(names, found, strict=True))
        answer["corroborated_by"] = json.loads(answer["corroborated_by"])
        yield answer


def row(store: Store, exhibit: str) -> Row:
    """One row by its exhibit number; ``EF-0000012``, ``ef-12`` and ``12`` are the same.

    Raises:
        UsageError: there is no such exhibit.
    """
    number = exhibit.strip().upper().removeprefix("EF-")
    name = f"EF-{int(number):07}" if number.isdecimal() and number.isascii() else exhibit
    found = store.db.execute(
        f"SELECT {', '.join(ROW_COLUMNS)} FROM rows WHERE exhibit = ?",  # noqa: S608 (our names)
        (name,),
    ).fetchone()
    if found is None:
        raise UsageError(f"there is no exhibit {exhibit} in this case")
    answer = dict(zip(ROW_COLUMNS, found, strict=True))
    answer["corroborated_by"] = json.loads(answer["corroborated_by"])
    return answer


def zone(name: str) -> ZoneInfo | None:
    """A time zone by its IANA name; None for an empty name.

    Raises:
        UsageError: there is no such zone.
    """
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"there is no time zone {name!r}; give an IANA name such as Asia/Seoul") from error


def instant(text: str, local: ZoneInfo | None, *, end: bool = False) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 date or time.

    A time without a zone is read in ``local``, or in UTC. A date alone is its first moment; as an ``end``
    it is the first moment of the day after, so that the day is included.

    Raises:
        UsageError: the text is not a date or time.
    """
    try:
        if len(text) <= len("2017-07-17"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            when = datetime.combine(day, time())
        else:
            when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=local or UTC)
        elapsed = when.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"not a date or time: {text!r}; write 2017-07-17 or 2017-07-17T06:20:31") from error
    return elapsed // timedelta(microseconds=1)


def local_time(timestamp: int | None, local: ZoneInfo) -> str | None:
    """A time as a clock in a zone shows it, ISO 8601 with its offset.

    None where the time in UTC is unknown, or where the local time would fall outside the years 1 to 9999.
    """
    if timestamp is None:
        return None
    try:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=timestamp)
        return utc.astimezone(local).isoformat(timespec="microseconds")
    except OverflowError:
        return None


def _where(query: Query) -> tuple[list[str], list[Any]]:
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
    if query.search:
        found = _search(query.search, values)
        clauses.append(f"exhibit IN (SELECT exhibit FROM search WHERE {found})")  # noqa: S608 (our own text)
    return clauses, values


def _search(text: str, values: list[Any]) -> str:
    text = storable(text).replace("\0", "")  # SQLite ends a search at NUL
    if len(text) >= _INDEXED:
        values.append('"' + text.replace('"', '""') + '"')
        return "search MATCH ?"
    values += [f"%{_like(text)}%"] * 3
    return "message LIKE ? ESCAPE '\\' OR transcript LIKE ? ESCAPE '\\' OR fields LIKE ? ESCAPE '\\'"


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
