"""An interaction as people are shown it: what each record says, side by side, and why the records belong together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from echoforensics.case.added_records.addition import HUMAN_TRANSCRIPT
from parsers.times import iso

PREFIX = "IN-"


@dataclass(frozen=True, slots=True)
class Member:
    """A record of an interaction.

    Attributes:
        exhibit: its first exhibit number; empty if it has no row.
        record: its id.
        data_type: of the record.
        source: ``device``, ``account``, ``sound``, or ``none`` for a list that an examiner made.
        says: the record's message.
        reason: one sentence: why it belongs to the interaction.
        strength: see :class:`~echoforensics.case.interactions.strength.Strength`.
        evidence: names of the evidence items in which it lies.
        places: how many places hold it; copies are one member.
    """

    exhibit: str
    record: str
    data_type: str
    source: str
    says: str
    reason: str
    strength: str
    evidence: tuple[str, ...]
    places: int


@dataclass(frozen=True, slots=True)
class NamedDevice:
    """A device of an interaction: what records name of it."""

    serial: str | None
    type: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A text that Alexa answered, as a record has it.

    Attributes:
        text: as recorded.
        kind: ``spoken answer``, ``answer``, or ``card`` for what a card showed, which need not have been spoken.
        origin: one sentence: where the record says that the text came from, or that it does not say so.
        exhibit: of the record.
    """

    text: str
    kind: str
    origin: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class GivenStatus:
    """A status that a record gives."""

    source: str
    status: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What one record says, in a few words."""

    exhibit: str
    says: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Records of one interaction that do not agree: in what, and what each of them says."""

    what: str
    sides: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Unintended:
    """Signs that an interaction was not intended, with what speaks for it and against it. No verdict is in it.

    Attributes:
        signs: of ``near miss``, ``wake word only``, ``discarded``, ``no expressed intent``, ``text without wake word``,
            ``recording without entry``.
        speaks_for: statements of records that speak for it.
        speaks_against: statements of records that speak against it, and innocent explanations without an exhibit.
    """

    signs: tuple[str, ...]
    speaks_for: tuple[Statement, ...]
    speaks_against: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class AddedRecord:
    """A record about an interaction that was added to the sealed case. It is not evidence, and no member.

    Attributes:
        exhibit: its exhibit number.
        record: its id.
        data_type: ``machine:...`` for what a machine found in a recording, ``annotation:...`` for what people wrote.
        says: its message.
        about: the exhibit that it is about.
        fields: what else it holds.
    """

    exhibit: str
    record: str
    data_type: str
    says: str
    about: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseInteraction:
    """One time at which somebody, or something, spoke to the device, or at which the device took it for that.

    Attributes:
        number: ``IN-0000012``; the same evidence gives the same numbers.
        start: microseconds since 1970 UTC, or None if no record holds a time.
        uncertainty: microseconds by which the start may be off, either way; None if that is not known.
        start_basis: one sentence: what the start was taken from.
        sentence: the interaction in one sentence.
        devices: as records name them.
        transcript: the text as the service stored it; segments of a stream are separated by `` / ``; None if no
            record holds one.
        answers: what Alexa answered, as records have it.
        recordings: SHA-256 of each recording.
        statuses: as each record gives them.
        members: every record, by source, then by time.
        contradictions: where records do not agree.
        unintended: signs that it was not intended, or None.
        left_open: sentences on what was not joined though it might belong to it.
        account: as records name it, or None.
        persons: whom the service's records name as the one whose voice it recognised: ids or names. Mostly none.
        machine: what machines found in its recordings, by exhibit.
        annotations: what people wrote about it and its records, by exhibit.
    """

    number: str
    start: int | None
    uncertainty: int | None
    start_basis: str
    sentence: str
    devices: tuple[NamedDevice, ...]
    transcript: str | None
    answers: tuple[AnswerText, ...]
    recordings: tuple[str, ...]
    statuses: tuple[GivenStatus, ...]
    members: tuple[Member, ...]
    contradictions: tuple[Contradiction, ...]
    unintended: Unintended | None
    left_open: tuple[str, ...]
    account: str | None
    persons: tuple[str, ...] = ()
    machine: tuple[AddedRecord, ...] = ()
    annotations: tuple[AddedRecord, ...] = ()

    @property
    def datetime(self) -> str | None:
        """The start in ISO 8601, UTC."""
        return iso(self.start)

    @property
    def sources(self) -> tuple[str, ...]:
        """Which independent sources it has records of: ``account``, ``device``, ``sound``."""
        return tuple(sorted({member.source for member in self.members} - {"none"}))

    @property
    def human_transcripts(self) -> tuple[AddedRecord, ...]:
        """What people wrote down of its recordings in a review room: of each recording, room and turn the last."""
        found = {
            (one.about, one.fields.get("room"), one.fields.get("turn")): one
            for one in self.annotations
            if one.data_type == HUMAN_TRANSCRIPT and one.fields.get("text")
        }
        return tuple(found.values())

    def as_json(self) -> dict[str, Any]:
        """The interaction as JSON values, the start both ways."""
        whole = asdict(self)
        head = {"number": whole.pop("number"), "datetime": self.datetime, "sources": list(self.sources)}
        return {**head, **whole}
