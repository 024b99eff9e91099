from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query, Row
from echoforensics.case.row_query import rows
from echoforensics.case.schema import ROW_COLUMNS
from echoforensics.export import csv_table, jsonl
from echoforensics.export.about import AboutExport
from echoforensics.export.added_columns import AddedColumns

ROW = cast(
    "Row",
    {
        **dict.fromkeys(ROW_COLUMNS),
        "exhibit": "EF-0000001",
        "timestamp": 1500272431000000,
        "datetime": "2017-07-17T06:20:31.000000+00:00",
        "message": "A message.",
        "corroborated_by": ["EF-0000002", "EF-0000003"],
    },
)


def _csv(row: Row, local: ZoneInfo | None = None) -> dict[str, str]:
    out = io.StringIO(newline="")
    assert csv_table.write([row], out, AddedColumns(local)) == 1
    (read,) = csv.DictReader(io.StringIO(out.getvalue(), newline=""))
    return read


def test_jsonl_has_the_columns_of_a_row_in_order_and_nothing_else() -> None:
    out = io.StringIO()

    assert jsonl.write([ROW, ROW], out) == 2

    lines = out.getvalue().splitlines()
    assert [list(json.loads(line)) for line in lines] == [list(ROW_COLUMNS)] * 2
    assert json.loads(lines[0]) == ROW


def test_a_zone_adds_local_time_and_keeps_utc() -> None:
    out = io.StringIO()
    seoul = ZoneInfo("Asia/Seoul")

    jsonl.write([ROW], out, AddedColumns(seoul))

    written = json.loads(out.getvalue())
    assert written["datetime"] == ROW["datetime"]
    assert (written["local_time"], written["timezone"]) == ("2017-07-17T15:20:31.000000+09:00", "Asia/Seoul")
    cells = _csv(ROW, seoul)
    assert (cells["local_time"], cells["timezone"]) == ("2017-07-17T15:20:31.000000+09:00", "Asia/Seoul")


def test_csv_cells() -> None:
    cells = _csv(ROW)

    assert cells["corroborated_by"] == "EF-0000002 EF-0000003"
    assert cells["timestamp"] == "1500272431000000"
    assert cells["transcript"] == ""


def recorded(cell: str) -> str:
    """What was recorded, of a cell, as docs/formats.md says it is found."""
    return cell[1:] if re.match("'[' ]*[=+@\t\r\n＝＋－＠-]", cell) else cell


def test_what_was_recorded_is_found_again() -> None:
    for text in ("=1", "'=1", "''=1", "' =1", "'quoted'", "'", "-", "'-", "plain", ""):
        assert recorded(_csv({**ROW, "transcript": text})["transcript"]) == text


def test_formulas_become_text() -> None:
    for formula in ('=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1"):
        assert _csv({**ROW, "transcript": formula})["transcript"] == "'" + formula


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_transcript_survives_and_no_cell_is_a_formula(text: str) -> None:
    cell = _csv({**ROW, "transcript": text})["transcript"]

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert recorded(cell) == text.replace("\0", "\\x00")
    out = io.StringIO()
    jsonl.write([{**ROW, "transcript": text}], out)
    assert json.loads(out.getvalue())["transcript"] == text


def test_lines_that_sqlite_writes_are_those_of_the_encoder(sealed: Any) -> None:
    with Case.open(sealed.path) as case:
        made = [jsonl.line_of(row) for row in rows(case.store, Query())]
        about = AboutExport("case", "", "", "", datetime(2024, 3, 9, tzinfo=UTC), "test", None, {})
        for mark in ("", 'A "mark" of\n\x01 \\ and é\u2028. '):
            case.store.row_mark = mark
            written = io.StringIO()
            assert jsonl.export(case, Query(), written, about).rows == len(made)
            assert written.getvalue() == "".join(f"{jsonl.line_of(row)}\n" for row in rows(case.store, Query()))
        assert made


@pytest.mark.parametrize("text", ['"', "\\", "\x00\x1f\x7f", "\b\f\n\r\t", "é\x85\u2028\u2029\U0001f600", "</script>"])
def test_any_text_is_written_as_the_encoder_writes_it(text: str) -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        (quoted,) = db.execute("SELECT printf('%s', json_quote(? || 'x'))", (text,)).fetchone()
    assert quoted == json.dumps(f"{text}x", ensure_ascii=False)
