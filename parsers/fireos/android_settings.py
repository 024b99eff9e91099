"""Settings of Android and Fire OS as XML: ``settings_global.xml``, ``settings_secure.xml``, ``settings_system.xml``.

References:
    AOSP frameworks/base, SettingsProvider/SettingsState (Android 6 and later).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from parsers.bounded_issues import bounded
from parsers.formats.xml.elements import BINARY_MAGIC, load, root_of
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import masked_values
from parsers.small_file import NO_TIME
from parsers.values import shown

DATA_TYPE = "echo:state:android_setting"
_NAME = re.compile(r"settings_(?:global|secure|system|ssaid)\.xml(?:\.(?:bak|fallback))?")
_TELLING = re.compile(
    r"(?i)volume|mute|ringer|alarm|time_?zone|auto_time|time_12_24|device_name|android_id|boot_count|adb|development|debug"
    r"|non_market|bluetooth|wifi|airplane|locale|language|zen|disturb|privacy|mic|camera|alexa|amazon|wake|location|proxy"
    r"|account|user_setup|provisioned|usb"
)


@register
class AndroidSettings(Parser):
    """Reads one settings file."""

    name: ClassVar[str] = "android_settings_xml"
    version: ClassVar[str] = "1"
    needs_path: ClassVar[tuple[str, ...]] = ("settings_",)
    about: ClassVar[About] = About(
        title="Settings of Android and Fire OS (settings_global.xml and its like)",
        data_types=(DATA_TYPE,),
        known_by=("XML whose outermost element is settings, in a file named settings_global.xml, _secure or _system",),
        shows="What the setting was when the file was last written, and which program had set it, if the file says so.",
        does_not_show="When it was set, or by whom. A phone keeps the same settings; the path or exhibit tells whose.",
        validated_on=("Made files only.",),
        limits=(
            "Only settings of volume, mute, zone, clock, network, accounts, names, debugging and the like are given.",
        ),
        references=("AOSP frameworks/base, SettingsProvider",),
    )

    def claims(self, source: Source) -> bool:
        """Whether the name and the root element match."""
        if not _NAME.fullmatch(source.name):
            return False
        return root_of(source.head) == "settings" or source.head.startswith(BINARY_MAGIC)

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each setting of interest."""
        yield from bounded(_records(source))


def _records(source: Source) -> Iterator[Record | Issue]:
    document = load(source)
    yield from document.issues
    if document.root is None:
        return
    for element in document.root.children:
        name = element.attributes.get("name", "")
        if element.name != "setting" or not _TELLING.search(name):
            continue
        value = element.attributes.get("value", element.text)
        kept = masked_values(value, name)
        fields: dict[str, Value] = {"file": source.name, **{key: kept if key == "value" else text
                                    for key, text in element.attributes.items()}}  # fmt: skip
        message = f'Android keeps the setting {shown(name, 100)} as "{shown(kept, 200) or ""}".'
        yield Record(DATA_TYPE, message + NO_TIME, element.locator, fields=fields)
