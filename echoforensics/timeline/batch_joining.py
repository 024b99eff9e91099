"""Joins the listed records of a case, a batch at a time, so that not all need be in memory at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.interactions.batches import divide
from echoforensics.case.interactions.device_times import measured_clocks
from echoforensics.case.interactions.interaction_context import Couplings
from echoforensics.case.interactions.join import join_records
from echoforensics.case.interactions.node import Node
from echoforensics.case.interactions.node_columns import ALONE, DEVICE, ENTRY, SOUND, NodeColumns
from echoforensics.case.spoken.interaction_table import Reasons, add_interactions, set_attested
from echoforensics.case.spoken.joined_query import candidates, records_to_join
from echoforensics.case.spoken.lone_interactions import add_lone_records, last_listed
from echoforensics.timeline.interaction_facts import Following, joined_interactions, lone_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from echoforensics.case.store import Store
    from echoforensics.timeline.gaps.facts import InteractionFacts


class BatchJoining:
    """Makes interactions of the listed candidates.

    Attributes:
        clocks: the offsets of the devices' clocks.
        item_devices: see :class:`echoforensics.case.interactions.join.Joining`.
        couplings: those of all records.
    """

    def __init__(self, store: Store, nodes: NodeColumns, steps: Mapping[str, Sequence[int]]) -> None:
        """Divide the candidates into batches.

        Args:
            store: the case's store.
            nodes: nodes of some of the candidates.
            steps: the times at which clocks were set, see :func:`echoforensics.case.interactions.join.join_records`.
        """
        self._store, self._nodes, self._steps = store, nodes, steps
        for record in candidates(store, nodes):
            node = Node.of(record)
            if node.takes_part:
                nodes.add(node)
        of_devices = self._read([index for index, flags in enumerate(nodes.flags) if flags & DEVICE])
        # They are in one batch, whole.
        nodes.whole |= {node.number: node for node in of_devices}
        self.clocks = measured_clocks(of_devices, steps)
        self.item_devices: dict[str, str] = {}
        self.couplings = nodes.couplings().with_others(Couplings(unnamed=Couplings.of_nodes(of_devices).unnamed))
        self._batches = divide(nodes, of_devices, self.clocks)

    def make(self, reasons: Reasons, alone: int) -> Iterator[InteractionFacts]:
        """List the interactions, store which of their records attest each other, and yield the facts of them.

        This can be done once: what is held of the records is forgotten then.

        Args:
            reasons: the reasons of the case.
            alone: the number of the reason of records that nothing was joined to.
        """
        yield from self._make_apart(alone)
        for batch in self._batches.together:
            following = Following()
            self._join(batch, following, reasons)
            yield from following.facts
        self._nodes = NodeColumns()

    def _make_apart(self, alone: int) -> Iterator[InteractionFacts]:
        """Make interactions of the records that nothing can join."""
        nodes = self._nodes
        for kind in (ENTRY, SOUND, 0):
            after, looked_for = last_listed(self._store), kind | ALONE
            found = (one for one in self._batches.apart if nodes.flags[one] & (ENTRY | SOUND | ALONE) == looked_for)
            add_lone_records(self._store, ((nodes.numbers[index], nodes.start(index)) for index in found), alone)
            yield from lone_facts(self._store, after, entry=kind == ENTRY, sound=kind == SOUND) if kind else ()

    def _join(self, batch: Iterable[int], following: Following, reasons: Reasons) -> None:
        joining = join_records((), self._steps, self._read(batch), self._batches.delays)
        add_interactions(self._store, joined_interactions(joining, following), reasons)
        set_attested(self._store, following.attested)
        self.item_devices |= joining.item_devices

    def _read(self, indices: Iterable[int]) -> list[Node]:
        """The whole nodes of some of the records."""
        whole, numbers = self._nodes.whole, [self._nodes.numbers[index] for index in indices]
        known = [whole[number] for number in numbers if number in whole]
        return known + [Node.of(one) for one in records_to_join(self._store, (n for n in numbers if n not in whole))]
