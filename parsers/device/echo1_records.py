"""Records of a finished interaction. Each says what the log says, and on which lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from parsers.locator import at_line
from parsers.record import Clock, Moment, Record, Value
from parsers.times import from_milliseconds
from parsers.utterance import UtteranceId

if TYPE_CHECKING:
    from parsers.device.echo1_interaction import Interaction
    from parsers.device.echo1_line import LogLine

#: Audio goes to the encoder at this many samples a second.
SAMPLE_RATE = 16_000
#: A line whose own second differs by more than this from the milliseconds in it says so.
CLOCK_TOLERANCE_MS = 5_000

_SECOND = "The device's clock, UTC, to the second: when the line was written."
_MILLI = "The device's clock, epoch milliseconds (UTC), as written inside the line."


def line_moment(line: LogLine, description: str = "Recorded Time") -> Moment:
    """The time at which a line was written."""
    note = _SECOND
    if line.timestamp is None:
        note = "The device's clock had not been set when the line was written; the value is not a date."
    return Moment(description, line.stamp, Clock.DEVICE, line.timestamp, note, at_line(line.number))


def millisecond_moment(line: LogLine, value: str, description: str, note: str = _MILLI) -> Moment:
    """A time written in a line as epoch milliseconds."""
    return Moment(description, value, Clock.DEVICE, from_milliseconds(value), note, at_line(line.number))


def records_of(one: Interaction) -> Iterator[Record]:
    """The records of an interaction, in the order of their lines."""
    found = [*_wake_word(one), *_audio_stream(one), *_voice_request(one), *_answer(one)]
    yield from sorted(found, key=lambda record: int(record.locator.removeprefix("line:")))


def _wake_word(one: Interaction) -> Iterator[Record]:
    heard = one.at.get("received") or one.at.get("accepted") or one.at.get("word")
    if heard is None:
        return
    values = one.values
    if "received" in one.at:
        moment = millisecond_moment(heard, values["received"], "Recorded Time")
    else:
        moment = line_moment(heard)
    word = f' "{values["word"]}"' if "word" in values else ""
    message = f"The device's log records that the detector accepted the wake word{word}."
    if "accepted" in one.at:
        message = message[:-1] + (
            f" (segmentation score {values['segmentation']}, classifier score {values['classifier']},"
            f" threshold {values['threshold']})."
        )
    message += _sent_where(one)
    fields: dict[str, Value] = {
        "wake_word": values.get("word"),
        "segmentation_score": values.get("segmentation"),
        "classifier_score": values.get("classifier"),
        "active_threshold": values.get("threshold"),
        "recognition_id": values.get("recognition"),
        "voice_request_id": values.get("request") or values.get("request_cut"),
        "answered": "answer" in one.at,
    }
    yield _record(one, "echo:log:wake_word", message, heard, (moment,), fields)


def _sent_where(one: Interaction) -> str:
    if "stream" in one.at:
        return " An audio stream was opened for it, and the service named the stream."
    if "opened" in one.at or "started" in one.at:
        return " An audio stream was opened for it; this log names no utterance for the stream."
    return " This log shows no audio stream opened for it."


def _audio_stream(one: Interaction) -> Iterator[Record]:
    place = one.at.get("opened") or one.at.get("started") or one.at.get("stream")
    if place is None:
        return
    values = one.values
    moments: list[Moment] = []
    if "started" in one.at:
        note = _MILLI + " The start of the audio sent, with what was heard just before the wake word."
        moments.append(millisecond_moment(one.at["started"], values["started"], "Start Time", note))
    if "opened" in one.at:
        moments.append(millisecond_moment(place, values["opened"], "Connection Established"))
    if "closed" in one.at:
        moments.append(millisecond_moment(one.at["closed"], values["closed"], "End Time"))
    if not moments:
        moments.append(line_moment(place))
    fields: dict[str, Value] = {
        "stream_kind": one.stream_kind,
        "bytes_written": _number(values.get("sent_bytes")),
        "send_status": values.get("sent_status"),
        "first_sample": values.get("sequence"),
        "last_sample": values.get("end_sequence"),
        "wake_word_first_sample": values.get("word_start_sample"),
        "wake_word_last_sample": values.get("word_end_sample"),
        "voice_request_id": values.get("request") or values.get("request_cut"),
    }
    message = "The device's log records that an audio stream was opened to the Alexa service."
    if length := _milliseconds_of_audio(values.get("sequence"), values.get("end_sequence")):
        fields["audio_ms"] = length
        message += f" By its sample numbers it holds {length / 1000:.3f} s of audio."
    if not {"accepted", "received", "word"} & set(one.at):
        message += " No wake word line precedes it in this log."
    yield _record(one, "echo:log:audio_stream", message, place, tuple(moments), fields)


def _voice_request(one: Interaction) -> Iterator[Record]:
    places = [name for name in ("thinking", "thought") if name in one.at]
    if not places:
        return
    moments = tuple(line_moment(one.at[name], "Start Time" if name == "thinking" else "End Time") for name in places)
    ended = one.values.get("thinking_ended")
    message = (
        f"The device's log records that it waited for the service's answer to voice request {one.values['request']}."
    )
    if ended:
        message += f' The waiting ended with the reason "{ended}".'
    fields: dict[str, Value] = {"voice_request_id": one.values["request"], "ended": ended}
    yield _record(one, "echo:log:voice_request", message, one.at[places[0]], moments, fields)


def _answer(one: Interaction) -> Iterator[Record]:
    if "answer" not in one.at:
        return
    place, values = one.at["answer"], one.values
    moments = []
    if "speaking" in one.at:
        moments.append(millisecond_moment(one.at["speaking"], values["speaking"], "Start Time"))
    if "spoken" in one.at:
        moments.append(millisecond_moment(one.at["spoken"], values["spoken"], "End Time"))
    message = "The device's log records that an answer to this utterance was handed to its loudspeaker."
    fields: dict[str, Value] = {"message_id": values.get("answer_message"), "voice_request_id": values.get("request")}
    record = _record(one, "echo:log:answer", message, place, tuple(moments) or (line_moment(place),), fields)
    yield _with_utterance(record, values["answer"])


def _record(
    one: Interaction,
    data_type: str,
    message: str,
    place: LogLine,
    moments: tuple[Moment, ...],
    fields: dict[str, Value],
) -> Record:
    keys = []
    if prefix := one.request_prefix:
        keys.append(f"voice-request:{prefix}")
    if sequence := one.values.get("sequence"):
        keys.append(f"audio-sequence:{sequence}")
    if difference := _clock_difference(moments, one):
        fields["clock_difference_ms"] = difference
    fields["lines"] = list(one.lines)
    record = Record(data_type, message, at_line(place.number), moments, fields=fields, keys=tuple(keys))
    return _with_utterance(record, one.values.get("stream"))


def _with_utterance(record: Record, text: str | None) -> Record:
    """The record with an utterance id, and the device it names. What is no utterance id is kept as a field."""
    if text is None:
        return record
    utterance = UtteranceId.parse(text)
    if utterance is None:
        return replace(record, fields={**record.fields, "stream_id": text})
    return replace(
        record, utterance_id=text, device_type=utterance.source, device_serial=utterance.serial or record.device_serial
    )


def _clock_difference(moments: tuple[Moment, ...], one: Interaction) -> int | None:
    """Milliseconds between a line's own second and a time in it, where they differ by more than they should."""
    by_number = {line.number: line for line in one.at.values()}
    for moment in moments:
        line = by_number.get(int(moment.locator.removeprefix("line:"))) if moment.locator else None
        if line is None or line.timestamp is None or moment.timestamp is None or not moment.recorded.isdecimal():
            continue
        if one.at.get("started") is line:
            continue  # the start of the audio lies before the line
        difference = (moment.timestamp - line.timestamp) // 1000
        if abs(difference) > CLOCK_TOLERANCE_MS:
            return difference
    return None


def _milliseconds_of_audio(first: str | None, last: str | None) -> int | None:
    if first is None or last is None or int(last) <= int(first):
        return None
    return (int(last) - int(first)) * 1000 // SAMPLE_RATE


def _number(text: str | None) -> int | None:
    return None if text is None else int(text)
