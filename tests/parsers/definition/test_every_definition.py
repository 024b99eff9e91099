"""Every definition reads what it describes: a sample made of the definition itself gives its record."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from parsers.alexa_api.api_json import ApiJson
from parsers.alexa_export.csv_file import AlexaExportCsv
from parsers.app.prefs import AndroidPreferences
from parsers.catalogue import catalogue
from parsers.databases.sqlite_tables import SqliteTables
from parsers.definition import api, export, preferences, sqlite, state, strict_yaml
from parsers.definition.definition import Definition
from parsers.definition.error import DefinitionError
from parsers.definition.record_form import RecordForm, TimeColumn
from parsers.echo1.state_files import StateFiles
from parsers.parser import Parser, Source
from parsers.record import Issue, Record

#: A time in each unit.
IN_UNIT: dict[str, object] = {
    "s": 1588587309, "ms": 1588587309512, "us": 1588587309512345, "webkit": 13233060909512345, "mac": 610280109,
    "excel": 43955.5, "iso": "2020-05-04T10:15:09Z", "local": "2020-05-04", "any": 1588587309512,
    "utterance": "A0SAMPLETYPE1:1.0/2020/05/04/10/G000SAMPLE000001/15:07::TNIH_2V"
    ".0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0ZXV",
}  # fmt: skip
_INSTANT = datetime(2020, 5, 4, 10, 15, 9, tzinfo=UTC)
Made = Definition[Any]


def _names(definitions: tuple[Any, ...]) -> list[Any]:
    assert definitions
    return [pytest.param(made, id=made.name) for made in definitions]


def _value(time: TimeColumn) -> object:
    return _INSTANT.strftime(time.format) if time.format else IN_UNIT[time.unit]


def _item(form: RecordForm) -> dict[str, object]:
    """An item with a value wherever the definition looks for one."""
    item: dict[str, object] = {}
    for path in (*form.paths, *form.secret):
        _put(item, path, f"v-{path[-30:]}")
    for time in form.times:
        for path in time.fields:
            _put(item, path, _value(time))
    return item


def _put(item: dict[str, object], path: str, value: object) -> None:
    """Put a value at a path; what is in an enclosing object is left out."""
    if path.startswith("../"):
        return
    *folders, last = path.split(".")
    for name in folders:
        inner = item.setdefault(name, {})
        if not isinstance(inner, dict):
            inner = item[name] = {}
        item = inner
    if not isinstance(item.get(last), dict):
        item[last] = value


def _check(made: Made, found: list[Record | Issue]) -> None:
    """There is one record of the definition, with all the times that it names and the message that it gives."""
    assert [item.what for item in found if isinstance(item, Issue)] == []
    (record,) = (item for item in found if isinstance(item, Record) and item.parser == made.name)
    assert (record.parser_version, record.data_type) == (made.version, made.form.data_type)
    assert record.message.startswith((made.form.message.parts[0] or "").rstrip("."))
    descriptions = [time.description for time in record.timestamps]
    for time in made.form.times:
        if not any(path.startswith("../") for path in time.fields):
            assert time.description in descriptions
    for secret in made.form.secret:
        assert f"v-{secret}" not in record.message


def _read(parser: Parser, source: Source) -> list[Record | Issue]:
    assert parser.claims(source)
    return list(parser.parse(source))


@pytest.mark.parametrize("made", _names(api.definitions()))
def test_a_list_of_the_service(made: api.ApiDefinition) -> None:
    item = _item(made.form)
    for key in made.source.item:
        item.setdefault(key, [])
    answer: object = [item]
    for place in reversed(made.source.items):
        answer = {"k": answer} if place == "*" else {place: answer}
    if isinstance(answer, dict):
        for key in made.source.top:
            answer.setdefault(key, {})
    elif made.source.top:
        answer = {**dict.fromkeys(made.source.top, "v"), **item}
    url = re.sub(r"\{\w+\}", "x", made.source.urls[0])
    content = json.dumps([{"request": f"https://alexa.amazon.com{url}", "response": answer}]).encode()
    _check(made, _read(ApiJson(), Source.of(content, "x.json")))


@pytest.mark.parametrize("made", _names(sqlite.definitions()))
def test_a_table_of_a_database(
    made: sqlite.SqliteDefinition, make_database: Callable[..., dict[str, bytes]], source_in: Callable[..., Source]
) -> None:
    item = _item(made.form)
    for column in made.source.required:
        item.setdefault(column, f"v-{column}")
    for column in made.source.json:
        if not isinstance(item.get(column), dict):
            item[column] = {"more": 1}
    for column in made.source.only:
        item[column] = "https://www.amazon.com/alexa"
    row = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in item.items()}
    columns, places = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    table = made.source.tables[0]
    insert = f"INSERT INTO {table} VALUES ({places})"
    files = make_database(f"CREATE TABLE {table} ({columns})", (insert, tuple(row.values())))
    _check(made, _read(SqliteTables(), source_in(files)))


@pytest.mark.parametrize("made", _names(export.definitions()))
def test_a_table_of_an_export(made: export.ExportDefinition) -> None:
    row = {**{choice[0]: "v" for choice in made.source.required}, **_item(made.form)} or {"whatever": "v", "more": "w"}
    text = io.StringIO()
    csv.writer(text).writerows([row.keys(), row.values()])
    folder = f"{made.source.path_words[0]}/" if made.source.path_words else ""
    _check(made, _read(AlexaExportCsv(), Source.of(text.getvalue().encode(), f"Alexa/{folder}x.csv")))


@pytest.mark.parametrize("made", _names(preferences.definitions()))
def test_values_of_a_preferences_file(made: preferences.PreferencesDefinition) -> None:
    source, item = made.source, _item(made.form)
    if source.values:
        values = {key: item.get(name, "v") for name, key in source.values.items()}
    elif source.each is not None:
        values = {_matching(source.each): IN_UNIT["ms"]}
    else:
        values = {"cache": [{**item, source.members[0]: "v"}]}
    lines = (
        f'<string name="{name}">{escape(value if isinstance(value, str) else json.dumps(value))}</string>'
        for name, value in values.items()
    )
    path = f"data/data/{source.paths[0].text.replace('*', '')}"
    content = f"<?xml version='1.0' encoding='utf-8'?><map>{''.join(lines)}</map>".encode()
    found = _read(AndroidPreferences(), Source.of(content, path))
    _check(made, [item for item in found if isinstance(item, Issue) or item.parser == made.name])


FILES = [pytest.param(made, file, id=f"{made.name}-{file.name}") for made in state.definitions() for file in made.files]


@pytest.mark.parametrize(("made", "file"), FILES)
def test_a_state_file(made: state.StateDefinition, file: state.StateFile) -> None:
    form = next(form for form in file.forms if form.form is not None)
    assert form.form is not None
    path = f"var/local/{file.paths[0].text.replace('*', 'x')}"
    found = _read(StateFiles(), Source.of(_matching(form.pattern).encode(), path))
    (record,) = (item for item in found if isinstance(item, Record))
    assert (record.parser, record.parser_version) == (made.name, made.version)
    assert (record.data_type, record.fields["name"]) == (form.form.data_type, file.name)
    assert all(issue.parser == made.name for issue in found if isinstance(issue, Issue))


def _matching(pattern: re.Pattern[str]) -> str:
    """A line that an expression matches, the same in each run."""
    found: list[str] = []
    line = st.from_regex(re.compile(pattern.pattern, pattern.flags), fullmatch=True).filter(
        lambda text: [text.strip()] == text.splitlines()
    )

    @settings(
        max_examples=3, phases=[Phase.generate], derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(line)
    def draw(text: str) -> None:
        found.append(text)

    draw()
    return found[0]


def test_names_are_unique_and_each_says_what_it_is() -> None:
    names = [entry.name for entry in catalogue()]
    assert sorted(set(names)) == names
    for entry in catalogue():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", entry.name)
        assert entry.version
        assert entry.about.shows.endswith(".")
        assert entry.about.does_not_show.endswith(".")
        assert entry.about.known_by


@pytest.mark.parametrize("shipped", [False, True])
def test_no_key_twice_by_either_reader(shipped: bool) -> None:
    assert strict_yaml.read("a: [1, {b: null}]\nc: 'x'", "x.yaml", shipped=shipped) == {"a": [1, {"b": None}], "c": "x"}
    with pytest.raises(DefinitionError, match="given twice"):
        strict_yaml.read("a: 1\na: 2", "x.yaml", shipped=shipped)
    with pytest.raises(DefinitionError, match="not YAML"):
        strict_yaml.read("a: !!python/object:os.system x", "x.yaml", shipped=shipped)


def test_both_readers_read_every_definition_alike() -> None:
    kinds = ("api", "export", "sqlite", "preferences", "state", "tamper")
    folders = [files(f"parsers.definitions.{kind}") for kind in kinds]
    found = [file for folder in folders for file in folder.iterdir() if file.name.endswith(".yaml")]
    texts = [file.read_text(encoding="utf-8") for file in found]
    assert texts
    for text in texts:
        assert strict_yaml.read(text, "x.yaml") == strict_yaml.read(text, "x.yaml", shipped=True)
