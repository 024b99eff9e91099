from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.avs_sdk import line as avs_line
from parsers.avs_sdk.event import TABLE, AvsFinder
from parsers.avs_sdk.log import AvsSdkLog
from parsers.definition.log_lines import line_kinds
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import claiming

HEAD = "2024-03-14 09:26:53.563 [ 11] 0 "
NOTE = "The device's clock, UTC to the millisecond, as the line of the AVS Device SDK writes it."
STAMP = Timestamp("Recorded Time", "2024-03-14 09:26:53.563", Clock.DEVICE, 1710408413563000, NOTE)
DIALOG = "0a1b2c3d-1111-4222-8333-944455566677"
TOKEN = "Atza|IwEBIHcabcdefghijklmnopqrstuvwxyz0123456789"
LOG = "The log records "
DIRECTIVE = r"namespace\:Speaker\,name\:SetVolume\,messageId\:m-9\,dialogRequestId\:" + DIALOG
#: For each kind a line, its record's data type (without ``echo:avs:``), message and keys.
EXAMPLES: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "wake_word": ("HardwareKeywordDetector:detectionLoop:event=keywordDetection,sds_offset=1,begin=8000,end=20160",
    "wake_word",
        f"{LOG}that a detector took something for its wake word, from sample 8000 to sample 20160 of its"
        f" stream. There are"
        " 16,000 samples in a second.", ()),
    "wake_word_observed": ("PortAudioObserver:onKeyWordDetected:", "wake_word",
        f"{LOG}that a wake word was reported to the program.", ()),
    "wake_word_in_a_car": (r'aasb:publish:message={"action"\:"WakewordDetected"\,"payload"\:{"wakeword"\:"ALEXA"}}',
        "wake_word", f"{LOG}that a wake word was reported to the program: ALEXA.", ()),
    "capture": ("AudioInputProcessor:setState:from=IDLE,to=RECOGNIZING", "capture",
        f"{LOG}that the capture of speech went from IDLE to RECOGNIZING.", ()),
    "dialogue": ("DialogUXStateAggregator:executeSetState:from=IDLE,to=LISTENING,validTransition=true", "dialogue",
        f"{LOG}that the dialogue went from IDLE to LISTENING.", ()),
    "dialogue_in_a_car": (r'aasb:publish:message={"action"\:"DialogStateChanged"\,"payload"\:{"state"\:"THINKING"}}',
        "dialogue", f"{LOG}that the dialogue went to THINKING.", ()),
    "turn_ended": (f"DirectiveProcessor:setDialogRequestIdLocked:oldValue={DIALOG},newValue=", "turn",
        f"{LOG}that the turn with the dialog request {DIALOG} is no longer the current one.", (
        f"dialog-request:{DIALOG}",)),
    "turn": (f"DirectiveProcessor:setDialogRequestIdLocked:oldValue=,newValue={DIALOG}", "turn",
        f"{LOG}a new turn, with the dialog request {DIALOG}.", (f"dialog-request:{DIALOG}",)),
    "event_sent": ("EventBuilder:buildJsonEventString:messageId=m-1,namespace=SpeechRecognizer,name=Recognize", "event",
        f"{LOG}that the event SpeechRecognizer.Recognize was made for the service, with the message id m-1.",
        ("avs-message:m-1",)),
    "request_id": (r"MimeResponseSink:receivedRequestId:value=x-amzn-requestid\: 2c3d4e5f-3333", "request",
        f"{LOG}that the service answered; it calls the request 2c3d4e5f-3333.", ("service-request:2c3d4e5f-3333",)),
    "directive": (f"DirectiveSequencer:onDirective:directive={DIRECTIVE},correlationToken=", "directive",
        f"{LOG}that the service sent the directive Speaker.SetVolume, of the dialog request {DIALOG}.",
        ("avs-message:m-9", f"dialog-request:{DIALOG}")),
    "setting": (r"SQLiteDeviceSettingStorage:loadSetting:key=SpeechRecognizer\:\:wakeWordConfirmation", "setting",
        "The log names the setting SpeechRecognizer::wakeWordConfirmation; value: not given.", ()),
    "focus": ("FocusManager:acquireChannel:channelName=Dialog,activityId=SpeechRecognizer.Recognize", "focus",
        f"{LOG}of the channel Dialog of sound: acquire, for SpeechRecognizer.Recognize.", ()),
}  # fmt: skip


