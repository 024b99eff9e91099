"""A line of every kind that the table of Fire OS's lines names, and what its record says."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.definition.log_lines import line_kinds
from parsers.fireos.log import FireOsLog
from parsers.fireos.log_event import TABLE, EventFinder
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.times import iso

UTTERANCE = (
    "A1EIANJ7PNB0Q7:1.0/2023/04/07/17/DEVICE_UNSPECIFIED/53:57::TNIH_2V.062147d1-25ba-4ea5-b1c9-bdf4c3ad72d1LPM/0"
)
LOG = "The log records "
SIM = "SPCH-SIM_SimStateMachine"
#: For each kind its tag, its text, and the record's data type (without ``echo:event:``) and message.
EXAMPLES = {
    "turn_started_by_button": ("SPCH-SIM_StartSpeechCommand", "mInitiator=SHORT_BUTTON_PRESS", "turn",
        f"{LOG}that the speech client started a turn; it names SHORT_BUTTON_PRESS as the initiator. That is a"
        f" button, not"
        " a wake word."),
    "turn_started": ("SPCH-SIM_StartSpeechCommand", "mInitiator=WAKE_WORD", "turn",
        f"{LOG}that the speech client started a turn; it names WAKE_WORD as the initiator."),
    "speech_without_connection": (SIM, "Got SpeechStartEvent in DisconnectState", "turn_state",
        f"{LOG}that the speech client got SpeechStartEvent in DisconnectState. In that state the device has no"
        f" connection"
        " to the service; something was heard, and nothing was sent."),
    "turn_state_changed_by_event": (SIM, "TimeoutEvent: ListenState to ReadyState", "turn_state",
        f"{LOG}that the speech client got TimeoutEvent in ListenState and names ReadyState next."),
    "turn_state_changed": (SIM, "ReadyState -> ListenState", "turn_state",
        f"{LOG}that the speech client moved from ReadyState to ListenState."),
    "turn_event": (SIM, "Got ErrorEvent in ListenState, errorCode GENERIC", "turn_state",
        f"{LOG}that the speech client got ErrorEvent in ListenState."),
    "turn_state": (SIM, "in ReadyState", "turn_state", f"{LOG}that the speech client was in ReadyState."),
    "capture": ("SPCH-AP_AudioRecorder", "Start reading from the audio stream", "capture",
        f"{LOG}of the capture of sound for the service: Start reading from the audio stream."),
    "capture_failed": ("SPCH-SIM_StreamWriterRunnable", "amazon.speech.audio.AudioStreamReader$OverrunException",
    "capture",
        f"{LOG}that sending captured sound failed with amazon.speech.audio.AudioStreamReader$OverrunException."),
    "directive_of_a_turn": ("SPCH-SIM_SimJobStack", "push directiveId=d-1234, sequenceId=s-1", "directive",
        f"{LOG}the directive d-1234 of the service, in the sequence s-1."),
    "directives_completed": ("SIM", "onDirectiveSequenceCompleted ID (s-1) cancelled (false) bargeIn (true)",
    "directive",
        f"{LOG}that the sequence of directives s-1 was completed; cancelled: false, cut in upon: true."),
    "new_dialog_request": ("SIM", "NewDialogRequest Directive Received; eventId (e-1)", "directive",
        f"{LOG}a directive of the service that begins a new dialog request, for the event e-1."),
    "dialog_request_not_found": ("SIM", "Cannot find utterance state machine for dialogRequestId d-1", "directive",
        f"{LOG}that nothing was known of the dialog request d-1."),
    "speech_started": ("tts-Server", "Playback started: uid(32037)_id(0)_namespace(SpeechSynthesizer)", "speech",
        f"{LOG}that the device began to speak (uid 32037, id 0, SpeechSynthesizer). A device also speaks without having"
        " been asked."),
    "speech_ended": ("tts-Server", "Playback ended: uid(32037)_id(0)_namespace(SpeechSynthesizer), FAILED", "speech",
        f"{LOG}that the device ceased to speak (uid 32037, id 0, SpeechSynthesizer); outcome: FAILED."),
    "playback": ("tts-Server", "Playback started: uid(32037)_id(4)_namespace(AudioPlayer)", "playback",
        f"{LOG}that the playback of AudioPlayer started (uid 32037, id 4)."),
    "sounding_state": ("native", "State change stream[AlarmState] state[PLAYING]", "playback",
        f"{LOG}that the stream AlarmState of sound is in the state PLAYING."),
    "volume_by_the_service": ("AMBS_ChannelVolumeController", "SetMute mute=true", "volume",
        f"{LOG}of the volume: SetMute mute=true"),
    "action_button": ("HeadlessKeyPolicyManager", "KEYCODE_BUTTON_MODE, scanCode=138, deviceId=3, source=0x501",
    "button",
        f"{LOG}the action button (KEYCODE_BUTTON_MODE, scan code 138)."),
    "mute_button": ("HeadlessKeyPolicyManager", "KEYCODE_MUTE, scanCode=113, deviceId=3, source=0x501", "button",
        f"{LOG}the button that turns the microphones off and on (KEYCODE_MUTE, scan code 113)."),
    "volume_button": ("HeadlessKeyPolicyManager", "KEYCODE_VOLUME_UP, scanCode=115, deviceId=3", "button",
        f"{LOG}a volume button (KEYCODE_VOLUME_UP, scan code 115; 114 is quieter, 115 louder)."),
    "other_button": ("HeadlessKeyPolicyManager", "KEYCODE_POWER, scanCode=116", "button",
        f"{LOG}the key KEYCODE_POWER, scan code 116."),
    "action_button_event": ("KeyEventObserver", "Received uber, keyCode=110, state=0", "button",
        f'{LOG}the button "uber" (key code 110) in the state 0; "uber" is the action button.'),
    "button_press": ("KeyListener", "STATE_DOWN -> STATE_UP -> STATE_SHORT", "button",
        f"{LOG}of a button STATE_DOWN -> STATE_UP -> STATE_SHORT."),
    "set_up": ("AmazonOOBE.SonarOOBEMainService", "Start Reason = 2", "setup",
        f'{LOG}of the set-up mode "Start", reason 2; 2 is a press of the button.'),
    "presence_by_ultrasound": ("SPCH-WW", "Presence DetectionType: 1", "presence",
        f"{LOG}a detection of presence, of type 1."),
    "detector_held_off": ("DetectorStateManager", "(2) other clients still disable wakeword (oobe, mute)", "detector",
        f"{LOG}that 2 other programs still keep the wake-word detector off: oobe, mute."),
    "local_command_dropped": ("ListenState", "Dropping local command from Pryon because the device is listening",
    "detector",
        f"{LOG}of a word that the device itself acts on: Dropping local command from Pryon because the device"
        f" is listening"),
    "torsos_or_hands": ("CVNative-human.detector", "Found 1 torsos or hands. bootTimestamp=204186881"
    " frameNumber=2041530",
        "person", f"{LOG}that the camera's detector found 1 torsos or hands."),
    "faces": ("CVNative-face.tracker", "Number of face detections associated to human tracking outputs : 2", "person",
        f"{LOG}that the camera's detector found 2 faces."),
    "face_quality": ("CVNative-EdgeCVMLSDK-FaceVerification", "calculateFaceQualityScore(144) Face quality"
    " score 0.610262",
        "visual_id", f"{LOG}that a face was rated 0.610262 for recognition, on a scale from 0 to 1."),
    "account_named": ("AIS_HTTP_CONNECTION", "with account: amzn1.account.AAAABBBBCCCCDDDDEEEEFFFFGGGG", "account",
        "The log names the account amzn1.account.AAAABBBBCCCCDDDDEEEEFFFFGGGG."),
    "address_of_the_service": ("AIS_VID_PUBLISHER", "Request URL: https://api.eu.amazonalexa.com/v1/presence/signals",
        "request", f"{LOG}a request to https://api.eu.amazonalexa.com/v1/presence/signals."),
    "broadcast_of_the_speech_client": ("ActivityManager", "x com.amazon.speech.LocalCommand.Stop y", "broadcast",
        "The log names the broadcast com.amazon.speech.LocalCommand.Stop."),
    "alarm_stopped_by_button": ("x", "amazon.alexa.alerts.ACTION_ALARM_BUTTON_STOP", "broadcast",
        "The log names the broadcast amazon.alexa.alerts.ACTION_ALARM_BUTTON_STOP."),
    "set_up_mode_on": ("x", "com.amazon.device.oobe.services.action.SETUP_MODE_ON", "broadcast",
        "The log names the broadcast com.amazon.device.oobe.services.action.SETUP_MODE_ON."),
    "wifi": ("wpa_supplicant", "wlan0: CTRL-EVENT-CONNECTED - Connection to x", "wifi",
        f"{LOG}of the Wi-Fi: CTRL-EVENT-CONNECTED - Connection to x"),
    "screen": ("ActivityManager", "START u0 {act=x}", "app", f"{LOG}that a screen was started or shown: START"
    f" u0 {{act=x}}"),
    "clock_set": ("SystemClockTime", "Setting time of day to sec=1710409262", "clock_change",
        f"{LOG}that the clock was set to 1710409262 seconds after 1970 began."),
    "start_of_the_system": ("boot_progress_start", "5021", "boot",
        f"{LOG}that the system was being started, 5021 ms after the device was."),
}  # fmt: skip


@pytest.mark.parametrize("kind", line_kinds(TABLE), ids=lambda kind: kind.name)
def test_a_line_of_each_kind(kind: object) -> None:
    name = getattr(kind, "name")  # noqa: B009 (named by the parametrisation)
    tag, text, data_type, message = EXAMPLES[name]
    found = EventFinder().find(tag.encode(), text.encode())
    assert found is not None
    assert (found.data_type, found.message) == (f"echo:event:{data_type}", message)


def test_hostile_lines_take_little_time() -> None:
    finder = EventFinder()
    for tag, text, *_ in EXAMPLES.values():
        for part in (text, text[:8], text[-8:], " ", "State", "(", "#"):
            before = time.process_time()
            finder.find(tag.encode(), (part * (65536 // len(part))).encode())
            assert time.process_time() - before < 1, (tag, part)


def test_the_values_of_a_line_are_fields_keys_and_columns() -> None:
    finder = EventFinder()
    account = finder.find(*(part.encode() for part in EXAMPLES["account_named"][:2]))
    assert account is not None
    assert account.account == "amzn1.account.AAAABBBBCCCCDDDDEEEEFFFFGGGG"
    request = finder.find(*(part.encode() for part in EXAMPLES["dialog_request_not_found"][:2]))
    assert request is not None
    assert request.keys == ("dialog-request:d-1",)
    clock = finder.find(*(part.encode() for part in EXAMPLES["clock_set"][:2]))
    assert clock is not None
    note = "The time to which the clock was set, epoch seconds (UTC), as the line gives it."
    assert clock.times == (Timestamp("Recorded Time", "1710409262", Clock.DEVICE, 1710409262000000, note),)


def test_a_structured_line_is_parted_and_its_secrets_are_not_shown() -> None:
    text = f"amazon.speech.sim#WAKE_WORD_DETECTED#1#ALEXA#{UTTERANCE}#refresh_token=Atzr|IwEBIKkkkkkkkkkkkkkkkkk"
    found = EventFinder().find(b"DeviceEvent", text.encode())
    assert found is not None
    assert (found.data_type, found.utterance) == ("echo:event:device_event", UTTERANCE)
    values = found.fields["values"]
    assert isinstance(values, list)
    assert values[:2] == ["ALEXA", UTTERANCE]
    assert values[2] == "refresh_token=<present, 28 characters>"
    assert "Atzr" not in found.message + str(found.fields)
    assert EventFinder().find(b"DeviceEvent", b"no structure") is None


def _read(lines: list[str], path: str = "logd/Log.main@1681062300000.txt.zip!/Log.main_0") -> list[Record | Issue]:
    return list(FireOsLog().parse(Source.of("".join(f"{line}\n" for line in lines).encode(), path)))


def test_the_start_of_the_device_is_reckoned_once_from_lines_that_count_from_it() -> None:
    line = "04-09 17:44:{}.355  2052  3945 I CVNative-human.detector: Found 1 torsos or hands. bootTimestamp={}"
    person, boot, again, _ = _read([line.format("49", 204186881), line.format("50", 204187881)])
    assert isinstance(person, Record)
    assert isinstance(again, Record)
    assert (person.data_type, again.data_type) == ("echo:event:person", "echo:event:person")
    assert isinstance(boot, Record)
    assert boot == Record(
        "echo:event:boot",
        "The log records 204186881 ms since the device was started: it had been running for 2 days, 08:43:06, since"
        " 2023-04-07 09:01:42 UTC by its own clock.",
        "line:1",
        (
            Timestamp(
                "Start Time", "04-09 17:44:49.355 less 204186881 ms", Clock.DEVICE, 1680858102474000,
                "When the device was started, told from the line: its time, less the milliseconds since the"
                " start that it"
                " gives.",
            ),
        ),
        fields={"since_start_ms": 204186881, "line_time": "04-09 17:44:49.355"},
    )  # fmt: skip


def test_without_a_year_the_start_is_reckoned_as_far_as_it_can_be() -> None:
    line = "0{}-09 17:44:49.355  2052  3945 I CVNative-human.detector: Found 1 torsos or hands. bootTimestamp={}"
    _, boot, _ = _read([line.format(4, 204186881)], "Log.main_0")
    assert isinstance(boot, Record)
    assert boot.message.endswith("for 2 days, 08:43:06, since 04-07 09:01:42 by its own clock.")
    assert iso(boot.timestamps[0].timestamp) is None
    _, boot, _ = _read([line.format(3, 30 * 86_400_000)], "Log.main_0")
    assert isinstance(boot, Record)
    assert boot.message.endswith("it had been running for 30 days, 00:00:00.")


@given(st.binary(max_size=40), st.binary(max_size=200))
def test_any_tag_and_text(tag: bytes, text: bytes) -> None:
    EventFinder().find(tag, text)
