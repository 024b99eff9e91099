"""The tables of what parsers found: ``records``, ``timestamps``, ``places`` and ``record_keys``.

A record is added in two steps. :func:`prepare` needs no database, so that a process of its own can do it: it makes the
record's id, and the texts as the tables hold them. :func:`add_prepared` looks up and inserts.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from echoforensics.case.record_id import record_id
from echoforensics.case.text import storable
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from echoforensics.case.store import Store
    from parsers.record import Record

#: Keys that name a place in one evidence item, and so hold only within it.
_LOCAL_KEYS = ("numbered-audio:", "saved-as:")

_COLUMNS = (
    "parser, parser_version, data_type, message, locator, device_serial, device_type, account, person, utterance_id,"
    " transcript, fields"
)
_INSERT = f"INSERT OR IGNORE INTO records (id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (our names)
_fields = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


class PreparedRecord(NamedTuple):
    """A record as the tables hold it, with all that can be made without them. It can be pickled.

    Attributes:
        id: its id, unless the case has a record of that id that says something else.
        place: SHA-256 of the file, parser, locator, and number among records of one place: what the id is made of.
        columns: what it says, in the order of the table's columns.
        timestamps: each time: description, as recorded, clock, microseconds since 1970 UTC, note, locator.
        keys: what it shares with other records.
        ordinal: its number among the records which the file gave.
    """

    id: str
    place: tuple[str, str, str, int]
    columns: tuple[str | None, ...]
    timestamps: tuple[tuple[str, str, str, int | None, str, str], ...]
    keys: tuple[str, ...]
    ordinal: int

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        return hashlib.sha256(json.dumps([self.columns, self.timestamps]).encode()).hexdigest()


def prepare(record: Record, sha256: str, number: int, evidence: int, ordinal: int) -> PreparedRecord:
    """Make what the tables hold of a record. Pure.

    Args:
        record: the record, with ``parser`` and ``parser_version`` filled in.
        sha256: of the file that its locator is in.
        number: see :class:`echoforensics.case.record_id.RecordNumbers`.
        evidence: number of the evidence item.
        ordinal: its number among the records which the file gave whose parser found it.
    """
    place = (sha256, record.parser, record.locator, number)
    texts = (
        record.parser, record.parser_version, record.data_type, record.message, record.locator,
        record.device_serial, record.device_type, record.account, record.person, record.utterance_id,
        record.transcript, _fields(dict(record.fields)),
    )  # fmt: skip
    return PreparedRecord(
        record_id(*place),
        place,
        tuple([None if text is None else storable(text) for text in texts]),
        tuple(
            [
                (m.description, storable(m.recorded), str(m.clock), m.timestamp, m.note, m.locator)
                for m in record.timestamps
            ]
        ),
        tuple([storable(key) for key in _keys(record, evidence)]),
        ordinal,
    )


def add_prepared(store: Store, entry: int, read_from: int, records: Iterable[PreparedRecord]) -> None:
    """Add records of one file. One that is known, from a copy of the file, is given one more place.

    Args:
        store: the case's, in a transaction.
        entry: number of the entry that the records' locators are in.
        read_from: number of the entry whose parser found them: the same, or one beside it.
        records: in the order in which they were found.
    """
    for record in records:
        _add(store, entry, read_from, record)


def _add(store: Store, entry: int, read_from: int, record: PreparedRecord) -> None:
    number = record.id
    if not _insert(store, number, record) and _statement(store, number) != (record.columns, record.timestamps):
        number = record_id(*record.place, record.digest)
        _insert(store, number, record)
    db = store.db
    cursor = db.execute(
        "INSERT OR IGNORE INTO places (record_id, entry_id, read_from, ordinal) VALUES (?, ?, ?, ?)",
        (number, entry, read_from, record.ordinal),
    )
    if record.keys:
        at = cursor.lastrowid if cursor.rowcount else _place(store, number, entry)
        db.executemany("INSERT OR IGNORE INTO record_keys VALUES (?, ?)", ((key, at) for key in record.keys))


def _insert(store: Store, number: str, record: PreparedRecord) -> bool:
    """Add what a record says; whether its id was free."""
    db = store.db
    if not db.execute(_INSERT, (number, *record.columns)).rowcount:
        return False
    db.executemany(
        "INSERT INTO timestamps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, ordinal, *timestamp) for ordinal, timestamp in enumerate(record.timestamps)),
    )
    return True


def _statement(store: Store, number: str) -> tuple[Any, tuple[Any, ...]]:
    """What the record of an id says."""
    db = store.db
    columns = db.execute(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (number,)).fetchone()  # noqa: S608 (our names)
    timestamps = db.execute(
        "SELECT description, recorded, clock, timestamp, note, locator FROM timestamps WHERE record_id = ?"
        " ORDER BY ordinal",
        (number,),
    ).fetchall()
    return columns, tuple(timestamps)


def _place(store: Store, number: str, entry: int) -> int:
    found = store.db.execute("SELECT id FROM places WHERE record_id = ? AND entry_id = ?", (number, entry))
    return int(found.fetchone()[0])


def _keys(record: Record, evidence: int) -> Iterator[str]:
    for key in record.keys:
        yield f"{key}@{evidence}" if key.startswith(_LOCAL_KEYS) else key
    if record.utterance_id and (utterance := UtteranceId.parse(record.utterance_id)):
        yield utterance.key
