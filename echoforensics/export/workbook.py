"""Writes XLSX (ISO/IEC 29500) row by row, so that memory does not grow with the timeline.

A sheet has at most 1,048,576 rows: the timeline continues in ``Timeline 2`` and so on. A cell has at most 32,767
characters: a longer text is cut there, and is complete, in pieces, in the sheet ``Long texts``. Every text is written
as text, never as a formula, a link or a number. The sheet ``About`` and the workbook's properties describe the export.

References:
    https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3 (Excel's limits)
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xlsxwriter

from echoforensics.case.row_query import rows as rows_of
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export.about import AboutExport, Written
from echoforensics.zones import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from echoforensics.case.case import Case
    from echoforensics.case.exhibits.row import Query, Row

#: Excel's limits: rows in a sheet, and UTF-16 units in a cell.
SHEET_ROWS, CELL_UNITS = 1_048_576, 32_767
_CUT = " … (cut: the whole text is in the sheet Long texts)"
#: The size of a piece of a long text: each character may be two UTF-16 units.
_PIECE = CELL_UNITS // 2
#: The column that Excel can sort and filter as a time: UTC, to the millisecond, Excel's precision.
_EXCEL_TIME = "excel_utc"
#: Excel counts days from this date; earlier times have no number.
_FIRST = -2_208_988_800_000_000
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "use_zip64": True,
}  # fmt: skip
_WIDTHS = {
    "datetime": 32,
    "local_time": 32,
    _EXCEL_TIME: 24,
    "message": 80,
    "data_type": 28,
    "transcript": 40,
    "path": 40,
}


def export(case: Case, query: Query, path: Path, about: AboutExport) -> Written:
    """Write the requested rows.

    Args:
        case: the case.
        query: selects the rows.
        path: a file that does not exist yet.
        about: the content of the sheet ``About`` and of the properties, and the additional columns.
    """
    return write(rows_of(case.store, query), path, about)


def write(rows: Iterable[Row], path: Path, about: AboutExport, most: int = SHEET_ROWS) -> Written:
    """Write rows.

    Args:
        rows: the rows, in output order.
        path: a file that does not exist yet.
        about: the description of the export.
        most: the most rows in a sheet, including its header.
    """
    # Temporary data lies next to the file, not in a system folder that may be small.
    with xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": str(path.parent)}) as book:
        book.set_properties(
            {
                "title": about.title, "author": about.examiner, "company": about.agency, "subject": about.reference,
                "comments": f"Times: {about.facts()['Zone of times']}. Filters: {about.filters_in_words()}",
                "created": about.made_at.replace(tzinfo=None), "keywords": about.program,
            }
        )  # fmt: skip
        return _Sheets(book, about, most).fill(rows)


class _Sheets:
    """The sheets of a workbook being filled."""

    def __init__(self, book: Any, about: AboutExport, most: int) -> None:
        self._book, self._about, self._most = book, about, most
        self._bold = book.add_format({"bold": True})
        self._time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss.000"})
        self._columns = (*ROW_COLUMNS, *about.added.names, _EXCEL_TIME)
        self._timelines = 0
        self._sheet: Any = None
        self._next = most
        self._long: Any = None
        self._long_next = 1

    def fill(self, rows: Iterable[Row]) -> Written:
        count = 0
        self._begin_sheet()
        for count, row in enumerate(rows, 1):  # noqa: B007 (the count is wanted)
            if self._next >= self._most:
                self._begin_sheet()
            self._row(row)
            self._next += 1
        self._about_sheet(count)
        return Written(count)

    def _begin_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.autofilter(0, 0, self._next - 1, len(self._columns) - 1)
        self._timelines += 1
        self._sheet = self._book.add_worksheet(f"Timeline {self._timelines}" if self._timelines > 1 else "Timeline")
        self._sheet.freeze_panes(1, 1)
        for number, name in enumerate(self._columns):
            self._sheet.set_column(number, number, _WIDTHS.get(name, 16))
            self._sheet.write_string(0, number, name, self._bold)
        self._next = 1

    def _row(self, row: Row) -> None:
        values: Mapping[str, object] = {**row, **self._about.added.values(row)}
        for number, name in enumerate(self._columns):
            if name == _EXCEL_TIME:
                self._excel_time(number, row["timestamp"])
            else:
                self._text(number, row, name, _cell(values[name]))

    def _excel_time(self, number: int, timestamp: int | None) -> None:
        if timestamp is not None and timestamp >= _FIRST:
            when = (EPOCH + timedelta(microseconds=timestamp)).replace(tzinfo=None)
            self._sheet.write_datetime(self._next, number, when, self._time)

    def _text(self, number: int, row: Row, name: str, text: str) -> None:
        if not text:
            return
        if len(text) > _PIECE and len(text.encode("utf-16-le")) // 2 > CELL_UNITS:
            self._long_text(row["exhibit"], name, text)
            text = text[: _PIECE - len(_CUT)] + _CUT
        _write(self._sheet, self._next, number, text)

    def _long_text(self, exhibit: str, name: str, text: str) -> None:
        if self._long is None:
            self._long = self._book.add_worksheet("Long texts")
            for number, title in enumerate(("exhibit", "column", "part", "text")):
                self._long.write_string(0, number, title, self._bold)
        for part, start in enumerate(range(0, len(text), _PIECE), 1):
            for number, value in enumerate((exhibit, name, str(part), text[start : start + _PIECE])):
                _write(self._long, self._long_next, number, value)
            self._long_next += 1

    def _about_sheet(self, count: int) -> None:
        self._sheet.autofilter(0, 0, self._next - 1, len(self._columns) - 1)
        sheet = self._book.add_worksheet("About")
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 100)
        for number, (name, text) in enumerate({**self._about.facts(), "Rows": str(count)}.items()):
            sheet.write_string(number, 0, name, self._bold)
            sheet.write_string(number, 1, text[:_PIECE])


def _write(sheet: Any, row: int, column: int, text: str) -> None:
    """Write a text. XlsxWriter takes a text in ``<r>`` tags for its own XML unless it is in two parts."""
    if text.startswith("<r>") and text.endswith("</r>"):
        sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:])
    else:
        sheet.write_string(row, column, text)


def _cell(value: object) -> str:
    """Return a value as text, including numbers: Excel shows 15 digits, and a time in microseconds has 16."""
    if value is None:
        return ""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
