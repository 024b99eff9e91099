from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.device.echo_messages import EchoMessages
from parsers.parser import Source
from parsers.record import Clock, Issue, Moment, Record, Value

EVIDENCE = Path(__file__).parents[4] / "shared/evidence/echo-1st-gen/var"

REQUEST = "11111111-2222-4333-8444-555555555501"
STREAM = "AB72C64C86AW2:1.0/2022/01/02/09/DEVICE_UNSPECIFIED/03:38::TNIH_2V.aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeee01LPM"
DECODER = "ASRD:logCallbackFunction:level=4,levelString=INFO,message=DecoderID=d_0x1: recognition_id=d_0x1"
METRIC = "WhadGroupLoggingUtil:logGroupMetric:action"

#: One answered interaction, in the order in which the device writes it.
ANSWERED = f"""\
20220102:090339 ASRD[1596]: I {DECODER}-31: segmentation_score=2.18,classifier_score=0.12,active_threshold=0.1,detection_type=Accept:
20220102:090339 ASRD[1596]: I {METRIC}=wakeWordReceived,time=1641114219540,build=669701320:
20220102:090339 audioencoderd[1312]: I AudioEncoderDaemon:wakeword_lipc_cb_start:sequence_number=1000,utterance_preroll_monotonic_time=5,utterance_preroll_ntp_time=1641114218029,wwStartIndex=8000,wwEndIndex=19680:Received signal
20220102:090339 ASRD[1596]: I ASRD:sendWakeUpWordwithSeqNum_locked:WakeupWord=ALEXA,beginIndex=9000,endIndex=20680,beginIndexMonotonic=1,endIndexMonotonic=2:
20220102:090339 audioencoderd[1312]: I lipc:evts:name=encoderStreamingStarted, origin=com.doppler.audioencoderd, fparam={REQUEST[:31]}:Event sent
20220102:090339 AlexaDaemon[1100]: I {METRIC}=openWWStreamToServer,time=1641114219787,build=669701320:
20220102:090339 MetricsCollector[1034]: I MetricsRule:emitMetric:reason=metricemitted,type=1,source=asrd,name=WakewordToOpenASRStream,ret=true:metric processed;value=209;data='{REQUEST}'
20220102:090340 AlexaDaemon[1100]: I AlexaASRStreamIDHandler:ASRStreamID:asrStreamId={STREAM}:
20220102:090341 AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStarted:voiceRequestId={REQUEST},timeout=6000:
20220102:090341 AlexaSpeechPlayer[1368]: I {METRIC}=playTTSStart,time=1641114221303,build=669701320:
20220102:090341 AlexaSpeechPlayer[1368]: I AlexaSpeechPlayer:handleMessage:messageId=m-1,utteranceId={STREAM}/0:
20220102:090341 AlexaDaemon[1100]: I AlexaThinkingMode:thinkingModeStopped:reason=stopped,voiceRequestId={REQUEST},timeout=6000:
20220102:090341 AlexaDaemon[1100]: I {METRIC}=closeWWStreamToServer,time=1641114221528,build=669701320:
20220102:090341 AlexaDaemon[1100]: I AlexaDaemon:sendDataMessageToServer:status=success,messageId=m-2,messageType=Microphone.doppler.metadata.media,clientName=c,totalBytesRead=32000,totalBytesWritten=32000:
20220102:090341 audioencoderd[1312]: I AudioEncoderDaemon:finalize_stream_complete:start_seqnum=1000,end_seqnum=62440:Sender stream ended.
20220102:090343 AlexaSpeechPlayer[1368]: I {METRIC}=playTTSEnd,time=1641114223807,build=669701320:
"""  # noqa: E501 (lines as they are)

Read = Callable[..., tuple[list[Record], list[Issue]]]

SECOND = "The device's clock, UTC, to the second: when the line was written."
MILLI = "The device's clock, epoch milliseconds (UTC), as written inside the line."


def _types(records: list[Record]) -> list[str]:
    return [record.data_type.removeprefix("echo:log:") for record in records]


