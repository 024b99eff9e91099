"""Answers that a definition describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from parsers import declared
from parsers.cloud.body import Body, Place, ResponseParser, Tokens, members
from parsers.record import Issue, Record

if TYPE_CHECKING:
    from parsers.definition import Definition, JsonList


class DeclaredAnswer(ResponseParser):
    """Reads the kind of answer that a definition describes."""

    def __init__(self, definition: Definition, source: JsonList) -> None:
        """Take the definition and its section ``json``."""
        self.name = definition.name
        self.version = definition.version
        self.about = definition.about
        self._definition = definition
        self._source = source
        self.urls = source.urls
        self.telltales = (frozenset((*source.top, *source.item)),)
        self.lists = (source.items,) if source.items else ()

    def fits(self, value: object) -> bool:
        """By the keys that the definition names, in the answer and in its first item."""
        source = self._source
        if not isinstance(value, dict) or any(key not in value for key in source.top):
            return False
        first = next((place for place in self._places(value) if place.value is not None), None)
        return first is not None and isinstance(first.value, dict) and all(key in first.value for key in source.item)

    def parse_body(self, body: Body) -> Iterator[Record | Issue]:
        """Yield a record for each item."""
        if not isinstance(body.value, dict) or any(key not in body.value for key in self._source.top):
            return
        for place in self._places(body.value):
            if isinstance(place.value, dict):
                if place.value:
                    yield from declared.record(self._definition, _item(place, place.value, body))
            elif place.value is not None:
                what = f"An object was expected here ({self.about.title})."
                yield Issue(what, body.places.record(place.tokens))

    def _places(self, value: object) -> Iterator[Place]:
        """The items: the members of the lists found, or the one object that stands where a list might."""
        for place in members(value, self._source.items):
            if isinstance(place.value, list):
                for index, inner in enumerate(place.value):
                    yield Place(inner, (*place.tokens, index), place.scopes)
            else:
                yield place


def _item(place: Place, value: dict[str, object], body: Body) -> declared.Item:
    def locate(path: str) -> str:
        up = path.count("../")
        names: Tokens = tuple(path.replace("../", "").split("."))
        return "" if up else body.places.value((*place.tokens, *names))

    return declared.Item((*place.scopes, value), body.places.record(place.tokens), locate)
