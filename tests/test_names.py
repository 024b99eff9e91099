"""Names follow docs/glossary.md: one word for one thing, and no two classes of one name."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chain_of_custody", "echoforensics", "parsers")
#: Verbs that say nothing of the thing they name, and words for which the glossary has another.
REFUSED = frozenset(
    {"told", "said", "noted", "holds", "finds", "doubt", "doubts", "fault", "faults", "moment", "moments"}
)


def defined(text: str) -> Iterator[str]:
    """Every name that a module gives: of variables, attributes, parameters, functions and classes."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


@pytest.mark.parametrize("folder", [*PACKAGES, "benchmarks", "tests"])
def test_names_say_what_they_name(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in (ROOT / folder).rglob("*.py")
        for name in defined(path.read_text(encoding="utf-8"))
        if name.strip("_").lower() in REFUSED
    }
    assert found == set()


def test_each_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_kind_of_name_is_seen() -> None:
    text = (
        "import a as one\ndef two(three, *four, five=0):\n  six = [seven for seven in three]\n  self.eight = six\n"
        "class Nine: ...\n"
    )
    assert set(defined(text)) == {"one", "two", "three", "four", "five", "six", "seven", "eight", "Nine"}
