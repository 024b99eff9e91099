"""What an interaction says: when, what was recognised, what was answered, and where its records do not agree."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from echoforensics.case.interactions.clock_pairs import ClockOffsets, StreamPair, measure
from echoforensics.case.interactions.describe import describe
from echoforensics.case.interactions.join import Membership
from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.interaction import CaseInteraction
from echoforensics.case.spoken.spoken_record import SpokenRecord

MakeRecord = Callable[..., SpokenRecord]
MakeId = Callable[..., str]

SECOND = 1_000_000
DISCARDED = "DISCARDED_NON_DEVICE_DIRECTED_INTENT"


def described(*records: SpokenRecord, clocks: ClockOffsets | None = None, account_held: bool = True) -> CaseInteraction:
    members = [(one, Membership(one.record, "Because.", Strength.UTTERANCE_ID)) for one in records]
    names = {"G000SAMPLE000001": "Kitchen"}
    return describe(
        "IN-0000001", members, (), clocks or ClockOffsets([]), names, {"log": "G1"}, account_held=account_held
    )


@pytest.fixture
def word(record: MakeRecord, stream_id: MakeId, noon: int) -> SpokenRecord:
    return record(
        "echo:log:wake_word", "word", utterance_id=stream_id(1), times=[("Recorded Time", "device", noon + 700_000)],
        fields={"classifier_score": "2.1", "active_threshold": "0.1"},
    )  # fmt: skip


def test_the_whole_of_an_interaction(record: MakeRecord, stream_id: MakeId, word: SpokenRecord) -> None:
    serial = "G000SAMPLE000001"
    records = [
        record("alexa:cloud:activity", "two", utterance_id=stream_id(1, segment=1), transcript="turn off tv",
               device_serial=serial, device_type="T", fields={"status": "SUCCESS"}),
        record("alexa:cloud:activity", "one", utterance_id=stream_id(1, segment=0), transcript="alexa",
               device_serial=serial, fields={"status": "SUCCESS", "domain_attributes": "WAKE_WORD_ONLY"}),
        record("alexa:cloud:answer", "answer", utterance_id=stream_id(1, segment=1), device_serial=serial,
               fields={"answer_text": "OK", "skillName": "TV Remote"}),
        word,
        record("echo:log:audio_stream", "stream", utterance_id=stream_id(1), fields={"send_status": "success"}),
        record("echo:log:answer", "played", utterance_id=stream_id(1)),
        record("recording:audio", "sound", utterance_id=stream_id(1), sha256="50", fields={"duration_us": 3}),
    ]  # fmt: skip
    found = described(*records)
    assert found.sentence == (
        '2024-03-09 12:00:00 UTC (give or take 1.0 s), device G000SAMPLE000001 ("Kitchen"): the device\'s record says'
        " that it accepted a wake word and sent sound to the service; the text that the service stored is"
        ' "alexa / turn off tv", with the status SUCCESS, WAKE_WORD_ONLY; the device\'s record says that an answer was'
        ' played; a record gives as Alexa\'s answer "OK"; 1 recording of it is in the case.'
    )
    assert found.transcript == "alexa / turn off tv"
    assert found.answers[0].origin == 'The record gives it as the answer, with the skill "TV Remote".'
    assert (found.recordings, found.sources) == (("50",), ("account", "device", "sound"))
    assert [member.source for member in found.members] == ["device"] * 3 + ["account"] * 3 + ["sound"]
    assert found.unintended is None, "a wake word in a segment of its own is no sign where a request follows"
    assert found.contradictions == ()


def test_the_start_is_the_ids_second_else_the_devices_else_the_entrys(
    record: MakeRecord, word: SpokenRecord, noon: int
) -> None:
    by_id = described(word)
    assert (by_id.start, by_id.uncertainty) == (noon, SECOND)
    miss = record("echo:log:near_miss", times=[("Recorded Time", "device", noon + 5, SECOND)])
    unmeasured = described(miss)
    assert (unmeasured.start, unmeasured.uncertainty) == (noon + 5, None)
    assert unmeasured.start_basis == (
        "The time of the near miss, by the device's clock; no pair of times in the case measures that clock."
    )
    clocks = measure([StreamPair("one", noon + at, noon) for at in (300_000, 500_000)], {})
    measured = described(miss, clocks=clocks)
    assert (measured.start, measured.uncertainty) == (noon + 5, SECOND + 700_000)
    key = f"activity:A0CUSTOMER01#{noon // 1000}#A0SAMPLETYPE1#G000SAMPLE000001"
    asked = [("Recorded Time", "phone", noon - 10**9)]
    listed = described(record("alexa:app:acquired_file", keys=(key,), times=asked))
    assert (listed.start, listed.uncertainty, listed.devices[0].serial) == (noon, None, "G000SAMPLE000001")
    assert described(record("alexa:cloud:export_utterance", transcript="x")).start is None


def test_a_plan_is_no_start(record: MakeRecord, noon: int) -> None:
    found = described(
        record("alexa:cloud:export_utterance", transcript="x", times=[("Creation Time", "cloud", noon)]),
        record("alexa:cloud:notification", "n", times=[("Scheduled to start", "cloud", noon - SECOND)]),
    )
    assert found.start == noon
    assert "1 record of what followed it" in found.sentence


def test_different_texts_and_statuses_are_shown_beside_each_other(record: MakeRecord, stream_id: MakeId) -> None:
    def entry(name: str, text: str, status: str, segment: int = 1) -> SpokenRecord:
        fields = {"status": status}
        return record("alexa:cloud:activity", name, utterance_id=stream_id(1, segment=segment), transcript=text,
                      fields=fields)  # fmt: skip

    found = described(
        entry("a", "turn on", "SUCCESS"), entry("b", "Turn off.", "FAULT"), entry("c", "alexa", "SUCCESS", 0)
    )
    texts, statuses = found.contradictions
    assert texts.what == "The records give different texts for segment 1 of the stream."
    assert [(side.exhibit, side.says) for side in texts.sides] == [
        ("EF-a", 'The record says: the text "turn on".'), ("EF-b", 'The record says: the text "Turn off.".'),
    ]  # fmt: skip
    assert statuses.what == "The records give different statuses for one utterance id."
    agree = described(entry("a", "Turn on!", "SUCCESS"), entry("b", "turn on", "SUCCESS"))
    assert agree.contradictions == ()


def test_an_accepted_wake_word_beside_a_discarded_entry(
    record: MakeRecord, stream_id: MakeId, word: SpokenRecord
) -> None:
    played = record("echo:log:answer", "played", utterance_id=stream_id(1))
    entry = record("alexa:cloud:activity", "e", utterance_id=stream_id(1), transcript="", fields={"status": DISCARDED})
    found = described(word, played, entry)
    assert [one.what for one in found.contradictions] == [
        "The device's record says that it accepted a wake word; the account's says that nothing was asked of it.",
        "An answer was played, by the device's record, to what the account's record discarded.",
    ]
    assert found.unintended is not None
    assert found.unintended.signs == ("discarded",)
    assert [one.says for one in found.unintended.speaks_for] == [f"The record says: the status is {DISCARDED}."]
    assert [one.says for one in found.unintended.speaks_against] == [
        "The record says: the detector accepted the wake word (classifier score 2.1, threshold 0.1).",
        "The record says: the device played an answer.",
        "The service can take what was said to the device for something that was not.",
    ]


def test_a_list_speaks_against_a_sign_only_where_there_is_no_entry(record: MakeRecord, stream_id: MakeId) -> None:
    listed = record("alexa:cloud:listed_url", "l", utterance_id=stream_id(1))
    sound = record("recording:audio", "s", utterance_id=stream_id(1), sha256="50", fields={"duration_us": 3})
    entry = record("alexa:cloud:activity", "e", utterance_id=stream_id(1), transcript="", fields={"status": DISCARDED})
    alone, beside = described(listed, sound).unintended, described(listed, sound, entry).unintended
    assert alone is not None
    assert beside is not None
    assert (alone.signs, beside.signs) == (("recording without entry",), ("discarded",))
    assert [one.exhibit for one in alone.speaks_against] == ["EF-l", ""]
    assert [one.exhibit for one in beside.speaks_against] == [""]


def test_a_recording_longer_than_what_was_sent(record: MakeRecord, stream_id: MakeId) -> None:
    stream = record("echo:log:audio_stream", "s", utterance_id=stream_id(1), fields={"audio_ms": 3840})
    sound = record("recording:audio", "r", utterance_id=stream_id(1), fields={"duration_us": 5_560_000})
    (found,) = described(stream, sound).contradictions
    assert [side.says for side in found.sides] == [
        "The record says: the stream holds 3.840 s of audio.", "The record says: the recording lasts 5.560 s.",
    ]  # fmt: skip
    assert described(stream, record("recording:audio", fields={"duration_us": 4_000_000})).contradictions == ()


def test_two_devices_and_a_clock_that_is_far_off(record: MakeRecord, stream_id: MakeId, noon: int) -> None:
    times = [("Connection Established", "device", noon + 60 * SECOND)]
    stream = record("echo:log:audio_stream", utterance_id=stream_id(1), times=times, device_serial="G1")
    other = record("alexa:cloud:activity", utterance_id=stream_id(1), device_serial="G2")
    assert [one.what for one in described(stream, other).contradictions] == [
        "The device's clock and the service's differ.", "The records name different devices.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data_type", "given", "sign"),
    [
        ("echo:log:near_miss", {}, "near miss"),
        ("alexa:cloud:history", {"fields": {"utteranceType": "NO_EXPRESSED_INTENT"}}, "no expressed intent"),
        ("alexa:cloud:history", {"fields": {"utteranceType": "WAKE_WORD_ONLY"}}, "wake word only"),
        ("alexa:cloud:activity", {"transcript": "Alexa"}, "wake word only"),
        ("alexa:cloud:activity", {"fields": {"status": DISCARDED}}, "discarded"),
        ("alexa:cloud:export_utterance", {"transcript": "what a day"}, "text without wake word"),
        ("recording:audio", {}, "recording without entry"),
    ],
)
def test_each_sign_that_it_was_not_intended_has_both_sides(
    record: MakeRecord, data_type: str, given: dict[str, object], sign: str
) -> None:
    found = described(record(data_type, "x", **given)).unintended
    assert found is not None
    assert found.signs == (sign,)
    assert [one.exhibit for one in found.speaks_for] == ["EF-x"]
    assert any(not one.exhibit for one in found.speaks_against), "an innocent explanation"


@pytest.mark.parametrize(
    ("data_type", "given"),
    [
        ("alexa:cloud:activity", {"transcript": "alexa what a day"}),
        ("alexa:cloud:activity", {"transcript": ""}),
        ("alexa:cloud:history", {"fields": {"utteranceType": "GENERAL"}}),
    ],
)
def test_an_ordinary_entry_has_no_sign(record: MakeRecord, data_type: str, given: dict[str, object]) -> None:
    assert described(record(data_type, "x", **given)).unintended is None


def test_a_text_after_a_segment_or_typed_needs_no_wake_word(record: MakeRecord, stream_id: MakeId) -> None:
    later = record("alexa:cloud:card", "x", transcript="what a day", utterance_id=stream_id(1, segment=1))
    assert described(later).unintended is None
    typed = stream_id(1).replace("A0SAMPLETYPE1:", "TextClient:")
    assert described(record("alexa:cloud:card", "x", transcript="what a day", utterance_id=typed)).unintended is None


def test_where_the_case_holds_no_account_the_lack_of_an_entry_says_nothing(
    record: MakeRecord, word: SpokenRecord
) -> None:
    assert described(record("recording:audio"), account_held=False).unintended is None
    assert "no entry" not in described(word, account_held=False).sentence
    assert "no entry of an account for it is in the case" in described(word).sentence


def test_the_device_is_that_whose_log_it_is_where_no_record_names_one(record: MakeRecord, word: SpokenRecord) -> None:
    miss = record("echo:log:near_miss", evidence=("log",))
    assert [one.serial for one in described(miss).devices] == ["G1"]
    assert described(record("echo:log:near_miss", evidence=("other",))).devices == ()
    assert described(record("alexa:cloud:export_utterance", transcript="x", evidence=("log",))).devices == ()


def test_a_recording_alone(record: MakeRecord) -> None:
    assert described(record("recording:audio")).sentence == (
        "At a time that no record holds: the case holds a recording and no entry of an account for it."
    )


def test_what_a_card_shows_is_not_given_as_spoken(record: MakeRecord) -> None:
    fields = {"service_text": ["16:00"], "service_subtitle": "Wikipedia", "imageCaption": "from Wikipedia"}
    found = described(record("alexa:cloud:card", "c", transcript="alexa remind me", fields=fields))
    (answer,) = found.answers
    assert (answer.kind, answer.exhibit) == ("card", "EF-c")
    assert answer.origin == (
        'The record gives it as the text of a card, with the caption "from Wikipedia", the subtitle "Wikipedia".'
    )
    assert 'a card of it reads "16:00"' in found.sentence


def test_a_replacement_text_is_no_answer(record: MakeRecord) -> None:
    fields = {"answer_text": "No text stored", "replacement_text": True}
    assert described(record("alexa:cloud:answer", fields=fields)).answers == ()
