"""What a definition may say, and what is refused."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.definition.definition import TIME_WORDS, DefinitionError, JsonList, TimeColumn, load_all, parse
from parsers.record import Clock

GOOD = """
name: sample_things
version: "1"
title: Things
data_type: alexa:cloud:thing
json:
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
    made = parse(GOOD, "good.yaml")
    assert (made.name, made.version, made.data_type) == ("sample_things", "1", "alexa:cloud:thing")
    assert made.source == JsonList(("/api/things/{id}/all",), ("things",), ("id", "made"), ("things", "*", "parts"))
    assert made.times == (
        TimeColumn(("made",), "ms", Clock.CLOUD, "Creation Time", "When it was made."),
        TimeColumn(("day", "hour"), "local", Clock.DEVICE, "Start Time", "When it starts."),
    )
    assert made.columns == {"device_serial": "../serial"}
    assert made.secret == ("password",)
    assert [template.text for template in made.keys] == ["thing:{id}"]
    assert made.about.known_by == ("address /api/things/{id}/all", "JSON keys things, id, made")
    assert made.about.limits == ("None known.", "Kept in the fields and never shown in a message: password.")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("name: sample_things", "name: Sample Things", "bad.yaml: name:"),
        ("name: sample_things\n", "", "bad.yaml: name: text is missing"),
        ('version: "1"', "version: 1.0", "bad.yaml: version: text is expected"),
        ("title: Things\n", "", "bad.yaml: title:"),
        ("data_type: alexa:cloud:thing", "data_type: thing", "bad.yaml: data_type:"),
        ("shows: That there is a thing.", "shows: ''", "bad.yaml: shows:"),
        ("does_not_show: Whose it is.", "doesnt_show: x", "bad.yaml: does_not_show:"),
        ("unit: ms", "unit: minutes", "bad.yaml: times[0].unit:"),
        ("clock: cloud", "clock: wall", "bad.yaml: times[0].clock:"),
        ("description: Creation Time", "description: Birthday", "bad.yaml: times[0].description:"),
        (", note: When it was made.", "", "bad.yaml: times[0].note:"),
        ("{field: made, ", "{field: made, zone: UTC, ", "bad.yaml: times[0].zone: the key is unknown"),
        ("unit: local", "unit: ms", "bad.yaml: times[1].fields:"),
        ("device_serial: ../serial", "serial: ../serial", "bad.yaml: columns.serial: the key is unknown"),
        ("/things/*/parts", "things", "bad.yaml: json.items:"),
        ("top: [things]", "top: things", "bad.yaml: json.top:"),
        ('["/api/things/{id}/all"]', "[]", "bad.yaml: json.urls:"),
        ("  item: [id, made]\n", "  item: [id]\n  by_address: perhaps\n", "bad.yaml: json.by_address: true or false"),
        ("  top: [things]\n  item: [id, made]\n", "", "bad.yaml: json.top: keys of the answer"),
        ("  item: [id, made]\n", "  items_: [x]\n", "bad.yaml: json.items_: the key is unknown"),
        ("json:", "table:", "bad.yaml: one of the sections json, sqlite, prefs is expected"),
        ("made {made}.", "made {made.", "bad.yaml: message: a brace stands alone"),
        ("made {made}.", "password {password}.", "bad.yaml: secret: 'password' is secret"),
        ('["thing:{id}"]', '["thing:{password}"]', "bad.yaml: secret: 'password' is secret"),
        ("limits: [None known.]", "limits: None known.", "bad.yaml: limits:"),
        ("limits:", "limit:", "bad.yaml: limit: the key is unknown"),
        ("title: Things", "title: Things\ntitle: Again", "bad.yaml: not YAML as it is read here:"),
        ("title: Things", "title: !!python/object:os.system Things", "bad.yaml: not YAML as it is read here:"),
        ("title: Things", "5: Things", "bad.yaml: not YAML as it is read here:"),
        (GOOD, "- a list", "bad.yaml: a mapping is expected"),
        (GOOD, "{", "bad.yaml: not YAML as it is read here:"),
    ],
)
def test_what_is_refused_names_file_and_key(old: str, new: str, place: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as raised:
        parse(GOOD.replace(old, new, 1), "bad.yaml")
    assert str(raised.value).startswith(place)


def test_every_definition_of_ours_loads() -> None:
    found = load_all()
    assert len(found) == 42
    assert len({made.name for made in found}) == 42
    assert all(made.about.references for made in found)
    assert all(made.name.startswith("alexa_") and made.data_type.startswith("alexa:cloud:") for made in found)


def test_passwords_of_networks_are_secret() -> None:
    (wifi,) = (made for made in load_all() if made.name == "alexa_wifi_settings")
    assert wifi.secret == ("preSharedKey",)


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
        made = parse(text, "fuzz.yaml")
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
