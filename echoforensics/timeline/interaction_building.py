"""Rebuilds the interactions and gaps of a case from all its records: the last step before sealing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from echoforensics.case.added_records.membership import join_additions
from echoforensics.case.interactions.device_times import NEAR_STREAM
from echoforensics.case.interactions.interaction_context import InteractionContext
from echoforensics.case.interactions.join import ALONE_REASON
from echoforensics.case.interactions.node_columns import NodeColumns
from echoforensics.case.interactions.record_names import KEY_KINDS
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.added_evidence import may_bear_on_interactions
from echoforensics.case.spoken.case_gap import CaseGap, FoundAt
from echoforensics.case.spoken.interaction_table import (
    CLEARED,
    Reasons,
    Remaking,
    add_bare_entries,
    add_gaps,
    begin_interactions,
    clear_interactions,
    end_interactions,
    number_interactions,
    place_of_exhibit,
)
from echoforensics.case.spoken.lone_near_misses import add_lone_near_misses
from echoforensics.case.spoken.spoken_query import list_candidates, list_named, records_of_types
from echoforensics.case.spoken.spoken_record import (
    ALONE,
    FOLLOWING_BY_KEY,
    FOLLOWING_KEYS,
    ROLES,
    Role,
    SpokenRecord,
)
from echoforensics.timeline.batch_joining import BatchJoining
from echoforensics.timeline.gaps.case_records import chunks, counters, marks
from echoforensics.timeline.gaps.find import find_gaps
from echoforensics.timeline.gaps.sums import FactSums
from echoforensics.timeline.interaction_facts import Following, lone_facts

if TYPE_CHECKING:
    from echoforensics.case.interactions.growing_nodes import GrowingNodes
    from echoforensics.case.spoken.added_evidence import Extent
    from echoforensics.case.store import Store

#: Data types whose records may belong to an interaction without sharing a key.
SPOKEN_TYPES = tuple(sorted(data_type for data_type, role in ROLES.items() if role is not Role.LIST))
#: Account entries that may have nothing to join others by. A card may name what it plays.
_BARE = tuple(sorted({data_type for data_type, role in ROLES.items() if role is Role.ENTRY} - {"alexa:cloud:card"}))
#: Data types of records that mention a device's start, or that its clock was set.
CLOCK_TYPES = ("echo:log:boot", "echo:log:clock_change")
#: Data types of the account's list of devices.
DEVICE_TYPES = ("alexa:cloud:device",)
#: Data types of records that interactions, gaps, or their descriptions are made from. Records that only follow an
#: interaction are found by its key.
_BEARING = (
    *sorted(set(ROLES) - FOLLOWING_BY_KEY), *CLOCK_TYPES, *DEVICE_TYPES, "echo:log:counter",
)  # fmt: skip
#: Clock changes of fewer seconds are ignored: time servers correct that much all the time.
_LEAST_STEP = 1.0


def are_interactions_up_to_date(store: Store, before: Extent | None) -> bool:
    """Whether nothing added to a sealed case can belong to an interaction or a gap, or affect one.

    Args:
        store: the case's store, numbered.
        before: the extent of the case when it was sealed; None if it was not.
    """
    return before is not None and not may_bear_on_interactions(
        store, before, _BEARING, KEY_KINDS, FOLLOWING_BY_KEY, FOLLOWING_KEYS
    )


def build_interactions(store: Store, remaking: Remaking = list, growing: GrowingNodes | None = None) -> None:
    """Rebuild the interactions, the attestations among their records, and the gaps of a case.

    Args:
        store: the case's store.
        remaking: called with names of tables before most of their rows are replaced.
        growing: nodes that were made while records were added; the others are made here.
    """
    remaking(CLEARED)
    with store.transaction():
        clear_interactions(store)
        begin_interactions(store)
        list_candidates(store, set(SPOKEN_TYPES) - FOLLOWING_BY_KEY, KEY_KINDS)
        list_named(store, FOLLOWING_BY_KEY, FOLLOWING_KEYS, KEY_KINDS)
        following, reasons = Following(), Reasons(store)
        alone = add_unjoined(store, following, reasons)
        steps = clock_steps(records_of_types(store, CLOCK_TYPES))
        joining = BatchJoining(store, growing.take() if growing else NodeColumns(), steps)
        sums = FactSums()
        sums.change((), chain(following.facts, joining.make(reasons, alone)))
        number_interactions(store, remaking)
        end_interactions(store)
        join_additions(store)
        names = device_names(records_of_types(store, DEVICE_TYPES))
        InteractionContext(
            joining.clocks,
            names,
            joining.item_devices,
            account_held=sums.entries.count > 0,
            couplings=joining.couplings,
            sums=sums.stored(),
        ).keep(store)
        gaps = find_gaps(sums, chunks(store), counters(store), marks(store))
        add_gaps(store, (placed(store, gap) for gap in gaps))


def add_unjoined(store: Store, following: Following, reasons: Reasons) -> int:
    """Make interactions of listed candidates that nothing can join, and remove them from the list.

    Returns:
        The number of the reason of records that nothing was joined to.
    """
    alone = reasons.number(str(Strength.ALONE), ALONE_REASON)
    add_bare_entries(store, _BARE, ALONE, alone)
    following.facts += lone_facts(store, entry=True)
    # They are facts of no gap.
    add_lone_near_misses(store, NEAR_STREAM, alone)
    return alone


def placed(store: Store, gap: CaseGap) -> CaseGap:
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
