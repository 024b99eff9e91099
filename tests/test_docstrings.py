from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("chain_of_custody", "echoforensics", "parsers")
_ENTRY = re.compile(r"    (\*{0,2}\w+(?:, \*{0,2}\w+)*): ")
_SECTION = re.compile(r"(?:Args|Attributes|Raises|Returns|Yields|References):")


def documented(docstring: str, section: str) -> Iterator[str]:
    """The names that a section of a docstring describes."""
    _, _, rest = docstring.partition(f"{section}:\n")
    for line in rest.split("\n"):
        if _SECTION.match(line):
            return
        if entry := _ENTRY.match(line):
            yield from (name.lstrip("*") for name in entry[1].split(", "))


def parameters(function: ast.FunctionDef) -> set[str]:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return {argument.arg for argument in every if argument}


def attributes(made: ast.ClassDef) -> set[str]:
    """The names in a class that may be attributes of it, or parameters that make it."""
    names: set[str] = set()
    for node in ast.walk(made):
        if isinstance(node, ast.Attribute):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef):
            names |= {node.name, *parameters(node)}
    return names


def wrong_names(text: str) -> list[str]:
    """Names that docstrings describe and their class or function does not have."""
    wrong = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            docstring, known = ast.get_docstring(node) or "", attributes(node)
        elif isinstance(node, ast.FunctionDef):
            docstring, known = ast.get_docstring(node) or "", parameters(node)
        else:
            continue
        described = (*documented(docstring, "Attributes"), *documented(docstring, "Args"))
        wrong += [f"{node.name}: {name}" for name in described if name not in known]
    return wrong


@pytest.mark.parametrize("package", PACKAGES)
def test_docstrings_describe_what_is_there(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for name in wrong_names(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_a_name_that_is_not_there_is_found() -> None:
    text = '''
class Thing:
    """A thing.

    Attributes:
        size, colour: of it.
    """

    size: int


def paint(thing: Thing, *, twice: bool) -> None:
    """Paint it.

    Args:
        thing: what is painted.
        often: how often.

    Raises:
        ValueError: it cannot be.
    """
'''
    assert wrong_names(text) == ["Thing: colour", "paint: often"]
