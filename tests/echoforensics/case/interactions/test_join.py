"""What is joined, by what, and what is not: independent of the order of records and sources."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echoforensics.case.interactions.join import JoinedRecords, join_records
from echoforensics.case.spoken.spoken_record import SpokenRecord

MakeRecord = Callable[..., SpokenRecord]
MakeId = Callable[..., str]


def joined(records: Iterable[SpokenRecord], steps: dict[str, list[int]] | None = None) -> list[JoinedRecords]:
    return list(join_records(records, steps or {}).interactions)


def names(found: Iterable[JoinedRecords]) -> list[set[str]]:
    """The names of the members of each interaction, by their first."""
    sets = [{one.record.rpartition("-")[2] for one in interaction.members} for interaction in found]
    return sorted(sets, key=min)


def strengths(interaction: JoinedRecords) -> dict[str, str]:
    return {one.record.rpartition("-")[2]: str(one.strength) for one in interaction.members}


@pytest.fixture
def whole(record: MakeRecord, stream_id: MakeId, noon: int) -> list[SpokenRecord]:
    """One interaction in a device's log, an account, a list, a phone and two copies of its sound."""
    request, activity = "voice-request:5b483a0e-e823-4a0c-953a-34ba75c", "activity:A1#1#T#S"
    return [
        record("echo:log:wake_word", "word", keys=(request,), times=[("Recorded Time", "device", noon)]),
        record("echo:log:audio_stream", "stream", keys=(request,), utterance_id=stream_id(1)),
        record("alexa:cloud:activity", "entry", utterance_id=stream_id(1, segment=0), keys=(activity,)),
        record("alexa:cloud:card", "card", keys=(activity, "notification:n1"), evidence=("phone",)),
        record("alexa:cloud:listed_url", "list", utterance_id=stream_id(1), keys=("numbered-audio:x#4@2",)),
        record("recording:audio", "sound", keys=("numbered-audio:x#4@2",), sha256="5ound"),
        record("recording:cached", "copy", sha256="5ound", evidence=("phone",)),
        record("alexa:cloud:notification", "alarm", keys=("notification:n1",)),
    ]


def test_every_source_is_joined_each_by_its_strongest_reason(whole: list[SpokenRecord]) -> None:
    (found,) = joined(whole)
    assert strengths(found) == {
        "word": "request id", "stream": "utterance id", "entry": "utterance id", "list": "utterance id",
        "card": "record key", "sound": "record key", "copy": "same bytes", "alarm": "record key",
    }  # fmt: skip
    reasons = {one.record.rpartition("-")[2]: one.reason for one in found.members}
    assert reasons["word"] == ("It shares the voice request 5b483a0e-e823-4a0c-953a-34ba75c with another member.")
    assert reasons["sound"] == "It shares the number 4 with another member."
    assert reasons["copy"] == "It is byte for byte the recording that another member is."
    assert reasons["alarm"] == "Another member names the notification n1, which is this record's."
    assert found.left_open == ()


def test_what_a_program_keeps_as_last_utterance_is_joined_to_the_entry_of_its_moment(record: MakeRecord) -> None:
    entry = record("alexa:cloud:history", "entry", keys=("activity:A1SAMPLE#1704101038009#A2TYPE#G000SAMPLE000001",))
    of_device = record("alexa:cloud:last_called", "log", keys=("activity-time:1704101038009#G001",))
    of_none = record("alexa:cloud:last_called", "state", keys=("activity-time:1704101038009",))
    other = record("alexa:cloud:last_called", "other", keys=("activity-time:1704101038009#G002",))
    assert names(joined([entry, of_device, of_none, other])) == [{"entry", "log", "state"}, {"other"}]


