"""One answer of the service, and what a parser of such answers is."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import unquote

from parsers.alexa_api.items.address import ApiUrl, pattern
from parsers.locator import at_json, inside, join
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value

#: Keys and indexes that lead from the root of an answer to a value in it.
Tokens = tuple[str | int, ...]


class Places(ABC):
    """Where in the file the values of an answer stand."""

    @abstractmethod
    def record(self, tokens: Tokens) -> str:
        """The locator of the object or list that the tokens lead to."""

    @abstractmethod
    def value(self, tokens: Tokens) -> str:
        """The locator of a plain value; empty if it is within that of its record."""

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return _PlacesUnder(self, tokens)

    def after(self, outer: str) -> Places:
        """The places in a text that a locator leads to, which these are of."""
        return _PlacesAfter(self, outer)

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON that a text value holds; the text itself where no locator leads into it."""
        return TextPlaces(self.value(tokens) or self.record(tokens))


@dataclass(frozen=True, slots=True)
class TextPlaces(Places):
    """Places in a text that no locator leads into: the text stands for each.

    Attributes:
        locator: of the text.
    """

    locator: str

    def record(self, tokens: Tokens) -> str:  # noqa: ARG002  (every value stands in the one text)
        """The locator of the text."""
        return self.locator

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002  (see above)
        """Empty: a value is within the text."""
        return ""


@dataclass(frozen=True, slots=True)
class _PlacesUnder(Places):
    """The places within a value of others."""

    outer: Places
    tokens: Tokens

    def record(self, tokens: Tokens) -> str:
        """The locator that the others give."""
        return self.outer.record((*self.tokens, *tokens))

    def value(self, tokens: Tokens) -> str:
        """The locator that the others give."""
        return self.outer.value((*self.tokens, *tokens))


