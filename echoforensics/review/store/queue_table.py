"""SQL for queues, their people, and their items."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

_QUEUE = "id, name, case_id, kind, filter, sample, second_codes, seed, made_at, made_by"
_ITEM = (
    "i.id, i.case_id, i.kind, i.key, i.exhibit, i.title, i.time, i.device, i.seconds, i.sound, i.exhibits, i.search,"
    " i.decided_as"
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue.

    Attributes:
        id: opaque.
        name: for people.
        case_id: of the case whose recordings or interactions are in it.
        kind: ``recordings`` or ``interactions``.
        filter: the filter it was made with.
        sample: the fraction of its items that a second person hears, 0 to 1.
        second_codes: codes that send an item to a second person.
        seed: seed of the sample.
        made_at, made_by: the time, and the person's id.
    """

    id: str
    name: str
    case_id: str
    kind: str
    filter: dict[str, Any]
    sample: float
    second_codes: tuple[str, ...]
    seed: str
    made_at: int
    made_by: str


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An item to decide on once: a sound with its copies in a case, or an interaction.

    Attributes:
        id: opaque.
        case_id: of the case.
        kind: ``recording`` or ``interaction``.
        key: its key in the case, the same whenever the room is opened: the SHA-256 of the sound, or
            the id of a record of the interaction.
        exhibit: the exhibit it is shown by.
        title: one line for people.
        time: milliseconds since 1970 UTC, or None.
        device: serial numbers and types, or empty.
        seconds: its duration, or None.
        sound: SHA-256 of its first recording, by which it is assigned; its key if it has none.
        exhibits: exhibits of all copies, or of the interaction's records.
        search: its searchable text, case-folded.
        decided_as: id of the item whose decision holds for it: its own, or that of an equal sound of another case.
        sounds: SHA-256 of the recordings of equal sound, where the item is new; empty as it is read back.
    """

    id: str
    case_id: str
    kind: str
    key: str
    exhibit: str
    title: str
    time: int | None
    device: str
    seconds: float | None
    sound: str
    exhibits: tuple[str, ...]
    search: str
    decided_as: str = ""
    sounds: tuple[str, ...] = ()


def add_queue(db: sqlite3.Connection, queue: Queue) -> None:
    """Add a queue, or replace it."""
    db.execute(
        f"INSERT OR REPLACE INTO queues ({_QUEUE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 (our names)
        (
            queue.id, queue.name, queue.case_id, queue.kind, json.dumps(queue.filter), queue.sample,
            json.dumps(queue.second_codes), queue.seed, queue.made_at, queue.made_by,
        ),
    )  # fmt: skip


def queues(db: sqlite3.Connection, person: str | None = None) -> list[Queue]:
    """All queues by name, or a person's queues."""
    where = " WHERE id IN (SELECT queue FROM queue_people WHERE person = ?)" if person is not None else ""
    found = db.execute(
        f"SELECT {_QUEUE} FROM queues{where} ORDER BY name, id",  # noqa: S608 (our names)
        () if person is None else (person,),
    )
    return [_queue(row) for row in found]


def queue(db: sqlite3.Connection, name: str) -> Queue | None:
    """A queue by its id."""
    found = db.execute(f"SELECT {_QUEUE} FROM queues WHERE id = ?", (name,)).fetchone()  # noqa: S608 (our names)
    return None if found is None else _queue(found)


def _queue(row: tuple[Any, ...]) -> Queue:
    identity, name, case_id, kind, asked, sample, codes, seed, made_at, made_by = row
    return Queue(
        identity, name, case_id, kind, json.loads(asked), sample, tuple(json.loads(codes)), seed, made_at, made_by
    )


def people_of(db: sqlite3.Connection, name: str) -> list[str]:
    """Ids of the people of a queue, sorted."""
    return [
        person for (person,) in db.execute("SELECT person FROM queue_people WHERE queue = ? ORDER BY person", (name,))
    ]


def set_people(db: sqlite3.Connection, name: str, people: Iterable[str]) -> None:
    """Set the people of a queue."""
    db.execute("DELETE FROM queue_people WHERE queue = ?", (name,))
    db.executemany("INSERT OR IGNORE INTO queue_people VALUES (?, ?)", [(name, person) for person in people])


def set_queues_of(db: sqlite3.Connection, person: str, names: Iterable[str]) -> None:
    """Set the queues of a person."""
    db.execute("DELETE FROM queue_people WHERE person = ?", (person,))
    db.executemany("INSERT OR IGNORE INTO queue_people VALUES (?, ?)", [(name, person) for name in names])


def works_at(db: sqlite3.Connection, person: str, name: str) -> bool:
    """Whether a person is assigned to a queue."""
    found = db.execute("SELECT 1 FROM queue_people WHERE queue = ? AND person = ?", (name, person))
    return found.fetchone() is not None


