"""A sealed case for the room: its items, and their content for the pages.

It is read-only. Its database is read on a thread of its own; results are cached by item.
"""

from __future__ import annotations

import json
import secrets
import tempfile
import threading
from collections import OrderedDict, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import MACHINE
from echoforensics.case.added_records.closed_rooms import closed_rooms
from echoforensics.case.case import Case
from echoforensics.case.exhibits.row import Query
from echoforensics.case.row_query import rows_by_file
from echoforensics.listening.redaction import write_preview
from echoforensics.report.interaction_data import interaction_entry
from echoforensics.report.media import recordings
from echoforensics.report.recording_data import recording_entry
from echoforensics.report.report_part import report_part
from echoforensics.report.words.language import language
from echoforensics.review.store.queue_table import ReviewItem
from echoforensics.review.work.subjects import SoundGroups, recording_subject, spoken_subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from echoforensics.case.added_records.closed_rooms import ClosedRoom
    from echoforensics.case.vault import Vault
    from echoforensics.listening.redaction import RedactionRequest
    from echoforensics.report.media import Recording
    from echoforensics.review.work.subjects import ItemFilter

#: Number of items whose content is cached.
_KEPT = 512
#: Kinds of queues, and of their items.
RECORDINGS, INTERACTIONS = "recordings", "interactions"
RECORDING, INTERACTION = "recording", "interaction"


@dataclass(frozen=True, slots=True)
class ShownItem:
    """The content of an item, the same for all viewers.

    Attributes:
        sounds: the recordings, in the page's order.
        recordings: the page's data on each.
        interaction: the page's data on the interaction, or None.
        statements: what records say: exhibit, source and words.
        machine: what machines found: exhibit, kind, words and fields.
    """

    sounds: tuple[Recording, ...]
    recordings: tuple[dict[str, Any], ...]
    interaction: dict[str, Any] | None
    statements: tuple[dict[str, Any], ...]
    machine: tuple[dict[str, Any], ...]


