"""Interactions of one record, as they are listed: of those that nothing can join there may be very many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.case.store import Store


class LoneInteractions(NamedTuple):
    """Interactions of one record each.

    Attributes:
        total: how many.
        shown: the first and the last of them by time: start, number of the record, and its id.
    """

    total: int
    shown: list[tuple[int | None, int, str]]


def add_lone_records(store: Store, records: Iterable[tuple[int, int | None]], reason: int) -> None:
    """Make an interaction of each of some records.

    Args:
        store: the case's store.
        records: the number of each, and the start of its interaction in microseconds since 1970 UTC, or None.
        reason: number of the reason of their membership.
    """
    # Numbers below 0 are free: those of other interactions start with 0.
    store.db.executemany(
        "INSERT INTO temp.unnumbered SELECT -number, id, ?2, NULL, ?3 FROM record_values WHERE number = ?1",
        ((record, start, reason) for record, start in records),
    )


def last_listed(store: Store) -> int:
    """The place in the list of the last interaction; 0 if there is none."""
    (last,) = store.db.execute("SELECT coalesce(max(rowid), 0) FROM temp.unnumbered").fetchone()
    return int(last)


def lone_interactions(store: Store, most: int, after: int) -> LoneInteractions:
    """Return the interactions of one record that are listed after a place; if more than ``most``, two ends of them.

    These are the first ones by time, and the last one with a time.
    """
    db = store.db
    asked = "SELECT start, -interaction, 'REC-' || lower(hex(key))"
    listed = "FROM temp.unnumbered WHERE interaction < 0 AND rowid > ?"
    (count,) = db.execute(f"SELECT count(*) {listed}", (after,)).fetchone()
    in_order = f"{asked} {listed} ORDER BY start IS NULL, start, key LIMIT ?"
    shown = db.execute(in_order, (after, most)).fetchall()
    if count > most:
        # Where they are listed by time, each is later than the one before: to sort them takes ten times as long.
        last = f"{asked} {listed} AND start IS (SELECT max(start) {listed}) ORDER BY key DESC LIMIT 1"
        shown[-1] = db.execute(last, (after, after)).fetchone()
    return LoneInteractions(count, shown)
