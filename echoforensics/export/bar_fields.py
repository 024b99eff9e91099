"""Writes lines of bar-separated fields, the common form of ``mactime`` and TLN."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.export.about import Written
from echoforensics.export.epochs import why_left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from echoforensics.case.exhibits.row import Row
    from echoforensics.export.jsonl import Writable

_ESCAPED = str.maketrans({mark: f"%{ord(mark):02X}" for mark in (*"%|", *map(chr, range(32)), "\x7f")})


def escaped(field: str) -> str:
    """Escape a field: a bar becomes ``%7C``, a per cent sign ``%25``."""
    return field.translate(_ESCAPED)


def write_lines(rows: Iterable[Row], stream: Writable, line_of: Callable[[Row], str | None], reader: str) -> Written:
    """Write the line of each row that has one.

    Args:
        rows: the rows, in output order.
        stream: the output.
        line_of: returns a row's line without its end; None if the format cannot show the row.
        reader: the program that cannot show the omitted rows.
    """
    count = left_out = 0
    for row in rows:
        line = line_of(row)
        if line is None:
            left_out += 1
            continue
        stream.write(f"{line}\n")
        count += 1
    return Written(count, left_out, why_left_out(left_out, reader))
