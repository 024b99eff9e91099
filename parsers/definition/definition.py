"""Parsers that need no code: what a YAML definition may say, read and checked.

A definition names an artefact, how it is known, where its items stand, which of their values are times and
in which unit, and the sentence a reader sees. The items are those of a list inside a JSON answer (section
``json``), the rows of a table in an SQLite database (section ``sqlite``) or values of an Android preferences file
(section ``prefs``). Anything a definition says that is not understood is an error at load, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from parsers.definition.strict_yaml import StrictLoader
from parsers.definition.template import Template, TemplateError
from parsers.parser import About
from parsers.record import Clock

#: Units a time may have. ``webkit`` is microseconds since 1601, ``mac`` seconds since 2001, both UTC; ``local`` is a
#: clock reading without a zone; ``utterance`` the time within an utterance id.
UNITS = ("s", "ms", "us", "webkit", "mac", "iso", "local", "utterance")
#: The columns of a record that a definition may fill.
COLUMNS = ("device_serial", "device_type", "account", "person", "utterance_id", "transcript")
#: plaso's standard words that a definition may use to say what a time is of.
TIME_WORDS = (
    "Added Time", "Content Deletion Time", "Content Modification Time", "Creation Time", "End Time", "Expiration Time",
    "Last Access Time", "Last Active Time", "Last Connection Time", "Last Seen Time", "Last Update Time",
    "Last Used Time", "Metadata Modification Time", "Recorded Time", "Scheduled to end", "Scheduled to start",
    "Sent Time", "Start Time", "Update Time",
)  # fmt: skip

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_DATA_TYPE = re.compile(r"(echo|alexa:cloud|alexa:app|alexa:web|recording)(:[a-z][a-z0-9_]*)+")
_POINTER = re.compile(r"(/([^/~*\s]+|\*))*")
_URL = re.compile(r"(/[\w.~-]+|/\{\w+\})+")
_PATH = re.compile(r"(\.\./){0,3}[^\s.{}|/]+(\.[^\s.{}|/]+)*")


class DefinitionError(ValueError):
    """A definition that says something not understood, or leaves something out. Names the file and the key."""


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """One time of an item.

    Attributes:
        fields: paths of the values that make it; more than one only where the unit is ``local``.
        unit: one of :data:`UNITS`.
        clock: whose clock made it.
        description: one of :data:`TIME_WORDS`.
        note: one sentence on how it is read and what it does not mean.
    """

    fields: tuple[str, ...]
    unit: str
    clock: Clock
    description: str
    note: str


@dataclass(frozen=True, slots=True)
class JsonList:
    """Where the items of a JSON answer stand and what the answer is known by.

    Attributes:
        urls: paths of the addresses that give it; ``{name}`` stands for one part of a path.
        top: keys that the answer has; none where it is a bare list, or one item.
        item: keys that each item has.
        items: the items' place, as the parts of a pointer; ``*`` is every member. Empty for the answer itself.
        by_address: whether other services' answers may have these keys, so that it is known by its address alone.
    """

    urls: tuple[str, ...]
    top: tuple[str, ...]
    item: tuple[str, ...]
    items: tuple[str, ...]
    by_address: bool = False


@dataclass(frozen=True, slots=True)
class SqliteTable:
    """Which tables of an SQLite database hold the items, one a row.

    Attributes:
        tables: names that the table may have.
        needs: columns that it has.
        only: for a column, what its text must hold (a regular expression); other rows are not items.
        json: columns whose text is JSON; paths lead into it.
        paths: regular expressions of paths; a database whose list of tables lies beyond its first bytes is known by
            one of these.
    """

    tables: tuple[str, ...]
    needs: tuple[str, ...]
    only: Mapping[str, re.Pattern[str]]
    json: tuple[str, ...]
    paths: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Preferences:
    """Which values of an Android preferences file make an item.

    Attributes:
        files: regular expressions that the file's path ends with.
        values: names of preferences, by what the definition calls them; together they make one item.
        each: names of which each makes an item, ``name`` and ``value``, where the value may be a time in ms.
        members: objects in JSON values that have one of these members are items, each with its ``../name``.
    """

    files: tuple[re.Pattern[str], ...]
    values: Mapping[str, str]
    each: re.Pattern[str] | None
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition, checked. The attributes are the keys of the file; see :class:`parsers.parser.About` too."""

    name: str
    version: str
    data_type: str
    about: About
    source: JsonList | SqliteTable | Preferences
    message: Template
    times: tuple[TimeColumn, ...]
    columns: Mapping[str, str]
    keys: tuple[Template, ...]
    secret: tuple[str, ...]


