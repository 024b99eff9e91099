"""Rebuilds the interactions and gaps of a case from all its records: the last step before sealing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from echoforensics.case.added_records.membership import join_additions
from echoforensics.case.interactions.device_times import NEAR_STREAM
from echoforensics.case.interactions.interaction_context import InteractionContext
from echoforensics.case.interactions.join import ALONE_REASON, Membership, join_records
from echoforensics.case.interactions.record_names import KEY_KINDS
from echoforensics.case.interactions.start import start_of_nodes
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.added_evidence import may_bear_on_interactions
from echoforensics.case.spoken.case_gap import CaseGap, FoundAt
from echoforensics.case.spoken.interaction_table import (
    CLEARED,
    Attested,
    NewInteraction,
    Remaking,
    add_bare_entries,
    add_gaps,
    add_interactions,
    bare_entries,
    clear_interactions,
    exhibit_of,
    number_interactions,
    place_of_exhibit,
    set_attested,
)
from echoforensics.case.spoken.lone_near_misses import add_lone_near_misses
from echoforensics.case.spoken.spoken_query import (
    candidates,
    drop_unnamed,
    file_paths,
    list_candidates,
    records_of_types,
)
from echoforensics.case.spoken.spoken_record import (
    ALONE,
    FOLLOWING_BY_KEY,
    FOLLOWING_KEYS,
    ROLES,
    Role,
    SpokenRecord,
    Witness,
)
from echoforensics.timeline.gaps.facts import ChunkCounter, InteractionFacts, LogChunk, MarkRecord
from echoforensics.timeline.gaps.find import MOST_OF_A_KIND, find_gaps

if TYPE_CHECKING:
    from echoforensics.case.interactions.join import Joining
    from echoforensics.case.interactions.node import Node
    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.store import Store

#: Data types whose records may belong to an interaction without sharing a key.
_TYPES = tuple(sorted(data_type for data_type, role in ROLES.items() if role is not Role.LIST))
#: Account entries that may have nothing to join others by. A card may name what it plays.
_BARE = tuple(sorted({data_type for data_type, role in ROLES.items() if role is Role.ENTRY} - {"alexa:cloud:card"}))
#: Data types of records that mention a device's start, or that its clock was set.
_CLOCK_TYPES = ("echo:log:boot", "echo:log:clock_change")
#: Data types of records that interactions, gaps, or their descriptions are made from. Records that only follow an
#: interaction are found by its key.
_BEARING = (
    *sorted(set(ROLES) - FOLLOWING_BY_KEY), *_CLOCK_TYPES, "alexa:cloud:device", "echo:log:counter",
)  # fmt: skip
#: Clock changes of fewer seconds are ignored: time servers correct that much all the time.
_LEAST_STEP = 1.0
#: Minimum length in seconds of a period without log lines that is a gap.
_SILENCE = 3600
#: Strengths that let a record attest another: a join by time does not.
_ATTESTING = (Strength.UTTERANCE_ID, Strength.REQUEST_ID, Strength.RECORD_KEY)
_ATTESTING_ROLES = (Role.WAKE_WORD, Role.DEVICE, Role.ENTRY, Role.RECORDING)
#: Messages to clients, and URLs, about entries of the history being deleted.
_DELETING = ("PUSH_DELETE", "DELETE_")
_HISTORY = ("activit", "history", "utterance", "privacy", "/cards")


def are_interactions_up_to_date(store: Store, before: Extent | None) -> bool:
    """Whether nothing added to a sealed case can belong to an interaction or a gap, or affect one.

    Args:
        store: the case's store, numbered.
        before: the extent of the case when it was sealed; None if it was not.
    """
    return before is not None and not may_bear_on_interactions(
        store, before, _BEARING, KEY_KINDS, FOLLOWING_BY_KEY, FOLLOWING_KEYS
    )


def build_interactions(store: Store, remaking: Remaking = list) -> None:
    """Rebuild the interactions, the attestations among their records, and the gaps of a case.

    Args:
        store: the case's store.
        remaking: called with names of tables before most of their rows are replaced.
    """
    remaking(CLEARED)
    with store.transaction():
        clear_interactions(store)
        list_candidates(store, _TYPES, KEY_KINDS)
        drop_unnamed(store, FOLLOWING_BY_KEY, FOLLOWING_KEYS)
        add_bare_entries(store, _BARE, ALONE, str(Strength.ALONE), ALONE_REASON)
        facts = [*_bare_facts(store)]
        # They are facts of no gap.
        add_lone_near_misses(store, NEAR_STREAM, str(Strength.ALONE), ALONE_REASON)
        numbers: dict[str, int] = {}
        joining = join_records(_candidates(store, numbers), clock_steps(records_of_types(store, _CLOCK_TYPES)))
        attested: list[Attested] = []
        add_interactions(store, _joined(joining, numbers, facts, attested))
        number_interactions(store, remaking)
        join_additions(store)
        names = device_names(records_of_types(store, ("alexa:cloud:device",)))
        account_held = any(one.entry for one in facts)
        InteractionContext(joining.clocks, names, joining.item_devices, account_held=account_held).keep(store)
        set_attested(store, attested)
        gaps = find_gaps(facts, _chunks(store), _counters(store), _marks(store))
        add_gaps(store, (_placed(store, gap) for gap in gaps))


def _candidates(store: Store, numbers: dict[str, int]) -> Iterator[SpokenRecord]:
    """Yield the records that may belong to an interaction, and collect their numbers in the database."""
    for number, record in candidates(store):
        numbers[record.record] = number
        yield record


def _joined(
    joining: Joining, numbers: Mapping[str, int], facts: list[InteractionFacts], attested: list[Attested]
) -> Iterator[NewInteraction]:
    """Yield each interaction, and collect its facts for gaps and its attestations."""
    for number, one in enumerate(joining.interactions):
        nodes = [joining.nodes[member.record] for member in one.members]
        start = start_of_nodes(nodes)
        facts.append(_facts(start, nodes))
        if len(nodes) > 1:
            attested += _attesting(numbers, [*zip(nodes, one.members, strict=True)])
        yield NewInteraction(
            number,
            min(node.record for node in nodes),
            start,
            one.left_open,
            [(numbers[member.record], str(member.strength), member.reason) for member in one.members],
        )


def _attesting(numbers: Mapping[str, int], members: Sequence[tuple[Node, Membership]]) -> Iterator[Attested]:
    """Yield, for each record of an interaction, the exhibits of other witnesses that attest the same."""
    sides: dict[Witness, list[Node]] = defaultdict(list)
    for node, membership in members:
        if membership.strength in _ATTESTING and node.role in _ATTESTING_ROLES and node.exhibit:
            sides[node.source].append(node)
    for side, nodes in sides.items():
        others = sorted({other.exhibit for each in sides if each is not side for other in sides[each]})
        if others:
            yield from (Attested(numbers[node.record], others) for node in nodes)


def _facts(start: int | None, nodes: Sequence[Node]) -> InteractionFacts:
    first: dict[Role, Node] = {}
    ordered = nodes
    if len(nodes) > 1:
        ordered = sorted(nodes, key=lambda node: (not node.exhibit, node.exhibit, node.record))
    for node in ordered:
        first.setdefault(node.role, node)
    return InteractionFacts(
        start=start,
        heard=Role.WAKE_WORD in first or Role.DEVICE in first,
        entry=Role.ENTRY in first,
        sound=Role.RECORDING in first,
        at=_exhibit(ordered[0]),
        entry_at=_exhibit(first[Role.ENTRY]) if Role.ENTRY in first else None,
        sound_at=_exhibit(first[Role.RECORDING]) if Role.RECORDING in first else None,
    )


def _exhibit(node: Node) -> FoundAt:
    return FoundAt(node.exhibit, "", "", "")


def _bare_facts(store: Store) -> Iterator[InteractionFacts]:
    """Yield the facts of entries that nothing can be joined to; of very many, one stands for those between."""
    bare = bare_entries(store, MOST_OF_A_KIND)
    for number, (start, record) in enumerate(bare.shown, 1):
        rest = bare.total - len(bare.shown) + 1 if number == len(bare.shown) else 1
        at = FoundAt(exhibit_of(store, record), "", "", "")
        yield InteractionFacts(start=start, heard=False, entry=True, sound=False, at=at, count=rest)


def _placed(store: Store, gap: CaseGap) -> CaseGap:
    """Return a gap with the locations of its exhibits."""
    return replace(gap, derived_from=tuple(_place(store, at) for at in gap.derived_from))


def _place(store: Store, at: FoundAt) -> FoundAt:
    return FoundAt(at.exhibit, *place_of_exhibit(store, at.exhibit)) if at.exhibit and not at.path else at


def clock_steps(records: Iterable[SpokenRecord]) -> dict[str, list[int]]:
    """By evidence item, the times at which the clock of the device whose log it holds was set or started, in order."""
    found: dict[str, set[int]] = defaultdict(set)
    for record in records:
        if _seconds(record) >= _LEAST_STEP:
            for item in record.evidence:
                found[item].update(time.timestamp for time in record.times)
    return {item: sorted(times) for item, times in found.items()}


def _seconds(record: SpokenRecord) -> float:
    """By how many seconds a record says that the clock was set; infinite if it gives no number."""
    for name in ("seconds", "offset_seconds"):
        value = record.fields.get(name)
        if isinstance(value, (int, float, str)):
            try:
                return abs(float(value))
            except ValueError:
                continue
    return float("inf")


def device_names(records: Iterable[SpokenRecord]) -> dict[str, str]:
    """The account's names of devices, by serial number, from records of its device list."""
    found: dict[str, str] = {}
    for record in sorted(records, key=lambda one: one.record):
        if record.device_serial and (name := record.text("accountName")):
            found.setdefault(record.device_serial, name)
    return found


def found_at(record: SpokenRecord) -> FoundAt:
    """The location of a record, as the basis of a gap."""
    return FoundAt(record.exhibit, record.evidence[0] if record.evidence else "", record.path, record.locator)


def _chunks(store: Store) -> Iterator[LogChunk]:
    return (chunk for evidence, path in file_paths(store) if (chunk := LogChunk.of(evidence, path)))


def _counters(store: Store) -> Iterator[ChunkCounter]:
    for record in records_of_types(store, ("echo:log:counter",)):
        number = record.fields.get("number")
        if isinstance(number, int):
            yield ChunkCounter(record.text("log"), record.text("which"), number, found_at(record))


def _marks(store: Store) -> Iterator[MarkRecord]:
    """Yield records that mention a deletion, or a long period without lines."""
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