@dataclass(frozen=True, slots=True)
class _PlacesAfter(Places):
    """The places of a text that stands where another locator leads."""

    inner: Places
    outer: str

    def record(self, tokens: Tokens) -> str:
        """The outer locator, then that of the text."""
        return inside(self.outer, self.inner.record(tokens))

    def value(self, tokens: Tokens) -> str:
        """The same of a plain value."""
        within = self.inner.value(tokens)
        return inside(self.outer, within) if within else ""

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return _PlacesAfter(self.inner.under(tokens), self.outer)

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON that a text value holds."""
        return _PlacesAfter(self.inner.within_text(tokens), self.outer)


@dataclass(frozen=True, slots=True)
class JsonPlaces(Places):
    """Places in JSON text.

    Attributes:
        prefix: locator of the text that holds the JSON, empty for the whole file.
        root: from the root of that JSON to the answer.
        ranges: byte ranges of values that a pointer does not reach, because the JSON around them is broken.
    """

    prefix: str = ""
    root: Tokens = ()
    ranges: Mapping[Tokens, str] = field(default_factory=dict)

    def record(self, tokens: Tokens) -> str:
        """A JSON pointer; from the nearest known byte range where the JSON is broken."""
        whole = (*self.root, *tokens)
        if self.ranges:
            for length in range(len(whole), -1, -1):
                if found := self.ranges.get(whole[:length]):
                    rest = whole[length:]
                    return join(inside(self.prefix, found), at_json(*rest) if rest else "")
        return join(self.prefix, at_json(*whole) if whole else "")

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002  (values are within their record)
        """Empty: a value is within its record."""
        return ""

    def under(self, tokens: Tokens) -> JsonPlaces:
        """The places within a value."""
        return replace(self, root=(*self.root, *tokens))

    def after(self, outer: str) -> JsonPlaces:
        """The places in a text that a locator leads to."""
        return replace(self, prefix=inside(outer, self.prefix))

    def within_text(self, tokens: Tokens) -> JsonPlaces:
        """The places within JSON that a text value holds."""
        return JsonPlaces(self.record(tokens))


@dataclass(frozen=True, slots=True)
class Body:
    """One answer.

    Attributes:
        value: the decoded JSON.
        path: the file's path, as :class:`parsers.parser.Source` has it.
        places: where its values are.
        url: the address that gave it, where known.
        clock: whose clock wrote the address.
        keys: keys that every record of the answer gets.
        timestamps: times of the request and of the response, from whatever carried the answer. They go to the records
            that hold no time of their own, and to the record of the answer itself.
        fields: what the carrier says of the request and the response; every record of the answer gets them.
        file: see :attr:`parsers.record.Record.file`.
    """

    value: object
    path: str
    places: Places
    url: ApiUrl | None = None
    clock: Clock = Clock.UNKNOWN
    keys: tuple[str, ...] = ()
    timestamps: tuple[Timestamp, ...] = ()
    fields: Mapping[str, Value] = field(default_factory=dict)
    file: str = ""


class ResponseParser(ABC):
    """Reads one kind of answer.

    Attributes:
        name: unique, as a parser's.
        version: raised whenever the records of the same answer change.
        about: the description for people.
        urls: paths of the addresses that give such answers; ``{name}`` stands for one part of a path.
        telltales: sets of keys; a file whose head holds every key of one set is taken for such an answer.
        lists: places of the lists it reads, as the parts of pointers; ``*`` is every member.
        read_apart: fields that other records of the same answer are made of; times there are not reported twice.
        first_keys: keys that such an answer may begin with, beside the names of its lists.
    """

    name: str
    version: str
    about: About
    urls: tuple[str, ...]
    telltales: tuple[frozenset[str], ...]
    lists: tuple[tuple[str, ...], ...]
    read_apart: tuple[str, ...] = ()
    first_keys: tuple[str, ...] = ()

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(pattern(url) for url in self.urls)

    def knows(self, path: str) -> bool:
        """Whether an address with this path gives such answers."""
        return any(known.fullmatch(path) for known in self._patterns)

    def parts_of(self, path: str) -> dict[str, str]:
        """The named parts of an address of this kind, decoded; empty if it is none."""
        found = next(filter(None, (known.fullmatch(path) for known in self._patterns)), None)
        return {name: unquote(text) for name, text in found.groupdict().items()} if found else {}

    @abstractmethod
    def fits(self, value: object) -> bool:
        """Whether an answer of unknown address looks like this kind, by its keys."""

    def may_be(self, value: object) -> bool:
        """Whether the answer to an address of this kind is of its form."""
        if self.fits(value) or self.is_empty(value):
            return True
        return isinstance(value, list) and any(isinstance(one, dict) and self.fits([one]) for one in value[:100])

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members of an answer that this kind does not read. Other kinds may know them."""
        own = {place[0] for place in self.lists} | set(self.first_keys)
        if not isinstance(value, dict) or own.isdisjoint(value):
            return ()
        return tuple(key for key in value if key not in own)

    @abstractmethod
    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield what the answer says. What is not as expected becomes an issue; the rest is still read."""

    def is_empty(self, value: object) -> bool:
        """Whether the answer has the lists of this kind, and nothing in them."""
        found = [place for list_at in self.lists for place in members(value, list_at)]
        return bool(found) and all(place.value in (None, [], {}) for place in found)


@dataclass(frozen=True, slots=True)
class JsonPlace:
    """A value, how to get there, and the objects passed on the way, outermost first."""

    value: object
    tokens: Tokens
    scopes: tuple[Mapping[str, object], ...]


def members(value: object, path: tuple[str, ...]) -> Iterator[JsonPlace]:
    """The values at a place; ``*`` in the path is every member of a list or an object. Absent ones are skipped."""
    return _members(JsonPlace(value, (), ()), path)


def _members(place: JsonPlace, path: tuple[str, ...]) -> Iterator[JsonPlace]:
    """The same from a value on. A list may be longer than memory: its members are taken one after another."""
    if not path:
        yield place
        return
    value, first = place.value, path[0]
    scopes = (*place.scopes, value) if isinstance(value, dict) else place.scopes
    steps: Iterable[tuple[str | int, object]] = ()
    if first == "*":
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    elif isinstance(value, dict) and first in value:
        steps = ((first, value[first]),)
    for step, inner in steps:
        yield from _members(JsonPlace(inner, (*place.tokens, step), scopes), path[1:])
