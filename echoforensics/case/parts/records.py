"""Copies the records of a part whose records are all new to a case, table by table.

That takes a third of the time of adding them one by one. It is done where the part is as one run over one evidence item
leaves it, which is looked at first: its records and places are numbered without gaps, in the order in which they were
found, and each record's id is the one that its place gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import KINDS
from echoforensics.case.record_forms.form_table import form_number
from echoforensics.case.record_forms.record_form import VALUES, SharedForm, is_form, without_nulls
from echoforensics.case.record_id import RecordNumbers, made_id
from echoforensics.case.record_table import (
    INSERT_TIME,
    indexed_text,
    insert_rows,
    kinds_of,
    last_record,
    time_kinds_of,
)
from echoforensics.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from echoforensics.case.store import Store

#: Number of records copied at once.
_AT_ONCE = 1000
_PLACED = """
SELECT p.id, p.record, p.read_from, p.ordinal, r.id, e.sha256, k.parser, r.locator
FROM places p JOIN record_values r ON r.number = p.record JOIN kinds k ON k.id = r.kind
JOIN entries e ON e.id = p.entry_id JOIN entries f ON f.id = p.read_from
WHERE e.evidence_id = :item AND f.evidence_id = :item ORDER BY p.id
"""
_ADDED = f"SELECT 1 FROM record_values WHERE kind IN ({KINDS.format(db='')}) LIMIT 1"  # noqa: S608 (our names)
_VALUES = f"""
SELECT number, id, kind, form, locator, {", ".join(VALUES)} FROM record_values
WHERE number BETWEEN ? AND ? ORDER BY number
"""  # noqa: S608 (our names)
_TIMES = """
SELECT record, ordinal, kind, recorded, timestamp, locator FROM timestamps
WHERE record BETWEEN ? AND ? ORDER BY record, ordinal
"""


def can_be_copied(store: Store, part: Store, evidence: int) -> bool:
    """Whether all records of a part can be copied into a case.

    Args:
        store: the store of the case.
        part: the store of the part.
        evidence: number of the part's evidence item, whose entries are copied: each place is in one of them.
    """
    if part.count("evidence") != 1 or part.db.execute(_ADDED).fetchone():
        return False
    asks = last_record(store) > 0
    numbers, last, count, before = RecordNumbers(), 0, 0, (0, 0)
    for count, (place, record, read_from, ordinal, identity, sha256, parser, locator) in enumerate(
        part.db.execute(_PLACED, {"item": evidence}), 1
    ):
        if place != count or record > last + 1 or (read_from, ordinal) <= before:
            return False
        if read_from != before[0]:
            numbers = RecordNumbers()
        before = (read_from, ordinal)
        number = numbers.number(sha256, parser, locator)
        if record <= last:
            continue
        last = record
        if identity != made_id(sha256, parser, locator, number):
            return False
        if asks and store.db.execute("SELECT 1 FROM record_values WHERE id = ?", (identity,)).fetchone():
            return False
    return last == part.count("record_values") and count == part.count("places")


def copy_records(store: Store, part: Store, shift: int, key_here: Callable[[str], str]) -> None:
    """Copy all records of a part, which :func:`can_be_copied`.

    Args:
        store: the store of the case, in a batch of writes, which is ended and begun again on the way.
        part: the store of the part.
        shift: offset to add to the entry numbers of the part.
        key_here: makes of a key in the part the key in the case.
    """
    records, places = last_record(store), _last_place(store)
    kinds, forms, time_kinds = _kinds(store, part), _forms(part), _time_kinds(store, part)
    for first, last in _ranges(part.count("record_values")):
        times = [
            (record + records, ordinal, time_kinds[kind], *rest)
            for record, ordinal, kind, *rest in part.db.execute(_TIMES, (first, last))
        ]
        recorded: dict[int, list[str]] = {}
        for record, _, _, text, *_ in times:
            recorded.setdefault(record, []).append(text)
        rows = []
        for number, identity, kind, form, locator, *values in part.db.execute(_VALUES, (first, last)):
            mapped, kept = form_number(store, kinds[kind], forms[form], tuple(values))
            columns, given = without_nulls(kept)
            # As for None, sqlite3 would look for an adapter of bytes.
            rows.append((columns, (number + records, bytearray(identity), kinds[kind], mapped, locator, *given)))
        insert_rows(store, rows)
        store.db.executemany(INSERT_TIME, times)
        store.index.add([(row[0], indexed_text(row[5:], recorded.get(row[0], ()))) for _, row in rows])
        store.made(len(rows), store.index.batch)
    for first, last in _ranges(part.count("places")):
        _copy_places(store, part, (first, last), (records, places, shift), key_here)


def _copy_places(
    store: Store, part: Store, some: tuple[int, int], added: tuple[int, int, int], key_here: Callable[[str], str]
) -> None:
    """Copy some places, with their keys; ``added`` is what their numbers, of records, places, entries, grow by."""
    records, places, entries = added
    store.db.executemany(
        "INSERT INTO places VALUES (?, ?, ?, ?, ?)",
        part.db.execute(
            "SELECT id + ?, record + ?, entry_id + ?, read_from + ?, ordinal FROM places WHERE id BETWEEN ? AND ?"
            " ORDER BY id",
            (places, records, entries, entries, *some),
        ),
    )
    found = part.db.execute("SELECT key, place_id FROM record_keys WHERE place_id BETWEEN ? AND ?", some)
    keys = sorted((key_here(key), place + places) for key, place in found)
    store.db.executemany("INSERT OR IGNORE INTO record_keys VALUES (?, ?)", keys)
    store.made(some[1] - some[0] + 1, store.index.batch)


def _ranges(count: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last number of one range of numbers after another."""
    for first in range(1, count + 1, _AT_ONCE):
        yield first, min(first + _AT_ONCE - 1, count)


def _last_place(store: Store) -> int:
    found: int = store.db.execute("SELECT coalesce(max(id), 0) FROM places").fetchone()[0]
    return found


def _kinds(store: Store, part: Store) -> dict[int, int]:
    """The numbers of the part's kinds in the case."""
    known = kinds_of(store)
    found = part.db.execute(
        "SELECT id, parser, parser_version, data_type FROM kinds"
        " WHERE id IN (SELECT kind FROM record_values) ORDER BY id"
    )
    return {number: known[tuple(kind)] for number, *kind in found}


def _time_kinds(store: Store, part: Store) -> dict[int, int]:
    known = time_kinds_of(store)
    found = part.db.execute(
        "SELECT id, description, clock, note FROM time_kinds WHERE id IN (SELECT kind FROM timestamps) ORDER BY id"
    )
    return {number: known[tuple(kind)] for number, *kind in found}


def _forms(part: Store) -> dict[int, SharedForm]:
    """The part's forms. Raises CaseError if one is not as this program makes them."""
    found = part.db.execute("SELECT id, message, fields, state FROM forms")
    forms = {number: SharedForm(*form) for number, *form in found}
    if not all(map(is_form, forms.values())):
        raise CaseError(f"{part.path}: a form of its records is not one that this program makes")
    return forms
