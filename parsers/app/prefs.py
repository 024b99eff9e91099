"""Preferences files of the Alexa app on Android, and of the apps of an Echo with a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from parsers.app.packages import COMPANION, DEVICE, App, app_of
from parsers.app.preference_kind import kinds
from parsers.bounded_issues import bounded
from parsers.formats.android.preferences import Preference, preferences
from parsers.formats.xml.elements import MAX_BYTES, Element, load, root_of
from parsers.locator import at_bytes
from parsers.parser import PREFERENCES, About, Parser, Source
from parsers.record import Clock, Issue, Record, Timestamp, Value
from parsers.registry import register
from parsers.times import from_milliseconds
from parsers.values import Keeper, shown

APP_DATA_TYPE, DEVICE_DATA_TYPE = "alexa:app:preferences", "echo:state:preferences"
#: One record of a file keeps at most this many values, and about this many characters of text.
VALUES_A_RECORD = 100
CHARACTERS_A_RECORD = 150_000
#: A message names at most this many values.
_NAMED = 12
#: Names of values that suggest a time.
_TIME_NAME = re.compile(r"time|date|expir", re.IGNORECASE)
_HOME = re.compile(r"(?:^|/)shared_prefs/[^/]+\.xml(?:\.bak)?$")
_NOTE = (
    "The value is a whole number that fits a time in milliseconds since 1970 UTC, and its name speaks of a time. What"
    " the app recorded with it is not known."
)


@register
class AndroidPreferences(Parser):
    """Reads the values that definitions know, and keeps every other."""

    name: ClassVar[str] = "android_preferences"
    version: ClassVar[str] = "1"
    about: ClassVar[About] = About(
        title="Preferences files of Android apps (shared_prefs)",
        data_types=(APP_DATA_TYPE, DEVICE_DATA_TYPE),
        hands_on=(PREFERENCES,),
        known_by=(
            f"NAME.xml or NAME.xml.bak in the folder shared_prefs of an app named {COMPANION.pattern} or"
            f" {DEVICE.pattern}",
            "wherever it lies, XML whose outermost element is map, with two of the names that a definition knows",
        ),
        shows="That the app kept these values when the file was last written.",
        does_not_show=(
            "When a value was written, unless the value is a time. Who used the phone or the device. A number taken for"
            " a time because of its name may be none."
        ),
        validated_on=("Made files only; names of the Alexa app's values as published for its version 2022.21.",),
        limits=(
            f"A file longer than {MAX_BYTES} bytes is not read; a document type declaration is refused.",
            "Android binary XML (ABX) is named, not read.",
            "Tokens, passwords and keys are never kept: their length is, and a SHA-256 if they are long. They are known"
            " by their names and their look; a value may be taken for one that is none.",
        ),
        references=(
            "AOSP com.android.internal.util.XmlUtils",
            "https://github.com/jcrasselt/amazon-echo-show-15 (docs/companion-apps.md, docs/filesystem)",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether it lies where the apps keep preferences, or has names that are known."""
        if _HOME.search(source.path) and app_of(source.path) is not None:
            return True
        return root_of(source.head) == "map" and any(kind.hinted(source.head) for kind in kinds())

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield what the definitions know, then the other values."""
        yield from bounded(_read(source))


def _read(source: Source) -> Iterator[Record | Issue]:
    document = load(source)
    yield from document.issues
    if document.root is None:
        return
    if document.root.name != "map":
        what = f"The outermost element is {document.root.name[:40]}; that of a preferences file is map."
        yield Issue(what, document.root.locator)
        return
    found = _FileValues()
    yield from found.take(document.root)
    interpreted: set[str] = set()
    for kind in kinds():
        if kind.fits(source.path, frozenset(found.values)):
            for names, made in kind.read(found.values):
                interpreted.update(names)
                yield made
    rest = [item for item in found.all if item.name not in interpreted or item is not found.values[item.name]]
    if rest or (not document.issues and not found.all):
        yield from _others(source, document.root, rest, further=bool(interpreted))


@dataclass(slots=True)
class _FileValues:
    """The values of a file: each, and by name (of equal names the last, as Android reads them)."""

    all: list[Preference] = field(default_factory=list)
    values: dict[str, Preference] = field(default_factory=dict)

    def take(self, root: Element) -> Iterator[Issue]:
        for item in preferences(root):
            if isinstance(item, Issue):
                yield item
                continue
            if item.name in self.values:
                what = f'The value "{item.name[:80]}" is there twice; Android reads the last.'
                yield Issue(what, item.locator)
            self.all.append(item)
            self.values[item.name] = item


def _others(source: Source, root: Element, rest: list[Preference], *, further: bool) -> Iterator[Record]:
    app = app_of(source.path)
    parts = list(_parts(rest)) or [[]]
    for number, part in enumerate(parts, 1):
        which = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
        yield _record(source, root, app, part, f"{'further ' if further else ''}value", which)


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


def _record(source: Source, root: Element, app: App | None, part: list[Preference], noun: str, which: str) -> Record:
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
        # A number under a name such as SessionStart is no secret where it is a time.
        timestamp = _timestamp(item, app)
        values[name] = item.kept if timestamp is None else _number(item)
    fields: dict[str, Value] = {"file": source.name, "values": values}
    if app:
        fields["package"] = app.package
    timestamps = (_timestamp(item, app) for item in part)
    return Record(
        APP_DATA_TYPE if app is None or app.companion else DEVICE_DATA_TYPE,
        f"{message}: {listed}." if part else f"{message}.",
        at_bytes(part[0].start, part[-1].end - part[0].start) if part else root.locator,
        tuple(timestamp for timestamp in timestamps if timestamp is not None),
        fields=Keeper().fields(fields),
    )


def _number(item: Preference) -> Value:
    return item.value if isinstance(item.value, (int, str)) else None


def _timestamp(item: Preference, app: App | None) -> Timestamp | None:
    """The value as a time, where its name suggests one and it may be one."""
    if not _TIME_NAME.search(item.name):
        return None
    timestamp = from_milliseconds(item.value)
    if timestamp is None:
        return None
    clock = app.clock if app else Clock.UNKNOWN
    return Timestamp("Unknown Time", str(item.value), clock, timestamp, f"{item.name[:80]}: {_NOTE}", item.locator)
