"""Writes the tables ``interactions``, ``interaction_members`` and ``gaps``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.record_id import stored_id
from echoforensics.case.text import storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from echoforensics.case.spoken.case_gap import CaseGap
    from echoforensics.case.store import Store

#: The tables that are emptied and filled again.
CLEARED = ("interaction_members", "interactions", "join_reasons", "gaps")
#: Maximum number of exhibits that attest one record.
_MOST_ATTESTING = 100
#: Maximum number of cached reasons, so that equal ones are stored once.
_MOST_REASONS = 10_000


class NewInteraction(NamedTuple):
    """A new interaction.

    Attributes:
        number: its provisional number, not less than 0.
        key: id of a record; breaks ties between interactions with the same start.
        start: microseconds since 1970 UTC, or None.
        left_open: sentences on what was not joined.
        members: for each record its number, the strength, and the reason.
    """

    number: int
    key: str
    start: int | None
    left_open: Sequence[str]
    members: Sequence[tuple[int, str, str]]


class BareEntries(NamedTuple):
    """Account entries that are an interaction each, since they share nothing with other records.

    Attributes:
        total: number of entries.
        shown: the first and the last of them by time: start, and number of the record.
    """

    total: int
    shown: list[tuple[int | None, int]]


class Attested(NamedTuple):
    """The number of a member's record, and exhibits of other witnesses that attest the same."""

    record: int
    exhibits: list[str]


def clear_interactions(store: Store) -> None:
    """Delete interactions, their attestations, and gaps; and start the list of interactions to number."""
    db = store.db
    for table in CLEARED:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 (our names)
    db.execute("UPDATE exhibits SET corroborated_by = NULL WHERE corroborated_by IS NOT NULL")
    for table in ("unnumbered", "unnumbered_members"):
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    db.execute(
        "CREATE TEMP TABLE unnumbered (interaction INTEGER PRIMARY KEY, key BLOB, start INTEGER, left_open TEXT)"
    )
    db.execute("CREATE TEMP TABLE unnumbered_members (record INTEGER PRIMARY KEY, interaction INTEGER, reason INTEGER)")


def add_bare_entries(store: Store, types: Collection[str], alone: Collection[str], strength: str, reason: str) -> None:
    """Make an interaction of each listed candidate that nothing can join, and remove it from the list.

    These are account entries without an utterance id, a key, or a device's serial number: no other candidate
    in the list affects them.

    Args:
        store: the case's store.
        types: data types of such entries.
        alone: those types whose records are interactions even without a text.
        strength, reason: strength and reason of their membership.
    """
    db = store.db
    db.execute("DROP TABLE IF EXISTS temp.bare")
    db.execute(
        "CREATE TEMP TABLE bare AS SELECT r.number AS number, r.id AS id, r.transcript AS transcript,"
        " k.data_type AS data_type"
        " FROM temp.candidates c CROSS JOIN records r ON r.number = c.number CROSS JOIN kinds k ON k.id = r.kind"
        " WHERE k.data_type IN (SELECT value FROM json_each(?)) AND r.utterance_id IS NULL"
        " AND r.device_serial IS NULL AND NOT EXISTS (SELECT 1 FROM places p JOIN record_keys q ON q.place_id = p.id"
        " WHERE p.record = r.number)",
        (json.dumps(list(types)),),
    )
    db.execute("DELETE FROM temp.candidates WHERE number IN (SELECT number FROM temp.bare)")
    db.execute(
        "DELETE FROM temp.bare WHERE coalesce(transcript, '') = ''"
        " AND data_type NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(alone)),),
    )
    # Numbers below 0 are free: those of other interactions start with 0.
    db.execute(
        """
        INSERT INTO temp.unnumbered SELECT -b.number, b.id, coalesce(
            (SELECT t.timestamp FROM timestamps t JOIN time_kinds n ON n.id = t.kind WHERE t.record = b.number
                AND t.timestamp IS NOT NULL AND n.description = 'Creation Time' AND n.clock = 'cloud'
                ORDER BY t.ordinal LIMIT 1),
            (SELECT min(t.timestamp) FROM timestamps t JOIN time_kinds n ON n.id = t.kind WHERE t.record = b.number
                AND n.clock <> 'examiner' AND n.description <> 'Scheduled to start')), NULL
        FROM temp.bare b ORDER BY b.number DESC
        """
    )
    number = add_reason(store, strength, reason)
    db.execute("INSERT INTO unnumbered_members SELECT number, -number, ? FROM temp.bare ORDER BY number", (number,))
    db.execute("DROP TABLE temp.bare")


