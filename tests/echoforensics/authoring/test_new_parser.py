from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from parsers.definition.definition import parse

ROOT = Path(__file__).parents[3]


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "echoforensics", "parsers", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the parsers, and of the tests only what theirs share."""
    shutil.copytree(ROOT / "parsers", tmp_path / "parsers", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests" / "parsers").mkdir(parents=True)
    for name in ("tests/conftest.py", "tests/parsers/conftest.py", "setup.cfg"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize("kind", ["json", "sqlite"])
def test_what_is_begun_runs_as_it_stands(checkout: Path, kind: str) -> None:
    done = _run("kitchen_timers", "--new", "--kind", kind, "--into", str(checkout))
    assert done.returncode == 0, done.stderr
    definition, sample, readme, test = (Path(line) for line in done.stdout.splitlines()[:4])
    assert parse(definition.read_text(), definition.name).name == "kitchen_timers"
    assert len(definition.read_text().splitlines()) <= 22
    assert sample.parent == readme.parent == checkout / "tests/parsers" / test.parent.name / "fixtures/kitchen_timers"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", checkout, test],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_it_never_overwrites(checkout: Path) -> None:
    again = ("kitchen_timers", "--new", "--into", str(checkout))
    assert _run(*again).returncode == 0
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    refused = _run(*again)
    assert refused.returncode == 2
    assert "is there already" in refused.stderr
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Kitchen", "--new"], "a name is lower-case words joined by _"),
        (["../x", "--new"], "a name is lower-case words joined by _"),
        (["alexa_devices", "--new"], "there is a parser 'alexa_devices' already"),
        (["--new"], "--new needs a NAME"),
        (["kitchen_timers", "--new"], "is not a checkout of the project"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments: list[str], expected: str) -> None:
    done = _run(*arguments, "--into", str(tmp_path))
    assert done.returncode == 2
    assert expected in done.stderr
    assert list(tmp_path.iterdir()) == []
