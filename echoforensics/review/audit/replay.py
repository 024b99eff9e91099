"""Replays the audit's events, and compares the result with the tables: nobody changed these outside of the room.

The events are in the signed ledger. The tables are not signed, and closing the room signs what they say into the case.
So a decision, a redaction or an account that somebody changed in ``room.db`` by hand must not pass for what a person
decided in the room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.review.audit.queue_replay import QUEUE_EVENTS, ReplayedQueues
from echoforensics.review.store.decision_table import FIRST, SECOND, changed_decisions, changes_of, decision
from echoforensics.review.store.event_table import events_of_kinds
from echoforensics.review.store.opinion_table import disagreements, redactions
from echoforensics.review.store.person_table import people_rows
from echoforensics.review.store.queue_table import item_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from echoforensics.review.store.decision_table import Decision
    from echoforensics.review.store.event_table import AuditEvent
    from echoforensics.review.store.opinion_table import AskedRedaction
    from echoforensics.review.store.person_table import PersonRow
    from echoforensics.review.store.room_database import Connection

#: Kinds of events that change a decision, with their names in the table of changes.
_CHANGES = {"code": "codes", "note": "notes", "transcript": "transcript", "finish": "finish", "undo": "undo"}
_REDACTED = ("redaction asked", "redaction approved", "redaction refused", "redacted")
_KINDS = (*_CHANGES, *_REDACTED, *QUEUE_EVENTS, "person added", "person changed", "settled")


def contradictions(db: Connection) -> Iterator[str]:
    """Yield a sentence for each thing in the tables that is not what the events say."""
    people = {row.id: row for row in people_rows(db)}
    replayed = _Replayed({row.name: row.id for row in people.values()})
    for event in events_of_kinds(db, _KINDS):
        replayed.add(event)
    yield from _people(people, replayed)
    yield from replayed.queues.contradictions(db)
    yield from _decisions(db, people, replayed)
    yield from _disagreements(db, people, replayed)
    names = {name: row.name for name, row in people.items()}
    found = {one.id: _redaction(one, names) for one in redactions(db)}
    for name in sorted(found.keys() | replayed.redactions.keys()):
        if found.get(name) != replayed.redactions.get(name):
            yield f"the request for redaction {name} is not as the audit has it"


class _Replayed:
    """What the events say.

    Attributes:
        people: by name: role, whether active, and name for others where the event has it.
        steps: of each decision, by item and turn: author, time, kind and whether it was undone.
        states: of each decision: version, digest, and item that it was changed through, after the last change.
        redactions: by id.
        settled: by item: codes, note, name of the person, time.
        queues: the queues.

    Args:
        ids: ids of people by name.
    """

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids
        self.people: dict[str, dict[str, Any]] = {}
        self.steps: dict[tuple[str, int], list[list[Any]]] = {}
        self.states: dict[tuple[str, int], tuple[int, str, str]] = {}
        self.redactions: dict[str, dict[str, Any]] = {}
        self.settled: dict[str, tuple[Any, ...]] = {}
        self.queues = ReplayedQueues()

    def add(self, event: AuditEvent) -> None:
        """Replay an event."""
        # What a server has not signed yet may be anything: then nothing agrees with it.
        details = event.details if isinstance(event.details, dict) else {}
        if event.what in _CHANGES:
            self._change(event, details)
        elif event.what in QUEUE_EVENTS:
            self.queues.add(event, details, self._ids)
        elif event.what == "person added":
            self.people[event.about] = {"active": True, **details}
        elif event.what == "person changed":
            self.people.setdefault(event.about, {}).update(details)
        elif event.what == "settled":
            self.settled[event.about] = (details.get("codes"), details.get("note"), event.who, event.at)
        elif event.what == "redaction asked":
            self.redactions[event.about] = {"asked": (event.who, event.at), **details}
        else:
            entry = self.redactions.setdefault(event.about, {})
            if event.what == "redacted":
                entry["copy"] = details.get("copy_sha256")
            else:
                entry["decided"] = (event.what == "redaction approved", event.who, event.at, details.get("note"))

    def _change(self, event: AuditEvent, details: dict[str, Any]) -> None:
        turn = details.get("turn")
        of = str(details.get("decided_as", event.about)), turn if isinstance(turn, int) else 0
        steps, what = self.steps.setdefault(of, []), _CHANGES[event.what]
        if what == "undo" and (left := [step for step in steps if step[2] != "undo" and not step[3]]):
            left[-1][3] = True
        steps.append([event.who, event.at, what, False])
        # Events of rooms that were begun with an earlier version have no digest.
        self.states[of] = details.get("version", 0), details.get("state", ""), event.about


def _people(people: dict[str, PersonRow], replayed: _Replayed) -> Iterator[str]:
    for row in people.values():
        known = replayed.people.get(row.name, {})
        if (row.role, row.active) != (known.get("role"), known.get("active")):
            yield f"the account {row.name} is not as the audit has it: it has the role {row.role}"
        elif known.get("display", row.display) != row.display:
            yield f"the account {row.name} has another name for others than in the audit: {row.display!r}"
    for name in sorted(replayed.people.keys() - {row.name for row in people.values()}):
        yield f"the account {name} of the audit is missing"


def _decisions(db: Connection, people: dict[str, PersonRow], replayed: _Replayed) -> Iterator[str]:
    states = dict(replayed.states)
    for made in changed_decisions(db):
        of = made.item, made.turn
        version, digest, through = states.pop(of, (0, "", ""))
        steps = [
            [people[person].name if person in people else person, at, what, undone]
            for person, at, what, undone in changes_of(db, *of)
        ]
        agrees = made.version == version and steps == replayed.steps.get(of, []) and digest in ("", made.digest())
        if not agrees or made.changed_in not in (None, through):
            yield f"the decision on {_where(db, made)} is not as the audit has it"
    for item, turn in sorted(states):
        yield f"the decision on {_where(db, decision(db, item, turn))} is missing; the audit has it"


def _where(db: Connection, made: Decision) -> str:
    turn = "first" if made.turn == FIRST else "second"
    return f"{_exhibit(db, made.item)} by the {turn} listener"


def _exhibit(db: Connection, item: str) -> str:
    found = item_of(db, item)
    return found.exhibit if found else f"item {item}"


def _disagreements(db: Connection, people: dict[str, PersonRow], replayed: _Replayed) -> Iterator[str]:
    found = {one.item: one for one in disagreements(db)}
    for item, one in found.items():
        by = people[one.settled_by].name if one.settled_by in people else one.settled_by
        settled = None if one.settled_at is None else (list(one.codes or ()), one.note, by, one.settled_at)
        if settled != replayed.settled.get(item):
            yield f"how the disagreement on {_exhibit(db, item)} was settled is not as the audit has it"
    for item, turn in sorted(replayed.states):
        if turn == SECOND and item not in found:
            first, second = decision(db, item, FIRST), decision(db, item, SECOND)
            if second.finished and set(first.codes) != set(second.codes):
                yield f"the disagreement on {_exhibit(db, item)} is missing"


def _redaction(one: AskedRedaction, names: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "asked": (names.get(one.asked_by, one.asked_by), one.asked_at), "item": one.item, "exhibit": one.exhibit,
        "reason": one.reason, "replaced_by": one.replacement,
        "ranges_ms": [[round(start * 1000), round(end * 1000)] for start, end in one.ranges],
    }  # fmt: skip
    if one.decided_at is not None:
        by = names.get(one.decided_by or "", one.decided_by)
        found["decided"] = one.approved, by, one.decided_at, one.note
    if one.copy is not None:
        found["copy"] = one.copy
    return found
