"""Sound recordings in any container, one record per file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.formats.audio.facts import AudioFacts, Undescribed
from parsers.formats.audio.formats import recognise
from parsers.locator import at_bytes
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.recording import names
from parsers.recording.about import ABOUT
from parsers.recording.called_sound import is_called_sound
from parsers.recording.place import place_of
from parsers.registry import register
from parsers.utterance import UtteranceId

DATA_TYPE = "recording:audio"
_DEVICE_TYPE = re.compile(r"A[0-9A-Z]{9,14}")
_EXCERPT = 64
_NOT_KNOWN = (
    "The file's name ends in {}, as names of sound files do, but its first bytes are of no format of sound that is"
    " known; it was not read. It may be damaged, encrypted or of a rare format: try it with ffprobe or another player."
)


@register
class RecordingParser(Parser):
    """Reports a recording's container, coding, duration, completeness, and the information in its name."""

    name: ClassVar[str] = "recording"
    version: ClassVar[str] = "7"
    reads_neighbours: ClassVar[bool] = True
    about: ClassVar[About] = ABOUT

    def claims(self, source: Source) -> bool:
        """Whether the file has a known container format, or is named like a sound file and is not text."""
        return recognise(source.head, source.name) is not None or is_called_sound(source)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record, and issues for errors and for data after the recording's end."""
        known = recognise(source.head, source.name)
        if known is None:
            if is_called_sound(source):
                yield Issue(_NOT_KNOWN.format(names.ending(source.name)), excerpt=source.head[:_EXCERPT])
            return
        with source.open() as stream:
            facts = known.describe(stream, source.size)
            if isinstance(facts, Undescribed):
                if not facts.foreign:
                    yield Issue(facts.what, excerpt=source.head[:_EXCERPT])
                return
            after = b""
            if facts.trailing > 0:
                stream.seek(facts.end)
                after = stream.read(min(_EXCERPT, facts.trailing))
        yield _record(source, facts)
        if facts.issue:
            yield Issue(f"The recording is {facts.full_issue}.", _locator(facts))
        if facts.trailing > 0:
            yield Issue(
                f"{facts.trailing} bytes follow the end of the recording at byte {facts.end};"
                " nothing in them was recognised as a part of it.",
                at_bytes(facts.end, facts.trailing),
                after,
            )


def _locator(facts: AudioFacts) -> str:
    return at_bytes(0, facts.end) if facts.trailing > 0 else ""


def _record(source: Source, facts: AudioFacts) -> Record:
    metadata: dict[str, Value] = dict(facts.metadata)
    place = place_of(source)
    fields: dict[str, Value] = {
        "container": facts.container,
        "codec": facts.codec,
        "rate_hz": facts.rate_hz,
        "channels": facts.channels,
        "duration_us": facts.duration_us,
        "bits": facts.bits,
        "whole": facts.whole,
        "fault": facts.full_issue,
        "end": facts.end,
        "end_reason": facts.ending.value,
        "trailing": facts.trailing,
        "metadata": metadata,
        "notes": list(facts.notes),
        **place.fields,
    }
    if facts.damage:
        fields["damage"] = [{"at": damaged.at, "length": damaged.length} for damaged in facts.damage]
    timestamps = [*facts.timestamps, *place.timestamps]
    number = names.number(source.name)
    voice = names.voice(source.name)
    keys: list[str] = []
    if voice is not None:
        fields["name_text"] = voice.text
        timestamps.append(voice.timestamp)
        keys.append(f"saved-as:{source.name}")
    if number is not None:
        keys.append(f"numbered-audio:{source.folder}#{number}")
    named = names.utterance(source.name)
    spoken: UtteranceId | None = None
    if named is not None:
        spoken, fields["utterance_id_in_name"] = named
        timestamps.append(_start(spoken))
    return Record(
        data_type=DATA_TYPE,
        message=message(facts) + place.remark,
        locator=_locator(facts),
        timestamps=tuple(timestamps),
        device_serial=spoken.serial if spoken else None,
        device_type=spoken.source if spoken and _DEVICE_TYPE.fullmatch(spoken.source) else None,
        utterance_id=spoken.text if spoken else None,
        fields=fields,
        keys=tuple(keys),
    )


def _start(spoken: UtteranceId) -> Timestamp:
    note = (
        "From the utterance id in the file's name: UTC, to the second; the start of the audio stream."
        " The name was given by whoever saved the file."
    )
    return Timestamp("Start Time", spoken.recorded_time, Clock.CLOUD, spoken.timestamp, note)


def message(facts: AudioFacts) -> str:
    """Describe a recording in one sentence: its duration, what it is, and whether it is complete."""
    length = "unknown duration"
    if facts.duration_us is not None:
        seconds, rest = divmod((facts.duration_us + 500) // 1000, 1000)
        length = f"{seconds}.{rest:03d} s"
    parts = [facts.container]
    if facts.codec != facts.container:
        parts.append(facts.codec if facts.codec != "unknown" else "unknown coding")
    if facts.rate_hz:
        parts.append(f"{facts.rate_hz} Hz")
    if facts.channels:
        parts.append({1: "mono", 2: "stereo"}.get(facts.channels, f"{facts.channels} channels"))
    state, after = facts.full_issue or "well formed", ""
    if facts.trailing > 0:
        state = facts.full_issue or f"well formed up to byte {facts.end}"
        after = f"; {facts.trailing} bytes follow its end"
    return f"A recording of {length} ({', '.join(parts)}), {state}{after}."