def test_one_answered_interaction_gives_four_records_that_share_its_names(read: Read) -> None:
    records, issues = read(ANSWERED)

    keys = (f"voice-request:{REQUEST[:31]}", "audio-sequence:1000")
    lines: list[Value] = list(range(1, 17))
    assert issues == []
    assert records == [
        Record(
            "echo:log:wake_word",
            'The device\'s log records that the detector accepted the wake word "ALEXA" (segmentation score 2.18,'
            " classifier score 0.12, threshold 0.1). An audio stream was opened for it, and the service named the stream.",  # noqa: E501
            "line:2",
            (Moment("Recorded Time", "1641114219540", Clock.DEVICE, 1641114219540000, MILLI, "line:2"),),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={
                "wake_word": "ALEXA", "segmentation_score": "2.18", "classifier_score": "0.12",
                "active_threshold": "0.1", "recognition_id": "d_0x1-31", "voice_request_id": REQUEST,
                "answered": True, "lines": lines,
            },
            keys=keys,
        ),
        Record(
            "echo:log:audio_stream",
            "The device's log records that an audio stream was opened to the Alexa service."
            " By its sample numbers it holds 3.840 s of audio.",
            "line:6",
            (
                Moment(
                    "Start Time", "1641114218029", Clock.DEVICE, 1641114218029000,
                    MILLI + " The start of the audio sent, with what was heard just before the wake word.", "line:3",
                ),
                Moment("Connection Established", "1641114219787", Clock.DEVICE, 1641114219787000, MILLI, "line:6"),
                Moment("End Time", "1641114221528", Clock.DEVICE, 1641114221528000, MILLI, "line:13"),
            ),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={
                "stream_kind": "WW", "bytes_written": 32000, "send_status": "success", "first_sample": "1000",
                "last_sample": "62440", "wake_word_first_sample": "8000", "wake_word_last_sample": "19680",
                "voice_request_id": REQUEST, "audio_ms": 3840, "lines": lines,
            },
            keys=keys,
        ),
        Record(
            "echo:log:voice_request",
            f"The device's log records that it waited for the service's answer to voice request {REQUEST}."
            ' The waiting ended with the reason "stopped".',
            "line:9",
            (
                Moment("Start Time", "20220102:090341", Clock.DEVICE, 1641114221000000, SECOND, "line:9"),
                Moment("End Time", "20220102:090341", Clock.DEVICE, 1641114221000000, SECOND, "line:12"),
            ),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM,
            fields={"voice_request_id": REQUEST, "ended": "stopped", "lines": lines},
            keys=keys,
        ),
        Record(
            "echo:log:answer",
            "The device's log records that an answer to this utterance was handed to its loudspeaker.",
            "line:11",
            (
                Moment("Start Time", "1641114221303", Clock.DEVICE, 1641114221303000, MILLI, "line:10"),
                Moment("End Time", "1641114223807", Clock.DEVICE, 1641114223807000, MILLI, "line:16"),
            ),
            device_type="AB72C64C86AW2",
            utterance_id=STREAM + "/0",
            fields={"message_id": "m-1", "voice_request_id": REQUEST, "lines": lines},
            keys=keys,
        ),
    ]  # fmt: skip


def test_two_wake_words_within_seconds_are_kept_apart(read: Read) -> None:
    second = (
        ANSWERED.replace("555555555501", "555555555502").replace("eeeeeeeeee01", "eeeeeeeeee02")
        .replace("sequence_number=1000", "sequence_number=2000").replace("start_seqnum=1000", "start_seqnum=2000")
        .replace("11111111-", "99999999-").replace("20220102:0903", "20220102:0904").replace("16411142", "16411143")
    )  # fmt: skip
    lines = ANSWERED.splitlines(keepends=True)
    # The second is heard while the first is still being answered.
    merged = lines[:-1] + second.splitlines(keepends=True)[:1] + lines[-1:] + second.splitlines(keepends=True)[1:]

    records, issues = read("".join(merged))

    wake_words = [record for record in records if record.data_type == "echo:log:wake_word"]
    assert issues == []
    assert [record.utterance_id for record in wake_words] == [STREAM, STREAM.replace("ee01LPM", "ee02LPM")]
    answers = [record for record in records if record.data_type == "echo:log:answer"]
    assert [[m.recorded for m in record.moments] for record in answers] == [
        ["1641114221303", "1641114223807"],
        ["1641114321303", "1641114323807"],
    ]