def _read(*lines: str, path: str = "var/log/avs.log") -> list[Record | Issue]:
    source = Source.of("".join(f"{line}\n" for line in lines).encode(), path)
    assert [parser.name for parser in claiming(source)] == ["avs_sdk_log"]
    return list(AvsSdkLog().parse(source))


@pytest.mark.parametrize("kind", line_kinds(TABLE), ids=lambda kind: kind.name)
def test_a_line_of_each_kind(kind: object) -> None:
    name = getattr(kind, "name")  # noqa: B009 (named by the parametrisation)
    line, data_type, message, keys = EXAMPLES[name]
    record, summary = _read(HEAD + line)
    assert isinstance(record, Record)
    assert (record.data_type, record.message, record.keys, record.timestamps, record.locator) == (
        f"echo:avs:{data_type}", message, keys, (STAMP,), "line:1",
    )  # fmt: skip
    assert isinstance(summary, Record)
    assert summary.message == "The log holds 1 line, of 1 program."


def test_a_whole_record() -> None:
    (record, _) = _read(HEAD + EXAMPLES["dialogue"][0])
    assert record == Record(
        "echo:avs:dialogue",
        f"{LOG}that the dialogue went from IDLE to LISTENING.",
        "line:1",
        (STAMP,),
        fields={
            "source": "DialogUXStateAggregator",
            "event": "executeSetState",
            "text": "executeSetState:from=IDLE,to=LISTENING,validTransition=true",
            "values": {"from": "IDLE", "to": "LISTENING", "validTransition": "true"},
        },
    )


def test_an_older_directive_with_quotation_marks_is_read() -> None:
    text = (
        'DirectiveSequencer:onDirective:directive={"namespace\\:"SpeechSynthesizer"\\,name\\:"Speak"\\,messageId\\:"m-1"'
        f'\\,dialogRequestId\\:"{DIALOG}"}}'
    )
    (record, _) = _read(HEAD + text)
    assert isinstance(record, Record)
    assert record.message == (
        f"{LOG}that the service sent the directive SpeechSynthesizer.Speak, of the dialog request {DIALOG}."
    )


def test_the_state_of_the_device_is_taken_apart() -> None:
    context = (
        '{"context"\\:[{"header"\\:{"namespace"\\:"Speaker"\\,"name"\\:"VolumeState"}\\,"payload"\\:{"volume"\\:40\\,'
        '"muted"\\:false}}\\,{"header"\\:{"namespace"\\:"Alerts"\\,"name"\\:"AlertsState"}\\,"payload"\\:{"allAlerts"\\:'
        '[{"token"\\:"tok-1"}]}}]}'
    )
    record, broken, _ = _read(
        f"{HEAD}ContextManager:buildContextSuccessful:context={context}",
        f"{HEAD}AudioInputProcessor:executeOnContextAvailable:jsonContext={{broken}}",
    )
    assert isinstance(record, Record)
    assert record.message == (
        f"{LOG}the state of the device at a turn: Speaker volume 40; Speaker muted false; Alerts allAlerts given."
    )
    assert record.fields["values"] == {
        "context": {"Speaker": {"volume": 40, "muted": False}, "Alerts": {"allAlerts": [{"token": "tok-1"}]}}
    }
    assert isinstance(broken, Record)
    assert broken.message == f"{LOG}the state of the device at a turn; it could not be taken apart."


def test_secrets_are_reported_and_never_shown() -> None:
    found = _read(
        f"{HEAD}LibCurl:send:header=Authorization\\: Bearer {TOKEN}",
        f"{HEAD}CBL:post:data=grant_type\\=refresh_token&refresh_token\\={TOKEN}",
        f"> Authorization: Bearer {TOKEN}",
    )
    first, second, issue, _ = found
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert [first.data_type, second.data_type] == ["echo:avs:credential"] * 2
    assert isinstance(issue, Issue)
    assert TOKEN[:8] not in repr(found)
    assert "Bearer <present, 48 characters, SHA-256" in first.message


