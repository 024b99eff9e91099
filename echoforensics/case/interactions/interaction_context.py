"""The context for describing a case's interactions: clocks and device names. It is computed when they are joined,
and stored, with what shows which of them added evidence can change.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from echoforensics.case.interactions.clock_pairs import ClockOffset, ClockOffsets
from echoforensics.case.interactions.device_times import FEWEST_DELAYS
from echoforensics.case.spoken.spoken_record import Role, Witness

if TYPE_CHECKING:
    from echoforensics.case.interactions.node import Node
    from echoforensics.case.store import Store


@dataclass(frozen=True, slots=True)
class Couplings:
    """By what records may be joined by two clocks: one more of a device then bears on all of that device.

    Attributes:
        without_stream: by serial number, how many records hold the time at which an entry was created, and no stream.
        delays: by serial number, how many entries hold that time and their stream's.
        unnamed: evidence items with a device's record of a stream whose id it does not hold.
    """

    without_stream: Mapping[str, int] = field(default_factory=dict)
    delays: Mapping[str, int] = field(default_factory=dict)
    unnamed: frozenset[str] = frozenset()

    @classmethod
    def of_nodes(cls, nodes: Iterable[Node]) -> Couplings:
        """The couplings of some records."""
        without_stream, delays, unnamed = Counter[str](), Counter[str](), set[str]()
        for node in nodes:
            if node.serial and node.created is not None:
                without_stream[node.serial] += not node.names.stream
                delays[node.serial] += node.role is Role.ENTRY and node.named_at is not None
            if is_unnamed_stream(node):
                unnamed.update(node.evidence)
        return cls(+without_stream, +delays, frozenset(unnamed))

    def with_others(self, other: Couplings) -> Couplings:
        """These and those of other records."""
        return Couplings(
            Counter(self.without_stream) + Counter(other.without_stream),
            Counter(self.delays) + Counter(other.delays),
            self.unnamed | other.unnamed,
        )

    def couples(self, serial: str) -> bool:
        """Whether entries and streams of a device may be joined by the delay that was measured."""
        return bool(self.without_stream.get(serial)) and self.delays.get(serial, 0) >= FEWEST_DELAYS


def is_unnamed_stream(node: Node) -> bool:
    """Whether a record is a device's, of a stream whose id it does not hold."""
    return node.source is Witness.DEVICE and node.opened is not None and not node.names.stream


@dataclass(frozen=True, slots=True)
class InteractionContext:
    """The context for describing interactions.

    Attributes:
        clocks: offsets of the devices' clocks.
        names: the account's names of devices, by serial number.
        item_devices: by name of evidence item, the serial number of the device whose log it holds.
        account_held: whether the case holds account entries at all.
        couplings: see :class:`Couplings`.
        sums: what gaps are derived from, see :class:`echoforensics.timeline.gaps.sums.FactSums`; None if the case was
            made without them.
    """

    clocks: ClockOffsets
    names: Mapping[str, str]
    item_devices: Mapping[str, str]
    account_held: bool
    couplings: Couplings = field(default_factory=Couplings)
    sums: Mapping[str, Any] | None = None

    def keep(self, store: Store) -> None:
        """Store the context in the case, replacing an earlier one."""
        content = {
            "clocks": [asdict(offset) for offset in self.clocks],
            "names": dict(self.names),
            "item_devices": dict(self.item_devices),
            "account_held": self.account_held,
            "couplings": {
                "without_stream": dict(self.couplings.without_stream),
                "delays": dict(self.couplings.delays),
                "unnamed": sorted(self.couplings.unnamed),
            },
            "sums": self.sums,
        }
        written = json.dumps(content, ensure_ascii=False, sort_keys=True)
        store.db.execute("INSERT OR REPLACE INTO interaction_context (id, content) VALUES (1, ?)", (written,))

    @classmethod
    def of(cls, store: Store) -> InteractionContext:
        """Load the context of a case."""
        found = store.db.execute("SELECT content FROM interaction_context").fetchone()
        if found is None:
            return cls(ClockOffsets([]), {}, {}, account_held=False)
        content = json.loads(found[0])
        clocks = ClockOffsets(ClockOffset(**offset) for offset in content["clocks"])
        held = content.get("couplings", {})
        couplings = Couplings(
            held.get("without_stream", {}), held.get("delays", {}), frozenset(held.get("unnamed", ()))
        )
        return cls(
            clocks, content["names"], content["item_devices"], content["account_held"], couplings, content.get("sums")
        )
