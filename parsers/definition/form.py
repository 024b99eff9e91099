"""How a definition is described: each key, with the form that its value has. Values are checked by their forms."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from parsers.definition.error import DefinitionError
from parsers.definition.template import Template

T = TypeVar("T")
S = TypeVar("S")
T_co = TypeVar("T_co", covariant=True)

#: Longest regular expression, in characters.
MAX_EXPRESSION = 1000


class _Needed:
    """Stands for the default of a key that has none."""


NEEDED = _Needed()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a definition something is, for errors.

    Attributes:
        file: the file's name.
        path: keys and numbers, such as ``times[0].unit``; empty for the file as a whole.
    """

    file: str
    path: str = ""

    def key(self, name: str) -> Place:
        """The place of a key of the mapping that is here."""
        return Place(self.file, f"{self.path}.{name}" if self.path else name)

    def item(self, number: int) -> Place:
        """The place of an item of the list that is here, counted from 0."""
        return Place(self.file, f"{self.path}[{number}]")

    def error(self, what: str) -> DefinitionError:
        """An error that names this place."""
        return DefinitionError(self.file, self.path, what)


class Form(ABC, Generic[T_co]):
    """The form of a value in the YAML, and what it is read as.

    The schemas for editors (:mod:`parsers.definition.schema`) and the tables in the documentation are made of forms.
    """

    @abstractmethod
    def read(self, value: object, place: Place) -> T_co:
        """What the value is read as. Raises DefinitionError where it is not of the form."""


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """A key of a mapping.

    Attributes:
        name: as the YAML has it.
        form: the form of its value.
        about: what it says, in one or two sentences (Markdown).
        default: what is read where it is left out; :data:`NEEDED` where it may not be.
    """

    name: str
    form: Form[T_co]
    about: str
    default: T_co | _Needed = NEEDED

    @property
    def needed(self) -> bool:
        """Whether it may not be left out."""
        return isinstance(self.default, _Needed)


class Values:
    """The values of a mapping, by their keys."""

    def __init__(self, values: Mapping[str, object], place: Place) -> None:
        """Take what was read, by the keys' names, and the mapping's place."""
        self._values = values
        self.place = place

    def __getitem__(self, key: Key[T]) -> T:
        """The value of a key. Raises KeyError where the section has no such key."""
        return cast("T", self._values[key.name])

    def get(self, key: Key[T], default: T) -> T:
        """The value of a key, or ``default`` where the section has no such key."""
        return cast("T", self._values.get(key.name, default))


@dataclass(frozen=True, slots=True)
class Text(Form[str]):
    """A text: one that is not blank, or one of a pattern.

    Attributes:
        pattern: what the whole of it matches: a regular expression that Python and JavaScript read alike.
        called: what such a text is called.
    """

    pattern: str = ""
    called: str = "text"

    def read(self, value: object, place: Place) -> str:
        """The text, without blanks around it unless a pattern says what it is."""
        if not isinstance(value, str) or not (self.pattern or value.strip()):
            raise place.error(f"text is expected, not {value!r}")
        if not self.pattern:
            return value.strip()
        if not re.fullmatch(self.pattern, value):
            raise place.error(f"{value!r} is not of the form expected: {self.called}")
        return value


@dataclass(frozen=True, slots=True)
class Choice(Form[str]):
    """One of some words."""

    words: tuple[str, ...]

    def read(self, value: object, place: Place) -> str:
        """The word."""
        if not isinstance(value, str) or value not in self.words:
            raise place.error(f"{value!r} is not one of {', '.join(self.words)}")
        return value


@dataclass(frozen=True, slots=True)
class Flag(Form[bool]):
    """``true`` or ``false``."""

    def read(self, value: object, place: Place) -> bool:
        """Whether it is true."""
        if not isinstance(value, bool):
            raise place.error(f"true or false is expected, not {value!r}")
        return value


