from __future__ import annotations

from collections.abc import Callable

import pytest

from parsers.record import Clock, Issue, Record, Timestamp, Value

Read = Callable[..., tuple[list[Record], list[Issue]]]
Build = Callable[..., dict[str, str]]

REQUEST = "00000001-2222-4333-8444-555555555501"
STREAM = "AB72C64C86AW2:1.0/2022/01/02/09/DEVICE_UNSPECIFIED/03:39::TNIH_2V.aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeee0001LPM"
KEYS = (f"voice-request:{REQUEST[:31]}", "audio-sequence:1000")
SECOND = "The device's clock, UTC, to the second: when the line was written."
MILLI = "The device's clock, epoch milliseconds (UTC), as written inside the line."


def _types(records: list[Record]) -> list[str]:
    return [record.data_type.removeprefix("echo:log:") for record in records]


def _of(records: list[Record], kind: str) -> list[Record]:
    return [record for record in records if record.data_type == f"echo:log:{kind}"]


def _milli(description: str, value: int, line: int, note: str = MILLI) -> Timestamp:
    return Timestamp(description, str(value), Clock.DEVICE, value * 1000, note, f"line:{line}")


def _second(description: str, stamp: str, timestamp: int, line: int) -> Timestamp:
    return Timestamp(description, stamp, Clock.DEVICE, timestamp * 1_000_000, SECOND, f"line:{line}")


def test_one_answered_interaction_gives_four_records_that_share_its_names(read: Read, interaction: Build) -> None:
    records, issues = read("".join(interaction().values()))

    lines: list[Value] = list(range(1, 17))
    assert issues == []
    assert records == [
        Record(
            "echo:log:wake_word",
            'The device\'s log records that the detector accepted the wake word "ALEXA" (segmentation score 2.18,'
            " classifier score 0.12, threshold 0.1). An audio stream was opened for it, and the service named the stream.",  # noqa: E501
            "line:2",
            (_milli("Recorded Time", 1641114219540, 2),),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={
                "wake_word": "ALEXA", "segmentation_score": "2.18", "classifier_score": "0.12",
                "active_threshold": "0.1", "recognition_id": "d_0x1-1", "voice_request_id": REQUEST,
                "answered": True, "lines": lines,
            },
            keys=KEYS,
        ),
        Record(
            "echo:log:audio_stream",
            "The device's log records that an audio stream was opened to the Alexa service."
            " By its sample numbers it holds 3.840 s of audio.",
            "line:6",
            (
                _milli("Start Time", 1641114218029, 3,
                       MILLI + " The start of the audio sent, with what was heard just before the wake word."),
                _milli("Connection Established", 1641114219787, 6),
                _milli("End Time", 1641114221528, 13),
            ),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={
                "stream_kind": "WW", "bytes_written": 32000, "send_status": "success", "first_sample": 1000,
                "last_sample": 62440, "wake_word_first_sample": 9000, "wake_word_last_sample": 20680,
                "wake_word_first_sample_in_audio": 8000, "wake_word_last_sample_in_audio": 19680,
                "started_by": "wakeword_lipc_cb_start", "voice_request_id": REQUEST, "audio_ms": 3840, "lines": lines,
            },
            keys=KEYS,
        ),
        Record(
            "echo:log:voice_request",
            f"The device's log records that it waited for the service's answer to voice request {REQUEST}."
            ' The waiting ended with the reason "stopped".',
            "line:9",
            (
                _second("Start Time", "20220102:090341", 1641114221, 9),
                _second("End Time", "20220102:090341", 1641114221, 12),
            ),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={"voice_request_id": REQUEST, "ended": "stopped", "timeout_ms": 6000, "lines": lines},
            keys=KEYS,
        ),
        Record(
            "echo:log:answer",
            "The device's log records that an answer to this utterance was played.",
            "line:11",
            (_milli("Start Time", 1641114221303, 10), _milli("End Time", 1641114223807, 16)),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM + "/0",
            fields={"message_id": "m-1", "voice_request_id": REQUEST, "lines": lines},
            keys=KEYS,
        ),
    ]  # fmt: skip


