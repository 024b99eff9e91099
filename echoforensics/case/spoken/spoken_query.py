"""Queries for the records that interactions are made from, and the facts that gaps are made from."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.spoken.spoken_record import SECOND, SpokenRecord, SpokenTime

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.store import Store

# Lists and fields are selected as one JSON text, which is parsed once.
_COLUMNS = """
r.number, 'REC-' || lower(hex(r.id)), k.data_type, r.message, r.locator,
r.device_serial, r.device_type, r.account, r.person, r.utterance_id, r.transcript,
(SELECT min(number) FROM exhibits x WHERE x.record = r.number),
'[' ||
(SELECT json_group_array(json_array(n.description, n.clock, t.timestamp)) FROM timestamps t
    JOIN time_kinds n ON n.id = t.kind WHERE t.record = r.number AND t.timestamp IS NOT NULL) || ',' ||
(SELECT json_group_array(DISTINCT q.key) FROM places p JOIN record_keys q ON q.place_id = p.id
    WHERE p.record = r.number) || ',' ||
(SELECT json_group_array(json_array(v.name, e.path, e.sha256, e.state)) FROM places p
    JOIN entries e ON e.id = p.entry_id JOIN evidence v ON v.id = e.evidence_id WHERE p.record = r.number) || ',' ||
r.fields || ']'
"""
_FROM = "records r CROSS JOIN kinds k ON k.id = r.kind"


def list_candidates(store: Store, types: Collection[str], key_kinds: Collection[str]) -> None:
    """List the records that may belong to an interaction, for
    :func:`echoforensics.case.spoken.joined_query.candidates`.

    Args:
        store: the case's store.
        types: data types whose records may.
        key_kinds: kinds of keys (``activity``) whose holders may. So may recordings, and records with an utterance id.
    """
    db = store.db
    db.execute("DROP TABLE IF EXISTS temp.candidates")
    db.execute("CREATE TEMP TABLE candidates (number INTEGER PRIMARY KEY)")
    db.execute(
        "INSERT OR IGNORE INTO candidates SELECT number FROM records WHERE utterance_id IS NOT NULL OR kind IN"
        " (SELECT id FROM kinds WHERE data_type LIKE 'recording:%' OR data_type IN (SELECT value FROM json_each(?)))",
        (json.dumps(list(types)),),
    )
    for kind in key_kinds:
        db.execute(
            "INSERT OR IGNORE INTO candidates SELECT p.record FROM record_keys q JOIN places p ON p.id = q.place_id"
            " WHERE q.key >= ? AND q.key < ?",
            _of_kind(kind),
        )


def list_named(store: Store, types: Collection[str], following: Collection[str], key_kinds: Collection[str]) -> None:
    """List also records that follow an interaction and are named by another: of many, such as alarms, few are.

    Args:
        store: the case's store.
        types: data types of records that belong to an interaction only if another record has their key. Records with
            a key of another kind are listed, too.
        following: kinds of such keys.
        key_kinds: kinds of keys whose holders are listed already.
    """
    db = store.db
    numbers = "SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))"
    kinds = ", ".join(str(number) for (number,) in db.execute(numbers, (json.dumps(list(types)),)))
    if not kinds:
        return
    held = (
        "record_keys q CROSS JOIN places p ON p.id = q.place_id CROSS JOIN records r ON r.number = p.record"
        f" AND r.kind {{}} IN ({kinds}) WHERE q.key >= ? AND q.key < ?"
    )
    for kind in following:
        named = f"SELECT q.key FROM {held.format('NOT')}"  # noqa: S608 (our text)
        db.execute(
            "INSERT OR IGNORE INTO temp.candidates SELECT p.record FROM record_keys k"  # noqa: S608 (our text)
            " CROSS JOIN places p ON p.id = k.place_id CROSS JOIN records r ON r.number = p.record"
            f" WHERE k.key IN ({named}) AND r.kind IN ({kinds})",
            _of_kind(kind),
        )
    for kind in _kinds_of_keys(store).difference(following, key_kinds):
        db.execute(
            f"INSERT OR IGNORE INTO temp.candidates SELECT p.record FROM {held.format('')}",  # noqa: S608 (our text)
            _of_kind(kind),
        )


def _of_kind(kind: str) -> tuple[str, str]:
    """The bounds of the keys of a kind."""
    return f"{kind}:", f"{kind};"


def _kinds_of_keys(store: Store) -> set[str]:
    """The kinds of all keys, each looked up in the index."""
    found: set[str] = set()
    first = ""
    while key := store.db.execute(
        "SELECT key FROM record_keys WHERE key >= ? ORDER BY key LIMIT 1", (first,)
    ).fetchone():
        kind, colon, _ = key[0].partition(":")
        found.add(kind)
        first = f"{kind};" if colon else f"{key[0]}\0"
    return found


class MemberRecord(NamedTuple):
    """A member of an interaction: the interaction's number, what it left open, and why the record belongs to it."""

    interaction: int
    left_open: list[str]
    strength: str
    reason: str
    record: SpokenRecord


