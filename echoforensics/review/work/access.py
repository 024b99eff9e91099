"""Permissions on items: least privilege, and second listeners who do not know the first decision.

Equal sounds of several cases have one decision. Who sees one of the cases learns nothing of the others from it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from echoforensics.review.people.person import WORKERS
from echoforensics.review.room_errors import NotFoundError, RefusedError
from echoforensics.review.store.decision_table import FIRST, SECOND, Decision, decision, has_changed, opened_as
from echoforensics.review.store.opinion_table import disagreement, due_of
from echoforensics.review.store.queue_table import item_of, items_decided_as, works_with

if TYPE_CHECKING:
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.queue_table import ReviewItem
    from echoforensics.review.store.room_database import Connection


@dataclass(frozen=True, slots=True)
class ItemView:
    """An item as one person may see it.

    Attributes:
        item: the item.
        decision: the decision that the person may read, and change if ``may_change``.
        may_change: whether the person may change it.
        others: decisions of the other turn that they may see.
        blind: whether they must not know the first decision.
        distress: whether somebody coded it as distressing.
        withheld: whether somebody decides, or decided, on it through an equal sound of a case that the person may not
            see. They may read the codes and the transcript once it is finished, and learn nothing else.
        taken: whether somebody has the item in this turn.
        equal: the equal sounds of other cases in queues of the person.
    """

    item: ReviewItem
    decision: Decision
    may_change: bool
    others: tuple[Decision, ...] = ()
    blind: bool = False
    distress: bool = False
    withheld: bool = False
    taken: bool = False
    equal: tuple[ReviewItem, ...] = ()


def sees_item(db: Connection, person: RoomMember, name: str) -> bool:
    """Whether an item is in a queue of a person."""
    return person.sees_all or works_with(db, person.id, name)


def item_for(db: Connection, person: RoomMember, name: str) -> ReviewItem:
    """Return an item from a person's queues.

    Raises:
        NotFoundError: there is no such item in them.
    """
    found = item_of(db, name)
    if found is None or not sees_item(db, person, name):
        raise NotFoundError("There is no such item in your queues.")
    return found


def view_of(db: Connection, person: RoomMember, name: str, distressing: frozenset[str]) -> ItemView:
    """Return an item as a person may see it.

    Args:
        db: the room's database.
        person: the viewer.
        name: id of the item.
        distressing: ids of codes for distressing items.

    Raises:
        NotFoundError: it is not in their queues, or does not exist.
    """
    item = item_for(db, person, name)
    view = _whole_view(db, person, item, distressing)
    equal = tuple(
        one
        for one in items_decided_as(db, item.decided_as)
        if one.id != name and one.case_id != item.case_id and sees_item(db, person, one.id)
    )
    others = tuple(_known_part(db, person, one) for one in view.others)
    known = _known_part(db, person, view.decision)
    withheld = known is not view.decision
    return replace(
        view, decision=known, others=others, equal=equal, withheld=withheld, taken=view.decision.person is not None,
        may_change=view.may_change and not withheld,
    )  # fmt: skip


def knows(db: Connection, person: RoomMember, item: str | None) -> bool:
    """Whether a person may know that somebody took or changed a decision through an item; None for its own."""
    return item is None or sees_item(db, person, item)


def _known_part(db: Connection, person: RoomMember, made: Decision) -> Decision:
    """A decision as far as a person may know it, and the same object if that is all of it.

    What was decided through an equal sound of another case tells who does not see that case the codes and the
    transcript, which are of the sound. The note may be about the case, and the names would say where the sound is.
    """
    if made.person == person.id or (made.person is None and not made.version):
        return made
    if knows(db, person, made.taken_in) and knows(db, person, made.changed_in):
        return made
    known = replace(made, person=None, notes="", changed_by=None, finished_by=None)
    return known if made.finished else replace(known, codes=(), transcript=())


def _whole_view(db: Connection, person: RoomMember, item: ReviewItem, distressing: frozenset[str]) -> ItemView:
    name = item.decided_as
    first, second = decision(db, name, FIRST), decision(db, name, SECOND)
    distress = bool(distressing.intersection(first.codes) or distressing.intersection(second.codes))
    settled = disagreement(db, name)
    if second.finished and (settled is None or settled.settled_at is not None):
        return ItemView(item, first, may_change=False, others=(second,), distress=distress)
    if second.person == person.id:
        return ItemView(item, second, may_decide(person) and not second.finished, blind=True, distress=distress)
    # Once a second person has it, the first decision is frozen: the two are compared.
    may_change = may_decide(person) and second.person is None
    if due_of(db, name) is None or not first.finished or is_of_first(db, first, person.id):
        return ItemView(item, first, may_change, distress=distress)
    if person.sees_all:
        # Supervisors see both and change neither: a supervisor can only be second if assigned to the item.
        return ItemView(item, first, may_change=False, others=(second,) if second.version else (), distress=distress)
    if opened_as(db, name, person.id)[0]:
        return ItemView(item, first, may_change=False, distress=distress)
    mine = second.person is None
    shown = second if mine else Decision(name, SECOND)
    return ItemView(item, shown, may_change and mine, blind=True, distress=distress)


def is_of_first(db: Connection, first: Decision, person: str) -> bool:
    """Whether a person took part in the first decision on an item."""
    return person in (first.person, first.finished_by) or has_changed(db, first.item, FIRST, person)


def may_be_second(db: Connection, first: Decision, person: str) -> bool:
    """Whether a person knows nothing of the first decision on an item."""
    return not is_of_first(db, first, person) and not opened_as(db, first.item, person)[0]


def may_decide(person: RoomMember) -> bool:
    """Whether a person may change anything."""
    return person.role in WORKERS


def refuse_reader(person: RoomMember) -> None:
    """Refuse a person with read-only access. Raises RefusedError."""
    if not may_decide(person):
        raise RefusedError("You may read and listen here, and change nothing. Ask a supervisor for another role.")


def refuse_unless_supervising(person: RoomMember, what: str) -> None:
    """Refuse a person who is not a supervisor or examiner.

    Args:
        person: the person.
        what: the restricted action, marked with :func:`~echoforensics.report.words.language.later`.

    Raises:
        RefusedError: the person is neither.
    """
    if not person.sees_all:
        raise RefusedError("{what} is for supervisors and examiners. Ask one of them.", {"what": what})
