"""Replays the audit's events on queues, and compares the result with the tables.

A queue's people decide who may see its items. An item says which exhibit of which case a decision is about, and whose
decision holds for it. Items never change once a queue is made, so the audit has their hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from echoforensics.review.store.queue_table import items_digest, people_of, queues

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from echoforensics.review.store.event_table import AuditEvent
    from echoforensics.review.store.queue_table import Queue
    from echoforensics.review.store.room_database import Connection

#: Kinds of events that make or change a queue.
QUEUE_EVENTS = ("queue made", "queue changed", "person put to queues")
_CHANGED = ("name", "sample", "codes")


@dataclass(slots=True)
class _ReplayedQueue:
    """What the events say of a queue.

    Attributes:
        values: name, sample, codes, seed and hash of the items, as far as events have them.
        people: ids; None where the queue was made by an earlier version, whose events lack them.
    """

    values: dict[str, Any] = field(default_factory=dict)
    people: set[str] | None = None


class ReplayedQueues:
    """The queues that the events made."""

    def __init__(self) -> None:
        self._queues: dict[str, _ReplayedQueue] = {}

    def add(self, event: AuditEvent, details: Mapping[str, Any], ids: Mapping[str, str]) -> None:
        """Replay an event.

        Args:
            event: one of :data:`QUEUE_EVENTS`.
            details: its details.
            ids: ids of people by name.
        """
        if event.what == "person put to queues":
            wanted, person = details.get("queues"), ids.get(event.about, event.about)
            for name, queue in self._queues.items():
                if queue.people is not None:
                    queue.people.discard(person)
                    if isinstance(wanted, list) and name in wanted:
                        queue.people.add(person)
            return
        found = self._queues.setdefault(event.about, _ReplayedQueue())
        names = (*_CHANGED, "seed", "items_sha256") if event.what == "queue made" else _CHANGED
        found.values.update({name: details[name] for name in names if name in details})
        if isinstance(people := details.get("people"), list):
            found.people = {str(one) for one in people}

    def contradictions(self, db: Connection) -> Iterator[str]:
        """Yield a sentence for each queue that is not what the events say."""
        there = {one.id: one for one in queues(db)}
        for name, queue in there.items():
            replayed = self._queues.get(name)
            if replayed is None or not _agrees(db, queue, replayed):
                yield f"the queue {queue.name} is not as the audit has it: its people, items, or second opinions"
        for name in sorted(self._queues.keys() - there.keys()):
            yield f"the queue {self._queues[name].values.get('name', name)} of the audit is missing"


def _agrees(db: Connection, queue: Queue, replayed: _ReplayedQueue) -> bool:
    found = {
        "name": queue.name, "sample": f"{queue.sample:g}", "codes": list(queue.second_codes), "seed": queue.seed,
        "items_sha256": items_digest(db, queue.id) if "items_sha256" in replayed.values else "",
    }  # fmt: skip
    return all(found[name] == value for name, value in replayed.values.items()) and (
        replayed.people is None or set(people_of(db, queue.id)) == replayed.people
    )
