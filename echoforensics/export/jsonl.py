"""JSON Lines: one row a line, as Timesketch reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from echoforensics.case.case import Case
    from echoforensics.case.row_query import Query, Row

from echoforensics.case.row_query import rows as rows_of
from echoforensics.export.about import AboutExport, Written
from echoforensics.zones import local_time

#: Characters inside a text at which some readers end a line, Timesketch's client among them. JSON may write them so.
_LINE_ENDS = {mark: f"\\u{ord(mark):04x}" for mark in "\x85\u2028\u2029"}
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Writable(Protocol):
    """What text can be written to."""

    def write(self, text: str, /) -> object:
        """Write text."""


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the rows asked for.

    Args:
        case: the case.
        query: which rows.
        stream: where to.
        about: gives the zone of ``local_time``; a line has no place for more.
    """
    return Written(write(rows_of(case.store, query), stream, about.local))


def write(rows: Iterable[Row], stream: Writable, local: ZoneInfo | None = None) -> int:
    """Write rows; returns how many.

    Args:
        rows: the rows, in the order wanted.
        stream: where to.
        local: a zone; each row then also has ``local_time`` and ``timezone``. ``datetime`` stays in UTC.
    """
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
        written: Mapping[str, object] = row
        if local is not None:
            written = {**row, "local_time": local_time(row["timestamp"], local), "timezone": local.key}
        stream.write(f"{_line(written)}\n")
    return count


def _line(row: Mapping[str, object]) -> str:
    text = _encode(row)
    if not text.isascii():
        for mark, escaped in _LINE_ENDS.items():
            if mark in text:
                text = text.replace(mark, escaped)
    return text
