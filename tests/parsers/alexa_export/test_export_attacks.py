"""Tables that are broken or hostile, and tables that are somebody else's."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.alexa_export import csv_file as export_csv
from parsers.alexa_export.csv_file import MAX_COLUMNS, MAX_ISSUES, UNKNOWN, AlexaExportCsv
from parsers.formats.csv.rows import MAX_RETURNS, MAX_ROW, rows
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

CallsOf = Callable[[Callable[[], Any]], tuple[Any, int]]

Parse = Callable[..., list[Record | Issue]]
PARSER = AlexaExportCsv()
HEADER = b"Utterance text,Utterance Creation Date\n"
GOOD = b"alexa stop,2024-08-21T13:53:36Z\n"
EVIDENCE = Path(__file__).parents[3].parent / "shared/evidence"
_quick = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


def _seen(found: list[Record | Issue]) -> list[tuple[type, str]]:
    return [(type(item), item.locator) for item in found]


def test_broken_rows_are_issues_and_the_rest_is_read(parse_all: Parse) -> None:
    broken = [
        b"too few\n",
        b"a,b,c\n",
        b"q" * 140_000 + b",2024-08-21T13:53:36Z\n",
        b"x" * (MAX_ROW + 5) + b",y\n",
        b'"a"b,c\n',
    ]
    content = HEADER + b"".join(row + GOOD for row in broken)
    found = parse_all(PARSER, content)
    assert _seen(found) == [(Record if line % 2 else Issue, f"line:{line}") for line in range(2, 12)]
    assert [item.what for item in found if isinstance(item, Issue)] == [
        "A row of the table cannot be read: it has 1 values under 2 names.",
        "A row of the table cannot be read: it has 3 values under 2 names.",
        "A row of the table cannot be read: field larger than field limit (131072).",
        f"A row of the table cannot be read: it is longer than {MAX_ROW} bytes.",
        "A row of the table cannot be read: ',' expected after '\"'.",
    ]
    assert all(len(item.excerpt) <= 64 for item in found if isinstance(item, Issue))


def test_a_quote_that_is_not_closed_costs_one_row(parse_all: Parse) -> None:
    content = HEADER + GOOD + b'"alexa,2024-08-21T13:53:36Z\n' + GOOD * 3
    assert _seen(parse_all(PARSER, content)) == [
        (Record, "line:2"),
        (Issue, "line:3"),
        (Record, "line:4"),
        (Record, "line:5"),
        (Record, "line:6"),
    ]


def test_many_quotes_that_are_not_closed_end_in_good_time(calls_of: CallsOf) -> None:
    content = HEADER + b'"a\nb,c\nd"e,' * 500 + b'"' + b"alexa\n" * 20_000
    found, calls = calls_of(lambda: list(PARSER.parse(Source.of(content))))
    # Each quote followed to the end would be ten million lines.
    assert calls < 500_000
    assert len([item for item in found if isinstance(item, Issue)]) <= MAX_ISSUES + 1
    (last,) = found[-1:]
    assert isinstance(last, Issue)
    assert last.what.endswith("further issues of this table; they are not listed.")


def test_a_row_without_end_is_bounded() -> None:
    # Each line closes a quote and opens another, whichever of them a row begins with.
    found = list(rows(io.BytesIO(b'a","\n' * 100_000)))
    assert [row.locator for row in found[:MAX_RETURNS]] == [f"line:{number + 1}" for number in range(MAX_RETURNS)]
    assert {row.issue for row in found[:-1]} == {f"it is longer than {MAX_ROW} bytes"}
    assert found[MAX_RETURNS].locator == f"bytes:{5 * MAX_RETURNS}+{MAX_ROW // 5 * 5 + 5}"
    assert found[-1].end == 500_000


def test_nul_and_bytes_that_are_not_utf8_are_named_and_kept(parse_all: Parse) -> None:
    content = HEADER + b"alexa\0,2024-08-21T13:53:36Z\n" + b"caf\x81,2024-08-21T13:53:36Z\n" + GOOD
    nul, with_nul, latin, with_latin, good = parse_all(PARSER, content)
    assert nul == Issue("The row holds NUL bytes.", "line:2", b"alexa\0,2024-08-21T13:53:36Z\n")
    assert isinstance(latin, Issue)
    assert latin.what == "The row holds bytes that are not UTF-8; they are shown as \\xNN."
    assert [item.transcript for item in (with_nul, with_latin, good) if isinstance(item, Record)] == [
        "alexa\0",
        "caf\\x81",
        "alexa stop",
    ]


def test_a_header_of_a_million_columns_is_not_read() -> None:
    content = b",".join(b"alexa%d" % number for number in range(1_000_000)) + b"\n" + b"," * 999_999 + b"\n"
    source = Source.of(content, "alexa/x.csv")
    assert not PARSER.claims(source)
    (issue,) = PARSER.parse(source)
    assert issue == Issue(
        f"The names of the columns cannot be read: it is longer than {MAX_ROW} bytes.", "line:1", content[:64]
    )
    wide = b",".join(b"alexa%d" % number for number in range(MAX_COLUMNS + 1)) + b"\n"
    assert not PARSER.claims(Source.of(wide + wide, "alexa/x.csv"))
    (issue,) = PARSER.parse(Source.of(wide + wide))
    assert issue == Issue(f"The table has more than {MAX_COLUMNS} columns: it was not read.", "line:1")


def test_an_empty_table_and_one_without_rows(parse_all: Parse) -> None:
    assert list(PARSER.parse(Source.of(b""))) == [Issue("The file holds no table.")]
    assert parse_all(PARSER, HEADER) == []
    assert parse_all(PARSER, HEADER + b"Data Not Available,Data Not Available\n") == []


@pytest.mark.parametrize("known", [True, False])
def test_rows_of_a_table_that_is_not_known_have_a_bound(monkeypatch: pytest.MonkeyPatch, known: bool) -> None:
    monkeypatch.setattr(export_csv, "MAX_UNKNOWN_ROWS", 30)
    content = (HEADER if known else b"alexaText,alexaDate\n") + GOOD * 40
    found = list(PARSER.parse(Source.of(content)))
    assert len([item for item in found if isinstance(item, Record)]) == (40 if known else 30)
    rest = f"the last {10 * len(GOOD)} bytes were not read"
    issue = Issue(f"The table is not known, and has more than 30 rows: {rest}.", "line:32")
    assert (issue in found) == (not known)


def test_issues_past_the_bound_are_counted(parse_all: Parse) -> None:
    found = parse_all(PARSER, HEADER + b"one\n" * (MAX_ISSUES + 7) + GOOD)
    assert len(found) == MAX_ISSUES + 2
    assert isinstance(found[-2], Record)
    assert found[-1] == Issue("There are 7 further issues of this table; they are not listed.")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("alexa/x.csv", b"src_path,saved_path,sha1,saved_timestamp,Utterance text\n1,2,3,4,5\n"),
        ("alexa/T.csv", b"date,time,timezone,MACB,source,sourcetype,type\n1,2,3,4,5,6,7\n"),
        ("cift_amazon_alexa_OPERATION.csv", b"id,type\n1,CLOUD\n"),
        ("alexa/SKILL.csv", b"title,developer_name,skill_id,source\na,b,c,7\n"),
        ("alexa/timeline.csv", b"exhibit,record,datetime,timestamp,timestamp_desc,message\na,b,c,d,e,f\n"),
        ("alexa/psort.csv", b"datetime,timestamp_desc,source\na,b,c\n"),
        ("x.csv", b"name,value\na,b\n"),
        ("echoes/x.csv", b"name,value\na,b\n"),
        ("alexa/x.txt", b"name,value\na,b\n"),
        ("alexa/x.csv", b"name\na\n"),
        ("alexa/x.csv", b"name,value\n"),
        ("alexa/x.csv", b"name,value\na,b,c\n"),
        ("alexa/x.csv", b"name,name\na,b\n"),
        ("alexa/x.csv", b"7,@b\na,b\n"),
        ("alexa/x.csv", b'{"skill": 1, "b": 2}\n{"skill": 1, "b": 2}\n'),
        ("x.csv", b"First Name,Last Name,Email Address\na,b,c\n"),
        ("x.csv", b"Timestamp,Country\n2020-01-01T00:00:00Z,GB\n"),
        ("x.csv", b"File name,Description\na,b\n"),
        ("x.csv", b"Utterance text\xff,Utterance Creation Date\na,b\n"),
    ],
)
def test_other_tables_are_left_alone(path: str, content: bytes) -> None:
    assert not PARSER.claims(Source.of(content, path))


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("x.csv", b"wake_word,count\nALEXA,2\n"),
        ("x.csv", b"Skill Id,count\na,2\n"),
        ("AlexaProactive/Recommendations-1.CSV", b"name,value\na,b\n"),
        ("Alexa and Echo Devices.Metrics/x.csv", b"name,value\na,b\n"),
        ("my_echo/x.csv", b"name,value\na,b\n"),
        # Longer than a parser's first look at a file.
        ("alexa/x.csv", b"name,value\n" + b"a,b\n" * 20_000),
        ("alexa/x.csv", b"name,value\na,b\nc," + b"d" * 70_000),
    ],
)
def test_tables_that_look_like_alexas_are_shown(path: str, content: bytes) -> None:
    source = Source.of(content, path)
    assert PARSER.claims(source)
    found = list(PARSER.parse(source))
    assert found[0] == Issue(UNKNOWN)
    assert len(found) > 1
    assert all(isinstance(item, Record) for item in found[1:])


def test_the_look_at_a_file_stops_at_its_first_bytes() -> None:
    content = HEADER.rstrip() + b"," + b"x" * 70_000 + b"\n" + GOOD
    assert not PARSER.claims(Source.of(content, "alexa/x.csv"))


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_no_table_of_the_evidence_is_claimed() -> None:
    tables = sorted(EVIDENCE.rglob("*.csv"))
    assert tables
    for path in tables:
        assert not PARSER.claims(Source.of(path.read_bytes(), str(path.relative_to(EVIDENCE)))), path


def _check(content: bytes, path: str) -> None:
    source = Source.of(content, path)
    PARSER.claims(source)
    for item in PARSER.parse(source):
        resolve(io.BytesIO(content), item.locator)
        if isinstance(item, Issue):
            assert len(item.excerpt) <= 64
            assert item.what.endswith(".")
        else:
            json.dumps(dict(item.fields), allow_nan=False).encode()
            item.message.encode()
            assert item.message.endswith(".")
            assert item.fields


@_quick
@given(head=st.sampled_from([b"", HEADER, b"alexa,b\n", b'"', b"\xef\xbb\xbf"]), tail=st.binary(max_size=300))
def test_arbitrary_bytes(head: bytes, tail: bytes) -> None:
    _check(head + tail, "alexa/x.csv")


@_quick
@given(tail=st.text(alphabet='a,"\n\r\0é2024-01T:Z', max_size=200))
def test_arbitrary_tables(tail: str) -> None:
    _check(HEADER + tail.encode(), "alexa/x.csv")


@_quick
@given(data=st.data())
def test_mutated_tables(data: st.DataObject) -> None:
    table = bytearray(
        data.draw(st.sampled_from([HEADER + GOOD * 3, b'alexa,when\n"a\nb",2024-01-01T00:00:00Z\n"c""",\n']))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(table)))
        end = min(len(table), start + data.draw(st.integers(0, 4)))
        table[start:end] = data.draw(st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"9" * 30]))
    _check(bytes(table), data.draw(st.sampled_from(["alexa/x.csv", "1.bin"])))
