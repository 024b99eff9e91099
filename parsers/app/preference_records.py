"""Records of the values in a preferences file, XML or DataStore protocol buffer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from parsers.app.packages import App, app_of
from parsers.app.preference_kind import kinds
from parsers.formats.android.preferences import Preference
from parsers.locator import at_bytes
from parsers.parser import Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

APP_DATA_TYPE, DEVICE_DATA_TYPE = "alexa:app:preferences", "echo:state:preferences"
#: The most values, and approximately the most characters of text, that one record keeps.
VALUES_A_RECORD = 100
CHARACTERS_A_RECORD = 150_000
#: The most values that a message names.
_NAMED = 12
#: Names of values that suggest a time.
_TIME_NAME = re.compile(r"time|date|expir", re.IGNORECASE)
_NOTE = (
    "The value is a whole number that fits a time in milliseconds since 1970 UTC, and its name speaks of a time. What"
    " the app recorded with it is not known."
)


def preference_records(
    source: Source, found: Iterable[Preference | Issue], where: str, *, whole: bool
) -> Iterator[Record | Issue]:
    """Yield the issues among some values, the records that definitions describe, then the other values.

    Args:
        source: the file.
        found: its values, and issues for unreadable ones.
        where: the locator for the record of a file without values.
        whole: whether the whole file was readable, so that a file without values gets a record.
    """
    values = _FileValues()
    yield from values.take(found)
    interpreted: set[str] = set()
    for kind in kinds():
        if kind.fits(source.path, frozenset(values.values)):
            for names, made in kind.read(values.values):
                interpreted.update(names)
                yield made
    rest = [item for item in values.all if item.name not in interpreted or item is not values.values[item.name]]
    if rest or (whole and not values.all):
        yield from _others(source, where, rest, further=bool(interpreted))


@dataclass(slots=True)
class _FileValues:
    """The values of a file, in order and by name (the last if a name repeats, as Android reads them)."""

    all: list[Preference] = field(default_factory=list)
    values: dict[str, Preference] = field(default_factory=dict)

    def take(self, found: Iterable[Preference | Issue]) -> Iterator[Issue]:
        for item in found:
            if isinstance(item, Issue):
                yield item
                continue
            if item.name in self.values:
                what = f'The value "{item.name[:80]}" is there twice; Android reads the last.'
                yield Issue(what, item.locator)
            self.all.append(item)
            self.values[item.name] = item


def _others(source: Source, where: str, rest: list[Preference], *, further: bool) -> Iterator[Record]:
    app = app_of(source.path)
    parts = list(_parts(rest)) or [[]]
    for number, part in enumerate(parts, 1):
        which = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
        yield _record(source, where, app, part, f"{'further ' if further else ''}value", which)


def _parts(rest: list[Preference]) -> Iterator[list[Preference]]:
    part: list[Preference] = []
    size = 0
    for item in rest:
        length = len(item.value) if isinstance(item.value, str) else 0
        if part and (len(part) == VALUES_A_RECORD or size + length > CHARACTERS_A_RECORD):
            yield part
            part, size = [], 0
        part.append(item)
        size += length
    if part:
        yield part


def _record(source: Source, where: str, app: App | None, part: list[Preference], noun: str, which: str) -> Record:
    names = [shown(item.name, 60) or "without a name" for item in part]
    listed = ", ".join(names[:_NAMED]) + (f", and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    count = f"{len(part)} {noun}{'' if len(part) == 1 else 's'}" if part else "no value"
    whose = f" of the app {app.package}" if app else ""
    message = f'The preferences file "{shown(source.name, 120)}"{whose} keeps {count}{which}'
    values: dict[str, Value] = {}
    for item in part:
        name = item.name
        while name in values:
            name += " (again)"
        # A number under a name such as SessionStart is not a secret if it is a time.
        timestamp = _timestamp(item, app)
        values[name] = item.kept if timestamp is None else _number(item)
    fields: dict[str, Value] = {"file": source.name, "values": values}
    if app:
        fields["package"] = app.package
    timestamps = (_timestamp(item, app) for item in part)
    return Record(
        APP_DATA_TYPE if app is None or app.companion else DEVICE_DATA_TYPE,
        f"{message}: {listed}." if part else f"{message}.",
        at_bytes(part[0].start, part[-1].end - part[0].start) if part else where,
        tuple(timestamp for timestamp in timestamps if timestamp is not None),
        fields=Keeper().fields(fields),
    )


def _number(item: Preference) -> Value:
    return item.value if isinstance(item.value, (int, str)) else None


def _timestamp(item: Preference, app: App | None) -> Timestamp | None:
    """The value as a time, if its name suggests one and the value is plausible."""
    if not _TIME_NAME.search(item.name):
        return None
    timestamp = from_milliseconds(item.value)
    if timestamp is None:
        return None
    clock = app.clock if app else Clock.UNKNOWN
    return Timestamp("Unknown Time", str(item.value), clock, timestamp, f"{item.name[:80]}: {_NOTE}", item.locator)
