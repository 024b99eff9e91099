"""Lines of a Fire OS log that become records.

A further event is one more entry: of the event service in :data:`KINDS`, of any other program in :data:`PATTERNS`.

References:
    The event types that Crasselt and Pugliese list for an Echo Show 15 (DFRWS USA 2024).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from parsers.record import Value
from parsers.utterance import UtteranceId

#: For each event of the event service, the last part of its data type. What is not here is ``other``.
KINDS = {
    "WAKE_WORD": "wake_word", "TOUCH_EVENT": "touch", "BUTTON_EVENT": "button",
    "PRIVACY_MODE_ON": "privacy_mode", "PRIVACY_MODE_OFF": "privacy_mode",
    "VIDEO_INPUT_BLOCKED_MODE_OFF": "privacy_mode", "VIDEO_INPUT_BLOCKED_MODE_ON": "privacy_mode",
    "CAMERA_ENABLED": "camera", "CAMERA_DISABLED": "camera", "SHUTTER_OPENED": "camera", "SHUTTER_CLOSED": "camera",
    "MOTION": "motion", "PRESENCE": "presence", "ABSENCE": "presence", "CLOUD_PRESENCE_CV": "presence",
    "CLOUD_ABSENCE_CV": "presence", "CLOUD_PRESENCE_INTERACTION": "presence",
    "CLOUD_ABSENCE_INTERACTION": "presence", "CLOUD_WAKELOCK_PRESENCE": "presence",
    "CVS_START_VISUAL_ID": "visual_id", "CVS_END_VISUAL_ID": "visual_id", "CVS_CONNECTED": "visual_id",
    "CVS_ENABLED": "visual_id", "CVS_DISABLED": "visual_id", "ALEXA_SPEECH_START": "speech",
    "ALEXA_SPEECH_STOP": "speech", "HELLO_TTS_DONE": "speech", "SCREEN_ON": "screen", "SCREEN_OFF": "screen",
    "DND_MODE_ON": "do_not_disturb", "DND_MODE_OFF": "do_not_disturb", "BOOT_COMPLETE": "boot",
    "TIME_CHANGED": "clock_change",
}  # fmt: skip
TYPES = tuple(sorted({f"echo:event:{kind}" for kind in (*KINDS.values(), "other", "wifi", "app", "person")}))
UTTERANCE_TYPE = "echo:log:utterance"

_RECEIVED = re.compile(rb"Received event: (?P<event>[A-Z][A-Z0-9_]{1,60})")
_HANDLED = re.compile(rb"handleEventInternal: (?P<event>[A-Z][A-Z0-9_]{1,60})")
_FACE = re.compile(rb"Request JSON body: (?P<body>\{.*)", re.DOTALL)
#: Tag, text, data type, sentence with the text's groups in braces.
PATTERNS: tuple[tuple[re.Pattern[bytes], re.Pattern[bytes], str, str], ...] = (
    (re.compile(rb"CVNative.{0,60}|.{0,40}human\.detector.{0,20}"),
     re.compile(rb"Found (?P<count>\d{1,4}) torsos or hands"),
     "echo:event:person", "The log records that the camera's detector found {count} torsos or hands."),
    (re.compile(rb"wpa_supplicant|wifi.{0,40}|Wifi.{0,40}"),
     re.compile(rb"(?P<what>CTRL-EVENT-CONNECTED|CTRL-EVENT-DISCONNECTED|Associated with)(?P<rest>.{0,200})"),
     "echo:event:wifi", "The log records of the Wi-Fi: {what}{rest}"),
    (re.compile(rb"ActivityManager|ActivityTaskManager"),
     re.compile(rb"(?P<what>START u\d{1,3}|Displayed) (?P<rest>.{1,300})"),
     "echo:event:app", "The log records that a screen was started or shown: {what} {rest}"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What a line reports.

    Attributes:
        data_type: the record's.
        message: its sentence.
        fields: what the line names.
        event: the event service's word, by which two lines of one event are recognised; empty for other lines.
        person: the person a face was taken for.
        seen: when the face was last seen, as written.
        utterance: an utterance id in the line.
    """

    data_type: str
    message: str
    fields: dict[str, Value] = field(default_factory=dict)
    event: str = ""
    person: str | None = None
    seen: str = ""
    utterance: str | None = None


def find(tag: bytes, text: bytes) -> LogEvent | None:
    """What a line reports, or None."""
    if tag.startswith(b"ECS_") and (event := _RECEIVED.search(text) or _HANDLED.search(text)):
        word = event["event"].decode("ascii")
        done = "received" if event.re is _RECEIVED else "handled"
        message = f"The log records that the device's event service {done} {word}."
        return LogEvent(f"echo:event:{KINDS.get(word, 'other')}", message, {"event": word}, word)
    if b"VID_PUBLISHER" in tag and (body := _FACE.search(text)):
        return _face(body["body"])
    for known_tag, pattern, data_type, sentence in PATTERNS:
        if known_tag.fullmatch(tag) and (match := pattern.search(text)):
            groups = {name: value.decode("utf-8", "backslashreplace") for name, value in match.groupdict(b"").items()}
            return LogEvent(data_type, sentence.format(**groups).strip(), {**groups})
    if b"::TNIH" in text and (spoken := UtteranceId.find(text.decode("utf-8", "backslashreplace"))):
        name = tag.decode("utf-8", "backslashreplace")
        message = f"The log of {name} names an utterance."
        return LogEvent(UTTERANCE_TYPE, message, {"text": text[:500].decode("utf-8", "replace")}, utterance=spoken.text)
    return None


def _face(body: bytes) -> LogEvent:
    """A report of a face to the service: JSON, with JSON inside."""
    message = "The log records that the device reported a face to the service"
    text = body.decode("utf-8", "backslashreplace")
    try:
        events = json.loads(text)["detectionEvents"]
        payload = json.loads(events[0]["payload"])["person"]
        person, seen = payload.get("personId"), payload.get("lastDetectedTimestamp")
        value = events[0].get("value")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return LogEvent(
            "echo:event:visual_id", f"{message}; the report could not be taken apart.", {"report": text[:2000]}
        )
    person = person if isinstance(person, str) else None
    taken = f", as person {person}" if person else ""
    fields: dict[str, Value] = {"value": value if isinstance(value, str) else None, "report": text[:2000]}
    when = seen if isinstance(seen, str) else ""
    return LogEvent("echo:event:visual_id", f"{message}{taken}.", fields, person=person, seen=when)
