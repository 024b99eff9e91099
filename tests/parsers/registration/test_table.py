"""Parsers are known by the table, and imported when they are asked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from parsers import registry
from parsers.parser import About, Parser, Source
from parsers.record import Issue
from parsers.registration import write
from parsers.registration.later import LaterParser, OutdatedTableError, place_of, stated_by
from parsers.registration.table import FILE, listed, table

_ROOT = Path(__file__).parents[3]
_ARCHIVE = "parsers.captures.warc"


class Bell(Parser):
    name = "bell"
    version = "3"
    about = About("A bell", ("echo:bell",), ("BELL",), "That it rang.", "Who rang.")
    needs = (b"\xff\\0BELL",)
    needs_beginning = (b"\0\xfe",)
    needs_path = ("bells/",)
    last_resort = 1
    asked = 0

    def claims(self, source: Source) -> bool:
        self.asked += 1
        return source.head == b"BELL"

    def parse(self, source: Source) -> list[Issue]:  # type: ignore[override]
        return [Issue(f"{source.size} bytes")]


def test_the_table_says_what_the_parsers_state() -> None:
    kinds = {place_of(kind): kind for kind in registry.our_kinds()}
    rows = listed()
    modules = {row.module for row in rows}
    # A parser that is not there yet is imported at every start.
    assert {row.place for row in rows} == {place for place in kinds if place.partition(":")[0] in modules}, "make docs"
    for row in rows:
        assert row.made().name == row.name, "run `make docs`"


def test_the_table_is_written_from_the_parsers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(write, "__file__", str(tmp_path / "write.py"))
    (tmp_path / "data").mkdir()
    write.main()
    assert set(_table().splitlines()) <= set((tmp_path / FILE).read_text().splitlines()), "run `make docs`"


def test_what_a_parser_states_comes_back_from_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _row(table([Bell]), monkeypatch)
    assert {name: getattr(row, name) for name in stated_by(Bell)} == stated_by(Bell)
    assert (row.place, row.about, row.claims(Source.of(b"BELL"))) == (place_of(Bell), Bell.about, True)
    assert list(row.parse(Source.of(b"four"))) == [Issue("4 bytes")]
    assert isinstance(made := row.made(), Bell)
    assert made.asked == 1


def test_a_parser_that_states_something_else_than_the_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = _row(table([Bell]).replace('"3"', '"2"'), monkeypatch)
    assert row.version == "2"
    with pytest.raises(OutdatedTableError, match="out of date"):
        row.claims(Source.of(b"BELL"))


def test_a_stranger_does_not_take_the_name_of_a_parser_that_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_registered", {"bell": LaterParser("parsers.bell:Bell", {"name": "bell"})})
    with pytest.raises(registry.DuplicateParserError, match=r"taken by parsers\.bell:Bell; if it was moved"):
        registry.register(Bell)


def test_a_parser_is_imported_when_it_is_asked(started: Callable[[str], object]) -> None:
    assert started(
        f"load(); before = {_ARCHIVE!r} in sys.modules; claiming(Source.of(b'WARC/1.0\\r\\n'));"
        f"show([before, {_ARCHIVE!r} in sys.modules])"
    ) == [False, True]


def test_a_parser_that_the_table_lacks_is_found(started: Callable[[str], object]) -> None:
    names = [parser.name for parser in registry.load()]
    assert started(
        f"rows = [row for row in registry.listed() if row.module != {_ARCHIVE!r}]; registry.listed = lambda: rows;"
        f"names = [each.name for each in load()]; show([names, {_ARCHIVE!r} in sys.modules])"
    ) == [names, True]


def test_a_parser_whose_module_is_gone_is_not_passed_over() -> None:
    gone = LaterParser("parsers.gone:Gone", {**stated_by(Bell), "name": "gone"})
    with pytest.raises(ModuleNotFoundError, match=r"parsers\.gone"):
        gone.claims(Source.of(b"BELL"))
    assert registry.claiming(Source.of(b"\0\xfe\xff\0BELL"), [gone]) == (gone,), "reading the file reports the error"


@pytest.fixture
def started() -> Callable[[str], object]:
    """Runs statements in a new process; what they show is returned."""
    imports = (
        "import json, sys; from parsers import registry; from parsers.registry import claiming, load;"
        "from parsers.parser import Source; from parsers.registration.later import LaterParser;"
        "show = lambda value: print(json.dumps(value));"
    )

    def run(statements: str) -> object:
        done = subprocess.run(
            [sys.executable, "-c", imports + statements], cwd=_ROOT, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    return run


def _table() -> str:
    return (Path(registry.__file__).parent / "registration" / FILE).read_text()


def _row(text: str, monkeypatch: pytest.MonkeyPatch) -> LaterParser:
    with monkeypatch.context() as patched:
        patched.setattr("parsers.registration.table._text", lambda: text)
        (row,) = listed()
    return row
