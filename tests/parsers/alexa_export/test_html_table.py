from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.alexa_export.html_table import HtmlTable
from parsers.formats.xml.html_tables import html_tables
from parsers.locator import resolve
from parsers.parser import Source
from parsers.record import Issue, Record

KNOWN = b"""<html><head><style>table { }</style><script>"<table><tr><th>no"</script></head><body><!-- <table> -->
<TABLE border="1"><thead><tr><th>Currently Playing Song</th><th>Utterance text</th><th>Utterance Creation Date</th></tr>
</thead><tr class="x"><td>Not Available</td><td>alexa <b>stop</b> &amp; go</td><td>2024-08-21T13:53:36.929Z</td></tr>
</TABLE></body></html>"""
OTHER = "<title>{}</title><table><tr><th>When<th>Said<tr><td>2024-01-01T10:00:00Z<td>one<br>two</table>"


def test_a_table_of_an_export_in_a_page() -> None:
    source = Source.of(KNOWN, "saved/page.html")
    assert HtmlTable().claims(source)
    (record,) = HtmlTable().parse(source)
    assert isinstance(record, Record)
    assert (record.data_type, record.parser) == ("alexa:cloud:export_utterance", "alexa_export_utterances")
    assert (record.transcript, record.timestamps[0].timestamp) == ("alexa stop & go", 1724248416929000)
    assert resolve(io.BytesIO(KNOWN), record.locator).content.startswith(b'<tr class="x">')
    assert resolve(io.BytesIO(KNOWN), record.locator).content.endswith(b"</tr>")


@pytest.mark.parametrize(
    ("title", "path", "taken"),
    [
        ("Alexa history", "a.html", True), ("Echo", "a.html", True), ("News", "Alexa/a.html", True),
        ("News", "a.html", False), ("echoes of time", "a.html", False),
    ],
)  # fmt: skip
def test_a_table_that_is_not_known_is_shown_as_it_is(title: str, path: str, taken: bool) -> None:
    source = Source.of(OTHER.format(title).encode(), path)
    assert HtmlTable().claims(source) is taken
    issue, *records = HtmlTable().parse(source) if taken else (None, None)
    if taken:
        (record,) = records
        assert isinstance(issue, Issue)
        assert isinstance(record, Record)
        assert record.fields == {"When": "2024-01-01T10:00:00Z", "Said": "one\ntwo"}
        assert record.timestamps[0].timestamp == 1704103200000000


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (b"<table><tr><td><table><tr><th>a</th></tr></table></td></tr><tr><td>b</table>", [[("a",)], [("b",)]]),
        (b"<table><td>a<td>b<tr><td>c</table>", [[("a", "b"), ("c",)]]),
        (b"<table><tr><td>a</td></tr><tr><td>cut", [[("a",)]]),
        (b"<table><tr><td>a<!-- </table>", []),
        (b"</table><tr><td>a</td></tr>", []),
    ],
)
def test_where_tables_rows_and_cells_end(page: bytes, expected: list[list[tuple[str, ...]]]) -> None:
    assert [[row.values for row in rows] for rows in html_tables(page)] == expected


def test_a_code_page_is_named() -> None:
    page = OTHER.format("Alexa").replace("one", "spiele Öffne die Tür für Käthe").encode("cp1252")
    found = list(HtmlTable().parse(Source.of(page, "a.html")))
    assert [item.fields["Said"] for item in found if isinstance(item, Record)] == [
        "spiele Öffne die Tür für Käthe\ntwo"
    ]
    assert any(isinstance(item, Issue) and "windows-1252" in item.what for item in found)


_PIECES = [b"<table", b">", b"<tr>", b"<td>", b"</td>", b"<th>x", b"</table>", b"<!--", b"<script", b"<", b"&#1114112;"]


@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=3), max_size=40).map(b"".join))
def test_any_page(page: bytes) -> None:
    source = Source.of(page, "Alexa.html")
    HtmlTable().claims(source)
    assert all(isinstance(item, (Record, Issue)) for item in HtmlTable().parse(source))
