"""Persistent Android properties: one file per property, one file for all, or a list made by ``getprop``.

References:
    AOSP system/core/init/persistent_properties.cpp (``/data/property/{name}`` up to Android 7;
    ``/data/property/persistent_properties``, a protobuf of name and value, from Android 8); ``getprop``.
    bboe/overdub, ygelfand/echolocal: properties of an Echo Dot 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from parsers.formats.lazy_pattern import lazy
from parsers.formats.protobuf.message import ProtobufError
from parsers.formats.protobuf.message import fields as fields_of
from parsers.locator import at_bytes, at_line
from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record, Value
from parsers.registry import register
from parsers.secret import hidden, is_secret_name, masked
from parsers.small_file import NO_TIME, numbered, too_many_lines, whole
from parsers.values import shown

DATA_TYPE = "echo:state:property"
#: Android's limit for the length of a value that may change.
_MAX_VALUE = 92
_FOLDER = "property/"
_BUILDS = ("build.prop", "default.prop", "prop.default")
_FILE = lazy(r"(?:^|/)property/(?P<name>persist\.[\w.@:-]{1,200})$")
_ALL = lazy(r"(?:^|/)property/persistent_properties$")
_LISTED = lazy(r"\[(?P<name>[\w.@:-]{1,200})\]: \[(?P<value>.*)\]")
_BUILT = lazy(r"(?P<name>(?:ro|persist|sys|net|wifi|dhcp)\.[\w.@:-]{1,200})=(?P<value>.*)")
#: Properties of a list or build that concern the device, its clock, its account or access to it.
_TELLING = lazy(
    r"persist\.(?:sys\.timezone|amazon|alexa|ww|csm|overdub|sys\.locale|sys\.usb|adb|wifi|logd|bluetooth)\b.*|ro\.serialno"
    r"|ro\.boot\.(?:serialno|bootreason|idme|hardware|prod)\b.*|ro\.product\.(?:model|device|name|brand|manufacturer)"
    r"|ro\.build\.(?:fingerprint|version\.(?:release|fireos|name|number|incremental)|date\.utc|type|tags|description)"
    r"|ro\.(?:debuggable|secure|adb\.secure|hardware|mac_address|wifi_addr|bt_addr)\b.*|sys\.boot(?:_completed|\.reason)"
    r"|ro\.runtime\.firstboot|ro\.boottime\.init|net\.hostname|dhcp\.wlan0\.ipaddress|gsm\.\w{0,20}timezone"
)
_MEANINGS = {
    "persist.sys.timezone": "That is the zone in which the device's programs show times and, as a rule, write its log.",
    "persist.amazon.scl.host": (
        "The device's speech client connects to the host that it names; a device as it is sold does not have it."
    ),
    "ro.serialno": "That is the device's serial number.",
    "ro.boot.serialno": "That is the device's serial number.",
}
_SERIAL = ("ro.serialno", "ro.boot.serialno")
_EXCERPT = 64


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    value: str
    locator: str


@register
class AndroidProperty(Parser):
    """Reads these files."""

    name: ClassVar[str] = "android_property"
    version: ClassVar[str] = "1"
    needs: ClassVar[tuple[bytes, ...]] = (rb"\]: \[",)
    needs_path: ClassVar[tuple[str, ...]] = (_FOLDER, *_BUILDS)
    about: ClassVar[About] = About(
        title="Properties of Fire OS and Android: zone, account, host of the service, build",
        data_types=(DATA_TYPE,),
        known_by=(
            "a file property/persist.{name}, whose whole content is the value (up to Android 7)",
            "property/persistent_properties (Android 8 and later)",
            "lines [name]: [value], as getprop writes them; name=value in build.prop, default.prop or prop.default",
        ),
        shows="What the property was when the file was last written.",
        does_not_show="When it was set, or by whom; for files of a build, that the device ran with it.",
        validated_on=(
            "Made files only. The names of an Echo Dot 2 (Fire OS 5.1.1) are seen in bboe/overdub and"
            " ygelfand/echolocal; the folder is described.",
        ),
        limits=(
            "Of a list and of a build only properties are given that speak of the device, its clock, its account, or"
            " of who may enter it; of the folder, each.",
            "Values of properties that are named as secrets are never shown.",
        ),
        references=(
            "AOSP system/core/init/persistent_properties.cpp",
            "https://github.com/bboe/overdub",
            "https://github.com/ygelfand/echolocal",
        ),
    )

    def claims(self, source: Source) -> bool:
        """Whether the folder and the name match or, for a list, the lines."""
        if _FOLDER in source.path:
            if _FILE.search(source.path):
                return source.size <= _MAX_VALUE * 100
            if _ALL.search(source.path):
                return source.head.startswith(b"\n")
        if source.name in _BUILDS:
            return b"ro." in source.head
        return source.head.count(b"]: [", 0, 4096) >= 3 and len(list(_listed(source.head[:4096]))) >= 3

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        """Yield a record for each property."""
        content, issues = whole(source)
        yield from issues
        found, every = _properties(source, content)
        if isinstance(found, Issue):
            yield found
            return
        if not _FILE.search(source.path) and not _ALL.search(source.path):
            yield from too_many_lines(content)
        for item in found:
            if every or _TELLING.fullmatch(item.name):
                yield _record(item, source.name)


def property_of_line(content: bytes, locator: str) -> tuple[str, str, Record | None] | None:
    """Read a property from a line of a list: its name, its value, and its record if it is of interest.

    Args:
        content: the line.
        locator: its locator.
    """
    found = _LISTED.fullmatch(content.decode("utf-8", "backslashreplace").strip())
    if found is None:
        return None
    item = _Property(found["name"], found["value"], locator)
    return item.name, item.value, _record(item, "") if _TELLING.fullmatch(item.name) else None


def value_in(source: Source, name: str) -> str | None:
    """Return the value of a property in one of these files; None if it is missing or unreadable.

    Args:
        source: the file.
        name: the property.
    """
    try:
        content, _ = whole(source)
    except OSError:
        return None
    found, _ = _properties(source, content)
    values = [] if isinstance(found, Issue) else [item.value for item in found if item.name == name]
    return values[0] if values else None


def _properties(source: Source, content: bytes) -> tuple[list[_Property] | Issue, bool]:
    """The properties of a file, and whether all of them are of interest."""
    if named := _FILE.search(source.path):
        text = content.rstrip(b"\0\r\n").decode("utf-8", "backslashreplace")
        return [_Property(named["name"], text, at_bytes(0, len(content)) if content else "")], True
    if _ALL.search(source.path):
        return _persistent(content), True
    found = list(_listed(content)) or list(_built(content))
    return found or Issue("No property was found in it.", "", content[:_EXCERPT]), False


def _listed(content: bytes) -> Iterator[_Property]:
    for number, line in numbered(content):
        if found := _LISTED.fullmatch(line.strip()):
            yield _Property(found["name"], found["value"], at_line(number))


def _built(content: bytes) -> Iterator[_Property]:
    for number, line in numbered(content):
        if found := _BUILT.fullmatch(line.strip()):
            yield _Property(found["name"], found["value"], at_line(number))


def _persistent(content: bytes) -> list[_Property] | Issue:
    """The properties of the file for all: messages with a name and a value."""
    made: list[_Property] = []
    try:
        for item in fields_of(content):
            if item.number != 1 or not isinstance(item.value, bytes):
                continue
            parts = {part.number: part.value for part in fields_of(item.value)}
            name, value = parts.get(1), parts.get(2, b"")
            if isinstance(name, bytes) and isinstance(value, bytes):
                made.append(
                    _Property(
                        name.decode("utf-8", "backslashreplace"),
                        value.decode("utf-8", "backslashreplace"),
                        at_bytes(item.at, item.size),
                    )
                )
    except ProtobufError as error:
        return Issue(f"The list of properties cannot be read: {error}.", "", content[:_EXCERPT])
    return made


def _record(item: _Property, file: str) -> Record:
    secret = is_secret_name(item.name.rpartition(".")[2]) and not item.name.startswith("ro.build")
    value = hidden(item.value) if secret else masked(item.value)
    message = f'The property {item.name} is kept as "{shown(value) or ""}".'
    if meaning := _MEANINGS.get(item.name):
        message += f" {meaning}"
    fields: dict[str, Value] = {"name": item.name, "value": value, "file": file}
    serial = item.value if item.name in _SERIAL and item.value.isalnum() else None
    return Record(DATA_TYPE, message + NO_TIME, item.locator, device_serial=serial, fields=fields)
