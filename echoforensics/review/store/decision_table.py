"""SQL for decisions, their changes, and who opened which item."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

#: The turns: the first listener, and the second one, who does not know the first one's decision.
FIRST, SECOND = 1, 2
_COLUMNS = (
    "item, turn, person, codes, notes, transcript, version, assigned_at, changed_at, changed_by, finished_at,"
    " finished_by, taken_in, changed_in"
)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on an item in one of its two turns.

    Attributes:
        item: its id.
        turn: :data:`FIRST` or :data:`SECOND`.
        person: id of its owner; None if nobody took it.
        codes: sorted ids.
        notes: text.
        transcript: segments, see :mod:`echoforensics.review.work.transcript`.
        version: increases with each change; 0 if there was none.
        assigned_at, changed_at, finished_at: milliseconds since 1970 UTC, or None.
        changed_by, finished_by: ids of persons, or None.
        taken_in, changed_in: ids of the items through which it was taken and last changed; None for its own. They are
            others where cases share a sound.
    """

    item: str
    turn: int
    person: str | None = None
    codes: tuple[str, ...] = ()
    notes: str = ""
    transcript: tuple[dict[str, Any], ...] = ()
    version: int = 0
    assigned_at: int | None = None
    changed_at: int | None = None
    changed_by: str | None = None
    finished_at: int | None = None
    finished_by: str | None = None
    taken_in: str | None = None
    changed_in: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the person has finished it."""
        return self.finished_at is not None

    def content(self) -> dict[str, Any]:
        """The parts that a change can change, and undoing it restores."""
        return {
            "codes": list(self.codes), "notes": self.notes, "transcript": list(self.transcript),
            "finished_at": self.finished_at, "finished_by": self.finished_by,
        }  # fmt: skip

    def digest(self) -> str:
        """SHA-256 of what was decided, by whom and when, for the audit: hexadecimal."""
        decided = {**self.content(), "version": self.version, "at": self.changed_at, "by": self.changed_by}
        return hashlib.sha256(json.dumps(decided, sort_keys=True).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """The decision for the pages."""
        shown = asdict(self)
        shown.update(
            codes=list(self.codes), transcript=list(self.transcript), finished=self.finished,
        )  # fmt: skip
        return {name: shown[name] for name in ("codes", "notes", "transcript", "finished", "changed_at", "finished_at")}


class DecisionChange(NamedTuple):
    """A change of a decision.

    Attributes:
        number: number of the change; later ones are greater.
        person: id of its author.
        at: milliseconds since 1970 UTC.
        what: ``codes``, ``notes``, ``transcript``, ``finish`` or ``undo``.
        before, after: results of :meth:`Decision.content`.
    """

    number: int
    person: str
    at: int
    what: str
    before: dict[str, Any]
    after: dict[str, Any]


def decision(db: sqlite3.Connection, item: str, turn: int) -> Decision:
    """Return a decision; an empty one if nothing was decided."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM decisions WHERE item = ? AND turn = ?", (item, turn)  # noqa: S608 (our names)
    ).fetchone()  # fmt: skip
    return Decision(item, turn) if found is None else _decision(found)


