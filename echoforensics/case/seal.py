"""The seal of a case: one digest a table, so that a changed, added or missing row shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from echoforensics.case.schema import SEALED_TABLES

if TYPE_CHECKING:
    from echoforensics.case.store import Store


def table_digests(store: Store) -> dict[str, str]:
    """SHA-256 of each sealed table, and of the definitions of all tables, as hexadecimal.

    A table is written out row by row in the order of all its columns; each value as its type, the length
    of its bytes and its bytes, so that no two tables are written alike.
    """
    digests = {"schema": _digest(store, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 1, 2")}
    for table in SEALED_TABLES:
        columns = len(store.db.execute(f"SELECT * FROM {table} LIMIT 0").description)  # noqa: S608 (our names)
        order = ", ".join(str(number + 1) for number in range(columns))
        digests[table] = _digest(store, f"SELECT * FROM {table} ORDER BY {order}")  # noqa: S608 (our names)
    return digests


def _digest(store: Store, query: str) -> str:
    whole = hashlib.sha256()
    for row in store.db.execute(query):
        whole.update(b"%d;" % len(row))
        for value in row:
            kind, written = _written(value)
            whole.update(b"%s%d:%s" % (kind, len(written), written))
    return whole.hexdigest()


def _written(value: object) -> tuple[bytes, bytes]:
    if value is None:
        return b"n", b""
    if isinstance(value, bytes):
        return b"b", value
    if isinstance(value, str):
        return b"s", value.encode("utf-8", "surrogatepass")
    return (b"i" if isinstance(value, int) else b"f"), repr(value).encode()
