"""The context for describing a case's interactions: clocks and device names. It is computed when they are joined,
and stored.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from echoforensics.case.interactions.clock_pairs import ClockOffset, ClockOffsets

if TYPE_CHECKING:
    from collections.abc import Mapping

    from echoforensics.case.store import Store


@dataclass(frozen=True, slots=True)
class InteractionContext:
    """The context for describing interactions.

    Attributes:
        clocks: offsets of the devices' clocks.
        names: the account's names of devices, by serial number.
        item_devices: by name of evidence item, the serial number of the device whose log it holds.
        account_held: whether the case holds account entries at all.
    """

    clocks: ClockOffsets
    names: Mapping[str, str]
    item_devices: Mapping[str, str]
    account_held: bool

    def keep(self, store: Store) -> None:
        """Store the context in the case, replacing an earlier one."""
        content = {
            "clocks": [asdict(offset) for offset in self.clocks],
            "names": dict(self.names),
            "item_devices": dict(self.item_devices),
            "account_held": self.account_held,
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
        return cls(clocks, content["names"], content["item_devices"], content["account_held"])
