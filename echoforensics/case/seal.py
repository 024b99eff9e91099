"""The seal of a case: one digest a table, so that a changed, added or missing row shows."""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import TYPE_CHECKING, Any

from echoforensics.case import earlier_version
from echoforensics.case.schema import SCHEMA_VERSION, SEALED_TABLES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from echoforensics.case.store import Store

#: Rows that are hashed at once.
_AT_ONCE = 64
_DEFINITIONS = "SELECT json_array(type, name, tbl_name, sql) FROM main.sqlite_schema ORDER BY type, name"


def table_digests(store: Store, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """SHA-256 of each sealed table, and of the definitions of all tables, as hexadecimal.

    A table is written out row by row in the order of its primary key: each row as the JSON array of its columns, as
    SQLite's ``json_array`` writes it, ended by LF. Values of BLOB columns, and of those without a type, are written in
    hexadecimal.

    Args:
        store: the case's.
        known: digests of tables that need not be computed again.
    """
    known = known or {}
    names = ("schema", *SEALED_TABLES)
    return {**named_digests(store.db, [name for name in names if name not in known]), **known}


def named_digests(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, str]:
    """The digests of tables by their names, as :func:`table_digests` gives them; of a table that is missing none.

    So is compared what a seal names. A case of an earlier version has the digests of that version. Raises sqlite3.Error
    where a table is unreadable.
    """
    if db.execute("PRAGMA main.user_version").fetchone()[0] < SCHEMA_VERSION:
        return earlier_version.named_digests(db, names)
    there = {name for (name,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}
    digests = {}
    for name in names:
        if name == "schema":
            digests[name] = _digest(db.execute(_DEFINITIONS))
        elif name in there and name in SEALED_TABLES:
            digests[name] = part_digest(db, name)
    return digests


def part_digest(db: sqlite3.Connection, table: str, where: str = "1", values: tuple[Any, ...] = ()) -> str:
    """SHA-256 of the rows of a sealed table to which a condition applies, written as :func:`table_digests` says."""
    columns = [(name, kind) for _, name, kind, *_ in db.execute(f"PRAGMA main.table_info({table})")]
    return rows_digest(db, columns, f"main.{table} WHERE {where} ORDER BY {SEALED_TABLES[table]}", values)


def rows_digest(
    db: sqlite3.Connection, columns: Iterable[tuple[str, str]], rows: str, values: tuple[Any, ...] = ()
) -> str:
    """The same, of some columns, each with its declared type; ``rows`` is what follows FROM."""
    written = ", ".join(f"hex({name})" if kind in ("BLOB", "") else name for name, kind in columns)
    return _digest(db.execute(f"SELECT json_array({written}) FROM {rows}", values))  # noqa: S608 (our names)


def _digest(rows: sqlite3.Cursor) -> str:
    whole = hashlib.sha256()
    while some := rows.fetchmany(_AT_ONCE):
        whole.update("\n".join([*chain.from_iterable(some), ""]).encode())
    return whole.hexdigest()
