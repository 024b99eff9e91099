"""Writes CSV (RFC 4180) for spreadsheets. Cells that a spreadsheet would run as a formula become text.

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
    from echoforensics.case.exhibits.row import Query, Row
    from echoforensics.export.jsonl import Writable

#: The beginnings of cells that may run as a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(case: Case, query: Query, stream: Writable, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        stream: the output, opened with ``newline=""``.
        about: gives the additional columns; a table has no place for more.
    """
    return Written(write(rows_of(case.store, query), stream, about.added))


def write(rows: Iterable[Row], stream: Writable, added: AddedColumns = NOTHING_ADDED) -> int:
    """Write a header and rows. Returns the number of rows.

    Args:
        rows: the rows, in output order.
        stream: the output, opened with ``newline=""``.
        added: the additional columns.

    A text cell that begins like a formula, with or without apostrophes before it, gets a leading apostrophe. To recover
    the recorded text, remove one apostrophe from such a cell.
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
    """Return a value as a cell that no spreadsheet runs; lists become words, None an empty cell."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(str(item) for item in value)
    if isinstance(value, str):
        text = value.replace("\0", "\\x00")
        return f"'{text}" if text.lstrip(" '").startswith(_FORMULA) else text
    return value