@dataclass(frozen=True, slots=True)
class Listed(Form[tuple[T, ...]]):
    """A list of values of one form; at least one."""

    form: Form[T]

    def read(self, value: object, place: Place) -> tuple[T, ...]:
        """What each value is read as."""
        if not isinstance(value, list) or not value:
            raise place.error(f"a list is expected, not {value!r}")
        return tuple(self.form.read(part, place.item(number)) for number, part in enumerate(value))


@dataclass(frozen=True, slots=True)
class Named(Form[dict[str, T]]):
    """A mapping of names to values of one form; at least one.

    Attributes:
        form: the form of each value.
        names: the names there may be; empty if any may be.
    """

    form: Form[T]
    names: tuple[str, ...] = ()

    def read(self, value: object, place: Place) -> dict[str, T]:
        """What each value is read as, by its name."""
        if not isinstance(value, dict) or not value:
            raise place.error(f"a mapping is expected, not {value!r}")
        if self.names and (unknown := next((name for name in value if name not in self.names), None)):
            raise place.key(unknown).error(f"the key is not one of {', '.join(self.names)}")
        return {name: self.form.read(part, place.key(name)) for name, part in value.items()}


@dataclass(frozen=True, slots=True)
class Made(Form[T], Generic[S, T]):
    """A value of one form, made into something else.

    Attributes:
        form: the form in the YAML.
        make: what makes it; raises ValueError, saying why, where it cannot.
        called: what it is called; empty for the form's own words.
    """

    form: Form[S]
    make: Callable[[S], T]
    called: str = ""

    def read(self, value: object, place: Place) -> T:
        """What is made of the value."""
        found = self.form.read(value, place)
        try:
            return self.make(found)
        except ValueError as error:
            raise place.error(str(error)) from error


@dataclass(frozen=True, slots=True)
class Section(Form[T]):
    """A mapping whose keys are known. A key that is not is an error.

    Attributes:
        keys: the keys.
        make: makes what it is read as; raises the error of a place where keys do not go together.
        one_of: groups of keys of which exactly one is given.
        some_of: groups of keys of which at least one is given.
    """

    keys: tuple[Key[Any], ...]
    make: Callable[[Values], T]
    one_of: tuple[tuple[str, ...], ...] = ()
    some_of: tuple[tuple[str, ...], ...] = ()

    def read(self, value: object, place: Place) -> T:
        """What is made of its keys."""
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
        name: that key.
        sections: the keys that there may be, by its value; each section has the key itself.
    """

    name: str
    sections: Mapping[str, Section[T]]

    def read(self, value: object, place: Place) -> T:
        """What is made of its keys."""
        if not isinstance(value, dict):
            raise place.error("a mapping is expected")
        if self.name not in value:
            raise place.key(self.name).error("the key is missing")
        which = Choice(tuple(self.sections)).read(value[self.name], place.key(self.name))
        return self.sections[which].read(value, place)


@dataclass(frozen=True, slots=True)
class Either(Form[T]):
    """A text or a mapping, which are read as the same.

    Attributes:
        text: the form of the text.
        section: the form of the mapping.
    """

    text: Form[T]
    section: Section[T]

    def read(self, value: object, place: Place) -> T:
        """What is made of the text, or of the mapping."""
        return (self.text if isinstance(value, str) else self.section).read(value, place)


def _expression(text: str) -> re.Pattern[str]:
    return compiled(text, re.NOFLAG)


def compiled(text: str, flags: re.RegexFlag) -> re.Pattern[str]:
    """A regular expression. Raises ValueError where it is none, or too long."""
    if len(text) > MAX_EXPRESSION:
        raise ValueError(f"longer than {MAX_EXPRESSION} characters")
    try:
        return re.compile(text, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from error


#: A regular expression.
EXPRESSION = Made(Text(), _expression, "regular expression")
#: A sentence with gaps.
SENTENCE = Made(Text(), Template.parse, "sentence with gaps")
