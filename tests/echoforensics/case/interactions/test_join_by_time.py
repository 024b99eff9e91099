"""Joining by time: by one clock, or by two whose difference is measured from the evidence; else nothing is joined."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from echoforensics.case.interactions.clock_pairs import StreamPair, measure
from echoforensics.case.interactions.join import JoinedRecords, join_records
from echoforensics.case.spoken.spoken_record import SpokenRecord

MakeRecord = Callable[..., SpokenRecord]
MakeId = Callable[..., str]
MakeStream = Callable[..., SpokenRecord]

SECOND = 1_000_000
#: By so much the device's clock is ahead in these tests.
AHEAD = 40 * SECOND


def groups(records: list[SpokenRecord], steps: dict[str, list[int]] | None = None) -> list[set[str]]:
    found = join_records(records, steps or {}).interactions
    return sorted(({one.record.rpartition("-")[2] for one in each.members} for each in found), key=min)


def with_member(records: list[SpokenRecord], name: str) -> JoinedRecords:
    found = join_records(records, {}).interactions
    return next(each for each in found if any(one.record.endswith(f"-{name}") for one in each.members))


@pytest.fixture
def stream(record: MakeRecord, stream_id: MakeId, noon: int) -> MakeStream:
    """A stream of the device's log, by a clock that is 40 s ahead; ``named`` says whether the log gives its id."""

    def make(name: str, number: int, seconds: float, *, named: bool = True) -> SpokenRecord:
        at = noon + int(seconds * SECOND) + AHEAD
        return record(
            "echo:log:audio_stream", name, sha256="log",
            utterance_id=stream_id(number, int(seconds), serial="DEVICE_UNSPECIFIED") if named else None,
            keys=(f"voice-request:{name:0>31}",),
            times=[("Connection Established", "device", at), ("End Time", "device", at + 3 * SECOND)],
        )  # fmt: skip

    return make


@pytest.fixture
def entry(record: MakeRecord, stream_id: MakeId) -> MakeStream:
    """An entry of the account, which names the device."""

    def make(name: str, number: int, seconds: int) -> SpokenRecord:
        return record(
            "alexa:cloud:activity", name, utterance_id=stream_id(number, seconds), evidence=("cloud",),
            device_serial="G000SAMPLE000001", sha256="cloud",
        )  # fmt: skip

    return make


@pytest.fixture
def pairs(stream: MakeStream, entry: MakeStream) -> list[SpokenRecord]:
    """Three interactions that both sides name: they measure the clock, and say which device it is."""
    times = (10.2, 70.6, 130.4)
    return [made for n, at in enumerate(times) for made in (stream(f"s{n}", n, at), entry(f"e{n}", n, int(at)))]


def test_a_stream_without_an_id_is_joined_within_the_measured_error(
    pairs: list[SpokenRecord], stream: MakeStream, entry: MakeStream
) -> None:
    records = [*pairs, stream("lost", 9, 300.5, named=False), entry("found", 9, 300)]
    assert groups(records) == [{"e0", "s0"}, {"e1", "s1"}, {"e2", "s2"}, {"found", "lost"}]
    found = with_member(records, "lost")
    by_name = {one.record.rpartition("-")[2]: one for one in found.members}
    assert str(by_name["lost"].strength) == "time"
    assert by_name["lost"].reason == (
        "Its time is that of the account's entry, within the error measured of the device's clock: between +39.200 and"
        " +40.600 s, by 3 pairs."
    )


def test_without_pairs_nothing_is_joined_by_two_clocks(stream: MakeStream, entry: MakeStream) -> None:
    assert groups([stream("lost", 9, 300.5, named=False), entry("e", 9, 300)]) == [{"e"}, {"lost"}]


def test_with_two_answers_nothing_is_joined_and_that_is_recorded(
    pairs: list[SpokenRecord], stream: MakeStream, entry: MakeStream
) -> None:
    records = [*pairs, stream("lost", 9, 300.5, named=False), entry("f", 9, 300), entry("g", 8, 301)]
    assert {"lost"} in groups(records)
    assert with_member(records, "lost").left_open == (
        "By its time it could be of more than one interaction; by that it was joined to none.",
    )


def test_no_offset_is_carried_over_a_change_of_the_clock(
    pairs: list[SpokenRecord], stream: MakeStream, entry: MakeStream, noon: int
) -> None:
    records = [*pairs, stream("lost", 9, 300.5, named=False), entry("f", 9, 300)]
    assert {"lost"} in groups(records, {"one": [noon + AHEAD + 200 * SECOND]})


