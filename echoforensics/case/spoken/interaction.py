"""An interaction as shown to people: the statements of its records side by side, and why they belong together."""

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
        reason: one sentence on why it belongs to the interaction.
        strength: see :class:`~echoforensics.case.interactions.strength.Strength`.
        evidence: names of the evidence items that hold it.
        places: number of its places; copies are one member.
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
    """A device of an interaction, as records name it."""

    serial: str | None
    type: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class AnswerText:
    """An answer of Alexa, as a record holds it.

    Attributes:
        text: as recorded.
        kind: ``spoken answer``, ``answer``, or ``card`` for a card's text, which need not have been spoken.
        origin: one sentence on the text's origin according to the record, or that the record does not give one.
        exhibit: of the record.
    """

    text: str
    kind: str
    origin: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class GivenStatus:
    """A status in a record."""

    source: str
    status: str
    exhibit: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A record's statement, in a few words."""

    exhibit: str
    says: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Records of one interaction that disagree: the subject, and what each of them says."""

    what: str
    sides: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Unintended:
    """Signs that an interaction was not intended, with statements for and against. It contains no verdict.

    Attributes:
        signs: of ``near miss``, ``wake word only``, ``discarded``, ``no expressed intent``, ``text without wake word``,
            ``recording without entry``.
        speaks_for: statements of records that support it.
        speaks_against: statements of records against it, and innocent explanations without an exhibit.
    """

    signs: tuple[str, ...]
    speaks_for: tuple[Statement, ...]
    speaks_against: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class AddedRecord:
    """A record about an interaction, added to the sealed case. It is neither evidence nor a member.

    Attributes:
        exhibit: its exhibit number.
        record: its id.
        data_type: ``machine:...`` for what a machine found in a recording, ``annotation:...`` for what people wrote.
        says: its message.
        about: the exhibit it is about.
        fields: its further fields.
    """

    exhibit: str
    record: str
    data_type: str
    says: str
    about: str
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseInteraction:
    """One time at which somebody, or something, spoke to the device, or the device took a sound for speech.

    Attributes:
        number: ``IN-0000012``; the same evidence gives the same numbers.
        start: microseconds since 1970 UTC, or None if no record holds a time.
        uncertainty: uncertainty of the start in microseconds, either way; None if unknown.
        start_basis: one sentence on the source of the start.
        sentence: the interaction in one sentence.
        devices: as records name them.
        transcript: the text as the service stored it; segments of a stream are separated by `` / ``; None if no
            record holds one.
        answers: Alexa's answers, according to the records.
        recordings: SHA-256 of each recording.
        statuses: as each record gives them.
        members: all records, by source, then by time.
        contradictions: disagreements among the records.
        unintended: signs that it was not intended, or None.
        left_open: sentences on records that may belong to it but were not joined.
        account: as records name it, or None.
        persons: ids or names of the persons whose voice the service's records say it recognised. Mostly empty.
        machine: findings of machines about its recordings, by exhibit.
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
        """The independent sources of its records: ``account``, ``device``, ``sound``."""
        return tuple(sorted({member.source for member in self.members} - {"none"}))

    @property
    def human_transcripts(self) -> tuple[AddedRecord, ...]:
        """People's transcripts from review rooms: the last one for each recording, room and turn."""
        found = {
            (one.about, one.fields.get("room"), one.fields.get("turn")): one
            for one in self.annotations
            if one.data_type == HUMAN_TRANSCRIPT and one.fields.get("text")
        }
        return tuple(found.values())

    def as_json(self) -> dict[str, Any]:
        """The interaction as JSON values, with the start in both formats."""
        whole = asdict(self)
        head = {"number": whole.pop("number"), "datetime": self.datetime, "sources": list(self.sources)}
        return {**head, **whole}
