"""Writes the tables ``interactions``, ``interaction_members`` and ``gaps``."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.record_id import stored_id
from echoforensics.case.text import storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from echoforensics.case.spoken.case_gap import CaseGap
    from echoforensics.case.store import Store

#: The tables that are emptied and filled again.
CLEARED = ("join_reasons", "gaps")
#: Maximum number of exhibits that attest one record.
_MOST_ATTESTING = 100
#: Maximum number of cached reasons, so that equal ones are stored once.
_MOST_REASONS = 10_000
#: Among so many of the first reasons of a case, those of very many interactions are found.
_FIRST_REASONS = 100
#: The temporary tables of interactions that are not numbered yet.
_LISTS = ("unnumbered", "unnumbered_members", "numbered")


#: Called with names of tables before most of their rows are replaced.
Remaking = Callable[[Collection[str]], object]


class NewInteraction(NamedTuple):
    """A new interaction.

    Attributes:
        number: its provisional number, which is that of one of its records.
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


class Attested(NamedTuple):
    """The number of a member's record, and exhibits of other witnesses that attest the same."""

    record: int
    exhibits: list[str]


class Reasons:
    """The reasons of a case. Equal ones are stored once; of very many, some again."""

    def __init__(self, store: Store, gone: Collection[int] | None = None) -> None:
        """Start with no reason, or with some of those that the case has.

        Args:
            store: the case's store.
            gone: numbers of interactions that are replaced: their reasons are known, and the first of the case.
        """
        self._db = store.db
        self._known: dict[tuple[str, str], int] = {}
        if gone is None:
            return
        found = self._db.execute(
            "SELECT strength, reason, id FROM join_reasons WHERE id <= ? UNION SELECT s.strength, s.reason, s.id"
            " FROM json_each(?) g CROSS JOIN interaction_members m ON m.interaction = g.value"
            " CROSS JOIN join_reasons s ON s.id = m.reason ORDER BY 3 DESC",
            (_FIRST_REASONS, json.dumps(list(gone))),
        )
        self._known = {(strength, reason): number for strength, reason, number in found}

    def number(self, strength: str, reason: str) -> int:
        """The number of a reason for membership, which is added if it is not known."""
        known = self._known.get((strength, reason))
        if known is None:
            if len(self._known) >= _MOST_REASONS:
                self._known.clear()
            cursor = self._db.execute(
                "INSERT INTO join_reasons (strength, reason) VALUES (?, ?)", (strength, storable(reason))
            )
            known = self._known[strength, reason] = int(cursor.lastrowid or 0)
        return known


def clear_interactions(store: Store) -> None:
    """Delete attestations, reasons and gaps. Interactions are replaced when they are numbered."""
    db = store.db
    for table in CLEARED:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 (our names)
    db.execute("UPDATE exhibits SET corroborated_by = NULL WHERE corroborated_by IS NOT NULL")


def begin_interactions(store: Store) -> None:
    """Start the list of interactions, which are numbered when all are listed."""
    db = store.db
    for table in _LISTS:
        db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    # An interaction of one record has the record's number, below 0, and the reason; others have members of their own.
    db.execute(
        "CREATE TEMP TABLE unnumbered (interaction INTEGER, key BLOB, start INTEGER, left_open TEXT, reason INTEGER)"
    )
    db.execute("CREATE TEMP TABLE unnumbered_members (record INTEGER PRIMARY KEY, interaction INTEGER, reason INTEGER)")


def end_interactions(store: Store) -> None:
    """Forget the list, when its interactions are numbered."""
    for table in _LISTS:
        store.db.execute(f"DROP TABLE IF EXISTS temp.{table}")


def add_bare_entries(store: Store, types: Collection[str], alone: Collection[str], reason: int) -> None:
    """Make an interaction of each listed candidate that nothing can join, and remove it from the list.

    These are account entries without an utterance id, a key, or a device's serial number: no other candidate
    in the list affects them.

    Args:
        store: the case's store.
        types: data types of such entries.
        alone: those types whose records are interactions even without a text.
        reason: number of the reason of their membership.
    """
    db = store.db
    kinds = _numbers(store, "SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))", types)
    if not kinds:
        return
    always = _numbers(store, "SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))", alone)
    # Numbers below 0 are free: those of other interactions start with 0.
    db.execute(
        "INSERT INTO temp.unnumbered SELECT -r.number, r.id, coalesce("  # noqa: S608 (our text)
        " (SELECT t.timestamp FROM timestamps t WHERE t.record = r.number AND t.timestamp IS NOT NULL"
        f" AND t.kind IN ({_creation_times(store)}) ORDER BY t.ordinal LIMIT 1), {start_of_record(store, 'r.number')}),"
        f" NULL, CASE WHEN r.kind IN ({_listed(always)}) OR coalesce(r.transcript, '') <> '' THEN ? END"
        " FROM temp.candidates c CROSS JOIN records r ON r.number = c.number"
        f" WHERE r.kind IN ({_listed(kinds)}) AND r.utterance_id IS NULL"
        " AND r.device_serial IS NULL AND NOT EXISTS (SELECT 1 FROM places p JOIN record_keys q ON q.place_id = p.id"
        " WHERE p.record = r.number)",
        (reason,),
    )
    db.execute("DELETE FROM temp.candidates WHERE number IN (SELECT -interaction FROM temp.unnumbered)")
    # They say nothing.
    db.execute("DELETE FROM temp.unnumbered WHERE reason IS NULL")


