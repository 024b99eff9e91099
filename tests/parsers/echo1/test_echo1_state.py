from __future__ import annotations

from collections.abc import Callable

import pytest

from parsers.record import Clock, Issue, Record, Timestamp

Read = Callable[..., tuple[list[Record], list[Issue]]]
Build = Callable[..., dict[str, str]]

SECOND = "The device's clock, UTC, to the second: when the line was written."
NOT_SET = "The device's clock had not been set when the line was written; the value is not a date."
LAG = " Until a time server is reached, the clock may lag: it goes on from a date kept on disk."
DECODER = "I ASRD:logCallbackFunction:level=4,levelString=INFO,message=DecoderID=d_0x1:"


def _types(records: list[Record]) -> list[str]:
    return [record.data_type.removeprefix("echo:log:") for record in records]


def _second(stamp: str, timestamp: int | None, line: int, note: str = SECOND) -> Timestamp:
    micro = None if timestamp is None else timestamp * 1_000_000
    return Timestamp("Recorded Time", stamp, Clock.DEVICE, micro, note, f"line:{line}")


def _miss(stamp: str, kind: str = "NearMiss") -> str:
    return (
        f"{stamp} ASRD[1596]: {DECODER} recognition_id=d_0x1-29: segmentation_score=2.3,classifier_score=-1.5,"
        f"active_threshold=-2,detection_type={kind}:\n"
    )


@pytest.mark.parametrize("kind", ["NearMiss", "NearMissAndEscalation", "SomethingNew"])
def test_near_miss_is_reported_once(kind: str, read: Read) -> None:
    records, issues = read(
        f"20220102:085849 ASRD[1596]: {DECODER} recognition_id=d_0x1-29: Skipping metrics callback on keyword"
        f" near-miss event:\n20220102:085849 ASRD[1596]: {DECODER} DMS metric callback: [ALEXA_Detection_{kind},1]:\n"
        + _miss("20220102:085849", kind)
        + "20220102:085955 wifid[1]: I wmgr:x::\n"
    )

    assert issues == []
    assert records == [
        Record(
            "echo:log:near_miss",
            f"The device's log records a detection of the type {kind}: something like the wake word was heard and not"
            " accepted (segmentation score 2.3, classifier score -1.5, threshold -2)."
            " This file shows no audio stream opened for it.",
            "line:3",
            (_second("20220102:085849", 1641113929, 3),),
            fields={
                "detection_type": kind, "recognition_id": "d_0x1-29", "segmentation_score": "2.3",
                "classifier_score": "-1.5", "active_threshold": "-2", "lines": [3],
            },
        )
    ]  # fmt: skip


@pytest.mark.parametrize("missing", ["", "accepted", "received"])
def test_near_miss_before_an_accepted_wake_word_has_no_stream_of_its_own(
    missing: str, read: Read, interaction: Build
) -> None:
    lines = interaction()
    lines.pop(missing, "")

    records, _ = read(_miss("20220102:090336") + "".join(lines.values()))

    assert _types(records) == ["near_miss", "wake_word", "audio_stream", "voice_request", "answer"]
    assert records[0].message.endswith("This file shows no audio stream opened for it.")


def test_near_miss_that_is_followed_by_a_stream_without_a_wake_word_says_so(read: Read, interaction: Build) -> None:
    opened = interaction()["opened"]

    records, _ = read(_miss("20220102:090330") + _miss("20220102:090336", "NearMissAndEscalation") + opened)

    assert _types(records) == ["near_miss", "near_miss", "audio_stream"]
    assert records[0].message.endswith("This file shows no audio stream opened for it.")
    assert records[1].message.endswith(
        "Line 3, within 5 s, tells of an audio stream, with no accepted wake word between them."
    )
    assert (records[1].fields["stream_line"], records[1].fields["lines"]) == (3, [2, 3])


def test_volume(read: Read) -> None:
    records, issues = read(
        "20220102:090339 AudioCtrl[1293]: I AudioCtrl:sendUpdates:Mode 7 Speak 66 Main 65 Phon 40 Alarm 41 42 Mute 0:\n"
    )

    assert issues == []
    assert records == [
        Record(
            "echo:log:volume",
            "The device's log records its sound settings, as it names them: Mode 7, Speak 66, Main 65, Phon 40,"
            " Alarm 41 and 42, Mute 0.",
            "line:1",
            (_second("20220102:090339", 1641114219, 1),),
            fields={"mode": 7, "speak": 66, "main": 65, "phon": 40, "alarm": 41, "alarm_second": 42, "mute": 0},
        )
    ]


def test_hardware_mute_is_reported_where_it_changes(read: Read) -> None:
    rule = "controld[1]: I ControlRuleEngine:processRules:N=8,RuleMatched={UioState--1;HardwareMute-%s;X-0},result=x:"

    records, issues = read(
        "".join(f"20220102:09034{second} {rule % value}\n" for second, value in enumerate((7, 7, 0, 0)))
    )

    assert issues == []
    assert records == [
        Record(
            "echo:log:volume",
            "The device's log records that HardwareMute is 0; it was 7 at line 2.",
            "line:3",
            (_second("20220102:090342", 1641114222, 3),),
            fields={"name": "HardwareMute", "value": "0", "before": "7", "before_line": 2},
        )
    ]