def test_lines_between_that_say_nothing_change_no_record_but_its_lines(read: Read, interaction: Build) -> None:
    lines = list(interaction().values())
    chatter = "20220102:090340 wifid[1]: I wmgr:wconn:rssi=-62,noise=500:\n"

    records, issues = read(chatter.join(["", *lines]))

    assert issues == []
    assert _types(records) == ["wake_word", "audio_stream", "voice_request", "answer"]
    assert records[0].fields["lines"] == list(range(2, 33, 2))


def test_the_first_of_two_wake_words_within_8_s_that_loses_gets_no_stream_id(read: Read, interaction: Build) -> None:
    lost = {name: interaction(1)[name] for name in ("accepted", "received", "started", "word", "request_cut", "opened")}

    records, issues = read("".join([*lost.values(), *interaction(2, after=8).values()]))

    assert issues == []
    wake_words, streams = _of(records, "wake_word"), _of(records, "audio_stream")
    assert [record.utterance_id is not None for record in wake_words] == [False, True]
    assert [record.utterance_id is not None for record in streams] == [False, True]
    assert [record.keys[1] for record in wake_words] == ["audio-sequence:1000", "audio-sequence:2000"]
    assert wake_words[0].message.endswith("this file names no utterance for the stream. The file ends soon after.")
    assert [timestamp.recorded for timestamp in streams[1].timestamps] == [
        "1641114226029",
        "1641114227787",
        "1641114229528",
    ]
    assert wake_words[1].fields["lines"] == list(range(7, 23))


def test_a_wake_word_while_the_answer_to_another_is_played(read: Read, interaction: Build) -> None:
    first, second = interaction(1), interaction(2, after=4)
    spoken = first.pop("spoken")
    words = list(second.values())

    records, issues = read("".join([*first.values(), *words[:2], spoken, *words[2:]]))

    assert issues == []
    answers = _of(records, "answer")
    assert [[timestamp.recorded for timestamp in answer.timestamps] for answer in answers] == [
        ["1641114221303", "1641114223807"],
        ["1641114225303", "1641114227807"],
    ]
    assert [answer.keys[1] for answer in answers] == ["audio-sequence:1000", "audio-sequence:2000"]


def test_wake_word_that_opens_no_stream_says_so(read: Read, interaction: Build) -> None:
    lines = interaction()
    chatter = "20220102:093000 wifid[1]: I wmgr:wconn:rssi=-62:\n"

    records, issues = read(lines["accepted"] + lines["received"] + chatter)

    assert issues == []
    assert _types(records) == ["clock_change", "wake_word"]
    assert records[1].message.endswith("This file shows no audio stream opened for it.")
    assert (records[1].utterance_id, records[1].keys, records[1].fields["lines"]) == (None, (), [1, 2])


def test_wake_word_without_its_metric_has_the_second_of_its_line(read: Read, interaction: Build) -> None:
    lines = interaction()
    del lines["received"]

    records, _ = read("".join(lines.values()))

    assert records[0].locator == "line:1"
    assert records[0].timestamps == (_second("Recorded Time", "20220102:090339", 1641114219, 1),)
    assert records[0].utterance_id == STREAM


@pytest.mark.parametrize("value", ["0", "4294967295", "99999999999999"])
def test_milliseconds_that_are_no_date_are_kept_beside_the_second(value: str, read: Read, interaction: Build) -> None:
    lines = interaction()
    lines["received"] = lines["received"].replace("1641114219540", value)

    records, _ = read("".join(lines.values()))

    assert records[0].timestamps == (
        _second("Recorded Time", "20220102:090339", 1641114219, 2),
        Timestamp("Recorded Time", value, Clock.DEVICE, None, "The value inside the line is not a date.", "line:2"),
    )


