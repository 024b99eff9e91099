"""The table ``joins``, and what records share: the SQL of :mod:`echoforensics.timeline.correlation`.

Joins are made of places, not of records: a copied file may share other keys than its original.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from echoforensics.case.store import Store


class NamedUtterance(NamedTuple):
    """An utterance id that a place may take from another with which it shares a key.

    Attributes:
        place: which names no utterance.
        utterance_id: what the other record names.
        key: what both share.
        path, locator: where the other record is.
    """

    place: int
    utterance_id: str
    key: str
    path: str
    locator: str


class NamingPlace(NamedTuple):
    """A place whose record names an utterance or was given one, with the SHA-256 of its file."""

    place: int
    utterance_id: str
    data_type: str
    sha256: str


class SpokenPlace(NamedTuple):
    """The stream and segment of a place."""

    place: int
    uuid: str
    segment: int | None
    data_type: str
    sha256: str


class RecordingOfStream(NamedTuple):
    """A place, and a recording of the same stream: the segment of each, and the recording's SHA-256."""

    place: int
    segment: int | None
    other: int | None
    sha256: str


class Request(NamedTuple):
    """The time at which an answer was asked for, as a list keeps it.

    Attributes:
        place: of the answer.
        key: what the answer and the list share.
        description, recorded, clock, timestamp, note: the time.
        path, locator: where in the list.
    """

    place: int
    key: str
    description: str
    recorded: str
    clock: str
    timestamp: int | None
    note: str
    path: str
    locator: str


@dataclass(frozen=True, slots=True)
class Join:
    """What was joined to a record (``utterance_id``, ``recording`` or ``timestamp``), and by what: one sentence."""

    what: str
    value: str
    basis: str


class JoinedExhibit(NamedTuple):
    """What a record was given by another, with its first exhibit; None where it has no row of its own."""

    exhibit: str | None
    what: str
    basis: str


def clear_joins(store: Store) -> None:
    """Forget every join."""
    store.db.execute("DELETE FROM joins")


def add_join(store: Store, place: int, join: Join) -> None:
    """Add a join."""
    store.db.execute("INSERT INTO joins VALUES (?, ?, ?, ?)", (place, join.what, join.value, join.basis))


def joins_of(store: Store, place: int) -> list[Join]:
    """What was joined to a place."""
    found = store.db.execute("SELECT what, value, basis FROM joins WHERE place_id = ? ORDER BY what", (place,))
    return [Join(*join) for join in found]


def named_utterances(store: Store) -> list[NamedUtterance]:
    """The utterance ids that places without one may take, by place, then in an order that no id decides.

    Recordings of the same bytes are taken together: what one of them shares, the others share.
    """
    found = store.db.execute(
        """
        SELECT p.id, o.utterance_id, k.key, e2.path, o.locator
        FROM records r JOIN places p ON p.record_id = r.id JOIN entries e ON e.id = p.entry_id
        JOIN record_keys k ON k.place_id IN (
            SELECT p.id UNION ALL
            SELECT q.id FROM entries s JOIN places q ON q.entry_id = s.id JOIN records t ON t.id = q.record_id
            WHERE r.data_type LIKE 'recording:%' AND s.artefact AND s.sha256 = e.sha256
              AND t.data_type LIKE 'recording:%')
        JOIN record_keys k2 ON k2.key = k.key
        JOIN places p2 ON p2.id = k2.place_id
        JOIN records o ON o.id = p2.record_id AND o.utterance_id IS NOT NULL
        JOIN entries e2 ON e2.id = p2.entry_id
        WHERE r.utterance_id IS NULL AND k.key NOT LIKE 'content-sha1:%'
          AND (k.key NOT LIKE 'saved-as:%' OR r.data_type LIKE 'recording:%')
        ORDER BY p.id, e2.path, o.locator, k.key
        """
    )
    return [NamedUtterance(*named) for named in found]


