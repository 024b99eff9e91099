"""The tables ``joins`` and ``spoken``, and shared keys: the SQL of :mod:`echoforensics.timeline.correlation`.

Joins belong to places, not to records: a copied file may share other keys than its original. They are made for one
evidence item at a time, from it and the items numbered before it: those that :func:`begin_item` makes visible.
Queries group by key, content or stream, so that the work grows with the number of places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from echoforensics.case.store import Store


class NamedByKey(NamedTuple):
    """An utterance id named by a record with some key, and the place of that record."""

    key: str
    path: str
    locator: str
    utterance_id: str


class KeySummary(NamedTuple):
    """Summary of the records with one key.

    Attributes:
        key: the key.
        stream: the stream that all of them name; None if they name several, or something that is no utterance id.
        text: the utterance id, if all of them name the same.
        path, locator, first: the place of the first record, and what it names.
    """

    key: str
    stream: str | None
    text: str | None
    path: str
    locator: str
    first: str


class Asked(NamedTuple):
    """What records name that share a key with the places of one group: by path, locator and key."""

    group: str
    summary: KeySummary


class Spoken(NamedTuple):
    """A place of a stream, with its segment. ``recording`` is the SHA-256 of its bytes if it is a recording."""

    stream: str
    place: int
    segment: int | None
    recording: str | None


class RequestOfKey(NamedTuple):
    """The time of the request for an answer with some key, as a list records it, and the place in the list."""

    key: str
    path: str
    locator: str
    description: str
    recorded: str
    clock: str
    timestamp: int | None
    note: str


class Join(NamedTuple):
    """A value joined to a record (``utterance_id``, ``recording`` or ``timestamp``), and its basis in one sentence."""

    what: str
    value: str
    basis: str


class JoinedExhibit(NamedTuple):
    """A value that a record got from another one, with its first exhibit; None if it has no row."""

    exhibit: str | None
    what: str
    basis: str


_BEGIN = """
DROP TABLE IF EXISTS temp.visible;
CREATE TEMP TABLE visible (id INTEGER PRIMARY KEY);
DROP TABLE IF EXISTS temp.touched_keys;
CREATE TEMP TABLE touched_keys (key TEXT PRIMARY KEY) WITHOUT ROWID;
DROP TABLE IF EXISTS temp.asking;
CREATE TEMP TABLE asking (grp, place_id INTEGER, PRIMARY KEY (grp, place_id)) WITHOUT ROWID;
DROP TABLE IF EXISTS temp.named;
CREATE TEMP TABLE named (key TEXT PRIMARY KEY, stream TEXT, text TEXT, path TEXT, locator TEXT, first TEXT)
    WITHOUT ROWID;
