"""What follows from interactions: the facts that gaps are derived from, and which records attest each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from echoforensics.case.interactions.node import Node
from echoforensics.case.interactions.start import start_of_nodes
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.case_gap import FoundAt
from echoforensics.case.spoken.interaction_table import Attested, NewInteraction, exhibit_of, start_of
from echoforensics.case.spoken.lone_interactions import lone_interactions
from echoforensics.case.spoken.spoken_query import member_records
from echoforensics.case.spoken.spoken_record import Role, Witness
from echoforensics.timeline.gaps.facts import InteractionFacts
from echoforensics.timeline.gaps.sums import MOST_OF_A_KIND

if TYPE_CHECKING:
    from echoforensics.case.interactions.join import Joining, Membership
    from echoforensics.case.store import Store

#: Strengths that let a record attest another: a join by time does not.
_ATTESTING = (Strength.UTTERANCE_ID, Strength.REQUEST_ID, Strength.RECORD_KEY)
_ATTESTING_ROLES = (Role.WAKE_WORD, Role.DEVICE, Role.ENTRY, Role.RECORDING)


@dataclass(slots=True)
class Following:
    """What follows from new interactions: the facts of each, and the attestations among their records."""

    facts: list[InteractionFacts] = field(default_factory=list)
    attested: list[Attested] = field(default_factory=list)


def joined_interactions(joining: Joining, following: Following) -> Iterator[NewInteraction]:
    """Yield each interaction, and collect what follows from it.

    Args:
        joining: the interactions.
        following: is added to.
    """
    for one in joining.interactions:
        nodes = [joining.nodes[member.record] for member in one.members]
        # They are in the order of their ids.
        start, key = start_of_nodes(nodes), nodes[0].record
        following.facts.append(_facts(start, key, nodes))
        if len(nodes) > 1:
            following.attested += _attesting([*zip(nodes, one.members, strict=True)])
        yield NewInteraction(
            nodes[0].number,
            key,
            start,
            one.left_open,
            [
                (node.number, str(member.strength), member.reason)
                for node, member in zip(nodes, one.members, strict=True)
            ],
        )


def lone_facts(store: Store, after: int = 0, *, entry: bool = False, sound: bool = False) -> Iterator[InteractionFacts]:
    """Yield the facts of interactions of one record; of very many, one stands for those between the first and the last.

    Args:
        store: the case's store.
        after: those that are listed after this place.
        entry, sound: whether each is an account entry, or a recording.
    """
    found = lone_interactions(store, MOST_OF_A_KIND, after)
    for number, (start, record, key) in enumerate(found.shown, 1):
        rest = found.total - len(found.shown) + 1 if number == len(found.shown) else 1
        at = _exhibit(exhibit_of(store, record))
        yield InteractionFacts(start=start, heard=False, entry=entry, sound=sound, at=at, count=rest, key=key)


def facts_of(store: Store, interaction: int) -> InteractionFacts:
    """The facts of an interaction that the case has. Its members are evidence, none of them added to the case."""
    start = start_of(store, interaction)
    records = [member.record for member in member_records(store, ["i.number = ?"], [interaction])]
    return _facts(start, min(one.record for one in records), [Node.of(one) for one in records])


def _attesting(members: Sequence[tuple[Node, Membership]]) -> Iterator[Attested]:
    """Yield, for each record of an interaction, the exhibits of other witnesses that attest the same."""
    sides: dict[Witness, list[Node]] = defaultdict(list)
    for node, membership in members:
        if membership.strength in _ATTESTING and node.role in _ATTESTING_ROLES and node.exhibit:
            sides[node.source].append(node)
    for side, nodes in sides.items():
        others = sorted({other.exhibit for each in sides if each is not side for other in sides[each]})
        if others:
            yield from (Attested(node.number, others) for node in nodes)


def _facts(start: int | None, key: str, nodes: Sequence[Node]) -> InteractionFacts:
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
        at=_exhibit(ordered[0].exhibit),
        entry_at=_exhibit(first[Role.ENTRY].exhibit) if Role.ENTRY in first else None,
        sound_at=_exhibit(first[Role.RECORDING].exhibit) if Role.RECORDING in first else None,
        key=key,
    )


def _exhibit(exhibit: str) -> FoundAt:
    return FoundAt(exhibit, "", "", "")
