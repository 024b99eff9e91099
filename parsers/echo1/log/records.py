"""Records of a finished interaction. Each reports what the log says, and on which lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from parsers.echo1.log.interaction import Interaction, Speech
from parsers.echo1.log.line import LogLine
from parsers.echo1.log.timestamps import line_timestamp, millisecond_timestamp
from parsers.locator import at_line
from parsers.record import Record, Timestamp, Value
from parsers.utterance import UtteranceId

#: The sample rate of the audio sent to the encoder, in samples per second.
SAMPLE_RATE = 16_000
#: The accepted difference, in ms, between a time in a line and the line's own second; larger ones are reported.
CLOCK_TOLERANCE_MS = 5_000

_AUDIO_START = " The start of the audio sent, with what was heard just before the wake word."


def records_of(one: Interaction) -> Iterator[Record]:
    """The records of an interaction, in the order of their lines."""
    found = [*_wake_word(one), *_audio_stream(one), *_voice_request(one)]
    found += [_answer(one, speech) for speech in one.answers]
    yield from sorted(found, key=lambda record: int(record.locator.removeprefix("line:")))


def _wake_word(one: Interaction) -> Iterator[Record]:
    place = one.at.get("received") or one.at.get("accepted") or one.at.get("word")
    if place is None:
        return
    values = one.values
    timestamps = []
    if "received" in one.at:
        timestamps.append(millisecond_timestamp(place, values["received"], "Recorded Time"))
    word = f' "{values["word"]}"' if "word" in values else ""
    parts = [
        f"{name} {values[key]}"
        for name, key in (
            ("segmentation score", "segmentation_score"),
            ("classifier score", "classifier_score"),
            ("threshold", "active_threshold"),
        )
        if key in values
    ]
    scores = f" ({', '.join(parts)})" if parts else ""
    message = f"The device's log records that the detector accepted the wake word{word}{scores}.{_what_followed(one)}"
    fields: dict[str, Value] = {
        "wake_word": values.get("word"),
        "segmentation_score": values.get("segmentation_score"),
        "classifier_score": values.get("classifier_score"),
        "active_threshold": values.get("active_threshold"),
        "recognition_id": values.get("recognition_id"),
        "voice_request_id": values.get("request") or values.get("request_cut"),
        "answered": any(speech.utterance for speech in one.answers),
    }
    yield _record(one, "echo:log:wake_word", message, place, _timed(timestamps, place), fields)


def _what_followed(one: Interaction) -> str:
    if "stream" in one.at:
        return " An audio stream was opened for it, and the service named the stream."
    if {"opened", "started"} & one.at.keys():
        return f" An audio stream was opened for it; this file names no utterance for the stream.{_ends(one)}"
    return f" This file shows no audio stream opened for it.{_ends(one)}"


def _ends(one: Interaction) -> str:
    return " The file ends soon after." if one.at_end else ""


def _audio_stream(one: Interaction) -> Iterator[Record]:
    names = ("opened", "started", "stream", "closed", "finished", "sent")
    place = next((one.at[name] for name in names if name in one.at), None)
    if place is None:
        return
    values = one.values
    timestamps = _stream_timestamps(one)
    fields: dict[str, Value] = {
        "stream_kind": values.get("kind"),
        "bytes_written": _number(values.get("sent_bytes")),
        "send_status": values.get("sent_status"),
        "first_sample": _number(values.get("sequence")),
        "last_sample": _number(values.get("end_sequence")),
        "wake_word_first_sample": _number(values.get("word_begin")),
        "wake_word_last_sample": _number(values.get("word_end")),
        "wake_word_first_sample_in_audio": _number(values.get("first_in_audio")),
        "wake_word_last_sample_in_audio": _number(values.get("last_in_audio")),
        "started_by": values.get("start_function"),
        "voice_request_id": values.get("request") or values.get("request_cut"),
    }
    if {"opened", "started"} & one.at.keys():
        message = "The device's log records that an audio stream was opened to the Alexa service."
        if not one.heard:
            message += " No wake word line precedes it in this file."
    else:
        message = "The device's log records an audio stream to the Alexa service; this file does not show its opening."
    if length := _milliseconds_of_audio(values):
        fields["audio_ms"] = length
        message += f" By its sample numbers it holds {length / 1000:.3f} s of audio."
    yield _record(one, "echo:log:audio_stream", message, place, _timed(timestamps, place), fields)


def _stream_timestamps(one: Interaction) -> list[Timestamp]:
    """The times of a stream that its lines give in milliseconds."""
    described = (("started", "Start Time"), ("opened", "Connection Established"), ("closed", "End Time"))
    timestamps = []
    for name, description in described:
        if name in one.at:
            note = _AUDIO_START if name == "started" and one.heard else ""
            timestamps.append(millisecond_timestamp(one.at[name], one.values[name], description, note))
    return timestamps


def _timed(timestamps: list[Timestamp], place: LogLine) -> tuple[Timestamp, ...]:
    """Add the line's own second to the times if none of them is a valid date."""
    if any(timestamp.timestamp is not None for timestamp in timestamps):
        return tuple(timestamps)
    return (line_timestamp(place), *timestamps)


