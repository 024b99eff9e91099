"""Alarms, timers and reminders stored by the AVS Device SDK.

References:
    github.com/alexa/avs-device-sdk: SQLiteAlertStorage (tables ``alerts``, ``alerts_v2``, ``alerts_v3``; the numbers of
    types and states).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from parsers.databases.made_tables import MadeTables
from parsers.databases.table_kind import RowReader, TableKind, plain
from parsers.formats.sqlite.create_table import TableDefinition
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.table_row import TableRow
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.values import shown

DATA_TYPE = "echo:avs:alert"
_TABLES = ("alerts", "alerts_v2", "alerts_v3")
_NEEDS = {"token", "type", "state", "scheduled_time_unix", "scheduled_time_iso_8601"}
_TYPES = {1: "an alarm", 2: "a timer", 3: "a reminder"}
_STATES = {
    1: "unset", 2: "set", 3: "being activated", 4: "active", 5: "being snoozed", 6: "snoozed", 7: "being stopped",
    8: "stopped", 9: "completed", 10: "ready",
}  # fmt: skip
_SCHEDULED = "When it is to sound, UTC, as the device keeps it."
_CREATED = "When the device kept it first, UTC."


class AvsAlerts(TableKind):
    """Reads each alert."""

    name = "avs_alerts"
    version = "1"
    about = About(
        title="Alarms, timers and reminders kept by the AVS Device SDK (alerts.db)",
        data_types=(DATA_TYPE,),
        known_by=(f"an SQLite table named {', '.join(_TABLES)} with the columns {', '.join(sorted(_NEEDS))}",),
        shows="That the device held this alarm, timer or reminder, its label as the service gave it, and its state.",
        does_not_show="Who set it. Whether anybody heard it.",
        validated_on=("Made files only, with the tables as seen in the published source of the SDK.",),
        limits=("That the number of the time is in seconds is checked against the text beside it.",),
        references=("https://github.com/alexa/avs-device-sdk (CapabilityAgents/Alerts/src/Storage)",),
    )
    _made = MadeTables(_TABLES)

    def hinted(self, head: bytes, path: str) -> bool:  # noqa: ARG002
        """Whether the head has the statement that creates the table."""
        return self._made.are_in(head) and b"scheduled_time_iso_8601" in head

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the alert tables of any version."""
        return tuple(
            table
            for table in tables.values()
            if table.name in _TABLES and {column.name for column in table.columns} >= _NEEDS
        )

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""
        return _read


def _read(row: TableRow) -> Iterator[Record | Issue]:
    values = row.values
    kind, state = values.get("type"), values.get("state")
    what = _TYPES.get(kind, f"an alert of type {shown(kind)}") if isinstance(kind, int) else "an alert"
    label = values.get("label")
    named = f' labelled "{shown(label, 200)}"' if isinstance(label, str) and label else ""
    as_state = _STATES.get(state, f"in the state {state}") if isinstance(state, int) else "in a state not given"
    unix, scheduled = values.get("scheduled_time_unix"), values.get("scheduled_time_iso_8601")
    times = [
        made
        for made in (
            _time("Scheduled to start", scheduled, _SCHEDULED) or _unix(unix),
            _time("Creation Time", values.get("created_time_iso_8601"), _CREATED),
        )
        if made
    ]
    if row.live and isinstance(unix, int) and times and times[0].timestamp not in (None, unix * 1_000_000):
        what = f"The time {shown(scheduled)} and the number {unix} beside it are not the same time; both are kept."
        yield Issue(what, row.locator)
    token = values.get("token")
    fields: dict[str, Value] = plain(row)
    yield Record(
        DATA_TYPE,
        f"The device keeps {what}{named}, {as_state}.",
        row.locator,
        tuple(times),
        fields=fields,
        keys=(f"alert:{token}",) if isinstance(token, str) and token else (),
    )


def _time(word: str, value: object, note: str) -> Timestamp | None:
    if not isinstance(value, str) or not value:
        return None
    try:
        when = datetime.fromisoformat(value)
        timestamp = int(when.timestamp()) * 1_000_000 if when.tzinfo else None
    except (ValueError, OverflowError):
        return Timestamp(word, value, Clock.DEVICE, None, "The text is not a time.")
    if timestamp is None:
        note = "The text gives no zone."
    return Timestamp(word, value, Clock.DEVICE, timestamp, note)


def _unix(value: object) -> Timestamp | None:
    if not isinstance(value, int) or not MILLISECONDS_MIN <= value * 1000 <= MILLISECONDS_MAX:
        return None
    note = f"{_SCHEDULED} Epoch seconds."
    return Timestamp("Scheduled to start", str(value), Clock.DEVICE, value * 1_000_000, note)
