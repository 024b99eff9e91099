"""Joins records into interactions, with the reason for each join and what was left open.

Records are joined by their names, strongest first: the utterance id, the request's id, other keys, identical
recordings (byte for byte), and last by time. Where two answers are possible nothing is joined, and both sides say
so. The result does not depend on the order of the records or the sources.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from echoforensics.case.interactions.clock_pairs import ClockOffsets
from echoforensics.case.interactions.device_times import (
    TimeTie,
    by_creation,
    in_streams,
    measured_clocks,
    repeated_words,
    serials_of_items,
    two_clocks,
    unambiguous,
)
from echoforensics.case.interactions.groups import Component, DisjointSets, shared_keys
from echoforensics.case.interactions.join_sentences import contested_sentence, open_sentence, shared_sentence
from echoforensics.case.interactions.node import Node, nodes_of
from echoforensics.case.interactions.record_names import named_in_words
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.spoken_record import Role, SpokenRecord

#: Maximum number of sentences on what was left open, for a group.
_MOST_OPEN = 5
#: Why a record is an interaction by itself.
ALONE_REASON = "No other record was joined to it."
_KEY_LEVELS = (Strength.REQUEST_ID, Strength.RECORD_KEY, Strength.SAME_BYTES)


@dataclass(slots=True, unsafe_hash=True)
class Membership:
    """A record of an interaction, the reason in one sentence, and its strength.

    Treat it as immutable; a frozen class takes several times as long to create.
    """

    record: str
    reason: str
    strength: Strength


@dataclass(slots=True, unsafe_hash=True)
class JoinedRecords:
    """The records of one interaction, by id, and sentences on records that may belong to it but were not joined.

    Treat it as immutable; a frozen class takes several times as long to create.
    """

    members: tuple[Membership, ...]
    left_open: tuple[str, ...]


class Joining(NamedTuple):
    """All interactions, in an order of their records' ids, with what the joining found.

    Attributes:
        interactions: see :class:`JoinedRecords`.
        clocks: the offsets of the devices' clocks.
        nodes: the node of each record, by its id.
        item_devices: for evidence items that hold a device's log, its serial number, if everything joined names the
            same one.
    """

    interactions: tuple[JoinedRecords, ...]
    clocks: ClockOffsets
    nodes: Mapping[str, Node]
    item_devices: dict[str, str]


def join_records(
    records: Iterable[SpokenRecord], clock_steps: Mapping[str, Sequence[int]], known: Iterable[Node] = (),
    delays: ClockOffsets | None = None,
) -> Joining:  # fmt: skip
    """Join records into interactions.

    Args:
        records: in any order; of records with the same id, one is used.
        clock_steps: for each evidence item, the times at which the clock of the device whose log it holds was set, in
            microseconds since 1970 UTC by that clock, in order.
        known: nodes of other records, which are joined too.
        delays: see :func:`echoforensics.case.interactions.device_times.by_creation`.
    """
    nodes = nodes_of(records, known)
    clocks = measured_clocks(nodes, clock_steps)
    joiner = _Joiner(nodes)
    joiner.by_stream()
    for strength in _KEY_LEVELS:
        joiner.by_keys(strength, sounds=strength is Strength.SAME_BYTES)
    joiner.by_time(clocks, delays)
    joiner.by_reference()
    by_id = {node.record: node for node in nodes}
    return Joining(tuple(joiner.interactions()), clocks, by_id, serials_of_items(nodes, joiner.sets))


class _Joiner:
    """The groups so far, and why each record is in its group."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.sets = DisjointSets(len(nodes))
        #: The members of groups of several.
        self._members: dict[int, list[int]] = {}
        self._holders = _holders(nodes)
        #: The reason of each record: the weakest step after the first that joined it to the group's core.
        self._reasons: dict[int, tuple[Strength, str]] = {}
        self._open: dict[int, list[str]] = defaultdict(list)

    def by_stream(self) -> None:
        """Join records that name the same stream."""
        first: dict[str, int] = {}
        for number, node in enumerate(self.nodes):
            if (stream := node.names.stream) and (named := first.setdefault(stream, number)) != number:
                self._unite(named, number)

    def by_keys(self, strength: Strength, *, sounds: bool = False) -> None:
        """Join groups that share a key of this strength.

        Streams are different interactions. Sounds are joined to groups that hold more than sounds.
        """
        if not (holders := self._holders[strength]):
            return
        anchors = {self.sets.find(number) for number, node in enumerate(self.nodes) if node.names.stream}
        if sounds:
            anchors |= {self.sets.find(n) for n, node in enumerate(self.nodes) if node.role is not Role.RECORDING}
        shared = shared_keys(self.sets, holders, anchors.__contains__)
        for component in shared.components:
            if len(component.anchors) > 1:
                sentence = open_sentence(component.keys)
                for root in component.free:
                    self._open[root].append(sentence)
            self._join(strength, component)
        for root, keys in shared.contested.items():
            self._open[root].append(contested_sentence(keys))

    def _join(self, strength: Strength, component: Component) -> None:
        """Join the groups of a component, around its anchor or the largest of them."""
        roots = [*component.anchors, *component.free] if len(component.anchors) == 1 else list(component.free)
        core = roots[0] if len(component.anchors) == 1 else max(roots, key=lambda root: (self._size(root), -root))
        keys = set(component.keys)
        for root in roots:
            if root != core or (self._size(root) == 1 and self._reason(root) is None and len(roots) > 1):
                self._give_reason(root, strength, keys)
        for root in roots:
            self._unite(core, root)

    def _size(self, root: int) -> int:
        return len(self._group(self.sets.find(root)))

    def _group(self, root: int) -> list[int]:
        return self._members.get(root) or [root]

    def _reason(self, number: int) -> tuple[Strength, str] | None:
        if found := self._reasons.get(number):
            return found
        stream = self.nodes[number].names.stream
        return (Strength.UTTERANCE_ID, f"It names the utterance id of the stream {stream}.") if stream else None

    def _give_reason(self, root: int, strength: Strength, keys: set[str]) -> None:
        for number in self._group(root):
            own = sorted(key for known, key in self.nodes[number].names.keys if known is strength and key in keys)
            before = self._reason(number)
            if own:
                sentence = shared_sentence(own[0])
            elif before:
                sentence = (
                    f"By its {before[0]} it belongs to a record of which this is so: {shared_sentence(min(keys))}"
                )
            else:
                continue
            self._reasons[number] = (strength, sentence)

    def by_time(self, clocks: ClockOffsets, delays: ClockOffsets | None) -> None:
        """Join by time: by one clock, then by two."""
        self._join_ties(list(in_streams(self.nodes, self.sets)), both=False)
        self._join_ties(list(repeated_words(self.nodes, self.sets)), both=False)
        self._join_ties(list(two_clocks(self.nodes, self.sets, clocks)), both=True)
        self._join_ties(list(by_creation(self.nodes, self.sets, delays)), both=True)

    def _join_ties(self, ties: list[TimeTie], *, both: bool) -> None:
        sure, unsure = unambiguous(ties, self.sets, both=both)
        for tie in unsure:
            self._open[tie.free].append(
                "By its time it could be of more than one interaction; by that it was joined to none."
            )
        for tie in sure:
            root = self.sets.find(tie.free)
            for number in self._group(root):
                self._reasons[number] = (Strength.TIME, tie.reason)
            self._unite(tie.anchor, tie.free)

    def by_reference(self) -> None:
        """Join records that follow an interaction, such as an alarm, to the interaction that names them."""
        following = [number for number, node in enumerate(self.nodes) if node.role is Role.FOLLOWING]
        if not following:
            return
        named: dict[str, set[int]] = defaultdict(set)
        for number, node in enumerate(self.nodes):
            if node.role is not Role.FOLLOWING and node.alone:
                for key in node.names.refers:
                    named[key].add(self.sets.find(number))
        for number in following:
            keys = [key for key in self.nodes[number].names.refers if key in named]
            roots = set[int]().union(*(named[key] for key in keys))
            if len(roots) == 1:
                reason = f"Another member names the {named_in_words(keys[0])}, which is this record's."
                self._reasons[number] = (Strength.RECORD_KEY, reason)
                self._unite(roots.pop(), number)
            for root in roots if len(roots) > 1 else ():
                key = next(key for key in keys if root in named[key])
                sentence = f"Several interactions name the {named_in_words(key)}; its records were joined to none."
                self._open[root].append(sentence)

    def interactions(self) -> Iterator[JoinedRecords]:
        """Yield each group that is an interaction."""
        left: dict[int, list[str]] = defaultdict(list)
        for number, sentences in self._open.items():
            left[self.sets.find(number)] += sentences
        for root, node in enumerate(self.nodes):
            if self.sets.find(root) != root:
                continue
            if root not in self._members:
                # Most groups of a long log have one record.
                if node.alone:
                    open_ = tuple(sorted(set(left[root]))[:_MOST_OPEN]) if root in left else ()
                    yield JoinedRecords((Membership(node.record, ALONE_REASON, Strength.ALONE),), open_)
                continue
            numbers = sorted(self._members[root])
            if any(self.nodes[number].alone for number in numbers):
                sentences = sorted(set(left.get(root, ())))
                members = tuple(self._membership(number) for number in numbers)
                yield JoinedRecords(members, tuple(sentences[:_MOST_OPEN]))

    def _membership(self, number: int) -> Membership:
        strength, sentence = self._reason(number) or (Strength.ALONE, ALONE_REASON)
        if strength is Strength.ALONE:
            strength, sentence = Strength.TIME, "Other records were joined to it by their time."
        return Membership(self.nodes[number].record, sentence, strength)

    def _unite(self, core: int, other: int) -> None:
        one, two = self.sets.find(core), self.sets.find(other)
        if one == two:
            return
        self.sets.unite(one, two)
        root = self.sets.find(one)
        gone = two if root == one else one
        kept, added = self._group(root), self._group(gone)
        self._members.pop(gone, None)
        if len(kept) < len(added):
            kept, added = added, kept
        kept += added
        self._members[root] = kept


def _holders(nodes: Sequence[Node]) -> dict[Strength, dict[str, list[int]]]:
    """By strength, the members that hold each key; keys that only one holds are left out."""
    first: dict[str, int] = {}
    found: dict[Strength, dict[str, list[int]]] = {strength: {} for strength in Strength}
    for number, node in enumerate(nodes):
        for strength, key in node.names.keys:
            if (other := first.setdefault(key, number)) != number:
                found[strength].setdefault(key, [other]).append(number)
    return found
