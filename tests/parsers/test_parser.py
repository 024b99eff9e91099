"""What a parser is given, and what its records get."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import ClassVar

import pytest

from parsers.parser import About, Parser, Source
from parsers.record import Issue, Record
from parsers.registry import imported

PARSERS = Path(__file__).parents[2] / "parsers"
BESIDE = Source.of(b"beside", "d/beside")


class _Alone(Parser):
    name: ClassVar[str] = "alone"
    version: ClassVar[str] = "3"
    about: ClassVar[About] = About("A test", (), (), "", "")

    def claims(self, source: Source) -> bool:
        return source.size > 0

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        yield Record("echo:test", str(source.beside("beside") is not None), "")


class _InCompany(_Alone):
    reads_neighbours: ClassVar[bool] = True


def _source() -> Source:
    given = Source.of(b"x", "d/x")
    return Source(given.path, given.size, given.head, given.opener, {"d/beside": BESIDE}.get, 0o640)


@pytest.mark.parametrize(("parser", "given"), [(_Alone(), False), (_InCompany(), True)])
def test_only_a_parser_that_says_so_is_given_neighbours(parser: Parser, given: bool) -> None:
    seen = parser.sees(_source())

    assert (seen.beside("beside") is BESIDE) is given
    assert (seen.path, seen.size, seen.head, seen.mode, seen.open().read()) == ("d/x", 1, b"x", 0o640, b"x")


def test_a_record_gets_the_name_and_version_of_its_parser_where_it_has_none() -> None:
    signed = _Alone().signed(Record("echo:test", "m", ""))
    assert (signed.parser, signed.parser_version) == ("alone", "3")
    handed_on = _Alone().signed(Record("echo:test", "m", "", parser="other"))
    assert (handed_on.parser, handed_on.parser_version) == ("other", "3")
    own = Record("echo:test", "m", "", parser="other", parser_version="1")
    assert _Alone().signed(own) is own


def _looks_beside(module: str) -> bool:
    """Whether a module, or one of ours that it imports, asks for a file beside another."""
    seen, pending = set[str](), [module]
    while pending:
        name = pending.pop()
        if name in seen or not name.startswith("parsers.") or name == "parsers.parser" or name not in sys.modules:
            continue
        seen.add(name)
        tree = ast.parse(Path(str(sys.modules[name].__file__)).read_text())
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "beside":
                return True
            if isinstance(node, ast.ImportFrom):
                pending += [str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)]
    return False


def test_every_parser_that_says_so_looks_beside_its_file() -> None:
    declared = [type(parser) for parser in imported() if parser.reads_neighbours]
    assert declared
    for kind in declared:
        if kind.parse.__qualname__.startswith(kind.__name__):
            assert _looks_beside(inspect.getmodule(kind).__name__), kind  # type: ignore[union-attr]


def test_every_module_that_looks_beside_a_file_is_used_by_a_parser_that_says_so() -> None:
    declared = {inspect.getmodule(type(parser)) for parser in imported() if parser.reads_neighbours}
    for parser in imported():
        module = inspect.getmodule(type(parser))
        assert module is not None
        text = Path(str(module.__file__)).read_text()
        if ".beside(" in text:
            assert module in declared, module


def test_a_signed_record_differs_in_nothing_else() -> None:
    every = {field.name: f"the {field.name}" for field in fields(Record)} | {"parser": "", "parser_version": ""}
    record = Record(**every)  # type: ignore[arg-type]

    assert record.signed("a", "1") == replace(record, parser="a", parser_version="1")
