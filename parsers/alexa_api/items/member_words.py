"""Describe the plain members of a JSON object: known members by their meaning, others by name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from parsers.formats.json.text import JsonError, decode
from parsers.values import shown

#: Picture addresses tell the reader nothing.
_PICTURE = re.compile(r"(?i)(?:art|url|image|logo|icon)s?$")
_MAX_DEPTH = 12
_MAX_VALUE = 160
#: JSON within a text is read up to this many characters.
_MAX_JSON = 1_000_000


def member_words(
    value: object, most: int, meanings: Mapping[str, str] | None = None, left_out: Collection[str] = ()
) -> list[str]:
    """Describe the plain members of a value, including JSON within texts; the last entry says if there are more.

    Args:
        value: an object or a list.
        most: the most members to describe.
        meanings: descriptions by member name, with ``{}`` for the value.
        left_out: names of members that are left out.
    """
    described: list[str] = []
    for text in _words("", value, meanings or {}, left_out, 0):
        if len(described) >= most:
            return [*described, "and more"]
        if text not in described:
            described.append(text)
    return described


def _words(
    name: str, value: object, meanings: Mapping[str, str], left_out: Collection[str], depth: int
) -> Iterator[str]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, str) and len(value) <= _MAX_JSON and value.lstrip()[:1] in ("{", "["):
        try:
            value = decode(value)
        except JsonError:
            value = shown(value, _MAX_VALUE)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in left_out and inner is not None and not _PICTURE.search(key):
                yield from _words(key, inner, meanings, left_out, depth + 1)
        return
    if isinstance(value, list) and any(isinstance(inner, (dict, list)) for inner in value):
        for inner in value:
            yield from _words(name, inner, meanings, left_out, depth + 1)
        return
    text = shown(value, _MAX_VALUE)
    if text is not None:
        meaning = meanings.get(name)
        yield meaning.format(text) if meaning else f"{name} {text}".strip()
