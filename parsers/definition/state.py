"""Definitions of small state files, which hold one value, or one per line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import NamedTuple

from parsers.definition.definition import DATA_TYPE, FOOT, HEAD, NAME, VERSION, about
from parsers.definition.form import SENTENCE, Expression, Key, Listed, Section, Text, Values, compiled
from parsers.definition.loader import Kind, load
from parsers.definition.path_end import PATH_END, PathEnd
from parsers.definition.record_form import ITEM, MESSAGE, RecordForm, record_form
from parsers.definition.template import Template
from parsers.parser import About

#: What a sentence may use in addition to the groups of its expression: the file's name.
FILE = "file"


@dataclass(frozen=True, slots=True)
class StateForm:
    """One form of a file's content or of a line.

    Attributes:
        pattern: the expression for the whole content or line.
        form: the form of its record, using the groups of the pattern; None if it makes no record.
    """

    pattern: re.Pattern[str]
    form: RecordForm | None


@dataclass(frozen=True, slots=True)
class StateFile:
    """One kind of state file.

    Attributes:
        name: its name in records.
        paths: possible path ends, below ``/var/local`` or ``/var``.
        forms: one form if the whole content is read at once, else the possible forms of a line.
        by_line: whether the file is read line by line.
        meaning: a text that ends each sentence, or empty.
    """

    name: str
    paths: tuple[PathEnd, ...]
    forms: tuple[StateForm, ...]
    by_line: bool
    meaning: str

    @property
    def records(self) -> Iterator[RecordForm]:
        """Yield the forms of its records."""
        return (form.form for form in self.forms if form.form is not None)


class StateDefinition(NamedTuple):
    """The state files of one definition.

    Attributes:
        name, version: those of the rows.
        about: the human-readable description.
        files: the files.
    """

    name: str
    version: str
    about: About
    files: tuple[StateFile, ...]


def _file(values: Values) -> StateFile:
    lines = values[_LINES]
    if (content := values[_CONTENT]) is not None:
        lines = ((content, values[_MESSAGE]),)
    forms = []
    for pattern, message in lines:
        form = None if message is None else record_form(values, values[_FILE_TYPE], message)
        # To name its groups, the expression is compiled; the tests have done that for those that ship with the program.
        if form and not values.place.shipped and (unknown := set(form.paths) - {FILE, *pattern.groupindex}):
            raise values.place.error(f"{pattern.pattern!r} has no group {', '.join(sorted(unknown))}")
        forms.append(StateForm(pattern, form))
    return StateFile(values[_FILE_NAME], values[_PATHS], tuple(forms), bool(values[_LINES]), values[_MEANING])


def _definition(values: Values) -> StateDefinition:
    files = tuple(_typed(file, values[DATA_TYPE]) for file in values[_STATE])
    names = [file.name for file in files]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise values.place.key("state").error(f"two files have the name {twice!r}")
    types = (form.data_type for file in files for form in file.records)
    known_by = (f"{path.text}, with a content of its form" for file in files for path in file.paths)
    return StateDefinition(values[NAME], values[VERSION], about(values, types, known_by), files)


def _typed(file: StateFile, data_type: str) -> StateFile:
    """Give a file the definition's data type, unless it has its own."""
    return replace(file, forms=tuple(replace(form, form=_form_of(form.form, data_type)) for form in file.forms))


def _form_of(form: RecordForm | None, data_type: str) -> RecordForm | None:
    return form if form is None or form.data_type else replace(form, data_type=data_type)


def _expression(text: str) -> re.Pattern[str]:
    return compiled(text, text, re.ASCII)


_ASCII = Expression(Text(), _expression, "regular expression")
_PATTERN = Key("pattern", _ASCII, "What the whole line matches.")
_LINE_MESSAGE: Key[Template | None] = Key(
    "message", SENTENCE, "The sentence for such a line. Left out: the line says nothing.", default=None
)
_LINE = Section((_PATTERN, _LINE_MESSAGE), lambda values: (values[_PATTERN], values[_LINE_MESSAGE]))

_FILE_NAME = Key("name", NAME.form, "What the records call the file.")
_PATHS = Key(
    "paths",
    Listed(PATH_END),
    "Where the file is: the end of its path, from `/var/local` or `/var` on. A path of one name counts only at the root"
    " of the data partition, of a copy, or in a folder `local`.",
)
_STATE_TYPE = Text(r"echo:state:[a-z][a-z0-9_]*", "`echo:state:...`")
_FILE_TYPE = Key("data_type", _STATE_TYPE, "The data type of its rows. Left out: the definition's.", default="")
_CONTENT: Key[re.Pattern[str] | None] = Key(
    "content", _ASCII, "The whole content. Its named groups are the values of the item.", default=None
)
_LINES = Key("lines", Listed(_LINE), "In place of `content` and `message`: the forms that a line may have.", default=())
_MESSAGE: Key[Template | None] = Key(
    "message", SENTENCE, f"{MESSAGE.about} A value is a named group of `content`; `{{file}}` is the file's name.", None
)
_MEANING = Key("meaning", Text(), "What each sentence ends with: what the value is, and what it is not.", default="")
_FILE = Section(
    (
        _FILE_NAME,
        _PATHS,
        _FILE_TYPE,
        _CONTENT,
        _LINES,
        *(key for key in ITEM if key is not MESSAGE),
        _MESSAGE,
        _MEANING,
    ),
    _file,
    one_of=(("content", "lines"), ("message", "lines")),
)
_STATE = Key("state", Listed(_FILE), "The files.")

STATE = Kind(
    "state",
    "Small state files, which hold one value, or one a line",
    Section((*HEAD, Key("data_type", _STATE_TYPE, DATA_TYPE.about), _STATE, *FOOT), _definition),
)


@cache
def definitions() -> tuple[StateDefinition, ...]:
    """Every definition of state files. Raises DefinitionError if one is invalid."""
    return load(STATE)
