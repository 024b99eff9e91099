"""JSON Schemas of definitions, for editors, built from the forms that validate definitions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from parsers.definition.form import Choice, Either, Flag, Form, Key, Listed, Made, Named, Section, Text, Variants
from parsers.definition.kinds import ALL
from parsers.definition.loader import Kind

#: A JSON Schema, or a part of one.
Schema = dict[str, object]
_DRAFT = "http://json-schema.org/draft-07/schema#"


def schema_of(form: Form[Any]) -> Schema:
    """Convert a form to a JSON Schema. The schema accepts everything that the form accepts."""
    if isinstance(form, Made):
        return schema_of(form.form)
    makers: dict[type, Callable[[Any], Schema]] = {
        Text: lambda text: {"type": "string", "pattern": rf"^(?:{text.pattern})$" if text.pattern else r"\S"},
        Choice: lambda choice: {"enum": list(choice.words)},
        Flag: lambda _: {"type": "boolean"},
        Listed: lambda listed: {"type": "array", "minItems": 1, "items": schema_of(listed.form)},
        Named: _named,
        Section: _section,
        Variants: _variants,
        Either: lambda either: {"anyOf": [schema_of(either.text), schema_of(either.section)]},
    }
    return makers[type(form)](form)


def schemas() -> dict[str, str]:
    """The schema files written beside the definitions, by file name: one per kind, and one for all."""
    made = {f"schemas/{kind.name}.json": _text(_of_kind(kind)) for kind in ALL}
    references = [{"$ref": f"schemas/{kind.name}.json"} for kind in ALL]
    made["schema.json"] = _text({"$schema": _DRAFT, "title": "A definition of any kind", "anyOf": references})
    return made


def _of_kind(kind: Kind[Any]) -> Schema:
    return {"$schema": _DRAFT, "title": kind.about, **schema_of(kind.form)}


def _named(form: Named[Any]) -> Schema:
    value = schema_of(form.form)
    if not form.names:
        return {"type": "object", "minProperties": 1, "additionalProperties": value}
    names = dict.fromkeys(form.names, value)
    return {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": names}


def _section(form: Section[Any]) -> Schema:
    made: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _key(key) for key in form.keys},
        "required": [key.name for key in form.keys if key.needed],
    }
    groups = [{"oneOf": _given(names)} for names in form.one_of] + [{"anyOf": _given(names)} for names in form.some_of]
    return {**made, "allOf": groups} if groups else made


def _key(key: Key[Any]) -> Schema:
    return {"description": key.about, **schema_of(key.form)}


def _given(names: tuple[str, ...]) -> list[Schema]:
    return [{"required": [name]} for name in names]


def _variants(form: Variants[Any]) -> Schema:
    of_each: list[Schema] = [
        {"if": {"properties": {form.name: {"const": which}}}, "then": schema_of(section)}
        for which, section in form.sections.items()
    ]
    choice = {form.name: {"enum": list(form.sections)}}
    return {"type": "object", "properties": choice, "required": [form.name], "allOf": of_each}


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
