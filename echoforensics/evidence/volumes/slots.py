"""Pairs of partitions of which a device uses one and updates the other (A/B)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from echoforensics.evidence.volumes.table import Partition

#: ``main-A``, ``system_b``, ``boot.a``.
_SLOT = re.compile(r"^(?P<stem>.+)(?P<mark>[-_.])(?P<slot>[AaBb])$")


def with_slots(parts: Sequence[Partition]) -> tuple[Partition, ...]:
    """The parts, those that are one of a pair by their names with their slot set and described.

    A name counts only where its counterpart is in the same table: ``vitamin-b`` alone is no slot.

    References:
        https://source.android.com/docs/core/ota/ab
    """
    names = {part.name for part in parts}
    found: list[Partition] = []
    for part in parts:
        match = _SLOT.match(part.name)
        if match is None or _counterpart(match) not in names:
            found.append(part)
            continue
        slot = match["slot"].upper()
        found.append(replace(part, slot=slot, description=f"{part.description}, slot {slot}"))
    return tuple(found)


def _counterpart(match: re.Match[str]) -> str:
    other = {"A": "B", "B": "A", "a": "b", "b": "a"}[match["slot"]]
    return f"{match['stem']}{match['mark']}{other}"
