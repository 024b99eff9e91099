"""Nodes of records, made while records are added, so that fewer are left to read when all are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from echoforensics.case.interactions.node import Node
from echoforensics.case.interactions.node_columns import NodeColumns
from echoforensics.case.record_table import last_record
from echoforensics.case.spoken.joined_query import copied_records, first_exhibits, records_with_utterance

if TYPE_CHECKING:
    from echoforensics.case.store import Store

#: Records that are read at once.
_AT_ONCE = 250


class GrowingNodes:
    """The nodes of the records that name an utterance: whatever else is added, these are candidates."""

    def __init__(self, store: Store) -> None:
        """Take the store of a case without records."""
        self._store = store
        self._nodes = NodeColumns()
        #: The last record that was read, and the last of those that stay.
        self._done = self._end = 0

    def committed(self) -> None:
        """Note that the records there are now stay."""
        self._end = last_record(self._store)

    def advance(self) -> bool:
        """Make the nodes of some of the records that stay. Returns whether there were any left to make."""
        if self._done >= self._end:
            return False
        last = min(self._end, self._done + _AT_ONCE)
        for record in records_with_utterance(self._store, self._done + 1, last):
            node = Node.of(record)
            if node.takes_part:
                self._nodes.add(node)
        self._done = last
        return True

    def forget(self) -> None:
        """Begin again: records were removed after all."""
        self._nodes = NodeColumns()
        self._done = self._end = 0

    def take(self) -> NodeColumns:
        """Return the nodes of records that are numbered and have one place.

        They are not kept here. A record with more places has more evidence items and keys than its node.
        """
        nodes, self._nodes = self._nodes, NodeColumns()
        nodes.leave_out(copied_records(self._store, self._done))
        for record, exhibit in first_exhibits(self._store, max(nodes.whole, default=0)):
            if node := nodes.whole.get(record):
                node.exhibit = exhibit
        return nodes
