"""A row of a case's timeline, and a query for rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

#: The state of a row: live (a file or database row), deleted, carved (found by its own bytes), or damaged (its
#: checksum failed).
STATES = ("live", "deleted", "carved", "damaged")


class Row(TypedDict):
    """A row of the timeline: one time of a record. The keys are those of a line of JSON Lines.

    ``timestamp`` is in microseconds since 1970 UTC; it and ``datetime`` are None if the time in UTC is not known.
    Rows of one record share ``record``, those of one interaction ``interaction``. ``places`` is the number of places of
    the record, and ``path`` is the path of one of them. ``state`` is one of :data:`STATES`.
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
    state: str
    interaction: str | None
    places: int
    corroborated_by: list[str]


class FileRow(Row):
    """A row, with further details of it and of its file.

    ``fields`` is the record's further fields as JSON; ``time_note`` is the record's note on the time; ``address`` is
    JSON, and ``file_state`` is ``allocated``, ``deleted``, ``carved`` or ``damaged``.
    """

    fields: str
    time_note: str | None
    evidence_id: int
    entry_id: int
    address: str
    file_state: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query for rows. Empty conditions match all rows.

    Attributes:
        start: earliest time, microseconds since 1970 UTC, included.
        end: latest time, microseconds since 1970 UTC, not included.
        search: text that must occur in one of the columns that
            :data:`echoforensics.case.exhibits.row_search.SEARCHED` names; case is ignored.
        types: data types, families such as ``alexa:cloud``, or beginnings such as ``echo:log:wake*``.
        devices: serial numbers, device types or names of devices; for a device whose own disk is in the case, the rows
            of that disk without a device are included.
        recordings_only: only rows with a recording.
        evidence: names of evidence items; a place of the record must be in one of them.
        states: some of :data:`STATES`.
        interaction: number of the record's interaction, or None.
        regex: a Python regular expression that must match one of the columns of ``search``; case is
            ignored.
        persons: names or ids of persons, as stored in the column.
        accounts: ids of accounts, as stored in the column.
        gaps: whether to include gaps, as rows of their own.

    If ``start`` or ``end`` is given, rows whose time in UTC is unknown are left out.
    """

    start: int | None = None
    end: int | None = None
    search: str = ""
    types: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    recordings_only: bool = False
    evidence: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    interaction: int | None = None
    regex: str = ""
    persons: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    gaps: bool = False
