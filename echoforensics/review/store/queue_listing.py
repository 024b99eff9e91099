"""SQL for the contents of a queue that a person may see, and for the next items to take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

#: The sort orders of a list.
ORDERS = {
    "time": "i.time IS NULL, i.time, q.place", "newest": "i.time IS NULL, i.time DESC, q.place",
    "length": "i.seconds IS NULL, i.seconds, q.place", "longest": "i.seconds IS NULL, i.seconds DESC, q.place",
    "title": "i.title COLLATE NOCASE, q.place", "state": "state, q.place", "queue": "q.place",
}  # fmt: skip
STATES = ("open", "taken", "done", "second")
_FROM = """
FROM queue_items q JOIN items i ON i.id = q.item
LEFT JOIN decisions d ON d.item = i.decided_as AND d.turn = 1
LEFT JOIN decisions s ON s.item = i.decided_as AND s.turn = 2
LEFT JOIN second_due u ON u.item = i.decided_as
LEFT JOIN disagreements g ON g.item = i.decided_as
"""
#: Whether a person may see the first decision: who sees all, its author, or anyone if no second person will hear it.
_SEEN = """(:all OR d.person = :me OR d.finished_by = :me
    OR (d.finished_at IS NOT NULL AND (u.item IS NULL OR (s.finished_at IS NOT NULL
        AND (g.item IS NULL OR g.settled_at IS NOT NULL)))))"""
#: The state that a person may see: a second turn is shown to its owner, and to those who see all.
_STATE = """CASE
    WHEN u.item IS NOT NULL AND d.finished_at IS NOT NULL AND s.finished_at IS NULL AND (:all OR s.person = :me)
        THEN 'second'
    WHEN d.finished_at IS NOT NULL THEN 'done' WHEN d.person IS NOT NULL THEN 'taken' ELSE 'open' END"""
#: Whether a person may know through which item somebody took or changed a decision: that of their queues.
_KNOWN = """(:all OR {column} IS NULL OR {column} = q.item OR EXISTS (SELECT 1 FROM queue_items w
    JOIN queue_people p ON p.queue = w.queue WHERE w.item = {column} AND p.person = :me))"""
_ASSIGNED = f"""CASE WHEN s.person = :me THEN s.person WHEN d.person = :me OR {_KNOWN.format(column="d.taken_in")}
    THEN d.person END"""
_DECIDED_IN = f"CASE WHEN d.changed_in <> q.item AND {_KNOWN.format(column='d.changed_in')} THEN d.changed_in END"
_CODES = f"CASE WHEN s.person = :me THEN s.codes WHEN {_SEEN} THEN d.codes ELSE '[]' END"


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A line of a queue.

    Attributes:
        id, exhibit, title, time, device, seconds: of the item.
        state: one of :data:`STATES`.
        assigned: id of its owner, or None: if it has none, or one who took it where the person may not look.
        codes: the codes that the person may see.
        distress: whether somebody coded it as distressing.
        decided_in: the equal sound through which it was decided, as the id of its case and its exhibit; None if that is
            the item itself, or where the person may not look.
    """

    id: str
    exhibit: str
    title: str
    time: int | None
    device: str
    seconds: float | None
    state: str
    assigned: str | None
    codes: tuple[str, ...]
    distress: bool
    decided_in: tuple[str, str] | None = None


class AskedItems(NamedTuple):
    """A request for a part of a queue.

    Attributes:
        state, code, text: empty for any.
        mine: only the person's own items.
        sort: one of :data:`ORDERS`.
        after: number of lines shown before.
        limit: maximum number of lines.
    """

    state: str = ""
    code: str = ""
    text: str = ""
    mine: bool = False
    sort: str = "queue"
    after: int = 0
    limit: int = 100


class Candidate(NamedTuple):
    """An item that somebody may take.

    Attributes:
        item: its id.
        sound: the sound by which it is assigned.
        codes: the first decision's codes.
        decided_as: id of the item whose decision holds for it.
    """

    item: str
    sound: str
    codes: frozenset[str]
    decided_as: str


def listed(
    db: sqlite3.Connection, queue: str, person: str, asked: AskedItems, distressing: frozenset[str], *, sees_all: bool
) -> list[ListedItem]:
    """A part of a queue that a person may see; one extra line signals that there are more."""
    clauses, given = ["q.queue = :queue"], dict[str, Any](queue=queue, me=person, all=sees_all)
    if asked.state:
        clauses.append(f"{_STATE} = :state")
        given["state"] = asked.state
    if asked.code:
        clauses.append(f"EXISTS (SELECT 1 FROM json_each({_CODES}) c WHERE c.value = :code)")  # noqa: S608 (our text)
        given["code"] = asked.code
    if asked.text:
        clauses.append("instr(i.search, :text) > 0")
        given["text"] = asked.text.casefold()
    if asked.mine:
        clauses.append(":me IN (d.person, s.person)")
    given |= {"limit": asked.limit + 1, "after": asked.after}
    found = db.execute(
        f"SELECT i.id, i.exhibit, i.title, i.time, i.device, i.seconds, {_STATE} AS state,"
        f" {_ASSIGNED}, e.case_id, e.exhibit, {_CODES}, coalesce(d.codes, '[]'), coalesce(s.codes, '[]')"
        f" {_FROM} LEFT JOIN items e ON e.id = {_DECIDED_IN} WHERE {' AND '.join(clauses)}"
        f" ORDER BY {ORDERS[asked.sort]} LIMIT :limit OFFSET :after",
        given,
    )
    return [_listed(row, distressing) for row in found]


