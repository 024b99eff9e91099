"""Compares the room's ledger with the events of its database: both must have the same content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from chain_of_custody.entry import LedgerEntry
    from echoforensics.review.store.event_table import AuditEvent

LEDGER, HEAD = "audit.jsonl", "audit.head"
#: Maximum number of differences to list.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class AuditComparison:
    """The result of a comparison.

    Attributes:
        last: number of the last event in the ledger; 0 if it has none.
        waiting: number of later events in the database.
        problems: one sentence for each difference.
    """

    last: int
    waiting: int
    problems: tuple[str, ...]


def compare(entries: Iterable[LedgerEntry], events: Iterator[AuditEvent]) -> AuditComparison:
    """Compare the entries of a ledger with the events of its database, both in order."""
    problems: list[str] = []
    last = 0
    for entry in entries:
        number = entry.detail.get("number")
        if not isinstance(number, int):
            continue
        last = number
        event = next(events, None)
        if len(problems) < MOST_NAMED and (problem := _difference(entry, number, event)):
            problems.append(problem)
    waiting = sum(1 for _ in events)
    return AuditComparison(last, waiting, tuple(problems))


def _difference(entry: LedgerEntry, number: int, event: AuditEvent | None) -> str:
    if event is None:
        return f"the database lacks event {number} of the ledger"
    if event.number != number:
        return f"line {entry.seq + 1} of the ledger is event {number}; the next one of the database is {event.number}"
    written = {"number": event.number, "at": event.at, "about": event.about, "details": event.details}
    found = {key: value for key, value in entry.detail.items() if key != "recovered_tail"}
    if (entry.actor, entry.action, found) != (event.who, event.what, written):
        return f"the database says something else of event {number} than line {entry.seq + 1} of the ledger"
    return ""
