"""Contradictions among the records of one interaction: both sides, and no verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from echoforensics.case.interactions.texts import TEXT_SOURCE, comparable, recognised
from echoforensics.case.spoken.interaction import Contradiction, Statement
from echoforensics.case.spoken.spoken_record import SECOND, Role, SpokenRecord, Witness
from parsers.utterance import UtteranceId

#: The service's status for an utterance that it judged not to be meant for the device.
DISCARDED = "DISCARDED_NON_DEVICE_DIRECTED_INTENT"
#: Tolerance for a recording that is longer than its stream.
_LONGER = SECOND
#: Tolerance between a device's time of a stream and the second in its id.
_APART = 5 * SECOND
_STATUS = ("status", "activityStatus", "utteranceType")


def contradictions_of(records: Sequence[SpokenRecord]) -> tuple[Contradiction, ...]:
    """Return every contradiction among the records of an interaction."""
    if len(records) == 1:
        # A single record contradicts no other, but its two clocks may differ.
        return tuple(_times(records))
    found = [
        *_texts(records), *_statuses(records), *_accepted_and_discarded(records), *_answers(records),
        *_lengths(records), *_times(records), *_devices(records), *_typed(records),
    ]  # fmt: skip
    return tuple(found)


def account_status(record: SpokenRecord) -> str:
    """The account's status for an utterance, or empty."""
    if record.role is not Role.ENTRY:
        return ""
    return next((text for name in _STATUS if (text := record.text(name))), "")


def _texts(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    """Different texts for one segment. An empty text beside another text counts."""
    by_segment: dict[int | None, list[tuple[str, SpokenRecord]]] = defaultdict(list)
    for segment, text, record in recognised(records):
        by_segment[segment].append((text, record))
    for segment, texts in by_segment.items():
        if len({comparable(text) for text, _ in texts}) > 1:
            what = "The records give different texts for " + (
                "the stream." if segment is None else f"segment {segment} of the stream."
            )
            yield Contradiction(what, _sides((record, f'the text "{text}"') for text, record in texts))


def _statuses(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    """Different statuses of one kind for one utterance id."""
    by_id: dict[tuple[str, str], list[tuple[str, SpokenRecord]]] = defaultdict(list)
    for record in records:
        for name in _STATUS:
            if record.role is Role.ENTRY and (status := record.text(name)):
                by_id[name, record.utterance_id or ""].append((status, record))
    for given in by_id.values():
        if len({status for status, _ in given}) > 1:
            sides = _sides((record, f"the status {status}") for status, record in given)
            yield Contradiction("The records give different statuses for one utterance id.", sides)


def _accepted_and_discarded(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    words = [record for record in records if record.role is Role.WAKE_WORD]
    discarded = [record for record in records if account_status(record) in (DISCARDED, "NO_EXPRESSED_INTENT")]
    if words and discarded:
        sides = [*((word, "the device accepted a wake word") for word in words),
                 *((entry, f"the status {account_status(entry)}") for entry in discarded)]  # fmt: skip
        what = "The device's record says that it accepted a wake word; the account's says that nothing was asked of it."
        yield Contradiction(what, _sides(sides))


def _answers(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    """The device recorded that it played an answer; the account that the utterance was discarded."""
    played = [record for record in records if record.data_type == "echo:log:answer"]
    discarded = [record for record in records if account_status(record) == DISCARDED]
    if played and discarded:
        sides = [*((one, "the device played an answer") for one in played),
                 *((entry, f"the status {DISCARDED}") for entry in discarded)]  # fmt: skip
        yield Contradiction(
            "An answer was played, by the device's record, to what the account's record discarded.", _sides(sides)
        )


def _lengths(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    """A recording that is longer than the audio sent."""
    streams = [
        (record, length * 1000) for record in records if isinstance(length := record.fields.get("audio_ms"), int)
    ]
    sounds = [
        (record, length)
        for record in records
        if record.role is Role.RECORDING and isinstance(length := record.fields.get("duration_us"), int)
    ]
    if len(streams) == 1:
        stream, sent = streams[0]
        for sound, length in sounds:
            if length > sent + _LONGER:
                sides = _sides([(stream, f"the stream holds {sent / SECOND:.3f} s of audio"),
                                (sound, f"the recording lasts {length / SECOND:.3f} s")])  # fmt: skip
                yield Contradiction(
                    "The recording is longer than the audio that the device's record says it sent.", sides
                )


def _times(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    """A device's time of the stream that is far from the second in the stream's id."""
    for record in records:
        utterance = UtteranceId.parse(record.utterance_id or "")
        if utterance is None or record.source is not Witness.DEVICE:
            continue
        for time in record.times:
            apart = time.timestamp - utterance.timestamp
            if time.description == "Connection Established" and abs(apart) > _APART:
                sides = _sides([(record, f"the device's clock is {apart / SECOND:+.1f} s from the id's second")])
                yield Contradiction("The device's clock and the service's differ.", sides)


def _devices(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    serials: dict[str, SpokenRecord] = {}
    for record in records:
        if record.device_serial:
            serials.setdefault(record.device_serial, record)
    if len(serials) > 1:
        sides = _sides((record, f"the device {serial}") for serial, record in sorted(serials.items()))
        yield Contradiction("The records name different devices.", sides)


def _typed(records: Sequence[SpokenRecord]) -> Iterator[Contradiction]:
    words = [record for record in records if record.role is Role.WAKE_WORD]
    typed = [r for r in records if (u := UtteranceId.parse(r.utterance_id or "")) and u.source == TEXT_SOURCE]
    if words and typed:
        sides = [*((word, "the device accepted a wake word") for word in words),
                 *((one, f"the id names {TEXT_SOURCE}, which stands for text") for one in typed)]  # fmt: skip
        yield Contradiction("By one record it was spoken, by another it came as text.", _sides(sides))


def _sides(sides: Iterable[tuple[SpokenRecord, str]]) -> tuple[Statement, ...]:
    return tuple(Statement(record.exhibit, f"The record says: {says}.") for record, says in sides)
