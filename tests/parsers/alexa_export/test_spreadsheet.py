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


ANSWER = '{"activities": [{"activityStatus": "SUCCESS", "creationTimestamp": 1714557601777, "utteranceId": null}]}'


def test_answers_in_cells_are_read_from_the_sheet_or_from_the_texts_beside_it() -> None:
    (record,) = Spreadsheet().parse(Source.of(_sheet(("url", "json"), ("x", ANSWER)), PATH))
    assert isinstance(record, Record)
    assert (record.data_type, record.timestamps[0].timestamp) == ("alexa:cloud:activity", 1714557601777000)
    shared = Source.of(f"<sst {MAIN}><si><t>{ANSWER}</t></si></sst>".encode(), "x.xlsx!/xl/sharedStrings.xml")
    assert [item.data_type for item in Spreadsheet().parse(shared) if isinstance(item, Record)] == [record.data_type]
    sheet = f'<worksheet {MAIN}><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>'.encode()
    assert list(Spreadsheet().parse(replace(Source.of(sheet, PATH), neighbour=lambda _path: shared))) == []


def test_signs_that_xml_escapes_in_a_cell_are_as_they_were() -> None:
    summary = '"{\\"summary\\": \\"tea &amp; &lt;milk>\\"}"'
    item = f'{{"activityStatus": "SUCCESS", "utteranceId": null, "description": {summary}}}'
    cells = f"<si><t>id</t></si><si><r><t>{item[:30]}</t></r><r><t>{item[30:]}</t></r></si>"
    shared = Source.of(f"<sst {MAIN}>{cells}</sst>".encode(), "x.xlsx!/xl/sharedStrings.xml")
    (record,) = Spreadsheet().parse(shared)
    assert isinstance(record, Record)
    assert record.transcript == "tea & <milk>"


def test_a_sheet_whose_columns_name_alexa_gives_its_rows() -> None:
    rows = _sheet(("Request Time (UTC)", "Alexa text"), ("2024-03-09 21:14:23", "stop"))
    issue, record = Spreadsheet().parse(Source.of(rows, PATH))
    assert isinstance(issue, Issue)
    assert isinstance(record, Record)
    assert [time.timestamp for time in record.timestamps] == [1710018863000000]


def test_a_sheet_that_names_the_service_and_is_not_read_is_an_issue() -> None:
    (issue,) = Spreadsheet().parse(Source.of(_sheet(("a", "b"), ("1", "customerHistoryRecords")), PATH))
    assert isinstance(issue, Issue)
    assert "names the Alexa service" in issue.what


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