def test_stream_without_a_wake_word_says_so(read: Read, interaction: Build) -> None:
    lines = interaction()
    of_button = [line.replace("WWStream", "TTTStream").replace("wakeword_lipc_cb", "button_cb") for name, line in
                 lines.items() if name not in ("accepted", "received", "word")]  # fmt: skip

    records, issues = read("".join(of_button))

    assert issues == []
    assert _types(records) == ["audio_stream", "voice_request", "answer"]
    assert records[0].fields["stream_kind"] == "TTT"
    assert "No wake word line precedes it in this file." in records[0].message
    assert records[0].utterance_id == STREAM
    assert records[0].timestamps[0] == _milli("Start Time", 1641114218029, 1)


def test_stream_of_another_kind_is_not_that_of_the_wake_word_before_it(read: Read, interaction: Build) -> None:
    lines = interaction()
    other = lines["opened"].replace("WWStream", "TTTStream")

    records, _ = read(lines["accepted"] + lines["received"] + other)

    assert _types(records) == ["wake_word", "audio_stream"]
    assert "shows no audio stream opened for it" in records[0].message
    assert "No wake word line precedes it" in records[1].message


@pytest.mark.parametrize("cut", range(1, 16))
def test_interaction_cut_by_a_rotation_leaves_parts_that_can_be_joined(
    cut: int, read: Read, interaction: Build
) -> None:
    lines = interaction()
    names, texts = list(lines), list(lines.values())
    before, issues = read("".join(texts[:cut]))
    after, more_issues = read("".join(texts[cut:]))

    assert issues + more_issues == []
    wake_words = [record for record in (*before, *after) if record.data_type == "echo:log:wake_word"]
    assert len(wake_words) == (2 if cut in (1, 2, 3) else 1)
    # What the two parts have in common: names in keys, or the utterance itself. A wake word alone has no name yet.
    first = {key for record in before for key in (*record.keys, (record.utterance_id or "").removesuffix("/0"))} - {""}
    second = {key for record in after for key in (*record.keys, (record.utterance_id or "").removesuffix("/0"))} - {""}
    if names[cut] == "spoken":
        assert [record.utterance_id for record in after] == [None]
        assert "names no utterance for it" in after[0].message
    elif names.index("started") < cut:
        assert first & second
    else:
        assert first == set()


def test_times_of_both_parts_of_a_cut_stream_are_kept(read: Read, interaction: Build) -> None:
    texts = list(interaction().values())
    before, _ = read("".join(texts[:12]))
    after, _ = read("".join(texts[12:]))

    (opened,), (closed,) = _of(before, "audio_stream"), _of(after, "audio_stream")
    assert [timestamp.recorded for timestamp in opened.timestamps] == ["1641114218029", "1641114219787"]
    assert closed.timestamps == (_milli("End Time", 1641114221528, 1),)
    assert closed.message.startswith(
        "The device's log records an audio stream to the Alexa service; this file does not show its opening."
    )
    assert closed.fields["bytes_written"] == 32000
    assert closed.keys == ("audio-sequence:1000",)
    (played,) = _of(before, "answer")
    assert played.message.endswith("This file does not show the end of it. The file ends soon after.")


def test_request_that_times_out(read: Read, interaction: Build) -> None:
    lines = interaction()
    for name in ("speaking", "answer", "spoken"):
        del lines[name]
    lines["thought"] = lines["thought"].replace("reason=stopped", "reason=timedOut").replace(":090341", ":090346")

    records, _ = read("".join(lines.values()))

    (request,) = _of(records, "voice_request")
    assert request.message.endswith('The waiting ended with the reason "timedOut".')
    assert [timestamp.recorded for timestamp in request.timestamps] == ["20220102:090341", "20220102:090346"]
    assert _of(records, "wake_word")[0].fields["answered"] is False


