"""What one evidence item put into the tables, as digests that its line in the ledger carries.

Rows, joins and the search index are not among it: they follow from it, and are made anew where a run was interrupted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.seal import rows_digest
from parsers.record import Issue

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

#: How an issue begins that the ledger's line on the second hash stands for; see :mod:`.renewal`.
CHANGED_SOURCE = "the source changed while it was read: "

_ENTRIES = "SELECT id FROM {db}entries WHERE evidence_id = ?"
_PLACES = "SELECT id FROM {db}places WHERE entry_id IN (SELECT id FROM {db}entries WHERE evidence_id = ?)"
_RECORDS = "SELECT record_id FROM {db}places WHERE entry_id IN (SELECT id FROM {db}entries WHERE evidence_id = ?)"
#: By table, which rows of it belong to an evidence item. The item's own row is apart: its state is not what it holds.
PARTS: Mapping[str, str] = {
    "entries": "evidence_id = ?",
    "artefacts": "sha256 IN (SELECT sha256 FROM {db}entries WHERE evidence_id = ? AND artefact)",
    "records": f"id IN ({_RECORDS})",
    "timestamps": f"record_id IN ({_RECORDS})",
    "places": f"entry_id IN ({_ENTRIES})",
    "record_keys": f"place_id IN ({_PLACES})",
    "issues": f"evidence_id = ? AND substr(what, 1, {len(CHANGED_SOURCE)}) <> '{CHANGED_SOURCE}'",
}
_ITEM = "SELECT name, location, kind, size, sha256, hashes, described, opening FROM evidence WHERE id = ?"


def content_digests(db: sqlite3.Connection, evidence: int) -> dict[str, str]:
    """SHA-256 of what an evidence item put into each table, and of its own row, as hexadecimal.

    Written as the digests of whole tables are: see :func:`echoforensics.case.seal.table_digests`.
    """
    found = {"evidence": rows_digest(db.execute(_ITEM, (evidence,)))}
    for table, part in PARTS.items():
        columns = columns_of(db, "main", table)
        order = ", ".join(str(number + 1) for number in range(len(columns)))
        wanted = f"SELECT {', '.join(columns)} FROM {table} WHERE {part.format(db='')} ORDER BY {order}"  # noqa: S608
        found[table] = rows_digest(db.execute(wanted, (evidence,)))
    return found


def copy_contents(db: sqlite3.Connection, other: str, evidence: int) -> None:
    """Copy an evidence item and what it put into the tables out of an attached database.

    Args:
        db: a database with the tables of a case.
        other: the name by which the other is attached.
        evidence: number of the evidence item, here and there.
    """
    columns = ", ".join(columns_of(db, "main", "evidence"))
    db.execute(
        f"INSERT INTO main.evidence ({columns}) SELECT {columns} FROM {other}.evidence WHERE id = ?",  # noqa: S608
        (evidence,),
    )
    for table, part in PARTS.items():
        columns = ", ".join(columns_of(db, "main", table))
        # An artefact or a record may have come with an item that was copied before.
        db.execute(
            f"INSERT OR IGNORE INTO main.{table} ({columns})"  # noqa: S608 (our names)
            f" SELECT {columns} FROM {other}.{table} WHERE {part.format(db=f'{other}.')}",
            (evidence,),
        )


def changed_source(before: str | None, after: object) -> Issue:
    """What is said of an evidence item whose second hash is another: what its SHA-256 was and is."""
    return Issue(f"{CHANGED_SOURCE}SHA-256 was {before}, is {after}", parser="evidence")


def columns_of(db: sqlite3.Connection, schema: str, table: str) -> list[str]:
    """The columns of a table, in order."""
    return [name for _, name, *_ in db.execute(f"PRAGMA {schema}.table_info({table})")]
