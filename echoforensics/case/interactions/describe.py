"""Describes an interaction from its records, in one pass over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from echoforensics.case.interactions.clock_pairs import ClockOffsets
from echoforensics.case.interactions.contradictions import contradictions_of
from echoforensics.case.interactions.join import Membership
from echoforensics.case.interactions.node import activity_key_of
from echoforensics.case.interactions.start import Start, start_of
from echoforensics.case.interactions.texts import CARD, answers_of, statuses_of, transcript_of
from echoforensics.case.interactions.unintended_signs import unintended_of
from echoforensics.case.spoken.interaction import (
    AnswerText,
    CaseInteraction,
    GivenStatus,
    Member,
    NamedDevice,
)
from echoforensics.case.spoken.spoken_record import SECOND, Role, SpokenRecord, Witness
from parsers.times import iso
from parsers.values import shown

_SOURCES = ("device", "account", "sound", "none")


def describe(
    number: str,
    members: Sequence[tuple[SpokenRecord, Membership]],
    left_open: Sequence[str],
    clocks: ClockOffsets,
    device_names: Mapping[str, str],
    item_devices: Mapping[str, str],
    *,
    account_held: bool,
) -> CaseInteraction:
    """Build the description of an interaction from its records.

    Args:
        number: of the interaction.
        members: its records, each with the reason why it belongs.
        left_open: sentences on what was not joined.
        clocks: offsets of the devices' clocks.
        device_names: the account's names of devices, by serial number.
        item_devices: by name of evidence item, the serial number of the device whose log it holds.
        account_held: whether the case holds account entries at all. If not, the lack of one says
            nothing about an interaction.
    """
    ordered = sorted(members, key=lambda one: _place(one[0]))
    records = [record for record, _ in ordered]
    start = start_of(records, clocks)
    devices = _devices(records, device_names, item_devices)
    transcript, answers, statuses = transcript_of(records), answers_of(records), statuses_of(records)
    recordings = tuple(sorted({record.sha256 for record in records if record.role is Role.RECORDING}))
    roles = {record.role for record in records}
    entry = _entry(roles, transcript, statuses, account_held=account_held)
    says = _says(records, entry, answers, recordings)
    return CaseInteraction(
        number=number,
        start=start.timestamp,
        uncertainty=start.uncertainty,
        start_basis=start.basis,
        sentence=f"{_when(start)}{_where(devices)}: {says}.",
        devices=devices,
        transcript=transcript,
        answers=answers,
        recordings=recordings,
        statuses=statuses,
        members=tuple(_member(record, membership) for record, membership in ordered),
        contradictions=contradictions_of(records),
        unintended=unintended_of(records, account_held=account_held),
        left_open=tuple(left_open),
        account=next((record.account for record in records if record.account), None),
        persons=tuple(dict.fromkeys(record.person for record in records if record.person)),
    )


def _place(record: SpokenRecord) -> tuple[int, bool, int, str]:
    """Sort key of a record: by source, then by time."""
    first = min((time.timestamp for time in record.times), default=None)
    return _SOURCES.index(str(record.source)), first is None, first or 0, record.record


def _member(record: SpokenRecord, membership: Membership) -> Member:
    return Member(
        exhibit=record.exhibit,
        record=record.record,
        data_type=record.data_type,
        source=str(record.source),
        says=record.message,
        reason=membership.reason,
        strength=str(membership.strength),
        evidence=record.evidence,
        places=record.places,
    )


def _devices(
    records: Sequence[SpokenRecord], names: Mapping[str, str], item_devices: Mapping[str, str]
) -> tuple[NamedDevice, ...]:
    """Devices by serial number: as records name them, else the one whose log holds them; if none is known, by type."""
    types: dict[str, str | None] = {}
    for record in records:
        if record.device_serial:
            types[record.device_serial] = types.get(record.device_serial) or record.device_type
        elif key := activity_key_of(record):
            types[key.serial] = types.get(key.serial) or key.device_type
    kinds = sorted({record.device_type for record in records if record.device_type})
    if not types:
        logs = [record for record in records if record.source is Witness.DEVICE]
        serials = {serial for record in logs for item in record.evidence if (serial := item_devices.get(item))}
        types = {serial: kinds[0] if len(kinds) == 1 else None for serial in serials}
    if types:
        return tuple(NamedDevice(serial, kind, names.get(serial)) for serial, kind in sorted(types.items()))
    return tuple(NamedDevice(None, kind, None) for kind in kinds)


def _says(
    records: Sequence[SpokenRecord], entry: Sequence[str], answers: Sequence[AnswerText], recordings: Sequence[str]
) -> str:
    """What records say, by source, as the end of a sentence."""
    if all(record.role is Role.RECORDING for record in records):
        return " and ".join(["the case holds a recording", *(["no entry of an account for it"] if entry else [])])
    parts = [_heard(records), *entry]
    if any(record.data_type == "echo:log:answer" for record in records):
        parts.append("the device's record says that an answer was played")
    if answers:
        how = "a card of it reads" if answers[0].kind == CARD else "a record gives as Alexa's answer"
        parts.append(f'{how} "{shown(answers[0].text, 160)}"')
    if recordings:
        count = len(recordings)
        parts.append("1 recording of it is in the case" if count == 1 else f"{count} recordings of it are in the case")
    if following := sum(record.role is Role.FOLLOWING for record in records):
        parts.append(f"{following} record{'' if following == 1 else 's'} of what followed it")
    return "; ".join(filter(None, parts)) or "records name it and say no more"


def _when(start: Start) -> str:
    if start.timestamp is None:
        return "At a time that no record holds"
    when = (iso(start.timestamp) or "")[:19].replace("T", " ")
    within = f" (give or take {start.uncertainty / SECOND:.1f} s)" if start.uncertainty is not None else ""
    return f"{when} UTC{within}"


def _where(devices: Sequence[NamedDevice]) -> str:
    named = []
    for device in devices[:3]:
        called = f' ("{device.name}")' if device.name else ""
        named.append(f"{device.serial or 'of the type ' + str(device.type)}{called}")
    return f", device {', '.join(named)}" if named else ""


def _heard(records: Sequence[SpokenRecord]) -> str:
    roles = {record.role for record in records}
    if Role.WAKE_WORD in roles:
        stream = any(record.data_type == "echo:log:audio_stream" for record in records)
        return "the device's record says that it accepted a wake word" + (
            " and sent sound to the service" if stream else ""
        )
    if Role.NEAR_MISS in roles and Role.DEVICE not in roles:
        return "the device's record says that it heard something like the wake word and did not accept it"
    if Role.DEVICE in roles:
        return "the device's record holds a request to the service"
    return ""


def _entry(
    roles: set[Role], transcript: str | None, statuses: Sequence[GivenStatus], *, account_held: bool
) -> list[str]:
    """What the account says, including what it lacks."""
    if roles == {Role.NEAR_MISS}:
        return []
    if Role.ENTRY not in roles:
        if Role.LIST in roles:
            return ["a list or an answer of the service names it, and no entry for it is in the case"]
        return ["no entry of an account for it is in the case"] if account_held else []
    text = "the account's entry holds no text" if transcript is None else "the account's entry holds an empty text"
    if transcript:
        text = f'the text that the service stored is "{shown(transcript, 160)}"'
    given = list(dict.fromkeys(status.status for status in statuses if status.source == "account"))
    return [text + (f", with the status {', '.join(given[:3])}" if given else "")]
