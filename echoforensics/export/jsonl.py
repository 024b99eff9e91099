"""Writes JSON Lines: one row per line, as Timesketch reads it."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row

from echoforensics.case.row_query import row_lines
from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.added_columns import NOTHING_ADDED, AddedColumns

#: Characters at which some readers, including Timesketch's client, end a line. JSON can escape them.
_LINE_ENDS = {mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}
#: How many lines to write at once.
_AT_ONCE = 100
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Writable(Protocol):
    """A text output."""

    def write(self, text: str, /) -> object:
        """Write text."""


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output.
        about: gives the additional keys; a line has no place for more.
    """
    if query.gaps or about.added.names or case.store.lacks_interactions:
        return Written(write(rows_of(case.store, query), stream, about.added))
    count, lines = 0, row_lines(case.store, query)
    while some := [*islice(lines, _AT_ONCE)]:
        count += len(some)
        stream.write("\n".join([*map(_one_line, some), ""]))
    return Written(count)


def write(rows: Iterable[Row], stream: Writable, added: AddedColumns = NOTHING_ADDED) -> int:
    """Write rows. Returns their number.

    Args:
        rows: the rows, in output order.
        stream: the output.
        added: the additional keys.
    """
    count, more = 0, bool(added.names)
    for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
        written: Mapping[str, object] = row
        if more:
            written = {**row, **added.values(row)}
        stream.write(f"{line_of(written)}\n")
    return count


def line_of(row: Mapping[str, object]) -> str:
    """Return a row as a line without its end."""
    return _one_line(_encode(row))


def _one_line(text: str) -> str:
    """Escape every character in JSON at which a reader may end a line."""
    if not text.isascii():
        for mark, escaped in _LINE_ENDS.items():
            if mark in text:
                text = text.replace(mark, escaped)
    return text
