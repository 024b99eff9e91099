"""Routines of a "Request My Data" export: JSON files such as ``Routines.json`` and ``Routines-4.json``.

References:
    glen-w/data_dumps (``src/data_dumps/sources/amazon``): the name, that the file is a list or an object with the list
    under ``routines`` or ``Automations``, and the members that name a routine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from parsers.alexa_api.answers.further_times import MAX_TIMES, TimeSearch
from parsers.alexa_api.answers.responses import quoted_keys, telltale
from parsers.alexa_api.items.body import Body, Tokens, members
from parsers.alexa_api.items.item_reader import ItemReader
from parsers.alexa_api.items.json_text import start_of
from parsers.alexa_api.items.loaded_json import load
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Timestamp
from parsers.registry import register
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:cloud:export_routine"
_NAME = re.compile(r"(?:^|[/\\])routines(?:[-_.]\d{1,6})*\.json$", re.IGNORECASE)
_LISTS = ("routines", "Routines", "Automations", "automations")
_NAMES = ("friendlyName", "name", "routineName")
_MADE = ("creationTimeEpochMillis", "createdAt", "creationTime", "createdDate")
_CHANGED = ("lastUpdatedTimeEpochMillis", "updatedAt", "lastUpdatedTime", "lastUpdatedDate")


@register
class AlexaExportRoutines(Parser):
    """Reads the routines, one record per routine."""

    name: ClassVar[str] = "alexa_export_routines"
    version: ClassVar[str] = "2"
    needs_path: ClassVar[tuple[str, ...]] = ("rout",)
    text_only: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title='Routines in a "Request My Data" export of an Alexa account',
        data_types=(DATA_TYPE,),
        known_by=("a JSON file named Routines.json, Routines-4.json and the like",),
        shows="That the service had this routine on record for the account, as it gave it to the account's holder.",
        does_not_show="That the routine ran, or who made it. That the export is whole or unchanged: it is unsigned.",
        validated_on=("Made files only.",),
        limits=(
            "No export of a real account was at hand; the members are those that published readers of exports name.",
            f"At most {MAX_TIMES} times of a routine whose names have no description.",
        ),
        references=("https://github.com/glen-w/data_dumps",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name and the start of the JSON match, and the file does not have the form of a service answer."""
        start = start_of(source.head)
        if start is None or not _NAME.search(source.path):
            return False
        return not telltale(quoted_keys(source.head[start:]))

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each routine."""
        loaded = load(source)
        yield from loaded.issues
        if not loaded.value and loaded.issues:
            return
        found = _lists(loaded.value)
        if found is None:
            yield Issue("A list of routines was expected.", loaded.places.record(()))
            return
        body = Body(loaded.value, source.path, loaded.places)
        for tokens, value in found:
            if isinstance(value, dict):
                yield from _record(ItemReader(value, tokens, body))
            elif value is not None:
                yield Issue("A routine was expected here.", loaded.places.record(tokens))


def _lists(value: object) -> list[tuple[Tokens, object]] | None:
    """The lists of routines; None if there are none."""
    if isinstance(value, list):
        return [((number,), inner) for number, inner in enumerate(value)]
    for name in _LISTS:
        if isinstance(value, dict) and isinstance(value.get(name), list):
            return [(place.tokens, place.value) for place in members(value, (name, "*"))]
    return None


def _record(reader: ItemReader) -> Iterator[Record | Issue]:
    timestamps: tuple[Timestamp, ...] = ()
    for names, description, note in (
        (_MADE, "Creation Time", "When the service made the routine."),
        (_CHANGED, "Update Time", "When the service last changed the routine."),
    ):
        if key := _key(reader.item, names):
            timestamps = (*timestamps, *reader.time(key, description, note))
    search = TimeSearch(reader.item, {timestamp.timestamp for timestamp in timestamps})
    timestamps = (*timestamps, *search.timestamps())
    name = next((text for key in _NAMES if (text := shown(reader.item.get(key)))), None)
    status = shown(reader.item.get("status")) or "not given"
    identity = reader.item.get("automationId")
    yield from reader.issues
    if search.cut:
        yield Issue(f"The routine holds more than {MAX_TIMES} times, or is nested too deeply.", reader.locator)
    yield Record(
        data_type=DATA_TYPE,
        message=f'The export lists a routine named "{name}", status {status}.'
        if name
        else f"The export lists a routine without a name, status {status}.",
        locator=reader.locator,
        timestamps=timestamps,
        fields=Keeper().fields(reader.item),
        keys=(f"routine:{identity}",) if isinstance(identity, str) and identity else (),
    )


def _key(item: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if item.get(name) not in (None, "", 0)), None)
