"""Closes a room: finished work is signed into its cases, with the head of the room's audit. Known records are skipped,
so a room can be closed repeatedly, and an interrupted close can be repeated.
"""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chain_of_custody.chain import open_ledger
from echoforensics.case.added_records.closed_rooms import ROOM_RESULTS, head_problems, line_hashes
from echoforensics.case.custody.adding import AddingRun
from echoforensics.errors import CaseError, UsageError
from echoforensics.review.audit.comparing import LEDGER
from echoforensics.review.closing.annotations import AnnotationWriter, DecidedItem
from echoforensics.review.closing.figures import review_record
from echoforensics.review.closing.redacted_copies import make_copies
from echoforensics.review.store.decision_table import FIRST, SECOND, Decision, authors, decisions_of_case
from echoforensics.review.store.opinion_table import disagreement, redactions
from echoforensics.review.store.queue_table import item_of, items_of_case, queues

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.case.added_records.addition import Addition
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.store.queue_table import Queue
    from echoforensics.review.work.room_case import RoomCase

_PARTS = ("codes", "notes", "transcript")


@dataclass(frozen=True, slots=True)
class ClosedCase:
    """The result of closing a room into a case.

    Attributes:
        case: name of its folder.
        exhibits: exhibits of the added records.
        known: number of records that the case already had.
        redactions: number of redacted copies that were made.
    """

    case: str
    exhibits: tuple[str, ...]
    known: int
    redactions: int


def close_room(room: ReviewRoom, person: RoomMember | None = None) -> list[ClosedCase]:
    """Sign the results of a room into its cases.

    Args:
        room: the open room.
        person: the person who closes it; None for the examiner, at a terminal.

    Raises:
        CaseError: a case has changed since it was sealed, cannot be written, or was closed into from another copy of
            the room. It is closed into the others. Records added before stay, and are skipped when this is repeated.
    """
    closed: list[ClosedCase] = []
    refused: list[str] = []
    for case in room.desk.cases.values():
        try:
            _refuse_fork(room, case)
            made = _close(room, case, person)
        except (CaseError, UsageError) as error:
            if len(room.desk.cases) == 1:
                raise
            refused.append(f"{case.name}: {error}")
            continue
        closed.append(made)
        room.record(
            person, "closed", case.id, case=case.name, exhibits=list(made.exhibits[:1] + made.exhibits[-1:]),
            count=len(made.exhibits), known=made.known, redactions=made.redactions,
        )  # fmt: skip
        case.reopen()
    if refused:
        names = ", ".join(one.case for one in closed) or "none"
        raise CaseError(f"{'; '.join(refused)}. Closed into: {names}")
    return closed


def _refuse_fork(room: ReviewRoom, case: RoomCase) -> None:
    """Refuse a room that is not the one, or has not all the lines, that was closed into a case before."""
    identity = room_identity(room)
    for before in case.rooms_before():
        if before.id == identity and (problems := head_problems(before, line_hashes(room.path))):
            raise CaseError(
                f"{room.path}: is another copy of the room than was closed into {case.name}: its audit has other"
                f" lines ({problems[0]}). Close from {before.path}, or begin a new room"
            )


def _close(room: ReviewRoom, case: RoomCase, person: RoomMember | None) -> ClosedCase:
    names = {one.id: one.display for one in room.accounts.all()}
    actor = _actor(case, person)
    # Make the copies first: if this is interrupted, the records on the whole review are not there yet.
    copies = make_copies(room, case, names, actor)
    items, of_case = _decided(room, case)
    identity = room_identity(room)
    additions = [one for item in items for one in AnnotationWriter(identity, names, room.desk.codes).of(item)]
    with room.database.reading() as db:
        redacted = {one.exhibit for one in redactions(db) if one.copy}
    summary = review_record(identity, items, of_case, room.desk.codes, names, redacted)
    if summary is None:
        return ClosedCase(case.name, (), 0, copies)
    room.record(person, "closing", case.id, case=case.name, records=len(additions) + 1)
    detail = _detail(room, identity, additions, names, items)
    with closing(AddingRun(case.path, room.key, actor)) as run:
        added = run.add([*additions, summary], detail)
    return ClosedCase(case.name, added.exhibits, added.known, copies)


def room_identity(room: ReviewRoom) -> str:
    """The identity of a room, which never changes: the SHA-256 of the first line of its audit.

    Raises:
        CaseError: it cannot be read.
    """
    try:
        with open_ledger(room.path / LEDGER) as stream:
            return hashlib.sha256(stream.readline().rstrip(b"\n")).hexdigest()
    except OSError as error:
        raise CaseError(f"{room.path / LEDGER}: cannot be read: {error.strerror or error}") from error


def _actor(case: RoomCase, person: RoomMember | None) -> str:
    """The actor for the case's ledger: the person, or the last actor."""
    return person.display if person is not None else case.last_actor()


def _decided(room: ReviewRoom, case: RoomCase) -> tuple[list[DecidedItem], list[Queue]]:
    with room.database.reading() as db:
        turns = {(one.item, one.turn): one for one in decisions_of_case(db, case.id)}
        found = []
        for item in items_of_case(db, case.id):
            of = item.decided_as
            first = turns.get((of, FIRST), Decision(of, FIRST))
            second = turns.get((of, SECOND), Decision(of, SECOND))
            written = {
                (turn.turn, part): authors(db, of, turn.turn, part)
                for turn in (first, second)
                if turn.finished
                for part in _PARTS
            }
            exhibits, number = case.subjects_of(item)
            elsewhere = frozenset(
                turn.turn
                for turn in (first, second)
                if turn.changed_in and (heard := item_of(db, turn.changed_in)) and heard.case_id != case.id
            )
            found.append(
                DecidedItem(item.key, number, exhibits, first, second, disagreement(db, of), written, elsewhere)
            )
        return found, [one for one in queues(db) if one.case_id == case.id]


def _detail(
    room: ReviewRoom, identity: str, additions: list[Addition], names: Mapping[str, str], items: list[DecidedItem]
) -> dict[str, Any]:
    people = {person for item in items for turn in (item.first, item.second) if turn.finished
              for person in [turn.finished_by] if person}  # fmt: skip
    return {
        "what": ROOM_RESULTS,
        "room": {"id": identity, "path": str(room.path.absolute())},
        "audit": {"length": room.audit.length, "head": room.audit.head},
        "authors": sorted(names.get(person, person) for person in people),
        "records": len(additions) + 1,
    }
