"""Workbooks, read by openpyxl."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.escape import unescape

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export import workbook
from echoforensics.export.about import Written, about_export

Export = Callable[..., Written]


def _sheet(book: Any, name: str) -> list[dict[str, Any]]:
    head, *rest = book[name].iter_rows(values_only=True)
    return [dict(zip(head, cells, strict=True)) for cells in rest]


def _text(value: object) -> str:
    """What a cell shows: openpyxl leaves Excel's escapes of control characters as they are in the file."""
    return unescape(value) if isinstance(value, str) else ""


def test_every_row_and_text_is_read_back(write: Export, all_rows: list[Row], tmp_path: Path) -> None:
    assert write(tmp_path / "x.xlsx", local="Europe/Amsterdam").rows == len(all_rows)

    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["Timeline", "Long texts", "About"]
    written = _sheet(book, "Timeline")
    assert [*written[0]] == [*ROW_COLUMNS, "local_time", "timezone", "excel_utc"]
    assert len(written) == len(all_rows)
    for cells, row in zip(written, all_rows, strict=True):
        for name in ROW_COLUMNS:
            value = row[name]  # type: ignore[literal-required]
            expected = " ".join(value) if isinstance(value, list) else str("" if value is None else value)
            if len(expected) < 32_000:
                assert _text(cells[name]) == expected, name
        if row["datetime"] is None:
            assert cells["excel_utc"] is None
        else:
            assert isinstance(cells["excel_utc"], datetime)
            assert cells["excel_utc"].isoformat(timespec="milliseconds") == row["datetime"][:23]
    assert written[0]["timezone"] == "Europe/Amsterdam"


def test_a_long_text_is_whole_in_a_sheet_of_its_own(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    long = {cells["exhibit"]: cells for cells in _sheet(book, "Timeline") if len(cells["transcript"] or "") > 1000}
    assert long
    for exhibit, cells in long.items():
        assert len(cells["transcript"]) < 32_768
        assert cells["transcript"].endswith("(cut: the whole text is in the sheet Long texts)")
        parts = [
            part for part in _sheet(book, "Long texts") if (part["exhibit"], part["column"]) == (exhibit, "transcript")
        ]
        assert [part["part"] for part in parts] == ["1", "2", "3"]
        assert "".join(part["text"] for part in parts) == "x" * 40_000


def test_nothing_is_a_formula_or_a_link(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx")
    with zipfile.ZipFile(tmp_path / "x.xlsx") as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/")]
    assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<hyperlink" in sheet]
    for sheet in openpyxl.load_workbook(tmp_path / "x.xlsx"):
        for cells in sheet.iter_rows():
            assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "d", "n"}
            assert all(cell.value is None for cell in cells if cell.data_type == "n")


def test_a_full_sheet_is_followed_by_another(opened: Case, all_rows: list[Row], tmp_path: Path) -> None:
    stated = about_export(opened, Query(), None)
    workbook.write(all_rows, tmp_path / "x.xlsx", stated, most=11)
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    sheets = [name for name in book.sheetnames if name.startswith("Timeline")]
    assert sheets == ["Timeline", *(f"Timeline {number}" for number in range(2, -(-len(all_rows) // 10) + 1))]
    assert {book[name].max_row for name in sheets[:-1]} == {11}
    assert [cells["exhibit"] for name in sheets for cells in _sheet(book, name)] == [row["exhibit"] for row in all_rows]
    assert workbook.SHEET_ROWS == 2**20


def test_it_says_what_it_is(write: Export, tmp_path: Path) -> None:
    write(tmp_path / "x.xlsx", query=Query(types=("alexa:cloud",), search="a"), local="Europe/Amsterdam")
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    facts = dict(book["About"].iter_rows(values_only=True))
    assert facts["Examiner"] == book.properties.creator == "E. Xaminer & <Söhne>"
    assert (facts["Case"], facts["Reference"], facts["Agency"]) == ("case", "T-1", "Laboratory")
    assert facts["Zone of times"] == "UTC and Europe/Amsterdam"
    assert facts["Filters"] == "search: a; types: alexa:cloud"
    assert facts["Made at (UTC)"] == f"{book.properties.created.isoformat()}+00:00"
    assert facts["Rows"] == str(book["Timeline"].max_row - 1)
    assert "Filters: search: a; types: alexa:cloud" in book.properties.description