def test_wake_word_that_is_not_sent_says_so(read: Read) -> None:
    records, _ = read("".join(ANSWERED.splitlines(keepends=True)[:2]))

    assert _types(records) == ["wake_word"]
    assert records[0].message.endswith("This log shows no audio stream opened for it.")
    assert records[0].utterance_id is None


def test_stream_without_a_wake_word_says_so(read: Read) -> None:
    records, _ = read(
        f"20220102:090339 AlexaDaemon[1100]: I {METRIC}=openTTTStreamToServer,time=1641114219787,build=1:\n"
    )

    (record,) = records
    assert record.fields["stream_kind"] == "TTT"
    assert record.message.endswith("No wake word line precedes it in this log.")


@pytest.mark.parametrize("cut", range(1, 16))
def test_interaction_cut_by_a_rotation_leaves_parts_that_can_be_joined(cut: int, read: Read) -> None:
    lines = ANSWERED.splitlines(keepends=True)
    before, _ = read("".join(lines[:cut]))
    after, _ = read("".join(lines[cut:]))

    wake_words = [record for record in (*before, *after) if record.data_type == "echo:log:wake_word"]
    named = [record for record in (*before, *after) if record.utterance_id]
    assert wake_words
    assert named
    linked = {key for record in named for key in record.keys}
    for record in wake_words:
        assert record.utterance_id or not record.keys or linked & set(record.keys) or cut < 8


@pytest.mark.parametrize("kind", ["NearMiss", "NearMissAndEscalation", "SomethingNew"])
def test_near_miss_is_told_once(kind: str, read: Read) -> None:
    prefix = DECODER.partition("recognition_id=")[0]
    records, issues = read(
        f"20220102:085849 ASRD[1596]: I {DECODER}-29: Skipping metrics callback on keyword near-miss event:\n"
        f"20220102:085849 ASRD[1596]: I {prefix}DMS metric callback: [ALEXA_Detection_{kind},1]:\n"
        f"20220102:085849 ASRD[1596]: I {DECODER}-29: segmentation_score=2.3,classifier_score=-1.5,"
        f"active_threshold=-2,detection_type={kind}:\n"
    )

    assert issues == []
    (record,) = records
    assert record.data_type == "echo:log:near_miss"
    assert record.locator == "line:3"
    assert record.moments == (
        Moment("Recorded Time", "20220102:085849", Clock.DEVICE, 1641113929000000, SECOND, "line:3"),
    )
    assert record.fields["detection_type"] == kind
    assert record.fields["classifier_score"] == "-1.5"


def test_volume_mute_and_buttons(read: Read) -> None:
    rule = "controld[1]: I ControlRuleEngine:processRules:N=8,RuleMatched={UioState--1;HardwareMute-%s},result=x:"
    records, issues = read(
        "20220102:090339 AudioCtrl[1293]: I AudioCtrl:sendUpdates:Mode 7 Speak 66 Main 66 Phon 40 Alarm 40 40 Mute 0:\n"
        f"20220102:090340 {rule % 7}\n20220102:090341 {rule % 7}\n20220102:090342 {rule % 0}\n"
        "20220102:090343 controld[1]: I lipc:evts:name=micMuteChanged, origin=com.doppler.controld, fparam=on:Event sent\n"  # noqa: E501
        "20220102:090344 buttond[9]: I button:event:key=VOLUME_UP,state=down:\n"
    )

    assert issues == []
    assert _types(records) == ["volume", "volume", "volume", "button"]
    assert records[0].fields == {
        "mode": 7, "speaker": 66, "main": 66, "phone": 40, "alarm": 40, "alarm_now": 40, "mute": 0,
    }  # fmt: skip
    assert records[1].message == "The device's log records that HardwareMute is now 0; it was 7."
    assert records[2].fields == {"name": "micMuteChanged", "value": "on"}
    assert records[3].message == "The device's log records of its buttons: button:event:key=VOLUME_UP,state=down:"


