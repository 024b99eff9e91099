"""CSV (RFC 4180), for spreadsheets. Cells that a spreadsheet would run as a formula are made text.

References:
    https://www.rfc-editor.org/rfc/rfc4180
    https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from echoforensics.case.row_query import rows as rows_of
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export.about import AboutExport, Written
from echoforensics.export.added_columns import NOTHING_ADDED, AddedColumns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from echoforensics.case.case import Case
    from echoforensics.case.row_query import Query, Row
    from echoforensics.export.jsonl import Writable

#: A cell that begins so may be run as a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the rows asked for.

    Args:
        case: the case.
        query: which rows.
        stream: where to; opened with ``newline=""``.
        about: gives the columns that are added; a table has no place for more.
    """
    return Written(write(rows_of(case.store, query), stream, about.added))


def write(rows: Iterable[Row], stream: Writable, added: AddedColumns = NOTHING_ADDED) -> int:
    """Write a header and rows; returns how many rows.

    Args:
        rows: the rows, in the order wanted.
        stream: where to; opened with ``newline=""``.
        added: columns beside those of a row.

    A text cell that begins like a formula gets a leading apostrophe; so does one that begins with apostrophes before
    such a beginning. What was recorded is found by taking one apostrophe away from a cell that begins so.
    """
    writer = csv.writer(stream)
    writer.writerow((*ROW_COLUMNS, *added.names))
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
        values: Mapping[str, object] = row
        cells = [cell(values[column]) for column in ROW_COLUMNS]
        if added.names:
            cells += [value or "" for value in added.values(row).values()]
        writer.writerow(cells)
    return count


def cell(value: object) -> object:
    """A value as a cell that no spreadsheet runs; lists as words, None as nothing."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(str(item) for item in value)
    if isinstance(value, str):
        text = value.replace("\0", "\\x00")
        return f"'{text}" if text.lstrip(" '").startswith(_FORMULA) else text
    return value
