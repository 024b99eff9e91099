"""Second opinions, disagreements, redactions and the plan of work, for the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.errors import CaseError, UsageError
from echoforensics.listening.redaction import RedactionRequest
from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError
from echoforensics.review.store.decision_table import FIRST, SECOND, decision, decisions
from echoforensics.review.store.opinion_table import disagreement, disagreements
from echoforensics.review.store.queue_table import decided_as, item_of, queues, queues_of_item
from echoforensics.review.work.access import refuse_unless_supervising
from echoforensics.review.work.agreement import agreement_of, agreement_of_pairs
from echoforensics.review.work.plan import plan_of
from echoforensics.review.work.queue_desk import queue_for
from echoforensics.review.work.redacting import ask_redaction, decide, redactions_for
from echoforensics.review.work.second_opinion import heard_by_two, settle_disagreement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.report.words.language import Language
    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.opinion_table import AskedRedaction
    from echoforensics.review.work.agreement import BothHeard
    from echoforensics.review.work.desk import WorkDesk


#: Seconds that a recording may last to be redacted for a listener who waits.
_LONGEST_PREVIEW = 900


class OpinionDesk:
    """The work of supervisors and of pairs of people. It is thread-safe.

    Args:
        desk: the work of the room.
    """

    def __init__(self, desk: WorkDesk) -> None:
        self._desk = desk
        self._database = desk.database

    # Agreement.

    def heard_by_two(self, queue: str = "") -> list[BothHeard]:
        """The items that two people decided on, of a queue or of all."""
        with self._database.reading() as db:
            names = [queue] if queue else [one.id for one in queues(db)]
            found = {(one.item, one.turn): one for name in names for one in decisions(db, name)}
        return heard_by_two(found.values())

    def agreement(self, person: RoomMember, queue: str = "") -> dict[str, Any]:
        """The agreement about each code, over all and by pair; ids of people are in it. Raises RoomError."""
        refuse_unless_supervising(person, later("Agreement"))
        if queue:
            with self._database.reading() as db:
                queue_for(db, person, queue)
        heard, codes = self.heard_by_two(queue), [code.id for code in self._desk.codes]
        pairs = [
            {"people": list(pair), "items": found[0].items, "codes": [one.as_json() for one in found]}
            for pair, found in agreement_of_pairs(heard, codes).items()
        ]
        return {"items": len(heard), "codes": [one.as_json() for one in agreement_of(heard, codes)], "pairs": pairs}

    # Disagreements.

    def disagreements(self, person: RoomMember) -> list[dict[str, Any]]:
        """Every disagreement with what the two decided; ids of people are in it. Raises RefusedError."""
        refuse_unless_supervising(person, later("Settling what two people decided otherwise"))
        shown = []
        with self._database.reading() as db:
            for one in disagreements(db):
                item = item_of(db, one.item)
                opinions = [decision(db, one.item, turn) for turn in (FIRST, SECOND)]
                settled = None
                if one.settled_at is not None:
                    settled = {
                        "codes": list(one.codes or ()), "note": one.note or "", "by": one.settled_by,
                        "at": one.settled_at,
                    }  # fmt: skip
                shown.append(
                    {
                        "id": one.item, "item": one.item, "queue": next(iter(queues_of_item(db, one.item)), ""),
                        "title": item.title if item else "", "about": item.exhibit if item else "",
                        "opinions": [{"who": each.finished_by, **each.as_json()} for each in opinions],
                        "settled": settled, "at": one.at,
                        "mine": any(person.id in (each.person, each.finished_by) for each in opinions),
                    }
                )  # fmt: skip
        return shown

    def settle(self, person: RoomMember, item: str, given: Mapping[str, Any]) -> None:
        """Settle a disagreement. Raises RoomError."""
        known = [code.id for code in self._desk.codes]
        with self._database.transaction() as change:
            note = given.get("note", "")
            settle_disagreement(change.db, person, item, given["codes"], note, known, change.at)
            of = decided_as(change.db, item)
            settled = disagreement(change.db, of)
            codes = list(settled.codes or ()) if settled else []
            change.record(person.name, "settled", of, codes=codes, note=note)

    # Redactions.

    def ask_redaction(self, person: RoomMember, item: str, given: Mapping[str, Any]) -> AskedRedaction:
        """Ask that ranges of a recording be redacted. Raises RoomError."""
        found = self._desk.item_for(person, item)
        sounds = self._desk.case_of(found).shown(found, "en").sounds
        number = given.get("sound", 0)
        if not 0 <= number < len(sounds):
            raise NotFoundError("There is no such sound in this item.")
        fields, row = sounds[number].found.fields, sounds[number].found.rows[0]
        length = fields.get("duration_us")
        seconds = length / 1_000_000 if isinstance(length, int) else None
        with self._database.transaction() as change:
            made = ask_redaction(change.db, person, item, row["exhibit"], seconds, dict(given), change.at)
            change.record(
                person.name, "redaction asked", made.id, item=item, exhibit=made.exhibit, reason=made.reason,
                replaced_by=made.replacement,
                ranges_ms=[[round(start * 1000), round(end * 1000)] for start, end in made.ranges],
            )  # fmt: skip
        return made

    def redactions(self, person: RoomMember) -> list[dict[str, Any]]:
        """The requests that a person may see; ids of people are in it."""
        with self._database.reading() as db:
            return [
                {
                    "id": one.id, "item": one.item, "about": one.exhibit,
                    "queue": next(iter(queues_of_item(db, one.item)), ""),
                    "ranges": [list(each) for each in one.ranges], "reason": one.reason, "with": one.replacement,
                    "asked_by": one.asked_by, "at": one.asked_at, "state": _state(one), "decided_by": one.decided_by,
                    "note": one.note, "mine": one.asked_by == person.id, "copy": one.copy,
                }
                for one in redactions_for(db, person)
            ]  # fmt: skip

    def redacted_sound(self, person: RoomMember, name: str) -> bytes:
        """The recording of a request as it would be redacted, as WAV, for who asked for it or is to decide on it.

        Raises:
            NotFoundError: there is no such request that they may hear.
            InvalidRequestError: the recording is too long for that, or cannot be redacted.
        """
        with self._database.reading() as db:
            found = next((one for one in redactions_for(db, person) if one.id == name), None)
        if found is None:
            raise NotFoundError("There is no such request.")
        item = self._desk.item_for(person, found.item)
        if (item.seconds or 0) > _LONGEST_PREVIEW:
            raise InvalidRequestError(
                "A recording of more than {minutes} min is not redacted while somebody waits. Listen to the ranges in"
                " the clip.",
                {"minutes": _LONGEST_PREVIEW // 60},
            )
        request = RedactionRequest(found.ranges, found.replacement, found.reason)
        try:
            sound = self._desk.case_of(item).redacted(found.exhibit, request)
        except (CaseError, UsageError) as error:
            raise InvalidRequestError("This cannot be redacted: {error}", {"error": error}) from error
        with self._database.transaction() as change:
            change.record(person.name, "redaction heard", name, item=found.item, exhibit=found.exhibit)
        return sound

    def decide_redaction(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> AskedRedaction:
        """Approve or refuse a request. Raises RoomError."""
        with self._database.transaction() as change:
            note = given.get("note", "")
            made = decide(change.db, person, name, given["approve"], note, change.at)
            what = "redaction approved" if made.approved else "redaction refused"
            change.record(person.name, what, name, item=made.item, exhibit=made.exhibit, note=note)
        return made

    # The plan.

    def plan(self, person: RoomMember, words: Language) -> dict[str, Any]:
        """The load of each person. Raises RefusedError."""
        refuse_unless_supervising(person, later("The plan of work"))
        people = [one for one in self._desk.people() if one.active and one.role != "reader"]
        with self._database.reading() as db:
            return plan_of(db, people, self._desk.distressing, words)


def _state(one: AskedRedaction) -> str:
    return {None: "asked", True: "approved", False: "refused"}[one.approved]
