"""The tables with parsers' results: ``record_values``, ``timestamps``, ``places``, ``record_keys`` and ``search``; and
``kinds``, ``forms`` and ``time_kinds``, which store once what many records or times have in common.

A record is added in two steps. :func:`prepare` needs no database, so that another process can run it: it makes the
record's id, its form, and the texts for the tables. :func:`add_prepared` looks up and inserts.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.record_forms.form_table import form_number, forms_of
from echoforensics.case.record_forms.known_form import split_all
from echoforensics.case.record_forms.record_form import SHARED, VALUES, SharedForm, made, with_nulls, without_nulls
from echoforensics.case.record_id import made_id
from echoforensics.case.text import storable
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from echoforensics.case.record_forms.record_form import Columns, Form, Values
    from echoforensics.case.store import Store
    from parsers.record import Record

    #: What a record's form is made of, as for ``split``; and its place, kind, locator, timestamps, keys and ordinal.
    FormlessRecord = tuple[tuple[Any, ...], tuple[Any, ...]]

#: Kinds of keys that name a place in one evidence item, and so hold only within it.
LOCAL_KEYS = ("numbered-audio:", "saved-as:")

#: Maximum number of kinds to cache; others are queried again.
_MOST_KINDS = 10_000

#: The columns of ``record_values`` before a record's values.
_BEFORE = ("number", "id", "kind", "form", "locator")
INSERT_TIME = "INSERT INTO timestamps VALUES (?, ?, ?, ?, ?, ?)"


class PreparedRecord(NamedTuple):
    """A record in the form of the tables, as far as possible without them. It can be pickled.

    Attributes:
        id: its id as stored, unless the case has another record of that id with different content.
        place: SHA-256 of the file, parser, locator, and number among the records of one place: the source of the id.
        kind: parser, its version, and data type.
        locator: where it is in the file.
        form: what it has in common with other records of its kind.
        columns: places in :data:`echoforensics.case.record_forms.record_form.VALUES` of what else it holds.
        values: the values of these columns.
        timestamps: each time: description, recorded value, clock, microseconds since 1970 UTC, note, locator.
        keys: what it shares with other records.
        ordinal: its number among the records which the file gave.
    """

    id: bytes
    place: tuple[str, str, str, int]
    kind: tuple[str, str, str]
    locator: str
    form: Form
    columns: Columns
    values: tuple[str, ...]
    timestamps: tuple[tuple[str, str, str, int | None, str, str], ...]
    keys: tuple[str, ...]
    ordinal: int

    @property
    def content(self) -> tuple[str | None, ...]:
        """Its content: kind, message, locator, shared columns, and fields as JSON."""
        values = with_nulls(self.columns, self.values)
        message, fields = made(SharedForm(*self.form), values)
        return (*self.kind, message, self.locator, *values[: len(SHARED)], fields)

    @property
    def digest(self) -> str:
        """SHA-256 of its content."""
        return hashlib.sha256(json.dumps([self.content, self.timestamps]).encode()).hexdigest()


def prepare(record: Record, sha256: str, number: int, evidence: int, ordinal: int) -> PreparedRecord:
    """Convert a record to the form of the tables. Pure.

    Args:
        record: the record, with ``parser`` and ``parser_version`` filled in.
        sha256: SHA-256 of the file that its locator is in.
        number: see :class:`echoforensics.case.record_id.RecordNumbers`.
        evidence: number of the evidence item.
        ordinal: its number among the records which the file gave whose parser found it.
    """
    return prepare_all([(record, number, ordinal)], sha256, evidence)[0]


def prepare_all(records: Sequence[tuple[Record, int, int]], sha256: str, evidence: int) -> list[PreparedRecord]:
    """Convert records, each with its ``number`` and ``ordinal``, as :func:`prepare` does."""
    return with_forms(without_forms(records, sha256, evidence))


def without_forms(records: Sequence[tuple[Record, int, int]], sha256: str, evidence: int) -> list[FormlessRecord]:
    """The first half of :func:`prepare_all`: what is made of each record by itself."""
    made: list[FormlessRecord] = []
    for record, number, ordinal in records:
        message, *shared = [
            text if text is None or text.isascii() else storable(text)
            for text in (
                record.message, record.device_serial, record.device_type, record.account, record.person,
                record.utterance_id, record.transcript,
            )
        ]  # fmt: skip
        times = [
            (m.description, storable(m.recorded), str(m.clock), m.timestamp, m.note, m.locator)
            for m in record.timestamps
        ]
        keys = [storable(key) for key in _keys(record, evidence)] if record.keys or record.utterance_id else ()
        place = (sha256, record.parser, record.locator, number)
        kind = (record.parser, record.parser_version, record.data_type)
        rest = (place, kind, storable(record.locator), tuple(times), tuple(keys), ordinal)
        made.append(((message or "", shared, dict(record.fields)), rest))
    return made


def with_forms(records: Sequence[FormlessRecord]) -> list[PreparedRecord]:
    """The other half, which takes most of the time: their ids and forms. Another process can do it."""
    found = zip(records, split_all([unsplit for unsplit, _ in records]), strict=True)
    return [
        PreparedRecord(made_id(*place), place, kind, locator, *split, times, keys, ordinal)
        for (_, (place, kind, locator, times, keys, ordinal)), split in found
    ]


class _Numbers(dict[tuple[str | None, ...], int]):
    """The numbers of a table's rows, which adds missing rows on access."""

    def __init__(self, store: Store, table: str, columns: tuple[str, ...]) -> None:
        super().__init__()
        self._db = store.db
        where = " AND ".join(f"{column} = ?" for column in columns)
        marks = ", ".join("?" for _ in columns)
        self._ask = f"SELECT id FROM {table} WHERE {where}"  # noqa: S608 (our names)
        self._add = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 (our names)

    def __missing__(self, values: tuple[str | None, ...]) -> int:
        found = self._db.execute(self._ask, values).fetchone()
        number = int(found[0] if found else self._db.execute(self._add, values).lastrowid or 0)
        if len(self) >= _MOST_KINDS:
            self.clear()
        self[values] = number
        return number


