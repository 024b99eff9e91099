"""Lists the records whose interactions an addition may change: those that share a name, a file's time or a sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from echoforensics.case.spoken.added_evidence import AllConcernedError
from echoforensics.case.spoken.joined_query import records_to_join

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.spoken.spoken_record import SpokenRecord
    from echoforensics.case.store import Store

#: Greater than every character of a key.
_LAST = "\U0010ffff"
#: More accounts than this are not looked through for activities of one millisecond.
_MOST_CUSTOMERS = 50
#: So many old records may be touched in any case; in a large one, this part of its interactions.
_MOST_TOUCHED, _PART = 1000, 4
_ACTIVITY = "activity:"


class Touching:
    """Finds records by what ties them to others. Each method returns numbers of records, of any type.

    Args:
        store: the case's store.
    """

    def __init__(self, store: Store) -> None:
        self._db = store.db
        self._customers: list[str] | None = None
        self._lines: dict[int, dict[int, set[int]]] = {}

    def of_stream(self, uuid: str) -> set[int]:
        """Records that name a stream."""
        return self._found("spoken s CROSS JOIN places p ON p.id = s.place_id WHERE s.uuid = ?", uuid)

    def of_key(self, key: str) -> set[int]:
        """Records with a key."""
        return self._found("record_keys q CROSS JOIN places p ON p.id = q.place_id WHERE q.key = ?", key)

    def of_keys_from(self, prefix: str) -> set[int]:
        """Records with a key that begins so."""
        where = "record_keys q CROSS JOIN places p ON p.id = q.place_id WHERE q.key >= ? AND q.key < ?"
        return self._found(where, prefix, prefix + _LAST)

    def of_sound(self, sha256: str) -> set[int]:
        """Records of files with the same bytes."""
        where = "entries e CROSS JOIN places p ON p.entry_id = e.id WHERE e.artefact AND e.sha256 = ?"
        return self._found(where, sha256)

    def of_activities_at(self, milliseconds: str) -> set[int]:
        """Records with the key of an activity that the service created in a millisecond.

        Raises:
            AllConcernedError: the case is of too many accounts to look through.
        """
        if self._customers is None:
            self._customers = self._every_customer()
        return set().union(*(self.of_keys_from(f"{_ACTIVITY}{one}#{milliseconds}#") for one in self._customers))

    def near(self, record: int, sha256: str, start: int, end: int) -> set[int]:
        """Records of a file with a row between two times, both ends included; not the record itself."""
        return self._found(
            "exhibits w CROSS JOIN places p ON p.id = w.place_id CROSS JOIN entries e ON e.id = p.entry_id"
            " WHERE (w.timestamp IS NULL) = 0 AND w.timestamp BETWEEN ? AND ? AND e.sha256 = ?",
            start, end, sha256,
        ) - {record}  # fmt: skip

    def of_lines(self, record: int, lines: Collection[int]) -> set[int]:
        """Records of the record's file that name one of these lines of the log as a stream's."""
        (entry,) = self._db.execute("SELECT entry_id FROM places WHERE record = ? LIMIT 1", (record,)).fetchone()
        if entry not in self._lines:
            held: dict[int, set[int]] = {}
            found = self._db.execute(
                "SELECT r.number, l.value FROM places p CROSS JOIN records r ON r.number = p.record"
                " CROSS JOIN json_each(json_array(json_extract(r.fields, '$.stream_line'))) l WHERE p.entry_id = ?1"
                " AND l.type = 'integer' UNION ALL"
                " SELECT r.number, l.value FROM places p CROSS JOIN records r ON r.number = p.record"
                " CROSS JOIN json_each(r.fields, '$.lines') l WHERE p.entry_id = ?1 AND l.type = 'integer'",
                (entry,),
            )
            for number, line in found:
                held.setdefault(line, set()).add(number)
            self._lines[entry] = held
        return set().union(*(self._lines[entry].get(line, ()) for line in lines))

    def _found(self, where: str, *values: object) -> set[int]:
        return {record for (record,) in self._db.execute(f"SELECT p.record FROM {where}", values)}  # noqa: S608 (our text)

    def _every_customer(self) -> list[str]:
        customers: list[str] = []
        first = _ACTIVITY
        while True:
            found = self._db.execute(
                "SELECT key FROM record_keys WHERE key >= ? AND key < 'activity;' ORDER BY key LIMIT 1", (first,)
            ).fetchone()
            if found is None:
                return customers
            customer = found[0].removeprefix(_ACTIVITY).partition("#")[0]
            if len(customers) >= _MOST_CUSTOMERS:
                raise AllConcernedError
            customers.append(customer)
            # The character after "#".
            first = f"{_ACTIVITY}{customer}$" if "#" in found[0] else found[0] + "\0"


def list_added(
    store: Store, before: Extent, types: Collection[str], key_kinds: Collection[str], following: Collection[str]
) -> None:
    """List, for :func:`list_touched`, the added records that may belong to an interaction.

    So are records that were there before and got another place or row.

    Args:
        store: the case's store.
        before: the earlier extent of the case.
        types, key_kinds: as of :func:`echoforensics.case.spoken.spoken_query.list_candidates`.
        following: data types of records that belong to an interaction only if another record has their key.

    Raises:
        AllConcernedError: the addition is also of an evidence item that was there before.
    """
    db = store.db
    db.execute("DROP TABLE IF EXISTS temp.candidates")
    db.execute("CREATE TEMP TABLE candidates (number INTEGER PRIMARY KEY)")
    db.execute("DROP TABLE IF EXISTS temp.touched")
    db.execute("CREATE TEMP TABLE touched (number INTEGER PRIMARY KEY)")
    of_before = (
        "SELECT 1 FROM (SELECT DISTINCT evidence_id FROM entries WHERE id > ?2) n CROSS JOIN entries e"
        " ON e.evidence_id = n.evidence_id AND e.id <= ?2 UNION ALL"
        " SELECT 1 FROM places WHERE id > ?1 AND min(entry_id, read_from) <= ?2 LIMIT 1"
    )
    if db.execute(of_before, (before.place, before.entry)).fetchone():
        raise AllConcernedError
    is_candidate = _is_candidate(store, types, key_kinds)
    for found, values in (
        ("SELECT number AS record FROM records WHERE number > ?", (before.record,)),
        ("SELECT record FROM places WHERE id > ? AND +record <= ?", (before.place, before.record)),
        ("SELECT record FROM exhibits WHERE number > ? AND +record <= ?", (before.exhibit, before.record)),
    ):
        db.execute(
            f"INSERT OR IGNORE INTO temp.candidates SELECT r.number FROM ({found}) f CROSS JOIN records r"  # noqa: S608
            f" ON r.number = f.record WHERE {is_candidate}",
            values,
        )
    db.execute(
        f"INSERT OR IGNORE INTO temp.candidates SELECT r.number FROM places p CROSS JOIN records r"  # noqa: S608
        f" ON r.number = p.record AND r.kind IN ({_kinds(store, following)}) CROSS JOIN record_keys k"
        " ON k.place_id = p.id WHERE p.id > ? AND EXISTS (SELECT 1 FROM record_keys o WHERE o.key = k.key"
        " AND o.place_id <> p.id)",
        (before.place,),
    )
    db.execute("INSERT INTO temp.touched SELECT number FROM temp.candidates")


def list_touched(
    store: Store, types: Collection[str], key_kinds: Collection[str], links: Callable[[SpokenRecord], set[int]]
) -> None:
    """Add to the listed records all that their links lead to, and the members of their interactions.

    The table ``touched`` then has all of them, and those that were taken from the list before.

    Args:
        store: the case's store.
        types, key_kinds: as of :func:`list_added`.
        links: returns the numbers of the records that a record may be joined to, or that it may join.

    Raises:
        AllConcernedError: they lead to a large part of the case.
    """
    db = store.db
    is_candidate = _is_candidate(store, types, key_kinds)
    known = {number for (number,) in db.execute("SELECT number FROM temp.touched")}
    (last,) = db.execute("SELECT coalesce(max(number), 0) FROM interactions").fetchone()
    most = len(known) + max(_MOST_TOUCHED, last // _PART)
    fresh = [number for (number,) in db.execute("SELECT number FROM temp.candidates")]
    found = _members_beside(store, known)
    while fresh or found:
        for record in records_to_join(store, fresh):
            found |= links(record)
        found |= _members_beside(store, fresh)
        asked = json.dumps(sorted(found - known))
        where = f"json_each(?) f CROSS JOIN records r ON r.number = f.value WHERE {is_candidate}"
        fresh = [number for (number,) in db.execute(f"SELECT r.number FROM {where}", (asked,))]  # noqa: S608 (our text)
        found = set()
        known.update(fresh)
        if len(known) > most:
            raise AllConcernedError
        for table in ("candidates", "touched"):
            db.executemany(f"INSERT INTO temp.{table} VALUES (?)", ((number,) for number in fresh))  # noqa: S608 (our names)


def _members_beside(store: Store, records: Iterable[int]) -> set[int]:
    """The members of the interactions of some records."""
    found = store.db.execute(
        "SELECT o.record FROM json_each(?) f CROSS JOIN interaction_members m ON m.record = f.value"
        " CROSS JOIN interaction_members o ON o.interaction = m.interaction",
        (json.dumps(list(records)),),
    )
    return {record for (record,) in found}


def _is_candidate(store: Store, types: Collection[str], key_kinds: Collection[str]) -> str:
    """The SQL for whether the record ``r`` may belong to an interaction."""
    keys = " OR ".join(f"q.key >= '{kind}:' AND q.key < '{kind};'" for kind in key_kinds)
    kinds = _kinds(store, types, recordings=True)
    return (
        f"(r.utterance_id IS NOT NULL OR r.kind IN ({kinds}) OR EXISTS (SELECT 1 FROM places p"  # noqa: S608 (our text)
        f" CROSS JOIN record_keys q ON q.place_id = p.id WHERE p.record = r.number AND ({keys})))"
    )


def _kinds(store: Store, types: Collection[str], *, recordings: bool = False) -> str:
    """The numbers of the kinds of some data types, as a list in SQL."""
    kinds = store.db.execute(
        "SELECT id FROM kinds WHERE ? AND data_type LIKE 'recording:%'"
        " OR data_type IN (SELECT value FROM json_each(?))",
        (recordings, json.dumps(list(types))),
    )
    return ", ".join(str(number) for (number,) in kinds)