"""
#: The places of an evidence item.
_OF_ITEM = "entries e CROSS JOIN places p ON p.entry_id = e.id"
_IS_RECORDING = "kind IN (SELECT id FROM kinds WHERE data_type LIKE 'recording:%')"
_IS_LIST = "kind IN (SELECT id FROM kinds WHERE data_type = 'alexa:app:acquired_file')"
_OF_REQUEST = "(k.key LIKE 'saved-as:%' OR k.key LIKE 'content-sha1:%')"


def begin_item(store: Store, evidence: int) -> None:
    """Prepare the temporary tables for an evidence item: it and the items numbered before become visible."""
    db = store.db
    for statement in _BEGIN.split(";"):
        db.execute(statement)
    db.execute("INSERT INTO temp.visible SELECT id FROM evidence WHERE numbered IS NOT NULL OR id = ?", (evidence,))
    db.execute(
        # A key of one place alone, such as that of each alarm, joins nothing.
        f"INSERT OR IGNORE INTO temp.touched_keys SELECT k.key FROM {_OF_ITEM}"  # noqa: S608 (our names)
        " CROSS JOIN record_keys k ON k.place_id = p.id WHERE e.evidence_id = ?"
        " AND EXISTS (SELECT 1 FROM record_keys o WHERE o.key = k.key AND o.place_id <> k.place_id)",
        (evidence,),
    )


def joins_of(store: Store, place: int) -> list[Join]:
    """Return the joins of a place."""
    found = store.db.execute("SELECT what, value, basis FROM joins WHERE place_id = ? ORDER BY what", (place,))
    return [Join(*join) for join in found]


def set_join(store: Store, place: int, what: str, join: Join | None) -> None:
    """Set or clear a join of a place. A change is recorded in the table ``changed_places``."""
    db = store.db
    known = db.execute("SELECT value, basis FROM joins WHERE place_id = ? AND what = ?", (place, what)).fetchone()
    if known == ((join.value, join.basis) if join else None):
        return
    db.execute("INSERT OR IGNORE INTO changed_places VALUES (?)", (place,))
    if join:
        db.execute("INSERT OR REPLACE INTO joins VALUES (?, ?, ?, ?)", (place, what, join.value, join.basis))
    else:
        db.execute("DELETE FROM joins WHERE place_id = ? AND what = ?", (place, what))


def list_asking(store: Store, evidence: int) -> None:
    """List the places that may take an utterance id: those without one that have a key of the evidence item.

    Recordings with the same bytes are one group: they share each other's keys.
    """
    db = store.db
    db.execute(
        f"""
        INSERT OR IGNORE INTO temp.asking
        SELECT CASE WHEN r.{_IS_RECORDING} THEN e.sha256 ELSE p.id END, p.id
        FROM temp.touched_keys t CROSS JOIN record_keys k ON k.key = t.key CROSS JOIN places p ON p.id = k.place_id
        CROSS JOIN records r ON r.number = p.record CROSS JOIN entries e ON e.id = p.entry_id
        WHERE r.utterance_id IS NULL AND t.key NOT LIKE 'content-sha1:%'
            AND (t.key NOT LIKE 'saved-as:%' OR r.{_IS_RECORDING}) AND e.evidence_id IN temp.visible
        """  # noqa: S608 (our names)
    )
    if not db.execute("SELECT 1 FROM kinds WHERE data_type LIKE 'recording:%'").fetchone():
        return
    db.execute(
        f"""
        INSERT OR IGNORE INTO temp.asking SELECT e.sha256, p.id FROM {_OF_ITEM}
        CROSS JOIN records r ON r.number = p.record
        WHERE e.evidence_id = ? AND e.artefact AND r.utterance_id IS NULL AND r.{_IS_RECORDING}
        """,  # noqa: S608 (our names)
        (evidence,),
    )
    db.execute(
        f"""
        INSERT OR IGNORE INTO temp.asking
        SELECT e.sha256, p.id FROM (SELECT DISTINCT grp FROM temp.asking WHERE typeof(grp) = 'text') a
        CROSS JOIN entries e ON e.sha256 = a.grp AND e.artefact CROSS JOIN places p ON p.entry_id = e.id
        CROSS JOIN records r ON r.number = p.record
        WHERE e.evidence_id IN temp.visible AND r.{_IS_RECORDING}
        """  # noqa: S608 (our names)
    )


def named_by_keys(store: Store) -> Iterator[NamedByKey]:
    """Yield the utterance ids of records that share a key with listed places: by key, path and place in the file."""
    found = store.db.execute(
        """
        SELECT a.key, e.path, r.locator, r.utterance_id
        FROM (SELECT DISTINCT k.key FROM temp.asking a CROSS JOIN record_keys k ON k.place_id = a.place_id) a
        CROSS JOIN record_keys k ON k.key = a.key CROSS JOIN places p ON p.id = k.place_id
        CROSS JOIN records r ON r.number = p.record CROSS JOIN entries e ON e.id = p.entry_id
        WHERE r.utterance_id IS NOT NULL AND e.evidence_id IN temp.visible
        ORDER BY 1, 2, 3
        """
    )
    return map(NamedByKey._make, found)


def keep_summaries(store: Store, summaries: Iterable[KeySummary]) -> None:
    """Store, for :func:`asked`, the summary of each key's records."""
    store.db.executemany("INSERT INTO temp.named VALUES (?, ?, ?, ?, ?, ?)", summaries)


def asked(store: Store) -> Iterator[Asked]:
    """Yield what groups of places may take: by group, then by path, locator and key."""
    found = store.db.execute(
        f"""
        SELECT DISTINCT a.grp, n.*
        FROM temp.asking a CROSS JOIN record_keys k ON k.place_id = a.place_id CROSS JOIN temp.named n ON n.key = k.key
        CROSS JOIN places p ON p.id = a.place_id CROSS JOIN records r ON r.number = p.record
        WHERE n.key NOT LIKE 'content-sha1:%' AND (n.key NOT LIKE 'saved-as:%' OR r.{_IS_RECORDING})
        ORDER BY a.grp, n.path, n.locator, n.key
        """  # noqa: S608 (our names)
    )
    return (Asked(group, KeySummary(*summary)) for group, *summary in found)


def groups(store: Store) -> Iterator[tuple[str, int, str | None]]:
    """Yield each group of listed places, each place without an utterance id of its own, and the id it was given."""
    return store.db.execute(
        "SELECT a.grp, a.place_id,"
        " (SELECT j.value FROM joins j WHERE j.place_id = a.place_id AND j.what = 'utterance_id')"
        " FROM temp.asking a CROSS JOIN places p ON p.id = a.place_id"
        " CROSS JOIN records r ON r.number = p.record WHERE r.utterance_id IS NULL ORDER BY a.grp, a.place_id"
    )


def places_naming(store: Store, evidence: int) -> Iterator[tuple[int, str]]:
    """Yield every place of an evidence item whose record names an utterance, with the utterance id."""
    return store.db.execute(
        f"SELECT p.id, r.utterance_id FROM {_OF_ITEM} CROSS JOIN records r ON r.number = p.record"  # noqa: S608
        " WHERE e.evidence_id = ? AND r.utterance_id IS NOT NULL",
        (evidence,),
    )


