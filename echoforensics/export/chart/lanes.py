"""The lines below the rows in a picture, for the whole case: interactions by device, clock offsets, and gaps."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from echoforensics.export.chart.activity import Lane, Lanes
from echoforensics.zones import EPOCH

if TYPE_CHECKING:
    from echoforensics.case.case import Case
    from echoforensics.export.chart.activity import Activity

_DAY = 86_400_000_000
#: The most lines per title; with more, only some are shown, and a note says so.
_MOST = 20


def lanes_of(case: Case, activity: Activity) -> list[Lanes]:
    """Return the lines of a case.

    Args:
        case: the case.
        activity: its counted rows; open-ended spans extend to the first or last of their days.
    """
    if case.store.lacks_interactions or not activity.shown:
        return []
    first, last = ((day - EPOCH.toordinal()) * _DAY for day in activity.days)
    last += _DAY
    by_device: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for interaction in case.interactions():
        if interaction.start is not None:
            names = [device.name or device.serial or device.type or "not named" for device in interaction.devices] or [
                "no device named"
            ]
            for name in names:
                by_device[name].append((interaction.start, interaction.start))
    clocks = [
        Lane(
            f"{reading.offset / 1e6:+.3f} s  {reading.owner}",
            ((first if reading.start is None else reading.start, last if reading.end is None else reading.end),),
        )
        for reading in case.clocks()
        if reading.offset is not None
    ]
    gaps: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for gap in case.gaps():
        if gap.start is not None or gap.end is not None:
            start = first if gap.start is None else gap.start
            gaps[gap.data_type].append((start, start if gap.end is None else gap.end))
    found = [
        ("Interactions of the whole case, by device", _named(by_device)),
        ("Clocks of the whole case: by how much each was ahead (+) or behind (-)", clocks),
        ("Gaps of the whole case that have a time", _named(gaps)),
    ]
    return [_at_most(title, lanes) for title, lanes in found if lanes]


def _named(spans: dict[str, list[tuple[int, int]]]) -> list[Lane]:
    return [Lane(f"{name} ({len(found)})", tuple(found)) for name, found in sorted(spans.items())]


def _at_most(title: str, lanes: list[Lane]) -> Lanes:
    more = f" (the first {_MOST} of {len(lanes)})" if len(lanes) > _MOST else ""
    return Lanes(title + more, tuple(lanes[:_MOST]))
