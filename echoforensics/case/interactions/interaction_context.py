"""What every interaction of a case is described with: clocks, and the names of devices. It is worked out when they are
joined, and kept.
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
    """What every interaction is described with.

    Attributes:
        clocks: offsets of the devices' clocks.
        names: what the account calls devices, by serial number.
        item_devices: serial numbers of the devices whose logs evidence items hold, by the item's name.
        account_held: whether the case holds entries of an account at all.
    """

    clocks: ClockOffsets
    names: Mapping[str, str]
    item_devices: Mapping[str, str]
    account_held: bool

    def keep(self, store: Store) -> None:
        """Keep it in the case, in the place of what was kept before."""
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
        """What a case keeps."""
        found = store.db.execute("SELECT content FROM interaction_context").fetchone()
        if found is None:
            return cls(ClockOffsets([]), {}, {}, account_held=False)
        content = json.loads(found[0])
        clocks = ClockOffsets(ClockOffset(**offset) for offset in content["clocks"])
        return cls(clocks, content["names"], content["item_devices"], content["account_held"])