def kinds_of(store: Store) -> dict[tuple[str | None, ...], int]:
    """Numbers of record kinds, by parser, parser version, and data type."""
    return _numbers_of(store, "kinds", ("parser", "parser_version", "data_type"))


def time_kinds_of(store: Store) -> dict[tuple[str | None, ...], int]:
    """Numbers of time kinds, by description, clock, and note."""
    return _numbers_of(store, "time_kinds", ("description", "clock", "note"))


def _numbers_of(store: Store, table: str, columns: tuple[str, ...]) -> dict[tuple[str | None, ...], int]:
    if table not in store.known_numbers:
        store.known_numbers[table] = _Numbers(store, table, columns)
    return store.known_numbers[table]


class FoundRecords(NamedTuple):
    """Records of one file.

    Attributes:
        entry: number of the entry that the records' locators are in.
        read_from: number of the entry whose parser found them: the same entry, or one beside it.
        records: in the order in which they were found.
    """

    entry: int
    read_from: int
    records: Sequence[PreparedRecord]


def add_found(store: Store, files: Sequence[FoundRecords]) -> None:
    """Add the records of several files, as :func:`add_prepared` does in turn.

    Args:
        store: the case's store, in a transaction.
        files: the records of each.
    """
    files = [file for file in files if file.records]
    if not files:
        return
    records = [record for file in files for record in file.records]
    first = last_record(store) + 1
    numbers: Sequence[int]
    try:
        numbers = _insert(store, [(record.id, record) for record in records], first)
    except sqlite3.IntegrityError:
        # Some of them are known. This is rare, so nothing is looked up before. No savepoint is used: at each one
        # the full-text index would write out its memory.
        store.db.execute("DELETE FROM record_values WHERE number >= ?", (first,))
        if len(files) > 1:
            for file in files:
                add_found(store, (file,))
            return
        numbers = [_found_or_added(store, record) for record in records]
    _add_places(store, files, records, numbers)


