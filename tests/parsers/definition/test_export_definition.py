"""Definitions of the tables of an export: how a table is distinguished from another, and what a user's map may leave
out."""

from __future__ import annotations

import pytest

from parsers.definition.error import DefinitionError
from parsers.definition.export import EXPORT, MAPPED_TYPE, ExportTable, definitions, find, parse_map, plain
from parsers.definition.loader import parse
from parsers.definition.record_form import TimeColumn
from parsers.record import Clock

GOOD = """\
name: alexa_export_samples
version: "1"
title: samples
data_type: alexa:cloud:export_sample
export:
  required: [Sample Name|Name, Sample Date]
  optional: [Serial No.]
  path_words: [Samples]
times:
  - {field: Sample Date, unit: iso, clock: cloud, description: Creation Time, note: When it was made.}
columns: {device_serial: Serial No}
message: 'The export lists the sample {"Sample Name"}.'
shows: That it was there.
does_not_show: Anything else.
"""


def test_names_of_columns_are_read_plain() -> None:
    made = parse(EXPORT, GOOD, "x.yaml")
    assert made.source == ExportTable((("samplename", "name"), ("sampledate",)), ("serialno",), ("samples",))
    assert made.form.times == (TimeColumn(("sampledate",), "iso", Clock.CLOUD, "Creation Time", "When it was made."),)
    assert made.form.columns == {"device_serial": "serialno"}
    assert made.form.message.render(({"samplename": "x"},)) == 'The export lists the sample "x".'
    assert made.about.known_by == (
        "CSV or a sheet of XLSX with the columns Sample Name or Name, Sample Date, whose path holds samples",
    )


def test_a_table_fits_by_its_columns_and_its_path() -> None:
    table = parse(EXPORT, GOOD, "x.yaml").source
    assert table.fits(frozenset({"name", "sampledate", "serialno", "more"}), "a/samples/b") == 3
    assert table.fits(frozenset({"name", "sampledate"}), "SAMPLES") == 2
    assert table.fits(frozenset({"name", "sampledate"}), "elsewhere") == 0
    assert table.fits(frozenset({"name"}), "samples") == 0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("alexa:cloud:export_sample", "echo:sample", "x.yaml: data_type: 'echo:sample' is not of the form expected"),
        ("{field: Sample Date,", "{field: Other Date,", "x.yaml: 'otherdate' is not one of the columns"),
        ('{"Sample Name"}', "{Colour}", "x.yaml: 'colour' is not one of the columns"),
        ("device_serial: Serial No", "device_serial: Colour", "x.yaml: 'colour' is not one of the columns"),
    ],
)
def test_what_is_refused(old: str, new: str, expected: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError) as raised:
        parse(EXPORT, GOOD.replace(old, new), "x.yaml")
    assert str(raised.value).startswith(expected)


def test_a_map_need_not_name_itself() -> None:
    text = GOOD.replace('name: alexa_export_samples\nversion: "1"\n', "").replace(
        "data_type: alexa:cloud:export_sample\n", ""
    )
    made = parse_map(text, "x.yaml")
    assert (made.name, made.version, made.form.data_type) == ("", "", MAPPED_TYPE)
    assert parse_map(GOOD, "x.yaml").name == "alexa_export_samples"
    with pytest.raises(DefinitionError, match=r"x\.yaml: name: the key is missing"):
        parse(EXPORT, text, "x.yaml")


def test_a_map_comes_before_our_definitions() -> None:
    names = frozenset({"utterancetext", "utterancecreationdate"})
    own = parse_map(GOOD.replace("Sample Name|Name, Sample Date", "Utterance text").replace(
        "optional: [Serial No.]", "optional: [Sample Name, Sample Date, Serial No]"
    ), "x.yaml")  # fmt: skip
    assert find(names, "samples/x.csv", (own,)) is own
    assert find(names, "elsewhere/x.csv", (own,)) is find(names, "elsewhere/x.csv")


def test_each_definition_finds_the_table_it_describes() -> None:
    for made in definitions():
        table = made.source
        names = frozenset(choice[0] for choice in table.required) | frozenset(table.optional)
        path = f"Alexa/{table.path_words[0]}.csv" if table.path_words else ""
        assert find(names, path) is made, made.name


def test_a_table_known_by_its_name_alone_is_one_of_alexas() -> None:
    by_name = [made for made in definitions() if not made.source.required]
    assert by_name
    for made in by_name:
        word = made.source.path_words[0]
        assert find(frozenset({"whatever"}), f"Additional Data/Alexa/{word}-1.csv") is made
        if "alexa" not in word:
            assert find(frozenset({"whatever"}), f"Games/{word}-1.csv") is None


def test_columns_go_before_the_name() -> None:
    found = find(frozenset({"utterancetext", "utterancecreationdate"}), "Alexa/Whispered-1-1.csv")
    assert found is not None
    assert found.name == "alexa_export_utterances"


@pytest.mark.parametrize("name", ["Skill Name", "SkillName", "skill_name", " SKILL-NAME "])
def test_names_are_compared_plain(name: str) -> None:
    assert plain(name) == "skillname"
