"""Find the tables of a page of HTML, with the place of each row.

References:
    The HTML Standard, sections 4.9 (tabular data) and 13.1.2.4 (end tags that may be left out).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Limits on the columns of a row and the characters of a cell.
MAX_COLUMNS, MAX_CELL = 1000, 32_768
_TAG = re.compile(rb"<(?:!--|(script|style)\b|(/?)(table|tr|td|th)(?=[\s/>])[^<>]{0,4000}>)", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]{1,4000}>")
_ENDS = {b"script": re.compile(rb"</script", re.IGNORECASE), b"style": re.compile(rb"</style", re.IGNORECASE)}


@dataclass(frozen=True, slots=True)
class HtmlRow:
    """A row of a table.

    Attributes:
        values: the texts of its cells.
        start, end: its byte range in the page.
        heads: whether all its cells are header cells.
    """

    values: tuple[str, ...]
    start: int
    end: int
    heads: bool


@dataclass(slots=True)
class _OpenTable:
    """A table whose end was not met yet. ``within`` says that another table is in its current row."""

    rows: list[HtmlRow] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    row_at: int = -1
    cell_at: int = -1
    heads: bool = True
    within: bool = False


def html_tables(content: bytes, encoding: str = "utf-8") -> Iterator[list[HtmlRow]]:
    """Yield the rows of each table of a page that has some, in the order in which the tables end.

    A row that holds another table is left out: it is there for the look of the page.

    Args:
        content: the page. A table that it breaks off in ends there; a row that it breaks off in is left out.
        encoding: how its characters are encoded; those that are wrong are replaced.
    """
    tables: list[_OpenTable] = []
    for tag in _tags(content):
        name, closes = tag[3].lower(), bool(tag[2])
        if name == b"table" and not closes:
            if tables:
                tables[-1].within = True
            tables.append(_OpenTable())
        elif name == b"table" and tables:
            table = tables.pop()
            _end_row(table, content, tag.start(), tag.start(), encoding)
            if table.rows:
                yield table.rows
        elif name != b"table" and tables:
            _cell_or_row(tables[-1], tag, content, encoding)
    yield from (table.rows for table in reversed(tables) if table.rows)


def _tags(content: bytes) -> Iterator[re.Match[bytes]]:
    """The tags of tables, outside comments, scripts and styles."""
    at = 0
    while found := _TAG.search(content, at):
        at = found.end()
        if found[3]:
            yield found
        elif found[1]:
            end = _ENDS[found[1].lower()].search(content, at)
            at = end.end() if end else len(content)
        else:
            end_of_comment = content.find(b"-->", at)
            at = end_of_comment + 3 if end_of_comment >= 0 else len(content)


def _cell_or_row(table: _OpenTable, tag: re.Match[bytes], content: bytes, encoding: str) -> None:
    if tag[3].lower() == b"tr":
        _end_row(table, content, tag.start(), tag.end() if tag[2] else tag.start(), encoding)
        if not tag[2]:
            table.row_at = tag.start()
        return
    _end_cell(table, content, tag.start(), encoding)
    if not tag[2] and len(table.cells) < MAX_COLUMNS:
        table.row_at = tag.start() if table.row_at < 0 else table.row_at
        table.cell_at = tag.end()
        table.heads = table.heads and tag[3].lower() == b"th"


def _end_cell(table: _OpenTable, content: bytes, end: int, encoding: str) -> None:
    if table.cell_at >= 0:
        table.cells.append(_text(content[table.cell_at : end].decode(encoding, "replace")))
        table.cell_at = -1


def _end_row(table: _OpenTable, content: bytes, cell_end: int, end: int, encoding: str) -> None:
    _end_cell(table, content, cell_end, encoding)
    if table.cells and not table.within:
        table.rows.append(HtmlRow(tuple(table.cells), table.row_at, end, table.heads))
    table.cells, table.row_at, table.heads, table.within = [], -1, True, False


def _text(cell: str) -> str:
    plain = _ANY_TAG.sub("", _BREAK.sub("\n", cell[: 4 * MAX_CELL]))
    lines = (" ".join(line.split()) for line in html.unescape(plain).split("\n"))
    return "\n".join(line for line in lines if line)[:MAX_CELL]
