"""Answers that a database or a converter stored in a form of its own, as the service wrote them.

==================  ======================================================================================
Amazon DynamoDB     ``{"timestamp": {"N": "1710018864169"}, "transcriptText": {"S": "..."}}``
Google Firestore    ``{"timestamp": {"integerValue": "1710018864169"}, ...}``
flattened           ``{"voiceHistoryRecordItems.0.transcriptText": "..."}``, also ``[0].`` and ``/0/``
==================  ======================================================================================

References:
    Amazon DynamoDB, AttributeValue; Cloud Firestore API, Value; pandas (``json_normalize``), Miller (``flatten``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from parsers.alexa_api.answers.fragment import form_of
from parsers.alexa_api.answers.responses import kinds_by_form
from parsers.alexa_api.items.body import Body, Places, Tokens
from parsers.formats.json.text import MAX_DIGITS

_DYNAMO = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})
_FIRESTORE = frozenset((
    "stringValue", "integerValue", "doubleValue", "booleanValue", "nullValue", "timestampValue", "mapValue",
    "arrayValue", "bytesValue", "referenceValue", "geoPointValue",
))  # fmt: skip
#: What is inside the value of a type that holds others.
_WITHIN: dict[str, Tokens] = {"mapValue": ("fields",), "arrayValue": ("values",)}
_MAX_DEPTH = 40
_SEPARATORS = re.compile(r"[./]|\[(\d{1,6})\](?:[./])?")
_MAX_PARTS = 20
_MAX_LOOKED = 20


def plain_form(body: Body) -> Body:
    """The same answer as the service wrote it; the body itself if it is in no such form."""
    value = body.value
    if isinstance(value, dict):
        if _is_typed(value):
            return replace(body, value=_untyped_members(value, 0), places=_TypedPlaces(body.places, value))
        if (nested := _nested(value)) is not None:
            return replace(body, value=nested, places=_FlatPlaces(body.places, 0))
    # A long list is no list of Python's, and stays in its file.
    elif type(value) is list and value:
        if all(map(_is_typed, islice(value, _MAX_LOOKED))):
            members = [_untyped_members(one, 0) if _is_typed(one) else one for one in value]
            return replace(body, value=members, places=_TypedPlaces(body.places, value))
        if _nested(value[0]) is not None:
            return replace(body, value=[_nested(one) or one for one in value], places=_FlatPlaces(body.places, 1))
    return body


def nested_record(flat: Mapping[str, object]) -> dict[str, object] | None:
    """The record of the service that was flattened into names with dots, slashes or indexes; None if it is none.

    Args:
        flat: names and values, of which none holds others.
    """
    nested = _unflattened(flat.items())
    return nested if nested is not None and (form_of(nested) or kinds_by_form(nested)) else None


def _is_typed(value: object) -> bool:
    """Whether each member of an object says its type, as one database does."""
    if not isinstance(value, dict) or not value:
        return False
    first = next(iter(value.values()))
    if not isinstance(first, dict) or len(first) != 1:
        return False
    names = next((names for names in (_DYNAMO, _FIRESTORE) if not names.isdisjoint(first)), None)
    return names is not None and all(
        isinstance(one, dict) and len(one) == 1 and not names.isdisjoint(one) for one in value.values()
    )


def _untyped_members(value: Mapping[str, object], depth: int) -> dict[str, object]:
    return {name: _untyped(one, depth) for name, one in value.items()}


def _untyped(value: object, depth: int) -> object:
    if depth > _MAX_DEPTH or not isinstance(value, dict) or len(value) != 1:
        return value
    name, inner = next(iter(value.items()))
    for token in _WITHIN.get(name, ()):
        inner = inner.get(token, {} if name == "mapValue" else []) if isinstance(inner, dict) else inner
    if name in ("M", "mapValue") and isinstance(inner, dict):
        return _untyped_members(inner, depth + 1)
    if name in ("L", "arrayValue") and isinstance(inner, list):
        return [_untyped(one, depth + 1) for one in inner]
    if name in ("N", "integerValue") and isinstance(inner, str):
        return int(inner) if inner.lstrip("-").isdecimal() and inner.isascii() and len(inner) <= MAX_DIGITS else inner
    return None if name in ("NULL", "nullValue") else inner


@dataclass(frozen=True, slots=True)
class _TypedPlaces(Places):
    """The places of values that are inside objects that say their types."""

    outer: Places
    typed: object
    root: Tokens = ()

    def record(self, tokens: Tokens) -> str:
        """The locator of the object or list itself, inside its type."""
        return self.outer.record(self._whole(tokens))

    def value(self, tokens: Tokens) -> str:
        """The locator of a plain value."""
        return self.outer.value(self._whole(tokens))

    def under(self, tokens: Tokens) -> Places:
        """The places within a value."""
        return replace(self, root=(*self.root, *tokens))

    def within_text(self, tokens: Tokens) -> Places:
        """The places within JSON in a text value."""
        return self.outer.within_text(self._whole(tokens))

    def _whole(self, tokens: Tokens) -> Tokens:
        """The path with the types on it. The members of the outermost list have none."""
        whole: list[str | int] = []
        node, is_typed = self.typed, False
        for token in (*self.root, *tokens):
            node = _step(node, token)
            whole.append(token)
            is_typed = is_typed or isinstance(token, str)
            if is_typed and isinstance(node, dict) and len(node) == 1:
                name = next(iter(node))
                for inner in (name, *_WITHIN.get(name, ())):
                    node = _step(node, inner)
                    whole.append(inner)
        return tuple(whole)


@dataclass(frozen=True, slots=True)
class _FlatPlaces(Places):
    """The places of values that are in one flat object: each is located by the object.

    Attributes:
        depth: how many tokens lead to the object.
    """

    outer: Places
    depth: int

    def record(self, tokens: Tokens) -> str:
        """The locator of the flat object."""
        return self.outer.record(tokens[: self.depth])

    def value(self, tokens: Tokens) -> str:  # noqa: ARG002  (every value is in the flat object)
        """Empty: a value is within the object."""
        return ""


def _step(node: object, token: str | int) -> object:
    if isinstance(node, dict):
        return node.get(str(token))
    return node[token] if isinstance(node, list) and isinstance(token, int) and 0 <= token < len(node) else None


def _nested(value: object) -> dict[str, object] | None:
    """The record that an object holds flattened; None if it holds objects, or no record of the service."""
    if (
        not isinstance(value, dict)
        or not any(_has_separator(name) for name in value)
        or any(isinstance(one, (dict, list)) and one for one in value.values())
    ):
        return None
    return nested_record(value)


def _has_separator(name: str) -> bool:
    return "." in name or "/" in name or "[" in name


def _unflattened(members: Iterable[tuple[str, object]]) -> dict[str, object] | None:
    """Nest members by the parts of their names; None if one name is within another that has a value."""
    root: dict[str, object] = {}
    for name, value in members:
        parts = [part for part in _SEPARATORS.split(name) if part]
        if not parts or len(parts) > _MAX_PARTS:
            return None
        node = root
        for part in parts[:-1]:
            inner = node.setdefault(part, {})
            if not isinstance(inner, dict):
                return None
            node = inner
        if parts[-1] in node:
            return None
        node[parts[-1]] = value
    return _with_lists(root)


def _with_lists(node: Mapping[str, object]) -> dict[str, object]:
    """The object with each inner one whose names are 0, 1, 2 ... as a list."""
    return {name: _listed(inner) if isinstance(inner, dict) and inner else inner for name, inner in node.items()}


def _listed(node: Mapping[str, object]) -> object:
    inner = _with_lists(node)
    if all(name.isdecimal() for name in inner) and list(map(int, inner)) == list(range(len(inner))):
        return list(inner.values())
    return inner
