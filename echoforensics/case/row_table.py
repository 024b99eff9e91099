"""The tables ``rows`` and ``search``, being filled: the SQL of :mod:`echoforensics.timeline.numbering`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store


class PlacedRecord(NamedTuple):
    """A record at one of its places, with what was joined to it there.

    Attributes:
        place: number of the place.
        record: the record's id.
        basis: by what the utterance id was joined; None where it is the record's own.
        recording: SHA-256 of the recording that it is, or that belongs to it.
        joined_timestamp: a time joined to it, as JSON.
        places: how many places hold the record.
    """

    place: int
    record: str
    data_type: str
    message: str
    locator: str
    device_serial: str | None
    device_type: str | None
    account: str | None
    person: str | None
    utterance_id: str | None
    transcript: str | None
    fields: str
    basis: str | None
    recording: str | None
    joined_timestamp: str | None
    evidence: str
    path: str
    sha256: str
    parser: str
    parser_version: str
    places: int


class RecordTime(NamedTuple):
    """A time that a record holds. ``locator`` is empty where it is within the record's own."""

    description: str
    recorded: str
    clock: str
    timestamp: int | None
    locator: str


class NewRow(NamedTuple):
    """A row that is to be added: one time of a record, shown at one of its places. The names are the columns'."""

    exhibit: str
    place_id: int
    record: str
    timestamp: int | None
    datetime: str | None
    timestamp_desc: str
    message: str
    data_type: str
    recorded_time: str | None
    clock: str
    device_serial: str | None
    device_type: str | None
    account: str | None
    person: str | None
    utterance_id: str | None
    transcript: str | None
    recording: str | None
    evidence: str
    path: str
    locator: str
    sha256: str
    parser: str
    parser_version: str
    places: int


_NAMES = ", ".join(NewRow._fields)
_MARKS = ", ".join("?" for _ in NewRow._fields)
_INSERT = f"INSERT INTO rows ({_NAMES}, corroborated_by) VALUES ({_MARKS}, '[]')"  # noqa: S608 (our names)

_PLACED = """
SELECT p.id, r.id, r.data_type, r.message || f.remark, r.locator, r.device_serial, r.device_type, r.account, r.person,
    coalesce(r.utterance_id, ju.value), r.transcript, r.fields, ju.basis,
    CASE WHEN r.data_type LIKE 'recording:%' THEN e.sha256 ELSE jr.value END,
    jm.value, v.name, e.path, e.sha256, r.parser, r.parser_version,
    (SELECT count(*) FROM places q WHERE q.record_id = r.id)
FROM places p
JOIN records r ON r.id = p.record_id
JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id
JOIN entries f ON f.id = p.read_from
LEFT JOIN joins ju ON ju.place_id = p.id AND ju.what = 'utterance_id'
LEFT JOIN joins jr ON jr.place_id = p.id AND jr.what = 'recording'
LEFT JOIN joins jm ON jm.place_id = p.id AND jm.what = 'timestamp'
"""
_IN_ORDER = " ORDER BY v.id, e.path, e.address, p.ordinal, p.id"
#: The place that is shown comes first: of a file that is there, before one that was deleted, before what was carved.
_SHOWN_FIRST = """
ORDER BY CASE e.state WHEN 'allocated' THEN 0 WHEN 'damaged' THEN 1 WHEN 'deleted' THEN 2 ELSE 3 END,
    v.name, e.path, e.address, p.ordinal, p.id
"""


def clear_rows(store: Store) -> None:
    """Forget every row."""
    store.db.execute("DELETE FROM rows")
    store.db.execute("DELETE FROM search")


def placed_records(store: Store) -> Iterator[PlacedRecord]:
    """Every record at every place, in the order of exhibits: evidence item, path, place in the file."""
    return map(PlacedRecord._make, store.db.execute(_PLACED + _IN_ORDER))


def places_of(store: Store, record: str) -> list[PlacedRecord]:
    """A record at each of its places, the one that is shown first."""
    return [
        PlacedRecord._make(found) for found in store.db.execute(f"{_PLACED}WHERE r.id = ?{_SHOWN_FIRST}", (record,))
    ]


def places_of_recording(store: Store, sha256: str) -> list[PlacedRecord]:
    """Every recording of the same bytes, the one that is shown first."""
    where = "WHERE e.artefact AND e.sha256 = ? AND r.data_type LIKE 'recording:%'"
    return [PlacedRecord._make(found) for found in store.db.execute(f"{_PLACED}{where}{_SHOWN_FIRST}", (sha256,))]


def times_of(store: Store, record: str) -> list[RecordTime]:
    """The times that a record holds, in its order."""
    found = store.db.execute(
        "SELECT description, recorded, clock, timestamp, locator FROM timestamps WHERE record_id = ? ORDER BY ordinal",
        (record,),
    )
    return [RecordTime(*time) for time in found]


def count_places(store: Store, sha256: str) -> int:
    """At how many places in the evidence an artefact lies."""
    found = store.db.execute("SELECT count(*) FROM entries WHERE artefact AND sha256 = ?", (sha256,))
    return int(found.fetchone()[0])


def add_row(store: Store, row: NewRow, fields: str) -> None:
    """Add a row, with the record's other fields for the full-text index."""
    store.db.execute(_INSERT, row)
    store.db.execute(
        "INSERT INTO search (exhibit, message, transcript, fields) VALUES (?, ?, ?, ?)",
        (row.exhibit, row.message, row.transcript, fields),
    )


def corroborate(store: Store) -> None:
    """Name, for each row of an utterance, the exhibits of the other side: the device's log or the account.

    Only the device's own records and the account's are independent of each other; a card and an activity
    come from one service, and say the same thing twice. Lists made by whoever collected the evidence attest
    nothing of their own. Reads the temporary table of :func:`echoforensics.case.join_table.list_spoken`.
    """
    db = store.db
    db.execute(
        """
        CREATE TEMP TABLE sides AS
        SELECT min(w.exhibit) AS exhibit, w.place_id AS place, s.uuid AS key,
            CASE WHEN w.data_type LIKE 'echo:%' THEN 'device' ELSE 'account' END AS side
        FROM rows w JOIN temp.spoken s ON s.place_id = w.place_id
        WHERE (w.data_type LIKE 'echo:%' OR w.data_type LIKE 'alexa:%')
            AND w.data_type NOT IN ('alexa:cloud:listed_url', 'alexa:app:acquired_file')
        GROUP BY w.place_id, s.uuid
        """
    )
    db.execute("CREATE INDEX temp.sides_by_place ON sides (place)")
    db.execute("CREATE INDEX temp.sides_by_key ON sides (key, side)")
    db.execute(
        """
        UPDATE rows SET corroborated_by = (
            SELECT json_group_array(exhibit) FROM (
                SELECT DISTINCT o.exhibit FROM temp.sides s
                JOIN temp.sides o ON o.key = s.key AND o.side <> s.side
                WHERE s.place = rows.place_id ORDER BY o.exhibit))
        WHERE place_id IN (SELECT place FROM temp.sides)
        """
    )
    db.execute("DROP TABLE temp.sides")
