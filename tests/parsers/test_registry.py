from __future__ import annotations

import importlib.metadata
import pickle
import re
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from parsers import registry
from parsers.definition.export import parse_map
from parsers.formats.lazy_pattern import lazy, made_when_used
from parsers.map_reader import MapReader
from parsers.parser import HANDED_ON, About, Parser, Source
from parsers.record import Issue, Record


class Foreign(Parser):
    name = "foreign"
    version = "1"
    about = About("A stranger's artefact", ("echo:foreign",), ("FOREIGN",), "That it is there.", "Anything else.")

    def claims(self, source: Source) -> bool:
        return source.head.startswith(b"FOREIGN")

    def parse(self, source: Source) -> Iterator[Record | Issue]:
        yield Record("echo:foreign", f"There are {source.size} bytes.", "")


@pytest.fixture
def with_foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    registry.imported()  # our own parsers register when they are imported, which must not happen in the copy
    entry = EntryPoint("foreign", f"{__name__}:Foreign", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: Foreign)
    monkeypatch.setattr(
        importlib.metadata, "entry_points", lambda group: [entry] if group == "echoforensics.parsers" else []
    )
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    registry.load.cache_clear()
    yield
    monkeypatch.undo()
    registry.load.cache_clear()


def test_parsers_of_other_packages_are_found_by_entry_point(with_foreign: None) -> None:
    (claimant,) = registry.claiming(Source.of(b"FOREIGN bytes"))

    assert claimant.name == "foreign"


def test_a_name_is_taken_once() -> None:
    class Twin(Foreign):
        name = registry.load()[0].name

    with pytest.raises(registry.DuplicateParserError, match="is taken"):
        registry.register(Twin)


@pytest.mark.parametrize("taken", ["machine:speech", "annotation:note"])
def test_the_names_of_what_is_no_evidence_are_refused(taken: str) -> None:
    class Pretender(Foreign):
        name = taken

    with pytest.raises(registry.ReservedNameError, match="has a reserved prefix"):
        registry.register(Pretender)


def test_every_parser_says_what_it_is() -> None:
    for parser in registry.load():
        assert re.fullmatch(r"[a-z0-9_]+", parser.name)
        assert parser.version
        about = parser.about
        assert about.title
        assert about.known_by
        assert about.shows
        assert about.does_not_show
        assert set(about.hands_on) <= set(HANDED_ON)
        for data_type in about.data_types:
            assert re.fullmatch(r"(echo|alexa:cloud|alexa:app|alexa:web|recording)(:[a-z0-9_]+)+", data_type), data_type


def test_maps_make_parsers_of_their_own_and_leave_the_others() -> None:
    ours = registry.load()
    text = (
        "title: t\nexport: {required: [Some Column]}\nmessage: The table has {Some Column}.\nshows: s.\n"
        "does_not_show: d.\n"
    )
    mapped = registry.with_maps((parse_map(text, "map.yaml"),))
    table = Source.of(b"Some Column,Other\nx,y\n", "table.bin")

    assert [parser.name for parser in mapped] == [parser.name for parser in ours]
    assert [parser.name for parser in registry.claiming(table, mapped)] == ["alexa_export_csv"]
    assert registry.claiming(table) == ()
    assert registry.load() is ours
    different = {one.name for one, other in zip(ours, mapped, strict=True) if one is not other}
    assert different == {parser.name for parser in registry.imported() if isinstance(parser, MapReader)}


def test_no_parser_claims_what_is_nothing() -> None:
    for content in (b"", b"\0" * 70_000, b"text\n" * 100, b"{}", b"[]", b'{"a": 1}', b"\xff" * 500):
        assert registry.claiming(Source.of(content, "some/file.bin")) == ()


def test_the_packages_that_are_not_searched_for_parsers_hold_none() -> None:
    for package in registry.WITHOUT_PARSERS:
        (folder,) = importlib.import_module(package).__path__
        assert [path for path in Path(folder).rglob("*.py") if "@register" in path.read_text(encoding="utf-8")] == []


def test_a_pattern_is_compiled_when_it_is_used_and_pickled_before() -> None:
    made: list[str] = []

    def make() -> re.Pattern[str]:
        made.append("once")
        return re.compile("b+")

    pattern = made_when_used(make)
    assert not made
    found = [bool(pattern.search("abb")), bool(pattern.match("abb")), pattern.pattern, made]
    assert found == [True, False, "b+", ["once"]]
    assert pickle.loads(pickle.dumps(lazy(rb"a", re.IGNORECASE))).flags & re.IGNORECASE
