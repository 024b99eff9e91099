"""Read the usual rows of one table quickly: a plan of where the values lie is made once for each header of rows.

References:
    SQLite's file format, "Record Format": a row's header lists the serial types of its values, from which their lengths
    follow. Rows with the same header have their values at the same places.
"""

from __future__ import annotations

from typing import NamedTuple

from parsers.formats.sqlite.page import BtreePage
from parsers.formats.sqlite.table_row import FoundRow
from parsers.formats.sqlite.varint import CODECS, DOUBLE, MAX_COLUMNS, SqlValue, size_of

#: The greatest number of one byte.
_ONE_BYTE = 0x7F
#: Plans kept for one table. Texts of many lengths make many headers.
_MOST_PLANS = 4096
#: After so many new headers, plans are made only while they serve most rows.
_MANY_HEADERS = 256
_TEXT, _BLOB, _INTEGER, _REAL, _SAME = range(5)


class _Plan(NamedTuple):
    """Where the values of a row lie, from the end of its header: start, end, form, and the value if it is the same."""

    size: int
    values: tuple[tuple[int, int, int, SqlValue], ...]


class UsualRows:
    """Reads the rows of one table that are wholly in their page and whose header is short. It holds plans only."""

    def __init__(self, encoding: int) -> None:
        """Start without plans.

        Args:
            encoding: the database's text encoding: 1 UTF-8, 2 UTF-16LE, 3 UTF-16BE.
        """
        self._codec = CODECS.get(encoding, "utf-8")
        self._plans: dict[bytes, _Plan | None] = {}
        self._read = self._made = 0

    def read(self, page: BtreePage, at: int) -> FoundRow | None:
        """The row at an offset of a leaf page of a table; None if it is not usual, or there is none.

        Usual are a length and a number of at most three bytes each, and a header whose numbers have one byte each.
        """
        content, usable = page.content, page.usable
        if not page.pointers_at <= at < usable - 6:
            return None
        place = at + 1
        if (size := content[at]) > _ONE_BYTE:
            if (byte := content[place]) > _ONE_BYTE:
                return None
            size, place = (size & _ONE_BYTE) << 7 | byte, place + 1
        if (rowid := content[place]) > _ONE_BYTE:
            place += 1
            rowid = (rowid & _ONE_BYTE) << 7 | (byte := content[place]) & _ONE_BYTE
            if byte > _ONE_BYTE:
                place += 1
                if (byte := content[place]) > _ONE_BYTE:
                    return None
                rowid = rowid << 7 | byte
        place += 1
        end = place + size
        if end > usable or size > usable - 35 or not size:
            return None
        body = place + content[place]
        header = content[place:body]
        plan = self._plans[header] if header in self._plans else self._new(header)
        if plan is None or body + plan.size > end:
            return None
        self._read += 1
        return FoundRow(at, end - at, rowid, _values(plan, content, body, self._codec))

    def _new(self, header: bytes) -> _Plan | None:
        """Make the plan of a header; None if the rows with it are not usual."""
        if self._made > _MANY_HEADERS and self._read < 2 * self._made:
            return None
        if len(self._plans) >= _MOST_PLANS:
            self._plans.clear()
        self._made += 1
        self._plans[header] = plan = _plan(header)
        return plan


def _values(plan: _Plan, content: bytes, body: int, codec: str) -> list[SqlValue]:
    values: list[SqlValue] = []
    for start, stop, form, same in plan.values:
        if form == _TEXT:
            values.append(content[body + start : body + stop].decode(codec, "backslashreplace"))
        elif form == _INTEGER:
            values.append(int.from_bytes(content[body + start : body + stop], "big", signed=True))
        elif form == _SAME:
            values.append(same)
        elif form == _BLOB:
            values.append(content[body + start : body + stop])
        else:
            values.append(DOUBLE.unpack_from(content, body + start)[0])
    return values


def _plan(header: bytes) -> _Plan | None:
    types = header[1:]
    if not header.isascii() or header[:1] != bytes((len(header) & _ONE_BYTE,)) or len(types) > MAX_COLUMNS:
        return None
    if 10 in types or 11 in types:
        return None
    at, values = 0, []
    for kind in types:
        stop = at + size_of(kind)
        same = kind - 8 if kind in (8, 9) else None
        if kind > 11:
            form = _TEXT if kind & 1 else _BLOB
        elif kind == 7:
            form = _REAL
        else:
            form = _SAME if kind in (0, 8, 9) else _INTEGER
        values.append((at, stop, form, same))
        at = stop
    return _Plan(at, tuple(values))
