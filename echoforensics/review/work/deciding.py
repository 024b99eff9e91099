"""Changes decisions: only on top of the version that the person saw, and with undo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from echoforensics.review.room_errors import InvalidRequestError, RefusedError
from echoforensics.review.store.decision_table import (
    Decision,
    add_change,
    last_change,
    mark_undone,
    save_decision,
)
from echoforensics.review.work.access import knows, view_of
from echoforensics.review.work.refusals import SavedFirstError
from echoforensics.review.work.second_opinion import after_finish
from echoforensics.review.work.transcript import NO_TEXT, checked_transcript

if TYPE_CHECKING:
    from collections.abc import Iterable

    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.room_database import Connection
    from echoforensics.review.work.access import ItemView
    from echoforensics.review.work.codes import Code

#: Maximum length of a note in characters.
MOST_NOTES = 20_000
_Make = Callable[[Decision, "ItemView"], Decision]


class DecisionDesk:
    """Changes decisions, in the caller's transactions.

    Args:
        codes: codes of the room.
    """

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes = {code.id: code for code in codes}
        self.distressing = frozenset(code.id for code in self.codes.values() if code.distress)

    def code(
        self, db: Connection, person: RoomMember, item: str, version: Any, add: Any, remove: Any, at: int
    ) -> Decision:
        """Add and remove codes.

        Raises:
            SavedFirstError: somebody else saved first.
            RefusedError, NotFoundError: the person may not change it, or see it.
            InvalidRequestError: a code is not one of the room's.
        """
        given, taken = self._checked(add), self._checked(remove)

        def make(before: Decision, _view: ItemView) -> Decision:
            return replace(before, codes=tuple(sorted((set(before.codes) | given) - taken)))

        return self._change(db, person, item, version, "codes", make, at)

    def _checked(self, codes: Any) -> set[str]:
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise InvalidRequestError("codes are a list of their ids")
        if others := sorted(set(codes) - set(self.codes)):
            raise InvalidRequestError(
                "{value} is not a code of this room; its codes are {known}",
                {"value": repr(others[0][:40]), "known": ", ".join(self.codes)},
            )
        return set(codes)

    def note(self, db: Connection, person: RoomMember, item: str, version: Any, text: Any, at: int) -> Decision:
        """Write the note of an item. Raises as :meth:`code` does."""
        if not isinstance(text, str) or len(text) > MOST_NOTES or NO_TEXT.search(text):
            raise InvalidRequestError(
                "a note is to be at most {most} characters of Unicode; shorten it", {"most": MOST_NOTES}
            )
        return self._change(
            db, person, item, version, "notes", lambda before, _view: replace(before, notes=str(text)), at
        )

    def transcribe(
        self, db: Connection, person: RoomMember, item: str, version: Any, segments: Any, at: int
    ) -> Decision:
        """Write the human transcript of an item. Raises as :meth:`code` does."""

        def make(before: Decision, view: ItemView) -> Decision:
            return replace(before, transcript=tuple(checked_transcript(segments, view.item.seconds)))

        return self._change(db, person, item, version, "transcript", make, at)

    def finish(self, db: Connection, person: RoomMember, item: str, version: Any, at: int) -> Decision:
        """Finish an item. Raises as :meth:`code` does."""

        def make(before: Decision, _view: ItemView) -> Decision:
            if before.finished:
                return before
            return replace(before, finished_at=at, finished_by=person.id)

        made = self._change(db, person, item, version, "finish", make, at)
        after_finish(db, made, self.codes.values(), at)
        return made

    def undo(self, db: Connection, person: RoomMember, item: str, version: Any, at: int) -> tuple[Decision, str]:
        """Undo the last change, if it was this person's; returns the decision, and the kind of change.

        Raises:
            RefusedError: there is nothing of theirs to undo, or somebody else changed it since.
            InvalidRequestError: as :meth:`code` does.
        """
        view = self._view(db, person, item, version)
        last = last_change(db, view.decision.item, view.decision.turn)
        if last is None:
            raise RefusedError("There is nothing to undo.")
        if last.person != person.id:
            raise RefusedError("Somebody else changed it after you; only they can undo that.")
        before, content = view.decision, last.before
        made = replace(
            before, codes=tuple(content["codes"]), notes=content["notes"], transcript=tuple(content["transcript"]),
            finished_at=content["finished_at"], finished_by=content["finished_by"], version=before.version + 1,
            changed_at=at, changed_by=person.id, changed_in=item,
        )  # fmt: skip
        mark_undone(db, last.number)
        save_decision(db, made)
        add_change(db, before, made, "undo", at)
        return made, last.what

    def _view(self, db: Connection, person: RoomMember, item: str, version: Any) -> ItemView:
        """Return what the person may change, at the version they saw."""
        if type(version) is not int:
            raise InvalidRequestError("say which version was seen: `version` is to be a whole number")
        view = view_of(db, person, item, self.distressing)
        if not view.may_change:
            raise RefusedError("This decision is not yours to change: it is closed, or somebody else's.")
        if view.decision.version != version:
            known = view.decision
            raise SavedFirstError(known if knows(db, person, known.changed_in) else replace(known, changed_by=None))
        return view

    def _change(
        self, db: Connection, person: RoomMember, item: str, version: Any, what: str, make: _Make, at: int
    ) -> Decision:
        view = self._view(db, person, item, version)
        before = view.decision
        changed = make(before, view)
        if changed == before:
            return before
        made = replace(
            changed, version=before.version + 1, changed_at=at, changed_by=person.id,
            person=before.person or person.id, assigned_at=before.assigned_at or at, changed_in=item,
            taken_in=before.taken_in if before.person else item,
        )  # fmt: skip
        save_decision(db, made)
        add_change(db, before, made, what, at)
        return made
