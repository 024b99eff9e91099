"""Tables of a data export that need no code: what a YAML definition of one may say, read and checked.

A definition names the columns by which a table is known, in any order; which of them are times; and the sentence a
reader sees. Anything a definition says that is not understood is an error at load, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from parsers.definition.definition import COLUMNS, TIME_WORDS, DefinitionError
from parsers.definition.template import Template, TemplateError

_KEYS = frozenset(
    {"title", "data_type", "required", "optional", "path", "times", "columns", "message", "shows", "does_not_show"}
)
_ALEXAS = re.compile(r"(?<![A-Za-z])(?:alexa|echo)(?![a-z])", re.IGNORECASE)
#: What the rows of a table are that a user's own map describes.
MAPPED_TYPE = "alexa:cloud:export_mapped"
_DATA_TYPE = re.compile(r"alexa:cloud:export_[a-z_]+")


def plain(name: str) -> str:
    """A column's name as it is compared: ``Skill Name``, ``SkillName`` and ``skill_name`` are one."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


@dataclass(frozen=True, slots=True)
class ExportTimeColumn:
    """One time of a row: the names its column may bear, one of plaso's words for it, and a note on what it is of.

    ``form`` says how it is written, as ``strptime`` takes it; empty for ISO 8601. ``utc`` says that it is in UTC though
    it does not say so itself.
    """

    names: tuple[str, ...]
    description: str
    note: str
    form: str = ""
    utc: bool = False


@dataclass(frozen=True, slots=True)
class ExportDefinition:
    """A kind of table, checked. Names of columns are as :func:`plain` gives them.

    Attributes:
        title: the table, in a few words.
        data_type: of its records.
        required: the columns it is known by; where several names stand for one, any of them. None where its columns
            are not known, so that it is known by its path alone.
        optional: further columns it is known to have.
        path: words of which the path must hold one, in lower case; empty where the columns suffice.
        times: the times of a row.
        columns: the columns of the record that a row fills.
        message: the sentence.
        shows: what the table shows.
        does_not_show: what it must not be taken for.
    """

    title: str
    data_type: str
    required: tuple[tuple[str, ...], ...]
    optional: tuple[str, ...]
    path: tuple[str, ...]
    times: tuple[ExportTimeColumn, ...]
    columns: Mapping[str, str]
    message: Template
    shows: str
    does_not_show: str

    def fits(self, names: frozenset[str], path: str) -> int:
        """How many of its columns a table has; 0 where it is not of this kind."""
        if any(names.isdisjoint(choice) for choice in self.required):
            return 0
        if self.path and not any(word in path.lower() for word in self.path):
            return 0
        if not self.required:
            # Known by name alone: only among what is Alexa's, and after every table that is known by its columns.
            return 1 if _ALEXAS.search(path) else 0
        return len(self.required) + len(names.intersection(self.optional))


@cache
def load_exports() -> tuple[ExportDefinition, ...]:
    """Every definition in :mod:`parsers.definitions.export`, by file name.

    Raises:
        DefinitionError: one of them is not understood.
    """
    folder = sorted(files("parsers.definitions.export").iterdir(), key=lambda file: file.name)
    return tuple(parse(file.read_text(encoding="utf-8"), file.name) for file in folder if file.name.endswith(".yaml"))


_maps: list[ExportDefinition] = []


def use_maps(maps: tuple[ExportDefinition, ...]) -> None:
    """From now on take these definitions, which a user wrote, before our own. An empty tuple takes them away."""
    _maps[:] = maps


