"""Requests to redact ranges of a recording, which a second person approves."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from echoforensics.listening.redaction import REPLACEMENTS
from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError, RefusedError
from echoforensics.review.store.opinion_table import (
    AskedRedaction,
    add_redaction,
    decide_redaction,
    redaction,
    redactions,
)
from echoforensics.review.work.access import item_for, refuse_reader, refuse_unless_supervising
from echoforensics.review.work.transcript import NO_TEXT, checked_second

if TYPE_CHECKING:
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.room_database import Connection

_MOST_RANGES, _MOST_REASON, _MOST_NOTE = 200, 200, 5_000


def ask_redaction(
    db: Connection, person: RoomMember, item: str, exhibit: str, seconds: float | None, given: dict[str, Any],
    at: int,
) -> AskedRedaction:  # fmt: skip
    """Request the redaction of ranges of a recording.

    Args:
        db: the room's database.
        person: who asks.
        item: id of the item.
        exhibit: of the recording.
        seconds: how long it lasts, or None.
        given: ``ranges`` in seconds, ``reason`` and ``with``.
        at: milliseconds since 1970 UTC.

    Raises:
        NotFoundError: the item is not theirs.
        RefusedError: they may read only.
        InvalidRequestError: a range is none, or lies outside of the recording, or no reason is given.
    """
    refuse_reader(person)
    item_for(db, person, item)
    reason, replacement = given.get("reason"), given.get("with", "silence")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > _MOST_REASON or not reason.isprintable():
        raise InvalidRequestError(
            "A redaction needs a reason: a code, or words of at most {most} characters.", {"most": _MOST_REASON}
        )
    if replacement not in REPLACEMENTS:
        raise InvalidRequestError("A range is replaced with {known}.", {"known": ", ".join(REPLACEMENTS)})
    made = AskedRedaction(
        secrets.token_urlsafe(9), item, exhibit, _ranges(given.get("ranges"), seconds), reason.strip(), replacement,
        person.id, at,
    )  # fmt: skip
    add_redaction(db, made)
    return made


def _ranges(given: Any, seconds: float | None) -> tuple[tuple[float, float], ...]:
    """Ranges rounded to 10 ms, sorted by start; touching ones are merged."""
    if not isinstance(given, list) or not 0 < len(given) <= _MOST_RANGES:
        raise InvalidRequestError(
            "ranges is a list of 1 to {most} ranges, each [from, to] in seconds", {"most": _MOST_RANGES}
        )
    found: list[tuple[float, float]] = []
    for number, one in enumerate(given, 1):
        if not isinstance(one, list) or len(one) != 2:
            raise InvalidRequestError("range {number} is to be [from, to] in seconds", {"number": number})
        start, end = (checked_second(each, number, seconds) for each in one)
        if start >= end:
            raise InvalidRequestError("Range {number} is empty, or ends before it begins.", {"number": number})
        found.append((start, end))
    joined: list[tuple[float, float]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def redactions_for(db: Connection, person: RoomMember) -> list[AskedRedaction]:
    """The requests that a person may see: their own, or all for supervisors and examiners."""
    return [one for one in redactions(db) if person.sees_all or one.asked_by == person.id]


def decide(db: Connection, person: RoomMember, name: str, approve: Any, note: Any, at: int) -> AskedRedaction:
    """Approve or refuse a request: a supervisor or examiner, and never the person who asked.

    Raises:
        RefusedError: they may not, or somebody decided before.
        NotFoundError: there is no such request.
        InvalidRequestError: it is neither approved nor refused, or the note is too long.
    """
    refuse_unless_supervising(person, later("Approving redactions"))
    found = redaction(db, name)
    if found is None:
        raise NotFoundError("There is no such request.")
    if found.asked_by == person.id:
        raise RefusedError("You asked for it; a second person has to approve it.")
    if not isinstance(approve, bool):
        raise InvalidRequestError("approve is true or false")
    if not isinstance(note, str) or len(note) > _MOST_NOTE or NO_TEXT.search(note):
        raise InvalidRequestError("the note is to be at most {most} characters", {"most": _MOST_NOTE})
    if not decide_redaction(db, name, person.id, at, approved=approve, note=note):
        raise RefusedError("Somebody decided on it already.")
    return replace(found, decided_by=person.id, decided_at=at, approved=approve, note=note)
