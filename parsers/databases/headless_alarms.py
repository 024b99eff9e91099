"""Alarms, timers and reminders of an Echo without a screen: ``alarms.db`` of ``com.amazon.headlessbeacon``.

The tables' names are published; the exact columns of ``timed_events`` are not. It is read by its column names,
and a time is read only if the value itself shows its unit and zone.

References:
    kdkavanagh/EchoMuse, docs/alexa-alerts-and-leds.md (decompiled, build of November 2022): the tables, and the fields
    of SetAlert that ``timed_events`` has.
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
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN
from parsers.values import shown

DATA_TYPE = "echo:state:alarm"
_TABLE = "timed_events"
#: Time columns, by their lower-case names without ``_``, and what the times refer to.
_TIMES = {
    "scheduledtime": "Scheduled to start", "originaltime": "Scheduled to start", "createddate": "Creation Time",
    "createdtime": "Creation Time", "nextinstance": "Scheduled to start", "nextinstancetime": "Scheduled to start",
    "lastupdatedtime": "Update Time",
}  # fmt: skip
_STATES = ("instancestate", "localtimedeventstate", "state")


class HeadlessAlarms(TableKind):
    """Reads each timed event."""

    name = "echo_headless_alarms"
    version = "1"
    about = About(
        title="Alarms, timers and reminders of an Echo without a screen (alarms.db of headlessbeacon)",
        data_types=(DATA_TYPE,),
        known_by=(f"an SQLite table {_TABLE} with a column token and one whose name is scheduledTime",),
        shows="That the device held this alarm, timer or reminder, and its label as the service gave it.",
        does_not_show="Who set it, or that it sounded. One that rang in the last 30 minutes rings again after a start.",
        validated_on=(
            "Made files only. The tables' names are seen on an Echo Dot 2; the fields are described; the columns' exact"
            " names and units are not published.",
        ),
        limits=(
            "Numbers are read as epoch milliseconds or seconds by their size; text as ISO 8601. A text without a zone"
            " is the wall clock of the device and is left without UTC.",
            "Alarms that have passed and do not recur are deleted from the table; they are recovered where their bytes"
            " are still there.",
        ),
        references=("https://github.com/kdkavanagh/EchoMuse (docs/alexa-alerts-and-leds.md)",),
    )
    _made = MadeTables((_TABLE,))

    def hinted(self, head: bytes, path: str) -> bool:  # noqa: ARG002
        """Whether the head has the statement that creates the table."""
        return self._made.are_in(head)

    def tables(self, path: str, tables: Mapping[str, TableDefinition]) -> tuple[TableDefinition, ...]:  # noqa: ARG002
        """Return the table of timed events, if it has the described columns."""
        table = tables.get(_TABLE)
        if table is None:
            return ()
        columns = {_plain_name(column.name) for column in table.columns}
        return (table,) if {"token", "scheduledtime"} <= columns else ()

    def reader(self, path: str, database: Database) -> RowReader:  # noqa: ARG002
        """Return a reader that reads each row on its own."""
        return _read


def _plain_name(name: str) -> str:
    return name.lower().replace("_", "")


def _read(row: TableRow) -> Iterator[Record | Issue]:
    values = {_plain_name(name): value for name, value in row.values.items()}
    what = (shown(values.get("type"), 60) or "timed event").lower()
    label = shown(values.get("label") or values.get("alertlabel"), 200)
    state = ", ".join(text for name in _STATES if (text := shown(values.get(name), 60)))
    message = (
        f"The device keeps the {what}" + (f' labelled "{label}"' if label else "") + (f"; {state}" if state else "")
    )
    times = []
    for name, value in row.values.items():
        if (word := _TIMES.get(_plain_name(name))) is None or value in (None, "", 0):
            continue
        made = _time(word, name, value)
        if made is not None:
            times.append(made)
        elif row.live:
            yield Issue(f"{name}: a time was expected, not {shown(value, 60) or 'bytes'}.", row.locator)
    token = values.get("token")
    keys = (f"notification:{token}",) if isinstance(token, str) and token else ()
    yield Record(DATA_TYPE, message + ".", row.locator, tuple(times), fields=plain(row), keys=keys)


def _time(word: str, name: str, value: object) -> Timestamp | None:
    """A time whose unit and zone are evident from the value, or None."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 18:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        for factor, unit in ((1000, "milliseconds"), (1_000_000, "seconds")):
            if MILLISECONDS_MIN * 1000 <= value * factor <= MILLISECONDS_MAX * 1000:
                note = f"{name}, read as epoch {unit} by its size."
                return Timestamp(word, str(value), Clock.DEVICE, value * factor, note)
        return None
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
        timestamp = round(when.timestamp() * 1000) * 1000 if when.tzinfo else None
    except (ValueError, OverflowError):
        return None
    note = (
        f"{name}, in the zone that it gives." if when.tzinfo else f"{name}: the device's wall clock; it gives no zone."
    )
    return Timestamp(word, value, Clock.DEVICE, timestamp, note)