@given(st.randoms(use_true_random=False), st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_the_order_of_records_and_the_split_into_sources_change_nothing(rng: random.Random, split: int) -> None:
    records = made_up()
    expected = join_records(records, {})
    moved = [
        replace(record, evidence=("two",)) if split >> (number % 8) & 1 and record.data_type != "echo:log:near_miss"
        else record
        for number, record in enumerate(records)
    ]  # fmt: skip
    rng.shuffle(moved)
    assert join_records(moved, {}).interactions == expected.interactions


@given(st.lists(st.integers(0, 40), max_size=30))
@settings(max_examples=40, deadline=None)
def test_copies_are_counted_once(again: list[int]) -> None:
    records = made_up()
    copies = [replace(records[number % len(records)], places=2) for number in again]
    assert join_records([*records, *copies], {}).interactions == join_records(records, {}).interactions


def made_up() -> list[SpokenRecord]:
    """Records whose names agree, contradict each other and lead nowhere."""
    rng = random.Random(7)
    records = []
    kinds = ("echo:log:wake_word", "alexa:cloud:activity", "alexa:cloud:card", "recording:audio", "echo:log:near_miss")
    for number in range(60):
        keys = {f"activity:A#{rng.randrange(12)}", f"voice-request:{rng.randrange(14):031}"}
        stream = f"A0SAMPLETYPE1:1.0/2024/03/09/12/S/00:00::T.{rng.randrange(9):08x}-25ba-4ea5-b1c9-bdf4c3ad72d1ZXV"
        records.append(
            SpokenRecord(
                f"REC-{number:03}", rng.choice(kinds), "It says so.", "line:1", f"file{number % 7}", ("one",),
                utterance_id=stream if rng.random() < 0.3 else None,
                keys=tuple(sorted(key for key in keys if rng.random() < 0.5)),
            )
        )  # fmt: skip
    return records


def test_two_streams_are_never_one_whatever_they_share(record: MakeRecord, stream_id: MakeId) -> None:
    found = joined(
        record("alexa:cloud:activity", name, utterance_id=stream_id(number), keys=("activity:A#1",))
        for number, name in enumerate(("one", "two"))
    )
    assert names(found) == [{"one"}, {"two"}]
    sentence = "Another interaction shares the activity A#1; that joined nothing."
    assert [one.left_open for one in found] == [(sentence,), (sentence,)]


def test_a_record_that_could_be_of_two_streams_is_of_none(record: MakeRecord, stream_id: MakeId) -> None:
    found = joined(
        [
            record("alexa:cloud:activity", "a", utterance_id=stream_id(1), keys=("activity:K1",)),
            record("alexa:cloud:activity", "b", utterance_id=stream_id(2), keys=("activity:K2",)),
            record("alexa:cloud:card", "c", keys=("activity:K1", "activity:K2")),
        ]
    )
    assert names(found) == [{"a"}, {"b"}, {"c"}]
    (open_one,) = [one.left_open for one in found if strengths(one).get("c")]
    assert open_one == (
        "It shares the activity K1, the activity K2 with more than one interaction; by that it was joined to none of"
        " them.",
    )


def test_a_chain_that_leads_to_two_streams_is_joined_to_neither(record: MakeRecord, stream_id: MakeId) -> None:
    found = joined(
        [
            record("alexa:cloud:activity", "a", utterance_id=stream_id(1), keys=("activity:K1",)),
            record("alexa:cloud:card", "c", keys=("activity:K1", "activity:K3")),
            record("alexa:cloud:push_message", "d", keys=("activity:K3", "activity:K2")),
            record("alexa:cloud:activity", "b", utterance_id=stream_id(2), keys=("activity:K2",)),
        ]
    )
    assert names(found) == [{"a"}, {"b"}, {"c", "d"}]


def test_a_sound_of_two_utterances_is_joined_to_neither(record: MakeRecord, stream_id: MakeId) -> None:
    records = [
        record("recording:audio", "a", utterance_id=stream_id(1), sha256="same"),
        record("recording:audio", "b", utterance_id=stream_id(2), sha256="same"),
        record("alexa:cloud:activity", "one", utterance_id=stream_id(1)),
        record("alexa:cloud:activity", "two", utterance_id=stream_id(2)),
        record("recording:audio", "c", sha256="same", fields={"channels": 1, "rate_hz": 16000}),
    ]
    found = joined(records)
    assert names(found) == [{"a", "one"}, {"b", "two"}, {"c"}]
    assert all("the same bytes of a recording" in one.left_open[0] for one in found)


def test_an_alarm_that_two_interactions_name_is_of_neither(record: MakeRecord, stream_id: MakeId) -> None:
    found = joined(
        [
            record("alexa:cloud:activity", "set", utterance_id=stream_id(1), keys=("notification:n",)),
            record("alexa:cloud:activity", "cancel", utterance_id=stream_id(2), keys=("notification:n",)),
            record("alexa:cloud:notification", "alarm", keys=("notification:n",)),
        ]
    )
    assert names(found) == [{"cancel"}, {"set"}]
    assert {one.left_open for one in found} == {
        ("Several interactions name the notification n; its records were joined to none.",)
    }


@pytest.mark.parametrize(
    "hostile",
    ["", "null", "1", "0" * 15, "A:1.0/2024/99/99/99/S/99:99::T.zz", "x" * 5000, "\udcff" * 20],
)
def test_an_id_that_is_none_joins_nothing(record: MakeRecord, hostile: str) -> None:
    found = joined(record("alexa:cloud:activity", name, utterance_id=hostile, keys=()) for name in ("a", "b"))
    alike = 16 <= len(hostile) <= 4096
    assert names(found) == ([{"a", "b"}] if alike else [{"a"}, {"b"}])
    assert all(str(one.strength) != "utterance id" for interaction in found for one in interaction.members)


def test_one_key_in_very_many_records_takes_no_longer_than_as_many_keys(record: MakeRecord) -> None:
    records = [record("alexa:cloud:card", f"{number:06}", keys=("activity:K",)) for number in range(3000)]
    (found,) = joined(records)
    assert len(found.members) == 3000


def test_a_list_of_what_was_acquired_ties_no_records_of_one_file(record: MakeRecord, stream_id: MakeId) -> None:
    keys = ("saved-as:58e1.json@1", "content-sha1:31f5")
    found = joined(
        record("alexa:cloud:card", name, utterance_id=stream_id(n), keys=keys) for n, name in enumerate("ab")
    )
    assert names(found) == [{"a"}, {"b"}]
    assert [one.left_open for one in found] == [(), ()]


def test_only_recordings_in_the_form_of_speech_are_interactions_by_themselves(record: MakeRecord) -> None:
    speech = {"channels": 1, "rate_hz": 16000, "duration_us": 3_000_000}
    found = joined(
        [
            record("recording:audio", "speech", sha256="1", fields=speech),
            record("recording:audio", "song", sha256="2", fields={**speech, "channels": 2}),
            record("recording:audio", "long", sha256="3", fields={**speech, "duration_us": 10**9}),
            record("recording:audio", "chime", sha256="4", fields=speech, path="data/earcons/base/on.wav"),
        ]
    )
    assert names(found) == [{"speech"}]
