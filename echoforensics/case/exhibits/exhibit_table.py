"""Writes the table ``exhibits``: the SQL of :mod:`echoforensics.timeline.numbering`.

It reads visible items only: the evidence item being numbered, and those numbered before it
(see :func:`echoforensics.case.exhibits.join_table.begin_item`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.record_table import time_kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


class ItemToNumber(NamedTuple):
    """An evidence item whose records have yet to be numbered."""

    id: int
    name: str


class EntryToNumber(NamedTuple):
    """A file of an evidence item.

    Attributes:
        id: its number.
        sha256: of its content.
        copied: whether another visible file has the same content.
        last: the highest ordinal of its records.
    """

    id: int
    sha256: str
    copied: bool
    last: int


class PlacedRecord(NamedTuple):
    """A record at one of its places, with its joins there.

    Attributes:
        place: number of the place.
        record: the record's number.
        utterance_id: its own.
        joined_utterance, basis: the joined utterance id, and the basis of the join.
        recording: SHA-256 of the joined recording.
        joined_timestamp: a joined time, as JSON.
        places: number of places of the record.
    """

    place: int
    record: int
    kind: int
    data_type: str
    locator: str
    device_serial: str | None
    device_type: str | None
    utterance_id: str | None
    joined_utterance: str | None
    basis: str | None
    recording: str | None
    joined_timestamp: str | None
    sha256: str
    places: int


class OwnTime(NamedTuple):
    """A time that a record holds."""

    ordinal: int
    description: str
    recorded: str
    clock: str
    timestamp: int | None
    note: str


class NewExhibit(NamedTuple):
    """An exhibit to add or change. The names are those of the columns."""

    record: int
    kind: int
    place_id: int
    time: int | None
    time_kind: int
    timestamp: int | None
    places: int
    recorded_time: str | None
    utterance_id: str | None
    recording: str | None
    device_serial: str | None
    device_type: str | None
    added: str | None


class KnownExhibit(NamedTuple):
    """An exhibit of the case: its number, its shown place, and which of the record's times it shows."""

    number: int
    place: int
    time: int | None


_NAMES = ", ".join(NewExhibit._fields)
_INSERT = f"INSERT INTO exhibits ({_NAMES}) VALUES ({', '.join('?' for _ in NewExhibit._fields)})"  # noqa: S608 (our names)
_UPDATE = f"UPDATE exhibits SET {', '.join(f'{name} = ?' for name in NewExhibit._fields)} WHERE number = ?"  # noqa: S608
_VISIBLE = "e.evidence_id IN temp.visible"
_IS_RECORDING = "r.kind IN (SELECT id FROM kinds WHERE data_type LIKE 'recording:%')"

_PLACED = """
SELECT p.id, r.number, r.kind, k.data_type, r.locator, r.device_serial, r.device_type, r.utterance_id,
    CASE WHEN r.utterance_id IS NULL THEN ju.value END, ju.basis, jr.value, jm.value, e.sha256, {}
FROM {}
LEFT JOIN joins ju ON ju.place_id = p.id AND ju.what = 'utterance_id'
LEFT JOIN joins jr ON jr.place_id = p.id AND jr.what = 'recording'
LEFT JOIN joins jm ON jm.place_id = p.id AND jm.what = 'timestamp'
WHERE {}
"""
_OF_ENTRY = """entries e CROSS JOIN places p ON p.entry_id = e.id CROSS JOIN records r ON r.number = p.record
CROSS JOIN kinds k ON k.id = r.kind"""
_OF_RECORD = """records r CROSS JOIN kinds k ON k.id = r.kind CROSS JOIN places p ON p.record = r.number
CROSS JOIN entries e ON e.id = p.entry_id CROSS JOIN evidence v ON v.id = e.evidence_id"""
_OF_CONTENT = f"{_OF_ENTRY} CROSS JOIN evidence v ON v.id = e.evidence_id"
#: The order of places; the first is shown: live files before deleted ones before carved ones.
_SHOWN_FIRST = """
ORDER BY CASE e.state WHEN 'allocated' THEN 0 WHEN 'damaged' THEN 1 WHEN 'deleted' THEN 2 ELSE 3 END,
    v.name, e.path, e.address, p.ordinal, p.id
"""