def start_of_record(store: Store, record: str) -> str:
    """The SQL for the start of an interaction of one record, whose number is a given expression."""
    kinds = _numbers(
        store, "SELECT id FROM time_kinds WHERE clock <> 'examiner' AND description <> 'Scheduled to start'"
    )
    asked = f"SELECT min(t.timestamp) FROM timestamps t WHERE t.record = {record}"  # noqa: S608 (our names)
    return f"({asked} AND t.kind IN ({_listed(kinds)}))"


def _creation_times(store: Store) -> str:
    kinds = "SELECT id FROM time_kinds WHERE description = 'Creation Time' AND clock = 'cloud'"
    return _listed(_numbers(store, kinds))


def _numbers(store: Store, question: str, names: Collection[str] | None = None) -> list[int]:
    values = () if names is None else (json.dumps(list(names)),)
    return [number for (number,) in store.db.execute(question, values)]


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def add_interactions(store: Store, found: Iterable[NewInteraction], reasons: Reasons) -> None:
    """List interactions and their members, which are numbered later."""
    store.db.executemany(
        "INSERT INTO temp.unnumbered VALUES (?, ?, ?, ?, ?)", _listed_interactions(store, found, reasons)
    )


def _listed_interactions(
    store: Store, found: Iterable[NewInteraction], reasons: Reasons
) -> Iterator[tuple[int, bytes, int | None, str | None, int | None]]:
    """Yield the row of each interaction, and add the members of those with several."""
    for one in found:
        left_open = storable(json.dumps(one.left_open, ensure_ascii=False)) if one.left_open else None
        key = stored_id(one.key)
        members = [(record, one.number, reasons.number(strength, reason)) for record, strength, reason in one.members]
        if len(members) == 1:
            (record, _, reason) = members[0]
            yield -record, key, one.start, left_open, reason
        else:
            store.db.executemany("INSERT INTO temp.unnumbered_members VALUES (?, ?, ?)", members)
            yield one.number, key, one.start, left_open, None


def number_interactions(store: Store, remaking: Remaking) -> None:
    """Number the listed interactions by start, those without one last; then by key. They replace those of the case.

    Of a case that has interactions only those that differ are written, so that the others need no new digest.

    Args:
        store: the case's store.
        remaking: called with the name of a table before most of its rows are replaced.
    """
    db = store.db
    db.execute(
        "CREATE TEMP TABLE numbered AS SELECT interaction, start, left_open, reason FROM unnumbered"
        " ORDER BY start IS NULL, start, key"
    )
    db.execute("CREATE INDEX temp.numbered_with_members ON numbered (interaction) WHERE interaction >= 0")
    interactions = "SELECT rowid AS number, start, left_open FROM temp.numbered"
    # Sorted, as the table is filled faster in its order.
    members = (
        "SELECT -interaction AS record, rowid AS interaction, reason FROM temp.numbered WHERE interaction < 0 UNION ALL"
        " SELECT m.record, n.rowid, m.reason FROM unnumbered_members m CROSS JOIN temp.numbered n"
        " ON n.interaction = m.interaction AND n.interaction >= 0 ORDER BY 1"
    )
    _write(store, "interactions", ("number", "start", "left_open"), interactions, remaking)
    _write(store, "interaction_members", ("record", "interaction", "reason"), members, remaking)


