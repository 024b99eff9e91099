"""The schemas for editors: they are those of the loader, take every definition, and refuse what the loader refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.definition.error import DefinitionError
from parsers.definition.form import Key, Place, Section
from parsers.definition.kinds import ALL, KINDS
from parsers.definition.loader import PACKAGE, Kind
from parsers.definition.schema import schema_of, schemas

FOLDER = Path(str(files(PACKAGE)))
PAIRS = [(kind, path) for kind in KINDS for path in sorted((FOLDER / kind.name).glob("*.yaml"))]
DEFINITIONS = [pytest.param(kind, path, id=path.stem) for kind, path in PAIRS]
VALIDATORS = {kind.name: jsonschema.Draft7Validator(schema_of(kind.form)) for kind in ALL}
#: What a value is changed into, to be refused by both or by neither.
OTHERS: list[Any] = [None, True, 7, 1.5, "", " ", "x", [], ["x"], [7], {}, {"x": "y"}, {"x": 7}, [{}], [{"x": 7}]]


def _content(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def test_the_files_are_those_of_the_loader() -> None:
    written = {str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*.json")}
    assert written == schemas(), "run `make docs`"


def test_the_schema_of_all_refers_to_each() -> None:
    references = [part["$ref"] for part in json.loads((FOLDER / "schema.json").read_text())["anyOf"]]
    assert references == [f"schemas/{kind.name}.json" for kind in ALL]
    assert all((FOLDER / reference).is_file() for reference in references)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_each_is_a_schema(kind: Kind[Any]) -> None:
    jsonschema.Draft7Validator.check_schema(schema_of(kind.form))


@pytest.mark.parametrize(("kind", "path"), DEFINITIONS)
def test_every_definition_is_valid_and_names_its_schema(kind: Kind[Any], path: Path) -> None:
    VALIDATORS[kind.name].validate(_content(path))
    first = path.read_text().partition("\n")[0]
    assert first == f"# yaml-language-server: $schema=../schemas/{kind.name}.json"
    assert (path.parent / first.partition("=")[2]).is_file()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_definition_is_of_one_kind(kind: Kind[Any]) -> None:
    content = _content(next((FOLDER / kind.name).glob("*.yaml")))
    valid = [name for name, validator in VALIDATORS.items() if validator.is_valid(content)]
    assert [name for name in valid if name != "map"] == [kind.name]


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_what_a_schema_refuses_the_loader_refuses(data: st.DataObject) -> None:
    kind, path = data.draw(st.sampled_from(PAIRS))
    content = _changed(_content(path), data)
    refused = False
    try:
        kind.form.read(content, Place("x.yaml"))
    except DefinitionError:
        refused = True
    assert refused or VALIDATORS[kind.name].is_valid(content)


def _changed(content: Any, data: st.DataObject) -> Any:
    """The content with one change somewhere in it."""
    where = content
    while True:
        places = list(where) if isinstance(where, dict) else list(range(len(where)))
        place = data.draw(st.sampled_from(places))
        if isinstance(where[place], (dict, list)) and where[place] and data.draw(st.booleans()):
            where = where[place]
            continue
        match data.draw(st.sampled_from(["put", "remove", "add"])):
            case "remove":
                del where[place]
            case "put":
                where[place] = data.draw(st.sampled_from(OTHERS))
            case _ if isinstance(where, dict):
                where[data.draw(st.sampled_from(["colour", "lines", "fields", "format", "top"]))] = "x"
            case _:
                where.append(data.draw(st.sampled_from(OTHERS)))
        return content


def _sections(form: Section[Any]) -> Iterator[Section[Any]]:
    yield form
    for key in form.keys:
        inner: Any = key.form
        while not isinstance(inner, Section) and hasattr(inner, "form"):
            inner = inner.form
        if isinstance(inner, Section):
            yield from _sections(inner)
        for section in getattr(inner, "sections", {}).values():
            yield from _sections(section)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_a_key_that_is_unknown_or_missing_is_refused_by_both(kind: Kind[Any]) -> None:
    for section in _sections(kind.form):
        validator = jsonschema.Draft7Validator(schema_of(section))
        needed = [key.name for key in section.keys if key.needed]
        validators = {error.validator for error in validator.iter_errors({"colour": 1})}
        assert "additionalProperties" in validators
        assert not needed or "required" in validators
        with pytest.raises(DefinitionError, match="colour: the key is unknown"):
            section.read({"colour": 1}, Place("x"))
        with pytest.raises(DefinitionError):
            section.read({}, Place("x"))
        assert not validator.is_valid({})


def test_a_key_is_described_in_one_way_wherever_it_is() -> None:
    """The same name has the same form of value in every kind, but for lists of a section's own."""
    by_name: dict[str, set[str]] = {}
    for kind in ALL:
        for section in _sections(kind.form):
            for key in section.keys:
                by_name.setdefault(key.name, set()).add(_shape(key))
    different = {name for name, shapes in by_name.items() if len(shapes) > 1}
    assert different == set()


def _shape(key: Key[Any]) -> str:
    schema = json.loads(json.dumps(schema_of(key.form)))
    return str(schema.get("type", "choice" if "enum" in schema else "either"))