def test_other_lines_on_mute_are_reported_as_they_stand_and_once(read: Read) -> None:
    event = "controld[1]: I lipc:evts:name=micMuteChanged, origin=com.doppler.controld, fparam=on:Event sent"
    state = "controld[1]: I ControlRuleEngine:doChangeState:updating_state=ledring,value=MicMute:"

    records, _ = read(
        f"20220102:090343 {event}\n20220102:090344 {event}\n20220102:090345 {state}\n"
        "20220102:090346 kernel: [    9.1] Function : aic3x_mute_play mute=1\n20220102:090347 whad[1]: I commuter:x:\n"
        "20220102:090348 controld: Last message 'I mute' repeated 2 times, supressed by syslog-ng\n"
    )

    assert [record.message for record in records] == [
        "The device's log records of mute: " + event.removeprefix("controld[1]: I "),
        "The device's log records of mute: " + state.removeprefix("controld[1]: I "),
    ]
    assert records[0].fields == {
        "program": "controld", "text": event.removeprefix("controld[1]: I "), "name": "micMuteChanged", "value": "on",
    }  # fmt: skip
    assert records[1].fields["value"] == "MicMute"


def test_buttons_are_reported_as_they_stand(read: Read) -> None:
    records, _ = read(
        "20220102:090344 buttond[9]: I button:event:key=VOLUME_UP,state=down:\n"
        "20220102:090345 controld[9]: I lipc:evts:name=actionButtonPressed, origin=com.doppler.buttond, fparam=1:Event sent\n"  # noqa: E501
    )

    assert _types(records) == ["button", "button"]
    assert records[0] == Record(
        "echo:log:button",
        "The device's log records of its buttons: button:event:key=VOLUME_UP,state=down:",
        "line:1",
        (_second("20220102:090344", 1641114224, 1),),
        fields={"program": "buttond", "text": "button:event:key=VOLUME_UP,state=down:"},
    )


BOOT = """\
20220104:175300 wifid[1]: I x:y::~:
20000101:000003 syslog-ng[901]: syslog-ng starting up; version='3.2.5'
20000101:000003 kernel: [    0.000000] Linux version 2.6.37 (build@host) #1
20000101:000003 kernel: [    2.390289]   Reference Linux version 2.6.37
20000101:000004 last_kmsg: [    0.000000] Linux version 2.6.37 (build@host) #1
20000101:000004 last_kmsg: [99999.000000] Restarting system.
20000101:000005 syslog-ng[950]: syslog-ng starting up; version='3.2.5'
20220104:175002 system: I bootbegins:reinitializingLipcDaemonFlags::
20220104:175003 system: I bootbegins:waitingForLipcDaemon::
"""


def test_boot_is_one_record_of_its_marks(read: Read) -> None:
    records, issues = read(BOOT)

    assert issues == []
    assert _types(records) == ["clock_change", "clock_change", "boot"]
    assert records[2] == Record(
        "echo:log:boot",
        "The device's log records a start of the device (the kernel's first line, the start of the log daemon, the line"
        " of the boot script, the kernel's log from before a restart). The firmware writes the kernel's log from before"
        " only where power was not lost." + LAG,
        "line:2",
        (
            _second("20000101:000003", None, 2, NOT_SET),
            _second("20000101:000003", None, 3, NOT_SET),
            _second("20000101:000004", None, 5, NOT_SET),
            _second("20220104:175002", 1641318602, 8),
        ),
        fields={
            "marks": ["kernel", "log_daemon", "boot_script", "kernel_log_before"], "kernel_version": "2.6.37",
            "restarting_line": 6, "lines": [2, 3, 5, 8],
        },
    )  # fmt: skip


def test_each_boot_is_a_record(read: Read) -> None:
    script = "20220104:175002 system: I bootbegins:reinitializingLipcDaemonFlags::\n"

    records, _ = read(BOOT + BOOT + script + script)

    boots = [record for record in records if record.data_type == "echo:log:boot"]
    assert [record.fields["lines"] for record in boots] == [[2, 3, 5, 8], [11, 12, 14, 17], [19], [20]]


def test_start_of_the_log_daemon_alone_is_not_called_a_boot(read: Read) -> None:
    records, _ = read("20220104:175002 syslog-ng[9]: syslog-ng starting up; version='3.2.5'\n")

    (record,) = records
    assert record.message.startswith(
        "The device's log records a start of its log daemon; the device itself may not have been restarted."
    )


