"""The states that smart-home appliances reported: ``/api/phoenix/state``.

Each state is a JSON text: ``{"namespace", "name", "value", "timeOfSample", ...}``.

References:
    Apollon77/alexa-remote and alandtse/alexa_media_player (``alexa_entity.py``) for the envelope; the members of a
    state are those of the Alexa Smart Home Skill API's property report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from parsers.alexa_api.items.body import Body, JsonPlaces, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:appliance_state"
_TOP = "deviceStates"
_STATES = "capabilityStates"
_NOTE = "When the service or the appliance took the value; not when it came to be so."
_CHANGE = "When the value last changed, as the service has it."


class SmartHomeStates(ResponseParser):
    """Reads the states of appliances."""

    name = "alexa_smart_home_states"
    version = "2"
    urls = ("/api/phoenix/state",)
    telltales = (frozenset({_TOP, _STATES}),)
    lists = ((_TOP,),)
    about = About(
        title="States of the smart-home appliances of an Alexa account",
        data_types=(DATA_TYPE,),
        known_by=("address /api/phoenix/state", f"JSON keys {_TOP}, {_STATES}"),
        shows="The service gave this value of an appliance, and when it says that the value was taken.",
        does_not_show="Who brought the appliance into this state, or since when it was in it.",
        validated_on=("Made files only.",),
        limits=("Values are kept as recorded, and not interpreted.",),
        references=(
            "https://github.com/Apollon77/alexa-remote",
            "https://github.com/alandtse/alexa_media_player",
            "https://developer.amazon.com/docs/device-apis/alexa-property-schemas.html",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether the value has the list, and its first members have states."""
        if not isinstance(value, dict) or not isinstance(value.get(_TOP), list):
            return False
        return any(isinstance(one, dict) and _STATES in one for one in islice(value[_TOP], 20))

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each state, and one for each appliance without a state."""
        for place in members(body.value, (_TOP, "*")):
            if not isinstance(place.value, dict):
                if place.value is not None:
                    yield Issue("The states of an appliance were expected here.", body.places.record(place.tokens))
                continue
            reader = ItemReader(place.value, place.tokens, body)
            states = place.value.get(_STATES)
            if states is not None and not isinstance(states, list):
                yield Issue(f"{_STATES}: a list was expected.", reader.locator)
            for number, text in enumerate(states if isinstance(states, list) else ()):
                yield from _state(ItemReader({}, (*place.tokens, _STATES, number), body), text, place.value)
            if not states and (place.value.get("error") or place.value.get("entity")):
                yield _none(reader, place.value)
        for place in members(body.value, ("errors", "*")):
            if isinstance(place.value, dict):
                yield _none(ItemReader(place.value, place.tokens, body), place.value)


def _state(reader: ItemReader, text: object, appliance: Mapping[str, object]) -> Iterator[Record | Issue]:
    value: object = text
    if isinstance(text, str):
        try:
            value = decode(text)
        except JsonError as error:
            yield Issue(f"{_STATES}: not JSON ({error}).", reader.body.places.record(reader.tokens[:-2]))
            return
    if not isinstance(value, dict):
        yield Issue(f"{_STATES}: an object was expected.", reader.body.places.record(reader.tokens[:-2]))
        return
    inner = ItemReader(value, reader.tokens, reader.body)
    if isinstance(text, str) and isinstance(reader.body.places, JsonPlaces):
        inner = ItemReader(value, (), replace(reader.body, places=reader.body.places.within_text(reader.tokens)))
    timestamps = (
        *inner.time("timeOfSample", "Recorded Time", _NOTE),
        *inner.time("timeOfStateChange", "Content Modification Time", _CHANGE),
    )
    entity = _entity(appliance)
    yield from inner.issues
    name = " ".join(part for part in (shown(value.get("namespace")), shown(value.get("name"))) if part)
    yield Record(
        data_type=DATA_TYPE,
        message=(
            f"The service gives a state of the appliance {shown(entity) or 'not named'}: {name or 'a state not named'}"
            f" is {_value(value.get('value'))}."
        ),
        locator=inner.locator,
        timestamps=timestamps,
        fields=Keeper().fields({**value, "entity": appliance.get("entity")}),
        keys=(f"appliance:{entity}",) if entity else (),
    )


def _none(reader: ItemReader, item: Mapping[str, object]) -> Record:
    entity = _entity(item)
    error = item.get("error") if isinstance(item.get("error"), dict) else item
    code = shown(error.get("code")) if isinstance(error, dict) else None
    why = f"; the code is {code}" if code else ""
    return Record(
        data_type=DATA_TYPE,
        message=f"The service gives no state of the appliance {shown(entity) or 'not named'}{why}.",
        locator=reader.locator,
        fields=Keeper().fields(item),
        keys=(f"appliance:{entity}",) if entity else (),
    )


def _entity(item: Mapping[str, object]) -> str | None:
    entity = item.get("entity")
    found = entity.get("entityId") if isinstance(entity, dict) else None
    return found if isinstance(found, str) and found else None


def _value(value: object) -> str:
    """A plain value, or the plain members of an object, formatted for a message."""
    if isinstance(value, dict):
        parts = [f"{key} {text}" for key, inner in list(value.items())[:8] if (text := shown(inner, 60))]
        return ", ".join(parts) or "not plain"
    return shown(value, 100) or "not given"
