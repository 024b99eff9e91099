"""A record during joining: its names and times, without its content."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from echoforensics.case.interactions.record_names import RecordNames, names_of, stands_alone, takes_part
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

    @classmethod
    def of(cls, record: SpokenRecord, names: RecordNames) -> Node:
        """Make the node of a record with these names."""
        utterance = UtteranceId.parse(record.utterance_id) if record.utterance_id else None
        named_at = utterance.timestamp if utterance else None
        own = [
            time
            for time in record.times
            if time.description not in _PLANS and (time.timestamp != named_at or time.clock == "device")
        ]
        start = min([time.timestamp for time in own], default=None)
        end = max([time.timestamp + time.resolution for time in own], default=None)
        if start is not None and end is not None and end - start > _LONGEST_SPAN:
            end = start + _LONGEST_SPAN
        recorded = [
            time.timestamp
            for time in record.times
            if time.clock != "examiner" and time.description != "Scheduled to start"
        ]
        opened = next((time.timestamp for time in own if time.description == "Connection Established"), None)
        key = activity_key_of(record)
        serial = record.device_serial or (utterance.serial if utterance else None) or (key.serial if key else "")
        return cls(
            record.record, names, record.role, record.source, record.evidence, record.sha256, serial,
            stands_alone(record, names), named_at, start, end, opened, created_of(record, key),
            min(recorded, default=None), record.exhibit,
        )  # fmt: skip


def activity_key_of(record: SpokenRecord) -> ActivityKey | None:
    """Parse the key of the activity that a record names; None if it names none or several."""
    found = {key.removeprefix(_ACTIVITY) for key in record.keys if key.startswith(_ACTIVITY)}
    return ActivityKey.parse(found.pop()) if len(found) == 1 else None


def created_of(record: SpokenRecord, key: ActivityKey | None) -> int | None:
    """Return when the service created the entry that a record is or names: from the entry, else from its key."""
    if record.role is Role.ENTRY:
        for time in record.times:
            if time.description == "Creation Time" and time.clock == "cloud":
                return time.timestamp
    within = key.to_timestamp() if key else None
    return within.timestamp if within else None


def nodes_of(records: Iterable[SpokenRecord]) -> list[Node]:
    """Return the nodes of records that can belong to an interaction, each id once.

    They are sorted by id, so the order does not depend on that of the sources.
    """
    found = {}
    for record in records:
        names = names_of(record)
        if takes_part(record, names):
            found[record.record] = Node.of(record, names)
    return [found[number] for number in sorted(found)]
