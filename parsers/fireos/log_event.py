"""Lines of a Fire OS log that become records.

To support another event, add an entry: for the event service in :data:`KINDS`, for other programs in the table
``log_lines/fire_os.yaml`` of :mod:`parsers.definitions`.

References:
    The event types that Crasselt and Pugliese list for an Echo Show 15 (DFRWS USA 2024). The form of ``DeviceEvent``:
    the speech client's own program (decompiled).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace

from parsers.definition.log_lines import LineKind, line_kinds
from parsers.record import Clock, Timestamp, Value
from parsers.secret import masked
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId
from parsers.values import shown

#: For each event of the event service, the last part of its data type. Other events are ``other``.
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
TABLE = "fire_os"
TYPES = tuple(
    sorted(
        {f"echo:event:{kind}" for kind in (*KINDS.values(), "other", "device_event")}
        | {kind.data_type for kind in line_kinds(TABLE)}
    )
)
UTTERANCE_TYPE = "echo:log:utterance"

_UTTERANCE = b"::TNIH"
#: Programs whose lines :func:`_by_code` reads; it also reads lines of logs that omit the program.
_BY_CODE = re.compile(rb"^(?:$|ECS_|DeviceEvent$)|VID_PUBLISHER")
_RECEIVED = re.compile(rb"Received event: (?P<event>[A-Z][A-Z0-9_]{1,60})")
_HANDLED = re.compile(rb"handleEventInternal: (?P<event>[A-Z][A-Z0-9_]{1,60})")
_FACE = re.compile(rb"Request JSON body: (?P<body>\{.*)", re.DOTALL)
_DEVICE_EVENT = re.compile(
    rb"(?P<origin>[\w.$]{1,200})#(?P<key>[^#]{1,200})#(?P<number>\d{1,18})(?:#(?P<values>.*))?", re.DOTALL
)
#: The most values kept of one structured line, and the most characters of each.
_MAX_VALUES, _MAX_VALUE = 50, 300
#: How many tags have their line kinds cached while a log is read.
_MAX_TAGS = 4096


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What a line reports.

    Attributes:
        data_type: the record's data type.
        message: its sentence.
        fields: what the line names.
        event: the event service's term, by which two lines of one event are recognised; empty for other lines.
        person: the person that a face was attributed to.
        seen: when the face was last seen, as written.
        utterance: an utterance id in the line.
        account: an account that the line names.
        keys: the record's keys.
        times: further times in the line.
        since_start: milliseconds since the device was started, if the line gives them.
    """

    data_type: str
    message: str
    fields: dict[str, Value] = field(default_factory=dict)
    event: str = ""
    person: str | None = None
    seen: str = ""
    utterance: str | None = None
    account: str | None = None
    keys: tuple[str, ...] = ()
    times: tuple[Timestamp, ...] = ()
    since_start: int | None = None


class EventFinder:
    """Finds the event in each line of a log."""

    def __init__(self) -> None:
        self._by_tag: dict[bytes, tuple[tuple[LineKind, ...], bool]] = {}
        # Kinds that any program may write, with the start of a text that each of their lines contains: a faster search.
        self._of_anybody = tuple(kind for kind in line_kinds(TABLE) if kind.programs is None)
        words = (_UTTERANCE, *(kind.word for kind in self._of_anybody))
        self._words = re.compile(b"|".join(re.escape(word[:4]) for word in words))

    def find(self, tag: bytes, text: bytes) -> LogEvent | None:
        """Return the event of a line, or None."""
        kinds, coded = self._by_tag.get(tag) or self._kinds(tag)
        found = _by_code(tag, text) if coded else None
        if kinds is self._of_anybody and not self._words.search(text):
            return found
        found = found or _by_kind(kinds, text)
        if _UTTERANCE not in text or (spoken := UtteranceId.find(text.decode("utf-8", "backslashreplace"))) is None:
            return found
        if found is not None:
            return replace(found, utterance=spoken.text)
        name = tag.decode("utf-8", "backslashreplace")
        shown_text = masked(text[:500].decode("utf-8", "replace"))
        message = f"The log of {name} names an utterance."
        return LogEvent(UTTERANCE_TYPE, message, {"text": shown_text}, utterance=spoken.text)

    def _kinds(self, tag: bytes) -> tuple[tuple[LineKind, ...], bool]:
        """The kinds of lines of a program, and whether :func:`_by_code` reads them too."""
        if len(self._by_tag) >= _MAX_TAGS:
            self._by_tag.clear()
        kinds = tuple(kind for kind in line_kinds(TABLE) if _may_write(kind, tag))
        found = self._of_anybody if kinds == self._of_anybody else kinds, _BY_CODE.search(tag) is not None
        self._by_tag[tag] = found
        return found


