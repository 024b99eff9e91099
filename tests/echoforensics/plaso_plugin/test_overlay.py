"""Our data over plaso's, whatever plaso's version; and what is said where plaso is not as we know it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from plaso.engine.timeliner import EventDataTimeliner
from plaso.formatters.yaml_formatters_file import YAMLFormattersFile
from plaso.parsers.presets import ParserPresetsManager

from echoforensics.plaso_plugin import overlay, plaso_internals
from echoforensics.plaso_plugin.definitions import UNDECLARED, data_types
from echoforensics.plaso_plugin.overlay import OverlayError
from echoforensics.plaso_plugin.vocabulary import WORD_OF
from parsers.catalogue import catalogue


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return overlay.build(overlay.of_plaso(), tmp_path_factory.mktemp("overlay"))


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_the_overlay_holds_all_of_plasos_files_and_ours(built: Path) -> None:
    theirs = overlay.of_plaso()
    ours = {"formatters/echoforensics.yaml", "tag_alexa.txt", overlay.MARKER}
    assert _names(built) == _names(theirs) | ours
    for name in _names(theirs) - {"timeliner.yaml", "presets.yaml"}:
        assert (built / name).read_bytes() == (theirs / name).read_bytes()
    for name in ("timeliner.yaml", "presets.yaml"):
        assert (built / name).read_text().startswith((theirs / name).read_text().rstrip("\n"))


def test_plaso_reads_the_mapping_of_every_data_type(built: Path) -> None:
    made = EventDataTimeliner(data_location=str(built))
    declared = {name for entry in catalogue() for name in entry.about.data_types}
    for name in declared | {UNDECLARED}:
        assert made._attribute_mappings[name] == WORD_OF, name
    assert declared | {UNDECLARED} <= made._place_holder_event
    assert "fs:stat" in made._attribute_mappings


def test_plaso_reads_a_formatter_of_every_data_type(built: Path) -> None:
    found = list(YAMLFormattersFile().ReadFromFile(str(built / "formatters/echoforensics.yaml")))
    assert {formatter.data_type for formatter in found} == set(data_types())
    for formatter in found:
        assert formatter.GetMessage({"message": "Text {with} braces, \"quotes\" and 'more'."}) == (
            "Text {with} braces, \"quotes\" and 'more'."
        )
        assert formatter.source_mapping == ("ALEXA", data_types()[formatter.data_type])


def test_the_preset_asks_for_our_parser_and_stands_by_every_operating_system(built: Path) -> None:
    manager = ParserPresetsManager()
    manager.ReadFromFile(str(built / "presets.yaml"))
    assert manager.GetParsersByPreset("alexa") == ["echoforensics"]
    theirs = [part for part in yaml.safe_load_all((overlay.of_plaso() / "presets.yaml").read_text()) if part]
    systems = [system for part in theirs for system in part.get("operating_systems", ())]
    assert systems
    artifacts = import_module("plaso.containers.artifacts")
    for system in systems:
        family = system.get("family") or "Windows NT"
        known = artifacts.OperatingSystemArtifact(family=family, product=system.get("product"))
        assert "alexa" in [preset.name for preset in manager.GetPresetsByOperatingSystem(known)], system


def test_the_overlay_follows_a_newer_plaso(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(overlay.of_plaso(), theirs)
    (theirs / "formatters" / "new_system.yaml").write_text("# new\n")
    (theirs / "something_new").mkdir()
    (theirs / "something_new" / "data.bin").write_bytes(b"\0\1")
    with (theirs / "timeliner.yaml").open("a") as stream:
        stream.write("---\ndata_type: 'new:type'\nattribute_mappings:\n- name: 't'\n  description: 'Creation Time'\n")
    target = tmp_path / "made"
    target.mkdir()
    overlay.build(theirs, target)

    assert (target / "something_new/data.bin").read_bytes() == b"\0\1"
    assert (target / "formatters/new_system.yaml").exists()
    mappings = EventDataTimeliner(data_location=str(target))._attribute_mappings
    assert {"new:type", "echo:log:wake_word", "fs:stat"} <= set(mappings)


@pytest.mark.parametrize("moved", ["timeliner.yaml", "presets.yaml", "formatters"])
def test_a_plaso_that_moved_its_data_is_refused(moved: str, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    shutil.copytree(overlay.of_plaso(), theirs)
    (theirs / moved).rename(theirs / f"elsewhere-{moved}")
    with pytest.raises(OverlayError, match=f"it has no {moved}"):
        overlay.build(theirs, tmp_path / "made")


def test_a_user_s_artefact_definitions_stand_beside_ours(tmp_path: Path) -> None:
    folder, file = tmp_path / "folder", tmp_path / "one.yaml"
    folder.mkdir()
    (folder / "two.yaml").write_text("name: Two\n")
    file.write_text("name: One\n")
    for name, custom, expected in (
        ("a", None, set()), ("b", file, {"given_000_one.yaml"}), ("c", folder, {"given_000_two.yaml"}),
    ):  # fmt: skip
        (tmp_path / name).mkdir()
        made = overlay.artifacts(tmp_path / name, str(custom) if custom else None)
        assert _names(made) == {"echoforensics_alexa.yaml"} | expected


def test_the_installed_plaso_is_the_one_that_was_tested() -> None:
    assert version("plaso") == plaso_internals.TESTED
    plaso_internals.check()


def test_the_range_is_the_one_that_the_package_requires() -> None:
    assert f"plaso{plaso_internals.RANGE}" in (Path(__file__).parents[3] / "setup.cfg").read_text()


#: Takes each thing away that is held on to, in a process in which our parser is not registered.
TAKING_AWAY = """
from importlib import import_module
from echoforensics.plaso_plugin import plaso_internals

def refused():
    try:
        plaso_internals.check()
    except plaso_internals.PlasoChangedError as error:
        return str(error)
    return "not refused"

plaso_internals.check()
for module, name, _ in (*plaso_internals.STORE, *plaso_internals.ENGINE, *plaso_internals.TOOLS):
    owner = import_module(module)
    *path, last = name.split(".")
    for part in path:
        owner = getattr(owner, part)
    kept = vars(owner)[last]
    delattr(owner, last)
    said = refused()
    setattr(owner, last, kept)
    print(f"{module}.{name} is not there" in said, module, name, said)

extractors = import_module("plaso.engine.extractors").EventDataExtractor
kept, extractors.ParseFileEntryMetadata = extractors.ParseFileEntryMetadata, lambda self, mediator: None
print("does not take parser_mediator, file_entry" in refused(), "renamed parameters")
extractors.ParseFileEntryMetadata = kept

mediator = import_module("plaso.parsers.mediator").ParserMediator
kept, mediator.__init__ = mediator.__init__, lambda self: setattr(self, "_stream", None)
print("ParserMediator has no _event_data_stream" in refused(), "renamed attributes")
mediator.__init__ = kept
plaso_internals.check()
"""


def test_what_plaso_moves_or_renames_is_named(python: Callable[..., Any]) -> None:
    lines = python("-c", TAKING_AWAY).stdout.splitlines()
    assert len(lines) == len((*plaso_internals.STORE, *plaso_internals.ENGINE, *plaso_internals.TOOLS)) + 2
    assert [line for line in lines if not line.startswith("True ")] == []