def naming_places(store: Store) -> Iterator[NamingPlace]:
    """Every place whose record names an utterance, or was given one by a join."""
    found = store.db.execute(
        """
        SELECT p.id, coalesce(r.utterance_id, j.value), r.data_type, e.sha256
        FROM records r JOIN places p ON p.record_id = r.id JOIN entries e ON e.id = p.entry_id
        LEFT JOIN joins j ON j.place_id = p.id AND j.what = 'utterance_id'
        WHERE coalesce(r.utterance_id, j.value) IS NOT NULL
        """
    )
    yield from map(NamingPlace._make, found)


def list_spoken(store: Store, spoken: Iterable[SpokenPlace]) -> None:
    """Make the temporary table ``spoken``, which :func:`recordings_of_streams` and the numbering read."""
    db = store.db
    db.execute("DROP TABLE IF EXISTS temp.spoken")
    db.execute("CREATE TEMP TABLE spoken (place_id INTEGER, uuid TEXT, segment INTEGER, data_type TEXT, sha256 TEXT)")
    db.executemany("INSERT INTO temp.spoken VALUES (?, ?, ?, ?, ?)", spoken)
    db.execute("CREATE INDEX temp.spoken_by_uuid ON spoken (uuid)")
    db.execute("CREATE INDEX temp.spoken_by_place ON spoken (place_id)")


def recordings_of_streams(store: Store) -> list[RecordingOfStream]:
    """Each place that is no recording, with the recordings of its stream, by place."""
    found = store.db.execute(
        """
        SELECT s.place_id, s.segment, a.segment, a.sha256
        FROM temp.spoken s JOIN temp.spoken a ON a.uuid = s.uuid
        WHERE s.data_type NOT LIKE 'recording:%' AND a.data_type LIKE 'recording:%'
        ORDER BY s.place_id
        """
    )
    return [RecordingOfStream(*pair) for pair in found]


def requests(store: Store) -> list[Request]:
    """The requests of answers that hold no time, by the answer's place."""
    db = store.db
    # The requests first: an answer's records share one key, and must not be paired with each other.
    db.execute("DROP TABLE IF EXISTS temp.requests")
    db.execute(
        """
        CREATE TEMP TABLE requests AS
        SELECT k.key, m.description, m.recorded, m.clock, m.timestamp, m.note, e.path, o.locator
        FROM records o JOIN places p ON p.record_id = o.id JOIN entries e ON e.id = p.entry_id
        JOIN record_keys k ON k.place_id = p.id AND (k.key LIKE 'saved-as:%' OR k.key LIKE 'content-sha1:%')
        JOIN timestamps m ON m.record_id = o.id AND m.clock <> 'examiner'
        WHERE o.data_type = 'alexa:app:acquired_file'
        """
    )
    db.execute("CREATE INDEX temp.requests_by_key ON requests (key)")
    found = db.execute(
        """
        SELECT k.place_id, q.* FROM temp.requests q JOIN record_keys k ON k.key = q.key
        JOIN places p ON p.id = k.place_id
        JOIN records r ON r.id = p.record_id AND r.data_type <> 'alexa:app:acquired_file'
        WHERE NOT EXISTS (SELECT 1 FROM timestamps own WHERE own.record_id = r.id)
        ORDER BY k.place_id, q.path, q.locator, q.key
        """
    ).fetchall()
    db.execute("DROP TABLE temp.requests")
    return [Request(*request) for request in found]


def bases_of_recordings(store: Store) -> list[tuple[str, int]]:
    """By what recordings were joined to records, and how often; most frequent first."""
    return store.db.execute(
        "SELECT j.basis, count(DISTINCT p.record_id) FROM joins j JOIN places p ON p.id = j.place_id"
        " WHERE j.what = 'recording' GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()


def joined_exhibits(store: Store) -> Iterator[JoinedExhibit]:
    """Every other join, by exhibit; those without one last."""
    found = store.db.execute(
        "SELECT DISTINCT (SELECT min(exhibit) FROM rows w WHERE w.record = p.record_id), j.what, j.basis"
        " FROM joins j JOIN places p ON p.id = j.place_id WHERE j.what <> 'recording' ORDER BY 1 IS NULL, 1, 2, 3"
    )
    return map(JoinedExhibit._make, found)
