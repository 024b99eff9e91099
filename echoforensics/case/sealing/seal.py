"""The seal of a case: one digest per table, or per block of a large table, so that a changed or missing row shows."""

from __future__ import annotations

import hashlib
from itertools import chain
from typing import TYPE_CHECKING, Any

from echoforensics.case import earlier_version
from echoforensics.case.schema import SEALED_TABLES
from echoforensics.case.sealing.blocks import BLOCKS, blocks_of, is_in_blocks, order_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Mapping

    from echoforensics.case.store import Store

#: A table's digest in a seal: of all its rows, or by block, for the blocks with rows.
TableDigest = str | dict[str, str]

#: Number of rows hashed at once.
_AT_ONCE = 64
_DEFINITIONS = "SELECT json_array(type, name, tbl_name, sql) FROM main.sqlite_schema ORDER BY type, name"


def table_digests(store: Store, known: Mapping[str, TableDigest] | None = None) -> dict[str, TableDigest]:
    """SHA-256 of each sealed table, and of the definitions of all tables, as hexadecimal.

    A table is serialized row by row in the order of its primary key: each row as the JSON array of its columns, as
    SQLite's ``json_array`` writes it, ended by LF. Values of BLOB columns, and of those without a type, are written in
    hexadecimal. A table of more than :data:`echoforensics.case.sealing.blocks.BLOCK` rows is serialized in blocks, and
    has a digest for each.

    Args:
        store: the case's store.
        known: digests of tables that need not be computed again.
    """
    known = known or {}
    db = store.db
    found: dict[str, TableDigest] = {}
    for name in ("schema", *SEALED_TABLES):
        if name in known:
            found[name] = known[name]
        elif name == "schema":
            found[name] = _digest(db.execute(_DEFINITIONS))
        else:
            found[name] = table_digest(db, name)
    return found


def table_digest(db: sqlite3.Connection, table: str) -> TableDigest:
    """Return the current digest of one table, as a seal holds it."""
    return _in_blocks(db, table) if is_in_blocks(db, table) else part_digest(db, table)


def named_digests(db: sqlite3.Connection, sealed: Mapping[str, TableDigest]) -> dict[str, TableDigest]:
    """The current digests of a seal's tables, each in the format of that seal; missing tables are left out.

    A case of an earlier version has digests in that version's format. Raises sqlite3.Error if a table is unreadable.
    """
    if db.execute("PRAGMA main.user_version").fetchone()[0] in earlier_version.WITHOUT_INTERACTIONS:
        return {**earlier_version.named_digests(db, sealed)}
    there = {name for (name,) in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}
    digests: dict[str, TableDigest] = {}
    for name, before in sealed.items():
        if name == "schema":
            digests[name] = _digest(db.execute(_DEFINITIONS))
        elif name in there and isinstance(before, dict) and name in BLOCKS:
            digests[name] = _in_blocks(db, name)
        elif name in there and name in (*SEALED_TABLES, *_FORMERLY_SEALED):
            digests[name] = part_digest(db, name)
    return digests


#: The order of tables that earlier seals may name: of the search index, and the records of version 5.
_FORMERLY_SEALED = {"records": "number", "search_data": "id", "search_idx": "segid, term", "search_config": "k"}


def _in_blocks(db: sqlite3.Connection, table: str) -> dict[str, str]:
    return {block: block_digest(db, table, block) for block in blocks_of(db, table)}


def block_digest(db: sqlite3.Connection, table: str, block: str) -> str:
    """SHA-256 of the rows of one block of a table, serialized as for :func:`table_digests`."""
    where, values = BLOCKS[table].rows(block)
    rows = f"main.{table} WHERE {where} ORDER BY {BLOCKS[table].order}"
    return rows_digest(db, _columns(db, table), rows, values)


def whole_and_blocks(db: sqlite3.Connection, table: str) -> tuple[str, TableDigest]:
    """SHA-256 of all rows of a table, and its digest for a seal; from one reading if the order is the same."""
    if not is_in_blocks(db, table):
        whole = part_digest(db, table)
        return whole, whole
    if BLOCKS[table].order != order_of(table):
        return part_digest(db, table), _in_blocks(db, table)
    together, columns, found = hashlib.sha256(), _columns(db, table), {}
    for block in blocks_of(db, table):
        where, values = BLOCKS[table].rows(block)
        rows = _written(db, columns, f"main.{table} WHERE {where} ORDER BY {order_of(table)}", values)
        found[block] = _digest(rows, together)
    return together.hexdigest(), found


def part_digest(db: sqlite3.Connection, table: str, where: str = "1", values: tuple[Any, ...] = ()) -> str:
    """SHA-256 of the rows of a table that meet a condition, serialized as for :func:`table_digests`."""
    order = _FORMERLY_SEALED.get(table) or order_of(table)
    return rows_digest(db, _columns(db, table), f"main.{table} WHERE {where} ORDER BY {order}", values)


def feed(
    db: sqlite3.Connection, table: str, where: str, values: tuple[Any, ...], *hashes: hashlib._Hash
) -> bool:  # fmt: skip
    """Hash the rows of a table that meet a condition, as for :func:`part_digest`. Returns whether there are any."""
    rows = f"main.{table} WHERE {where} ORDER BY {order_of(table)}"
    return _feed(_written(db, _columns(db, table), rows, values), *hashes)


def rows_digest(
    db: sqlite3.Connection, columns: Iterable[tuple[str, str]], rows: str, values: tuple[Any, ...] = ()
) -> str:
    """The same for some columns, each with its declared type; ``rows`` is the SQL after FROM."""
    return _digest(_written(db, columns, rows, values))


def _columns(db: sqlite3.Connection, table: str) -> Collection[tuple[str, str]]:
    return [(name, kind) for _, name, kind, *_ in db.execute(f"PRAGMA main.table_info({table})")]


def _written(
    db: sqlite3.Connection, columns: Iterable[tuple[str, str]], rows: str, values: tuple[Any, ...]
) -> sqlite3.Cursor:
    written = ", ".join(f"hex({name})" if kind in ("BLOB", "") else name for name, kind in columns)
    return db.execute(f"SELECT json_array({written}) FROM {rows}", values)  # noqa: S608 (our names)


def _digest(rows: sqlite3.Cursor, *others: hashlib._Hash) -> str:
    """SHA-256 of rows, each ended by LF; the other hashes are fed the same bytes."""
    whole = hashlib.sha256()
    _feed(rows, whole, *others)
    return whole.hexdigest()


def _feed(rows: sqlite3.Cursor, *hashes: hashlib._Hash) -> bool:
    """Feed rows to hashes, each ended by LF. Returns whether there are any."""
    found = False
    while some := rows.fetchmany(_AT_ONCE):
        found = True
        written = "\n".join([*chain.from_iterable(some), ""]).encode()
        for each in hashes:
            each.update(written)
    return found