def add_prepared(store: Store, entry: int, read_from: int, records: Sequence[PreparedRecord]) -> None:
    """Add records of one file. A known record, from a copy of the file, gets one more place.

    Args:
        store: the case's store, in a transaction.
        entry, read_from, records: see :class:`FoundRecords`.
    """
    add_found(store, (FoundRecords(entry, read_from, records),))


def last_record(store: Store) -> int:
    """Number of the last added record; 0 if there is none."""
    found: int = store.db.execute("SELECT coalesce(max(number), 0) FROM record_values").fetchone()[0]
    return found


def remove_records(store: Store, read_from: int, last: int) -> None:
    """Remove the records of a file.

    Args:
        store: the case's store, in a transaction.
        read_from: number of the entry whose parser found them. Nothing else was added since.
        last: number of the last record before them.
    """
    db = store.db
    db.execute("DELETE FROM record_keys WHERE place_id IN (SELECT id FROM places WHERE read_from = ?)", (read_from,))
    db.execute("DELETE FROM places WHERE read_from = ?", (read_from,))
    store.index.remove(_indexed_texts(store, last))
    db.execute("DELETE FROM timestamps WHERE record > ?", (last,))
    db.execute("DELETE FROM record_values WHERE number > ?", (last,))


def _insert(store: Store, records: list[tuple[bytes, PreparedRecord]], first: int) -> Sequence[int]:
    """Insert the content of records, with their ids, numbered from the first free number.

    Raises IntegrityError if the case has one of the ids: some records may have been added then, and nothing else.
    """
    db = store.db
    numbers = range(first, first + len(records))
    kinds, times = kinds_of(store), time_kinds_of(store)
    rows = [
        _row(store, number, identity, kinds[record.kind], record)
        for number, (identity, record) in zip(numbers, records, strict=True)
    ]
    insert_rows(store, rows)
    db.executemany(
        INSERT_TIME,
        [
            (number, ordinal, times[description, clock, note], recorded, timestamp, locator)
            for number, (_, record) in zip(numbers, records, strict=True)
            for ordinal, (description, recorded, clock, timestamp, note, locator) in enumerate(record.timestamps)
        ],
    )
    store.index.add(
        [
            (row[0], indexed_text(row[len(_BEFORE) :], [time[1] for time in record.timestamps]))
            for (_, row), (_, record) in zip(rows, records, strict=True)
        ]
    )
    return numbers


def insert_rows(store: Store, rows: list[tuple[Columns, tuple[Any, ...]]]) -> None:
    """Insert rows of ``record_values``, each with the columns of its values.

    NULL is not bound: sqlite3 looks for an adapter of each None, which takes longer than to store a text.
    """
    for columns, alike in groupby(rows, key=itemgetter(0)):
        names = ", ".join([*_BEFORE, *(VALUES[column] for column in columns)])
        marks = ", ".join("?" for _ in range(len(_BEFORE) + len(columns)))
        store.db.executemany(
            f"INSERT INTO record_values ({names}) VALUES ({marks})",  # noqa: S608 (our names)
            [row for _, row in alike],
        )


def insert_record(store: Store, before: tuple[Any, ...], values: Values) -> None:
    """Insert the row of a record that has no times of its own, with its text in the full-text index.

    Args:
        store: the case's store, in a transaction.
        before: its number, id, kind, form and locator.
        values: its values, in the order of :data:`echoforensics.case.record_forms.record_form.VALUES`.
    """
    columns, given = without_nulls(values)
    insert_rows(store, [(columns, (*before, *given))])
    store.index.add([(before[0], indexed_text(given, ()))])


def index_records(store: Store) -> None:
    """Add all records to the empty full-text index, after they were copied from another database."""
    store.index.add(_indexed_texts(store, 0))


def _row(
    store: Store, number: int, identity: bytes, kind: int, record: PreparedRecord
) -> tuple[Columns, tuple[Any, ...]]:
    columns, values = record.columns, record.values
    form = forms_of(store, kind).get(record.form)
    if form is None:
        form, found = form_number(store, kind, SharedForm(*record.form), with_nulls(columns, values))
        columns, values = without_nulls(found)
    # As for None, sqlite3 would look for an adapter of bytes.
    return columns, (number, bytearray(identity), kind, form, record.locator, *values)


