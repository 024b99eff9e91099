"""Making the interactions and gaps of a case again, from all its records: the last thing before it is sealed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from echoforensics.case.spoken.case_gap import FoundAt
from echoforensics.case.spoken.interaction_table import (
    Attested,
    NewInteraction,
    NewMember,
    add_gaps,
    add_interactions,
    add_members,
    clear_interactions,
    set_attested,
)
from echoforensics.case.spoken.spoken_query import (
    candidates,
    file_paths,
    list_candidates,
    member_records,
    member_types,
    records_of_types,
)
from echoforensics.case.spoken.spoken_record import ROLES, Role, SpokenRecord, Witness, role_of
from echoforensics.timeline.gaps.facts import ChunkCounter, InteractionFacts, LogChunk, MarkRecord
from echoforensics.timeline.gaps.find import find_gaps
from echoforensics.timeline.interactions.describe import describe
from echoforensics.timeline.interactions.join import Membership, join_records
from echoforensics.timeline.interactions.record_names import KEY_KINDS
from echoforensics.timeline.interactions.strength import Strength

if TYPE_CHECKING:
    from echoforensics.case.store import Store
    from echoforensics.timeline.interactions.join import Joining

#: Data types whose records may be of an interaction though they share no key with others.
_TYPES = tuple(sorted(data_type for data_type, role in ROLES.items() if role is not Role.LIST))
#: Data types of records that tell of a start of the device, or that its clock was set.
_CLOCK_TYPES = ("echo:log:boot", "echo:log:clock_change")
#: A change of the clock by fewer seconds is none: time servers correct that much all the time.
_LEAST_STEP = 1.0
#: A log without lines for so many seconds is a gap.
_SILENCE = 3600
#: Ties by which a record attests another: by time alone it does not.
_ATTESTING = (Strength.UTTERANCE_ID, Strength.REQUEST_ID, Strength.RECORD_KEY)
_ATTESTING_ROLES = (Role.WAKE_WORD, Role.DEVICE, Role.ENTRY, Role.RECORDING)
#: Messages to clients, and addresses, that are of entries of the history being deleted.
_DELETING = ("PUSH_DELETE", "DELETE_")
_HISTORY = ("activit", "history", "utterance", "privacy", "/cards")


def build_interactions(store: Store) -> None:
    """Make the interactions, what their records attest of each other, and the gaps of a case again."""
    with store.transaction():
        clear_interactions(store)
        list_candidates(store, _TYPES, KEY_KINDS)
        numbers: dict[str, int] = {}
        joining = join_records(_numbered(store, numbers), clock_steps(records_of_types(store, _CLOCK_TYPES)))
        add_members(
            store,
            (
                NewMember(numbers[member.record], number, str(member.strength), member.reason)
                for number, one in enumerate(joining.interactions)
                for member in one.members
            ),
        )
        facts: list[InteractionFacts] = []
        attested: list[Attested] = []
        add_interactions(store, _described(store, joining, facts, _Attesting(numbers, attested)))
        set_attested(store, attested)
        add_gaps(store, find_gaps(facts, _chunks(store), _counters(store), _marks(store)))


def _numbered(store: Store, numbers: dict[str, int]) -> Iterator[SpokenRecord]:
    """The records that may be of an interaction; notes the number of each in the database."""
    for number, record in candidates(store):
        numbers[record.record] = number
        yield record


class _Attesting:
    """Collects for each record which exhibits of other witnesses attest the same interaction."""

    def __init__(self, numbers: Mapping[str, int], found: list[Attested]) -> None:
        self._numbers = numbers
        self._found = found

    def add(self, members: Sequence[tuple[SpokenRecord, Membership]]) -> None:
        """Take the records of one interaction."""
        sides: dict[Witness, list[SpokenRecord]] = defaultdict(list)
        for record, membership in members:
            if membership.strength in _ATTESTING and record.role in _ATTESTING_ROLES and record.exhibit:
                sides[record.source].append(record)
        for side, records in sides.items():
            others = sorted({other.exhibit for each in sides if each is not side for other in sides[each]})
            if others:
                self._found += [Attested(self._numbers[record.record], others) for record in records]


def _described(
    store: Store, joining: Joining, facts: list[InteractionFacts], attesting: _Attesting
) -> Iterator[NewInteraction]:
    """What each interaction says; notes the facts of it that gaps are derived from, and what attests what."""
    names = device_names(records_of_types(store, ("alexa:cloud:device",)))
    account_held = any(role_of(data_type) is Role.ENTRY for data_type in member_types(store))
    for number, group in groupby(member_records(store), key=itemgetter(0)):
        members = [
            (record, Membership(record.record, reason, Strength(strength))) for _, strength, reason, record in group
        ]
        made = describe(
            "", members, joining.interactions[number].left_open, joining.clocks, names, joining.item_devices,
            account_held=account_held,
        )  # fmt: skip
        facts.append(_facts(made.start, [record for record, _ in members]))
        attesting.add(members)
        yield NewInteraction(number, min(record.record for record, _ in members), made)


def _facts(start: int | None, records: Sequence[SpokenRecord]) -> InteractionFacts:
    roles = {record.role for record in records}
    shown = min(records, key=lambda record: (not record.exhibit, record.exhibit, record.record))
    return InteractionFacts(
        start=start,
        heard=not roles.isdisjoint({Role.WAKE_WORD, Role.DEVICE}),
        entry=Role.ENTRY in roles,
        sound=Role.RECORDING in roles,
        at=found_at(shown),
    )


def clock_steps(records: Iterable[SpokenRecord]) -> dict[str, list[int]]:
    """For each evidence item, when the clock of the device whose log it holds was set or started, in order."""
    found: dict[str, set[int]] = defaultdict(set)
    for record in records:
        if _seconds(record) >= _LEAST_STEP:
            for item in record.evidence:
                found[item].update(time.timestamp for time in record.times)
    return {item: sorted(times) for item, times in found.items()}


def _seconds(record: SpokenRecord) -> float:
    """By how many seconds a record says that the clock was set; without a number, by any."""
    for name in ("seconds", "offset_seconds"):
        value = record.fields.get(name)
        if isinstance(value, (int, float, str)):
            try:
                return abs(float(value))
            except ValueError:
                continue
    return float("inf")


def device_names(records: Iterable[SpokenRecord]) -> dict[str, str]:
    """What the account calls devices, by serial number, from records of its list of devices."""
    found: dict[str, str] = {}
    for record in sorted(records, key=lambda one: one.record):
        if record.device_serial and (name := record.text("accountName")):
            found.setdefault(record.device_serial, name)
    return found


def found_at(record: SpokenRecord) -> FoundAt:
    """Where a record is, for what is derived from it."""
    return FoundAt(record.exhibit, record.evidence[0] if record.evidence else "", record.path, record.locator)


def _chunks(store: Store) -> Iterator[LogChunk]:
    return (chunk for evidence, path in file_paths(store) if (chunk := LogChunk.of(evidence, path)))


def _counters(store: Store) -> Iterator[ChunkCounter]:
    for record in records_of_types(store, ("echo:log:counter",)):
        number = record.fields.get("number")
        if isinstance(number, int):
            yield ChunkCounter(record.text("log"), record.text("which"), number, found_at(record))


def _marks(store: Store) -> Iterator[MarkRecord]:
    """Records that tell of a deletion, or of a long time without lines."""
    for record in records_of_types(store, ("alexa:cloud:push_message", "alexa:cloud:response", "alexa:web:cached")):
        asked = record.text("request_method") == "DELETE"
        asked = asked and any(word in record.text("request_url").lower() for word in _HISTORY)
        if asked or record.text("command").upper().startswith(_DELETING):
            times = [time.timestamp for time in record.times]
            yield MarkRecord("deletion", record.message, min(times, default=None), None, found_at(record))
    for record in records_of_types(store, ("echo:log:clock_change",)):
        seconds, times = record.fields.get("seconds"), sorted(time.timestamp for time in record.times)
        if "before_line" in record.fields and isinstance(seconds, int) and seconds >= _SILENCE and len(times) == 2:
            yield MarkRecord("silence", record.message, times[0], times[1], found_at(record))
