"""Queries for interactions."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from echoforensics.case.added_records.addition import ANNOTATION, MACHINE
from echoforensics.case.added_records.membership import ADDED
from echoforensics.case.interactions.describe import describe
from echoforensics.case.interactions.interaction_context import InteractionContext
from echoforensics.case.interactions.join import Membership
from echoforensics.case.interactions.machine_statements import with_machine_statements
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.gap_query import refuse_earlier
from echoforensics.case.spoken.interaction import PREFIX, AddedRecord, CaseInteraction
from echoforensics.case.spoken.spoken_query import member_records
from echoforensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from echoforensics.case.spoken.spoken_query import MemberRecord
    from echoforensics.case.store import Store

_MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class InteractionQuery:
    """A query for interactions; all given conditions must hold.

    Attributes:
        start, end: microseconds since 1970 UTC, the end excluded. Interactions without a time are then left out.
        search: text in the interaction or one of its records, in any case.
        devices: serial numbers, types, or names.
        unintended: only those with signs that they were not intended.
    """

    start: int | None = None
    end: int | None = None
    search: str = ""
    devices: tuple[str, ...] = ()
    unintended: bool = False


def interactions(
    store: Store, query: InteractionQuery | None = None, *, by_itself: bool = False
) -> Iterator[CaseInteraction]:
    """Yield the matching interactions, by number. They are streamed.

    Each interaction is built from its records as it is read.

    Args:
        store: the case's store.
        query: which interactions; None for all.
        by_itself: leave out what only records outside an interaction say about its devices: their names, and whose log
            an evidence item holds.

    Raises:
        CaseError: the case's version has no interactions.
    """
    refuse_earlier(store)
    query = query or InteractionQuery()
    clauses, values = list[str](), list[Any]()
    for given, clause in ((query.start, "i.start >= ?"), (query.end, "i.start < ?")):
        if given is not None:
            clauses.append(clause)
            values.append(given)
    for one in _described(store, clauses, values, by_itself=by_itself):
        if _fits(one, query):
            yield one


def count_interactions(store: Store) -> int:
    """The number of interactions of a case."""
    found: int = store.db.execute("SELECT count(*) FROM interactions").fetchone()[0]
    return found


def interaction(store: Store, number: str) -> CaseInteraction:
    """One interaction by its number; ``IN-0000012``, ``in-12`` and ``12`` are the same.

    Raises:
        UsageError: there is no such interaction.
        CaseError: the case's version has no interactions.
    """
    refuse_earlier(store)
    digits = number.strip().upper().removeprefix(PREFIX)
    known = digits.isdecimal() and digits.isascii() and len(digits) <= _MOST_DIGITS
    found = next(_described(store, ["i.number = ?"], [int(digits)]), None) if known else None
    if found is None:
        raise UsageError(f"there is no interaction {number} in this case")
    return found


def _described(
    store: Store, clauses: Sequence[str], values: Sequence[Any], *, by_itself: bool = False
) -> Iterator[CaseInteraction]:
    context = InteractionContext.of(store)
    if by_itself:
        context = replace(context, names={}, item_devices={})
    for number, group in groupby(member_records(store, clauses, values), key=attrgetter("interaction")):
        every = list(group)
        listed = [one for one in every if one.strength != ADDED]
        members = [(one.record, Membership(one.record.record, one.reason, Strength(one.strength))) for one in listed]
        made = describe(
            f"{PREFIX}{number:07}", members, listed[0].left_open, context.clocks, context.names, context.item_devices,
            account_held=context.account_held,
        )  # fmt: skip
        made = replace(made, machine=_added(every, MACHINE), annotations=_added(every, ANNOTATION))
        made = with_machine_statements(made)
        yield _marked(made, store.row_mark) if store.row_mark else made


def _added(every: Sequence[MemberRecord], family: str) -> tuple[AddedRecord, ...]:
    """The added records of one family about an interaction."""
    found = [one.record for one in every if one.strength == ADDED and one.record.data_type.startswith(family)]
    return tuple(
        AddedRecord(one.exhibit, one.record, one.data_type, one.message, one.text("about"), one.fields)
        for one in sorted(found, key=attrgetter("exhibit"))
    )


def _marked(one: CaseInteraction, mark: str) -> CaseInteraction:
    members = tuple(replace(member, says=mark + member.says) for member in one.members)
    machine, annotations = (
        tuple(replace(added, says=mark + added.says) for added in some) for some in (one.machine, one.annotations)
    )
    return replace(one, sentence=mark + one.sentence, members=members, machine=machine, annotations=annotations)


def _fits(one: CaseInteraction, query: InteractionQuery) -> bool:
    if query.unintended and one.unintended is None:
        return False
    if query.devices:
        named = {name for device in one.devices for name in (device.serial, device.type) if name}
        called = {device.name.casefold() for device in one.devices if device.name}
        if not any(wanted in named or wanted.casefold() in called for wanted in query.devices):
            return False
    if query.search:
        return query.search.casefold() in json.dumps(one.as_json(), ensure_ascii=False).casefold()
    return True
