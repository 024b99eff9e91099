"""Recover the complete parts of JSON that breaks off or is damaged, with their positions.

Only complete elements of arrays are returned. An incomplete object is returned only as the path to such an array,
with its other complete lists and the address of its request; if it is itself an answer, with its complete objects
too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from parsers.formats.json.text import JsonError, decode_at, skip

#: Keys of a request and its answer.
REQUEST_KEYS = ("request", "url")
RESPONSE_KEYS = ("response", "body")
_PAIR_KEYS = (*REQUEST_KEYS, *RESPONSE_KEYS)
_MAX_DEPTH = 8

Tokens = tuple[str | int, ...]


@dataclass(slots=True)
class Recovered:
    """The recovered parts.

    Attributes:
        end: character at which the JSON breaks off or is damaged.
        value: the complete part of the JSON, or None.
        spans: first and last character of each value around the break; an incomplete one ends at the break.
    """

    end: int
    value: object = None
    spans: dict[Tokens, tuple[int, int]] = field(default_factory=dict)


def recover(text: str, at: int, end: int) -> Recovered:
    """Recover the complete parts of the broken value that begins at ``at`` and breaks off at ``end``."""
    found = Recovered(end)
    found.value = _broken(text, skip(text, at), (), found)
    return found


def _broken(text: str, at: int, here: Tokens, found: Recovered) -> object:
    """The complete parts of a broken value; None if there are none."""
    if len(here) > _MAX_DEPTH or at >= len(text) or text[at] not in "[{":
        return None
    found.spans[here] = (at, max(at + 1, found.end))
    return _array(text, at, here, found) if text[at] == "[" else _object(text, at, here, found)


def _array(text: str, at: int, here: Tokens, found: Recovered) -> list[object]:
    whole: list[object] = []
    while True:
        at = skip(text, at + 1)
        place = (*here, len(whole))
        try:
            value, end = decode_at(text, at)
        except JsonError:
            part = _broken(text, at, place, found)
            if isinstance(part, dict) and any(key in part for key in RESPONSE_KEYS):
                whole.append(part)
            return whole
        whole.append(value)
        found.spans[place] = (at, end)
        at = skip(text, end)
        if text[at : at + 1] != ",":
            return whole


def _object(text: str, at: int, here: Tokens, found: Recovered) -> dict[str, object]:
    whole: dict[str, object] = {}
    answer = not here or here[-1] in RESPONSE_KEYS
    while True:
        at = skip(text, at + 1)
        try:
            key, at = decode_at(text, at)
        except JsonError:
            return whole
        at = skip(text, at)
        if not isinstance(key, str) or text[at : at + 1] != ":":
            return whole
        at = skip(text, at + 1)
        place = (*here, key)
        try:
            value, end = decode_at(text, at)
        except JsonError:
            if part := _broken(text, at, place, found):
                whole[key] = part
            return whole
        if isinstance(value, list) or key in _PAIR_KEYS or (answer and isinstance(value, dict)):
            whole[key] = value
            found.spans[place] = (at, end)
        at = skip(text, end)
        if text[at : at + 1] != ",":
            return whole