class RoomCase:
    """A case of the room. Every thread may use it.

    Attributes:
        id: what tells it from other cases as long as it lives.
        path: the folder.
        name: of the folder.
        vault: its extracted files.
    """

    def __init__(self, path: Path, identity: str) -> None:
        """Open a case that was compared with its seal.

        Args:
            path: the folder.
            identity: its id in the room.

        Raises:
            CaseError: it cannot be read.
        """
        self.path = path
        self.id = identity
        self.name = path.absolute().name
        self._redacting = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"case {self.name}")
        self._shown: OrderedDict[tuple[str, str], ShownItem] = OrderedDict()
        self._do(self._open)

    def _open(self) -> None:
        self._case = Case.open(self.path)
        self.vault: Vault = self._case.vault
        sounds: dict[str, Recording] = {}
        for one in recordings(self._case, report_part(self._case)):
            sounds.setdefault(one.found.sha256, one)
        machine: dict[str, list[dict[str, Any]]] = defaultdict(list)
        equal: list[tuple[str, str]] = []
        for row in rows_by_file(self._case.store, Query(types=(MACHINE.rstrip(":"),))):
            found = _machine_finding(row)
            machine[row["recording"] or ""].append(found)
            if found["fields"].get("equal") is True and row["recording"]:
                equal.append((row["recording"], str(found["fields"].get("same_as_sha256"))))
        # Other threads read these meanwhile, so each is replaced whole.
        self._sounds, self._machine, self._groups = sounds, machine, SoundGroups(sounds, equal)

    def _do(self, work: Callable[..., Any], *given: Any) -> Any:
        return self._thread.submit(work, *given).result()

    def reopen(self) -> None:
        """Reload the case after additions. Raises CaseError."""
        self._do(self._case.close)
        self._do(self._open)
        self._shown.clear()

    def last_actor(self) -> str:
        """The last actor in the case's ledger. Raises CaseError."""
        actors: list[str] = self._do(lambda: [entry.actor for entry in self._case.actions()])
        return actors[-1]

    def rooms_before(self) -> list[ClosedRoom]:
        """The rooms that were closed into the case. Raises CaseError."""
        found: list[ClosedRoom] = self._do(lambda: closed_rooms(self._case.actions()))
        return found

    def sounds_of(self, item: ReviewItem) -> tuple[Recording, ...]:
        """The recordings of an item that is a recording; of an interaction the first."""
        if item.kind == RECORDING:
            return self._groups.group_of(item.sound)
        return tuple(self._sounds[each] for each in (item.sound,) if each in self._sounds)

    def subjects_of(self, item: ReviewItem) -> tuple[tuple[str, ...], str]:
        """The exhibits that a decision on an item is about, and the number of the interaction that it is, or empty.

        Args:
            item: of this case.

        Raises:
            UsageError: the case does not have it any more.
        """
        if item.kind == RECORDING:
            return tuple(sound.found.rows[0]["exhibit"] for sound in self._groups.group_of(item.sound)), ""
        row = self._do(self._case.row, item.exhibit)
        return (item.exhibit,), row["interaction"] or ""

    def close(self) -> None:
        """Close the case."""
        self._do(self._case.close)
        self._thread.shutdown()

    def items(self, kind: str, asked: ItemFilter) -> list[ReviewItem]:
        """The items for a queue of this kind, by time, with new ids.

        Raises:
            UsageError: the filter is invalid.
        """
        # Use a separate connection: this can take long, and others work meanwhile.
        with Case.open(self.path) as case:
            if kind == INTERACTIONS:
                found = case.interactions(
                    search=asked.text, start=asked.start, end=asked.end, devices=asked.devices,
                    unintended=asked.unintended,
                )  # fmt: skip
                # What has no row has nothing that it could be shown by.
                shown = (one for one in found if any(member.exhibit for member in one.members))
                return [spoken_subject(secrets.token_urlsafe(12), self.id, one, self._sounds) for one in shown]
            unintended = None
            if asked.unintended:
                unintended = {one.number for one in case.interactions(unintended=True)}
        groups = self._groups.wanted(asked, unintended)
        return [recording_subject(secrets.token_urlsafe(12), self.id, group) for group in groups]

    def redacted(self, exhibit: str, request: RedactionRequest) -> bytes:
        """The WAV file of a recording as it would be redacted; nothing is kept of it.

        Args:
            exhibit: of the recording.
            request: what to redact, and how.

        Raises:
            UsageError, CaseError: from :func:`echoforensics.listening.redaction.redact`.
        """
        # Decoding takes a processor and memory: one at a time, with a connection of its own.
        with self._redacting, Case.open(self.path) as case, tempfile.TemporaryDirectory(prefix="review-") as folder:
            target = Path(folder) / "preview.wav"
            write_preview(case, exhibit, request, target)
            return target.read_bytes()

    def shown(self, item: ReviewItem, code: str) -> ShownItem:
        """What is shown of an item.

        Args:
            item: of this case.
            code: of the language of the page.

        Raises:
            UsageError: the case does not have it any more.
        """
        place = item.id, code
        kept = self._shown.get(place)
        if kept is None:
            kept = self._do(self._read, item, code)
            self._shown[place] = kept
            while len(self._shown) > _KEPT:
                self._shown.popitem(last=False)
        return kept

    def _read(self, item: ReviewItem, code: str) -> ShownItem:
        row = self._case.row(item.exhibit)
        if item.kind == RECORDING:
            sounds = self._groups.group_of(item.sound)
            numbers = [one["interaction"] for sound in sounds for one in sound.found.rows if one["interaction"]]
            number = next(iter(numbers), None)
        else:
            number = row["interaction"]
            sounds = ()
        spoken = self._case.interaction(number) if number else None
        if item.kind == INTERACTION and spoken is not None:
            sounds = tuple(self._sounds[sha256] for sha256 in spoken.recordings if sha256 in self._sounds)
        known = {sound.found.sha256: at for at, sound in enumerate(sounds)}
        entries = tuple(
            {**recording_entry(sound), "file": f"/api/items/{item.id}/sound/{at}"} for at, sound in enumerate(sounds)
        )
        machine = tuple(found for sound in sounds for found in self._machine.get(sound.found.sha256, ()))
        if spoken is None:
            says = tuple(
                {"exhibit": one["exhibit"], "source": "sound", "says": one["message"]}
                for sound in sounds
                for one in sound.found.rows
            )
            return ShownItem(sounds, entries, None, says, machine)
        says = tuple({"exhibit": one.exhibit, "source": one.source, "says": one.says} for one in spoken.members)
        entry = interaction_entry(spoken, 0, known, language(code))
        return ShownItem(sounds, entries, entry, says, machine)


def _machine_finding(row: Any) -> dict[str, Any]:
    fields = _fields(row["fields"])
    return {"exhibit": row["exhibit"], "data_type": row["data_type"], "says": row["message"], "fields": fields}


def _fields(text: str) -> dict[str, Any]:
    found = json.loads(text)
    return found if isinstance(found, dict) else {}