def _write(store: Store, table: str, columns: tuple[str, ...], rows: str, remaking: Remaking) -> None:
    """Give a table these rows; the first of its columns is their key. Rows that it has already are not touched."""
    db, key, names = store.db, columns[0], ", ".join(columns)
    held = store.count(table)
    if not held:
        db.execute(f"INSERT INTO main.{table} ({names}) {rows}")
        return
    db.execute(f"CREATE TEMP TABLE wanted ({key} INTEGER PRIMARY KEY, {', '.join(columns[1:])})")
    db.execute(f"INSERT INTO temp.wanted {rows}")
    differ = " OR ".join(f"h.{name} IS NOT w.{name}" for name in columns)
    differing = f"temp.wanted w LEFT JOIN main.{table} h ON h.{key} = w.{key} WHERE {differ}"
    (count,) = db.execute(f"SELECT count(*) FROM {differing}").fetchone()  # noqa: S608 (our names)
    if count > held // 2:
        remaking((table,))
        db.execute(f"DELETE FROM main.{table}")  # noqa: S608 (our names)
        db.execute(f"INSERT INTO main.{table} ({names}) SELECT * FROM temp.wanted ORDER BY {key}")  # noqa: S608 (our names)
    else:
        db.execute(f"DELETE FROM main.{table} WHERE {key} NOT IN (SELECT {key} FROM temp.wanted)")  # noqa: S608 (our names)
        db.execute(
            f"INSERT OR REPLACE INTO main.{table} ({names}) SELECT w.* FROM {differing} ORDER BY w.{key}"  # noqa: S608 (our names)
        )
    db.execute("DROP TABLE temp.wanted")


def place_of_exhibit(store: Store, exhibit: str) -> tuple[str, str, str]:
    """Evidence item, path and locator of an exhibit."""
    number = int(exhibit.rpartition("-")[2])
    found = store.db.execute("SELECT evidence, path, locator FROM row_details WHERE number = ?", (number,))
    evidence, path, locator = found.fetchone()
    return evidence, path, locator


def start_of(store: Store, interaction: int) -> int | None:
    """The start of an interaction, in microseconds since 1970 UTC; None if no record of it holds a time."""
    start: int | None
    (start,) = store.db.execute("SELECT start FROM interactions WHERE number = ?", (interaction,)).fetchone()
    return start


def exhibit_of(store: Store, record: int) -> str:
    """The first exhibit of a record, by the record's number; empty if it has no row."""
    (found,) = store.db.execute("SELECT min(number) FROM exhibits WHERE record = ?", (record,)).fetchone()
    return f"EF-{found:07}" if found is not None else ""


def set_attested(store: Store, attested: Iterable[Attested]) -> None:
    """Store in the exhibits of records which others attest the same."""
    store.db.executemany("UPDATE exhibits SET corroborated_by = ? WHERE record = ?", map(_attesting, attested))


def renew_attested(store: Store, attested: Iterable[Attested]) -> None:
    """The same for the touched records, all of them; of the others nothing changes."""
    db = store.db
    db.execute("CREATE TEMP TABLE attested (record INTEGER PRIMARY KEY, exhibits TEXT)")
    db.executemany("INSERT INTO temp.attested (exhibits, record) VALUES (?, ?)", map(_attesting, attested))
    attesting = "(SELECT a.exhibits FROM temp.attested a WHERE a.record = exhibits.record)"
    db.execute(
        f"UPDATE exhibits SET corroborated_by = {attesting}"  # noqa: S608 (our text)
        f" WHERE record IN (SELECT number FROM temp.touched) AND corroborated_by IS NOT {attesting}"
    )
    db.execute("DROP TABLE temp.attested")


def _attesting(one: Attested) -> tuple[str, int]:
    return json.dumps(one.exhibits[:_MOST_ATTESTING]), one.record


def add_gaps(store: Store, gaps: Iterable[CaseGap]) -> None:
    """Add gaps, which must be numbered."""
    store.db.executemany(
        "INSERT INTO gaps (number, data_type, start, content) VALUES (?, ?, ?, ?)", map(_gap_row, gaps)
    )


def replace_gaps(store: Store, gaps: Collection[CaseGap]) -> None:
    """Make these the gaps of the case; they must be numbered from 1 on. Those that it has already are not touched."""
    store.db.executemany(
        "INSERT OR REPLACE INTO gaps (number, data_type, start, content) SELECT ?1, ?2, ?3, ?4"
        " WHERE NOT EXISTS (SELECT 1 FROM gaps WHERE number = ?1 AND data_type = ?2 AND content = ?4)",
        map(_gap_row, gaps),
    )
    store.db.execute("DELETE FROM gaps WHERE number > ?", (len(gaps),))


def _gap_row(gap: CaseGap) -> tuple[int, str, int | None, str]:
    return int(gap.number.rpartition("-")[2]), gap.data_type, gap.start, storable(gap.stored())
