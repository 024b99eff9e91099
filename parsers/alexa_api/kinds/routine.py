"""Routines of an account, ``/api/behaviors/v2/automations``: the trigger and the actions of each.

References:
    openhab/openhab-addons and Apollon77/alexa-remote for the address and the members; automations that users of
    alandtse/alexa_media_player printed (issues 90 and 1052): triggers with ``payload.utterance``, nodes of a sequence
    with ``type`` and ``operationPayload``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.items.member_words import member_words
from parsers.formats.json.text import JsonError, decode
from parsers.parser import About
from parsers.record import Issue, Record
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:routine"
_LISTS = ("automations", "routines")
_KEYS = ("automationId", "sequence", "triggers")
_MADE = ("creationTimeEpochMillis", "creationTime", "createdDate")
_CHANGED = ("lastUpdatedTimeEpochMillis", "lastUpdatedTime", "lastUpdatedDate")
_RUN = ("lastExecutionTimeEpochMillis", "lastExecutionTime", "lastTriggeredTime")
_TIMES = (
    (_MADE, "Creation Time", "When the service made the routine."),
    (_CHANGED, "Update Time", "When the service last changed the routine."),
    (_RUN, "Last Active Time", "When the routine last ran, by the member's name."),
)
_MEANINGS = {
    "type": "{}",
    "utterance": 'the words "{}"',
    "utterances": 'the words "{}"',
    "text": 'text "{}"',
    "textToSpeak": 'to say "{}"',
    "notificationMessage": 'message "{}"',
    "searchPhrase": 'search "{}"',
    "value": "value {}",
    "friendlyName": 'device "{}"',
}
#: Members that give a step's account, language or interface, not its effect.
_LEFT_OUT = frozenset((
    "@type", "customerId", "locale", "marketplaceId", "skillId", "id", "nodeState", "presentationDataList",
    "clientData", "context", "tag", "sequenceId", "owner", "alexaUrl", "imageUrl", "automationId",
))  # fmt: skip
_MOST_TRIGGERS, _MOST_STEPS = 10, 24


class Routines(ResponseParser):
    """Reads lists of routines and single ones."""

    name = "alexa_routines"
    version = "2"
    urls = (
        "/api/behaviors/v2/automations",
        "/api/behaviors/automations",
        "/api/behaviors/automations/{id}",
        "/api/behaviors/v2/automations/{id}",
        "/api/routines/routinesandgroups",
    )
    telltales = (frozenset({"automationId", "sequence", "triggers"}),)
    lists = tuple((name,) for name in _LISTS)
    first_keys = ("automationId",)
    about = About(
        title="Routines of an Alexa account",
        data_types=(DATA_TYPE,),
        known_by=("addresses /api/behaviors/v2/automations and the like", f"JSON keys {', '.join(_KEYS)}"),
        shows=(
            "The account held this routine, with what sets it off and what it does, and when the service made and last"
            " changed it."
        ),
        does_not_show="That the routine ran, or who made it.",
        validated_on=("Made files only; the keys are those of the public clients named below.",),
        limits=("Of a routine the first steps are in the message; all of it is in the fields, within bounds.",),
        references=(
            "https://github.com/openhab/openhab-addons",
            "https://github.com/Apollon77/alexa-remote",
            "https://github.com/alandtse/alexa_media_player/issues/1052",
        ),
    )

    def fits(self, value: object) -> bool:
        """Whether the first item, or the item itself, has an automation id and a sequence."""
        first = next((place.value for place in _items(value) if place.value is not None), None)
        return isinstance(first, dict) and _is_routine(first)

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members other than the list; nothing for a single routine."""
        return () if isinstance(value, dict) and _is_routine(value) else super().leaves(value)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each routine."""
        for place in _items(body.value):
            if isinstance(place.value, dict) and any(key in place.value for key in _KEYS):
                yield from _record(ItemReader(place.value, place.tokens, body))
            elif place.value is not None:
                yield Issue(f"An object was expected here ({self.about.title}).", body.places.record(place.tokens))


def _is_routine(item: Mapping[str, object]) -> bool:
    return "automationId" in item and any(key in item for key in ("sequence", "triggers"))


def _items(value: object) -> Iterator[JsonPlace]:
    if isinstance(value, list):
        yield from members(value, ("*",))
    elif isinstance(value, dict) and _is_routine(value):
        yield JsonPlace(value, (), ())
    else:
        for name in _LISTS:
            for place in members(value, (name,)):
                if isinstance(place.value, list):
                    yield from members(value, (name, "*"))
                elif place.value is not None:
                    yield place


def _record(reader: ItemReader) -> Iterator[Record | Issue]:
    item = reader.item
    triggers, sequence = _decoded(item.get("triggers")), _decoded(item.get("sequence"))
    timestamps = tuple(
        timestamp
        for names, word, note in _TIMES
        if (name := next((name for name in names if item.get(name) not in (None, "", 0)), None))
        for timestamp in reader.time(name, word, note)
    )
    set_off = member_words(triggers, _MOST_TRIGGERS, _MEANINGS, _LEFT_OUT)
    steps = member_words(sequence, _MOST_STEPS, _MEANINGS, _LEFT_OUT)
    identity, name = reader.text("automationId"), shown(item.get("name"))
    parts = [f'The account keeps a routine named "{name}"' if name else "The account keeps a routine not named"]
    parts[0] += f", status {shown(item.get('status')) or 'not given'}"
    if set_off:
        parts.append(f"it is set off by: {', '.join(set_off)}")
    if steps:
        parts.append(f"it does: {', '.join(steps)}")
    yield from reader.issues
    yield Record(
        data_type=DATA_TYPE,
        message="; ".join(parts) + ".",
        locator=reader.locator,
        timestamps=timestamps,
        fields=Keeper().fields({**item, "triggers": triggers, "sequence": sequence, "steps": steps}),
        keys=(f"routine:{identity}",) if identity else (),
    )


def _decoded(value: object) -> object:
    """A member, decoded if it is JSON within a text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return decode(value)
        except JsonError:
            return value
    return value
