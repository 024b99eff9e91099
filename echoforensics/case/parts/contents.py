"""Copies an evidence item and its table contents from one case into another, as a run would have added them."""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from echoforensics.case.added_records.addition_table import KINDS
from echoforensics.case.case import Case
from echoforensics.case.entry_table import index_content
from echoforensics.case.parts.records import can_be_copied, copy_records
from echoforensics.case.record_forms.record_form import VALUES, SharedForm, is_form, without_nulls
from echoforensics.case.record_id import RecordNumbers, made_id
from echoforensics.case.record_table import LOCAL_KEYS, PreparedRecord, add_prepared
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from echoforensics.case.evidence_table import EvidenceItem
    from echoforensics.case.store import Store

#: Number of records added at once, as in parsing.
_RECORDS = 1000
_ENTRY = "path, address, kind, state, note, times, size, sha256, artefact, mode, read_by, remark, parsed"
_PLACED = f"""
SELECT p.id, p.entry_id, p.read_from, p.ordinal, r.number, r.id, e.sha256,
    k.parser, k.parser_version, k.data_type, r.locator, o.message, o.fields, o.state,
    {", ".join(f"r.{name}" for name in VALUES)}
FROM places p JOIN record_values r ON r.number = p.record JOIN kinds k ON k.id = r.kind JOIN forms o ON o.id = r.form
JOIN entries e ON e.id = p.entry_id JOIN entries f ON f.id = p.read_from
WHERE f.evidence_id = ? AND r.kind NOT IN ({KINDS.format(db="")}) ORDER BY p.read_from, p.ordinal
"""  # noqa: S608 (our names)


class _Placed(NamedTuple):
    """A record of the part: the number of its entry, the number of the entry whose parser found it, and the record."""

    entry: int
    read_from: int
    record: PreparedRecord


def add_part(store: Store, name: str, part: Store, item: EvidenceItem, state: str, location: str | None = None) -> int:
    """Add an evidence item of another case, with its entries, issues and records. The vault is not touched.

    Args:
        store: the store of the case to add to, in a batch of writes, which is ended and begun again on the way.
        name: name of the item in that case.
        part: the store of the other case.
        item: the item.
        state: how far the extraction of the item has come.
        location: path of the item, if it differs from that in the other case.

    Returns:
        The item's number.
    """
    number = _add_item(store, name, part, item, state, location)
    numbers = _add_entries(store, number, part, item.id)
    db = store.db
    issues = part.db.execute(
        "SELECT ?, path, parser, locator, what, excerpt FROM issues WHERE evidence_id = ? ORDER BY id",
        (number, item.id),
    )
    db.executemany(
        "INSERT INTO issues (evidence_id, path, parser, locator, what, excerpt) VALUES (?, ?, ?, ?, ?, ?)", issues
    )
    if can_be_copied(store, part, item.id):
        copy_records(store, part, numbers, lambda key: _key_here(key, item.id, number))
    else:
        _add_records(store, part, item.id, number, numbers)
    return number


def _add_records(store: Store, part: Store, evidence: int, number: int, shift: int) -> None:
    """Add records one by one. One that the case has already, from a copy of its file, gets one more place."""
    for (read_from, entry), placed in groupby(_placed(part, evidence, number), attrgetter("read_from", "entry")):
        held: list[PreparedRecord] = []
        for each in placed:
            held.append(each.record)
            if len(held) == _RECORDS:
                add_prepared(store, entry + shift, read_from + shift, held)
                store.made(len(held), store.index.batch)
                held = []
        add_prepared(store, entry + shift, read_from + shift, held)


def _add_item(store: Store, name: str, part: Store, item: EvidenceItem, state: str, location: str | None) -> int:
    kept = part.db.execute(
        "SELECT coalesce(?, location), kind, size, sha256, hashes, described, opening FROM evidence WHERE id = ?",
        (location, item.id),
    ).fetchone()
    cursor = store.db.execute(
        "INSERT INTO evidence (name, location, kind, size, sha256, hashes, described, opening, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, *kept, state),
    )
    return int(cursor.lastrowid or 0)


def _add_entries(store: Store, number: int, part: Store, evidence: int) -> int:
    """Add entries and artefacts; returns the offset added to the entry numbers of the part."""
    db = store.db
    last = db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()[0]
    first = part.db.execute("SELECT coalesce(min(id), 1) FROM entries WHERE evidence_id = ?", (evidence,)).fetchone()[0]
    shift = int(last - first + 1)
    found = part.db.execute(
        f"SELECT id + ?, ?, {_ENTRY} FROM entries WHERE evidence_id = ? ORDER BY id",  # noqa: S608 (our names)
        (shift, number, evidence),
    )
    marks = ", ".join("?" for _ in range(len(_ENTRY.split(",")) + 2))
    db.executemany(f"INSERT INTO entries (id, evidence_id, {_ENTRY}) VALUES ({marks})", found)  # noqa: S608 (our names)
    artefacts = part.db.execute(
        "SELECT sha256, size FROM artefacts WHERE sha256 IN"
        " (SELECT sha256 FROM entries WHERE evidence_id = ? AND artefact)",
        (evidence,),
    )
    db.executemany("INSERT OR IGNORE INTO artefacts VALUES (?, ?)", artefacts)
    if part.db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'entries_by_content'").fetchone():
        index_content(store)
    return shift


