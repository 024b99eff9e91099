"""The seal of a case: one digest a table, so that a changed, added or missing row shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from echoforensics.case.schema import SEALED_TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from echoforensics.case.store import Store


def table_digests(store: Store) -> dict[str, str]:
    """SHA-256 of each sealed table, and of the definitions of all tables, as hexadecimal.

    A table is written out row by row in the order of all its columns; each value as its type, the length
    of its bytes and its bytes, so that no two tables are written alike.
    """
    return named_digests(store.db, ("schema", *SEALED_TABLES))


def named_digests(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, str]:
    """The digests of tables by their names, as :func:`table_digests` gives them; of a table that is missing none.

    So is compared what a seal names, whatever version the case is of. Raises sqlite3.Error where a table is unreadable.
    """
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    digests = {}
    for name in names:
        if name == "schema":
            digests[name] = rows_digest(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2"))
        elif name in there:
            quoted = name.replace('"', '""')
            columns = len(db.execute(f'SELECT * FROM "{quoted}" LIMIT 0').description)  # noqa: S608 (a table's own name)
            order = ", ".join(str(number + 1) for number in range(columns))
            digests[name] = rows_digest(db.execute(f'SELECT * FROM "{quoted}" ORDER BY {order}'))  # noqa: S608
    return digests


def rows_digest(rows: Iterable[tuple[object, ...]]) -> str:
    """SHA-256 of rows, written as :func:`table_digests` says, as hexadecimal."""
    whole = hashlib.sha256()
    for row in rows:
        parts = [b"%d;" % len(row)]
        for value in row:
            kind, written = _written(value)
            parts += (b"%s%d:" % (kind, len(written)), written)
        whole.update(b"".join(parts))
    return whole.hexdigest()


def _written(value: object) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    return (b"i" if isinstance(value, int) else b"f"), repr(value).encode()
