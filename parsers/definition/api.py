"""Definitions of lists in JSON answers of the Alexa service."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from parsers.definition.definition import DATA_TYPE, FOOT, HEAD, Definition, definition
from parsers.definition.form import Flag, Key, Listed, Made, Section, Text, Values
from parsers.definition.loader import Kind, load
from parsers.definition.record_form import ITEM


class JsonList(NamedTuple):
    """Where the items of a JSON answer are, and how the answer is recognised.

    Attributes:
        urls: paths of the addresses that give it; ``{name}`` matches one part of a path.
        top: keys of the answer; empty for a bare list or a single item.
        item: keys of each item.
        items: the path of the items, as the parts of a pointer; ``*`` is every member. Empty for the answer itself.
        by_address: whether answers of other services may have these keys, so that only the address identifies it.
        alone: whether an item may occur on its own, without its answer.
        apart: members of an item that have their own records.
    """

    urls: tuple[str, ...]
    top: tuple[str, ...]
    item: tuple[str, ...]
    items: tuple[str, ...]
    by_address: bool = False
    alone: bool = False
    apart: tuple[str, ...] = ()


ApiDefinition = Definition[JsonList]


def _list(values: Values) -> JsonList:
    made = JsonList(
        values[_URLS], values[_TOP], values[_ITEM], values[_ITEMS], values[_BY_ADDRESS], values[_ALONE], values[_APART]
    )
    if made.alone and not (made.item and made.items):
        raise values.place.key("alone").error("keys of the items, and the place of their list, are expected")
    return made


def _definition(values: Values) -> ApiDefinition:
    source = values[_API]
    keys = ", ".join(dict.fromkeys((*source.top, *source.item)))
    return definition(values, source, (*(f"address {url}" for url in source.urls), f"JSON keys {keys}"))


_URLS = Key(
    "urls",
    Listed(Text(r"(/[\w.~-]+|/\{\w+\})+", "path of an address, such as `/api/devices/{id}`")),
    "Paths of the addresses that give the answer; `{name}` matches one part of a path.",
)
_TOP = Key("top", Listed(Text()), "Keys that the answer has. Left out: it is a bare list, or one item.", default=())
_ITEM = Key("item", Listed(Text()), "Keys that each item has.", default=())
_ITEMS = Key(
    "items",
    Made(
        Text(r"(/([^/~*\s]+|\*))*", "pointer, such as `/lists/*/values`"),
        lambda pointer: tuple(pointer.split("/")[1:]),
    ),
    "Where the items are in the answer; `*` is every member. Left out: the answer itself.",
    default=(),
)
_BY_ADDRESS = Key(
    "by_address",
    Flag(),
    "Whether other services' answers may have these keys too, so that it is known by its address alone.",
    default=False,
)
_ALONE = Key(
    "alone",
    Flag(),
    "Whether an item may be by itself, or in a bare list: it is known by its address, or by all of its keys.",
    default=False,
)
_APART = Key(
    "apart",
    Listed(Text()),
    "Members of an item that have records of their own: times in them are not reported twice.",
    default=(),
)
_API = Key(
    "api",
    Section((_URLS, _TOP, _ITEM, _ITEMS, _BY_ADDRESS, _ALONE, _APART), _list, some_of=(("top", "item"),)),
    "What the answer is known by, and where its items are.",
)

API = Kind(
    "api",
    "A list in a JSON answer of the Alexa service",
    Section((*HEAD, DATA_TYPE, _API, *ITEM, *FOOT), _definition),
)


@cache
def definitions() -> tuple[ApiDefinition, ...]:
    """Every definition of such a list. Raises DefinitionError if one is invalid."""
    return load(API)