def parse_map(text: str, file: str) -> ExportDefinition:
    """Read a definition that a user wrote: as ours, but that ``data_type`` may be left out.

    Raises:
        DefinitionError: as :func:`parse`.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(f"{file}: not YAML as it is read here: {error}") from error
    if isinstance(content, dict):
        content = {"data_type": MAPPED_TYPE, **content}
    return _checked(content, file)


def find(names: frozenset[str], path: str) -> ExportDefinition | None:
    """The definition that fits a table best, or None. A user's own maps come before ours.

    Args:
        names: the names of its columns, plain.
        path: the file's path.
    """
    for known in (_maps, load_exports()):
        if known and (best := _best(known, names, path)):
            return best
    return None


def _best(known: Sequence[ExportDefinition], names: frozenset[str], path: str) -> ExportDefinition | None:
    best = max(known, key=lambda definition: (definition.fits(names, path), bool(definition.required)))
    return best if best.fits(names, path) else None


def parse(text: str, file: str) -> ExportDefinition:
    """Read one definition.

    Args:
        text: the YAML.
        file: the file's name, for errors.

    Raises:
        DefinitionError: it is not YAML, has an unknown key, or lacks one.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise DefinitionError(f"{file}: not YAML as it is read here: {error}") from error
    return _checked(content, file)


def _checked(content: object, file: str) -> ExportDefinition:
    if not isinstance(content, dict):
        raise DefinitionError(f"{file}: a mapping is expected")
    if unknown := set(content) - _KEYS:
        raise DefinitionError(f"{file}: {min(map(str, unknown))}: the key is unknown")
    required = tuple(_choice(name) for name in _texts(content, "required", file))
    optional = tuple(plain(name) for name in _texts(content, "optional", file))
    by_name = "required" not in content and bool(content.get("path"))
    if not (required or by_name) or not all(name for choice in required for name in choice):
        raise DefinitionError(f"{file}: required: names of columns are expected")
    data_type = _text(content, "data_type", file)
    if not _DATA_TYPE.fullmatch(data_type):
        raise DefinitionError(f"{file}: data_type: {data_type!r} is not of the form expected")
    made = ExportDefinition(
        title=_text(content, "title", file),
        data_type=data_type,
        required=required,
        optional=optional,
        path=tuple(word.lower() for word in _texts(content, "path", file)),
        times=_times(content.get("times", []), file),
        columns=_columns(content.get("columns", {}), file),
        message=_message(_text(content, "message", file), file),
        shows=_text(content, "shows", file),
        does_not_show=_text(content, "does_not_show", file),
    )
    known = {name for choice in required for name in choice} | set(optional)
    used = [*made.message.paths, *made.columns.values(), *(name for time in made.times for name in time.names)]
    if strange := next((name for name in used if name not in known), None):
        raise DefinitionError(f"{file}: {strange!r} is none of the columns")
    return made


def _choice(name: str) -> tuple[str, ...]:
    return tuple(plain(part) for part in name.split("|"))


def _text(content: Mapping[str, object], key: str, file: str) -> str:
    value = content.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DefinitionError(f"{file}: {key}: text is expected")
    return value.strip()


def _texts(content: Mapping[str, object], key: str, file: str) -> list[str]:
    value = content.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise DefinitionError(f"{file}: {key}: a list of texts is expected")
    return value


def _message(text: str, file: str) -> Template:
    try:
        return Template.parse(text)
    except TemplateError as error:
        raise DefinitionError(f"{file}: message: {error}") from error


def _times(value: object, file: str) -> tuple[ExportTimeColumn, ...]:
    made = []
    for part in value if isinstance(value, list) else [value]:
        needed, more = {"column", "description", "note"}, {"format", "zone"}
        if not isinstance(part, dict) or not needed <= set(part) <= needed | more:
            raise DefinitionError(f"{file}: times: column, description and note are expected, format and zone may be")
        if (description := _text(part, "description", file)) not in TIME_WORDS:
            raise DefinitionError(f"{file}: times: {description!r} is none of the words for a time")
        if (zone := part.get("zone", "unknown")) not in ("UTC", "unknown"):
            raise DefinitionError(f"{file}: times: zone: {zone!r} is neither UTC nor unknown")
        names = _choice(_text(part, "column", file))
        form = _text(part, "format", file) if "format" in part else ""
        made.append(ExportTimeColumn(names, description, _text(part, "note", file), form, zone == "UTC"))
    return tuple(made)


def _columns(value: object, file: str) -> dict[str, str]:
    if not isinstance(value, dict) or not set(value) <= set(COLUMNS):
        raise DefinitionError(f"{file}: columns: some of {', '.join(COLUMNS)} are expected")
    return {name: plain(_text(value, name, file)) for name in value}
