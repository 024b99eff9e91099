from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_export import spreadsheet
from parsers.alexa_export.spreadsheet import Spreadsheet
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

PATH = "x.xlsx!/xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
#: A table of our own definitions: Alexa's utterances.
NAMES = ("Currently Playing Song", "Utterance text", "Utterance Creation Date")


def _sheet(*rows: tuple[str, ...]) -> bytes:
    cells = ("".join(f'<c t="inlineStr"><is><t>{value}</t></is></c>' for value in row) for row in rows)
    return (
        f"<worksheet {MAIN}><sheetData>{''.join(f'<row>{row}</row>' for row in cells)}</sheetData></worksheet>".encode()
    )


GOOD = _sheet(NAMES, ("Not Available", "alexa stop", "2024-08-21T13:53:36.929Z"))


def test_a_table_of_an_export_in_a_sheet() -> None:
    source = Source.of(GOOD, PATH)
    assert Spreadsheet().claims(source)
    (record,) = Spreadsheet().parse(source)
    assert isinstance(record, Record)
    assert (record.data_type, record.parser) == ("alexa:cloud:export_utterance", "alexa_export_utterances")
    assert (record.transcript, record.timestamps[0].timestamp) == ("alexa stop", 1724248416929000)
    assert resolve(io.BytesIO(GOOD), record.locator).content.startswith(b"<row><c")


def test_a_sheet_of_other_columns_gives_nothing() -> None:
    assert list(Spreadsheet().parse(Source.of(_sheet(("a", "b"), ("1", "2")), PATH))) == []
    assert not Spreadsheet().claims(Source.of(GOOD, "x/sheet1.xml"))


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=6), st.integers(0, 200))
def test_changed_bytes(at: int, piece: bytes, cut: int) -> None:
    content = GOOD[:at] + piece + GOOD[at + len(piece) :]
    for item in Spreadsheet().parse(Source.of(content[: len(content) - cut], PATH)):
        assert isinstance(item, (Record, Issue))


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    assert all(isinstance(item, (Record, Issue)) for item in Spreadsheet().parse(Source.of(content, PATH)))


def test_what_stands_beyond_a_bound_is_an_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = _sheet(NAMES, ("Not Available", "alexa stop", "2024-08-21T13:53:36.929Z", "4", "5"))
    monkeypatch.setattr(spreadsheet, "MAX_COLUMNS", 3)
    monkeypatch.setattr(spreadsheet, "MAX_SHARED", 2)
    shared = f"<sst {MAIN}>{'<si><t>a</t></si>' * 5}</sst>".encode()
    beside = Source.of(shared, "x.xlsx!/xl/sharedStrings.xml")
    source = replace(Source.of(wide, PATH), neighbour=lambda _path: beside)
    texts, record, cells = Spreadsheet().parse(source)
    assert isinstance(record, Record)
    assert texts == Issue("The texts that the cells share: 3 of them stand behind the first 2; they were not read.")
    assert cells == Issue("2 cells stand in columns behind the first 3; they were not read.")
