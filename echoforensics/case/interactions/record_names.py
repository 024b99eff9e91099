"""The names by which a record can be joined, in order of strength."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from echoforensics.case.interactions.strength import Strength
from echoforensics.case.spoken.spoken_record import ALONE, FOLLOWING_KEYS, Role, SpokenRecord
from parsers.alexa_api.items.activity_key import ActivityKey, activity_time_key
from parsers.utterance import UtteranceId

#: Length of the prefix of a voice request's id in a device's log.
_REQUEST_CUT = 31
_DIALOGS = ("dialog-request", "dialog")
#: Kinds of names that two records share only if they belong to the same interaction.
_RECORD_KEYS = ("activity", "numbered-audio", "comms-message", "activity-time")
#: Kinds of keys whose holders may belong to an interaction, whatever their data type.
KEY_KINDS = ("activity", "activity-time", "comms-message", "dialog", "dialog-request", "voice-request")
#: Devices count samples from each start, so another start may repeat a number.
_SAMPLES = "audio-sequence"
_SAVED = "saved-as"
_KINDS_IN_WORDS = {_SAVED: "file name", "content-sha1": "SHA-1 of the content"}
#: Data types whose records may name a queue.
_QUEUED = ("alexa:cloud:media", "alexa:cloud:media_session", "alexa:cloud:card")
#: Data types whose records name lines of their log: a near miss, and the stream that was opened for it.
_WITH_LINES = ("echo:log:near_miss", "echo:log:audio_stream")
_QUEUE = re.compile(r"[\w:./#-]{8,200}", re.ASCII)
#: Maximum length of a name; one that is no utterance id also has a minimum length, so that "1" or "null"
#: joins nothing.
_LONGEST, _SHORTEST = 4096, 16
#: A recording as the service delivers it, and as devices make it.
_RATES, _LONGEST_SPEECH = (8_000, 16_000), 180_000_000
#: Parts of paths of the maker's own sounds.
_CHIMES = ("earcon", "ringtone", "notificationtone", "/system/", "/usr/share/", "alarm", "boot-animation")


@dataclass(slots=True, unsafe_hash=True)
class RecordNames:
    """A record's names. Treat it as immutable; a frozen class takes several times as long to create.

    Attributes:
        stream: the uuid of its utterance id; empty if it names none.
        keys: for each strength, the names that tie it to others.
        refers: names of things that follow an interaction. A record of ``following`` with such a name belongs to the
            only interaction that holds it too.
    """

    stream: str
    keys: tuple[tuple[Strength, str], ...]
    refers: tuple[str, ...]


def names_of(record: SpokenRecord) -> RecordNames:
    """Return the names of a record. Equal keys of two records have equal texts."""
    utterance = UtteranceId.parse(record.utterance_id) if record.utterance_id else None
    keys, refers = _from_keys(record, utterance)
    if utterance is None and record.utterance_id and _SHORTEST <= len(record.utterance_id) <= _LONGEST:
        keys.append((Strength.RECORD_KEY, f"stated-id:{record.utterance_id}"))
    if record.data_type in _WITH_LINES:
        keys += _lines(record)
    if record.role is Role.RECORDING and record.sha256:
        keys.append((Strength.SAME_BYTES, f"sound:{record.sha256}"))
    if record.data_type in _QUEUED:
        refers += _queues(record)
    return RecordNames(utterance.uuid if utterance else "", tuple(sorted(set(keys))), tuple(sorted(set(refers))))


def stands_alone(record: SpokenRecord, names: RecordNames) -> bool:
    """Whether a record is an interaction by itself: of something heard, or stored by the service."""
    if record.role is Role.RECORDING:
        return bool(names.stream) or is_speech_form(record)
    if record.role is Role.FOLLOWING:
        return False
    heard = record.role is Role.ENTRY and bool(record.transcript)
    return bool(names.stream or names.keys) or heard or record.data_type in ALONE


def is_speech_form(record: SpokenRecord) -> bool:
    """Whether a recording has the format of Alexa's: one channel, 8 or 16 kHz, at most three minutes.

    A recording that was numbered or named as one of the service's by whoever saved it counts as one.
    """
    if any(key.startswith(("numbered-audio:", f"{_SAVED}:")) for key in record.keys):
        return True
    if record.data_type != "recording:audio":
        return True
    if is_device_sound(record.path):
        return False
    duration = record.fields.get("duration_us")
    short = not isinstance(duration, int) or duration <= _LONGEST_SPEECH
    return record.fields.get("channels") == 1 and record.fields.get("rate_hz") in _RATES and short


def is_device_sound(path: str) -> bool:
    """Whether a path is one of the maker's own sounds: chimes, alarms, ringtones."""
    # A path begins with a folder of the evidence, without a slash.
    lower = f"/{path.lower()}"
    return any(part in lower for part in _CHIMES)


