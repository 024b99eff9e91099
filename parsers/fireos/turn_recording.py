"""Notes that third-party firmware for an Echo Dot stores beside each recording of a turn: ``{turn}.json``.

References:
    ygelfand/echolocal, recording.go: ``{"slot":0,"bytes":64000,"at":1787327783}`` beside ``{turn}.wav``; ``at`` is in
    epoch seconds, when the file was kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.formats.json.text import JsonError, decode
from parsers.locator import at_json
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.recording import names
from parsers.registry import register
from parsers.small_file import text_of, whole
from parsers.times import from_milliseconds

DATA_TYPE = "echo:modified:recording"
_KEYS = {"slot", "bytes", "at"}
_MAX_SIZE = 4096
_AT = "When other firmware kept the recording, epoch seconds (UTC), by the device's clock. The sound ended by then."


@register
class TurnRecording(Parser):
    """Reads one note."""

    name: ClassVar[str] = "modified_turn_recording"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = (".json",)
    about: ClassVar[About] = About(
        title="Notes on recordings that other firmware for an Echo Dot keeps (echolocal)",
        data_types=(DATA_TYPE,),
        known_by=("a JSON object with the members slot, bytes and at, in a file {turn}.json",),
        shows="That firmware of others kept a recording of a turn beside this file, and when, by the device's clock.",
        does_not_show="Who spoke. That Amazon's software kept or sent it: it is not a recording of the Alexa service.",
        validated_on=("Made files only, in the form that is seen in the published source of echolocal.",),
        limits=("Such firmware keeps up to ten recordings, and none unless it is set to do so.",),
        references=("https://github.com/ygelfand/echolocal (recording.go)",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the object has the expected members."""
        if not source.name.endswith(".json") or source.size > _MAX_SIZE:
            return False
        if not all(f'"{key}"'.encode() in source.head for key in _KEYS):
            return False
        return _value(source.head) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield one record."""
        content, issues = whole(source)
        yield from issues
        value = _value(content)
        if value is None:
            yield Issue("An object with slot, bytes and at was expected.", "", content[:64])
            return
        sound = source.name.removesuffix(".json") + ".wav"
        at = value["at"]
        timestamp = from_milliseconds(at * 1000) if isinstance(at, int) else None
        stamp = Timestamp("Recorded Time", str(at), Clock.DEVICE, timestamp, _AT, at_json("at"))
        fields: dict[str, Value] = {"recording": sound, "slot": value["slot"], "bytes": value["bytes"]}
        number = names.number(sound)
        keys = (f"numbered-audio:{source.folder}#{number}",) if number is not None else ()
        message = (
            f'Firmware that is not Amazon\'s notes a recording of a turn, "{sound}", of {value["bytes"]} bytes of'
            f" sound, slot {value['slot']}."
        )
        yield Record(DATA_TYPE, message, "", (stamp,), fields=fields, keys=keys)


def _value(content: bytes) -> dict[str, int | None] | None:
    try:
        value = decode(text_of(content).strip())
    except JsonError:
        return None
    if not isinstance(value, dict) or not set(value) >= _KEYS or len(value) > 8:
        return None
    found = {key: value[key] for key in _KEYS}
    numbers = {key: item for key, item in found.items() if isinstance(item, int) and not isinstance(item, bool)}
    return {**numbers} if len(numbers) == len(_KEYS) else None
