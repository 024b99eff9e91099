"""What home-automation programs keep of the last utterance: Home Assistant's alexa_media, ioBroker's alexa2.

A program asks the service for its history and keeps the newest text, with its time, as the state of an entity.

References:
    alandtse/alexa_media_player (``media_player.py``: ``last_called_summary``, ``last_called_timestamp``; the event
    ``last_called_change``); Apollon77/ioBroker.alexa2 (the states below ``History``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.activity_key import activity_time_key
from parsers.alexa_api.items.body import Body, ResponseParser
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.parser import About
from parsers.record import Issue, Record, Timestamp
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:last_called"
_ATTRIBUTES, _EVENT = ("last_called_summary", "last_called_timestamp"), "last_called_change"
#: What the program's log prints of it: ``last_called: {'serialNumber': ..., 'timestamp': ..., 'summary': ...}``.
_LOGGED, _LOGGED_MORE = frozenset({"serialNumber", "timestamp", "summary"}), frozenset({"response"})
_HOLDERS = (_EVENT, "last_called")
#: The event that alexa_media fires for automations.
_FIRED = frozenset({"last_called", "timestamp", "summary"})
_STATE = re.compile(r"alexa2\.\d{1,4}\.History\.([A-Za-z]{2,40})")
#: States that hold the utterance by themselves.
_BY_THEMSELVES = ("summary", "json")
_STATES = ("summary", "creationTime", "name", "serialNumber", "answerText", "json")
_SPOKEN = "The time that the program keeps as that of the utterance."
_WRITTEN = "When ioBroker wrote the state."


class LastCalled(ResponseParser):
    """Reads the last utterance in a program's state or event."""

    name = "alexa_last_called"
    version = "3"
    urls = ()
    telltales = (frozenset(_ATTRIBUTES), frozenset({_EVENT, "serialNumber", "summary"}), _FIRED)
    lists = ()
    first_keys = (*(f"alexa2.0.History.{state}" for state in _STATES), "k")
    about = About(
        title="The last utterance, as a home-automation program keeps it",
        data_types=(DATA_TYPE,),
        known_by=(
            f"JSON keys {' and '.join(_ATTRIBUTES)} (Home Assistant, alexa_media)",
            f"JSON key {_EVENT} or last_called with serialNumber or summary (events of alexa_media)",
            f"an object whose members are {', '.join(sorted(_LOGGED))} (the log of alexa_media)",
            f"an object whose members are {', '.join(sorted(_FIRED))} (an event of alexa_media)",
            "JSON keys alexa2.0.History.summary and others below alexa2.0.History (states of ioBroker), also as the"
            " value of k beside v (a line of its states.jsonl)",
        ),
        shows="That the program had this text from the account's history as the newest, with this time.",
        does_not_show="What was said, or by whom. That nothing was said later: the program asks from time to time.",
        validated_on=("Made files only.",),
        limits=(
            "Of ioBroker's states those of its first instance (alexa2.0) are known by themselves.",
            "A serial number that the program wrote with asterisks is kept as written, and is no device of the row.",
        ),
        references=(
            "https://github.com/alandtse/alexa_media_player",
            "https://github.com/Apollon77/ioBroker.alexa2",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the attributes, the event or a state with the text."""
        if not isinstance(value, dict):
            return False
        if (
            is_logged(value)
            or _is_fired(value)
            or _state_line(value)
            or any(_is_event(value.get(name)) for name in _HOLDERS)
        ):
            return True
        return _ATTRIBUTES[0] in value or any(name in value for name in self.first_keys[:-1])

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members that are not about the last utterance."""
        if not isinstance(value, dict):
            return ()
        read = {*_ATTRIBUTES, *_HOLDERS, "last_called_response", *(("k", "v") if _state_line(value) else ())}
        return tuple(key for key in value if key not in read and not _STATE.fullmatch(str(key)))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each form in the value."""
        if not isinstance(body.value, dict):
            yield Issue("The last utterance was expected here.", body.places.record(()))
            return
        whole = ItemReader(body.value, (), body)
        if _ATTRIBUTES[0] in body.value:
            yield from _of_attributes(whole)
        if is_logged(body.value):
            yield from _of_event(whole)
        if _is_fired(body.value):
            yield from _of_fired(whole)
        for name in _HOLDERS:
            event = body.value.get(name)
            if isinstance(event, dict) and _is_event(event):
                yield from _of_event(whole.child(event, name))
        yield from _of_states(whole)
        yield from whole.issues


def is_logged(value: object) -> bool:
    """Whether a value is the object that alexa_media prints in its log."""
    return isinstance(value, dict) and _LOGGED <= value.keys() <= _LOGGED | _LOGGED_MORE


def _is_fired(value: Mapping[str, object]) -> bool:
    """Whether an object is the event that alexa_media fires: the device is named by its serial number."""
    return value.keys() == _FIRED and isinstance(value["last_called"], str)


def _state_line(value: Mapping[str, object]) -> str:
    """The name of the state that a line of ioBroker's states.jsonl holds; empty if it is none of the history."""
    name, state = value.get("k"), value.get("v")
    found = isinstance(name, str) and isinstance(state, dict) and _STATE.search(name)
    return found[0] if found and found[1] in _STATES else ""


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and ("serialNumber" in value or "summary" in value)


def _activity_time(milliseconds: object, serial: str | None) -> tuple[str, ...]:
    """The key that the record shares with the account's entry of the same millisecond and device."""
    if not isinstance(milliseconds, int) or not 10**12 <= milliseconds < 10**14:
        return ()
    return (activity_time_key(milliseconds, serial or ""),)


def _of_attributes(reader: ItemReader) -> Iterator[Record]:
    text, name = reader.string(_ATTRIBUTES[0]), reader.text("friendly_name")
    times = reader.time(_ATTRIBUTES[1], "Recorded Time", _SPOKEN)
    answer = reader.string("last_called_response")
    device = f'"{shown(name, 100)}"' if name else ""
    yield _record(reader, text, answer, device, times, reader.item, None, reader.item.get(_ATTRIBUTES[1]))


def _of_event(reader: ItemReader) -> Iterator[Record]:
    serial = reader.text("serialNumber")
    times = reader.time("timestamp", "Recorded Time", _SPOKEN)
    text, answer = reader.string("summary"), reader.string("response")
    yield _record(reader, text, answer, serial or "", times, reader.item, serial, reader.item.get("timestamp"))


def _of_fired(reader: ItemReader) -> Iterator[Record]:
    named = reader.text("last_called") or ""
    serial = named if "." not in named else None
    times = reader.time("timestamp", "Recorded Time", _SPOKEN)
    yield _record(
        reader, reader.string("summary"), None, named, times, reader.item, serial, reader.item.get("timestamp")
    )


def _of_states(reader: ItemReader) -> Iterator[Record]:
    """A record of ioBroker's states of one instance."""
    states: dict[str, ItemReader] = {}
    for key, value in reader.item.items():
        if (state := _STATE.fullmatch(str(key))) and state[1] in _STATES and isinstance(value, dict):
            states.setdefault(state[1], reader.child(value, key))
    if line := _state_line(reader.item):
        kept, held = line.rpartition(".")[2], reader.child(reader.inner("v"), "v")
        if kept not in _BY_THEMSELVES:
            yield _kept_state(line, held)
            return
        states[kept] = held
    if not states:
        return
    values = {name: state.item.get("val") for name, state in states.items()}
    whole = states["json"].inner("val") if "json" in states else {}
    text, answer = values.get("summary", whole.get("summary")), values.get("answerText", whole.get("answerText"))
    serial = values.get("serialNumber", whole.get("serialNumber"))
    times: tuple[Timestamp, ...] = ()
    if "creationTime" in states:
        times = states["creationTime"].time("val", "Recorded Time", _SPOKEN)
    elif "json" in states:
        times = states["json"].opened("val", whole).time("creationTime", "Recorded Time", _SPOKEN)
    written = (time for state in states.values() for name in ("ts", "lc") for time in _written(state, name))
    times += tuple({time.timestamp: time for time in written}.values())
    name = values.get("name", whole.get("name"))
    device = f'"{shown(name, 100)}"' if name else ""
    fields = {**whole, **values}
    spoken_at = fields.get("creationTime")
    yield _record(reader, _text(text), _text(answer), device, times, fields, _text(serial) or None, spoken_at)


def _kept_state(name: str, state: ItemReader) -> Record:
    """A record of one state, such as the name of the device that was spoken to."""
    value = state.item.get("val")
    times = state.time("val", "Recorded Time", _SPOKEN) if name.endswith("creationTime") else ()
    written = (time for key in ("ts", "lc") for time in _written(state, key))
    return Record(
        data_type=DATA_TYPE,
        message=f'A home-automation program keeps of the last utterance the state {name}: "{shown(value, 200) or ""}".',
        locator=state.locator,
        timestamps=(*times, *{time.timestamp: time for time in written}.values()),
        device_serial=_text(value) if name.endswith("serialNumber") else None,
        fields=Keeper().fields({"state": name, **state.item}),
    )


def _written(state: ItemReader, name: str) -> tuple[Timestamp, ...]:
    return state.time(name, "Last Update Time", _WRITTEN)


def _record(
    reader: ItemReader,
    text: str | None,
    answer: str | None,
    device: str,
    times: tuple[Timestamp, ...],
    fields: Mapping[str, object],
    serial: str | None = None,
    spoken_at: object = None,
) -> Record:
    parts = [f"A home-automation program keeps as the last utterance{f' to the device {device}' if device else ''}"]
    parts.append(f'the text "{shown(text)}"' if text else "no text")
    if answer:
        parts.append(f'and as its answer "{shown(answer)}"')
    return Record(
        data_type=DATA_TYPE,
        message=f"{' '.join(parts)}.",
        locator=reader.locator,
        timestamps=times,
        device_serial=None if serial and "*" in serial else serial,
        transcript=text or None,
        fields=Keeper().fields(dict(fields)),
        keys=_activity_time(spoken_at, serial),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
