"""The grammar of definitions: each key, with the form of its value. Values are validated by their forms."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, AnyStr, Generic, NamedTuple, TypeVar, cast

from parsers.definition.error import DefinitionError
from parsers.definition.template import Template
from parsers.formats.lazy_pattern import made_when_used

T = TypeVar("T")
S = TypeVar("S")
T_co = TypeVar("T_co", covariant=True)

#: The greatest length of a regular expression, in characters.
MAX_EXPRESSION = 1000


class _Needed:
    """Marks a key without a default."""


NEEDED = _Needed()


class Place(NamedTuple):
    """A place in a definition, for error messages.

    Attributes:
        file: the file's name.
        path: keys and numbers, such as ``times[0].unit``; empty for the file as a whole.
        shipped: whether the definition ships with the program, so that its tests have compiled its expressions.
    """

    file: str
    path: str = ""
    shipped: bool = False

    def key(self, name: str) -> Place:
        """The place of a key in this mapping."""
        return Place(self.file, f"{self.path}.{name}" if self.path else name, self.shipped)

    def item(self, number: int) -> Place:
        """The place of an item in this list, counted from 0."""
        return Place(self.file, f"{self.path}[{number}]", self.shipped)

    def error(self, what: str) -> DefinitionError:
        """Create an error that names this place."""
        return DefinitionError(self.file, self.path, what)


class Form(ABC, Generic[T_co]):
    """The form of a value in the YAML, and how it is read.

    The schemas for editors (:mod:`parsers.definition.schema`) and the tables in the documentation are built from forms.
    """

    @abstractmethod
    def read(self, value: object, place: Place) -> T_co:
        """Read the value. Raises DefinitionError if it does not have the form."""


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """A key of a mapping.

    Attributes:
        name: the key's name in the YAML.
        form: the form of its value.
        about: its description, in one or two sentences (Markdown).
        default: the value if the key is missing; :data:`NEEDED` if it is required.
    """

    name: str
    form: Form[T_co]
    about: str
    default: T_co | _Needed = NEEDED

    @property
    def needed(self) -> bool:
        """Whether the key is required."""
        return isinstance(self.default, _Needed)


class Values:
    """The values of a mapping, by key."""

    def __init__(self, values: Mapping[str, object], place: Place) -> None:
        """Store the values by key name, and the mapping's place."""
        self._values = values
        self.place = place

    def __getitem__(self, key: Key[T]) -> T:
        """Return the value of a key. Raises KeyError if the section has no such key."""
        return cast("T", self._values[key.name])

    def get(self, key: Key[T], default: T) -> T:
        """Return the value of a key, or ``default`` if the section has no such key."""
        return cast("T", self._values.get(key.name, default))


@dataclass(frozen=True, slots=True)
class Text(Form[str]):
    """A text: not blank, or matching a pattern.

    Attributes:
        pattern: a regular expression for the whole text, valid in both Python and JavaScript.
        called: the name for such a text.
    """

    pattern: str = ""
    called: str = "text"

    def read(self, value: object, place: Place) -> str:
        """Return the text, stripped unless a pattern is given."""
        if not isinstance(value, str) or not (self.pattern or value.strip()):
            raise place.error(f"text is expected, not {value!r}")
        if not self.pattern:
            return value.strip()
        if not re.fullmatch(self.pattern, value):
            raise place.error(f"{value!r} is not of the form expected: {self.called}")
        return value


@dataclass(frozen=True, slots=True)
class Choice(Form[str]):
    """One of several words."""

    words: tuple[str, ...]

    def read(self, value: object, place: Place) -> str:
        """Return the word."""
        if not isinstance(value, str) or value not in self.words:
            raise place.error(f"{value!r} is not one of {', '.join(self.words)}")
        return value