def add_items(db: sqlite3.Connection, name: str, items: Iterable[ReviewItem]) -> int:
    """Add items to a queue, in order. An item that the room already has is shared between queues.

    A new sound that another case of the room has, too, is decided as the item there, and one that is decided before
    others. Items that each have a decision stay apart.

    Returns:
        The number of items in the queue.
    """
    place = 0
    for place, item in enumerate(items, 1):
        added = db.execute(
            "INSERT INTO items VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (case_id, kind, key) DO NOTHING",
            (
                item.id, item.case_id, item.kind, item.key, item.exhibit, item.title, item.time, item.device,
                item.seconds, item.sound, json.dumps(item.exhibits), item.search, _equal_elsewhere(db, item) or item.id,
            ),
        )  # fmt: skip
        if added.rowcount > 0:
            db.executemany("INSERT INTO item_sounds VALUES (?, ?)", [(sound, item.id) for sound in item.sounds])
        db.execute(
            "INSERT INTO queue_items SELECT ?, id, ? FROM items WHERE case_id = ? AND kind = ? AND key = ?",
            (name, place, item.case_id, item.kind, item.key),
        )
    return place


def _equal_elsewhere(db: sqlite3.Connection, item: ReviewItem) -> str | None:
    found = db.execute(
        "SELECT i.decided_as FROM item_sounds s JOIN items i ON i.id = s.item"
        " LEFT JOIN decisions d ON d.item = i.decided_as AND d.turn = 1"
        " WHERE s.sha256 IN (SELECT value FROM json_each(?)) AND i.case_id <> ?"
        " ORDER BY d.finished_at IS NULL, d.person IS NULL, i.rowid LIMIT 1",
        (json.dumps(item.sounds), item.case_id),
    ).fetchone()
    return None if found is None else str(found[0])


def items_digest(db: sqlite3.Connection, name: str) -> str:
    """SHA-256 of the items of a queue as they were drawn up, for the audit: hexadecimal. They never change."""
    digest = hashlib.sha256()
    for row in db.execute(
        f"SELECT q.place, {_ITEM}, (SELECT json_group_array(sha256) FROM (SELECT sha256 FROM item_sounds s"  # noqa: S608
        " WHERE s.item = i.id ORDER BY sha256)) FROM queue_items q JOIN items i ON i.id = q.item WHERE q.queue = ?"
        " ORDER BY q.place, i.id",
        (name,),
    ):
        digest.update(json.dumps(row).encode() + b"\n")
    return digest.hexdigest()


def item_of(db: sqlite3.Connection, name: str) -> ReviewItem | None:
    """An item by its id."""
    found = db.execute(f"SELECT {_ITEM} FROM items i WHERE i.id = ?", (name,)).fetchone()  # noqa: S608 (our names)
    return None if found is None else _item(found)


def queues_of_item(db: sqlite3.Connection, name: str) -> list[str]:
    """Ids of the queues that contain an item."""
    return [found for (found,) in db.execute("SELECT queue FROM queue_items WHERE item = ? ORDER BY queue", (name,))]


def items_decided_as(db: sqlite3.Connection, name: str) -> list[ReviewItem]:
    """The items for which the decision on one holds: more than one where cases share a sound."""
    found = db.execute(
        f"SELECT {_ITEM} FROM items i WHERE i.decided_as = ? ORDER BY i.rowid",  # noqa: S608 (our names)
        (name,),
    )
    return [_item(row) for row in found]


def decided_as(db: sqlite3.Connection, name: str) -> str:
    """The id of the item whose decision holds for an item."""
    found = db.execute("SELECT decided_as FROM items WHERE id = ?", (name,)).fetchone()
    return name if found is None else str(found[0])


def queues_of_decision(db: sqlite3.Connection, name: str) -> list[str]:
    """Ids of the queues with an item for which the decision on one holds."""
    found = db.execute(
        "SELECT DISTINCT q.queue FROM items i JOIN queue_items q ON q.item = i.id WHERE i.decided_as = ? ORDER BY 1",
        (name,),
    )
    return [queue for (queue,) in found]


def works_with(db: sqlite3.Connection, person: str, name: str) -> bool:
    """Whether a person is assigned to a queue that contains an item."""
    found = db.execute(
        "SELECT 1 FROM queue_items q JOIN queue_people p ON p.queue = q.queue WHERE q.item = ? AND p.person = ?",
        (name, person),
    )
    return found.fetchone() is not None


def items_of_queue(db: sqlite3.Connection, name: str) -> Iterator[ReviewItem]:
    """The items of a queue, in order."""
    found = db.execute(
        f"SELECT {_ITEM} FROM queue_items q JOIN items i ON i.id = q.item WHERE q.queue = ?"  # noqa: S608 (our names)
        " ORDER BY q.place, i.id",
        (name,),
    )
    for row in found.fetchall():
        yield _item(row)


def items_of_case(db: sqlite3.Connection, case_id: str) -> Iterator[ReviewItem]:
    """The items of a case, by exhibit."""
    found = db.execute(
        f"SELECT {_ITEM} FROM items i WHERE i.case_id = ? ORDER BY i.exhibit, i.kind, i.id",  # noqa: S608 (our names)
        (case_id,),
    )
    for row in found.fetchall():
        yield _item(row)


def _item(row: tuple[Any, ...]) -> ReviewItem:
    name, case, kind, key, exhibit, title, time, device, seconds, sound, exhibits, search, decided = row
    return ReviewItem(
        name,
        case,
        kind,
        key,
        exhibit,
        title,
        time,
        device,
        seconds,
        sound,
        tuple(json.loads(exhibits)),
        search,
        decided,
    )
