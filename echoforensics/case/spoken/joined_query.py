"""Queries for records as joining needs them: with names and times, and without what they say."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.spoken.spoken_record import JOINED_BY_FIELDS, SECOND, SpokenRecord, SpokenTime

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
    from sqlite3 import Connection

    from echoforensics.case.store import Store

# Lists and fields are selected as one JSON text, which is parsed once.
_COLUMNS = """
r.number, r.id, r.kind, r.device_serial, r.utterance_id, r.transcript,
(SELECT min(number) FROM exhibits x WHERE x.record = r.number),
'[' ||
(SELECT json_group_array(json_array(t.kind, t.timestamp)) FROM timestamps t
    WHERE t.record = r.number AND t.timestamp IS NOT NULL) || ',' ||
(SELECT json_group_array(q.key) FROM places p CROSS JOIN record_keys q ON q.place_id = p.id
    WHERE p.record = r.number) || ',' ||
(SELECT json_group_array(p.entry_id) FROM places p WHERE p.record = r.number) || ',' ||
CASE WHEN r.kind IN ({}) THEN r.fields ELSE '{{}}' END || ']'
"""
#: Records that are asked for at once.
_AT_ONCE = 5000
#: So many entries and kinds of times are kept: records that follow each other have the same.
_KEPT = 1024
#: Of several files, a record is shown with the least: by the first columns of :class:`_EntryOfItem`.
_SHOWN_FIRST = itemgetter(0, 1, 2)


class _EntryOfItem(NamedTuple):
    """A file: what a record in it is shown with."""

    is_not_allocated: bool
    evidence: str
    path: str
    sha256: str
    state: str
    items: tuple[str]


def candidates(store: Store, known: Container[int] = ()) -> Iterator[SpokenRecord]:
    """Yield the listed candidates (see :func:`echoforensics.case.spoken.spoken_query.list_candidates`).

    They are without message, locator, and all else that joining does not need: they have further fields only if
    their data type is one of :data:`echoforensics.case.spoken.spoken_record.JOINED_BY_FIELDS`.

    Args:
        store: the case's store.
        known: numbers of candidates to leave out.
    """
    listed = store.db.execute("SELECT number FROM temp.candidates")
    return records_to_join(store, (number for (number,) in listed if number not in known))


def records_to_join(store: Store, numbers: Iterable[int]) -> Iterator[SpokenRecord]:
    """Yield some records by their numbers, likewise."""
    left = iter(numbers)
    while some := list(islice(left, _AT_ONCE)):
        yield from _records(store, "json_each(?) c CROSS JOIN records r WHERE r.number = c.value", json.dumps(some))


def records_with_utterance(store: Store, first: int, last: int) -> Iterator[SpokenRecord]:
    """Yield the records with an utterance id among those of some numbers, likewise, by number."""
    source = "records r WHERE r.number BETWEEN ? AND ? AND r.utterance_id IS NOT NULL ORDER BY r.number"
    return _records(store, source, first, last)


def copied_records(store: Store, last: int) -> Iterator[int]:
    """Yield the numbers, up to the last one given, of records that have several places."""
    asked = "SELECT record FROM places WHERE record <= ? GROUP BY record HAVING count(*) > 1"
    return (record for (record,) in store.db.execute(asked, (last,)))


def first_exhibits(store: Store, last: int) -> Iterator[tuple[int, str]]:
    """Yield the number of each record, up to the last one given, and its first exhibit."""
    asked = "SELECT record, min(number) FROM exhibits WHERE record <= ? GROUP BY record"
    return ((record, _exhibit(number)) for record, number in store.db.execute(asked, (last,)))


def _exhibit(number: int) -> str:
    return f"EF-{number:07}"


def _records(store: Store, source: str, *values: str | int) -> Iterator[SpokenRecord]:
    db = store.db
    kinds = dict(db.execute("SELECT id, data_type FROM kinds").fetchall())
    with_fields = ", ".join(str(number) for number, data_type in kinds.items() if data_type in JOINED_BY_FIELDS)
    decode = json.JSONDecoder().raw_decode
    entry_of, time_kind_of = _entries(db), _time_kinds(db)
    found = db.execute(f"SELECT {_COLUMNS.format(with_fields)} FROM {source}", values)  # noqa: S608 (our text)
    for number, identity, kind, serial, utterance_id, transcript, exhibit, lists in found:
        (times, keys, entries, fields), _ = decode(lists)
        places = [entry_of(entry) for entry in entries]
        shown = places[0] if len(places) == 1 else min(places, key=_SHOWN_FIRST)
        yield SpokenRecord(
            record=f"REC-{identity.hex()}",
            data_type=kinds[kind],
            message="",
            locator="",
            sha256=shown.sha256,
            evidence=shown.items if len(places) == 1 else tuple(sorted({place.evidence for place in places})),
            exhibit=_exhibit(exhibit) if exhibit is not None else "",
            path=shown.path,
            device_serial=serial,
            utterance_id=utterance_id,
            transcript=transcript,
            keys=tuple(sorted(set(keys))),
            times=tuple([SpokenTime(*time_kind_of(one), at, SECOND if at % SECOND == 0 else 1) for one, at in times]),
            fields=fields,
            places=len(places),
            state=shown.state,
            number=number,
        )


def _entries(db: Connection) -> Callable[[int], _EntryOfItem]:
    """Return a function that finds an entry by its number."""

    @lru_cache(_KEPT)
    def entry_of(number: int) -> _EntryOfItem:
        evidence, path, sha256, state = db.execute(
            "SELECT v.name, e.path, e.sha256, e.state FROM entries e JOIN evidence v ON v.id = e.evidence_id"
            " WHERE e.id = ?",
            (number,),
        ).fetchone()
        return _EntryOfItem(state != "allocated", evidence, path, sha256 or "", state, (evidence,))

    return entry_of


def _time_kinds(db: Connection) -> Callable[[int], tuple[str, str]]:
    """Return a function that finds the description and the clock of a kind of times by its number."""

    @lru_cache(_KEPT)
    def time_kind_of(number: int) -> tuple[str, str]:
        found: tuple[str, str] = db.execute(
            "SELECT description, clock FROM time_kinds WHERE id = ?", (number,)
        ).fetchone()
        return found

    return time_kind_of