def member_records(store: Store, clauses: Sequence[str], values: Sequence[Any]) -> Iterator[MemberRecord]:
    """Yield the members of interactions, by interaction.

    Args:
        store: the case's store.
        clauses: conditions on the interaction ``i``, all of which must hold.
        values: values of the conditions.
    """
    where = " AND ".join(("m.interaction = i.number AND r.number = m.record AND s.id = m.reason", *clauses))
    found = store.db.execute(
        f"SELECT {_COLUMNS}, i.number, i.left_open, s.strength, s.reason"  # noqa: S608 (our text)
        f" FROM interactions i CROSS JOIN interaction_members m CROSS JOIN {_FROM} CROSS JOIN join_reasons s"
        f" WHERE {where} ORDER BY i.number, r.id",
        values,
    )
    for columns in found:
        *_, interaction, left_open, strength, reason = columns
        open_sentences = json.loads(left_open) if left_open else []
        yield MemberRecord(interaction, open_sentences, strength, reason, _record(columns))


def _record(columns: Sequence[Any]) -> SpokenRecord:
    times, keys, places, fields = json.loads(columns[12])
    shown = places[0] if len(places) == 1 else min(places, key=_shown_first)
    return SpokenRecord(
        record=columns[1],
        data_type=columns[2],
        message=columns[3],
        locator=columns[4],
        sha256=shown[2] or "",
        evidence=tuple(sorted({place[0] for place in places})),
        exhibit=f"EF-{columns[11]:07}" if columns[11] is not None else "",
        path=shown[1],
        device_serial=columns[5],
        device_type=columns[6],
        account=columns[7],
        person=columns[8],
        utterance_id=columns[9],
        transcript=columns[10],
        keys=tuple(sorted(keys)),
        times=tuple(
            [SpokenTime(description, clock, at, SECOND if at % SECOND == 0 else 1) for description, clock, at in times]
        ),
        fields=fields,
        places=len(places),
        state=shown[3],
    )


def _shown_first(place: Sequence[Any]) -> tuple[bool, str, str]:
    return place[3] != "allocated", place[0], place[1]


def records_of_types(store: Store, types: Collection[str], after: Extent | None = None) -> Iterator[SpokenRecord]:
    """Yield the records of some data types. The records are scanned only if the case has such types.

    Args:
        store: the case's store.
        types: the data types.
        after: an earlier extent of the case; only records with a place that was added since are scanned.
    """
    db = store.db
    listed = "SELECT id FROM kinds WHERE data_type IN (SELECT value FROM json_each(?))"
    kinds = [number for (number,) in db.execute(listed, (json.dumps(list(types)),))]
    if not kinds:
        return iter(())
    scanned = "records" if after is None else "(SELECT DISTINCT record FROM places WHERE id > ?) f CROSS JOIN records"
    named = "" if after is None else "r.number = f.record AND "
    found = db.execute(
        f"SELECT {_COLUMNS} FROM {_FROM.replace('records', scanned, 1)}"  # noqa: S608 (our text)
        f" WHERE {named}r.kind IN (SELECT value FROM json_each(?))",
        (*(() if after is None else (after.place,)), json.dumps(kinds)),
    )
    return map(_record, found)


def file_paths(store: Store, after: Extent | None = None) -> Iterator[tuple[str, str]]:
    """Yield evidence item and path of every file whose name may be that of a log chunk; of those added since then."""
    found = store.db.execute(
        "SELECT v.name, e.path FROM entries e JOIN evidence v ON v.id = e.evidence_id WHERE e.id > ?"
        " AND e.kind = 'file' AND e.path GLOB '*_[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]_[0-9]*'"
        " ORDER BY v.name, e.path",
        (after.entry if after else -1,),
    )
    yield from found
