"""Writes a body file, from which The Sleuth Kit's ``mactime`` makes a timeline.

Eleven bar-separated fields: MD5, name, inode, mode, UID, GID, size, and four times in seconds since 1970 UTC: access,
modification, change, birth. ``mactime`` (4.11) decodes ``%7C`` in a field, so characters that would break a line are
escaped this way; it skips lines whose times are 0 or before 1970.

References:
    https://wiki.sleuthkit.org/index.php?title=Body_file
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.bar_fields import escaped, write_lines
from echoforensics.export.epochs import MACB, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.export.jsonl import Writable

#: The order of the four times in a line, by their letters.
_ORDER = "AMCB"


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
    """Write a line for each row whose time ``mactime`` can show: after 1970-01-01 00:00:00 UTC."""
    return write_lines(rows, stream, _line, "mactime")


def _line(row: Row) -> str | None:
    when = seconds(row["timestamp"])
    if when is None or when <= 0:
        return None
    # A time other than these four is written as a modification, as tools for other sources do.
    letter = MACB.get(row["timestamp_desc"], "M")
    times = "|".join(str(when) if place == letter else "0" for place in _ORDER)
    return f"0|{_name(row)}|0|----------|0|0|0|{times}"


def _name(row: Row) -> str:
    where = f"{row['evidence']}/{row['path']}"
    text = f"{where} [{row['data_type']}; {row['timestamp_desc']}; {row['exhibit']}] {row['message']}"
    return escaped(text)
