"""Second opinions: choosing items for a second person, comparing the decisions, and settling disagreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError, RefusedError
from echoforensics.review.store.decision_table import FIRST, SECOND, decision
from echoforensics.review.store.opinion_table import (
    Due,
    add_disagreement,
    disagreement,
    make_due,
    settle,
)
from echoforensics.review.store.queue_table import items_of_queue, queue, queues_of_decision
from echoforensics.review.work.access import is_of_first, item_for, refuse_unless_supervising
from echoforensics.review.work.agreement import BothHeard
from echoforensics.review.work.sharing import is_drawn
from echoforensics.review.work.transcript import NO_TEXT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.decision_table import Decision
    from echoforensics.review.store.queue_table import Queue
    from echoforensics.review.store.room_database import Connection
    from echoforensics.review.work.codes import Code

_MOST_NOTE = 5_000


def draw_sample(db: Connection, drawn: Queue, at: int) -> int:
    """Schedule the sample of a queue for a second person; returns the number of items."""
    chosen = [item for item in items_of_queue(db, drawn.id) if is_drawn(drawn.seed, item.key, drawn.sample)]
    for item in chosen:
        make_due(db, Due(item.decided_as, drawn.id, "sample", at))
    return len(chosen)


def after_finish(db: Connection, made: Decision, codes: Iterable[Code], at: int) -> None:
    """After an item is finished: schedule a second person, or compare the two decisions."""
    if made.turn == SECOND:
        first = decision(db, made.item, FIRST)
        if set(first.codes) != set(made.codes):
            add_disagreement(db, made.item, at)
        return
    always = {code.id for code in codes if code.second}
    for name in queues_of_decision(db, made.item):
        found = queue(db, name)
        if found is None:
            continue
        for code in made.codes:
            if code in always or code in found.second_codes:
                make_due(db, Due(made.item, name, f"code {code}", at))


def heard_by_two(decisions: Iterable[Decision]) -> list[BothHeard]:
    """The items that two people have finished, by item, from decisions of both turns."""
    turns: dict[str, dict[int, Decision]] = {}
    for one in decisions:
        turns.setdefault(one.item, {})[one.turn] = one
    found = []
    for _, given in sorted(turns.items()):
        first, second = given.get(FIRST), given.get(SECOND)
        if first is None or second is None or not (first.finished and second.finished):
            continue
        by, other = first.finished_by or "", second.finished_by or ""
        found.append(BothHeard(by, other, frozenset(first.codes), frozenset(second.codes)))
    return found


def settle_disagreement(
    db: Connection, person: RoomMember, item: str, codes: Any, note: Any, known: Collection[str], at: int
) -> None:
    """Settle a disagreement, with the correct codes.

    Args:
        db: the room's database.
        person: who settles: one who supervises, and is neither of the two.
        item: id.
        codes: ids.
        note: why.
        known: ids of the room's codes.
        at: milliseconds since 1970 UTC.

    Raises:
        RefusedError: they do not supervise, are one of the two, or it is settled.
        NotFoundError: there is no such disagreement.
        InvalidRequestError: a code is none of the room's, or the note is too long.
    """
    refuse_unless_supervising(person, later("Settling what two people decided otherwise"))
    item = item_for(db, person, item).decided_as
    found = disagreement(db, item)
    if found is None:
        raise NotFoundError("There is no such disagreement.")
    if found.settled_at is not None:
        raise RefusedError("It was settled already.")
    second = decision(db, item, SECOND)
    if is_of_first(db, decision(db, item, FIRST), person.id) or person.id in (second.person, second.finished_by):
        raise RefusedError("You are one of the two who disagree; somebody else has to settle it.")
    if not isinstance(codes, list) or not all(isinstance(code, str) and code in known for code in codes):
        raise InvalidRequestError("codes are a list of ids of the room's: {known}", {"known": ", ".join(known)})
    if not isinstance(note, str) or len(note) > _MOST_NOTE or NO_TEXT.search(note):
        raise InvalidRequestError("the note is to be at most {most} characters", {"most": _MOST_NOTE})
    settle(db, item, tuple(sorted(set(codes))), note, person.id, at)