def decisions(db: sqlite3.Connection, queue: str) -> list[Decision]:
    """Every decision of the items of a queue."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM decisions WHERE item IN"  # noqa: S608 (our names)
        " (SELECT i.decided_as FROM queue_items q JOIN items i ON i.id = q.item WHERE q.queue = ?)",
        (queue,),
    )
    return [_decision(row) for row in found]


def decisions_of_case(db: sqlite3.Connection, case_id: str) -> list[Decision]:
    """Every decision that holds for an item of a case, by item."""
    found = db.execute(
        f"SELECT {_COLUMNS} FROM decisions WHERE item IN (SELECT decided_as FROM items WHERE case_id = ?)"  # noqa: S608
        " ORDER BY item, turn",
        (case_id,),
    )
    return [_decision(row) for row in found]


def changed_decisions(db: sqlite3.Connection) -> Iterator[Decision]:
    """Yield every decision that somebody changed, by item."""
    for row in db.execute(f"SELECT {_COLUMNS} FROM decisions WHERE version > 0 ORDER BY item, turn"):  # noqa: S608
        yield _decision(row)


def changes_of(db: sqlite3.Connection, item: str, turn: int) -> list[tuple[str, int, str, bool]]:
    """The changes of a decision in order: id of the author, time, kind, and whether it was undone."""
    found = db.execute(
        "SELECT person, at, what, undone FROM changes WHERE item = ? AND turn = ? ORDER BY number", (item, turn)
    )
    return [(person, at, what, bool(undone)) for person, at, what, undone in found]


def _decision(row: tuple[Any, ...]) -> Decision:
    item, turn, person, codes, notes, transcript, *rest = row
    return Decision(item, turn, person, tuple(json.loads(codes)), notes, tuple(json.loads(transcript)), *rest)


def save_decision(db: sqlite3.Connection, made: Decision) -> None:
    """Store a decision, replacing its earlier state."""
    db.execute(
        f"INSERT OR REPLACE INTO decisions ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            made.item, made.turn, made.person, json.dumps(made.codes), made.notes,
            json.dumps(made.transcript, ensure_ascii=False), made.version, made.assigned_at, made.changed_at,
            made.changed_by, made.finished_at, made.finished_by, made.taken_in, made.changed_in,
        ),
    )  # fmt: skip


def take(db: sqlite3.Connection, item: str, turn: int, person: str, at: int, through: str) -> bool:
    """Assign an item to a person, unless somebody has it in this turn; returns whether it is theirs now.

    Args:
        db: the room's database.
        item: id of the item whose decision it is.
        turn: of the decision.
        person: id.
        at: milliseconds since 1970 UTC.
        through: id of the item that the person has in their queue.
    """
    found = decision(db, item, turn)
    if found.person not in (None, person):
        return False
    if found.person is None:
        assign(db, item, turn, person, at, through)
    return True


def assign(db: sqlite3.Connection, item: str, turn: int, person: str | None, at: int, through: str) -> None:
    """Assign an item to a person, or to nobody, whoever had it; the decision stays. Arguments as of :func:`take`."""
    db.execute(
        "INSERT INTO decisions (item, turn, person, codes, notes, transcript, version, assigned_at, taken_in)"
        " VALUES (?, ?, ?, '[]', '', '[]', 0, ?, ?) ON CONFLICT (item, turn) DO UPDATE"
        " SET person = excluded.person, assigned_at = excluded.assigned_at, taken_in = excluded.taken_in",
        (item, turn, person, at, through),
    )


def add_change(db: sqlite3.Connection, before: Decision, after: Decision, what: str, at: int) -> None:
    """Record a change of a decision."""
    db.execute(
        "INSERT INTO changes (item, turn, person, at, what, before, after, undone) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
        (
            after.item, after.turn, after.changed_by, at, what, json.dumps(before.content(), ensure_ascii=False),
            json.dumps(after.content(), ensure_ascii=False),
        ),
    )  # fmt: skip


def last_change(db: sqlite3.Connection, item: str, turn: int) -> DecisionChange | None:
    """Return the last change of a decision that was not undone, and is not itself an undo."""
    found = db.execute(
        "SELECT number, person, at, what, before, after FROM changes"
        " WHERE item = ? AND turn = ? AND undone = 0 AND what <> 'undo' ORDER BY number DESC LIMIT 1",
        (item, turn),
    ).fetchone()
    if found is None:
        return None
    number, person, at, what, before, after = found
    return DecisionChange(number, person, at, what, json.loads(before), json.loads(after))


def mark_undone(db: sqlite3.Connection, number: int) -> None:
    """Mark a change as undone."""
    db.execute("UPDATE changes SET undone = 1 WHERE number = ?", (number,))


def authors(db: sqlite3.Connection, item: str, turn: int, part: str) -> list[tuple[str, int]]:
    """The authors of a part of a decision, each with the time of their last change; the last author comes last.

    Args:
        db: the room's database.
        item: id.
        turn: turn of the decision.
        part: ``codes``, ``notes``, ``transcript`` or ``finish``.
    """
    found = db.execute(
        "SELECT person, max(at) FROM changes WHERE item = ? AND turn = ? AND what IN (?, 'undo') AND undone = 0"
        " GROUP BY person ORDER BY max(number)",
        (item, turn, part),
    )
    return [(person, at) for person, at in found]


def has_changed(db: sqlite3.Connection, item: str, turn: int, person: str) -> bool:
    """Whether a person ever changed a decision."""
    found = db.execute("SELECT 1 FROM changes WHERE item = ? AND turn = ? AND person = ? LIMIT 1", (item, turn, person))
    return found.fetchone() is not None


def note_opened(
    db: sqlite3.Connection, item: str, person: str, at: int, *, seen: bool = False, distress: bool = False
) -> None:
    """Record that a person opened an item.

    Args:
        db: the room's database.
        item, person: ids.
        at: milliseconds since 1970 UTC.
        seen: whether they saw the first decision, or may have.
        distress: whether they opened it knowing that it is distressing.
    """
    db.execute(
        "INSERT INTO opened VALUES (?, ?, ?, ?, ?) ON CONFLICT (item, person) DO UPDATE SET"
        " seen = max(seen, excluded.seen), distress = max(distress, excluded.distress)",
        (item, person, at, int(seen), int(distress)),
    )


def opened_as(db: sqlite3.Connection, item: str, person: str) -> tuple[bool, bool]:
    """Whether a person saw the decision on an item, and whether they opened it knowing that it is distressing."""
    found = db.execute("SELECT seen, distress FROM opened WHERE item = ? AND person = ?", (item, person)).fetchone()
    return (False, False) if found is None else (bool(found[0]), bool(found[1]))


def distressing_opened(db: sqlite3.Connection) -> dict[str, int]:
    """The number of distressing items that each person knowingly opened."""
    return dict(db.execute("SELECT person, count(*) FROM opened WHERE distress = 1 GROUP BY person").fetchall())


def finished_times(db: sqlite3.Connection) -> dict[str, list[int]]:
    """When each person finished items, in order: milliseconds since 1970 UTC."""
    found: dict[str, list[int]] = {}
    for person, at in db.execute(
        "SELECT finished_by, finished_at FROM decisions WHERE finished_at IS NOT NULL ORDER BY finished_at"
    ):
        found.setdefault(person, []).append(at)
    return found


def outline_of(db: sqlite3.Connection, sound: str) -> Any:
    """The stored outline of a recording, or None."""
    found = db.execute("SELECT content FROM outlines WHERE sound = ?", (sound,)).fetchone()
    return None if found is None else json.loads(found[0])


def keep_outline(db: sqlite3.Connection, sound: str, content: Any) -> None:
    """Store a recording's outline."""
    db.execute("INSERT OR REPLACE INTO outlines VALUES (?, ?)", (sound, json.dumps(content)))
