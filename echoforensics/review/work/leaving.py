"""Leaving an item to somebody else: nobody has to hear what they would rather not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.review.room_errors import RefusedError
from echoforensics.review.store.decision_table import FIRST, SECOND, assign, decision
from echoforensics.review.store.queue_listing import distressing_of, loads
from echoforensics.review.store.queue_table import people_of, queues_of_item
from echoforensics.review.work.access import item_for, may_be_second

if TYPE_CHECKING:
    from collections.abc import Collection

    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.room_database import Connection


def leave_item(
    db: Connection, person: RoomMember, name: str, workers: Collection[str], distressing: frozenset[str], at: int
) -> str | None:
    """Hand an item that a person has, and has not finished, to somebody else of its queues.

    It goes to whoever had the fewest distressing items, and of those to whoever has the fewest in hand.

    Args:
        db: the room's database.
        person: who leaves it.
        name: id of the item.
        workers: ids of the people who may work.
        distressing: ids of codes for distressing items.
        at: milliseconds since 1970 UTC.

    Returns:
        The id of who has it now; None if the person did not have it, so that it is open to others as it was.

    Raises:
        NotFoundError: it is not theirs to see.
        RefusedError: there is nobody else, or they have written to it as the second person.
    """
    of = item_for(db, person, name).decided_as
    held = next((found for turn in (SECOND, FIRST) if (found := decision(db, of, turn)).person == person.id), None)
    if held is None or held.finished:
        return None
    if held.turn == SECOND and held.version:
        raise RefusedError("You have begun a second opinion, which nobody else is to see. Undo it first.")
    first = decision(db, of, FIRST)
    others = {
        one
        for queue in queues_of_item(db, name)
        for one in people_of(db, queue)
        if one in workers and one != person.id and (held.turn == FIRST or may_be_second(db, first, one))
    }
    if not others:
        raise RefusedError("Nobody else of this queue can take it. You need not hear it: tell your supervisor.")
    had, load = distressing_of(db, distressing), loads(db)
    to = min(others, key=lambda one: (had.get(one, 0), load[one].taken if one in load else 0, one))
    assign(db, of, held.turn, to, at, name)
    return to