@dataclass(frozen=True, slots=True)
class Flag(Form[bool]):
    """``true`` or ``false``."""

    def read(self, value: object, place: Place) -> bool:
        """Return whether it is true."""
        if not isinstance(value, bool):
            raise place.error(f"true or false is expected, not {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Listed(Form[tuple[T, ...]]):
    """A non-empty list of values of one form."""

    form: Form[T]

    def read(self, value: object, place: Place) -> tuple[T, ...]:
        """Read each value."""
        if not isinstance(value, list) or not value:
            raise place.error(f"a list is expected, not {value!r}")
        return tuple(self.form.read(part, place.item(number)) for number, part in enumerate(value))


@dataclass(frozen=True, slots=True)
class Named(Form[dict[str, T]]):
    """A non-empty mapping of names to values of one form.

    Attributes:
        form: the form of each value.
        names: the allowed names; empty if any name is allowed.
    """

    form: Form[T]
    names: tuple[str, ...] = ()

    def read(self, value: object, place: Place) -> dict[str, T]:
        """Read each value, by its name."""
        if not isinstance(value, dict) or not value:
            raise place.error(f"a mapping is expected, not {value!r}")
        if self.names and (unknown := next((name for name in value if name not in self.names), None)):
            raise place.key(unknown).error(f"the key is not one of {', '.join(self.names)}")
        return {name: self.form.read(part, place.key(name)) for name, part in value.items()}


@dataclass(frozen=True, slots=True)
class Made(Form[T], Generic[S, T]):
    """A value of one form, converted to something else.

    Attributes:
        form: the form in the YAML.
        make: the conversion; raises ValueError with the reason if it fails.
        called: the name for the value; empty for the form's own name.
    """

    form: Form[S]
    make: Callable[[S], T]
    called: str = ""

    def read(self, value: object, place: Place) -> T:
        """Read and convert the value."""
        found = self.form.read(value, place)
        try:
            return self.make(found)
        except ValueError as error:
            raise place.error(str(error)) from error


@dataclass(frozen=True, slots=True)
class Expression(Made[str, re.Pattern[AnyStr]]):
    """A regular expression. That of a definition that ships with the program is compiled when it is first used."""

    def read(self, value: object, place: Place) -> re.Pattern[AnyStr]:
        """Read and compile the expression, or read it and leave it to be compiled."""
        if place.shipped:
            return made_when_used(partial(self.make, self.form.read(value, place)))
        return Made.read(self, value, place)


@dataclass(frozen=True, slots=True)
class Section(Form[T]):
    """A mapping with a fixed set of keys. Unknown keys are errors.

    Attributes:
        keys: the keys.
        make: builds the result; raises a place's error if keys are incompatible.
        one_of: groups of keys, exactly one of which is required.
        some_of: groups of keys, at least one of which is required.
    """

    keys: tuple[Key[Any], ...]
    make: Callable[[Values], T]
    one_of: tuple[tuple[str, ...], ...] = ()
    some_of: tuple[tuple[str, ...], ...] = ()

    def read(self, value: object, place: Place) -> T:
        """Read the keys and build the result."""
        if not isinstance(value, dict):
            raise place.error("a mapping is expected")
        known = {key.name for key in self.keys}
        if (unknown := next((name for name in value if name not in known), None)) is not None:
            raise place.key(unknown).error("the key is unknown")
        for names in (*self.one_of, *self.some_of):
            given = [name for name in names if name in value]
            if not given or (len(given) > 1 and names in self.one_of):
                number = "one" if names in self.one_of else "at least one"
                raise place.error(f"{number} of the keys {', '.join(names)} is expected")
        found = {}
        for key in self.keys:
            if key.name in value:
                found[key.name] = key.form.read(value[key.name], place.key(key.name))
            elif key.needed:
                raise place.key(key.name).error("the key is missing")
            else:
                found[key.name] = key.default
        return self.make(Values(found, place))


@dataclass(frozen=True, slots=True)
class Variants(Form[T]):
    """A mapping whose keys depend on the value of one of them.

    Attributes:
        name: the name of that key.
        sections: the allowed keys, by that key's value; each section includes the key itself.
    """

    name: str
    sections: Mapping[str, Section[T]]

    def read(self, value: object, place: Place) -> T:
        """Read the keys and build the result."""
        if not isinstance(value, dict):
            raise place.error("a mapping is expected")
        if self.name not in value:
            raise place.key(self.name).error("the key is missing")
        which = Choice(tuple(self.sections)).read(value[self.name], place.key(self.name))
        return self.sections[which].read(value, place)


@dataclass(frozen=True, slots=True)
class Either(Form[T]):
    """A text or a mapping with the same meaning.

    Attributes:
        text: the form of the text.
        section: the form of the mapping.
    """

    text: Form[T]
    section: Section[T]

    def read(self, value: object, place: Place) -> T:
        """Read the text or the mapping."""
        return (self.text if isinstance(value, str) else self.section).read(value, place)


def _expression(text: str) -> re.Pattern[str]:
    return compiled(text, text, re.NOFLAG)


def compiled(text: str, pattern: AnyStr, flags: re.RegexFlag) -> re.Pattern[AnyStr]:
    """Compile a regular expression.

    Args:
        text: as written in the definition.
        pattern: the same, or its bytes.
        flags: as for ``re.compile``.

    Raises:
        ValueError: it is invalid or too long.
    """
    if len(text) > MAX_EXPRESSION:
        raise ValueError(f"longer than {MAX_EXPRESSION} characters")
    try:
        return re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error


#: A regular expression.
EXPRESSION = Expression(Text(), _expression, "regular expression")
#: A sentence with gaps.
SENTENCE = Made(Text(), Template.parse, "sentence with gaps")
