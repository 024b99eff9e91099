"""What ``state_files.yaml`` may say of a small state file, read and checked.

Anything in it that is not understood is an error at load, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from parsers.definition.template import Template, TemplateError

SETTING = "echo:state:setting"
#: Names that a message may use beside the groups of its expression.
FILE = "file"
_KEYS = {"name", "paths", "content", "lines", "message", "meaning", "data_type", "time", "keys"}
_DATA_TYPE = re.compile(r"echo:state:[a-z][a-z_]*")
_DATE = ("year", "month", "day", "hour", "minute", "second")


class StateDefinitionError(ValueError):
    """The table says something that is not understood, or leaves something out. Names the entry."""


@dataclass(frozen=True, slots=True)
class StateForm:
    """One form of a content or a line, and the sentence it makes; None where it tells nothing."""

    pattern: re.Pattern[str]
    message: Template | None


@dataclass(frozen=True, slots=True)
class StateFile:
    """One kind of state file.

    Attributes:
        name: what the records call it.
        paths: as the table gives them.
        data_type: of its records.
        forms: one where the whole content is read at once, else those a line may have.
        by_line: whether lines are read.
        meaning: told after each sentence.
        time: what the time is of and how it is read, or None where it holds none.
        keys: of its records.
    """

    name: str
    paths: tuple[str, ...]
    data_type: str
    forms: tuple[StateForm, ...]
    by_line: bool
    meaning: str
    time: tuple[str, str] | None
    keys: tuple[Template, ...]


@cache
def load() -> tuple[StateFile, ...]:
    """Every entry of the table.

    Raises:
        StateDefinitionError: one is not understood.
    """
    return parse(files("parsers.definitions.state").joinpath("state_files.yaml").read_text(encoding="utf-8"))


def parse(text: str) -> tuple[StateFile, ...]:
    """Read a table.

    Raises:
        StateDefinitionError: it is not YAML, or an entry is not understood.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise StateDefinitionError(f"not YAML: {error}") from error
    if not isinstance(content, list):
        raise StateDefinitionError("a list of entries is expected")
    made = tuple(_entry(item) for item in content)
    names = [item.name for item in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise StateDefinitionError(f"{twice}: the name stands twice")
    return made


def _entry(item: object) -> StateFile:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        raise StateDefinitionError("an entry without a name")
    name = item["name"]
    if unknown := set(item) - _KEYS:
        raise StateDefinitionError(f"{name}: unknown: {', '.join(sorted(map(str, unknown)))}")
    data_type = _text(item, "data_type", SETTING)
    if _DATA_TYPE.fullmatch(data_type) is None:
        raise StateDefinitionError(f"{name}: data_type: {data_type!r} is none")
    by_line = "lines" in item
    if by_line == ("content" in item):
        raise StateDefinitionError(f"{name}: either content or lines is expected")
    forms = _lines(name, item["lines"]) if by_line else (_form(name, item["content"], _text(item, "message")),)
    return StateFile(
        name=name,
        paths=_texts(item, "paths"),
        data_type=data_type,
        forms=forms,
        by_line=by_line,
        meaning=_text(item, "meaning", ""),
        time=_time(item, forms),
        keys=tuple(_template(name, text, forms[0].pattern) for text in _texts(item, "keys")),
    )


def _lines(name: str, items: object) -> tuple[StateForm, ...]:
    if not isinstance(items, list) or not items:
        raise StateDefinitionError(f"{name}: lines: a list of forms is expected")
    made = []
    for item in items:
        if not isinstance(item, Mapping) or set(item) - {"pattern", "message"}:
            raise StateDefinitionError(f"{name}: lines: a pattern, with or without a message, is expected")
        made.append(_form(name, item.get("pattern"), item.get("message")))
    return tuple(made)


def _form(name: str, pattern: object, message: object) -> StateForm:
    if not isinstance(pattern, str) or not isinstance(message, (str, type(None))):
        raise StateDefinitionError(f"{name}: a pattern and a message are texts")
    try:
        compiled = re.compile(pattern, re.ASCII)
    except re.error as error:
        raise StateDefinitionError(f"{name}: {pattern!r}: {error}") from error
    return StateForm(compiled, None if message is None else _template(name, message, compiled))


def _template(name: str, text: str, pattern: re.Pattern[str]) -> Template:
    try:
        made = Template.parse(" ".join(text.split()))
    except TemplateError as error:
        raise StateDefinitionError(f"{name}: {error}") from error
    if unknown := set(made.paths) - {FILE, *pattern.groupindex}:
        raise StateDefinitionError(f"{name}: the expression has no group {', '.join(sorted(unknown))}")
    return made


def _time(item: Mapping[str, object], forms: tuple[StateForm, ...]) -> tuple[str, str] | None:
    time = item.get("time")
    if time is None:
        return None
    if not isinstance(time, Mapping) or set(time) != {"description", "note"}:
        raise StateDefinitionError(f"{item['name']}: time: a description and a note are expected")
    if set(_DATE) - set(forms[0].pattern.groupindex):
        raise StateDefinitionError(f"{item['name']}: time: the expression lacks one of the groups {', '.join(_DATE)}")
    return _text(time, "description"), _text(time, "note")


def _text(item: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str):
        raise StateDefinitionError(f"{item.get('name', key)}: {key}: a text is expected")
    return " ".join(value.split())


def _texts(item: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise StateDefinitionError(f"{item['name']}: {key}: a list of texts is expected")
    if key == "paths" and not value:
        raise StateDefinitionError(f"{item['name']}: paths: at least one is expected")
    return tuple(value)
