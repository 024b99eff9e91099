"""Validates requests against their schemas: the part of JSON Schema that the room uses.

The same schema validates the body and appears in ``openapi.json``, so the description matches what is accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from echoforensics.report.words.language import later
from echoforensics.review.room_errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A JSON schema.
Schema = dict[str, Any]
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
    "null": type(None),
}  # fmt: skip
#: Default maximum length of a text in characters.
LONGEST_TEXT = 10_000
_REQUEST = later("the request")


def text(longest: int = LONGEST_TEXT, **more: Any) -> Schema:
    """The schema of a text."""
    return {"type": "string", "maxLength": longest, **more}


def whole(least: int = 0, most: int = 2**53) -> Schema:
    """The schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": most}


def seconds() -> Schema:
    """The schema of a length of time, or a place in a recording, in seconds."""
    return {"type": "number", "minimum": 0, "maximum": 10_000_000}


def yes_or_no() -> Schema:
    """The schema of a truth value."""
    return {"type": "boolean"}


def listed(items: Schema, most: int = 1000) -> Schema:
    """The schema of a list."""
    return {"type": "array", "items": items, "maxItems": most}


def one_of(*values: str) -> Schema:
    """The schema of one of several words."""
    return {"type": "string", "enum": list(values)}


def record(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """The schema of an object with these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def check(value: object, schema: Schema, name: str = _REQUEST) -> None:
    """Refuse a value that does not match a schema.

    Raises:
        InvalidRequestError: it does not match; the message says where, and what is expected.
    """
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        raise InvalidRequestError("{name}: expected {known}.", {"name": name, "known": " / ".join(kinds)})
    if "enum" in schema and value not in schema["enum"]:
        raise InvalidRequestError(
            "{name}: expected one of {known}.", {"name": name, "known": ", ".join(map(str, schema["enum"]))}
        )
    if isinstance(value, str):
        _check_text(value, schema, name)
    elif isinstance(value, dict):
        _check_object(value, schema, name)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)):
            raise InvalidRequestError("{name}: at most {most} are taken.", {"name": name, "most": schema["maxItems"]})
        for number, each in enumerate(value):
            check(each, schema.get("items", {}), f"{name}[{number}]")
    elif isinstance(value, (int, float)) and not _is_in_range(value, schema):
        raise InvalidRequestError("{name}: the number is out of range.", {"name": name})


def _is(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES[kind])


def _is_in_range(value: float, schema: Schema) -> bool:
    # For NaN, both comparisons are false.
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _check_text(value: str, schema: Schema, name: str) -> None:
    if len(value) > schema.get("maxLength", LONGEST_TEXT):
        raise InvalidRequestError(
            "{name}: is longer than {most} characters.", {"name": name, "most": schema.get("maxLength", LONGEST_TEXT)}
        )
    if len(value) < schema.get("minLength", 0):
        raise InvalidRequestError("{name}: may not be empty.", {"name": name})
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidRequestError("{name}: holds a character that is not text.", {"name": name})


def _check_object(value: dict[str, Any], schema: Schema, name: str) -> None:
    known = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            raise InvalidRequestError("{name}: lacks {key}.", {"name": name, "key": key})
    for key, each in value.items():
        if key in known:
            check(each, known[key], key)
        elif schema.get("additionalProperties", True) is False:
            raise InvalidRequestError("{name}: {value} is not known here.", {"name": name, "value": repr(key[:50])})
