"""The redacted copies that a second person approved: made as ``redact`` makes them, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.listening.redaction import redact
from echoforensics.review.store.opinion_table import keep_copy, redactions
from echoforensics.review.store.queue_table import item_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.review.room import ReviewRoom
    from echoforensics.review.store.opinion_table import AskedRedaction
    from echoforensics.review.work.room_case import RoomCase

#: Where copies lie in the room's folder.
FOLDER = "redacted"


def make_copies(room: ReviewRoom, case: RoomCase, names: Mapping[str, str], actor: str) -> int:
    """Make the copies of a case that were approved and are not there yet; how many they are.

    Args:
        room: which is open.
        case: of the room.
        names: what people are called, by id.
        actor: who acts, as the case's ledger names them.

    Raises:
        CaseError, UsageError: as :func:`echoforensics.listening.redaction.redact` does.
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
    folder = room.path / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{one.exhibit}_{one.id}.wav"
    # What a close left that was interrupted before the case knew of it.
    target.unlink(missing_ok=True)
    by = f"{names.get(one.asked_by, one.asked_by)}, approved by {names.get(one.decided_by or '', one.decided_by or '')}"
    reason = f"{one.reason} (asked for by {by})"
    made = redact(case.path, one.exhibit, one.ranges, one.replacement, reason, target, room.key, actor)
    return made.sha256
