"""Divides records into those that nothing can join, and batches of which each can be joined by itself.

Two records are in one batch if a name, or a time by the clocks as measured, may join them or keep them from being
joined. That is judged generously: what is in one batch is then joined, or not, as if there were no batches.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from echoforensics.case.interactions.clock_pairs import ClockOffset, ClockOffsets, StreamPair, measure
from echoforensics.case.interactions.groups import DisjointSets
from echoforensics.case.interactions.interaction_context import is_unnamed_stream
from echoforensics.case.interactions.node import Node
from echoforensics.case.interactions.node_columns import DEVICE, ENTRY, LEFT_OUT, NO_TIME, STREAM, NodeColumns

#: A batch is full with so many records; those that cannot be apart make it larger. Each takes about a kilobyte.
_FULL = 10_000


class Batches(NamedTuple):
    """How records are divided; each is given by its index among the columns.

    Attributes:
        apart: those that nothing can join, none of them of a device.
        together: the batches. All records of devices are in the first.
        delays: by serial number, how much later than the request the service creates an entry, where that may join any.
    """

    apart: array[int]
    together: list[array[int]]
    delays: ClockOffsets


def divide(nodes: NodeColumns, of_devices: Sequence[Node], clocks: ClockOffsets) -> Batches:
    """Divide records.

    Args:
        nodes: the records; they are without names afterwards.
        of_devices: the nodes of those from devices.
        clocks: the offsets of the devices' clocks.
    """
    sets = DisjointSets(len(nodes))
    for one, other in nodes.take_sharing():
        sets.unite(one, other)
    first: int | None = None
    seconds = _Seconds(_unnamed_streams(of_devices, clocks))
    for index, (flags, named) in enumerate(zip(nodes.flags, nodes.named, strict=True)):
        if flags & DEVICE or (flags & ENTRY and named in seconds):
            first = index if first is None else first
            sets.unite(first, index)
    delays = _delays(nodes)
    for one, other in _by_creation(nodes, delays):
        sets.unite(one, other)
    return Batches(*_listed(nodes, sets, first), delays)


def _listed(nodes: NodeColumns, sets: DisjointSets, first: int | None) -> tuple[array[int], list[array[int]]]:
    """List the sets: those of one record together, and the others in batches, of which the first begins with a set."""
    count = len(nodes)
    several = bytearray(count)
    for index in range(count):
        if (root := sets.find(index)) != index:
            several[index] = several[root] = 1
    apart, batch_of = array("I"), array("I", bytes(4 * count))
    together: list[array[int]] = [array("I")]
    room = _FULL
    if first is not None:
        several[sets.find(first)] = 1
    for index, flags in enumerate(nodes.flags):
        if flags & LEFT_OUT:
            continue
        if not several[index]:
            apart.append(index)
            continue
        root = sets.find(index)
        if root == index and (first is None or root != sets.find(first)):
            if room <= 0:
                together.append(array("I"))
                room = _FULL
            batch_of[index] = len(together) - 1
        together[batch_of[root]].append(index)
        room -= 1
    return apart, together


def _unnamed_streams(of_devices: Iterable[Node], clocks: ClockOffsets) -> Iterator[tuple[int, int]]:
    """Yield between which seconds of the service the streams were opened whose ids their logs do not hold."""
    for node in of_devices:
        if node.opened is not None and is_unnamed_stream(node):
            for item in node.evidence:
                if offset := clocks.at(item, node.opened):
                    yield offset.seconds(node.opened)


class _Seconds:
    """Periods, as one set of times."""

    def __init__(self, periods: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(periods):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, at: int) -> bool:
        place = bisect_right(self._starts, at)
        return bool(place) and at <= self._ends[place - 1]


def _delays(nodes: NodeColumns) -> ClockOffsets:
    """Measure the delays with which entries are created, for devices where a delay may tie entries to streams."""
    entries, streams = set[int](), set[int]()
    for serial, created, named, flags in _with_device(nodes):
        if created != NO_TIME and not flags & STREAM:
            entries.add(serial)
        if created == NO_TIME and named != NO_TIME:
            streams.add(serial)
    concerned = entries & streams
    pairs: dict[int, array[int]] = defaultdict(lambda: array("q"))
    for serial, created, named, flags in _with_device(nodes) if concerned else ():
        if serial in concerned and flags & ENTRY and NO_TIME not in (created, named):
            pairs[serial].extend((created, named))
    names = nodes.serial_names()
    found: list[ClockOffset] = []
    for serial, times in pairs.items():
        both = iter(times)
        found += measure((StreamPair(names[serial], *pair) for pair in zip(both, both, strict=True)), {})
    return ClockOffsets(found)


def _with_device(nodes: NodeColumns) -> Iterator[tuple[int, int, int, int]]:
    columns = zip(nodes.serials, nodes.created, nodes.named, nodes.flags, strict=True)
    return (one for one in columns if one[0])


def _by_creation(nodes: NodeColumns, delays: ClockOffsets) -> Iterator[tuple[int, int]]:
    """Yield pairs of an entry without a stream, and a record that may be of its stream by the delay."""
    names, devices = nodes.serial_names(), {delay.device for delay in delays}
    measured = {number for number, name in enumerate(names) if name in devices}
    if not measured:
        return
    streams: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for index, (serial, named) in enumerate(zip(nodes.serials, nodes.named, strict=True)):
        if serial in measured and named != NO_TIME and nodes.created[index] == NO_TIME:
            streams[serial].append((named, index))
    for listed in streams.values():
        listed.sort()
    for index, (serial, created) in enumerate(zip(nodes.serials, nodes.created, strict=True)):
        if serial in measured and created != NO_TIME and not nodes.flags[index] & STREAM:
            delay = delays.at(names[serial], created)
            if delay is not None:
                start, end = delay.seconds(created)
                listed = streams.get(serial, [])
                for _, other in listed[bisect_left(listed, (start, -1)) : bisect_right(listed, (end, len(nodes)))]:
                    yield index, other