def _listed(row: tuple[Any, ...], distressing: frozenset[str]) -> ListedItem:
    codes, first, second = (json.loads(given or "[]") for given in row[10:])
    distress = not distressing.isdisjoint(first + second)
    name, exhibit, title, time, device, seconds, state, assigned, *decided_in = row[:10]
    return ListedItem(
        name, exhibit, title, time, device, seconds, state, assigned, tuple(codes), distress,
        None if decided_in[0] is None else (decided_in[0], decided_in[1]),
    )  # fmt: skip


def counted(db: sqlite3.Connection, queue: str) -> dict[str, int]:
    """Count the items of a queue that are open, taken and done, and those that a second person has yet to hear."""
    opened, taken, done, second = db.execute(
        "SELECT count(*) - count(d.person), sum(d.person IS NOT NULL AND d.finished_at IS NULL), count(d.finished_at),"
        " sum(u.item IS NOT NULL AND d.finished_at IS NOT NULL AND s.finished_at IS NULL)"
        f" {_FROM} WHERE q.queue = ?",
        (queue,),
    ).fetchone()
    return {"open": opened or 0, "taken": taken or 0, "done": done or 0, "second": second or 0}


def begun_by(db: sqlite3.Connection, queue: str, person: str) -> list[str]:
    """A person's unfinished items of a queue, in the order in which they got them."""
    found = db.execute(
        "SELECT q.item FROM queue_items q JOIN items i ON i.id = q.item JOIN decisions d ON d.item = i.decided_as"
        " WHERE q.queue = ? AND d.person = ? AND d.finished_at IS NULL ORDER BY d.assigned_at, q.place",
        (queue, person),
    )
    return [item for (item,) in found]


def open_items(db: sqlite3.Connection, queue: str) -> Iterator[Candidate]:
    """Yield items of a queue that nobody has, in order. What was begun through another case is left to its queues."""
    found = db.execute(
        "SELECT q.item, i.sound, i.decided_as FROM queue_items q JOIN items i ON i.id = q.item"
        " LEFT JOIN decisions d ON d.item = i.decided_as AND d.turn = 1"
        " WHERE q.queue = :queue AND d.person IS NULL AND d.finished_at IS NULL AND (coalesce(d.version, 0) = 0"
        " OR d.changed_in IS NULL OR d.changed_in IN (SELECT item FROM queue_items WHERE queue = :queue))"
        " ORDER BY q.place, q.item",
        {"queue": queue},
    )
    for item, sound, decided in found:
        yield Candidate(item, sound, frozenset(), decided)


def waiting_for_second(db: sqlite3.Connection, queue: str) -> Iterator[Candidate]:
    """Yield items of a queue that wait for a second person, in order."""
    found = db.execute(
        "SELECT q.item, i.sound, d.codes, i.decided_as FROM queue_items q JOIN items i ON i.id = q.item"
        " JOIN second_due u ON u.item = i.decided_as JOIN decisions d ON d.item = i.decided_as AND d.turn = 1"
        " LEFT JOIN decisions s ON s.item = i.decided_as AND s.turn = 2"
        " WHERE q.queue = ? AND d.finished_at IS NOT NULL AND s.person IS NULL ORDER BY d.finished_at, q.place",
        (queue,),
    )
    for item, sound, codes, decided in found:
        yield Candidate(item, sound, frozenset(json.loads(codes)), decided)


class PersonLoad(NamedTuple):
    """A person's load.

    Attributes:
        taken: number of unfinished items.
        done: number of finished items.
    """

    taken: int
    done: int


def loads(db: sqlite3.Connection) -> dict[str, PersonLoad]:
    """The load of each person, by id."""
    found = db.execute(
        "SELECT person, sum(finished_at IS NULL), 0 FROM decisions WHERE person IS NOT NULL GROUP BY person"
        " UNION ALL SELECT finished_by, 0, count(*) FROM decisions WHERE finished_by IS NOT NULL GROUP BY finished_by"
    )
    whole: dict[str, PersonLoad] = {}
    for person, taken, done in found:
        before = whole.get(person, PersonLoad(0, 0))
        whole[person] = PersonLoad(before.taken + taken, before.done + done)
    return whole


def distressing_of(db: sqlite3.Connection, codes: frozenset[str]) -> dict[str, int]:
    """The number of distressing items that each person has had, in the first or second turn."""
    found: dict[str, int] = {}
    for person, given in db.execute(
        "SELECT d.person, f.codes FROM decisions d JOIN decisions f ON f.item = d.item AND f.turn = 1"
        " WHERE d.person IS NOT NULL AND f.codes <> '[]'"
    ):
        if not codes.isdisjoint(json.loads(given)):
            found[person] = found.get(person, 0) + 1
    return found
