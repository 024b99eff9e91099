"""Definitions of log lines that become records: which lines, of what kind, and in what words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from parsers.definition.definition import DATA_TYPE, NAME
from parsers.definition.form import SENTENCE, Choice, Expression, Key, Listed, Made, Section, Text, Values, compiled
from parsers.definition.loader import Kind, load
from parsers.definition.template import Template
from parsers.definition.vocabulary import TIME_WORDS

#: How a line is documented: in a published log or program text, or in a description by somebody who had the device.
SEEN, DESCRIBED = "seen", "described"
_UNITS = {"s": 1_000_000, "ms": 1000}
#: Lines may be long, so repeats must be bounded.
_UNBOUNDED = re.compile(r"(?<!\\)[.\])][*+]|\\[sSwWdD][*+]")
_WITH_FALLBACK = re.compile(r"\{(\w+)\|[^{}]*\}")


class LineTime(NamedTuple):
    """A time within a line.

    Attributes:
        group: the group of the expression that captures it.
        factor: microseconds per unit.
        description: one of plaso's terms.
        note: how it is read.
    """

    group: str
    factor: int
    description: str
    note: str


class LineKind(NamedTuple):
    """One kind of line.

    Attributes:
        name: unique within its definition.
        programs: the full name of the program that writes it; None for any program.
        word: a word that its text contains; empty if ``programs`` is enough.
        text: the expression searched in its text; the groups become fields.
        required: names of values that it must have, if lines give values by name.
        data_type: the data type of its record.
        message: its record's sentence.
        meaning: a text that follows the message.
        known: :data:`SEEN` or :data:`DESCRIBED`.
        keys: keys that other records may share.
        time: a further time in the line.
    """

    name: str
    programs: re.Pattern[bytes] | None
    word: bytes
    text: re.Pattern[bytes]
    required: tuple[str, ...]
    data_type: str
    message: Template
    meaning: str
    known: str
    keys: tuple[Template, ...]
    time: LineTime | None

    def sentence(self, values: Mapping[str, object]) -> str:
        """Format the sentence with the values of one line."""
        return f"{self.message.render((values,)).strip()} {self.meaning}".strip()

    def shared(self, values: Mapping[str, object]) -> tuple[str, ...]:
        """The keys of one line's record; keys with a missing part are left out."""
        made = (template.render_whole((values,)) for template in self.keys)
        return tuple(key for key in made if key)


class LineTable(NamedTuple):
    """The kinds of one definition, in order: the first that matches a line makes its record."""

    name: str
    title: str
    kinds: tuple[LineKind, ...]


def _of_line(text: str) -> re.Pattern[bytes]:
    if _UNBOUNDED.search(text):
        raise ValueError("a pattern for lines has bounded repeats")
    return compiled(text, text.encode("utf-8"), re.DOTALL)


def _time(values: Values) -> LineTime:
    return LineTime(values[_GROUP], values[_UNIT], values[_DESCRIPTION], values[_NOTE])


def _kind(values: Values) -> LineKind:
    text, required, message = values[_TEXT], values[_REQUIRED], values[_MESSAGE]
    # If lines give values by name, a sentence may use an optional one, with a fallback.
    time = values[_TIME]
    # To name its groups, the expression is compiled; the tests have done that for those that ship with the program.
    if not values.place.shipped:
        names = {*text.groupindex, *required, *(_WITH_FALLBACK.findall(message.text) if required else ())}
        for key, used in ((_MESSAGE, message.paths), (_TIME, (time.group,) if time else ())):
            if unknown := set(used) - names:
                raise values.place.key(key.name).error(f"there is no value named {', '.join(sorted(unknown))}")
    return LineKind(
        name=values[_LINE_NAME],
        programs=values[_PROGRAMS],
        word=values[_WORD].encode("utf-8"),
        text=text,
        required=required,
        data_type=values[DATA_TYPE],
        message=message,
        meaning=" ".join(values[_MEANING].split()),
        known=values[_KNOWN],
        keys=values[_KEYS],
        time=time,
    )


def _table(values: Values) -> LineTable:
    kinds = values[_LINES]
    names = [kind.name for kind in kinds]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise values.place.key(_LINES.name).error(f"two kinds of line have the name {twice}")
    return LineTable(values[_TABLE_NAME], values[_TITLE], kinds)


_LINE_PATTERN = Expression(Text(), _of_line, "regular expression for lines, with bounded repeats")
_TABLE_NAME = Key("name", NAME.form, "The name of the set of lines, which is its file's.")
_TITLE = Key("title", Text(), "Whose logs the lines are of, in a few words.")
_LINE_NAME = Key("name", NAME.form, "Its name, unique in the set; pages give it in words.")
_GROUP = Key("group", Text(), "The group of `text` that it is.")
_UNIT = Key(
    "unit", Made(Choice(tuple(_UNITS)), _UNITS.__getitem__), "The unit: seconds or milliseconds since 1970 UTC."
)
_DESCRIPTION = Key("description", Choice(TIME_WORDS), "What the time is of, in plaso's words.")
_NOTE = Key("note", Text(), "How it is read.")
_PROGRAMS: Key[re.Pattern[bytes] | None] = Key(
    "programs", _LINE_PATTERN, "The whole name of the program, tag or source that writes such lines.", default=None
)
_WORD = Key(
    "word",
    Text(),
    "What the text has somewhere, whoever writes it; with `programs`, only where the log leaves the program out.",
    default="",
)
_TEXT: Key[re.Pattern[bytes]] = Key(
    "text", _LINE_PATTERN, "What is searched for in the text. Its groups become fields."
)
_REQUIRED = Key("required", Listed(Text()), "Values that the line has, where lines give values by name.", default=())
_MESSAGE = Key("message", SENTENCE, "The record's sentence; `{group}` is a group of `text`, or a value by its name.")
_MEANING = Key("meaning", Text(), "What follows the sentence: what the value is, and what it is not.", default="")
_KNOWN = Key(
    "known",
    Choice((SEEN, DESCRIBED)),
    "`seen`: in a published log or program; `described`: by somebody who had the device or its program.",
)
_KEYS = Key("keys", Listed(SENTENCE), "Names that other records may share, such as `dialog-request:{id}`.", default=())
_TIME: Key[LineTime | None] = Key(
    "time", Section((_GROUP, _UNIT, _DESCRIPTION, _NOTE), _time), "A further time in the line.", default=None
)
_LINES = Key(
    "log_lines",
    Listed(
        Section(
            (
                _LINE_NAME,
                _PROGRAMS,
                _WORD,
                _TEXT,
                _REQUIRED,
                DATA_TYPE,
                _MESSAGE,
                _MEANING,
                _KNOWN,
                _KEYS,
                _TIME,
            ),
            _kind,
            some_of=(("programs", "word"),),
        )
    ),
    "The kinds of line. The first that fits a line makes its record.",
)

LOG_LINES = Kind("log_lines", "Lines of logs that become records", Section((_TABLE_NAME, _TITLE, _LINES), _table))


@cache
def _tables() -> dict[str, tuple[LineKind, ...]]:
    return {table.name: table.kinds for table in load(LOG_LINES)}


def line_kinds(name: str) -> tuple[LineKind, ...]:
    """Return the kinds of the named definition, in order.

    Raises:
        DefinitionError: a definition is invalid.
        KeyError: no definition has this name.
    """
    return _tables()[name]


def known_as(kinds: tuple[LineKind, ...], known: str) -> str:
    """The names of the kinds documented in this way, as text."""
    return ", ".join(dict.fromkeys(kind.name.replace("_", " ") for kind in kinds if kind.known == known))
