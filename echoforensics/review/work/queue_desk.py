"""Queues: making them, their people and items, and the next item for a person."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError
from echoforensics.review.store.decision_table import FIRST, SECOND, assign, decision, take
from echoforensics.review.store.queue_listing import begun_by, distressing_of, open_items, waiting_for_second
from echoforensics.review.store.queue_table import (
    Queue,
    add_items,
    add_queue,
    decided_as,
    people_of,
    queue,
    set_people,
    works_at,
)
from echoforensics.review.work.access import (
    item_for,
    may_be_second,
    refuse_reader,
    refuse_unless_supervising,
)
from echoforensics.review.work.room_case import INTERACTIONS, RECORDINGS
from echoforensics.review.work.second_opinion import draw_sample
from echoforensics.review.work.sharing import share_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.queue_listing import Candidate
    from echoforensics.review.store.queue_table import ReviewItem
    from echoforensics.review.store.room_database import Connection

_MOST_NAME = 120


def queue_for(db: Connection, person: RoomMember, name: str) -> Queue:
    """Return a queue of a person.

    Raises:
        NotFoundError: it is not theirs, or does not exist.
    """
    found = queue(db, name)
    if found is None or not (person.sees_all or works_at(db, person.id, name)):
        raise NotFoundError("There is no such queue among yours.")
    return found


def new_queue(
    db: Connection, person: RoomMember, given: dict[str, Any], items: list[ReviewItem], codes: Collection[str],
    workers: Collection[str], at: int,
) -> tuple[Queue, int]:  # fmt: skip
    """Make a queue of items; returns it, and the size of its sample for a second person.

    Args:
        db: the room's database.
        person: who makes it.
        given: the request: ``name``, ``case``, ``kind``, ``filter``, ``people``, ``second``.
        items: its items.
        codes: ids of the room's codes.
        workers: ids of the people who may work.
        at: milliseconds since 1970 UTC.

    Raises:
        RefusedError: they do not supervise.
        InvalidRequestError: the request is invalid.
    """
    refuse_unless_supervising(person, later("Making queues"))
    if given.get("kind") not in (RECORDINGS, INTERACTIONS):
        raise InvalidRequestError(
            "kind is {recordings} or {interactions}", {"recordings": RECORDINGS, "interactions": INTERACTIONS}
        )
    sample, chosen = _second(given.get("second") or {}, codes)
    made = Queue(
        secrets.token_urlsafe(9), _name(given.get("name")), str(given["case"]), str(given["kind"]),
        given.get("filter") or {}, sample, chosen, secrets.token_hex(16), at, person.id,
    )  # fmt: skip
    add_queue(db, made)
    set_people(db, made.id, _people(given.get("people", []), workers))
    add_items(db, made.id, items)
    return made, draw_sample(db, made, at)


def changed_queue(
    db: Connection, person: RoomMember, name: str, given: dict[str, Any], codes: Collection[str],
    workers: Collection[str], at: int,
) -> Queue:  # fmt: skip
    """Change a queue's name, people or second opinions; a larger sample holds the smaller one.

    Raises:
        NotFoundError, RefusedError, InvalidRequestError: as :func:`new_queue` does.
    """
    refuse_unless_supervising(person, later("Changing queues"))
    if others := set(given) - {"name", "people", "second"}:
        raise InvalidRequestError(
            "{value} of a queue cannot be changed; make another queue", {"value": min(others)[:40]}
        )
    made = queue_for(db, person, name)
    if "name" in given:
        made = replace(made, name=_name(given["name"]))
    if "second" in given:
        sample, chosen = _second(given["second"] or {}, codes)
        made = replace(made, sample=sample, second_codes=chosen)
    add_queue(db, made)
    if "people" in given:
        set_people(db, name, _people(given["people"], workers))
    draw_sample(db, made, at)
    return made


def _name(given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > _MOST_NAME or not given.isprintable():
        raise InvalidRequestError("A queue needs a name of at most {most} characters.", {"most": _MOST_NAME})
    return given.strip()


def _people(given: Any, known: Collection[str]) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one in known for one in given):
        raise InvalidRequestError("people is a list of ids of people of this room")
    return given


def _second(given: Any, codes: Collection[str]) -> tuple[float, tuple[str, ...]]:
    if not isinstance(given, dict) or set(given) - {"sample", "codes"}:
        raise InvalidRequestError("second is an object with sample, from 0 to 1, and codes")
    sample, chosen = given.get("sample") or 0, given.get("codes") or []
    if isinstance(sample, bool) or not isinstance(sample, (int, float)) or not 0 <= sample <= 1:
        raise InvalidRequestError("sample is the part of all items that a second person hears, from 0 to 1")
    if not isinstance(chosen, list) or not all(isinstance(code, str) and code in codes for code in chosen):
        raise InvalidRequestError("codes of second are ids of the room's: {known}", {"known": ", ".join(codes)})
    return float(sample), tuple(sorted(set(chosen)))


class NextItems:
    """Chooses the next item of a queue for a person.

    Args:
        db: the room's database.
        queue: id.
        workers: ids of those people of the queue who may work.
        distressing: ids of codes for distressing items.
    """

    def __init__(self, db: Connection, queue: str, workers: Collection[str], distressing: frozenset[str]) -> None:
        self._db = db
        self._queue = queue
        self._people = [person for person in people_of(db, queue) if person in workers]
        self._distressing = distressing

    def of(self, person: RoomMember, after: str = "") -> tuple[str, int] | None:
        """Return a person's next item, and the turn; None if there is none.

        In order: their unfinished items; items assigned to them by the hash of the sound; items that wait for a second
        person; items assigned to others; last, items that were put aside.

        Args:
            person: who works.
            after: their current item, which they get again only if there is no other.
        """
        begun = begun_by(self._db, self._queue, person.id)
        if found := next((item for item in begun if item != after), None):
            return found, self._turn(found, person.id)
        other = None
        for candidate in open_items(self._db, self._queue):
            if candidate.item == after:
                continue
            if share_of(candidate.sound, self._people) in (person.id, None):
                return candidate.item, FIRST
            other = other or candidate.item
        for candidate in waiting_for_second(self._db, self._queue):
            if candidate.item != after and self._may_get(candidate, person.id):
                return candidate.item, SECOND
        if other:
            return other, FIRST
        return (begun[0], self._turn(begun[0], person.id)) if begun else None

    def _turn(self, item: str, person: str) -> int:
        return SECOND if decision(self._db, decided_as(self._db, item), SECOND).person == person else FIRST

    def _may_get(self, candidate: Candidate, person: str) -> bool:
        """Whether a person may be the second; for distressing items, whether they had no more of them than others."""
        first = decision(self._db, candidate.decided_as, FIRST)
        if not may_be_second(self._db, first, person):
            return False
        if self._distressing.isdisjoint(candidate.codes):
            return True
        had = distressing_of(self._db, self._distressing)
        others = [one for one in self._people if may_be_second(self._db, first, one)]
        return had.get(person, 0) <= min((had.get(one, 0) for one in others), default=0)


def take_next(
    db: Connection, person: RoomMember, name: str, workers: Collection[str], distressing: frozenset[str],
    at: int, after: str = "",
) -> str | None:  # fmt: skip
    """Assign a person the next item of a queue; returns its id, or None if there is none.

    Raises:
        NotFoundError: they do not work at this queue.
        RefusedError: they may read only.
    """
    refuse_reader(person)
    queue_for(db, person, name)
    found = NextItems(db, name, workers, distressing).of(person, after)
    if found is None:
        return None
    item, turn = found
    take(db, decided_as(db, item), turn, person.id, at, item)
    return item


def assign_item(
    db: Connection, person: RoomMember, name: str, to: Any, turn: Any, workers: Collection[str], at: int
) -> None:
    """Give an item to somebody, or to nobody.

    Args:
        db: the room's database.
        person: who assigns.
        name: id of the item.
        to: id of who gets it, or None.
        turn: 1 or 2.
        workers: ids of the people who may work.
        at: milliseconds since 1970 UTC.

    Raises:
        RefusedError: they do not supervise.
        NotFoundError: there is no such item.
        InvalidRequestError: the other may not get it.
    """
    refuse_unless_supervising(person, later("Assigning items"))
    of = item_for(db, person, name).decided_as
    if turn not in (FIRST, SECOND) or isinstance(turn, bool):
        raise InvalidRequestError("turn is 1 for who hears an item first, 2 for the second person")
    if to is not None and to not in workers:
        raise InvalidRequestError("that person may not work here, or is not of this room")
    found = decision(db, of, turn)
    if found.finished:
        raise InvalidRequestError("The item is finished in this turn.")
    if turn == SECOND:
        first = decision(db, of, FIRST)
        if not first.finished or (to is not None and not may_be_second(db, first, to)):
            raise InvalidRequestError(
                "The second is somebody who did not see what the first decided, once the first has finished."
            )
        if found.version:
            raise InvalidRequestError("The second person has begun; what they wrote would be shown to another.")
    elif decision(db, of, SECOND).person is not None:
        raise InvalidRequestError("A second person is at it; the first is not changed any more.")
    assign(db, of, turn, to, at, name)
