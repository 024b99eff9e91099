"""Rows of pages whose database is missing: their values, without column names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.alexa_api.items.service_names import names_in
from parsers.formats.json.text import JsonError, decode
from parsers.formats.sqlite.database import Database
from parsers.formats.sqlite.page import BtreePage, Cell
from parsers.formats.sqlite.varint import RowError, SqlValue, serial_types, size_of, values_of
from parsers.locator import at_bytes
from parsers.record import Issue, Record, Value
from parsers.values import shown

DATA_TYPE = "alexa:app:lone_row"
#: How many values of a row its message shows.
_SHOWN = 6
#: The most rows that are read from one file.
MAX_ROWS = 100_000


def lone_row(
    cell: Cell, path: str, begin: int = 0, encoding: int = 1, fields: dict[str, Value] | None = None
) -> Iterator[Record | Issue]:
    """Yield a record of a row, or the records of its JSON.

    Args:
        cell: the row.
        path: the path of the file inside the evidence.
        begin: the offset of the page in the file, in bytes.
        encoding: the encoding of its texts: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE.
        fields: further fields of the record.
    """
    from parsers.databases.table_kind import described

    locator = at_bytes(begin + cell.at, cell.size)
    try:
        stored = _values(cell, encoding)
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
    held: dict[str, Value] = {f"column_{number}": described(value) for number, value in enumerate(stored, 1)}
    listed = [f"{name} {shown(value, 60)}" for name, value in held.items() if shown(value)][:_SHOWN]
    yield Record(
        DATA_TYPE,
        f"A page of an SQLite table, whose database is gone, holds the row {cell.rowid}:"
        f" {'; '.join(listed) or 'nothing that can be shown'}.",
        locator,
        fields=held | {"row": cell.rowid, "goes_on": bool(cell.overflow)} | (fields or {}),
    )


def rows_of_the_service(database: Database, path: str, *, every: bool, name: str = "") -> Iterator[Record | Issue]:
    """Yield the rows of all leaf pages present: those that name the Alexa service; the others are only counted.

    Args:
        database: a database without a table list.
        path: the path of the file inside the evidence.
        every: whether to yield every row, because the file belongs to an Alexa app.
        name: the name of a database whose log and journal may be beside it; empty for a log or journal.
    """
    seen: set[bytes] = set()
    pages = others = 0
    for page, why in database.table_pages():
        pages += 1
        for cell in _cells(page):
            content = repr((cell.rowid, cell.payload)).encode()
            if content in seen:
                continue
            seen.add(content)
            if len(seen) > MAX_ROWS:
                yield Issue(f"Only the first {MAX_ROWS} rows were looked at.")
                return
            if every or names_in(_as_utf8(cell.payload, database.encoding)):
                fields: dict[str, Value] = {"page_state": why} if why else {}
                file = name + page.file if name and page.file else ""
                for found in lone_row(cell, path, page.offset, database.encoding, fields):
                    yield replace(found, file=file) if isinstance(found, Record) else found
            else:
                others += 1
    if others or not pages:
        yield Issue(
            f"{pages} pages of tables were looked through. {others} rows in them name nothing of the Alexa service and"
            " were not read: which tables they are of is not known."
        )


def _cells(page: BtreePage) -> Iterator[Cell]:
    for at in page.pointers():
        try:
            cell = page.cell(at)
            types, _, values_at = serial_types(cell.payload)
        except RowError:
            continue  # the page is damaged or was reused
        if values_at + sum(map(size_of, types)) == cell.payload_size:
            yield cell


def _as_utf8(content: bytes, encoding: int) -> bytes:
    return content if encoding == 1 else content.replace(b"\0", b"")


def _values(cell: Cell, encoding: int) -> list[SqlValue]:
    """The values that are within the page."""
    types, _, at = serial_types(cell.payload)
    whole: list[int] = []
    room = len(cell.payload) - at
    for kind in types:
        room -= size_of(kind)
        if room < 0:
            break
        whole.append(kind)
    return values_of(cell.payload, whole, at, encoding)


def _answers(value: SqlValue, path: str, locator: str) -> list[Record | Issue]:
    """Read a value as an answer of the service, if it has that form."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return []
    try:
        decoded = decode(text)
    except JsonError:
        # The value is kept like any other text.
        return []
    from parsers.databases.stored_answer import read_stored

    return read_stored(decoded, path, locator)