def _by_kind(kinds: tuple[LineKind, ...], text: bytes) -> LogEvent | None:
    for kind in kinds:
        if (not kind.word or kind.word in text) and (match := kind.text.search(text)):
            return _declared(kind, match)
    return None


def _may_write(kind: LineKind, tag: bytes) -> bool:
    """Whether a program may write lines of a kind. If the log omits its name, the kind's word must suffice."""
    if not tag:
        return bool(kind.word)
    return kind.programs is None or kind.programs.fullmatch(tag) is not None


def _declared(kind: LineKind, match: re.Match[bytes]) -> LogEvent:
    groups = {
        name: masked(value.decode("utf-8", "backslashreplace"))
        for name, value in match.groupdict().items()
        if value is not None
    }
    times: tuple[Timestamp, ...] = ()
    if kind.time and (recorded := groups.get(kind.time.group)):
        timestamp = from_milliseconds(int(recorded) * kind.time.factor // 1000)
        times = (Timestamp(kind.time.description, recorded, Clock.DEVICE, timestamp, kind.time.note),)
    since = groups.get("since_start_ms")
    return LogEvent(
        kind.data_type,
        kind.sentence(groups),
        {**groups},
        account=groups.get("account"),
        keys=kind.shared(groups),
        times=times,
        since_start=int(since) if since else None,
    )


def _device_event(text: bytes) -> LogEvent | None:
    """Read a line of analytics data from the device's programs: origin, key, a number, and values."""
    found = _DEVICE_EVENT.fullmatch(text.strip())
    if found is None:
        return None
    origin, key, number = (found[name].decode("utf-8", "backslashreplace") for name in ("origin", "key", "number"))
    parts = found["values"].decode("utf-8", "backslashreplace").split("#") if found["values"] is not None else []
    values: list[Value] = [masked(part[:_MAX_VALUE]) for part in parts[:_MAX_VALUES]]
    fields: dict[str, Value] = {"origin": origin, "key": key, "number": number, "values": values}
    if len(parts) > _MAX_VALUES:
        fields["left_out"] = [f"{len(parts) - _MAX_VALUES} of {len(parts)} values"]
    message = f"The log records an event that {origin} calls {key}"
    if values:
        message += f", with the values {shown(values) or 'not shown'}"
    return LogEvent("echo:event:device_event", f"{message}.", fields)


def _by_code(tag: bytes, text: bytes) -> LogEvent | None:
    """Read a line that no table can describe."""
    if (tag.startswith(b"ECS_") or not tag) and (event := _RECEIVED.search(text) or _HANDLED.search(text)):
        word = event["event"].decode("ascii")
        done = "received" if event.re is _RECEIVED else "handled"
        message = f"The log records that the device's event service {done} {word}."
        return LogEvent(f"echo:event:{KINDS.get(word, 'other')}", message, {"event": word}, word)
    if b"VID_PUBLISHER" in tag and (body := _FACE.search(text)):
        return _face(body["body"])
    return _device_event(text) if tag == b"DeviceEvent" else None


def _face(body: bytes) -> LogEvent:
    """Read a report of a face to the service: JSON within JSON."""
    message = "The log records that the device reported a face to the service"
    text = body.decode("utf-8", "backslashreplace")
    try:
        events = json.loads(text)["detectionEvents"]
        payload = json.loads(events[0]["payload"])["person"]
        person, seen = payload.get("personId"), payload.get("lastDetectedTimestamp")
        value = events[0].get("value")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return LogEvent(
            "echo:event:visual_id", f"{message}; the report could not be taken apart.", {"report": masked(text[:2000])}
        )
    person = person if isinstance(person, str) else None
    taken = f", as person {person}" if person else ""
    fields: dict[str, Value] = {"value": value if isinstance(value, str) else None, "report": masked(text[:2000])}
    when = seen if isinstance(seen, str) else ""
    return LogEvent("echo:event:visual_id", f"{message}{taken}.", fields, person=person, seen=when)
