"""Records added to a sealed case: the SQL that inserts them and finds them.

They share the tables of evidence records. Each has a place in the file of the exhibit it is about, and an exhibit
number after all earlier ones. The digests of an evidence item's rows leave them out
(:mod:`echoforensics.case.custody.contents`); the ledger holds a digest of their own.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.added_records.addition import ANNOTATION, MACHINE, OF_ITS_EXHIBIT, REMOVED
from echoforensics.case.record_forms.form_table import form_number
from echoforensics.case.record_forms.record_form import SHARED, split_texts
from echoforensics.case.record_id import record_id, stored_id
from echoforensics.case.record_table import insert_record, kinds_of, time_kinds_of
from echoforensics.case.text import storable
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from echoforensics.case.added_records.addition import Addition
    from echoforensics.case.store import Store

#: The kinds of added records.
KINDS = f"SELECT id FROM {{db}}kinds WHERE parser GLOB '{MACHINE}*' OR parser GLOB '{ANNOTATION}*'"  # noqa: S608 (our names)
#: Key of ``case_info`` for additions that wait until the evidence before them is numbered.
_WAITING = "additions waiting"
_NOT_A_TIME = "Not a time"


class AddedRow(NamedTuple):
    """An added record as stored in the tables.

    Attributes:
        exhibit: number of its exhibit.
        id: of the record, as hexadecimal.
        maker, version, data_type, message, locator, fields: of the record.
        entry: number of the file in which it has its place.
        description, clock, recorded, timestamp: of its time.
        utterance_id, recording, device_serial, device_type: of the exhibit that it is about.
    """

    exhibit: int
    id: str
    maker: str
    version: str
    data_type: str
    message: str
    locator: str
    fields: str
    entry: int
    description: str
    clock: str
    recorded: str | None
    timestamp: int | None
    utterance_id: str | None
    recording: str | None
    device_serial: str | None
    device_type: str | None


class _Subject(NamedTuple):
    """The exhibit that an added record is about."""

    number: int
    data_type: str
    record: str
    sha256: str
    locator: str
    entry: int
    description: str
    clock: str
    recorded: str | None
    timestamp: int | None
    utterance_id: str | None
    recording: str | None
    device_serial: str | None
    device_type: str | None


def has_additions(db: sqlite3.Connection, schema: str = "main") -> bool:
    """Whether the case has any added records."""
    found = db.execute(f"{KINDS.format(db=f'{schema}.')} LIMIT 1")
    return found.fetchone() is not None


def add(store: Store, addition: Addition) -> int | None:
    """Add a record, within a transaction.

    Returns:
        The number of the new exhibit; None if the case already has the record.

    Raises:
        UsageError: there is no such exhibit, or it was removed from the case.
    """
    subject = _subject(store, addition.about)
    name = _name(subject, addition.data_type, addition.statement)
    if _has(store, name):
        return None
    last = store.db.execute("SELECT coalesce(max(number), 0) FROM exhibits").fetchone()[0]
    fields = {**addition.fields, "about": f"EF-{subject.number:07}", "about_record": subject.record}
    timed = subject.description != _NOT_A_TIME
    row = AddedRow(
        exhibit=last + 1,
        id=stored_id(name).hex(),
        maker=addition.data_type,
        version=addition.version,
        data_type=addition.data_type,
        message=storable(addition.message),
        locator=subject.locator,
        fields=storable(json.dumps(fields, ensure_ascii=False, sort_keys=True)),
        entry=subject.entry,
        description=OF_ITS_EXHIBIT if timed else _NOT_A_TIME,
        clock=subject.clock,
        recorded=subject.recorded if timed else None,
        timestamp=subject.timestamp,
        utterance_id=subject.utterance_id,
        recording=subject.recording,
        device_serial=subject.device_serial,
        device_type=subject.device_type,
    )
    _insert(store, row)
    return row.exhibit


def is_known(store: Store, about: str, data_type: str, statement: str) -> bool:
    """Whether a record with this exhibit, data type and statement was added before.

    Raises:
        UsageError: there is no such exhibit, or it was removed from the case.
    """
    return _has(store, _name(_subject(store, about), data_type, statement))


def _name(subject: _Subject, data_type: str, statement: str) -> str:
    return record_id(subject.sha256, data_type, subject.locator, subject.number, statement)


def _has(store: Store, name: str) -> bool:
    return store.db.execute("SELECT 1 FROM records WHERE id = ?", (stored_id(name),)).fetchone() is not None


def _subject(store: Store, exhibit: str) -> _Subject:
    number = exhibit.strip().upper().removeprefix("EF-")
    known = number.isdecimal() and number.isascii() and len(number) < 19
    found = store.db.execute(
        "SELECT number, data_type, record, sha256, locator, entry_id, timestamp_desc, clock, recorded_time, timestamp,"
        " utterance_id, recording, device_serial, device_type FROM row_details WHERE number = ?",
        (int(number) if known else None,),
    ).fetchone()
    if found is None:
        raise UsageError(f"there is no exhibit {exhibit} in this case")
    subject = _Subject(*found)
    if subject.data_type == REMOVED:
        raise UsageError(f"{exhibit} was removed from this case")
    return subject


def _insert(store: Store, row: AddedRow) -> None:
    db = store.db
    kind = kinds_of(store)[row.maker, row.version, row.data_type]
    time = time_kinds_of(store)[row.description, row.clock, ""]
    (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM records").fetchone()
    form, values = form_number(store, kind, *split_texts(row.message, [None] * len(SHARED), row.fields))
    insert_record(store, (number, bytes.fromhex(row.id), kind, form, row.locator), values)
    place = db.execute(
        "INSERT INTO places (record, entry_id, read_from, ordinal) SELECT ?1, ?2, ?2,"
        " (SELECT coalesce(max(ordinal), -1) + 1 FROM places WHERE entry_id = ?2)",
        (number, row.entry),
    ).lastrowid
    db.execute(
        "INSERT INTO exhibits (number, record, kind, place_id, time, time_kind, timestamp, places, recorded_time,"
        " utterance_id, recording, device_serial, device_type) VALUES (?, ?, ?, ?, NULL, ?, ?, 1, ?, ?, ?, ?, ?)",
        (
            row.exhibit, number, kind, place, time, row.timestamp, row.recorded, row.utterance_id, row.recording,
            row.device_serial, row.device_type,
        ),
    )  # fmt: skip


def added_rows(store: Store, schema: str = "main") -> list[AddedRow]:
    """Return all added records by exhibit, including those that wait to be numbered.

    Args:
        store: the case's store.
        schema: the name under which the database is attached.
    """
    db, at = store.db, f"{schema}."
    found = []
    if has_additions(db, schema):
        cursor = db.execute(
            "SELECT w.number, lower(hex(r.id)), k.parser, k.parser_version, k.data_type, r.message, r.locator,"  # noqa: S608
            " r.fields, p.entry_id, m.description, m.clock, w.recorded_time, w.timestamp, w.utterance_id, w.recording,"
            f" w.device_serial, w.device_type FROM {at}exhibits w JOIN {at}records r ON r.number = w.record"
            f" JOIN {at}kinds k ON k.id = w.kind JOIN {at}places p ON p.id = w.place_id"
            f" JOIN {at}time_kinds m ON m.id = w.time_kind WHERE w.kind IN ({KINDS.format(db=at)}) ORDER BY w.number"
        )
        found = [AddedRow(*row) for row in cursor]
    return sorted([*found, *_waiting(db, schema)])


def additions_digest(rows: Iterable[AddedRow]) -> str:
    """SHA-256 of added records as hexadecimal. Each is written as a JSON array of its parts, ended by LF."""
    whole = hashlib.sha256()
    for row in rows:
        whole.update(json.dumps(row).encode() + b"\n")
    return whole.hexdigest()


def have_wait(store: Store, rows: Iterable[AddedRow]) -> None:
    """Store additions until the evidence before them is numbered; see :func:`place_waiting`."""
    waiting = sorted(rows)
    store.db.execute("DELETE FROM case_info WHERE key = ?", (_WAITING,))
    if waiting:
        store.set_info(_WAITING, json.dumps(waiting))


def place_waiting(store: Store) -> None:
    """Insert waiting additions whose exhibit numbers come next, within a transaction."""
    waiting = _waiting(store.db)
    if not waiting:
        return
    (last,) = store.db.execute("SELECT coalesce(max(number), 0) FROM exhibits").fetchone()
    while waiting and waiting[0].exhibit == last + 1:
        _insert(store, waiting.pop(0))
        last += 1
    have_wait(store, waiting)


def _waiting(db: sqlite3.Connection, schema: str = "main") -> list[AddedRow]:
    found = db.execute(f"SELECT value FROM {schema}.case_info WHERE key = ?", (_WAITING,)).fetchone()  # noqa: S608
    return [AddedRow(*row) for row in json.loads(found[0])] if found else []


class SubjectOfRecord(NamedTuple):
    """The number of an added record, and the id of the record it is about (20 hexadecimal digits)."""

    number: int
    about: str


def subjects(store: Store) -> Iterator[SubjectOfRecord]:
    """Yield the record each added record is about: that of its exhibit, or a member of the interaction it is about."""
    if not has_additions(store.db):
        return
    found: Iterable[tuple[Any, ...]] = store.db.execute(
        "SELECT number, json_extract(fields, '$.about_record') FROM records"  # noqa: S608 (our names)
        f" WHERE kind IN ({KINDS.format(db='')}) ORDER BY number"
    )
    for number, about in found:
        if about:
            yield SubjectOfRecord(number, str(about))
