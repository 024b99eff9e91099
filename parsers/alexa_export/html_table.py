"""Tables in pages of HTML: an export, or a history, that somebody or a program saved or made as a page.

References:
    The HTML Standard, section 4.9 (tabular data).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_export.csv_file import bounded_table, has_telltale, table_records
from parsers.alexa_export.row import UNKNOWN_TYPE, TableHeader
from parsers.code_page import code_page, read_as
from parsers.definition.export import MAPPED_TYPE, find
from parsers.encoding import as_utf8, wide_encoding
from parsers.formats.csv.rows import LocatedRow
from parsers.formats.json.text import MAX_BYTES
from parsers.formats.xml.html_tables import HtmlRow, html_tables
from parsers.locator import at_bytes, at_coding
from parsers.map_reader import MapReader
from parsers.parser import EXPORT_TABLES, About, Source
from parsers.record import Issue, Record
from parsers.registry import register

_TITLE = re.compile(rb"<(title|h1|h2|caption)\b[^>]{0,400}>(.{0,400}?)</\1", re.IGNORECASE | re.DOTALL)
_LEAST_ROWS, _LEAST_COLUMNS = 2, 2


@register
class HtmlTable(MapReader):
    """Reads the tables of a page, one record per row. Rows that a definition describes get its name and version."""

    name: ClassVar[str] = "html_table"
    version: ClassVar[str] = "2"
    text_only: ClassVar[bool] = True
    needs: ClassVar[tuple[bytes, ...]] = (rb"<[tT][aA][bB][lL][eE]",)
    about: ClassVar[About] = About(
        title="Tables of an export or a history as a page of HTML",
        data_types=(MAPPED_TYPE, UNKNOWN_TYPE),
        hands_on=(EXPORT_TABLES,),
        known_by=(
            "HTML with a table whose first row names the columns of a known table of an export, or of a user's map",
            "HTML with a table of header cells, where the title, the path or a column names Alexa, Echo, utterances,"
            " wake words or skills",
        ),
        shows="What whoever made the page put into its tables.",
        does_not_show=(
            "That it is complete or unchanged, or that it is from the service. Who spoke, or who used a device."
        ),
        validated_on=("Made files only.",),
        limits=(
            "The table by which the page is known begins within the first 64 KiB. Only a table's first row is taken for"
            " the names of its columns.",
            "What is on the page beside its tables is not read.",
        ),
        references=("https://html.spec.whatwg.org/multipage/tables.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether a table in the head is known by its columns, or the page names Alexa and has a table of headers."""
        if wide_encoding(source.head):
            return False
        head = as_utf8(source.head)
        named = " ".join(found[2].decode("utf-8", "replace") for found in _TITLE.finditer(head))
        return any(self._takes(rows, source, named) for rows in html_tables(head))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row of the tables that :meth:`claims` is about."""
        with source.open() as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            yield Issue(f"The page has more than {MAX_BYTES} bytes; tables behind them were not read.")
            content = content[:MAX_BYTES]
        page = code_page(content)
        if page:
            yield Issue(read_as(page), at_coding(page))
        named = " ".join(found[2].decode("utf-8", "replace") for found in _TITLE.finditer(content[: len(source.head)]))
        for rows in html_tables(content, page or "utf-8"):
            if self._takes(rows, source, named):
                header = TableHeader.of(rows[0].values)
                located = (_located(row) for row in rows[1:])
                yield from bounded_table(table_records(source, header, located, self.maps))

    def _takes(self, rows: list[HtmlRow], source: Source, named: str) -> bool:
        names = rows[0].values
        if len(rows) < _LEAST_ROWS or len(names) < _LEAST_COLUMNS or len(set(names)) < len(names):
            return False
        definition = find(frozenset(TableHeader.of(names).plain), source.path, self.maps)
        if definition is not None and definition.source.required:
            return True
        return rows[0].heads and all(names) and has_telltale(f"{source.path} {named}", names)


def _located(row: HtmlRow) -> LocatedRow:
    return LocatedRow(row.values, at_bytes(row.start, row.end - row.start), row.end, b"")
