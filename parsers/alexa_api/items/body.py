"""One answer of the service, and the base class of its parsers."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple
from urllib.parse import unquote

from parsers.alexa_api.items.address import ApiUrl, pattern
from parsers.formats.json.large_list import LargeList
from parsers.locator import at_json, inside, join
from parsers.parser import About
from parsers.record import Clock, Issue, Record, Timestamp, Value

#: The keys and indexes that lead from the root of an answer to a value.
Tokens = tuple[str | int, ...]


class Places(ABC):
    """The places of an answer's values in the file."""

    @abstractmethod
    def record(self, tokens: Tokens) -> str:
        """The locator of the object or list at a path."""

    @abstractmethod
    def value(self, tokens: Tokens) -> str:
        """The locator of a plain value; empty if the record's locator covers it."""

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return _PlacesUnder(self, tokens)

    def after(self, outer: str) -> Places:
        """These places, prefixed with the locator of the text they are in."""
        return _PlacesAfter(self, outer)

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text value; the text itself if no locator can point into it."""
        return TextPlaces(self.value(tokens) or self.record(tokens))


@dataclass(frozen=True, slots=True)
class TextPlaces(Places):
    """Places in a text that no locator can point into: each is located by the whole text.

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
    """The places within a value, relative to outer places."""

    outer: Places
    tokens: Tokens

    def record(self, tokens: Tokens) -> str:
        """The locator from the outer places."""
        return self.outer.record((*self.tokens, *tokens))

    def value(self, tokens: Tokens) -> str:
        """The locator from the outer places."""
        return self.outer.value((*self.tokens, *tokens))


@dataclass(frozen=True, slots=True)
class _PlacesAfter(Places):
    """The places in a text that has a locator of its own."""

    inner: Places
    outer: str

    def record(self, tokens: Tokens) -> str:
        """The outer locator, then the one within the text."""
        return inside(self.outer, self.inner.record(tokens))

    def value(self, tokens: Tokens) -> str:
        """The locator of a plain value, composed likewise."""
        within = self.inner.value(tokens)
        return inside(self.outer, within) if within else ""

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return _PlacesAfter(self.inner.under(tokens), self.outer)

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text value."""
        return _PlacesAfter(self.inner.within_text(tokens), self.outer)


class RowPlaces(Places):
    """Places in a value: all are located by the row."""

    def __init__(self, locator: str) -> None:
        self._locator = locator

    def record(self, tokens: Tokens) -> str:  # noqa: ARG002
        """The locator of the row."""
        return self._locator

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002
        """Empty: the row's locator covers the value."""
        return ""


