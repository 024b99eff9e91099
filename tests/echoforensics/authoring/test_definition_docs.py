"""The page on definitions: every key of every kind is in it as it is checked, and its examples load."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from echoforensics.authoring import schema_files
from echoforensics.authoring.key_tables import KINDS, keys_of, row, sections
from parsers.definition.kinds import KINDS as DECLARED
from parsers.definition.loader import parse
from parsers.definition.schema import schema_of
from parsers.definition.vocabulary import UNITS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/definitions.md").read_text()
EXAMPLES = re.findall(r"^## (\w+)\n.*?```yaml\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)


def test_every_key_is_explained_as_it_is_checked() -> None:
    lines = set(PAGE.splitlines())
    needed = {
        row(section, key)
        for kind in KINDS.values()
        for _, section in sections("", kind.form)
        for key in section.keys
        if key.name != kind.name and (kind.name, key.name) != ("map", "export")
    }
    assert needed - lines == set()
    assert {f"| `{unit}` | {meaning} |" for unit, meaning in UNITS.items()} <= lines


def test_each_kind_has_an_example() -> None:
    assert [kind for kind, _ in EXAMPLES] == [kind.name for kind in DECLARED]


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_an_example_loads(name: str, text: str) -> None:
    made = parse(KINDS[name], text, "example.yaml")
    assert made.name
    jsonschema.validate(yaml.safe_load(text), schema_of(KINDS[name].form))
    assert text.startswith(f"# yaml-language-server: $schema=../schemas/{name}.json\n")


def test_keys_on_the_terminal() -> None:
    assert "Keys of `times`:" in keys_of("map")
    command = [sys.executable, "-m", "echoforensics", "parsers", "--keys"]
    done = subprocess.run([*command, "map"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, keys_of("map"))
    refused = subprocess.run([*command, "log"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "'log' is not one of api, export, sqlite, preferences, state, tamper, log_lines, map" in refused.stderr


def test_schemas_are_written_where_they_are_asked_for(tmp_path: Path) -> None:
    written = schema_files.write(tmp_path / "new")
    assert [str(path.relative_to(tmp_path / "new")) for path in written] == sorted(
        ["schema.json", *(f"schemas/{name}.json" for name in KINDS)]
    )
    for path in written:
        assert path.read_text() == (ROOT / "parsers/definitions" / path.relative_to(tmp_path / "new")).read_text()
