"""Records joined in batches are joined as if all had been compared with each other."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence

import pytest

from echoforensics.case.interactions import batches, node_columns
from echoforensics.case.interactions.batches import divide
from echoforensics.case.interactions.device_times import measured_clocks
from echoforensics.case.interactions.interaction_context import Couplings
from echoforensics.case.interactions.join import ALONE_REASON, JoinedRecords, Membership, join_records
from echoforensics.case.interactions.node import Node, nodes_of
from echoforensics.case.interactions.node_columns import ALONE, DEVICE, NodeColumns
from echoforensics.case.interactions.start import start_of_nodes
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.spoken_record import SpokenRecord, Witness

MakeRecord = Callable[..., SpokenRecord]
MakeId = Callable[..., str]

SECOND = 1_000_000
SERIALS = ("G000SAMPLE000001", "G000SAMPLE000002")
DATE = "2024/03/09/12"


def columns(nodes: Sequence[Node]) -> NodeColumns:
    found = NodeColumns()
    for node in nodes:
        found.add(node)
    return found


def joined_in_batches(nodes: Sequence[Node], sizes: list[int]) -> list[JoinedRecords]:
    """The interactions of records that are joined in batches; notes how many records each had, those apart first."""
    listed = columns(nodes)
    of_devices = [node for node, flags in zip(nodes, listed.flags, strict=True) if flags & DEVICE]
    assert of_devices == [node for node in nodes if node.source is Witness.DEVICE]
    found = divide(listed, of_devices, measured_clocks(of_devices, {}))
    assert sorted([*found.apart, *(one for batch in found.together for one in batch)]) == list(range(len(nodes)))
    sizes += [len(found.apart), *map(len, found.together)]
    of_one = Strength.ALONE
    joined = [
        JoinedRecords((Membership(nodes[one].record, ALONE_REASON, of_one),), ())
        for one in found.apart
        if listed.flags[one] & ALONE
    ]
    for batch in found.together:
        joined += join_records((), {}, [nodes[one] for one in batch], found.delays).interactions
    return sorted(joined, key=lambda one: one.members[0].record)


class MadeUp:
    """Records of two devices and an account, some of which only times tie together."""

    def __init__(self, rng: random.Random, noon: int, record: MakeRecord, stream_id: MakeId) -> None:
        self.rng, self.noon, self.record, self.stream_id = rng, noon, record, stream_id
        self.records: list[SpokenRecord] = []

    def add(self, data_type: str, **given: object) -> None:
        number = len(self.records) + 1
        self.records.append(self.record(data_type, f"{self.rng.randrange(10**6)}-{number}", number=number, **given))

    def time(self, number: int, words: tuple[str, str], after: float = 0.0) -> tuple[str, str, int]:
        return (*words, self.noon + int((number * 60 + after) * SECOND))

    def heard(self, number: int, device: int) -> None:
        """Add what a device's log has of a request: its clock is 40 s ahead, and some streams are without their id."""
        of_device = {"sha256": f"log{device}", "evidence": (f"device{device}",)}
        named = self.rng.random() < 0.7
        # The id in the log has no serial number; account entries of the same streams give it.
        stated = self.stream_id(number, number * 60, serial="DEVICE_UNSPECIFIED") if named else None
        opened = self.time(number, ("Connection Established", "device"), 40.2)
        end = self.time(number, ("End Time", "device"), 43)
        request = (f"voice-request:{number:031}",) if self.rng.random() < 0.5 else ()
        self.add("echo:log:audio_stream", utterance_id=stated, times=[opened, end], keys=request, **of_device)
        for kind, keys in (("echo:log:wake_word", request), ("echo:log:near_miss", ())):
            if self.rng.random() < 0.5:
                after = self.rng.choice((40.5, 40.9, 42, 50, 70))
                self.add(kind, times=[self.time(number, ("Recorded Time", "device"), after)], keys=keys, **of_device)

    def answered(self, number: int, device: int) -> None:
        """Add what the account has of it; some entries do not name the stream, and some are only in a list."""
        serial = SERIALS[device]
        stream = self.stream_id(number, number * 60, serial=serial)
        created = (self.noon + number * 60 * SECOND) // 1000 + self.rng.choice((1500, 2500, 3500))
        key = f"activity:A1SAMPLE#{created}#A0SAMPLETYPE1#{serial}"
        kind = self.rng.random()
        times = [("Creation Time", "cloud", created * 1000)]
        if kind < 0.6:
            keys = (key,) if self.rng.random() < 0.8 else (key, "notification:n1")
            self.add("alexa:cloud:activity", utterance_id=stream, keys=keys, times=times, sha256="cloud",
                     evidence=("cloud",), device_serial=serial, transcript="x")  # fmt: skip
        elif kind < 0.8:
            self.add("alexa:cloud:activity", keys=(key,), times=times, sha256="cloud", evidence=("cloud",),
                     device_serial=serial)  # fmt: skip
            self.add("alexa:cloud:listed_url", utterance_id=stream, sha256="list", evidence=("list",))
        else:
            self.add("alexa:cloud:export_utterance", transcript="x", times=times, sha256="csv", evidence=("cloud",))
        if self.rng.random() < 0.2:
            self.add("alexa:cloud:card", keys=(key,), sha256="cards", evidence=("phone",), exhibit="")
        if self.rng.random() < 0.2:
            stated = self.stream_id(self.rng.randrange(60), 5) if self.rng.random() < 0.5 else None
            self.add("recording:audio", sha256=f"sound{self.rng.randrange(9)}", evidence=("phone",),
                     utterance_id=stated)  # fmt: skip
        if self.rng.random() < 0.1:
            self.add("alexa:cloud:notification", keys=(f"notification:n{self.rng.randrange(3)}",))