def test_boot_and_clock(read: Read) -> None:
    records, issues = read(
        "20220104:175300 wifid[1]: I x:y::~:\n"
        "20000101:000003 kernel: [    0.000000] Linux version 2.6.37 (build@host) #1\n"
        "20220104:175402 system: I bootbegins:reinitializingLipcDaemonFlags::\n"
        "20220104:181500 ntpd[7]: clock is now synced\n"
        "20220104:181455 wifid[1]: I x:y::~:\n"
    )

    assert issues == []
    assert _types(records) == ["clock_change", "boot", "clock_change", "clock_change", "clock_change", "clock_change"]
    boot = records[1]
    assert boot.moments[0].timestamp is None
    assert boot.moments[0].recorded == "20000101:000003"
    assert "may lag" in boot.message
    assert records[2].fields["before"] == "20000101:000003"
    assert "clock is now synced" in records[4].message
    assert records[5].fields["seconds"] == -5


def test_zero_bytes_and_torn_lines_are_issues_and_the_rest_is_read(read: Read) -> None:
    lines = ANSWERED.splitlines(keepends=True)
    torn = "".join([*lines[:5], "\0" * 300 + "\n", "half a li\n", *lines[5:]])

    records, issues = read(torn)

    assert _types(records) == ["wake_word", "audio_stream", "voice_request", "answer"]
    assert [(issue.locator, issue.what.split(",")[0]) for issue in issues] == [
        ("line:6", "The line holds zero bytes"),
        ("line:7", "The line is not of the log's form"),
    ]


def test_line_ends_of_either_kind_and_a_line_without_bound(read: Read) -> None:
    long = "20220102:090330 ASRD[1]: I x:" + "y" * 200_000 + "\n"

    records, issues = read(long + ANSWERED.replace("\n", "\r\n"))

    assert _types(records) == ["wake_word", "audio_stream", "voice_request", "answer"]
    assert [(issue.locator, issue.what) for issue in issues] == [
        ("line:1", "The line is longer than 65536 bytes; the rest was not read.")
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_bytes_raise(read: Read, content: bytes) -> None:
    read(content)
    EchoMessages().claims(Source.of(content))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    at=st.integers(0, len(ANSWERED)), length=st.integers(0, 60), noise=st.binary(max_size=60), copies=st.integers(1, 3)
)
def test_no_mutation_raises(read: Read, at: int, length: int, noise: bytes, copies: int) -> None:
    content = ANSWERED.encode() * copies
    records, _ = read(content[:at] + noise + content[at + length :])
    for record in records:
        assert re.fullmatch(r"line:\d+", record.locator)


def test_other_logs_are_not_claimed() -> None:
    for text in ("Dec 29 14:10:36 host prog[1]: text\n" * 9, "2022-01-02 09:03:39 INFO text\n" * 9, "20220102\n"):
        assert not EchoMessages().claims(Source.of(text.encode()))
    assert EchoMessages().claims(Source.of(ANSWERED.encode(), "renamed.txt"))
    assert EchoMessages().claims(Source.of(b"torn start of a line\n" + ANSWERED.encode()))


@pytest.mark.skipif(not EVIDENCE.exists(), reason="../shared/evidence is absent")
def test_real_logs(read: Read) -> None:
    counts: Counter[str] = Counter()
    for path in sorted((EVIDENCE / "local/log").glob("messages_*.gz")):
        records, issues = read(gzip.decompress(path.read_bytes()))
        assert issues == []
        counts.update(_types(records))
        for record in records:
            if record.data_type == "echo:log:wake_word":
                assert record.utterance_id
                assert record.fields["wake_word"] == "ALEXA"
    assert counts == {
        "wake_word": 9, "near_miss": 18, "audio_stream": 9, "answer": 7, "voice_request": 7, "volume": 18,
    }  # fmt: skip
    records, issues = read((EVIDENCE / "log/messages").read_bytes())
    assert (records, issues) == ([], [])