def items_to_number(store: Store) -> list[ItemToNumber]:
    """Return the evidence items that were read completely but are not yet numbered, in the order of intake."""
    found = store.db.execute(
        "SELECT id, name FROM evidence WHERE numbered IS NULL AND state IN ('extracted', 'hashed again') ORDER BY id"
    )
    return [ItemToNumber(*item) for item in found]


def set_numbered(store: Store, evidence: int) -> None:
    """Mark an evidence item as numbered, and clear the list of changed records."""
    db = store.db
    db.execute("DELETE FROM changed_places")
    db.execute("DELETE FROM changed_streams")
    db.execute(
        "UPDATE evidence SET numbered = (SELECT coalesce(max(number), 0) FROM exhibits) WHERE id = ?", (evidence,)
    )


def last_numbered(store: Store) -> tuple[int, int]:
    """The last exhibit of all numbered items, and the last exhibit at all. A killed run may leave more exhibits."""
    found = store.db.execute(
        "SELECT (SELECT coalesce(max(numbered), 0) FROM evidence), (SELECT coalesce(max(number), 0) FROM exhibits)"
    ).fetchone()
    return int(found[0]), int(found[1])


def entries_to_number(store: Store, evidence: int) -> Iterator[EntryToNumber]:
    """Yield the files of an evidence item that hold records, by path."""
    found = store.db.execute(
        f"""
        SELECT o.id, o.sha256, (SELECT count(*) > 1 FROM (
                SELECT 1 FROM entries e WHERE e.artefact AND e.sha256 = o.sha256 AND {_VISIBLE} LIMIT 2)),
            (SELECT max(ordinal) FROM places WHERE entry_id = o.id) AS last
        FROM entries o WHERE o.evidence_id = ? AND last IS NOT NULL ORDER BY o.path, o.address
        """,  # noqa: S608 (our names)
        (evidence,),
    )
    return map(EntryToNumber._make, found)


def is_plain(store: Store, entry: int) -> bool:
    """Whether an entry's records have rows for their own times only: it has no recordings and no joined times."""
    found = store.db.execute(
        f"SELECT 1 FROM {_OF_ENTRY} WHERE e.id = ? AND (k.data_type LIKE 'recording:%'"  # noqa: S608 (our names)
        " OR EXISTS (SELECT 1 FROM joins j WHERE j.place_id = p.id AND j.what = 'timestamp')) LIMIT 1",
        (entry,),
    )
    return found.fetchone() is None


def add_plain(store: Store, entry: int, ordinals: range, no_time: int) -> None:
    """Add the exhibits of records of a plain entry, in order. Each record must have this one place.

    Args:
        store: the case's store.
        entry: number of the entry.
        ordinals: ordinals of the records.
        no_time: the time kind for a record without a time.
    """
    store.db.execute(
        """
        INSERT INTO exhibits (record, kind, place_id, time, time_kind, timestamp, places, utterance_id, recording)
        SELECT p.record, r.kind, p.id, t.ordinal, coalesce(t.kind, ?), t.timestamp, 1,
            CASE WHEN r.utterance_id IS NULL THEN ju.value END, jr.value
        FROM places p CROSS JOIN records r ON r.number = p.record LEFT JOIN timestamps t ON t.record = p.record
        LEFT JOIN joins ju ON ju.place_id = p.id AND ju.what = 'utterance_id'
        LEFT JOIN joins jr ON jr.place_id = p.id AND jr.what = 'recording'
        WHERE p.entry_id = ? AND p.ordinal >= ? AND p.ordinal < ?
        ORDER BY p.ordinal, p.id, t.ordinal
        """,
        (no_time, entry, ordinals.start, ordinals.stop),
    )


def placed_in(store: Store, entry: EntryToNumber) -> Iterator[PlacedRecord]:
    """Yield the records of an entry, by place in the file. For a copied file, ``places`` is 0: not counted."""
    query = _PLACED.format(0 if entry.copied else 1, _OF_ENTRY, "e.id = ?")
    found = store.db.execute(f"{query} ORDER BY p.ordinal, p.id", (entry.id,))
    return map(PlacedRecord._make, found)


def places_of(store: Store, record: int) -> list[PlacedRecord]:
    """Return a record at each of its places, the shown one first."""
    query = _PLACED.format("count(*) OVER ()", _OF_RECORD, f"r.number = ? AND {_VISIBLE}")
    return [PlacedRecord._make(placed) for placed in store.db.execute(query + _SHOWN_FIRST, (record,))]