@pytest.mark.parametrize("full", [1, 30])
def test_what_is_joined_does_not_depend_on_batches(
    full: int, record: MakeRecord, stream_id: MakeId, noon: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_FULL", full)
    strengths: Counter[str] = Counter()
    by_time: set[str] = set()
    sizes: list[int] = []
    for seed in range(18):
        made = MadeUp(random.Random(seed), noon, record, stream_id)
        for number in range(55):
            device = made.rng.randrange(2)
            if made.rng.random() < (0.0, 0.3, 0.9)[seed % 3]:
                made.heard(number, device)
            if made.rng.random() < 0.8:
                made.answered(number, device)
        made.rng.shuffle(made.records)
        nodes = nodes_of(made.records)
        expected = sorted(join_records(made.records, {}).interactions, key=lambda one: one.members[0].record)
        assert joined_in_batches(nodes, sizes) == expected
        members = [member for one in expected for member in one.members]
        strengths.update(member.strength for member in members)
        by_time.update(" ".join(one.reason.split()[:4]) for one in members if one.strength is Strength.TIME)
        counted = Couplings.of_nodes(nodes)
        assert columns(nodes).couplings() == Couplings(counted.without_stream, counted.delays)
    assert strengths.keys() == {*Strength}
    assert by_time >= {"By the clock of", "Its time is that", "The service created the"}
    assert sum(size > 0 for size in sizes) > 40, "they were divided"


def test_names_with_the_same_hash_join_nothing(
    record: MakeRecord, stream_id: MakeId, monkeypatch: pytest.MonkeyPatch
) -> None:
    entries = [record("alexa:cloud:activity", f"{n}", utterance_id=stream_id(n), number=n) for n in range(1, 6)]
    pair = [record("alexa:cloud:card", "card", utterance_id=stream_id(3), number=6)]
    nodes = nodes_of([*entries, *pair])
    sizes: list[int] = []
    expected = joined_in_batches(nodes, sizes)
    assert sizes == [4, 2]
    monkeypatch.setattr(node_columns, "hash", lambda _: 5, raising=False)
    assert joined_in_batches(nodes, sizes) == expected
    assert sizes[2:] == [0, 6]
    assert sorted(len(one.members) for one in expected) == [1, 1, 1, 1, 2]


def test_columns_have_what_nodes_have(record: MakeRecord, stream_id: MakeId, noon: int) -> None:
    records = [
        record("alexa:cloud:activity", "a", utterance_id=stream_id(1), number=3),
        record("alexa:cloud:activity", "b", times=[("Start Time", "cloud", noon)], number=5),
        record("alexa:cloud:card", "c", keys=("activity:A1SAMPLE#1704101038009#A2TYPE#G000SAMPLE000001",), number=8),
        record("recording:audio", "d", fields={"channels": 1, "rate_hz": 16_000}, number=9),
    ]
    nodes = nodes_of(records)
    found = columns(nodes)
    assert [found.start(index) for index in range(4)] == [start_of_nodes([node]) for node in nodes]
    assert [found.start(index) for index in range(4)] == [noon, noon, 1_704_101_038_009_000, None]
    assert list(found.numbers) == [3, 5, 8, 9]
    assert [found.serial_names()[serial] for serial in found.serials] == [node.serial for node in nodes]
    found.leave_out(iter((5, 7)))
    assert [number for number in range(12) if number in found] == [3, 8, 9]
    assert sorted(found.whole) == [3, 8, 9]
    apart = divide(found, [], measured_clocks([], {})).apart
    assert [found.numbers[index] for index in apart] == [3, 8, 9]
