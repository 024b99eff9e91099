"""Brings the interactions and gaps of a sealed case up to date with what was added, without reading all of them.

What was added leads to the records that it may be joined to, or may keep from being joined; these are joined anew, as
if they were all the case, and their interactions are put in the place of the former ones. The result is that of
:func:`echoforensics.timeline.interaction_building.build_interactions`, which is called where more may be concerned:
where a clock is measured anew, or an addition leads to a large part of the case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.added_records.addition_table import has_additions
from echoforensics.case.interactions.clock_pairs import ClockOffsets
from echoforensics.case.interactions.device_times import NEAR_STREAM
from echoforensics.case.interactions.interaction_context import Couplings, InteractionContext, is_unnamed_stream
from echoforensics.case.interactions.join import join_records
from echoforensics.case.interactions.node import Node
from echoforensics.case.interactions.record_names import KEY_KINDS
from echoforensics.case.spoken.added_evidence import AllConcernedError, added_items, has_more_places
from echoforensics.case.spoken.gap_query import stored_gaps
from echoforensics.case.spoken.inserted_interactions import replace_interactions, touched_interactions
from echoforensics.case.spoken.interaction_table import (
    Reasons,
    Remaking,
    add_interactions,
    begin_interactions,
    end_interactions,
    renew_attested,
    replace_gaps,
)
from echoforensics.case.spoken.joined_query import candidates
from echoforensics.case.spoken.spoken_query import records_of_types
from echoforensics.case.spoken.spoken_record import FOLLOWING_BY_KEY, Role, SpokenRecord, Witness
from echoforensics.case.spoken.touched_records import Touching, list_added, list_touched
from echoforensics.timeline.gaps import case_records
from echoforensics.timeline.gaps.find import OF_INTERACTIONS, gaps_of_interactions, gaps_of_records, numbered
from echoforensics.timeline.gaps.sums import FactSums
from echoforensics.timeline.interaction_building import (
    CLOCK_TYPES,
    DEVICE_TYPES,
    SPOKEN_TYPES,
    add_unjoined,
    build_interactions,
    clock_steps,
    device_names,
    placed,
)
from echoforensics.timeline.interaction_facts import Following, facts_of, joined_interactions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.case.interactions.growing_nodes import GrowingNodes
    from echoforensics.case.interactions.join import Joining
    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.store import Store

_HEARD = (Role.NEAR_MISS, Role.WAKE_WORD)


def update_interactions(
    store: Store, before: Extent | None, remaking: Remaking = list, growing: GrowingNodes | None = None
) -> None:
    """Bring the interactions, the attestations among their records, and the gaps of a case up to date.

    Args:
        store: the case's store, numbered.
        before: the extent of the case when these were up to date; None if it is not known.
        remaking: called with names of tables before most of their rows are replaced.
        growing: nodes that were made while records were added, if all interactions are made.
    """
    if before is not None and not has_additions(store.db):
        try:
            with store.transaction():
                _update(store, before, remaking)
        except AllConcernedError:
            pass
        else:
            return
    build_interactions(store, remaking, growing)


def _update(store: Store, before: Extent, remaking: Remaking) -> None:
    """Raises AllConcernedError where more may be concerned than what the addition leads to."""
    context = InteractionContext.of(store)
    if context.sums is None or has_more_places(store, before, (*case_records.TYPES, *CLOCK_TYPES)):
        raise AllConcernedError
    list_added(store, before, set(SPOKEN_TYPES) - FOLLOWING_BY_KEY, KEY_KINDS, FOLLOWING_BY_KEY)
    begin_interactions(store)
    gone = touched_interactions(store)
    following, reasons = Following(), Reasons(store, gone)
    add_unjoined(store, following, reasons)
    list_touched(store, SPOKEN_TYPES, KEY_KINDS, _Links(store, before))
    joining = join_records(candidates(store), clock_steps(records_of_types(store, CLOCK_TYPES, before)))
    gone = touched_interactions(store)
    reasons = Reasons(store, gone)
    add_interactions(store, joined_interactions(joining, following), reasons)
    sums = FactSums.of(context.sums)
    sums.change([facts_of(store, number) for number in gone], following.facts)
    now = _context(store, before, context, joining, sums)
    # From here on, nothing more is found to be concerned.
    replace_interactions(store, gone, remaking)
    end_interactions(store)
    if now != context:
        now.keep(store)
    renew_attested(store, following.attested)
    _renew_gaps(store, before, sums)


class _Links:
    """The records that a record may be joined to, that it may join, or keep from being joined."""

    def __init__(self, store: Store, before: Extent) -> None:
        self._before = before
        self._touching = Touching(store)

    def __call__(self, record: SpokenRecord) -> set[int]:
        """Return their numbers, of records of any type. Raises AllConcernedError if they cannot be looked up."""
        node = Node.of(record)
        if not node.takes_part:
            return set()
        names = node.names
        found = self._touching.of_stream(names.stream) if names.stream else set()
        lines = []
        for key in (*(key for _, key in names.keys), *names.refers):
            kind, _, value = key.partition(":")
            if kind == "log-line":
                lines.append(int(value.rpartition("#")[2]))
            else:
                found |= self._of_name(key, kind, value)
        if record.number > self._before.record:
            # Its file is new: all that it holds was added.
            return found
        if lines:
            found |= self._touching.of_lines(record.number, lines)
        if node.source is Witness.DEVICE and (node.opened is not None or node.role in _HEARD):
            start, end = node.start, node.end
            if start is not None and end is not None:
                found |= self._touching.near(record.number, node.sha256, start - NEAR_STREAM, end + NEAR_STREAM)
        return found

    def _of_name(self, key: str, kind: str, value: str) -> set[int]:
        touching = self._touching
        if kind in ("stated-id", "queue"):
            # No index finds their holders.
            raise AllConcernedError
        if kind == "sound":
            return touching.of_sound(value)
        if kind == "audio-sequence":
            return touching.of_key(key.rpartition("@")[0])
        if kind == "voice-request":
            return touching.of_keys_from(key)
        if kind == "dialog-request":
            return touching.of_key(key) | touching.of_key(f"dialog:{value}")
        if kind == "activity-time":
            return touching.of_key(key) | touching.of_activities_at(value.partition("#")[0])
        return touching.of_key(key)


def _context(
    store: Store, before: Extent, context: InteractionContext, joining: Joining, sums: FactSums
) -> InteractionContext:
    """The context with what was added. Raises AllConcernedError where that bears on other records than were joined."""
    items = added_items(store, before)
    clocks = [
        *(clock for clock in context.clocks if clock.device not in items),
        *(clock for clock in joining.clocks if clock.device in items),
    ]
    nodes = joining.nodes.values()
    couplings = context.couplings.with_others(Couplings.of_nodes(node for node in nodes if node.number > before.record))
    couplings = couplings.with_others(Couplings(unnamed=Couplings.of_nodes(nodes).unnamed))
    found = InteractionContext(
        ClockOffsets(clocks),
        _names(store, before, context.names),
        {**context.item_devices, **{item: one for item, one in joining.item_devices.items() if item in items}},
        account_held=sums.entries.count > 0,
        couplings=couplings,
        sums=sums.stored(),
    )
    for node in nodes:
        _refuse_coupled(node, found)
        if node.source is Witness.DEVICE and node.names.stream:
            for item in set(node.evidence) - items:
                one = joining.item_devices.get(item)
                if one is None or one != context.item_devices.get(item):
                    raise AllConcernedError
    return found


def _refuse_coupled(node: Node, context: InteractionContext) -> None:
    """Refuse a record that may be joined by two clocks to another one, or may change what they were measured from."""
    measured = {clock.device for clock in context.clocks}
    unnamed = context.couplings.unnamed & measured
    by_clock = is_unnamed_stream(node) and not measured.isdisjoint(node.evidence)
    if node.role is Role.ENTRY and node.named_at is not None:
        by_clock |= any(context.item_devices.get(item, node.serial) == node.serial for item in unnamed)
    if by_clock or (node.serial and context.couplings.couples(node.serial)):
        raise AllConcernedError


def _names(store: Store, before: Extent, names: Mapping[str, str]) -> dict[str, str]:
    """The account's names of devices, with those of the added records."""
    found = device_names(records_of_types(store, DEVICE_TYPES, before))
    if any(names.get(serial, name) != name for serial, name in found.items()):
        raise AllConcernedError
    return {**names, **found}


def _renew_gaps(store: Store, before: Extent, sums: FactSums) -> None:
    """Replace the gaps among interactions, and add those that the added records show."""
    kept = [gap for gap in stored_gaps(store) if gap.data_type not in OF_INTERACTIONS]
    shown = gaps_of_records(
        case_records.chunks(store, before), case_records.counters(store, before), case_records.marks(store, before)
    )
    found = numbered([*kept, *gaps_of_interactions(sums), *shown])
    replace_gaps(store, [placed(store, gap) for gap in found])
