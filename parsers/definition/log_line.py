"""Which lines of a log become records, and in what words: tables in YAML, read and checked.

Anything in a table that is not understood is an error at load, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from parsers.definition.definition import TIME_WORDS
from parsers.definition.strict_yaml import StrictLoader
from parsers.definition.template import Template, TemplateError

#: How a line is known: from a published log or program text, or from the words of somebody who had the device.
SEEN, DESCRIBED = "seen", "described"
_KEYS = {
    "name", "programs", "word", "text", "needs", "data_type", "message", "meaning", "known", "keys", "time",
}  # fmt: skip
_DATA_TYPE = re.compile(r"echo(:[a-z][a-z_]*)+")
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_UNITS = {"s": 1_000_000, "ms": 1000}
_WITH_FALLBACK = re.compile(r"\{(\w+)\|[^{}]*\}")
#: Longest expression, in characters.
MAX_PATTERN = 1000
#: A line may be long: repeats are bounded.
_UNBOUNDED = re.compile(r"(?<!\\)[.\])][*+]|\\[sSwWdD][*+]")


class LineDefinitionError(ValueError):
    """A table that says something not understood, or leaves something out. Names the file, the entry and the key."""


@dataclass(frozen=True, slots=True)
class LineTime:
    """A time within a line.

    Attributes:
        group: the group of the expression that holds it.
        factor: microseconds in one of its unit.
        description: one of plaso's words.
        note: how it is read.
    """

    group: str
    factor: int
    description: str
    note: str


@dataclass(frozen=True, slots=True)
class LineKind:
    """One kind of line, checked. The attributes are the keys of the table.

    Attributes:
        name: unique in its table.
        programs: the whole name of who writes it; None where anybody may.
        word: what its text must hold; empty where ``programs`` decides.
        text: what is searched for in its text; the groups become fields.
        needs: names of values that it must have, where lines hold named values.
        data_type, message: of its record.
        meaning: follows the message.
        known: :data:`SEEN` or :data:`DESCRIBED`.
        keys: names that other records may share.
        time: a further time in it.
    """

    name: str
    programs: re.Pattern[bytes] | None
    word: bytes
    text: re.Pattern[bytes]
    needs: tuple[str, ...]
    data_type: str
    message: Template
    meaning: str
    known: str
    keys: tuple[Template, ...]
    time: LineTime | None

    def sentence(self, values: Mapping[str, object]) -> str:
        """The sentence for the values of one line."""
        made = self.message.render((values,))
        return f"{made.strip()} {self.meaning}".strip()

    def shared(self, values: Mapping[str, object]) -> tuple[str, ...]:
        """The keys of one line's record; those of which a part is missing fall away."""
        made = (template.render_whole((values,)) for template in self.keys)
        return tuple(key for key in made if key)


@cache
def load(file: str) -> tuple[LineKind, ...]:
    """The kinds of one table in :mod:`parsers.definitions.log_lines`, in its order.

    Args:
        file: the table's name, without ``.yaml``.

    Raises:
        LineDefinitionError: one is not understood.
    """
    text = files("parsers.definitions.log_lines").joinpath(f"{file}.yaml").read_text(encoding="utf-8")
    return parse(text, file)


def known_as(kinds: tuple[LineKind, ...], known: str) -> str:
    """The names of the kinds that are known so, in words."""
    return ", ".join(dict.fromkeys(kind.name.replace("_", " ") for kind in kinds if kind.known == known))


def parse(text: str, file: str) -> tuple[LineKind, ...]:
    """Read a table.

    Raises:
        LineDefinitionError: it is not YAML, or an entry is not understood.
    """
    try:
        content = yaml.load(text, Loader=StrictLoader)  # noqa: S506  (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise LineDefinitionError(f"{file}: not YAML as it is read here: {error}") from error
    if not isinstance(content, list) or not content:
        raise LineDefinitionError(f"{file}: a list of entries is expected")
    made = tuple(_kind(item, file) for item in content)
    names = [kind.name for kind in made]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise LineDefinitionError(f"{file}: {twice}: the name stands twice")
    return made


def _kind(item: object, file: str) -> LineKind:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not _NAME.fullmatch(item["name"]):
        raise LineDefinitionError(f"{file}: an entry without a name")
    place = f"{file}: {item['name']}"
    if unknown := set(item) - _KEYS:
        raise LineDefinitionError(f"{place}: unknown: {', '.join(sorted(map(str, unknown)))}")
    data_type, known = _text(item, "data_type", place), _text(item, "known", place)
    if not _DATA_TYPE.fullmatch(data_type):
        raise LineDefinitionError(f"{place}: data_type: {data_type!r} is none")
    if known not in (SEEN, DESCRIBED):
        raise LineDefinitionError(f"{place}: known: {known!r} is neither {SEEN} nor {DESCRIBED}")
    programs = _pattern(item, "programs", place) if "programs" in item else None
    word = _text(item, "word", place, "").encode()
    if programs is None and not word:
        raise LineDefinitionError(f"{place}: programs or a word is expected")
    text, needs = _pattern(item, "text", place), _texts(item, "needs", place)
    # Where lines hold named values, a sentence may name one that is not always there, with what is said instead.
    names = {*text.groupindex, *needs, *(_WITH_FALLBACK.findall(_text(item, "message", place)) if needs else ())}
    return LineKind(
        name=item["name"],
        programs=programs,
        word=word,
        text=text,
        needs=needs,
        data_type=data_type,
        message=_template(_text(item, "message", place), names, place),
        meaning=_text(item, "meaning", place, ""),
        known=known,
        keys=tuple(_template(key, names, place) for key in _texts(item, "keys", place)),
        time=_time(item["time"], names, place) if "time" in item else None,
    )


def _time(item: object, names: set[str], place: str) -> LineTime:
    if not isinstance(item, dict) or set(item) != {"group", "unit", "description", "note"}:
        raise LineDefinitionError(f"{place}: time: a group, a unit, a description and a note are expected")
    unit, description = _text(item, "unit", place), _text(item, "description", place)
    if unit not in _UNITS or description not in TIME_WORDS or item["group"] not in names:
        raise LineDefinitionError(f"{place}: time: the unit, the description or the group is none")
    return LineTime(_text(item, "group", place), _UNITS[unit], description, _text(item, "note", place))


def _pattern(item: Mapping[str, object], key: str, place: str) -> re.Pattern[bytes]:
    text = item.get(key)
    if not isinstance(text, str) or not text or len(text) > MAX_PATTERN or _UNBOUNDED.search(text):
        raise LineDefinitionError(f"{place}: {key}: an expression with bounded repeats is expected")
    try:
        return re.compile(text.encode("utf-8"), re.DOTALL)
    except re.error as error:
        raise LineDefinitionError(f"{place}: {key}: {error}") from error


def _template(text: str, names: set[str], place: str) -> Template:
    try:
        made = Template.parse(text)
    except TemplateError as error:
        raise LineDefinitionError(f"{place}: {error}") from error
    if unknown := set(made.paths) - names:
        raise LineDefinitionError(f"{place}: no value is called {', '.join(sorted(unknown))}")
    return made


def _text(item: Mapping[str, object], key: str, place: str, default: str | None = None) -> str:
    value = item.get(key, default)
    if not isinstance(value, str):
        raise LineDefinitionError(f"{place}: {key}: a text is expected")
    return " ".join(value.split())


def _texts(item: Mapping[str, object], key: str, place: str) -> tuple[str, ...]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise LineDefinitionError(f"{place}: {key}: a list of texts is expected")
    return tuple(value)
