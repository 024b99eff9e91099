"""Definitions of the tables of an export: what is read, and what is an error."""

from __future__ import annotations

import pytest

from parsers.definition.definition import DefinitionError
from parsers.definition.export import ExportDefinition, find, load_exports, parse, plain

GOOD = """\
title: samples
data_type: alexa:cloud:export_sample
required: [Sample Name|Name, Sample Date]
optional: [Serial]
path: [Samples]
times:
  - {column: Sample Date, description: Creation Time, note: When it was made.}
columns: {device_serial: Serial}
message: 'The export lists the sample {"samplename"}.'
shows: That it was there.
does_not_show: Anything else.
"""


def test_a_definition_is_read_whole() -> None:
    made = parse(GOOD, "x.yaml")
    assert made == ExportDefinition(
        title="samples",
        data_type="alexa:cloud:export_sample",
        required=(("samplename", "name"), ("sampledate",)),
        optional=("serial",),
        path=("samples",),
        times=made.times,
        columns={"device_serial": "serial"},
        message=made.message,
        shows="That it was there.",
        does_not_show="Anything else.",
    )
    (time,) = made.times
    assert (time.names, time.description, time.note) == (("sampledate",), "Creation Time", "When it was made.")
    assert made.fits(frozenset({"name", "sampledate", "serial", "more"}), "a/samples/b") == 3
    assert made.fits(frozenset({"name", "sampledate"}), "SAMPLES") == 2
    assert made.fits(frozenset({"name", "sampledate"}), "elsewhere") == 0
    assert made.fits(frozenset({"name"}), "samples") == 0


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("title: samples", "titel: samples", "titel: the key is unknown"),
        ("title: samples\n", "", "title: text is expected"),
        ("alexa:cloud:export_sample", "echo:sample", "is not of the form expected"),
        ("[Sample Name|Name, Sample Date]", "[]", "required: names of columns are expected"),
        ("[Sample Name|Name, Sample Date]", "Sample Name", "required: a list of texts is expected"),
        ("[Samples]", "[7]", "path: a list of texts is expected"),
        ("Creation Time", "Tea Time", "none of the words for a time"),
        (", note: When it was made.", "", "column, description and note are expected"),
        ("{column: Sample Date,", "{column: Other Date,", "'otherdate' is none of the columns"),
        ("device_serial", "colour", "columns: some of"),
        ('{"samplename"}', "{", "message: a brace stands alone"),
        ('{"samplename"}', "{colour}", "'colour' is none of the columns"),
        ("title: samples", "title: [", "not YAML"),
    ],
)
def test_what_is_not_understood_is_an_error(old: str, new: str, what: str) -> None:
    assert old in GOOD
    with pytest.raises(DefinitionError, match=r"^x\.yaml: ") as caught:
        parse(GOOD.replace(old, new), "x.yaml")
    assert what in str(caught.value)


def test_a_definition_is_a_mapping() -> None:
    with pytest.raises(DefinitionError, match="a mapping is expected"):
        parse("- a", "x.yaml")


def test_each_definition_finds_the_table_it_describes() -> None:
    assert len(load_exports()) == 21
    for definition in load_exports():
        names = frozenset(choice[0] for choice in definition.required) | frozenset(definition.optional)
        path = f"Alexa/{definition.path[0]}.csv" if definition.path else ""
        assert find(names, path) is definition


def test_a_table_known_by_its_name_alone_is_one_of_alexas() -> None:
    by_name = [definition for definition in load_exports() if not definition.required]
    assert len(by_name) == 11
    for definition in by_name:
        assert find(frozenset({"whatever"}), f"Additional Data/Alexa/{definition.path[0]}-1.csv") is definition
        if "alexa" not in definition.path[0]:
            assert find(frozenset({"whatever"}), f"Games/{definition.path[0]}-1.csv") is None


def test_columns_go_before_the_name() -> None:
    found = find(frozenset({"utterancetext", "utterancecreationdate"}), "Alexa/Whispered-1-1.csv")
    assert found is not None
    assert found.title == "utterances"


@pytest.mark.parametrize("name", ["Skill Name", "SkillName", "skill_name", " SKILL-NAME "])
def test_names_are_compared_plain(name: str) -> None:
    assert plain(name) == "skillname"
