"""The work of a room for its pages: each change is one transaction, with its event in the audit."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError, NotFoundError
from echoforensics.review.store.decision_table import note_opened, opened_as
from echoforensics.review.store.queue_listing import AskedItems, counted, listed
from echoforensics.review.store.queue_table import (
    item_of,
    items_digest,
    people_of,
    queues,
    queues_of_item,
    set_queues_of,
    works_at,
)
from echoforensics.review.work.access import item_for, refuse_unless_supervising, sees_item, view_of
from echoforensics.review.work.deciding import DecisionDesk
from echoforensics.review.work.leaving import leave_item
from echoforensics.review.work.presence import Presence
from echoforensics.review.work.queue_desk import (
    NextItems,
    assign_item,
    changed_queue,
    new_queue,
    queue_for,
    take_next,
)
from echoforensics.review.work.sound_files import SoundFiles
from echoforensics.review.work.subjects import ItemFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from echoforensics.review.people.person import RoomMember
    from echoforensics.review.store.decision_table import Decision
    from echoforensics.review.store.queue_listing import ListedItem
    from echoforensics.review.store.queue_table import Queue, ReviewItem
    from echoforensics.review.store.room_database import RoomDatabase
    from echoforensics.review.work.access import ItemView
    from echoforensics.review.work.codes import Code
    from echoforensics.review.work.room_case import RoomCase


class WorkDesk:
    """People's work on the items of the room's cases. It is thread-safe.

    Attributes:
        database: the room's database.
        cases: by id.
        codes: codes of the room.
        sounds: the files that pages play.
        presence: who is viewing which item.
    """

    def __init__(
        self, folder: Path, database: RoomDatabase, cases: Iterable[RoomCase], codes: tuple[Code, ...],
        people: Callable[[], Iterable[RoomMember]],
    ) -> None:  # fmt: skip
        """Set up the desk.

        Args:
            folder: the room's folder.
            database: the room's database.
            cases: cases of the room.
            codes: codes of the room.
            people: returns all people of the room.
        """
        self.database = database
        self.cases = {case.id: case for case in cases}
        self.codes = codes
        self.sounds = SoundFiles(folder, database)
        self.presence = Presence()
        self.decisions = DecisionDesk(codes)
        self.people = people
        #: Who viewed which item since it was last preloaded.
        self._viewed: set[tuple[str, str]] = set()

    @property
    def distressing(self) -> frozenset[str]:
        """Ids of codes for distressing items."""
        return self.decisions.distressing

    def workers(self) -> set[str]:
        """Ids of the people who may work."""
        return {person.id for person in self.people() if person.active and person.role != "reader"}

    # Queues.

    def queues(self, person: RoomMember) -> list[tuple[Queue, dict[str, int], list[str]]]:
        """The queues of a person, with progress and people of each."""
        with self.database.reading() as db:
            found = queues(db, None if person.sees_all else person.id)
            return [(one, counted(db, one.id), people_of(db, one.id)) for one in found]

    def make_queue(self, person: RoomMember, given: dict[str, Any]) -> tuple[Queue, int]:
        """Make a queue; returns it, and its number of items. Raises RoomError."""
        refuse_unless_supervising(person, later("Making queues"))
        case = self.cases.get(str(given.get("case")))
        if case is None:
            raise InvalidRequestError("There is no such case in this room.")
        items = case.items(str(given.get("kind")), ItemFilter.of(given.get("filter") or {}))
        with self.database.transaction() as change:
            made, drawn = new_queue(
                change.db, person, given, items, self._code_ids(), self._everybody(), change.at
            )  # fmt: skip
            change.record(
                person.name, "queue made", made.id, name=made.name, case=case.name, kind=made.kind,
                items=len(items), sample=f"{made.sample:g}", seed=made.seed, drawn=drawn, codes=list(made.second_codes),
                people=people_of(change.db, made.id), items_sha256=items_digest(change.db, made.id),
            )  # fmt: skip
        self.sounds.prepare(case, (sound for item in items for sound in case.sounds_of(item)))
        return made, len(items)

    def change_queue(self, person: RoomMember, name: str, given: dict[str, Any]) -> Queue:
        """Change a queue. Raises RoomError."""
        with self.database.transaction() as change:
            made = changed_queue(change.db, person, name, given, self._code_ids(), self._everybody(), change.at)
            change.record(
                person.name, "queue changed", name, name=made.name, people=people_of(change.db, name),
                sample=f"{made.sample:g}", codes=list(made.second_codes),
            )  # fmt: skip
        return made

    def queue_ids_of(self, person: RoomMember) -> list[str]:
        """Ids of a person's queues; for those who see all, only their assigned queues."""
        with self.database.reading() as db:
            return [queue.id for queue in queues(db, person.id)]

    def set_queues_of(self, by: RoomMember, person: RoomMember, names: list[str]) -> None:
        """Set the queues of a person.

        Raises:
            RefusedError: the caller is not a supervisor or examiner.
            InvalidRequestError: a queue does not exist.
        """
        refuse_unless_supervising(by, later("Putting people to queues"))
        with self.database.transaction() as change:
            if set(names) - {queue.id for queue in queues(change.db)}:
                raise InvalidRequestError("queues is a list of ids of queues of this room")
            set_queues_of(change.db, person.id, names)
            change.record(by.name, "person put to queues", person.name, queues=sorted(set(names)))

    def _code_ids(self) -> list[str]:
        return [code.id for code in self.codes]

    def _everybody(self) -> set[str]:
        return {person.id for person in self.people()}

    def items(self, person: RoomMember, name: str, asked: AskedItems) -> tuple[list[ListedItem], dict[str, int]]:
        """A part of a queue, and the queue's progress. Raises NotFoundError."""
        with self.database.reading() as db:
            queue_for(db, person, name)
            found = listed(db, name, person.id, asked, self.distressing, sees_all=person.sees_all)
            return found, counted(db, name)

    def take_next(self, person: RoomMember, name: str, after: str = "") -> str | None:
        """Give a person the next item of a queue. Raises RoomError."""
        with self.database.transaction() as change:
            item = take_next(change.db, person, name, self.workers(), self.distressing, change.at, after)
            if item:
                change.record(person.name, "next", item, queue=name)
        return item

    def assign(self, person: RoomMember, item: str, to: Any, turn: Any) -> None:
        """Give an item to somebody. Raises RoomError."""
        with self.database.transaction() as change:
            assign_item(change.db, person, item, to, turn, self.workers(), change.at)
            change.record(person.name, "assigned", item, to=to or "", turn=turn)

    def leave(self, person: RoomMember, item: str) -> None:
        """Pass a person's item on to somebody else. Raises RoomError."""
        with self.database.transaction() as change:
            to = leave_item(change.db, person, item, self.workers(), self.distressing, change.at)
            change.record(person.name, "left", item, to=to or "")

    # Items.

    def view(self, person: RoomMember, name: str, *, ahead: bool = False) -> tuple[ItemView, bool]:
        """An item as a person may see it, and whether they knowingly opened it before.

        Args:
            person: the viewer.
            name: id of the item.
            ahead: whether it is preloaded, and not viewed yet.

        Raises:
            NotFoundError: it is not in their queues.
        """
        with self.database.reading() as db:
            view = view_of(db, person, name, self.distressing)
            seen, knowingly = opened_as(db, view.item.decided_as, person.id)
        shown = not view.blind and view.decision.version > 0 and (view.decision.finished or not view.withheld)
        # Preloaded content could be viewed by other means than the page, so it is recorded, too.
        with self.database.transaction() as change:
            if shown and not seen:
                note_opened(change.db, view.item.decided_as, person.id, change.at, seen=True)
            what = "loaded ahead" if ahead else "view"
            change.record(person.name, what, name, exhibit=view.item.exhibit, blind=view.blind)
        self._viewed.discard((person.id, name))
        if not ahead:
            self._viewed.add((person.id, name))
        return view, knowingly

    def open_knowingly(self, person: RoomMember, name: str) -> None:
        """Record that a person opens an item knowing that it is distressing. Raises NotFoundError."""
        with self.database.transaction() as change:
            of = item_for(change.db, person, name).decided_as
            note_opened(change.db, of, person.id, change.at, distress=True)
            change.record(person.name, "distress opened", name)

    def next_after(self, person: RoomMember, name: str) -> str | None:
        """The item that a person would get after this one, for preloading."""
        with self.database.reading() as db:
            for queue in queues_of_item(db, name):
                if person.sees_all or works_at(db, person.id, queue):
                    found = NextItems(db, queue, self.workers(), self.distressing).of(person, name)
                    return None if found is None or found[0] == name else found[0]
        return None

    def case_of(self, item: ReviewItem) -> RoomCase:
        """The case of an item. Raises NotFoundError if the room was opened without it."""
        case = self.cases.get(item.case_id)
        if case is None:
            raise NotFoundError("The room was opened without the case of this item. Ask who runs the server.")
        return case

    def case_name(self, case_id: str) -> str:
        """The name of a case for people; its id if the room was opened without it."""
        case = self.cases.get(case_id)
        return case.name if case else case_id

    def item_for(self, person: RoomMember, name: str) -> ReviewItem:
        """An item of a queue of a person. Raises NotFoundError."""
        with self.database.reading() as db:
            return item_for(db, person, name)

    def item(self, name: str) -> ReviewItem | None:
        """An item by its id, whoever asks."""
        with self.database.reading() as db:
            return item_of(db, name)

    def here(self, person: RoomMember, name: str) -> list[str]:
        """Record that a person is viewing an item; returns the ids of other viewers. Raises NotFoundError.

        A preloaded item counts as viewed from here on.
        """
        item = self.item_for(person, name)
        if (person.id, name) not in self._viewed:
            self._viewed.add((person.id, name))
            with self.database.transaction() as change:
                change.record(person.name, "view", name, exhibit=item.exhibit)
        others = self.presence.here(item.decided_as, name, person.id, self.database.clock())
        with self.database.reading() as db:
            return [other for other, viewed in others if sees_item(db, person, viewed)]

    def played(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> None:
        """Record that somebody played a part of a sound. Raises RoomError."""
        item = self.item_for(person, name)
        sounds = self.case_of(item).shown(item, "en").sounds
        number = given["sound"]
        if not 0 <= number < len(sounds):
            raise NotFoundError("There is no such sound in this item.")
        times = {f"{part}_ms": round(given[part] * 1000) for part in ("from", "to", "seconds")}
        with self.database.transaction() as change:
            change.record(
                person.name, "play", name, sound=number, sha256=sounds[number].found.sha256,
                exhibit=sounds[number].found.rows[0]["exhibit"], speed=f"{given['speed']:g}", **times,
            )  # fmt: skip

    # Decisions.

    def code(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> Decision:
        """Add and remove codes. Raises RoomError."""
        add, remove = given.get("add", []), given.get("remove", [])
        with self.database.transaction() as change:
            made = self.decisions.code(change.db, person, name, given["version"], add, remove, change.at)
            if made.version != given["version"]:
                change.record(person.name, "code", name, add=add, remove=remove, **_about(made, name))
        return made

    def note(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> Decision:
        """Write the note of an item. Raises RoomError."""
        with self.database.transaction() as change:
            made = self.decisions.note(change.db, person, name, given["version"], given["text"], change.at)
            if made.version != given["version"]:
                change.record(person.name, "note", name, text_sha256=_digest(made.notes), **_about(made, name))
        return made

    def transcribe(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> Decision:
        """Write the human transcript of an item. Raises RoomError."""
        with self.database.transaction() as change:
            made = self.decisions.transcribe(
                change.db, person, name, given["version"], given["segments"], change.at
            )  # fmt: skip
            text = "\n".join(segment["text"] for segment in made.transcript)
            if made.version != given["version"]:
                change.record(person.name, "transcript", name, text_sha256=_digest(text), **_about(made, name))
        return made

    def finish(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> Decision:
        """Finish an item. Raises RoomError."""
        with self.database.transaction() as change:
            made = self.decisions.finish(change.db, person, name, given["version"], change.at)
            if made.version != given["version"]:
                change.record(person.name, "finish", name, codes=list(made.codes), **_about(made, name))
        return made

    def undo(self, person: RoomMember, name: str, given: Mapping[str, Any]) -> tuple[Decision, str]:
        """Undo the person's last change. Raises RoomError."""
        with self.database.transaction() as change:
            made, what = self.decisions.undo(change.db, person, name, given["version"], change.at)
            change.record(person.name, "undo", name, undone=what, codes=list(made.codes), **_about(made, name))
        return made, what


def _about(made: Decision, name: str) -> dict[str, Any]:
    """What the audit needs to repeat a change: also whose decision it is, where cases share a sound."""
    elsewhere = {} if made.item == name else {"decided_as": made.item}
    return {"version": made.version, "turn": made.turn, "state": made.digest(), **elsewhere}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
