"""Decides which JSON some parser reads. It asks parsers, so it is used only where a key was noticed."""

from __future__ import annotations

from collections.abc import Iterable

from echoforensics.carving.account_json.json_words import json_words
from parsers.alexa_api.answers.fragment import form_of
from parsers.alexa_api.answers.responses import kinds, quoted_keys, telltale
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.body import Body, JsonPlaces, ResponseParser
from parsers.alexa_api.items.service_names import names_in
from parsers.formats.json.text import JsonError, decode
from parsers.parser import HEAD_SIZE, Source
from parsers.registry import claiming, load

#: How many bytes of JSON to search for its keys, step by step: the first bytes usually hold them all.
_BEGINNINGS = (1024, 4096, HEAD_SIZE)
#: How many answer forms to remember with their kind.
_MOST_FORMS = 256
_kinds: dict[tuple[object, ...], ResponseParser] = {}
_REQUEST_KEYS = ("request", "url", "log")


def is_known(content: bytes, value: object) -> bool:
    """Whether a value is an answer or record that a parser reads, or a list of requests with their answers."""
    if form_of(value) is not None:
        return True
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and any(key in first for key in _REQUEST_KEYS):
        return is_claimed(content)
    if not json_words().hold_every_key(content):
        return False
    return _fits(value) and _is_telltale(content)


def _fits(value: object) -> bool:
    """Whether a value has the form of a known answer. The kind that last had these keys is tried first."""
    form = tuple(value) if isinstance(value, dict) else ()
    if (before := _kinds.get(form)) is not None and before.fits(value):
        return True
    found = next((kind for kind in kinds() if kind.fits(value)), None)
    if found is not None:
        if len(_kinds) >= _MOST_FORMS:
            _kinds.clear()
        _kinds[form] = found
    return found is not None


def _is_telltale(content: bytes) -> bool:
    """Whether JSON has every key of some kind of answer. The beginning usually decides."""
    return any(telltale(quoted_keys(content[:size])) for size in _BEGINNINGS)


def may_be_known_within(content: bytes, value: object, keys: Iterable[str]) -> bool:
    """Whether an object or list inside an unknown value may be known, if it encloses one of the given keys.

    Args:
        content: the whole value as text.
        value: the whole value, decoded.
        keys: the keys.
    """
    tells = json_words().hold_every_key(content)
    enclosing: list[object] = []
    _encloses(value, frozenset(keys), enclosing)
    return any(_may_be_known(each, tells=tells) for each in enclosing if each is not value)


def _may_be_known(value: object, *, tells: bool) -> bool:
    if form_of(value) is not None:
        return True
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and any(key in first for key in _REQUEST_KEYS):
        return True
    return tells and _fits(value)


def _encloses(value: object, keys: frozenset[str], found: list[object]) -> bool:
    """Whether a value holds one of the keys at any depth. Adds the objects and lists that do to ``found``."""
    if isinstance(value, dict):
        has_key = not keys.isdisjoint(value)
        inner: Iterable[object] = value.values()
    else:
        has_key, inner = False, value if isinstance(value, list) else ()
    for each in inner:
        if isinstance(each, (dict, list)):
            has_key |= _encloses(each, keys, found)
    if has_key:
        found.append(value)
    return has_key


def is_claimed(content: bytes) -> bool:
    """Whether a parser claims a file with this content, or it holds an answer of the service at any depth."""
    # Other JSON has neither a name of the service nor the keys of an answer.
    found = json_words().telling(content)
    if not json_words().tell(found) or not (names_in(content) or _is_telltale(content)):
        # Most JSON whose key is also used by other programs ends here: asking every parser takes far longer.
        return False
    # Last-resort parsers claim anything that names the service. That is no reason to carve it.
    first = tuple(parser for parser in load() if not parser.last_resort)
    if claiming(Source.of(content, "carved.json"), first):
        return True
    try:
        value = decode(content.decode("utf-8", "surrogateescape"))
    except JsonError:
        return False
    return any(isinstance(found, Body) for found in bodies(Body(value, "carved.json", JsonPlaces())))
