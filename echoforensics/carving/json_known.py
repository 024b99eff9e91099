"""Which JSON some parser reads. Asking takes every parser, so it is asked only of what was noticed."""

from __future__ import annotations

from parsers.alexa_api.answers.fragment import form_of
from parsers.alexa_api.answers.responses import kinds, quoted_keys, telltale
from parsers.alexa_api.answers.within import bodies
from parsers.alexa_api.items.body import Body, JsonPlaces
from parsers.alexa_api.items.service_names import names_in
from parsers.formats.json.text import JsonError, decode
from parsers.parser import HEAD_SIZE, Source
from parsers.registry import claiming, load

_REQUEST_KEYS = ("request", "url", "log")


def is_known(content: bytes, value: object) -> bool:
    """Whether it is an answer or a record that is read, or a list of requests with their answers."""
    if form_of(value) is not None:
        return True
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict) and any(key in first for key in _REQUEST_KEYS):
        return is_claimed(content)
    return telltale(quoted_keys(content[:HEAD_SIZE])) and any(kind.fits(value) for kind in kinds())


def is_claimed(content: bytes) -> bool:
    """Whether a parser claims a file of this content, or an answer of the service stands in it at any depth."""
    if not names_in(content) and not telltale(quoted_keys(content[:HEAD_SIZE])):
        # Most JSON with a key that other programs use too ends here: asking every parser takes far longer.
        return False
    # Parsers of a last resort claim whatever names the service: that is no reason to carve it.
    first = tuple(parser for parser in load() if not parser.last_resort)
    if claiming(Source.of(content, "carved.json"), first):
        return True
    try:
        value = decode(content.decode("utf-8", "surrogateescape"))
    except JsonError:
        return False
    return any(isinstance(found, Body) for found in bodies(Body(value, "carved.json", JsonPlaces())))
