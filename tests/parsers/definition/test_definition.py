"""What a definition may say, what is refused, and that the refusal names the file and the key."""

from __future__ import annotations

from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.definition import strict_yaml
from parsers.definition.api import API, JsonList, definitions
from parsers.definition.definition import Definition
from parsers.definition.error import DefinitionError
from parsers.definition.export import EXPORT
from parsers.definition.form import Place
from parsers.definition.kinds import KINDS
from parsers.definition.loader import PACKAGE, Kind, load, parse
from parsers.definition.preferences import PREFERENCES
from parsers.definition.record_form import TimeColumn
from parsers.definition.sqlite import SQLITE
from parsers.definition.vocabulary import TIME_WORDS
from parsers.record import Clock

GOOD = """
name: sample_things
version: "1"
title: Things
data_type: alexa:cloud:thing
api:
  urls: ["/api/things/{id}/all"]
  top: [things]
  item: [id, made]
  items: /things/*/parts
times:
  - {field: made, unit: ms, clock: cloud, description: Creation Time, note: When it was made.}
  - {fields: [day, hour], unit: local, clock: device, description: Start Time, note: When it starts.}
columns: {device_serial: ../serial}
keys: ["thing:{id}"]
secret: [password]
message: 'A thing {"name"|without a name}, made {made}.'
shows: That there is a thing.
does_not_show: Whose it is.
limits: [None known.]
"""