def test_answer_in_segments_gives_a_record_for_each(read: Read, interaction: Build) -> None:
    lines, later = interaction(), interaction(1, after=5)
    segment = later["answer"].replace("03:44::", "03:39::").replace("/0:", "/1:").replace("m-1", "m-3")

    records, _ = read("".join([*lines.values(), later["speaking"], segment, later["spoken"]]))

    answers = _of(records, "answer")
    assert [answer.utterance_id for answer in answers] == [STREAM + "/0", STREAM + "/1"]
    assert [[timestamp.recorded for timestamp in answer.timestamps] for answer in answers] == [
        ["1641114221303", "1641114223807"], ["1641114226303", "1641114228807"],
    ]  # fmt: skip
    assert answers[1].keys == KEYS


def test_clock_inside_a_line_that_differs_from_the_lines_own_is_reported(read: Read, interaction: Build) -> None:
    lines = interaction()
    lines["received"] = lines["received"].replace("1641114219540", "1641114119540")

    records, _ = read("".join(lines.values()))

    assert records[0].fields["clock_difference_ms"] == -99460
    assert all("clock_difference_ms" not in record.fields for record in records[1:])


def test_torn_values_are_left_out(read: Read, interaction: Build) -> None:
    lines = interaction()
    for name, at in (("sent", "totalBytesWritten=32"), ("finished", "end_seqnum=62"), ("stream", "eeeeeeee0001L")):
        lines[name] = lines[name][: lines[name].index(at) + len(at)] + "\n"

    records, issues = read("".join(lines.values()))

    assert issues == []
    (stream,) = _of(records, "audio_stream")
    assert (stream.fields["bytes_written"], stream.fields["last_sample"]) == (None, None)
    # The line that names the stream is torn, but the answer names it, at the second at which it was opened.
    assert stream.utterance_id == STREAM
    assert [record.utterance_id for record in _of(records, "answer")] == [STREAM + "/0"]


def test_answer_to_a_stream_that_this_file_does_not_show_stands_alone(read: Read, interaction: Build) -> None:
    lines = interaction()
    of_another = lines["answer"].replace("/09/DEVICE_UNSPECIFIED/03:39", "/08/G090LF0000000000/10:01")

    records, _ = read("".join([*list(interaction(2).values())[:8], lines["speaking"], of_another, lines["spoken"]]))

    (answer,) = _of(records, "answer")
    assert (answer.utterance_id, answer.device_serial, answer.keys) == (
        STREAM.replace("/09/DEVICE_UNSPECIFIED/03:39", "/08/G090LF0000000000/10:01") + "/0", "G090LF0000000000", (),
    )  # fmt: skip
    assert _of(records, "wake_word")[0].fields["answered"] is False


def test_lines_of_two_wake_words_that_mingle_are_told_apart_by_their_samples(read: Read, interaction: Build) -> None:
    one, two = interaction(1), interaction(2, after=1)
    words = [one[n] for n in ("accepted", "received", "started")] + [two[n] for n in ("accepted", "received")]

    records, _ = read("".join([*words, one["word"], two["started"], two["word"]]))

    assert [record.fields["lines"] for record in _of(records, "wake_word")] == [[1, 2, 3, 6], [4, 5, 7, 8]]


def test_stream_long_after_a_wake_word_is_not_its_own(read: Read, interaction: Build) -> None:
    heard, later = interaction(1), interaction(2, after=20)

    records, _ = read(heard["accepted"] + heard["received"] + later["opened"])

    assert "shows no audio stream opened for it" in _of(records, "wake_word")[0].message
    assert "No wake word line precedes it" in _of(records, "audio_stream")[0].message


def test_request_reported_twice_has_its_first_start_and_last_end(read: Read, interaction: Build) -> None:
    lines, again = interaction(), interaction(1, after=1)

    records, _ = read("".join([*lines.values(), again["thinking"], again["thought"]]))

    (request,) = _of(records, "voice_request")
    assert [(timestamp.locator, timestamp.recorded) for timestamp in request.timestamps] == [
        ("line:9", "20220102:090341"),
        ("line:18", "20220102:090342"),
    ]