@dataclass(frozen=True, slots=True)
class JsonPlaces(Places):
    """Places in JSON text.

    Attributes:
        prefix: locator of the text that holds the JSON, empty for the whole file.
        root: the path from the root of that JSON to the answer.
        ranges: byte ranges of values in broken JSON, which a pointer cannot reach.
    """

    prefix: str = ""
    root: Tokens = ()
    ranges: Mapping[Tokens, str] = field(default_factory=dict)

    def record(self, tokens: Tokens) -> str:
        """A JSON pointer; relative to the nearest known byte range if the JSON is broken."""
        whole = (*self.root, *tokens)
        if self.ranges:
            for length in range(len(whole), -1, -1):
                if found := self.ranges.get(whole[:length]):
                    rest = whole[length:]
                    return join(inside(self.prefix, found), at_json(*rest) if rest else "")
        return join(self.prefix, at_json(*whole) if whole else "")

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002  (values are within their record)
        """Empty: the record's locator covers the value."""
        return ""

    def under(self, tokens: Tokens) -> JsonPlaces:
        """The places within a value."""
        return replace(self, root=(*self.root, *tokens))

    def after(self, outer: str) -> JsonPlaces:
        """These places, prefixed with the locator of the text."""
        return replace(self, prefix=inside(outer, self.prefix))

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text value; in damaged JSON, whose escapes stay, the text itself."""
        where = self.record(tokens)
        return TextPlaces(where) if self.ranges and _last(where).startswith("bytes:") else JsonPlaces(where)


def _last(locator: str) -> str:
    return locator.rpartition(";")[2]


@dataclass(frozen=True, slots=True)
class Body:
    """One answer.

    Attributes:
        value: the decoded JSON.
        path: the file's path, as :class:`parsers.parser.Source` has it.
        places: the locators of its values.
        url: the address it came from, if known.
        clock: the clock behind the time in the address.
        keys: keys added to every record of the answer.
        timestamps: times of the request and the response, as the carrier recorded them. They go to the records
            without a time of their own, and to the record of the answer itself.
        fields: what the carrier says about the request and the response; added to every record of the answer.
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
        name: a unique name, like a parser's.
        version: raised whenever the records of the same answer change.
        about: the human-readable description.
        urls: paths of the addresses of such answers; ``{name}`` matches one part of a path.
        telltales: sets of keys; a file whose head has every key of one set is taken for such an answer.
        lists: places of the lists it reads, as the parts of pointers; ``*`` is every member.
        read_apart: fields that become separate records; their times are not reported twice.
        first_keys: keys that such an answer may begin with, in addition to the names of its lists.
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
        """Whether this path returns such answers."""
        return any(known.fullmatch(path) for known in self._patterns)

    def parts_of(self, path: str) -> dict[str, str]:
        """The named parts of an address of this kind, decoded; empty for other addresses."""
        found = next(filter(None, (known.fullmatch(path) for known in self._patterns)), None)
        return {name: unquote(text) for name, text in found.groupdict().items()} if found else {}

    @abstractmethod
    def fits(self, value: object) -> bool:
        """Whether an answer of unknown address looks like this kind, by its keys."""

    def may_be(self, value: object) -> bool:
        """Whether an answer from an address of this kind has the expected form."""
        if self.fits(value) or self.is_empty(value):
            return True
        return isinstance(value, list) and any(isinstance(one, dict) and self.fits([one]) for one in islice(value, 100))

    def leaves(self, value: object) -> tuple[str, ...]:
        """The members of an answer that this kind does not read. Other kinds may read them."""
        own = {place[0] for place in self.lists} | set(self.first_keys)
        if not isinstance(value, dict) or own.isdisjoint(value):
            return ()
        return tuple(key for key in value if key not in own)

    @abstractmethod
    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield the records of the answer. Unexpected values become issues; the rest is still read."""

    def is_empty(self, value: object) -> bool:
        """Whether the answer has the lists of this kind, all empty."""
        found = [place for list_at in self.lists for place in members(value, list_at)]
        return bool(found) and all(place.value in (None, [], {}) for place in found)


class JsonPlace(NamedTuple):
    """A value, its path, and the objects on that path, outermost first."""

    value: object
    tokens: Tokens
    scopes: tuple[Mapping[str, object], ...]


def members(value: object, path: tuple[str, ...]) -> Iterator[JsonPlace]:
    """The values at a path; ``*`` matches every member of a list or object. Missing values are skipped."""
    return _members(JsonPlace(value, (), ()), path)


def _members(place: JsonPlace, path: tuple[str, ...]) -> Iterator[JsonPlace]:
    """The values below a value. A list may exceed memory, so its members are taken one at a time."""
    if not path:
        yield place
        return
    value, first = place.value, path[0]
    scopes = (*place.scopes, value) if isinstance(value, dict) else place.scopes
    steps: Iterable[tuple[str | int, object]] = ()
    if first == "*":
        if isinstance(value, LargeList) and len(path) > 1 and path[1] != "*" and not value.may_name(path[1]):
            return
        steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    elif isinstance(value, dict) and first in value:
        steps = ((first, value[first]),)
    for step, inner in steps:
        yield from _members(JsonPlace(inner, (*place.tokens, step), scopes), path[1:])