def test_a_whole_definition() -> None:
    made = parse(API, GOOD, "good.yaml")
    assert (made.name, made.version, made.form.data_type) == ("sample_things", "1", "alexa:cloud:thing")
    assert made.source == JsonList(("/api/things/{id}/all",), ("things",), ("id", "made"), ("things", "*", "parts"))
    assert made.form.times == (
        TimeColumn(("made",), "ms", Clock.CLOUD, "Creation Time", "When it was made."),
        TimeColumn(("day", "hour"), "local", Clock.DEVICE, "Start Time", "When it starts."),
    )
    assert made.form.columns == {"device_serial": "../serial"}
    assert made.form.secret == ("password",)
    assert [template.text for template in made.form.keys] == ["thing:{id}"]
    assert (made.about.title, made.about.shows, made.about.does_not_show) == (
        "Things", "That there is a thing.", "Whose it is.",
    )  # fmt: skip
    assert made.about.known_by == ("address /api/things/{id}/all", "JSON keys things, id, made")
    assert made.about.limits == ("None known.", "Kept in the fields and never shown in a message: password.")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("name: sample_things", "name: Sample Things", "bad.yaml: name:"),
        ("name: sample_things\n", "", "bad.yaml: name: the key is missing"),
        ('version: "1"', "version: 1.0", "bad.yaml: version: text is expected"),
        ("title: Things\n", "", "bad.yaml: title:"),
        ("data_type: alexa:cloud:thing", "data_type: thing", "bad.yaml: data_type:"),
        ("shows: That there is a thing.", "shows: ''", "bad.yaml: shows:"),
        ("does_not_show: Whose it is.", "doesnt_show: x", "bad.yaml: doesnt_show: the key is unknown"),
        ("does_not_show: Whose it is.", "", "bad.yaml: does_not_show: the key is missing"),
        ("unit: ms", "unit: minutes", "bad.yaml: times[0].unit:"),
        ("unit: ms", "unit: ms, format: '%Y'", "bad.yaml: times[0]: one of the keys unit, format is expected"),
        ("unit: ms, ", "", "bad.yaml: times[0]: one of the keys unit, format is expected"),
        ("unit: ms", "format: '%Q'", "bad.yaml: times[0].format: '%Q' is not a valid strptime format"),
        ("unit: ms", "format: '%Y %Y'", "bad.yaml: times[0].format: '%Y %Y' is not a valid strptime format"),
        ("unit: ms", "unit: ms, zone: UTC", "bad.yaml: times[0].zone: a time in the unit ms takes none"),
        ("unit: ms", "unit: iso, zone: CEST", "bad.yaml: times[0].zone: 'CEST' is not one of UTC, unknown"),
        ("clock: cloud", "clock: wall", "bad.yaml: times[0].clock:"),
        ("description: Creation Time", "description: Birthday", "bad.yaml: times[0].description:"),
        (", note: When it was made.", "", "bad.yaml: times[0].note: the key is missing"),
        ("{field: made, ", "{field: made, colour: red, ", "bad.yaml: times[0].colour: the key is unknown"),
        ("{field: made, ", "{field: made, fields: [a, b], ", "bad.yaml: times[0]: one of the keys field, fields"),
        ("{field: made, ", "{field: ' made', ", "bad.yaml: times[0].field: ' made' is not of the form expected"),
        ("unit: local", "unit: ms", "bad.yaml: times[1].fields:"),
        (
            "device_serial: ../serial",
            "serial: ../serial",
            "bad.yaml: columns.serial: the key is not one of device_serial",
        ),
        ("columns: {device_serial: ../serial}", "columns: {}", "bad.yaml: columns: a mapping is expected"),
        ("/things/*/parts", "things", "bad.yaml: api.items:"),
        ("top: [things]", "top: things", "bad.yaml: api.top: a list is expected"),
        ("top: [things]", "top: [7]", "bad.yaml: api.top[0]: text is expected, not 7"),
        ('["/api/things/{id}/all"]', "[]", "bad.yaml: api.urls: a list is expected"),
        ("  item: [id, made]\n", "  item: [id]\n  by_address: perhaps\n", "bad.yaml: api.by_address: true or false"),
        ("  top: [things]\n  item: [id, made]\n", "", "bad.yaml: api: at least one of the keys top, item is expected"),
        ("  item: [id, made]\n", "  items_: [x]\n", "bad.yaml: api.items_: the key is unknown"),
        ("api:", "table:", "bad.yaml: table: the key is unknown"),
        ("made {made}.", "made {made.", "bad.yaml: message: a brace is not part of a gap"),
        ("made {made}.", "password {password}.", "bad.yaml: secret: 'password' is secret"),
        ('["thing:{id}"]', '["thing:{password}"]', "bad.yaml: secret: 'password' is secret"),
        ("limits: [None known.]", "limits: None known.", "bad.yaml: limits:"),
        ("limits:", "limit:", "bad.yaml: limit: the key is unknown"),
        ("title: Things", "title: Things\ntitle: Again", "bad.yaml: not YAML that a definition may use:"),
        ("title: Things", "title: !!python/object:os.system Things", "bad.yaml: not YAML that a definition may use:"),
        ("title: Things", "5: Things", "bad.yaml: not YAML that a definition may use:"),
        (GOOD, "- a list", "bad.yaml: a mapping is expected"),
        (GOOD, "{", "bad.yaml: not YAML that a definition may use:"),
    ],
)
def test_what_is_refused_names_file_and_key(old: str, new: str, place: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as raised:
        parse(API, GOOD.replace(old, new, 1), "bad.yaml")
    assert str(raised.value).startswith(place)
    assert raised.value.file == "bad.yaml"
    assert str(raised.value) == ": ".join(filter(None, ("bad.yaml", raised.value.key, raised.value.what)))


SECTIONS: dict[str, tuple[Kind[Any], str]] = {
    "preferences": (PREFERENCES, "{paths: [a], values: {b: B}}"),
    "sqlite": (SQLITE, "{tables: [a], required: [b]}"),
    "export": (EXPORT, "{required: [A Name|B, C]}"),
}


@pytest.mark.parametrize(
    ("kind", "section", "place"),
    [
        ("preferences", "{paths: [a], values: {b: B}, each: c}", "preferences: one of the keys values, each, members"),
        ("preferences", "{values: {b: B}}", "preferences.paths: the key is missing"),
        ("preferences", "{paths: [a]}", "preferences: one of the keys values, each, members is expected"),
        ("preferences", "{paths: [a//b], values: {b: B}}", "preferences.paths[0]: 'a//b': names joined by /"),
        ("preferences", "{paths: [a], values: {b: 1}}", "preferences.values.b: text is expected, not 1"),
        ("preferences", "{paths: [a], each: '('}", "preferences.each: '(' is not a regular expression"),
        ("preferences", "{paths: [a], each: b, more: c}", "preferences.more: the key is unknown"),
        ("sqlite", "{tables: [a]}", "sqlite.required: the key is missing"),
        ("sqlite", "{tables: [a], required: [b], only: {c: '['}}", "sqlite.only.c: '[' is not a regular expression"),
        ("export", "{}", "export: at least one of the keys required, path_words is expected"),
        ("export", "{required: [A|]}", "export.required[0]: 'A|': names of columns are expected"),
        ("export", "{required: A}", "export.required: a list is expected, not 'A'"),
        ("export", "{path_words: [7]}", "export.path_words[0]: text is expected, not 7"),
    ],
)
def test_sections_that_are_refused(kind: str, section: str, place: str) -> None:
    _, good = SECTIONS[kind]
    assert _with_section(kind, good).name == "sample"
    with pytest.raises(DefinitionError) as raised:
        _with_section(kind, section)
    assert str(raised.value).startswith(f"bad.yaml: {place}")


def _with_section(kind: str, section: str) -> Definition[Any]:
    text = (
        f"name: sample\nversion: '1'\ntitle: t\ndata_type: alexa:cloud:export_x\n{kind}: {section}\n"
        "message: A thing.\nshows: p\ndoes_not_show: d\n"
    )
    made: Definition[Any] = parse(SECTIONS[kind][0], text, "bad.yaml")
    return made


def test_a_file_has_the_name_of_its_definition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.yaml").write_text(GOOD)
    monkeypatch.setattr("parsers.definition.loader.files", lambda _: tmp_path)
    with pytest.raises(DefinitionError, match=r"other\.yaml: name: other is expected"):
        load(API)
    (tmp_path / "other.yaml").rename(tmp_path / "sample_things.yaml")
    (tmp_path / "notes.txt").write_text("x")
    assert [made.name for made in load(API)] == ["sample_things"]


def test_passwords_of_networks_are_secret() -> None:
    (wifi,) = (made for made in definitions() if made.name == "alexa_wifi_settings")
    assert wifi.form.secret == ("preSharedKey",)


def test_the_words_for_times_are_those_of_plaso() -> None:
    known = {
        value
        for name, value in vars(import_module("plaso.lib.definitions")).items()
        if name.startswith("TIME_DESCRIPTION_")
    }
    assert set(TIME_WORDS) <= known


def _parse_or_refuse(text: str) -> None:
    refused = ""
    try:
        made = parse(API, text, "fuzz.yaml")
    except DefinitionError as error:
        refused = str(error)
    assert refused.startswith("fuzz.yaml: ") if refused else made.name


_lines = st.lists(st.sampled_from(GOOD.splitlines()) | st.text(max_size=40), max_size=20)


@settings(deadline=None, max_examples=150)
@given(_lines | st.text(max_size=200).map(lambda text: [text]))
def test_any_text_is_a_definition_or_an_error(lines: list[str]) -> None:
    _parse_or_refuse("\n".join(lines))


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(GOOD)), st.integers(0, 30), st.text(max_size=10))
def test_a_mutated_definition_is_one_or_an_error(at: int, length: int, put: str) -> None:
    _parse_or_refuse(GOOD[:at] + put + GOOD[at + length :])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_expressions_of_every_shipped_definition_compile(kind: Kind[Any]) -> None:
    for file in files(f"{PACKAGE}.{kind.name}").iterdir():
        if file.name.endswith(".yaml"):
            # Read as a user's is, but for the slower reader of YAML.
            kind.form.read(
                strict_yaml.read(file.read_text(encoding="utf-8"), file.name, shipped=True), Place(file.name)
            )