def _voice_request(one: Interaction) -> Iterator[Record]:
    places = [(name, one.at[name]) for name in ("thinking", "thought") if name in one.at]
    if not places:
        return
    timestamps = tuple(
        line_timestamp(line, "Start Time" if name == "thinking" else "End Time") for name, line in places
    )
    request, values = one.values["request"], one.values
    message = f"The device's log records that it waited for the service's answer to voice request {request}."
    if "reason" in values:
        message += f' The waiting ended with the reason "{values["reason"]}".'
    elif "thought" not in one.at:
        message += f" This file does not show the end of the waiting.{_ends(one)}"
    fields: dict[str, Value] = {
        "voice_request_id": request,
        "ended": values.get("reason"),
        "timeout_ms": _number(values.get("timeout")),
    }
    yield _record(one, "echo:log:voice_request", message, places[0][1], timestamps, fields)


def _answer(one: Interaction, speech: Speech) -> Record:
    place = speech.message or speech.lines[0]
    timestamps = []
    if speech.start:
        timestamps.append(millisecond_timestamp(speech.start, speech.start_time, "Start Time"))
    if speech.end:
        timestamps.append(millisecond_timestamp(speech.end, speech.end_time, "End Time"))
    if speech.utterance is None:
        message = "The device's log records that the device played speech; this file names no utterance for it."
    elif speech.start:
        message = "The device's log records that an answer to this utterance was played."
    else:
        message = "The device's log records that an answer to this utterance came; this file does not show it played."
    if speech.start and not speech.end:
        message += f" This file does not show the end of it.{_ends(one)}"
    fields: dict[str, Value] = {"message_id": speech.message_id, "voice_request_id": one.values.get("request")}
    record = _record(one, "echo:log:answer", message, place, _timed(timestamps, place), fields)
    return _with_utterance(record, speech.utterance) if speech.utterance else record


def _record(
    one: Interaction,
    data_type: str,
    message: str,
    place: LogLine,
    timestamps: tuple[Timestamp, ...],
    fields: dict[str, Value],
) -> Record:
    keys = []
    if prefix := one.request_prefix:
        keys.append(f"voice-request:{prefix}")
    if sequence := one.values.get("sequence"):
        keys.append(f"audio-sequence:{sequence}")
    difference = _clock_difference(one, timestamps)
    if difference is not None:
        fields["clock_difference_ms"] = difference
    fields["lines"] = list(one.lines)
    record = Record(data_type, message, at_line(place.number), timestamps, fields=fields, keys=tuple(keys))
    return _with_utterance(record, one.stream) if one.stream else record


def _with_utterance(record: Record, text: str) -> Record:
    """Add an utterance id and the device it names to a record. Other text is kept as a field."""
    utterance = UtteranceId.parse(text)
    if utterance is None:
        return replace(record, fields={**record.fields, "stream_id": text})
    return replace(record, utterance_id=text, device_type=utterance.source, device_serial=utterance.serial)


def _clock_difference(one: Interaction, timestamps: tuple[Timestamp, ...]) -> int | None:
    """Milliseconds from a line's own second to a time in it, if the difference is too large; else None."""
    lines = {line.number: line for line in one.at.values()}
    lines |= {line.number: line for speech in one.answers for line in speech.lines}
    differences = []
    for timestamp in timestamps:
        line = lines[int(timestamp.locator.removeprefix("line:"))]
        if line.seconds is not None and timestamp.recorded.isdecimal() and timestamp.timestamp is not None:
            differences.append(timestamp.timestamp // 1000 - line.seconds * 1000)
    largest = max(differences, key=abs, default=0)
    return largest if abs(largest) > CLOCK_TOLERANCE_MS else None


def _milliseconds_of_audio(values: dict[str, str]) -> int | None:
    if "sequence" not in values or "end_sequence" not in values:
        return None
    samples = int(values["end_sequence"]) - int(values["sequence"])
    return samples * 1000 // SAMPLE_RATE if samples > 0 else None


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