def test_clock_that_steps_at_a_boot_says_both_times(read: Read) -> None:
    records, _ = read(BOOT)

    assert records[:2] == [
        Record(
            "echo:log:clock_change",
            "The log's clock goes back by 694633977 s between neighbouring lines: from 20220104:175300 (line 1) to"
            " 20000101:000003 (line 2). A time before 2010 is that of a clock that has not been set, as at a start of"
            " the device.",
            "line:2",
            (_second("20220104:175300", 1641318780, 1), _second("20000101:000003", None, 2, NOT_SET)),
            fields={
                "before": "20220104:175300", "before_line": 1, "after": "20000101:000003", "after_line": 2,
                "seconds": -694633977,
            },
        ),
        Record(
            "echo:log:clock_change",
            "The log's clock goes on by 694633797 s between neighbouring lines: from 20000101:000005 (line 7) to"
            " 20220104:175002 (line 8). The clock had not been set before.",
            "line:8",
            (_second("20000101:000005", None, 7, NOT_SET), _second("20220104:175002", 1641318602, 8)),
            fields={
                "before": "20000101:000005", "before_line": 7, "after": "20220104:175002", "after_line": 8,
                "seconds": 694633797,
            },
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(("later", "count"), [("090338", 0), ("090337", 1), ("091838", 0), ("091839", 1)])
def test_step_is_reported_from_2_s_back_and_15_minutes_on(later: str, count: int, read: Read) -> None:
    records, _ = read(f"20220102:090339 a[1]: I x:\n\njunk\n20220102:{later} a[1]: I x:\n")

    assert _types(records) == ["clock_change"] * count
    if count:
        assert (records[0].fields["before_line"], records[0].fields["after_line"]) == (1, 4)
        assert "may have been without power" in records[0].message


@pytest.mark.parametrize(
    "line",
    [
        "ntpd[7]: clock is now synced",
        "ntpd[7]: clock is now unsynced",
        "ntpd[7]: adjusting local clock by -12.118254s",
        "ntpd[7]: ntpd: IMSG_HTTPTIME received",
        "ntpdate[801]: step time server 192.0.2.7 offset 214.335211 sec",
        "system: W openntpd:updateTimeFromNtpDateSuccess::The time is now Tue Jan  4 18:15:00 UTC 2022",
        "system: W openntpd:updateTimeFromHttpOSSuccess::The time is now Tue Jan  4 18:15:00 UTC 2022. Logging metric",
        "kernel: [    2.512145] rtc0: setting system clock to 2000-01-01 00:00:02 UTC (946684802)",
    ],
)
def test_line_on_the_clock(line: str, read: Read) -> None:
    records, _ = read(f"20220104:181500 {line}\n")

    text = line.partition(": ")[2].removeprefix("W ")
    assert [(record.data_type, record.message) for record in records] == [
        ("echo:log:clock_change", f"The device's log records of its clock: {text}")
    ]


@pytest.mark.parametrize(
    "line",
    [
        "ntpd[7]: peer 3.north-america.pool.ntp.org now valid",
        "ntpd[7]: fetch_http_time: http time updated in the last 3600 secs. Not updating now!",
        "ntpd[7]: skew change -24.311 exceeds limit",
        "kernel: [    0.9] clock: disabling unused clocks to save power",
        "system: W openntpd:updateTimeFromNtpDateFailed::Trying HTTP in one shot mode",
        "last_kmsg: [    2.512145] rtc0: setting system clock to 2000-01-01 00:00:02 UTC (946684802)",
    ],
)
def test_line_that_sets_no_clock(line: str, read: Read) -> None:
    records, _ = read(f"20220104:181500 {line}\n")

    assert [record.data_type for record in records if record.data_type != "echo:log:boot"] == []


def test_step_of_ntpdate_keeps_its_offset(read: Read) -> None:
    (record,), _ = read("20220104:181500 ntpdate[801]: step time server 192.0.2.7 offset -214.335211 sec\n")

    assert record.fields == {
        "program": "ntpdate", "text": "step time server 192.0.2.7 offset -214.335211 sec", "server": "192.0.2.7",
        "offset_seconds": "-214.335211",
    }  # fmt: skip


def test_times_between_a_boot_and_the_first_time_server_say_that_they_may_lag(read: Read, interaction: Build) -> None:
    script = "20220102:090330 system: I bootbegins:reinitializingLipcDaemonFlags::\n"
    step = "20220102:091000 ntpdate[801]: step time server 192.0.2.7 offset 214.3 sec\n"

    records, _ = read(
        _miss("20220102:090329") + script + "".join(interaction().values()) + step + _miss("20220102:091003")
    )

    lag = " No time server had been reached since the start at line 2: it may lag."
    lags = {record.locator: {lag in timestamp.note for timestamp in record.timestamps} for record in records}
    assert lags == {
        "line:1": {False}, "line:2": {False}, "line:4": {True}, "line:8": {True}, "line:11": {True},
        "line:13": {True}, "line:19": {False}, "line:20": {False},
    }  # fmt: skip


def test_a_boot_ends_the_interaction_before_it(read: Read, interaction: Build) -> None:
    lines = list(interaction().values())
    script = "20220102:090340 system: I bootbegins:reinitializingLipcDaemonFlags::\n"

    records, _ = read("".join([*lines[:6], script, *lines[8:]]))

    wake_word = next(record for record in records if record.data_type == "echo:log:wake_word")
    assert (wake_word.utterance_id, wake_word.fields["lines"]) == (None, [1, 2, 3, 4, 5, 6])
