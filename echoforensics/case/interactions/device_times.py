"""Joins by time: by one clock, or by two clocks whose difference the evidence measures."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from echoforensics.case.interactions.clock_pairs import ClockOffsets, StreamPair, measure
from echoforensics.case.interactions.groups import DisjointSets
from echoforensics.case.interactions.node import Node
from echoforensics.case.spoken.spoken_record import SAME_WAKE_WORD, SECOND, Role, Witness

#: Maximum length of a stream in a log: a stream that contains a time begins at most this long before it.
_LONGEST_STREAM = 180 * SECOND
#: A stream that begins farther from a time than this cannot contain it; a cheap test before parsing it.
NEAR_STREAM = _LONGEST_STREAM + 20 * SECOND
#: With fewer entries, the time that the service takes to create one is unknown.
FEWEST_DELAYS = 5
#: Only a device's own log uses its own clock.
_HEARD = (Role.NEAR_MISS, Role.WAKE_WORD)


class TimeTie(NamedTuple):
    """A possible join by time of two groups, given by a member of each. ``reason`` is one sentence on the first."""

    free: int
    anchor: int
    reason: str


class _TimeSpan(NamedTuple):
    start: int
    end: int
    member: int


def in_streams(nodes: Sequence[Node], sets: DisjointSets) -> Iterator[TimeTie]:
    """Tie near misses and wake words, for which the log shows no stream, to a stream of the same file.

    They are tied to a stream whose audio contains their time, by the file's own clock.
    """
    streams = _by_file(nodes, [n for n, node in enumerate(nodes) if node.opened is not None])
    for file, spans in _by_file(nodes, _without_stream(nodes, sets)).items():
        held = streams.get(file, [])
        starts = [stream.start for stream in held]
        for span in spans:
            first = bisect_left(starts, span.start - _LONGEST_STREAM)
            for stream in held[first : bisect_right(starts, span.end)]:
                if stream.end >= span.start:
                    reason = "By the clock of the same file, its time is within that of the audio stream."
                    yield TimeTie(span.member, stream.member, reason)


def repeated_words(nodes: Sequence[Node], sets: DisjointSets) -> Iterator[TimeTie]:
    """Tie wake words without a stream to the first one within a second, in one file."""
    words = [number for number in _without_stream(nodes, sets) if nodes[number].role is Role.WAKE_WORD]
    for spans in _by_file(nodes, words).values():
        first = spans[0]
        for span in spans[1:]:
            if span.start - first.start <= SAME_WAKE_WORD:
                reason = "By the clock of the same file, it is within a second of another."
                yield TimeTie(span.member, first.member, reason)
            else:
                first = span


def _without_stream(nodes: Sequence[Node], sets: DisjointSets) -> list[int]:
    """Near misses and wake words in groups without other records of a device."""
    heard = [number for number, node in enumerate(nodes) if node.role in _HEARD]
    if not heard:
        return []
    held = {sets.find(number) for number, node in enumerate(nodes) if node.role is Role.DEVICE}
    return [number for number in heard if sets.find(number) not in held]


def _by_file(nodes: Sequence[Node], members: Iterable[int]) -> dict[str, list[_TimeSpan]]:
    """The time spans of members by file, each list by time; members without a time are left out."""
    found: dict[str, list[_TimeSpan]] = defaultdict(list)
    for number in members:
        node = nodes[number]
        if node.source is Witness.DEVICE and node.start is not None and node.end is not None:
            found[node.sha256].append(_TimeSpan(node.start, node.end, number))
    for spans in found.values():
        spans.sort(key=lambda span: (span.start, span.member))
    return found


def clock_pairs(nodes: Iterable[Node]) -> Iterator[StreamPair]:
    """Yield pairs of the device's and the service's time from the streams of its log, for each evidence item."""
    for node in nodes:
        if node.source is Witness.DEVICE and node.opened is not None and node.named_at is not None:
            for item in node.evidence:
                yield StreamPair(item, node.opened, node.named_at)


def measured_clocks(nodes: Sequence[Node], steps: Mapping[str, Sequence[int]]) -> ClockOffsets:
    """Measure the clock offsets of the devices whose logs the evidence items hold."""
    return measure(clock_pairs(nodes), steps)


def two_clocks(nodes: Sequence[Node], sets: DisjointSets, clocks: ClockOffsets) -> Iterator[TimeTie]:
    """Tie streams without an id in the device's log to entries of the account, by the measured clock.

    The device of an evidence item is known if streams and entries with the same id show it, and all of
    them name one serial number.
    """
    unnamed = [
        (number, node.opened)
        for number, node in enumerate(nodes)
        if node.opened is not None and node.source is Witness.DEVICE and not node.names.stream
    ]
    if not unnamed:
        return
    named = {sets.find(number) for number, node in enumerate(nodes) if node.names.stream}
    serials = serials_of_items(nodes, sets)
    devices = {sets.find(number) for number, node in enumerate(nodes) if node.source is Witness.DEVICE}
    entries: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, node in enumerate(nodes):
        if node.role is Role.ENTRY and node.named_at is not None and sets.find(number) not in devices:
            entries[node.serial].append((node.named_at, sets.find(number)))
    for listed in entries.values():
        listed.sort()
    for number, opened in unnamed:
        if sets.find(number) in named:
            continue
        for item in nodes[number].evidence:
            offset = clocks.at(item, opened)
            serial = serials.get(item)
            if offset is None or not serial:
                continue
            start, end = offset.seconds(opened)
            listed = entries.get(serial, [])
            first = bisect_left(listed, (start, -1))
            reason = (
                f"Its time is that of the account's entry, within the error measured of the device's clock: between"
                f" {offset.least / 1e6:+.3f} and {offset.most / 1e6:+.3f} s, by {offset.pairs} pairs."
            )
            for _, root in listed[first : bisect_right(listed, (end, len(nodes)))]:
                yield TimeTie(number, root, reason)


def creation_delays(nodes: Iterable[Node]) -> ClockOffsets:
    """Measure, by serial number, how much later than the request the service creates an entry.

    Both times are the service's: the second of the request, and the creation of the entry. They are measured from
    the entries that hold both.
    """
    return measure(
        (
            StreamPair(node.serial, node.created, node.named_at)
            for node in nodes
            if node.role is Role.ENTRY and node.serial and node.created is not None and node.named_at is not None
        ),
        {},
    )


def by_creation(nodes: Sequence[Node], sets: DisjointSets, measured: ClockOffsets | None = None) -> Iterator[TimeTie]:
    """Tie streams without a known entry to entries without a known stream, of one device.

    Args:
        nodes: the records.
        sets: the groups so far.
        measured: the delays of :func:`creation_delays`, if these are not all records that they are measured from.
    """
    unnamed = [(n, node.created) for n, node in enumerate(nodes) if node.created is not None and not node.names.stream]
    if not unnamed:
        return
    delays = creation_delays(nodes) if measured is None else measured
    with_stream = {sets.find(number) for number, node in enumerate(nodes) if node.names.stream}
    with_entry = {sets.find(number) for number, node in enumerate(nodes) if node.created is not None}
    streams: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for number, node in enumerate(nodes):
        if node.named_at is not None and node.serial and sets.find(number) not in with_entry:
            streams[node.serial].add((node.named_at, sets.find(number)))
    listed = {serial: sorted(found) for serial, found in streams.items()}
    for number, created in unnamed:
        if sets.find(number) in with_stream:
            continue
        serial = nodes[number].serial
        delay, found = delays.at(serial, created), listed.get(serial, [])
        if delay is None or delay.pairs < FEWEST_DELAYS:
            continue
        start, end = delay.seconds(created)
        for at, root in found[bisect_left(found, (start, -1)) : bisect_right(found, (end, len(nodes)))]:
            most = (created - at) / 1e6
            reason = (
                f"The service created the entry {max(0.0, most - 1):.1f} to {most:.1f} s after the request (its time is"
                f" cut off to a second); by {delay.pairs} entries of the same device this takes up to"
                f" {delay.most / 1e6:.1f} s."
            )
            yield TimeTie(number, root, reason)


def serials_of_items(nodes: Sequence[Node], sets: DisjointSets) -> dict[str, str]:
    """By evidence item, the serial number of the device whose log it holds, if all joined entries name the same one."""
    items: dict[int, set[str]] = defaultdict(set)
    for number, node in enumerate(nodes):
        if node.source is Witness.DEVICE and node.names.stream:
            items[sets.find(number)].update(node.evidence)
    found: dict[str, set[str]] = defaultdict(set)
    for number, node in enumerate(nodes):
        if node.serial and (held := items.get(sets.find(number))):
            for item in held:
                found[item].add(node.serial)
    return {item: serials.pop() for item, serials in found.items() if len(serials) == 1}


def unambiguous(ties: Iterable[TimeTie], sets: DisjointSets, *, both: bool) -> tuple[list[TimeTie], list[TimeTie]]:
    """Split ties into the unambiguous ones and the others. The others join nothing.

    Args:
        ties: in any order.
        sets: the groups so far.
        both: whether the anchor must have no other tie either.
    """
    listed = list(dict.fromkeys(ties))
    partners: dict[int, set[int]] = defaultdict(set)
    for tie in listed:
        free, anchor = sets.find(tie.free), sets.find(tie.anchor)
        partners[free].add(anchor)
        if both:
            partners[anchor].add(free)
    sure: list[TimeTie] = []
    unsure: list[TimeTie] = []
    for tie in listed:
        one = len(partners[sets.find(tie.free)]) == 1 and (not both or len(partners[sets.find(tie.anchor)]) == 1)
        (sure if one else unsure).append(tie)
    return sure, unsure
