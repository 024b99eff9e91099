"""Long series: a tenth of each runs, the same every time, and all of it for endurance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
MADE = """
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

RAN = {name: [] for name in ("examples", "cases", "numbers", "few", "shared")}

@settings(max_examples=200, deadline=1)
@given(st.integers())
def test_examples(number):
    RAN["examples"].append(number)

@settings(max_examples=12)
@given(st.integers())
def test_few_examples(number):
    RAN["few"].append(number)

@pytest.mark.parametrize("case", range(3))
@settings(max_examples=300)
@given(st.integers())
def test_examples_of_cases(case, number):
    RAN["shared"].append(number)

@pytest.mark.series
@pytest.mark.parametrize("case", range(31))
def test_cases(case):
    RAN["cases"].append(case)

def test_numbers(series):
    RAN["numbers"] += series(50)

def test_what_ran(request):
    print("ran " + __import__("json").dumps(RAN))
"""


def _run(folder: Path, *options: str, whole: bool = False) -> tuple[dict[str, list[int]], str]:
    folder.mkdir()
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_made.py").write_text(MADE)
    quiet = ("-q", "-s", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, *options],
        cwd=folder, env={**os.environ, "ECHOFORENSICS_ENDURANCE": "1" if whole else ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    line = next((line for line in done.stdout.splitlines() if "ran {" in line), "ran {}")
    return json.loads(line.partition("ran ")[2].rstrip(".")), done.stdout


def test_a_tenth_of_each_series_runs_and_it_is_the_same_one(tmp_path: Path) -> None:
    ran, output = _run(tmp_path / "one")

    assert {name: len(found) for name, found in ran.items()} == {
        "examples": 20, "few": 10, "shared": 3 * 30, "cases": 4, "numbers": 5,
    }  # fmt: skip
    assert "27 deselected" in output
    assert _run(tmp_path / "two")[0] == ran


def test_all_of_each_series_runs_for_endurance(tmp_path: Path) -> None:
    ran, output = _run(tmp_path / "whole", "--hypothesis-seed=1", whole=True)

    assert {name: len(found) for name, found in ran.items()} == {
        "examples": 200, "few": 12, "shared": 3 * 300, "cases": 31, "numbers": 50,
    }  # fmt: skip
    assert "deselected" not in output


def test_series_are_marked(tmp_path: Path) -> None:
    _, output = _run(tmp_path / "marked", "-m", "series", "--collect-only")

    named = {line.partition("::")[2].partition("[")[0] for line in output.splitlines() if "::" in line}
    assert named == {"test_examples", "test_few_examples", "test_examples_of_cases", "test_cases", "test_numbers"}


@pytest.mark.parametrize("folder", ["one", "two"])
def test_what_is_made_once_is_made_once(folder: str, made_once: Callable[[str, Callable[[Path], None]], Path]) -> None:
    made: list[Path] = []
    name = f"sample-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}-{folder}"

    def fail(_: Path) -> None:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        made_once(name, fail)

    def fill(place: Path) -> None:
        made.append(place)
        (place / "x").touch()

    for _ in range(2):
        found = made_once(name, fill)
        assert (found / "x").exists()
    assert made == [found]
