"""A record during joining: its names and times, without its content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echoforensics.case.interactions.record_names import RecordNames, names_of, stands_alone
from echoforensics.case.spoken.spoken_record import Role, SpokenRecord, Witness
from parsers.alexa_api.items.activity_key import ActivityKey
from parsers.utterance import UtteranceId

#: Planned times do not say when something was heard.
_PLANS = ("Scheduled to start", "Expiration Time", "Added Time")
#: Maximum length of a stream's span; a longer one is an error of the log.
_LONGEST_SPAN = 900_000_000
_ACTIVITY = "activity:"


@dataclass(slots=True)
class Node:
    """A record.

    Attributes:
        record: its id.
        names: see :class:`~echoforensics.case.interactions.record_names.RecordNames`.
        role, source: as of the record.
        evidence: the evidence items that hold it.
        sha256: of its file.
        serial: of the device, or empty.
        alone: whether it makes an interaction by itself.
        named_at: the second in its utterance id, in microseconds, or None.
        start, end: its first and last time by its own clock, in microseconds; the last one includes what was
            truncated. None if it has no time.
        opened: the device's time of the opening of its stream, or None.
        created: the service's creation time of the account entry that it is or names, or None.
        first: its first time that is neither an examiner's nor planned, in microseconds, or None.
        exhibit: its first exhibit; empty if it has no row.
        number: its number in the database; 0 if it is in none.
    """

    record: str
    names: RecordNames
    role: Role
    source: Witness
    evidence: tuple[str, ...]
    sha256: str
    serial: str
    alone: bool
    named_at: int | None
    start: int | None
    end: int | None
    opened: int | None
    created: int | None
    first: int | None = None
    exhibit: str = ""
    number: int = 0

    @classmethod
    def of(cls, record: SpokenRecord) -> Node:
        """Make the node of a record."""
        names = names_of(record)
        utterance = UtteranceId.parse(record.utterance_id) if record.utterance_id else None
        named_at = utterance.timestamp if utterance else None
        start = end = opened = first = None
        for description, clock, at, resolution in record.times:
            if clock != "examiner" and description != "Scheduled to start":
                first = at if first is None or at < first else first
            if description in _PLANS or (at == named_at and clock != "device"):
                continue
            start = at if start is None or at < start else start
            end = at + resolution if end is None or at + resolution > end else end
            if opened is None and description == "Connection Established":
                opened = at
        if start is not None and end is not None and end - start > _LONGEST_SPAN:
            end = start + _LONGEST_SPAN
        serial = record.device_serial or (utterance.serial if utterance else None)
        if not serial:
            key = activity_key_of(record)
            serial = key.serial if key else ""
        return cls(
            record.record, names, record.role, record.source, record.evidence, record.sha256, serial,
            stands_alone(record, names), named_at, start, end, opened, created_of(record),
            first, record.exhibit, record.number,
        )  # fmt: skip

    @property
    def takes_part(self) -> bool:
        """Whether the record can belong to an interaction at all."""
        return self.alone or self.role is Role.RECORDING or (self.role is Role.FOLLOWING and bool(self.names.refers))


def activity_key_of(record: SpokenRecord) -> ActivityKey | None:
    """Parse the key of the activity that a record names; None if it names none or several."""
    found = {key.removeprefix(_ACTIVITY) for key in record.keys if key.startswith(_ACTIVITY)}
    return ActivityKey.parse(found.pop()) if len(found) == 1 else None


def created_of(record: SpokenRecord) -> int | None:
    """Return when the service created the entry that a record is or names: from the entry, else from its key."""
    if record.role is Role.ENTRY:
        for time in record.times:
            if time.description == "Creation Time" and time.clock == "cloud":
                return time.timestamp
    key = activity_key_of(record)
    within = key.to_timestamp() if key else None
    return within.timestamp if within else None


def nodes_of(records: Iterable[SpokenRecord], known: Iterable[Node] = ()) -> list[Node]:
    """Return the nodes of records that can belong to an interaction, each id once.

    They are sorted by id, so the order does not depend on that of the sources.

    Args:
        records: the records.
        known: nodes of others that can.
    """
    found = {node.record: node for node in known}
    for record in records:
        node = Node.of(record)
        if node.takes_part:
            found[node.record] = node
    return [found[number] for number in sorted(found)]