def places_of_recording(store: Store, sha256: str) -> list[PlacedRecord]:
    """Return every recording with the same bytes, the shown one first."""
    where = f"e.artefact AND e.sha256 = ? AND k.data_type LIKE 'recording:%' AND {_VISIBLE}"
    query = _PLACED.format(0, _OF_CONTENT, where)
    return [PlacedRecord._make(placed) for placed in store.db.execute(query + _SHOWN_FIRST, (sha256,))]


def times_of(store: Store, record: int) -> list[OwnTime]:
    """Return the times of a record, in its order."""
    found = store.db.execute(
        "SELECT t.ordinal, m.description, t.recorded, m.clock, t.timestamp, m.note FROM timestamps t"
        " JOIN time_kinds m ON m.id = t.kind WHERE t.record = ? ORDER BY t.ordinal",
        (record,),
    )
    return [OwnTime(*time) for time in found]


def count_places(store: Store, sha256: str) -> int:
    """Number of visible places of an artefact in the evidence."""
    found = store.db.execute(
        f"SELECT count(*) FROM entries e WHERE e.artefact AND e.sha256 = ? AND {_VISIBLE}",  # noqa: S608 (our names)
        (sha256,),
    )
    return int(found.fetchone()[0])


def time_kind(store: Store, description: str, clock: str, note: str = "") -> int:
    """Return the number of a time kind."""
    return time_kinds_of(store)[description, clock, note]


def has_exhibit(store: Store, record: int, place: int | None = None) -> bool:
    """Whether a record has an exhibit; if a place is given, one that shows this place."""
    where, values = ("record = ?", [record]) if place is None else ("record = ? AND place_id = ?", [record, place])
    found = store.db.execute(f"SELECT 1 FROM exhibits WHERE {where} LIMIT 1", values)  # noqa: S608 (our own text)
    return found.fetchone() is not None


def recording_has_exhibit(store: Store, sha256: str) -> bool:
    """Whether a recording with these bytes has an exhibit."""
    found = store.db.execute(
        f"SELECT 1 FROM {_OF_ENTRY} CROSS JOIN exhibits w ON w.record = r.number"  # noqa: S608 (our names)
        " WHERE e.artefact AND e.sha256 = ? AND k.data_type LIKE 'recording:%' LIMIT 1",
        (sha256,),
    )
    return found.fetchone() is not None


def exhibits_of(store: Store, record: int) -> list[KnownExhibit]:
    """The exhibits of a record, in order."""
    found = store.db.execute("SELECT number, place_id, time FROM exhibits WHERE record = ? ORDER BY 1", (record,))
    return [KnownExhibit(*exhibit) for exhibit in found]


def add_exhibit(store: Store, exhibit: NewExhibit) -> None:
    """Add an exhibit with the next number."""
    store.db.execute(_INSERT, exhibit)


def change_exhibit(store: Store, number: int, exhibit: NewExhibit) -> None:
    """Change the content of an exhibit. Its number stays."""
    store.db.execute(_UPDATE, (*exhibit, number))


def note_places(store: Store, entry: int) -> None:
    """Mark the records of an entry as changed: known records have one more place."""
    store.db.execute("INSERT OR IGNORE INTO changed_places SELECT id FROM places WHERE entry_id = ?", (entry,))


def changed_records(store: Store, before: int) -> Iterator[int]:
    """Yield a changed record for each row that was already numbered, in order of exhibits.

    Args:
        store: the case's store.
        before: the last exhibit of the earlier evidence items.
    """
    found = store.db.execute(
        f"""
        WITH changed AS (
            SELECT p.record, p.entry_id FROM changed_places c CROSS JOIN places p ON p.id = c.place_id
        ), contents AS (
            SELECT DISTINCT e.sha256 FROM changed c CROSS JOIN records r ON r.number = c.record
            CROSS JOIN entries e ON e.id = c.entry_id WHERE {_IS_RECORDING}
        )
        SELECT min(w.number), w.record FROM (
            SELECT record FROM changed UNION SELECT p.record FROM contents c
            CROSS JOIN entries e ON e.sha256 = c.sha256 AND e.artefact CROSS JOIN places p ON p.entry_id = e.id
            CROSS JOIN records r ON r.number = p.record WHERE {_IS_RECORDING}
        ) c CROSS JOIN exhibits w ON w.record = c.record
        WHERE w.number <= ? GROUP BY w.record ORDER BY 1
        """,  # noqa: S608 (our names)
        (before,),
    )
    return (record for _, record in found)
