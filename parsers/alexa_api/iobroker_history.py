"""What ioBroker's history adapter keeps of the states of its adapter for Alexa: a file a day and state.

References:
    ioBroker/ioBroker.history (``main.js``): ``{YYYYMMDD}/history.{state}.json``, a list of ``{"val", "ts", "ack", "q",
    "from"}``; Apollon77/ioBroker.alexa2: the names of the states.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.alexa_api.items.body import Body
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.items.json_text import start_of
from parsers.alexa_api.items.loaded_json import load
from parsers.bounded_issues import bounded
from parsers.parser import About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:kept_state"
_NAME = re.compile(r"history\.(?P<state>alexa2\.\d{1,4}\.[\w.-]{1,200})\.json(?:\.gz)?$")
_SERIAL = re.compile(r"\.Echo-Devices\.([A-Za-z0-9]{6,40})\.")
#: States that hold what was recognised.
_SPOKEN = ("History.summary",)
_WRITTEN = "When ioBroker got the state, by its machine's clock."


@register
class IobrokerHistory(Parser):
    """Reads one file, one record per value."""

    name: ClassVar[str] = "iobroker_history"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("history.alexa2.",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="States of Alexa in the history that ioBroker keeps",
        data_types=(DATA_TYPE,),
        known_by=("a JSON list of objects with val and ts, in a file named history.alexa2.0.{state}.json",),
        shows="That ioBroker had this value of the state, and since when by its clock: a volume, what was spoken last.",
        does_not_show="Who spoke. That nothing happened between two values: the adapter asks from time to time.",
        validated_on=("Made files only.",),
        limits=("Only the file's name says which state it is.",),
        references=("https://github.com/ioBroker/ioBroker.history", "https://github.com/Apollon77/ioBroker.alexa2"),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name is that of a state of the adapter for Alexa, and the file begins as JSON."""
        return _NAME.search(source.name) is not None and start_of(source.head) is not None

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each value."""
        loaded = load(source)
        yield from loaded.issues
        found = _NAME.search(source.name)
        if found is None or (not loaded.value and loaded.issues):
            return
        if not isinstance(loaded.value, list):
            yield Issue("A list of values was expected.", loaded.places.record(()))
            return
        body = Body(loaded.value, source.path, loaded.places)
        yield from bounded(_values(found["state"], loaded.value, body))


def _values(state: str, values: list[object], body: Body) -> Iterator[Record | Issue]:
    for number, value in enumerate(values):
        if isinstance(value, dict) and "val" in value:
            yield _record(state, ItemReader(value, (number,), body))
        else:
            yield Issue("A value with its time was expected here.", body.places.record((number,)))


def _record(state: str, reader: ItemReader) -> Record:
    value, serial = reader.item["val"], _SERIAL.search(state)
    spoken = isinstance(value, str) and state.endswith(_SPOKEN)
    return Record(
        data_type=DATA_TYPE,
        message=f'ioBroker kept as the state {state} the value "{shown(value, 300) or ""}".',
        locator=reader.locator,
        timestamps=tuple(_times(reader.item)),
        device_serial=serial[1] if serial else None,
        transcript=str(value) or None if spoken else None,
        fields=Keeper().fields({"state": state, **reader.item}),
    )


def _times(item: Mapping[str, object]) -> Iterator[Timestamp]:
    if (timestamp := from_milliseconds(item.get("ts"))) is not None:
        yield Timestamp("Recorded Time", str(item["ts"]), Clock.UNKNOWN, timestamp, _WRITTEN)
