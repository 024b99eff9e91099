"""The start of an interaction, and its uncertainty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from echoforensics.case.interactions.clock_pairs import ClockOffset, ClockOffsets
from echoforensics.case.interactions.node import Node, created_of
from echoforensics.case.spoken.spoken_record import SECOND, Role, SpokenRecord, SpokenTime, Witness
from parsers.utterance import UtteranceId

_NOT_MEASURED = "no pair of times in the case measures that clock"


class Start(NamedTuple):
    """The start in microseconds since 1970 UTC, its uncertainty either way, and its basis."""

    timestamp: int | None
    uncertainty: int | None
    basis: str


def start_of(records: Sequence[SpokenRecord], clocks: ClockOffsets) -> Start:
    """Return the start of an interaction, from the best of its times: the utterance id's, the device's, the account's.

    No time is corrected: the known offset of a device's clock is part of the uncertainty.
    """
    named = [utterance for record in records if (utterance := UtteranceId.parse(record.utterance_id or ""))]
    if named:
        first = min(utterance.timestamp for utterance in named)
        basis = "The second in the utterance id, by the service's clock: that of the request, cut off to a second."
        return Start(first, SECOND, basis)
    device = _first(records, Witness.DEVICE)
    if device:
        record, time = device
        offset = next(filter(None, (clocks.at(item, time.timestamp) for item in record.evidence)), None)
        return Start(time.timestamp, _uncertainty(time, offset), _device_basis(record, offset))
    created = [at for record in records if (at := created_of(record)) is not None]
    if created:
        basis = "When the service created the entry, by its clock; the request was made before it, by an unknown time."
        return Start(min(created), None, basis)
    account = _first([record for record in records if record.role is not Role.FOLLOWING], Witness.ACCOUNT)
    if account:
        basis = "The service's time of an entry; the request was made before it, by an unknown time."
        return Start(account[1].timestamp, None, basis)
    other = _first(records, Witness.SOUND) or _first(records, Witness.NONE)
    if other:
        basis = f'The time of the {other[0].role}, "{other[1].description}", by the clock "{other[1].clock}".'
        return Start(other[1].timestamp, None, basis)
    return Start(None, None, "No record of it holds a time that is known in UTC.")


def start_of_nodes(nodes: Sequence[Node]) -> int | None:
    """Return the same time, from nodes, during joining."""
    if named := [node.named_at for node in nodes if node.named_at is not None]:
        return min(named)
    device = _earliest(node for node in nodes if node.source is Witness.DEVICE)
    created = [node.created for node in nodes if node.created is not None]
    if device is not None or created:
        return device if device is not None else min(created)
    account = _earliest(node for node in nodes if node.source is Witness.ACCOUNT and node.role is not Role.FOLLOWING)
    if account is not None:
        return account
    sound = _earliest(node for node in nodes if node.source is Witness.SOUND)
    return sound if sound is not None else _earliest(node for node in nodes if node.source is Witness.NONE)


def _earliest(nodes: Iterable[Node]) -> int | None:
    return min((node.first for node in nodes if node.first is not None), default=None)


def _first(records: Sequence[SpokenRecord], source: Witness) -> tuple[SpokenRecord, SpokenTime] | None:
    found = [
        (time.timestamp, record.record, record, time)
        for record in records
        if record.source is source
        for time in record.times
        if time.clock != "examiner" and time.description != "Scheduled to start"
    ]
    if not found:
        return None
    _, _, record, time = min(found, key=lambda one: one[:2])
    return record, time


def _uncertainty(time: SpokenTime, offset: ClockOffset | None) -> int | None:
    return None if offset is None else time.resolution + max(abs(offset.least), abs(offset.most))


def _device_basis(record: SpokenRecord, offset: ClockOffset | None) -> str:
    measured = offset.sentence if offset else _NOT_MEASURED
    kind = record.data_type.rpartition(":")[2].replace("_", " ")
    return f"The time of the {kind}, by the device's clock; {measured[0].lower() + measured[1:].rstrip('.')}."
