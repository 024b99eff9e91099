"""One page of a table whose database is gone: its rows, without the names of their columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.databases.stored_answer import read_stored
from parsers.databases.table_kind import described
from parsers.formats.json.text import JsonError, decode
from parsers.formats.sqlite.leaf_page import SIZES, leaf_page
from parsers.formats.sqlite.page import Cell
from parsers.formats.sqlite.varint import RowError, SqlValue, serial_types, size_of, values_of
from parsers.locator import at_bytes
from parsers.parser import ANSWERS, HEAD_SIZE, About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.values import shown

DATA_TYPE = "alexa:app:lone_row"
_UTF8 = 1
#: Values of a row that its message shows.
_SHOWN = 6


@register
class LonePage(Parser):
    """Reads the rows as found; a value that is an answer of the Alexa service is read as such."""

    name: ClassVar[str] = "sqlite_lone_page"
    version: ClassVar[str] = "1"
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
            "Text is read as UTF-8: the encoding stands in the database's header, which is gone.",
            "Of a row that goes on in another page only the values that lie in this one are read.",
            "Deleted rows in the page's freed room are not read: without the table's definition they cannot be told.",
        ),
        references=("SQLite's file format, sections 1.6 and 2.1: https://www.sqlite.org/fileformat2.html",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the whole content is one such page."""
        return source.size in SIZES and source.size <= HEAD_SIZE and leaf_page(source.head[: source.size]) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each row, or what the row's JSON says."""
        with source.open() as stream:
            content = stream.read(HEAD_SIZE + 1)
        page = leaf_page(content)
        if page is None:
            yield Issue("One leaf page of a table was expected.", "", content[:64])
            return
        for cell in page.cells:
            yield from _row(cell, source.path)


def _row(cell: Cell, path: str) -> Iterator[Record | Issue]:
    locator = at_bytes(cell.at, cell.size)
    try:
        stored = _values(cell)
    except RowError as error:
        yield Issue(f"A row cannot be read: {error}.", locator, cell.payload[:64])
        return
    if cell.overflow:
        yield Issue(
            f"The row {cell.rowid} goes on in page {cell.overflow} of a database that is gone;"
            " what lies here was read.",
            locator,
        )
    answers = [item for value in stored for item in _answers(value, path, locator)]
    if answers:
        yield from answers
        return
    fields: dict[str, Value] = {f"column_{number}": described(value) for number, value in enumerate(stored, 1)}
    held = [f"{name} {shown(value, 60)}" for name, value in fields.items() if shown(value)][:_SHOWN]
    yield Record(
        DATA_TYPE,
        f"A page of an SQLite table, whose database is gone, holds the row {cell.rowid}:"
        f" {'; '.join(held) or 'nothing that can be shown'}.",
        locator,
        fields=fields | {"row": cell.rowid, "goes_on": bool(cell.overflow)},
    )


def _values(cell: Cell) -> list[SqlValue]:
    """The values that lie in the page."""
    types, _, at = serial_types(cell.payload)
    whole: list[int] = []
    room = len(cell.payload) - at
    for kind in types:
        room -= size_of(kind)
        if room < 0:
            break
        whole.append(kind)
    return values_of(cell.payload, whole, at, _UTF8)


def _answers(value: SqlValue, path: str, locator: str) -> list[Record | Issue]:
    """What a value says, if it has the form of an answer of the service."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return []
    try:
        decoded = decode(text)
    except JsonError:
        # It is kept like any other text.
        return []
    return read_stored(decoded, path, locator)
