"""Near misses that nothing can join. A long log has many; each is an interaction by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.spoken.interaction_table import start_of_record

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: The time of a stream's opening: a near miss may be within a stream of the same file, by that file's clock.
_OPENED = "SELECT id FROM time_kinds WHERE description = 'Connection Established'"
_NEAR_MISS = "SELECT id FROM kinds WHERE data_type = 'echo:log:near_miss'"
#: Forms of records without the line of a stream: the names of their fields are part of the form.
_WITHOUT_LINE = "SELECT id FROM forms WHERE instr(fields, '\"stream_line\"') = 0"
#: The file of a record: all its places have the same bytes.
_FILE = "(SELECT e.sha256 FROM places p CROSS JOIN entries e ON e.id = p.entry_id WHERE p.record = {} LIMIT 1)"


def add_lone_near_misses(store: Store, window: int, reason: int) -> None:
    """Make an interaction of each listed near miss that nothing can join, and remove it from the list.

    These have no key and no line of a stream, and no stream of their file begins near their time: they and other
    records do not affect each other.

    Args:
        store: the case's store.
        window: microseconds; streams that begin this close to a near miss may contain its time.
        reason: number of the reason of their membership.
    """
    _list_lone(store, window)
    db = store.db
    db.execute("DELETE FROM temp.candidates WHERE number IN (SELECT number FROM temp.lone)")
    if db.execute("SELECT 1 FROM temp.lone LIMIT 1").fetchone():
        # Numbers below 0 are free: those of other interactions start with 0.
        db.execute(
            f"INSERT INTO temp.unnumbered SELECT -number, id, {start_of_record(store, 'lone.number')}, NULL, ?"  # noqa: S608
            " FROM temp.lone",
            (reason,),
        )
    for table in ("opened", "lone"):
        db.execute(f"DROP TABLE temp.{table}")


def _list_lone(store: Store, window: int) -> None:
    """Create the temporary table of these near misses."""
    db = store.db
    for table in ("opened", "lone"):
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    db.execute("CREATE TEMP TABLE opened (sha256 TEXT, at INTEGER, PRIMARY KEY (sha256, at)) WITHOUT ROWID")
    db.execute(
        f"INSERT OR IGNORE INTO temp.opened SELECT {_FILE.format('t.record')}, other.timestamp"  # noqa: S608 (our text)
        " FROM temp.candidates c CROSS JOIN timestamps t ON t.record = c.number"
        " CROSS JOIN timestamps other ON other.record = t.record"
        f" WHERE t.kind IN ({_OPENED}) AND other.timestamp IS NOT NULL"
    )
    db.execute(
        "CREATE TEMP TABLE lone AS SELECT r.number AS number, r.id AS id"  # noqa: S608 (our text)
        " FROM temp.candidates c CROSS JOIN record_values r ON r.number = c.number"
        f" WHERE r.kind IN ({_NEAR_MISS}) AND r.utterance_id IS NULL AND (r.form IN ({_WITHOUT_LINE})"
        " OR (SELECT json_extract(f.fields, '$.stream_line') FROM records f WHERE f.number = r.number) IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM places p CROSS JOIN record_keys q ON q.place_id = p.id"
        " WHERE p.record = r.number)"
    )
    if db.execute("SELECT 1 FROM temp.opened LIMIT 1").fetchone():
        db.execute(
            "DELETE FROM temp.lone WHERE EXISTS (SELECT 1 FROM temp.opened o"  # noqa: S608 (our text)
            f" WHERE o.sha256 = {_FILE.format('lone.number')} AND o.at BETWEEN"
            " (SELECT min(t.timestamp) FROM timestamps t WHERE t.record = lone.number) - ?"
            " AND (SELECT max(t.timestamp) FROM timestamps t WHERE t.record = lone.number) + ?)",
            (window, window),
        )