def items_of_part(path: Path, store: Store) -> list[EvidenceItem]:
    """Return the evidence items of a part that something else made, which is not trusted.

    Args:
        path: the part.
        store: the store of the case to add it to.

    Raises:
        CaseError: it cannot be read, or its tables are not those of this version.
    """
    try:
        with Case.open(path) as part:
            if _definitions(part.store) != _definitions(store):
                raise CaseError(f"{path}: its tables are not those of this version")
            return list(part.evidence())
    except sqlite3.Error as error:
        raise CaseError(f"{path}: cannot be read as a case: {error}") from error


def _definitions(store: Store) -> list[tuple[str, ...]]:
    """The definitions of all tables, views and triggers. Some indexes are made only where they are needed."""
    found = store.db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type != 'index'")
    return sorted(tuple(map(str, row)) for row in found)


def artefacts_of(store: Store, evidence: int) -> list[str]:
    """SHA-256 of each artefact of an evidence item, sorted."""
    found = store.db.execute(
        "SELECT DISTINCT sha256 FROM entries WHERE evidence_id = ? AND artefact ORDER BY sha256", (evidence,)
    )
    return [sha256 for (sha256,) in found]


def _placed(part: Store, evidence: int, number: int) -> Iterator[_Placed]:
    """Yield the records of an item, in the order in which they were found, with keys for its new ``number``."""
    numbers, before = RecordNumbers(), 0
    found = part.db.execute(_PLACED, (evidence,))
    while some := found.fetchmany(_RECORDS):
        times = _times(part, [row for _, _, _, _, row, *_ in some])
        keys = _keys(part, [place for place, *_ in some], evidence, number)
        for place, entry, read_from, ordinal, row, identity, sha256, parser, version, data_type, *columns in some:
            if read_from != before:
                numbers, before = RecordNumbers(), read_from
            locator, form, values = columns[0], SharedForm(*columns[1:4]), tuple(columns[4:])
            if not is_form(form):
                raise CaseError(f"{part.path}: a form of its records is not one that this program makes")
            made_of = (sha256, parser, locator, numbers.number(sha256, parser, locator))
            record = PreparedRecord(
                made_id(*made_of),
                made_of,
                (parser, version, data_type),
                locator,
                (*form,),
                *without_nulls(values),
                tuple(times.get(row, ())),
                tuple(keys.get(place, ())),
                ordinal,
            )
            yield _Placed(entry, read_from, _numbered(record, identity))


def _numbered(record: PreparedRecord, identity: bytes) -> PreparedRecord:
    """A record with the number that its id was made from, among the records of its place.

    It differs from the count only where an earlier record was found through another file too.
    """
    sha256, parser, locator, counted = record.place
    for number in (counted, *range(counted), *range(counted + 1, counted + _RECORDS)):
        place = (sha256, parser, locator, number)
        name = made_id(*place)
        if identity in (name, made_id(*place, record.digest)):
            return record._replace(id=name, place=place)
    return record


def _times(part: Store, rows: list[int]) -> dict[int, list[tuple[str, str, str, int | None, str, str]]]:
    """The timestamps of records, by the number of the record."""
    found = part.db.execute(
        "SELECT t.record, m.description, t.recorded, m.clock, t.timestamp, m.note, t.locator FROM timestamps t"
        " JOIN time_kinds m ON m.id = t.kind WHERE t.record IN (SELECT value FROM json_each(?))"
        " ORDER BY t.record, t.ordinal",
        (json.dumps(rows),),
    )
    times: dict[int, list[tuple[str, str, str, int | None, str, str]]] = {}
    for row, *time in found:
        times.setdefault(row, []).append(tuple(time))
    return times


def _keys(part: Store, places: list[int], evidence: int, number: int) -> dict[int, list[str]]:
    """The keys of places, by the number of the place."""
    found = part.db.execute(
        "SELECT place_id, key FROM record_keys WHERE place_id IN (SELECT value FROM json_each(?))"
        " ORDER BY place_id, key",
        (json.dumps(places),),
    )
    keys: dict[int, list[str]] = {}
    for place, key in found:
        keys.setdefault(place, []).append(_key_here(key, evidence, number))
    return keys


def _key_here(key: str, evidence: int, number: int) -> str:
    """A key of a part, as it is in the case: a local one gets the number of the item in that."""
    end = f"@{evidence}"
    return f"{key.removesuffix(end)}@{number}" if key.startswith(LOCAL_KEYS) and key.endswith(end) else key
