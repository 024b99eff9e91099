"""Preferences files of the Alexa app on Android and of the apps of an Echo with a screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.app.packages import COMPANION, DEVICE, app_of
from parsers.app.preference_kind import kinds
from parsers.app.preference_records import APP_DATA_TYPE, DEVICE_DATA_TYPE, preference_records
from parsers.bounded_issues import bounded
from parsers.formats.android.preferences import preferences
from parsers.formats.xml.elements import BEGINNINGS, MAX_BYTES, load, root_of
from parsers.parser import PREFERENCES, About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import register

_HOME = re.compile(r"(?:^|/)shared_prefs/[^/]+\.xml(?:\.bak)?$")


@register
class AndroidPreferences(Parser):
    """Reads the values that definitions know, and keeps all others."""

    name: ClassVar[str] = "android_preferences"
    version: ClassVar[str] = "1"
    needs_beginning: ClassVar[tuple[bytes, ...]] = BEGINNINGS
    needs_path: ClassVar[tuple[str, ...]] = ("shared_prefs/",)
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
        """Whether the file is where the apps keep preferences, or has known preference names."""
        if _HOME.search(source.path) and app_of(source.path) is not None:
            return True
        return root_of(source.head) == "map" and any(kind.hinted(source.head) for kind in kinds())

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield the records that definitions describe, then the other values."""
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
    yield from preference_records(source, preferences(document.root), document.root.locator, whole=not document.issues)
