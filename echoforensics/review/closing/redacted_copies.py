"""Makes the redacted copies that a second person approved, in the same way as ``redact``, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.listening.redaction import RedactionRequest, redact
from echoforensics.review.store.opinion_table import keep_copy, redactions
from echoforensics.review.store.queue_table import item_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.store.opinion_table import AskedRedaction
    from echoforensics.review.work.room_case import RoomCase


def make_copies(room: ReviewRoom, case: RoomCase, names: Mapping[str, str], actor: str) -> int:
    """Make the approved copies of a case that do not exist yet; returns their number.

    Args:
        room: the open room.
        case: a case of the room.
        names: names of people, by id.
        actor: name of the person, for the case's ledger.

    Raises:
        CaseError, UsageError: from :func:`echoforensics.listening.redaction.redact`.
    """
    with room.database.reading() as db:
        approved = [one for one in redactions(db) if one.approved and one.copy is None]
        wanted = [one for one in approved if (item := item_of(db, one.item)) and item.case_id == case.id]
    for one in wanted:
        sha256 = _copy(room, case, one, names, actor)
        with room.database.transaction() as change:
            keep_copy(change.db, one.id, sha256)
            change.record("-", "redacted", one.id, exhibit=one.exhibit, copy_sha256=sha256)
    return len(wanted)


def _copy(room: ReviewRoom, case: RoomCase, one: AskedRedaction, names: Mapping[str, str], actor: str) -> str:
    by = f"{names.get(one.asked_by, one.asked_by)}, approved by {names.get(one.decided_by or '', one.decided_by or '')}"
    request = RedactionRequest(one.ranges, one.replacement, f"{one.reason} (asked for by {by})")
    return redact(case.path, one.exhibit, request, room.key, actor).sha256