@pytest.mark.parametrize("before", ["", "[AVS] ", "x "])
def test_lines_of_the_auto_sdk(before: str) -> None:
    line = f"2024-03-14 09:26:53.563 [AVS] I {EXAMPLES['capture'][0]}"
    thread = f"2024-03-14 09:26:53.563 [AAC][1f] W {EXAMPLES['capture'][0]}"
    first, second, _ = _read(line, thread)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.timestamps == second.timestamps == (STAMP,)
    assert avs_line.begins(f"{before}{line}".encode()) is not bool(before)


def test_a_clock_that_was_not_set_gives_no_date() -> None:
    (record, _) = _read("1970-01-01 00:00:05.000 [  1] I " + EXAMPLES["capture"][0])
    assert isinstance(record, Record)
    assert (record.timestamps[0].recorded, record.timestamps[0].timestamp) == ("1970-01-01 00:00:05.000", None)


def test_the_program_s_screen_is_no_issue_and_other_lines_are_one() -> None:
    found = _read(
        "#" * 40, "#       Alexa is currently idle!       #", "#" * 40, HEAD + EXAMPLES["capture"][0],
        "{", '  "a": 1', "}", HEAD + "Other:thing",
    )  # fmt: skip
    _, issue, summary = found
    assert isinstance(issue, Issue)
    assert issue.what == "3 lines are not of the form of this log; they were not read: lines 5 to 7."
    assert isinstance(summary, Record)
    assert summary.fields["lines_by_program"] == {"AudioInputProcessor": 1, "Other": 1}


def test_a_line_without_a_time_is_known_by_its_source() -> None:
    outer = Timestamp("Recorded Time", "03-14 09:26:53.600", Clock.DEVICE, None)
    found = AvsFinder().find(EXAMPLES["capture"][0].encode(), outer, "line:1")
    assert found is not None
    assert found.record is not None
    assert found.record.timestamps == (outer,)
    for text in ("WifiService:setState:from=IDLE,to=RECOGNIZING", "a:b", "", "onKeyWordDetected"):
        assert AvsFinder().find(text.encode(), outer, "line:1") is None


def test_hostile_lines_take_little_time() -> None:
    finder = AvsFinder()
    for text, *_ in EXAMPLES.values():
        for part in (text, text[-6:], "\\", "a=", ",", "a=b,", '"', "{"):
            line = HEAD + text + (part * (65536 // len(part)))
            before = time.process_time()
            finder.find(line.encode(), None, "line:1")
            assert time.process_time() - before < 1, (text, part)


@given(
    st.binary(max_size=200), st.sampled_from(["", HEAD, HEAD + "AudioInputProcessor:setState:", HEAD + "a:b:context={"])
)
def test_any_line(content: bytes, before: str) -> None:
    AvsFinder().find(before.encode() + content, None, "line:1")
    list(AvsSdkLog().parse(Source.of(before.encode() + content)))


@pytest.mark.parametrize(
    ("stamp", "timestamp"),
    [
        ("2024-03-14T09:26:53.563Z", 1710408413563000),
        ("2024-03-14T10:26:53.563+01:00", 1710408413563000),
        ("2024-03-14 05:56:53,563000 -0330", None),
        ("2024-03-14 05:56:53,563000-0330", 1710408413563000),
        ("2024-03-14T09:26:53.563", None),
        ("2024-03-14 09:26:53.563000", None),
    ],
)
def test_a_time_as_iso_8601_has_it(stamp: str, timestamp: int | None) -> None:
    content = f"{stamp} [ 11] 0 FocusManager:acquireChannel:channelName=Dialog,activityId=x\n".encode()
    if stamp.endswith(" -0330"):
        assert not AvsSdkLog().claims(Source.of(content))
        return
    assert AvsSdkLog().claims(Source.of(content))
    record = next(found for found in AvsSdkLog().parse(Source.of(content)) if isinstance(found, Record))
    (time_of_line,) = record.timestamps
    assert (time_of_line.recorded, time_of_line.timestamp) == (stamp, timestamp)
    assert ("in which zone" in time_of_line.note) is (timestamp is None)
