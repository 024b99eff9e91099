"""Preferences of the Alexa app on iOS: ``Library/Preferences/com.amazon.echo.plist``.

References:
    The app's name on iOS, com.amazon.echo: jungheum/pycift. No published example of the file was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_api.answers.stored_value import answers_in_value, service_text
from parsers.formats.property_list.property_list import Date, PropertyList, load, looks_like, record_value
from parsers.parser import ANSWERS, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp
from parsers.registry import register
from parsers.times import MILLISECONDS_MAX, MILLISECONDS_MIN, utc
from parsers.values import Keeper, shown

DATA_TYPE = "alexa:app:preferences"
_NAME = re.compile(r"(?:group\.)?com\.amazon\.(?:echo|alexa|dee)[\w.-]{0,80}\.plist")
_NAMED = 12
_NOTE = "A date of the property list, in UTC. What the app recorded with it is not known beyond its name."


@register
class IosPreferences(Parser):
    """Reads one record per file, and the answers of the service in its texts."""

    name: ClassVar[str] = "ios_preferences"
    version: ClassVar[str] = "2"
    needs_path: ClassVar[tuple[str, ...]] = ("com.amazon.",)
    about: ClassVar[About] = About(
        title="Preferences of the Alexa app on iOS (com.amazon.echo.plist)",
        data_types=(DATA_TYPE,),
        hands_on=(ANSWERS,),
        known_by=("a property list named com.amazon.echo....plist, with group. before it or not",),
        shows="That the app kept these values when the file was last written.",
        does_not_show="When a value was written, unless it is a date. Who used the phone.",
        validated_on=("Made files only.",),
        limits=(
            "The locator is the whole file.",
            "Tokens, passwords and keys are never kept: their length is, and a SHA-256 if they are long.",
            "Values that are bytes are kept as their length and SHA-256.",
        ),
        references=("https://github.com/jungheum/pycift",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the file is a property list of that name."""
        return _NAME.fullmatch(source.name) is not None and looks_like(source.head)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the record."""
        found = load(source)
        yield from found.issues
        if found.values or not found.issues:
            yield _record(source, found)
        for name, value in _texts("", found.values):
            if (content := service_text(value)) is not None:
                yield from answers_in_value(content, name, source.path, "")


def _texts(name: str, value: object) -> Iterator[tuple[str, object]]:
    """The texts in the values, each with the name that it is under."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(f"{name}/{key}" if name else str(key), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(name, inner)
    elif isinstance(value, str):
        yield name, value


def _record(source: Source, found: PropertyList) -> Record:
    names = [shown(name, 60) or "without a name" for name in found.values]
    listed = ", ".join(names[:_NAMED]) + (f", and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    count = f"{len(names)} value{'' if len(names) == 1 else 's'}: {listed}" if names else "no value"
    timestamps = (_timestamp(date) for date in found.dates)
    fields = {"file": source.name, "values": record_value(found.values)}
    return Record(
        DATA_TYPE,
        f'The preferences file "{shown(source.name, 120)}" of the app keeps {count}.',
        "",
        tuple(timestamp for timestamp in timestamps if timestamp is not None),
        fields=Keeper().fields(fields),
    )


def _timestamp(date: Date) -> Timestamp | None:
    timestamp = timestamp_of(date)
    if timestamp is None:
        return None
    return Timestamp("Unknown Time", date.recorded, Clock.PHONE, timestamp, f"{date.path[:120]}: {_NOTE}")


def timestamp_of(date: Date) -> int | None:
    """Microseconds since 1970; None for dates outside 2010..2100, which mean "never"."""
    when = date.when
    timestamp = utc(when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond)
    if timestamp is None or not MILLISECONDS_MIN * 1000 <= timestamp <= MILLISECONDS_MAX * 1000:
        return None
    return timestamp
