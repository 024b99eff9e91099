"""Answers that a definition describes."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.alexa_api.items.body import Body, JsonPlace, ResponseParser, Tokens, members
from parsers.definition.api import ApiDefinition
from parsers.definition.declared import DeclaredItem, RecordMaker
from parsers.definition.template import AddressParts
from parsers.record import Issue, Record

#: An item on its own, with no known address, needs at least this many keys to be recognised.
_LEAST_KEYS = 3
#: An item with at least this many keys is known by them in a file that names the service nowhere.
_LEAST_TELLING = 5


class DeclaredAnswer(ResponseParser):
    """Reads the kind of answer that a definition describes."""

    def __init__(self, definition: ApiDefinition) -> None:
        """Take the definition."""
        source = definition.source
        self.name = definition.name
        self.version = definition.version
        self.about = definition.about
        self._maker = RecordMaker(definition.form)
        self._source = source
        self.urls = source.urls
        self.read_apart = source.apart
        self.telltales = () if source.by_address else (frozenset((*source.top, *source.item)),)
        if source.alone and len(source.item) >= _LEAST_TELLING:
            self.telltales = (*self.telltales, frozenset(source.item))
        self.lists = (source.items,) if source.items else ()
        self.first_keys = (*source.top, *(source.item if source.alone else ()))

    def fits(self, value: object) -> bool:
        """Whether the value has the keys that the definition names for an answer and its first item, or for an item."""
        source = self._source
        if source.by_address:
            return False
        if self._has_top(value):
            first = next((place for place in self._places(value) if place.value is not None), None)
            if first is not None and isinstance(first.value, dict) and all(key in first.value for key in source.item):
                return True
        return len(source.item) >= _LEAST_KEYS and self._is_alone(value)

    def may_be(self, value: object) -> bool:
        """Whether the value has the right form; a kind known by its address alone is checked by the answer's keys."""
        known = self._source.by_address and self._has_top(value)
        return super().may_be(value) or known or self._is_alone(value)

    def leaves(self, value: object) -> tuple[str, ...]:
        """Return the answer's members that this kind does not read; none for an item on its own."""
        return () if self._is_alone(value) else super().leaves(value)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each item. Objects that lack the expected keys are not items."""
        address = AddressParts(self.parts_of(body.url.path)) if body.url else AddressParts()
        if self._is_alone(body.value):
            for place in _alone(body.value):
                if isinstance(place.value, dict):
                    yield from self._maker.findings(_item(place, place.value, body, address))
                elif place.value is not None:
                    yield self._unexpected(body, place)
            return
        if not self._has_top(body.value):
            return
        bare = not self._source.top
        for place in self._places(body.value):
            if isinstance(place.value, dict):
                known = not bare or any(key in place.value for key in self._source.item)
                if place.value and known:
                    yield from self._maker.findings(_item(place, place.value, body, address))
                elif not known and len(place.tokens) == 1:
                    yield self._unexpected(body, place)
            elif place.value is not None and (place.tokens or not bare):
                yield self._unexpected(body, place)

    def _is_alone(self, value: object) -> bool:
        """Whether a value is an item on its own, or a bare list of items."""
        if not self._source.alone or (isinstance(value, dict) and any(key in value for key in self._source.top)):
            return False
        first = next((place.value for place in _alone(value) if place.value is not None), None)
        return isinstance(first, dict) and all(key in first for key in self._source.item)

    def _unexpected(self, body: Body, place: JsonPlace) -> Issue:
        return Issue(f"An object was expected here ({self.about.title}).", body.places.record(place.tokens))

    def _has_top(self, value: object) -> bool:
        """Whether the answer has the required keys; if none are required, whether it is a list or an object."""
        if not self._source.top:
            return isinstance(value, (dict, list))
        return isinstance(value, dict) and all(key in value for key in self._source.top)

    def _places(self, value: object) -> Iterator[JsonPlace]:
        """The items: the members of the lists found, or the single object in place of a list."""
        for place in members(value, self._source.items):
            if isinstance(place.value, list):
                for index, inner in enumerate(place.value):
                    yield JsonPlace(inner, (*place.tokens, index), place.scopes)
            else:
                yield place


def _alone(value: object) -> Iterator[JsonPlace]:
    if isinstance(value, list):
        yield from members(value, ("*",))
    else:
        yield JsonPlace(value, (), ())


def _item(place: JsonPlace, value: dict[str, object], body: Body, address: AddressParts) -> DeclaredItem:
    def locate(path: str) -> str:
        up = path.count("../")
        names: Tokens = tuple(path.replace("../", "").split("."))
        return "" if up else body.places.value((*place.tokens, *names))

    scopes = (*((address,) if address else ()), *place.scopes, value)
    return DeclaredItem(scopes, body.places.record(place.tokens), locate)
