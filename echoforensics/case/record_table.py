"""The tables of what parsers found: ``records``, ``timestamps``, ``places`` and ``record_keys``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from echoforensics.case.record_id import record_id
from echoforensics.case.text import storable
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.case.store import Store
    from parsers.record import Record

#: Keys that name a place in one evidence item, and so hold only within it.
_LOCAL_KEYS = ("numbered-audio:", "saved-as:")

_COLUMNS = (
    "parser, parser_version, data_type, message, locator, device_serial, device_type, account, person, utterance_id,"
    " transcript, fields"
)
_INSERT = f"INSERT OR IGNORE INTO records (id, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (our names)


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A record, and where it was found.

    Attributes:
        record: the record, with ``parser`` and ``parser_version`` filled in.
        number: see :class:`echoforensics.case.record_id.RecordNumbers`.
        evidence: number of the evidence item.
        entry: number of the entry that its locator is in.
        sha256: of that entry.
        read_from: number of the entry whose parser found it.
        ordinal: its number among the records which that entry gave.
    """

    record: Record
    number: int
    evidence: int
    entry: int
    sha256: str
    read_from: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """What a record says, as the tables hold it."""

    columns: tuple[str | None, ...]
    timestamps: tuple[tuple[Any, ...], ...]

    @classmethod
    def of(cls, record: Record) -> _Statement:
        fields = json.dumps(dict(record.fields), ensure_ascii=False, sort_keys=True)
        texts = (
            record.parser, record.parser_version, record.data_type, record.message, record.locator,
            record.device_serial, record.device_type, record.account, record.person, record.utterance_id,
            record.transcript, fields,
        )  # fmt: skip
        return cls(
            tuple(None if text is None else storable(text) for text in texts),
            tuple(
                (m.description, storable(m.recorded), str(m.clock), m.timestamp, m.note, m.locator)
                for m in record.timestamps
            ),
        )

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.columns, self.timestamps]).encode()).hexdigest()


def add_record(store: Store, found: FoundRecord) -> None:
    """Add a record. Where it is known, from a copy of the file, this is one more place of it."""
    says = _Statement.of(found.record)
    place = (found.sha256, found.record.parser, found.record.locator, found.number)
    number = record_id(*place)
    if not _insert(store, number, says) and _statement(store, number) != says:
        number = record_id(*place, says.digest)
        _insert(store, number, says)
    db = store.db
    cursor = db.execute(
        "INSERT OR IGNORE INTO places (record_id, entry_id, read_from, ordinal) VALUES (?, ?, ?, ?)",
        (number, found.entry, found.read_from, found.ordinal),
    )
    keys = list(_keys(found.record, found.evidence))
    if keys:
        at = cursor.lastrowid if cursor.rowcount else _place(store, number, found.entry)
        db.executemany("INSERT OR IGNORE INTO record_keys VALUES (?, ?)", ((storable(key), at) for key in keys))


def _insert(store: Store, number: str, says: _Statement) -> bool:
    """Add what a record says; whether its id was free."""
    db = store.db
    if not db.execute(_INSERT, (number, *says.columns)).rowcount:
        return False
    db.executemany(
        "INSERT INTO timestamps VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        ((number, ordinal, *timestamp) for ordinal, timestamp in enumerate(says.timestamps)),
    )
    return True


def _statement(store: Store, number: str) -> _Statement:
    """What the record of an id says."""
    db = store.db
    columns = db.execute(f"SELECT {_COLUMNS} FROM records WHERE id = ?", (number,)).fetchone()  # noqa: S608 (our names)
    timestamps = db.execute(
        "SELECT description, recorded, clock, timestamp, note, locator FROM timestamps WHERE record_id = ?"
        " ORDER BY ordinal",
        (number,),
    ).fetchall()
    return _Statement(columns, tuple(timestamps))


def _place(store: Store, number: str, entry: int) -> int:
    found = store.db.execute("SELECT id FROM places WHERE record_id = ? AND entry_id = ?", (number, entry))
    return int(found.fetchone()[0])


def _keys(record: Record, evidence: int) -> Iterator[str]:
    for key in record.keys:
        yield f"{key}@{evidence}" if key.startswith(_LOCAL_KEYS) else key
    if record.utterance_id and (utterance := UtteranceId.parse(record.utterance_id)):
        yield utterance.key