def named_in_words(key: str) -> str:
    """A name for a reason's sentence, without folders and evidence numbers: they depend on how a source was given."""
    kind, _, value = key.partition(":")
    if kind == "numbered-audio":
        return f"number {value.rpartition('@')[0].rpartition('#')[2]}"
    if kind in ("saved-as", "audio-sequence"):
        value = value.rpartition("@")[0] or value
    if kind == "log-line":
        return f"line {value.rpartition('#')[2]} of the same file"
    return (
        f"{_KINDS_IN_WORDS.get(kind) or kind.replace('-', ' ')} {value if len(value) <= 120 else value[:120] + '...'}"
    )


def _from_keys(record: SpokenRecord, utterance: UtteranceId | None) -> tuple[list[tuple[Strength, str]], list[str]]:
    """The names that a record's keys are or contain, and those of what follows an interaction."""
    # A saved file may hold many records; a recording is one.
    listed = record.data_type == "alexa:app:acquired_file" and utterance is not None
    saved = listed or record.role is Role.RECORDING
    keys: list[tuple[Strength, str]] = []
    refers: list[str] = []
    for key in record.keys:
        kind, colon, value = key.partition(":")
        if not colon or len(key) > _LONGEST:
            continue
        if kind in _RECORD_KEYS or (saved and kind == _SAVED):
            keys.append((Strength.RECORD_KEY, key))
            if kind == "activity":
                keys += [(Strength.RECORD_KEY, time_key) for time_key in _activity_times(value)]
        elif kind == "voice-request":
            keys.append((Strength.REQUEST_ID, f"{kind}:{value[:_REQUEST_CUT]}"))
        elif kind in _DIALOGS:
            keys.append((Strength.REQUEST_ID, f"dialog-request:{value}"))
        elif kind == _SAMPLES:
            keys += [(Strength.RECORD_KEY, f"{key}@{item}") for item in record.evidence]
        elif kind in FOLLOWING_KEYS:
            refers.append(key)
    return keys, refers


def _activity_times(text: str) -> tuple[str, ...]:
    """The keys of records that name the activity of a key by its millisecond alone, or with its device."""
    activity = ActivityKey.parse(text)
    if activity is None:
        return ()
    return activity_time_key(activity.created, activity.serial), activity_time_key(activity.created, "")


def _lines(record: SpokenRecord) -> Iterator[tuple[Strength, str]]:
    """Yield the log lines with which a near miss refers to the stream that was opened for it."""
    lines: Any = [record.fields.get("stream_line")] if record.role is Role.NEAR_MISS else record.fields.get("lines")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, int):
            yield Strength.RECORD_KEY, f"log-line:{record.sha256}#{line}"


def _queues(record: SpokenRecord) -> Iterator[str]:
    """Yield the names of the queues that a card or a medium names."""
    for holder in (record.fields, record.fields.get("imageAction"), record.fields.get("playbackAction")):
        queue = holder.get("queueId") if isinstance(holder, dict) else None
        if isinstance(queue, str) and _QUEUE.fullmatch(queue):
            yield f"queue:{queue}"