def bare_entries(store: Store, most: int) -> BareEntries:
    """Return the interactions from :func:`add_bare_entries`; if more than ``most``, only the first and the last."""
    db = store.db
    bare = "FROM temp.unnumbered WHERE interaction < 0"
    (count,) = db.execute(f"SELECT count(*) {bare}").fetchone()
    in_order = f"SELECT start, -interaction {bare} ORDER BY start IS NULL, start, key LIMIT ?"
    shown = db.execute(in_order, (most,)).fetchall()
    if count > most:
        # The last one with a time.
        last = f"SELECT start, -interaction {bare} ORDER BY start DESC, key DESC LIMIT 1"
        shown[-1] = db.execute(last).fetchone()
    return BareEntries(count, shown)


def add_interactions(store: Store, found: Iterable[NewInteraction]) -> None:
    """Add interactions and their members. :func:`number_interactions` numbers them later."""
    db = store.db
    reasons: dict[tuple[str, str], int] = {}
    for one in found:
        left_open = storable(json.dumps(one.left_open, ensure_ascii=False)) if one.left_open else None
        key = stored_id(one.key)
        db.execute("INSERT INTO temp.unnumbered VALUES (?, ?, ?, ?)", (one.number, key, one.start, left_open))
        for record, strength, reason in one.members:
            known = reasons.get((strength, reason))
            if known is None:
                if len(reasons) >= _MOST_REASONS:
                    reasons.clear()
                known = reasons[strength, reason] = add_reason(store, strength, reason)
            db.execute("INSERT INTO unnumbered_members VALUES (?, ?, ?)", (record, one.number, known))


def number_interactions(store: Store) -> None:
    """Number the added interactions by start, those without one last; then by key."""
    db = store.db
    db.execute(
        "CREATE TEMP TABLE numbered AS SELECT interaction, start, left_open FROM unnumbered"
        " ORDER BY start IS NULL, start, key"
    )
    db.execute("INSERT INTO interactions (number, start, left_open) SELECT rowid, start, left_open FROM temp.numbered")
    db.execute("CREATE INDEX temp.numbered_by_interaction ON numbered (interaction)")
    db.execute(
        "INSERT INTO interaction_members SELECT m.record, n.rowid, m.reason FROM unnumbered_members m"
        " CROSS JOIN temp.numbered n ON n.interaction = m.interaction ORDER BY m.record"
    )
    for table in ("unnumbered", "unnumbered_members", "numbered"):
        db.execute(f"DROP TABLE temp.{table}")


def add_reason(store: Store, strength: str, reason: str) -> int:
    """Add a reason for membership; returns its number."""
    cursor = store.db.execute("INSERT INTO join_reasons (strength, reason) VALUES (?, ?)", (strength, storable(reason)))
    return int(cursor.lastrowid or 0)


def place_of_exhibit(store: Store, exhibit: str) -> tuple[str, str, str]:
    """Evidence item, path and locator of an exhibit."""
    number = int(exhibit.rpartition("-")[2])
    found = store.db.execute("SELECT evidence, path, locator FROM row_details WHERE number = ?", (number,))
    evidence, path, locator = found.fetchone()
    return evidence, path, locator


def exhibit_of(store: Store, record: int) -> str:
    """The first exhibit of a record, by the record's number; empty if it has no row."""
    (found,) = store.db.execute("SELECT min(number) FROM exhibits WHERE record = ?", (record,)).fetchone()
    return f"EF-{found:07}" if found is not None else ""


def set_attested(store: Store, attested: Iterable[Attested]) -> None:
    """Store in the exhibits of records which others attest the same."""
    store.db.executemany(
        "UPDATE exhibits SET corroborated_by = ? WHERE record = ?",
        ((json.dumps(one.exhibits[:_MOST_ATTESTING]), one.record) for one in attested),
    )


def add_gaps(store: Store, gaps: Iterable[CaseGap]) -> None:
    """Add gaps, which must be numbered."""
    store.db.executemany(
        "INSERT INTO gaps (number, data_type, start, content) VALUES (?, ?, ?, ?)",
        ((int(gap.number.rpartition("-")[2]), gap.data_type, gap.start, storable(gap.stored())) for gap in gaps),
    )