def add_spoken(store: Store, found: Sequence[tuple[str, int, int | None]]) -> None:
    """Set stream, place and segment of places that had no stream, or the same."""
    store.db.executemany("INSERT OR REPLACE INTO spoken VALUES (?, ?, ?)", found)
    store.db.executemany("INSERT OR IGNORE INTO changed_streams VALUES (?)", ((stream,) for stream, _, _ in found))


def set_spoken(store: Store, place: int, stream: str, segment: int | None, former: str | None = None) -> None:
    """Set the stream and segment of a place, replacing a former stream; an empty stream means none."""
    db = store.db
    if former:
        db.execute("DELETE FROM spoken WHERE uuid = ? AND place_id = ?", (former, place))
        db.execute("INSERT OR IGNORE INTO changed_streams VALUES (?)", (former,))
    if stream:
        add_spoken(store, [(stream, place, segment)])


def changed_streams(store: Store) -> Iterator[Spoken]:
    """Yield the places of every changed stream, by stream; nothing if the case has no recordings."""
    if not store.db.execute("SELECT 1 FROM kinds WHERE data_type LIKE 'recording:%'").fetchone():
        return iter(())
    found = store.db.execute(
        f"""
        SELECT s.uuid, s.place_id, s.segment, CASE WHEN r.{_IS_RECORDING} THEN e.sha256 END
        FROM changed_streams t CROSS JOIN spoken s ON s.uuid = t.uuid CROSS JOIN places p ON p.id = s.place_id
        CROSS JOIN records r ON r.number = p.record CROSS JOIN entries e ON e.id = p.entry_id ORDER BY s.uuid
        """  # noqa: S608 (our names)
    )
    return map(Spoken._make, found)


def list_answers(store: Store) -> None:
    """List the answers without a time that share a key with a list, where either belongs to the item."""
    db = store.db
    db.execute("DELETE FROM temp.asking")
    if not db.execute("SELECT 1 FROM kinds WHERE data_type = 'alexa:app:acquired_file'").fetchone():
        return
    db.execute(
        f"""
        INSERT OR IGNORE INTO temp.asking SELECT p.id, p.id
        FROM temp.touched_keys t CROSS JOIN record_keys k ON k.key = t.key CROSS JOIN places p ON p.id = k.place_id
        CROSS JOIN records r ON r.number = p.record CROSS JOIN entries e ON e.id = p.entry_id
        WHERE {_OF_REQUEST} AND NOT r.{_IS_LIST} AND e.evidence_id IN temp.visible
            AND NOT EXISTS (SELECT 1 FROM timestamps own WHERE own.record = r.number)
        """  # noqa: S608 (our names)
    )


def requests(store: Store) -> Iterator[RequestOfKey]:
    """Yield the requests that share a key with listed answers: by key, path and place in the list."""
    found = store.db.execute(
        f"""
        SELECT a.key, e.path, r.locator, m.description, t.recorded, m.clock, t.timestamp, m.note
        FROM (SELECT DISTINCT k.key FROM temp.asking a CROSS JOIN record_keys k ON k.place_id = a.place_id
            WHERE {_OF_REQUEST}) a
        CROSS JOIN record_keys k ON k.key = a.key CROSS JOIN places p ON p.id = k.place_id
        CROSS JOIN records r ON r.number = p.record CROSS JOIN entries e ON e.id = p.entry_id
        CROSS JOIN timestamps t ON t.record = r.number CROSS JOIN time_kinds m ON m.id = t.kind
        WHERE r.{_IS_LIST} AND m.clock <> 'examiner' AND e.evidence_id IN temp.visible
        ORDER BY 1, 2, 3, t.ordinal
        """  # noqa: S608 (our names)
    )
    return map(RequestOfKey._make, found)


def keys_of_answers(store: Store) -> Iterator[tuple[int, str]]:
    """Yield each listed answer with each key that can identify its request."""
    return store.db.execute(
        "SELECT a.place_id, k.key FROM temp.asking a CROSS JOIN record_keys k"  # noqa: S608 (our names)
        f" ON k.place_id = a.place_id WHERE {_OF_REQUEST} ORDER BY 1, 2"
    )


def bases_of_recordings(store: Store) -> list[tuple[str, int]]:
    """The bases on which recordings were joined to records, with counts; most frequent first."""
    return store.db.execute(
        "SELECT j.basis, count(DISTINCT p.record) FROM joins j JOIN places p ON p.id = j.place_id"
        " WHERE j.what = 'recording' GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()


def joined_exhibits(store: Store) -> Iterator[JoinedExhibit]:
    """Yield all other joins, by exhibit; those without one last."""
    found = store.db.execute(
        """
        SELECT DISTINCT
            (SELECT printf('EF-%07d', min(w.number)) FROM exhibits w WHERE w.record = p.record HAVING count(*)),
            j.what, j.basis
        FROM joins j JOIN places p ON p.id = j.place_id
        WHERE j.what <> 'recording' ORDER BY 1 IS NULL, 1, 2, 3
        """
    )
    return map(JoinedExhibit._make, found)