def _indexed_texts(store: Store, last: int) -> Iterator[tuple[int, str]]:
    """Yield the text that the full-text index holds for each record after a given one."""
    found = store.db.execute(
        f"SELECT number, {', '.join(VALUES)} FROM main.record_values WHERE number > ? ORDER BY number",  # noqa: S608
        (last,),
    )
    times = "SELECT recorded FROM main.timestamps WHERE record = ? ORDER BY ordinal"
    for number, *values in found:
        yield number, indexed_text(values, [time for (time,) in store.db.execute(times, (number,))])


def indexed_text(values: Sequence[str | None], recorded: Sequence[str]) -> str:
    """The text of a record for the full-text index: its values and its times as recorded, each once.

    What its form adds is in no record's text: :mod:`echoforensics.case.record_forms.form_search` finds it.
    """
    return "\n".join(dict.fromkeys(filter(None, (*values, *recorded))))


def _found_or_added(store: Store, record: PreparedRecord) -> int:
    """Return the number of a known record, or add it."""
    for identity in (record.id, made_id(*record.place, record.digest)):
        found = store.db.execute("SELECT number FROM records WHERE id = ?", (identity,)).fetchone()
        if not found:
            return _insert(store, [(identity, record)], last_record(store) + 1)[0]
        # The second id is made from the record's content, so it cannot be another record's.
        if identity != record.id or _statement(store, found[0]) == (record.content, record.timestamps):
            break
    return int(found[0])


def _statement(store: Store, number: int) -> tuple[Any, tuple[Any, ...]]:
    """What a record says."""
    db = store.db
    columns = db.execute(
        "SELECT k.parser, k.parser_version, k.data_type, r.message, r.locator, r.device_serial, r.device_type,"
        " r.account, r.person, r.utterance_id, r.transcript, r.fields FROM records r JOIN kinds k ON k.id = r.kind"
        " WHERE r.number = ?",
        (number,),
    ).fetchone()
    timestamps = db.execute(
        "SELECT m.description, t.recorded, m.clock, t.timestamp, m.note, t.locator FROM timestamps t"
        " JOIN time_kinds m ON m.id = t.kind WHERE t.record = ? ORDER BY t.ordinal",
        (number,),
    ).fetchall()
    return columns, tuple(timestamps)


def _add_places(
    store: Store, files: Sequence[FoundRecords], records: Sequence[PreparedRecord], numbers: Sequence[int]
) -> None:
    """Add the places of the records of files, which are numbered in the same order."""
    db = store.db
    before = db.total_changes
    entries = [(file.entry, file.read_from) for file in files for _ in file.records]
    db.executemany(
        "INSERT OR IGNORE INTO places (record, entry_id, read_from, ordinal) VALUES (?, ?, ?, ?)",
        [(number, *entry, record.ordinal) for number, entry, record in zip(numbers, entries, records, strict=True)],
    )
    if not any(record.keys for record in records):
        return
    if db.total_changes - before == len(records):
        # Each has a new place, so their numbers are consecutive.
        first = db.execute("SELECT max(id) FROM places").fetchone()[0] - len(records) + 1
        found = [(key, place) for place, record in enumerate(records, first) for key in record.keys]
        db.executemany("INSERT OR IGNORE INTO record_keys VALUES (?, ?)", found)
        return
    keys = [
        (key, number, entry)
        for number, (entry, _), record in zip(numbers, entries, records, strict=True)
        for key in record.keys
    ]
    db.executemany(
        "INSERT OR IGNORE INTO record_keys SELECT ?, id FROM places WHERE record = ? AND entry_id = ?",
        keys,
    )


def _keys(record: Record, evidence: int) -> Iterator[str]:
    for key in record.keys:
        yield f"{key}@{evidence}" if key.startswith(LOCAL_KEYS) else key
    if record.utterance_id and (utterance := UtteranceId.parse(record.utterance_id)):
        yield utterance.key
