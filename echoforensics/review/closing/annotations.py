"""Makes records of people's decisions on items, for adding to a case. Each names its author and its time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import ANNOTATION, HUMAN_TRANSCRIPT, Addition
from echoforensics.review.store.decision_table import SECOND
from echoforensics.review.work.transcript import transcript_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from echoforensics.review.store.decision_table import Decision
    from echoforensics.review.store.opinion_table import Disagreement
    from echoforensics.review.work.codes import Code

#: Data types of records from a review room; a note has that of a note made in a report.
CODES, NOTE = f"{ANNOTATION}codes", f"{ANNOTATION}note"
SECOND_OPINION, SETTLED, REVIEW = f"{ANNOTATION}second_opinion", f"{ANNOTATION}settled", f"{ANNOTATION}review"
#: How a decision made at the same sound in another case is described. That case is not named.
_HEARD = "an equal sound of another case"
#: Version of the format of these records.
VERSION = "1"


@dataclass(frozen=True, slots=True)
class DecidedItem:
    """An item to close.

    Attributes:
        key: key of the item, the same in every room of the case.
        interaction: number of the item's interaction, or empty.
        exhibits: exhibits that get records: each recording of the same sound, or one of the interaction's.
        first, second: the decisions of the two turns; an unfinished one is not closed.
        disagreement: the disagreement between the two, or None.
        authors: the authors of each part: ids by turn and part, the last to change it last.
        heard_elsewhere: the turns that were decided through an equal sound of another case.
    """

    key: str
    interaction: str
    exhibits: tuple[str, ...]
    first: Decision
    second: Decision
    disagreement: Disagreement | None
    authors: Mapping[tuple[int, str], Sequence[tuple[str, int]]]
    heard_elsewhere: frozenset[int] = frozenset()


class AnnotationWriter:
    """Makes records of decisions.

    Args:
        room: identity of the room: the SHA-256 of the first line of its audit.
        names: names of people, by id.
        codes: codes of the room.
    """

    def __init__(self, room: str, names: Mapping[str, str], codes: Sequence[Code]) -> None:
        self._room = room
        self._names = names
        self._codes = {code.id: code.label for code in codes}

    def of(self, item: DecidedItem) -> Iterator[Addition]:
        """Yield the records of an item."""
        for exhibit in item.exhibits:
            for turn in (item.first, item.second):
                if turn.finished:
                    yield from self._turn(item, exhibit, turn)
            if item.disagreement is not None and item.disagreement.settled_at is not None:
                yield self._settled(item, exhibit, item.disagreement)

    def _turn(self, item: DecidedItem, exhibit: str, turn: Decision) -> Iterator[Addition]:
        kind, what = CODES, "Codes"
        if turn.turn == SECOND:
            kind, what = SECOND_OPINION, "Second opinion, given without knowing of the first,"
        who, at = self._author(item, turn, "codes", (turn.finished_by or "", turn.finished_at or 0))
        heard = f", who heard {_HEARD}" if turn.turn in item.heard_elsewhere else ""
        words = f"{what} by {who}{heard}, {_when(at)}: {self._labels(turn.codes)}."
        yield self._addition(item, exhibit, kind, words, who, at, turn.turn, {"codes": list(turn.codes)})
        if turn.transcript:
            who, at = self._author(item, turn, "transcript", (turn.finished_by or "", turn.finished_at or 0))
            text = transcript_text(list(turn.transcript))
            fields = {"text": text, "segments": list(turn.transcript)}
            words = f'Human transcript by {who}, {_when(at)}: "{text}".'
            yield self._addition(item, exhibit, HUMAN_TRANSCRIPT, words, who, at, turn.turn, fields)
        if turn.notes.strip():
            who, at = self._author(item, turn, "notes", (turn.finished_by or "", turn.finished_at or 0))
            words = f'Note by {who}, {_when(at)}: "{turn.notes.strip()}".'
            yield self._addition(
                item, exhibit, NOTE, words, who, at, turn.turn, {"kind": "note", "text": turn.notes.strip()}
            )

    def _author(self, item: DecidedItem, turn: Decision, part: str, otherwise: tuple[str, int]) -> tuple[str, int]:
        """The authors of a part, by name, and the time of its last change."""
        found = list(item.authors.get((turn.turn, part), ())) or [otherwise]
        people = dict.fromkeys(self._names.get(person, person) for person, _ in reversed(found))
        return " and ".join(people), found[-1][1]

    def _labels(self, codes: Sequence[str]) -> str:
        return ", ".join(self._codes.get(code, code) for code in codes) or "none of the room's codes"

    def _settled(self, item: DecidedItem, exhibit: str, settled: Disagreement) -> Addition:
        who = self._names.get(settled.settled_by or "", settled.settled_by or "")
        note = f' "{settled.note.strip()}"' if settled.note and settled.note.strip() else ""
        at = settled.settled_at or 0
        words = (
            f"Two people decided otherwise; settled by {who}, {_when(at)}: {self._labels(settled.codes or ())}.{note}"
        )
        fields = {"codes": list(settled.codes or ()), "text": settled.note or ""}
        return self._addition(item, exhibit, SETTLED, words, who, at, 0, fields)

    def _addition(
        self, item: DecidedItem, exhibit: str, kind: str, words: str, who: str, at: int, turn: int,
        fields: Mapping[str, Any],
    ) -> Addition:  # fmt: skip
        about: dict[str, Any] = {"interaction": item.interaction} if item.interaction else {}
        if len(item.exhibits) > 1:
            about["decided_with"] = item.exhibits[0]
        if turn in item.heard_elsewhere:
            about["heard"] = _HEARD
        if turn:
            about["turn"] = turn
        date = _iso(at)
        return Addition(
            exhibit, kind, VERSION, words,
            json.dumps([self._room, item.key, turn, kind, who, date, dict(fields)], sort_keys=True),
            {**about, **fields, "author": who, "date": date, "room": self._room},
        )  # fmt: skip


def _iso(at: int) -> str:
    found = datetime.fromtimestamp(at // 1000, UTC).replace(microsecond=at % 1000 * 1000)
    return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _when(at: int) -> str:
    return f"{_iso(at)[:19].replace('T', ' ')} UTC"