@cache
def load_all(package: str = "parsers.definitions.api") -> tuple[Definition, ...]:
    """Every definition in a package's folder, by file name.

    Args:
        package: such as ``parsers.definitions.api``.

    Raises:
        DefinitionError: one of them is not understood, or two bear one name.
    """
    folder = files(package)
    found: dict[str, Definition] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            made = parse(file.read_text(encoding="utf-8"), file.name)
            if found.setdefault(made.name, made) is not made:
                raise DefinitionError(f"{file.name}: name: {made.name!r} is taken by another definition")
    return tuple(found.values())


def parse(text: str, file: str) -> Definition:
    """Read one definition.

    Args:
        text: the YAML.
        file: the file's name, for errors.

    Raises:
        DefinitionError: it is not YAML, has an unknown key, or lacks one.
    """
    try:
        content = yaml.load(text, Loader=StrictLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(f"{file}: not YAML as it is read here: {error}") from error
    return _definition(_Section(file, "", content))


class _Section:
    """One mapping of the file. What is not taken from it by the end is an error."""

    def __init__(self, file: str, place: str, content: object) -> None:
        self._file = file
        self._place = place
        if not isinstance(content, dict):
            raise self.error("", "a mapping is expected")
        self._left = dict(content)

    def error(self, key: str, what: str) -> DefinitionError:
        place = ".".join(part for part in (self._place, key) if part)
        return DefinitionError(f"{self._file}: {place}: {what}" if place else f"{self._file}: {what}")

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self._left.pop(key, None)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, "text is missing" if value is None else f"text is expected, not {value!r}")
        if pattern and not pattern.fullmatch(value):
            raise self.error(key, f"{value!r} is not of the form expected")
        return value.strip()

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        value = self.text(key)
        if value not in choices:
            raise self.error(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def texts(self, key: str, pattern: re.Pattern[str] | None = None, *, needed: bool = False) -> tuple[str, ...]:
        value = self._left.pop(key, None)
        if value is None and not needed:
            return ()
        if not isinstance(value, list) or not value:
            raise self.error(key, "a list of texts is expected")
        for text in value:
            if not isinstance(text, str) or not text.strip() or (pattern and not pattern.fullmatch(text)):
                raise self.error(key, f"{text!r} is not of the form expected")
        return tuple(text.strip() for text in value)

    def sections(self, key: str) -> tuple[_Section, ...]:
        value = self._left.pop(key, None)
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            raise self.error(key, "a list is expected")
        return tuple(_Section(self._file, f"{key}[{number}]", part) for number, part in enumerate(value))

    def section(self, key: str) -> _Section:
        if key not in self._left:
            raise self.error(key, "the section is missing")
        return _Section(self._file, key, self._left.pop(key))

    def template(self, key: str, text: str) -> Template:
        try:
            return Template.parse(text)
        except TemplateError as error:
            raise self.error(key, str(error)) from error

    def expression(self, key: str) -> re.Pattern[str]:
        text = self.text(key)
        try:
            return re.compile(text)
        except re.error as error:
            raise self.error(key, f"{text!r} is not a regular expression: {error}") from error

    def expressions(self, key: str) -> tuple[re.Pattern[str], ...]:
        try:
            return tuple(re.compile(text) for text in self.texts(key))
        except re.error as error:
            raise self.error(key, f"not a regular expression: {error}") from error

    def names(self) -> tuple[str, ...]:
        return tuple(self._left)

    def flag(self, key: str) -> bool:
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise self.error(key, f"true or false is expected, not {value!r}")
        return value

    def has(self, key: str) -> bool:
        return key in self._left

    def done(self) -> None:
        if self._left:
            raise self.error(next(iter(self._left)), "the key is unknown")


def _json_list(section: _Section) -> JsonList:
    items = "" if not section.has("items") else section.text("items", _POINTER)
    made = JsonList(
        urls=section.texts("urls", _URL, needed=True),
        top=section.texts("top"),
        item=section.texts("item"),
        items=tuple(items.split("/")[1:]),
        by_address=section.flag("by_address"),
    )
    if not made.top and not made.item:
        raise section.error("top", "keys of the answer, or of its items, are expected")
    section.done()
    return made


def _sqlite_table(section: _Section) -> SqliteTable:
    only: dict[str, re.Pattern[str]] = {}
    if section.has("only"):
        conditions = section.section("only")
        only = {column: conditions.expression(column) for column in conditions.names()}
    made = SqliteTable(
        tables=section.texts("tables", needed=True),
        needs=section.texts("needs", needed=True),
        only=only,
        json=section.texts("json"),
        paths=section.expressions("paths"),
    )
    section.done()
    return made


def _preferences(section: _Section) -> Preferences:
    names = section.section("values") if section.has("values") else None
    made = Preferences(
        files=section.expressions("files"),
        values={name: names.text(name) for name in names.names()} if names else {},
        each=section.expression("each") if section.has("each") else None,
        members=section.texts("members"),
    )
    if not made.files or sum(map(bool, (made.values, made.each, made.members))) != 1:
        raise section.error("", "files, and one of values, each and members, are expected")
    section.done()
    return made


#: Sections that say where the items stand, and how each is read. A further kind of file is added here.
_SOURCES: Mapping[str, Callable[[_Section], JsonList | SqliteTable | Preferences]] = {
    "json": _json_list,
    "sqlite": _sqlite_table,
    "prefs": _preferences,
}


def _definition(top: _Section) -> Definition:
    name = top.text("name", _NAME)
    data_type = top.text("data_type", _DATA_TYPE)
    kinds = [kind for kind in _SOURCES if top.has(kind)]
    if len(kinds) != 1:
        raise top.error("", f"one of the sections {', '.join(_SOURCES)} is expected")
    source = _SOURCES[kinds[0]](top.section(kinds[0]))
    secret = top.texts("secret", _PATH)
    made = Definition(
        name=name,
        version=top.text("version"),
        data_type=data_type,
        source=source,
        message=top.template("message", top.text("message")),
        times=tuple(_time(section) for section in top.sections("times")),
        columns=_columns(top),
        keys=tuple(top.template("keys", text) for text in top.texts("keys")),
        secret=secret,
        about=_about(top, data_type, source, secret),
    )
    for template in (made.message, *made.keys):
        if shown := next((path for path in template.paths if path.removeprefix("../") in secret), None):
            raise top.error("secret", f"{shown!r} is secret and would be shown")
    top.done()
    return made


def _time(section: _Section) -> TimeColumn:
    unit = section.choice("unit", UNITS)
    paths = section.texts("fields", _PATH) if section.has("fields") else (section.text("field", _PATH),)
    if len(paths) > 1 and unit != "local":
        raise section.error("fields", "several values make one time only where the unit is local")
    made = TimeColumn(
        fields=paths,
        unit=unit,
        clock=Clock(section.choice("clock", tuple(Clock))),
        description=section.choice("description", TIME_WORDS),
        note=section.text("note"),
    )
    section.done()
    return made


def _columns(top: _Section) -> dict[str, str]:
    if not top.has("columns"):
        return {}
    section = top.section("columns")
    columns = {name: section.text(name, _PATH) for name in COLUMNS if section.has(name)}
    section.done()
    return columns


def _known_by(source: JsonList | SqliteTable | Preferences) -> tuple[str, ...]:
    if isinstance(source, Preferences):
        return tuple(f"an Android preferences file whose path ends with {path.pattern}" for path in source.files)
    if isinstance(source, SqliteTable):
        columns = ", ".join(source.needs)
        only = "".join(f"; only rows whose {column} holds {pattern.pattern}" for column, pattern in source.only.items())
        return (f"an SQLite table named {' or '.join(source.tables)} with the columns {columns}{only}",)
    keys = ", ".join(dict.fromkeys((*source.top, *source.item)))
    return (*(f"address {url}" for url in source.urls), f"JSON keys {keys}")


def _about(
    top: _Section, data_type: str, source: JsonList | SqliteTable | Preferences, secret: tuple[str, ...]
) -> About:
    limits = top.texts("limits")
    if secret:
        kept = "as their length and SHA-256" if isinstance(source, Preferences) else "in the fields"
        limits = (*limits, f"Kept {kept} and never shown in a message: {', '.join(secret)}.")
    return About(
        title=top.text("title"),
        data_types=(data_type,),
        known_by=_known_by(source),
        shows=top.text("shows"),
        does_not_show=top.text("does_not_show"),
        validated_on=top.texts("validated_on"),
        limits=limits,
        references=top.texts("references"),
    )
