"""Writes TLN: ``Time|Source|Host|User|Description``, with the time in seconds since 1970 UTC.

The format has no header. Bars in fields become ``%7C``, per cent signs ``%25``; line ends are escaped likewise.

References:
    https://forensics.wiki/tln
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.bar_fields import escaped, write_lines
from echoforensics.export.epochs import seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.export.jsonl import Writable


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output.
        about: unused; the format has no place for it.
    """
    del about
    return write(rows_of(case.store, query), stream)


def write(rows: Iterable[Row], stream: Writable) -> Written:
    """Write a line for each row whose time in UTC is known."""
    return write_lines(rows, stream, _line, "TLN")


def _line(row: Row) -> str | None:
    when = seconds(row["timestamp"])
    if when is None:
        return None
    described = f"{row['timestamp_desc']}; {row['message']} [{row['exhibit']}; {row['evidence']}/{row['path']}]"
    fields = (row["data_type"], row["device_serial"] or "", row["person"] or row["account"] or "", described)
    return "|".join((str(when), *map(escaped, fields)))
