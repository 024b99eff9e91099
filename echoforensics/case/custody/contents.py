"""Digests of what one evidence item put into the tables. Its line in the ledger carries them.

They leave out rows, joins and the search index, which are derived and are rebuilt after an interrupted run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import KINDS, has_additions
from echoforensics.case.sealing.seal import part_digest, rows_digest
from parsers.record import Issue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

#: Prefix of the issue that reports a changed second hash; the ledger's line records it too, see :mod:`.renewal`.
CHANGED_SOURCE = "the source changed while it was read: "

_ENTRIES = "SELECT id FROM {db}entries WHERE evidence_id = ?"
_PLACES = "SELECT id FROM {db}places WHERE entry_id IN (SELECT id FROM {db}entries WHERE evidence_id = ?)"
_RECORDS = "SELECT record FROM {db}places WHERE entry_id IN (SELECT id FROM {db}entries WHERE evidence_id = ?)"
_VALUES, _TIME_KINDS = "FROM {db}record_values", "SELECT kind FROM {db}timestamps"
#: By table, the condition for the rows of an evidence item. Its own row is handled apart: its state is not content.
PARTS: Mapping[str, str] = {
    "entries": "evidence_id = ?",
    "artefacts": "sha256 IN (SELECT sha256 FROM {db}entries WHERE evidence_id = ? AND artefact)",
    "kinds": f"id IN (SELECT kind {_VALUES} WHERE number IN ({_RECORDS}))",
    "forms": f"id IN (SELECT form {_VALUES} WHERE number IN ({_RECORDS}))",
    "record_values": f"number IN ({_RECORDS})",
    "time_kinds": f"id IN ({_TIME_KINDS} WHERE record IN ({_RECORDS}))",
    "timestamps": f"record IN ({_RECORDS})",
    "places": f"entry_id IN ({_ENTRIES})",
    "record_keys": f"place_id IN ({_PLACES})",
    "issues": f"evidence_id = ? AND substr(what, 1, {len(CHANGED_SOURCE)}) <> '{CHANGED_SOURCE}'",
}
#: The same where all records are of one item: they need not be looked for by their places.
_PARTS_OF_ALL: Mapping[str, str] = {
    "kinds": "id IN (SELECT kind FROM record_values)",
    "forms": "id IN (SELECT form FROM record_values)",
    "time_kinds": "id IN (SELECT kind FROM timestamps)",
}
#: Tables that hold only what evidence items put into them, and that nothing changes afterwards.
FILLED_BY_ITEMS = ("record_values", "timestamps", "places", "record_keys")
_ITEM = ("name", "location", "kind", "size", "sha256", "hashes", "described", "opening")


def content_digests(db: sqlite3.Connection, evidence: int, whole: Mapping[str, str] | None = None) -> dict[str, str]:
    """SHA-256 of an evidence item's part of each table, and of its own row, as hexadecimal.

    Rows are serialized as for the digests of whole tables: see
    :func:`echoforensics.case.sealing.seal.table_digests`.

    Args:
        db: the case's connection.
        evidence: number of the item.
        whole: for the only item of a case: digests of whole tables, which are not computed again.
    """
    columns = ((name, "TEXT") for name in _ITEM)
    found = {"evidence": rows_digest(db, columns, "evidence WHERE id = ?", (evidence,))}
    parts, of_all = _parts(db, "main"), _PARTS_OF_ALL if whole and not has_additions(db, "main") else {}
    for table, part in parts.items():
        if whole and table in whole:
            found[table] = whole[table]
        elif table in of_all:
            found[table] = part_digest(db, table, of_all[table])
        else:
            found[table] = part_digest(db, table, part.format(db=""), (evidence,))
    return found


def _parts(db: sqlite3.Connection, schema: str) -> Mapping[str, str]:
    """The SQL condition, by table, for the rows of an evidence item. Added records belong to no item."""
    if not has_additions(db, schema):
        return PARTS
    added = f"SELECT number FROM {{db}}record_values WHERE kind IN ({KINDS})"  # noqa: S608 (our names)
    without = {
        "kinds": f"id NOT IN ({KINDS})",
        "forms": f"kind NOT IN ({KINDS})",
        "record_values": f"kind NOT IN ({KINDS})",
        "timestamps": f"record NOT IN ({added})",
        "places": f"record NOT IN ({added})",
    }
    return {table: f"({part}) AND {without[table]}" if table in without else part for table, part in PARTS.items()}


def copy_contents(db: sqlite3.Connection, other: str, evidence: int) -> None:
    """Copy an evidence item and its table contents from an attached database.

    Args:
        db: a database with the tables of a case.
        other: the name under which the other is attached.
        evidence: number of the evidence item, the same in both.
    """
    # Its rows will be numbered again.
    columns = ", ".join(name for name in columns_of(db, "main", "evidence") if name != "numbered")
    db.execute(
        f"INSERT INTO main.evidence ({columns}) SELECT {columns} FROM {other}.evidence WHERE id = ?",  # noqa: S608
        (evidence,),
    )
    for table, part in _parts(db, other).items():
        columns = ", ".join(columns_of(db, "main", table))
        # An artefact or a record may have come with an item copied earlier.
        db.execute(
            f"INSERT OR IGNORE INTO main.{table} ({columns})"  # noqa: S608 (our names)
            f" SELECT {columns} FROM {other}.{table} WHERE {part.format(db=f'{other}.')}",
            (evidence,),
        )


def changed_source(before: str | None, after: object) -> Issue:
    """The issue for an evidence item whose second hash differs: the old and the new SHA-256."""
    return Issue(f"{CHANGED_SOURCE}SHA-256 was {before}, is {after}", parser="evidence")


def columns_of(db: sqlite3.Connection, schema: str, table: str) -> list[str]:
    """The columns of a table, in order."""
    return [name for _, name, *_ in db.execute(f"PRAGMA {schema}.table_info({table})")]
