"""A single table page whose database is missing: its rows, without column names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.databases.lone_rows import DATA_TYPE, lone_row
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page
from parsers.formats.sqlite.page import TABLE_LEAF
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register


@register
class LonePage(Parser):
    """Reads the rows as found; answers of the Alexa service in values are read as such."""

    name: ClassVar[str] = "sqlite_lone_page"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = (bytes([TABLE_LEAF]),)
    about: ClassVar[About] = About(
        title="A page of an SQLite table by itself",
        data_types=(DATA_TYPE,),
        hands_on=(ANSWERS,),
        known_by=(
            "a file that is one leaf page of a table and nothing else: its rows, freed room and lost bytes fill it",
        ),
        shows="That a database held these rows, in one table, when the page was written.",
        does_not_show=(
            "Of which database and table they were, whether they were deleted there, or what their columns are called."
        ),
        validated_on=("Made files only.",),
        limits=(
            "Columns are numbered from 1. A column that is the row's number holds nothing in the row itself.",
            "Text is read as UTF-8: the encoding is recorded in the database's header, which is gone.",
            "Of a row that goes on in another page only the values that lie in this one are read.",
            "Deleted rows in the page's freed room are not read: without the table's definition they are not known.",
        ),
        references=("SQLite's file format, sections 1.6 and 2.1: https://www.sqlite.org/fileformat2.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the whole content is one table page."""
        return source.size in SIZES and source.size <= HEAD_SIZE and leaf_page(source.head[: source.size]) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row, or the records of its JSON."""
        with source.open() as stream:
            content = stream.read(HEAD_SIZE + 1)
        page = leaf_page(content)
        if page is None:
            yield Issue("One leaf page of a table was expected.", "", content[:64])
            return
        for cell in page.cells:
            yield from lone_row(cell, source.path)