def test_a_near_miss_within_the_audio_of_a_stream_belongs_to_it(
    record: MakeRecord, stream: MakeStream, noon: int
) -> None:
    def miss(name: str, seconds: int, file: str = "log") -> SpokenRecord:
        times = [("Recorded Time", "device", noon + AHEAD + seconds * SECOND, SECOND)]
        return record("echo:log:near_miss", name, sha256=file, times=times)

    records = [stream("s", 1, 10.2), miss("during", 11), miss("long-before", 2), miss("elsewhere", 11, "other")]
    assert groups(records) == [{"before"}, {"during", "s"}, {"elsewhere"}]
    reasons = {one.record: one.reason for one in with_member(records, "during").members}
    assert reasons["REC-echo:log:near_miss-during"] == (
        "By the clock of the same file, its time is within that of the audio stream."
    )


def test_a_near_miss_that_points_to_a_line_of_a_stream_belongs_to_it(record: MakeRecord) -> None:
    records = [
        record("echo:log:near_miss", "miss", fields={"stream_line": 17}, sha256="log"),
        record("echo:log:audio_stream", "stream", fields={"lines": [16, 17]}, keys=("voice-request:1",), sha256="log"),
        record("echo:log:near_miss", "other", fields={"stream_line": 17}, sha256="log2"),
    ]  # fmt: skip
    assert groups(records) == [{"miss", "stream"}, {"other"}]


def test_wake_words_within_a_second_in_one_file_are_one(record: MakeRecord, noon: int) -> None:
    words = [
        record("echo:avs:wake_word", name, sha256=file, times=[("Recorded Time", "device", noon + at)])
        for name, at, file in (("a", 0, "x"), ("b", 900_000, "x"), ("c", 1_800_000, "x"), ("d", 0, "y"))
    ]
    assert groups(words) == [{"a", "b"}, {"c"}, {"d"}]


def test_an_entry_of_which_only_the_key_is_known_joins_the_stream_of_which_no_entry_is(
    record: MakeRecord, stream_id: MakeId, noon: int
) -> None:
    def whole(number: int, delay: int) -> SpokenRecord:
        times = [("Creation Time", "cloud", noon + number * 60 * SECOND + delay)]
        return record(
            "alexa:cloud:activity", f"w{number}", utterance_id=stream_id(number, number * 60), times=times,
            device_serial="G000SAMPLE000001", keys=(f"activity:k{number}",),
        )  # fmt: skip

    def listed(name: str, seconds: float) -> SpokenRecord:
        key = f"activity:A0CUSTOMER01#{noon // 1000 + int(seconds * 1000)}#A0SAMPLETYPE1#G000SAMPLE000001"
        return record("alexa:cloud:listed_url", name, keys=(key,))

    known = [whole(number, 1_200_000 + number * 500_000) for number in range(5)]
    sound = record("alexa:cloud:listed_url", "sound", utterance_id=stream_id(77, 1000))
    found = groups([*known, sound, listed("near", 1003.1), listed("far", 1100)])
    assert {"near", "sound"} in found
    assert {"far"} in found
    assert {"sound"} in groups([*known[:4], sound, listed("near", 1003.1)]), "four entries measure nothing"
    assert {"sound"} in groups([*known, sound, listed("near", 1003.1), listed("also", 1002.1)])


def test_the_offset_is_bounded_by_what_was_cut_off_the_reference() -> None:
    found = measure([StreamPair("d", 10_300_000, 10_000_000), StreamPair("d", 20_900_000, 20_000_000)], {})
    (offset,) = found
    assert (offset.least, offset.most, offset.offset, offset.pairs) == (-700_000, 900_000, -200_000, 2)
    assert offset.spread == 1_600_000
    assert found.at("d", 5) is offset
    assert found.at("e", 5) is None
    assert offset.sentence == (
        "The clock of d was 0.200 s behind the service's, by 2 pairs; they say between -0.700 and +0.900 s."
    )


def test_one_pair_and_equal_pairs_measure_nothing() -> None:
    pair = StreamPair("d", 10_300_000, 10_000_000)
    assert list(measure([pair, pair], {})) == []


def test_periods_end_where_the_clock_was_set() -> None:
    pairs = [StreamPair("d", at * SECOND, at * SECOND) for at in (10, 20, 110, 120, 210)]
    found = list(measure(pairs, {"d": [100 * SECOND, 200 * SECOND]}))
    assert [(one.start, one.end, one.pairs) for one in found] == [
        (None, 100 * SECOND, 2), (100 * SECOND, 200 * SECOND, 2),
    ]  # fmt: skip
