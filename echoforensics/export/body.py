"""A body file, of which ``mactime`` of The Sleuth Kit makes a timeline.

Eleven fields with a bar between them: MD5, name, inode, mode, UID, GID, size, and four times in seconds since 1970
UTC: access, modification, change, birth. ``mactime`` (4.11) takes ``%7C`` in a field for the character, so what would
break a line is written so; it passes over lines whose times are 0 or before 1970.

References:
    https://wiki.sleuthkit.org/index.php?title=Body_file
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.epochs import MACB, seconds, why_left_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.case import Case
    from echoforensics.case.row_query import Query, Row
    from echoforensics.export.jsonl import Writable

#: What ``mactime`` turns back, and what would end a field or a line.
_ESCAPED = str.maketrans({mark: f"%{ord(mark):02X}" for mark in (*"%|", *map(chr, range(32)), "\x7f")})
#: The order of the four times in a line, by the letters that stand for them.
_ORDER = "AMCB"


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the rows asked for.

    Args:
        case: the case.
        query: which rows.
        stream: where to.
        about: not used; a line has no place for it.
    """
    del about
    return write(rows_of(case.store, query), stream)


def write(rows: Iterable[Row], stream: Writable) -> Written:
    """Write a line for each row whose time ``mactime`` can show: after 1970-01-01 00:00:00 UTC."""
    count = left_out = 0
    for row in rows:
        when = seconds(row["timestamp"])
        if when is None or when <= 0:
            left_out += 1
            continue
        # A time that is none of the four is written as a modification, as tools for other sources do.
        letter = MACB.get(row["timestamp_desc"], "M")
        times = "|".join(str(when) if place == letter else "0" for place in _ORDER)
        stream.write(f"0|{_name(row)}|0|----------|0|0|0|{times}\n")
        count += 1
    return Written(count, left_out, why_left_out(left_out, "mactime"))


def _name(row: Row) -> str:
    where = f"{row['evidence']}/{row['path']}"
    text = f"{where} [{row['data_type']}; {row['timestamp_desc']}; {row['exhibit']}] {row['message']}"
    return text.translate(_ESCAPED)
