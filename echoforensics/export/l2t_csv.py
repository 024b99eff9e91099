"""Writes the seventeen columns of log2timeline's CSV, named and filled as by plaso's ``psort -o l2tcsv``.

Times are in whole seconds in the zone named in the column ``timezone``. A time unknown in UTC is ``00/00/0000`` and
``--:--:--``, as in plaso. plaso replaces commas with spaces; here a cell with a comma is quoted (RFC 4180), so that no
text changes.

References:
    https://forensics.wiki/l2t_csv
"""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.csv_table import cell
from echoforensics.export.epochs import macb
from echoforensics.zones import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.export.jsonl import Writable

COLUMNS = (
    "date", "time", "timezone", "MACB", "source", "sourcetype", "type", "user", "host", "short", "desc", "version",
    "filename", "inode", "notes", "format", "extra",
)  # fmt: skip
#: The content of an empty column.
_NOTHING = "-"
#: Date, time and zone if the time in UTC is unknown.
_NO_TIME = ("00/00/0000", "--:--:--", _NOTHING)
#: plaso shortens texts to this many characters.
_SHORT = 80
#: The columns that go into ``extra``.
_EXTRA = (
    "exhibit", "record", "timestamp", "recorded_time", "clock", "device_type", "account", "utterance_id", "transcript",
    "recording", "evidence", "locator", "sha256", "state",
)  # fmt: skip


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output, opened with ``newline=""``.
        about: gives the zone for the times; the format has no place for more.
    """
    return write(rows_of(case.store, query), stream, about.local)


def write(rows: Iterable[Row], stream: Writable, local: ZoneInfo | None = None) -> Written:
    """Write a header and a line for each row, with times in a zone, or else in UTC."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
        writer.writerow((*_when(row["timestamp"], local), *map(_cell, _cells(row))))
    return Written(count)


def _cell(text: str) -> object:
    return text if text == _NOTHING else cell(text)


def _cells(row: Row) -> tuple[str, ...]:
    message = row["message"]
    short = message if len(message) <= _SHORT else f"{message[: _SHORT - 3]}..."
    values = {name: value for name, value in row.items() if name in _EXTRA and value is not None}
    extra = "; ".join(f"{name}: {values[name]}" for name in _EXTRA if name in values)
    return (
        macb(row["timestamp_desc"]), row["data_type"].partition(":")[0].upper(),
        row["data_type"], row["timestamp_desc"], row["person"] or row["account"] or _NOTHING,
        row["device_serial"] or _NOTHING,
        _one_line(short), _one_line(message), "2", _one_line(row["path"]), _NOTHING, row["exhibit"], row["parser"],
        _one_line(extra),
    )  # fmt: skip


def _when(timestamp: int | None, local: ZoneInfo | None) -> tuple[str, str, str]:
    """Return date, time and zone."""
    if timestamp is None:
        return _NO_TIME
    try:
        when = (EPOCH + timedelta(microseconds=timestamp)).astimezone(local or UTC)
    except OverflowError:
        return _NO_TIME
    return f"{when.month:02}/{when.day:02}/{when.year:04}", f"{when:%H:%M:%S}", local.key if local else "UTC"


def _one_line(text: str) -> str:
    """Remove line ends from a text, which readers of this format take for ends of events."""
    return text.replace("\r", "\\r").replace("\n", "\\n")
