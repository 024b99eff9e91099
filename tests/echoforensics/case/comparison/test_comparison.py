"""Two cases of the same evidence, record by record."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from echoforensics.case.case import Case
from echoforensics.case.comparison.comparison import Comparison, compared_evidence, differences
from echoforensics.case.comparison.exhibit_map import renumbered
from echoforensics.cli.main import cli
from echoforensics.extraction.options import Options
from echoforensics.extraction.run import extract

_STOP = {"id": "A#1", "creationTimestamp": 1500272431000, "activityStatus": "SUCCESS"}


def _activity(name: str, words: str, time: int = 1500272431000) -> dict[str, object]:
    described = json.dumps({"summary": words})
    return {**_STOP, "id": name, "creationTimestamp": time, "description": described}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Makes a case of files with pages of history."""
    count = 0

    def make_it(**files: list[dict[str, object]]) -> Path:
        nonlocal count
        count += 1
        case, sources = tmp_path / f"case-{count}", []
        for name, activities in files.items():
            source = tmp_path / f"evidence-{count}" / name
            source.mkdir(parents=True)
            (source / "activities.json").write_text(json.dumps({"activities": activities}))
            sources.append(source)
        extract(sources, case, None, Options(argv=("test",)), lambda *_: None)
        return case

    return make_it


def test_a_case_made_again_says_the_same(make: Callable[..., Path]) -> None:
    pages = {"a": [_activity("A#1", "stop")], "b": [_activity("B#1", "lights"), _activity("B#2", "weather")]}
    old, new = make(**pages), make(**dict(reversed(pages.items())))
    with Case.open(old) as first, Case.open(new) as second:
        comparison = Comparison()
        assert list(differences(first, second, comparison)) == []
        assert (comparison.equal, comparison.counts["equal"]) == (True, 3)
        assert sorted(compared_evidence(first, second).both) == ["a", "b"]
        numbers = {one.old: one.new for one in renumbered(first, second)}
        messages = [{row["exhibit"]: row["message"] for row in case.rows()} for case in (first, second)]
        assert set(numbers) == set(messages[0])
        assert all(messages[0][before] == messages[1][after] for before, after in numbers.items())
        assert numbers != {number: number for number in numbers}


def test_what_is_added_missing_or_changed_is_named(make: Callable[..., Path]) -> None:
    old = make(a=[_activity("A#1", "stop")], b=[_activity("B#1", "lights")])
    new = make(b=[_activity("B#1", "lights")], c=[_activity("C#1", "weather")])
    with Case.open(old) as first, Case.open(new) as second:
        comparison = Comparison()
        found = {one.outcome: one for one in differences(first, second, comparison)}
        assert comparison.counts == {"equal": 1, "added": 1, "missing": 1}
        assert (found["missing"].old, found["missing"].new) == (("EF-0000001",), ())
        assert "stop" in found["missing"].old_message
        assert "weather" in found["added"].new_message
        evidence = compared_evidence(first, second)
        assert (evidence.both, evidence.old, evidence.new) == (["b"], ["a"], ["c"])
        assert {one.old: one.new for one in renumbered(first, second)} == {"EF-0000001": "", "EF-0000002": "EF-0000001"}


def test_what_a_later_version_says_otherwise_is_changed(make: Callable[..., Path], tmp_path: Path) -> None:
    old, new = make(a=[_activity("A#1", "stop")]), make(a=[_activity("A#1", "stop")])
    with Case.open(old) as first, Case.open(new) as second:
        # As another version of a parser would have it.
        first.store.db.close()
        first.store.db = _altered(old / "case.db", tmp_path)
        comparison = Comparison()
        (found,) = differences(first, second, comparison)
    assert (found.outcome, found.changed) == ("changed", ("message", "times"))
    assert (found.old, found.new) == (("EF-0000001",), ("EF-0000001",))


def _altered(database: Path, folder: Path) -> sqlite3.Connection:
    copy = folder / "altered.db"
    shutil.copy(database, copy)
    db = sqlite3.connect(copy)
    db.execute("UPDATE forms SET message = 'Other words.'")
    db.execute("UPDATE exhibits SET timestamp = timestamp + 1")
    return db


def test_the_commands(make: Callable[..., Path]) -> None:
    old = make(a=[_activity("A#1", "stop")], b=[_activity("B#1", "lights")])
    new = make(b=[_activity("B#1", "lights")])
    runner = CliRunner()
    shown = runner.invoke(cli, ["compare", str(old), str(new), "--list"])
    assert shown.exit_code == 0, shown.output
    assert shown.output.splitlines()[1].startswith("missing,REC-")
    assert shown.output.splitlines()[-1] == "The cases DIFFER."
    found = json.loads(runner.invoke(cli, ["compare", str(old), str(new), "--json"]).output)
    assert (found["equal"], found["records"], len(found["differences"])) == (False, {"equal": 1, "missing": 1}, 1)
    table = runner.invoke(cli, ["renumber", str(old), str(new)]).output.splitlines()
    assert table == [
        "old,new,basis", "EF-0000001,,no such record", 'EF-0000002,EF-0000001,"same record, same time"',
    ]  # fmt: skip
