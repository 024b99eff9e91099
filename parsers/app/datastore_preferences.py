"""Preferences that the Alexa app and the apps of an Echo keep in Jetpack's DataStore."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from parsers.alexa_api.answers.within import read_within
from parsers.alexa_api.items.body import Body, TextPlaces
from parsers.app.packages import COMPANION, DEVICE, app_of
from parsers.app.preference_records import APP_DATA_TYPE, DEVICE_DATA_TYPE, preference_records
from parsers.bounded_issues import bounded
from parsers.formats.android.datastore import begins_datastore, datastore_preferences
from parsers.formats.android.preferences import Preference
from parsers.parser import ANSWERS, PREFERENCES, About, Parser, Source
from parsers.record import Clock, Issue, Record
from parsers.registry import register

#: Longer files are read up to this many bytes.
MAX_BYTES = 32 * 1024 * 1024
_END = ".preferences_pb"


@register
class DataStorePreferences(Parser):
    """Reads the values as in other preferences files."""

    name: ClassVar[str] = "datastore_preferences"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = (".preferences_pb",)
    needs_names: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Preferences files of Android apps (DataStore, preferences_pb)",
        data_types=(APP_DATA_TYPE, DEVICE_DATA_TYPE),
        hands_on=(PREFERENCES, ANSWERS),
        known_by=(
            f"NAME.preferences_pb in the folder of an app named {COMPANION.pattern} or {DEVICE.pattern}",
            "NAME.preferences_pb elsewhere, or a file that begins as one in such a folder, where the file names the"
            " Alexa service",
        ),
        shows="That the app kept these values when the file was last written.",
        does_not_show=(
            "When a value was written, unless the value is a time. Who used the phone or the device. A number taken for"
            " a time because of its name may be none."
        ),
        validated_on=("Made files only.",),
        limits=(
            f"Of a file longer than {MAX_BYTES} bytes the rest is not read.",
            "Typed DataStore files (NAME.pb) have messages of the app's own, which are not known; they are not read.",
            "Tokens, passwords and keys are never kept: their length is, and a SHA-256 if they are long. They are known"
            " by their names and their look; a value may be taken for one that is none.",
        ),
        references=("https://developer.android.com/topic/libraries/architecture/datastore",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name matches, in an app's folder or in a file that names the service."""
        if not source.head:
            return False
        if source.name.endswith(_END):
            return app_of(source.path) is not None or bool(source.names)
        return bool(source.names) and app_of(source.path) is not None and begins_datastore(source.head)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the answers in the values, the values that definitions know, and the other values."""
        yield from bounded(_read(source))


def _read(source: Source) -> Iterator[Record | Issue]:
    with source.open() as stream:
        content = stream.read(MAX_BYTES)
    if source.size > MAX_BYTES:
        yield Issue(f"The file is longer than {MAX_BYTES} bytes; the rest was not read.")
    rest: list[Preference | Issue] = []
    issues = answers = 0
    for found in datastore_preferences(content):
        records = [] if isinstance(found, Issue) else list(_answers(source, found))
        if any(isinstance(item, Record) for item in records):
            answers += 1
            yield from records
        else:
            issues += isinstance(found, Issue)
            rest.append(found)
    yield from preference_records(source, rest, "", whole=not issues and not answers)


def _answers(source: Source, preference: Preference) -> Iterator[Record | Issue]:
    """Yield the records of service answers in a value."""
    value = preference.content
    if isinstance(value, (dict, list)) and value:
        app = app_of(source.path)
        body = Body(
            value,
            source.path,
            TextPlaces(preference.locator),
            clock=app.clock if app else Clock.UNKNOWN,
            fields={"preference": preference.name[:200]},
        )
        yield from read_within(body)
