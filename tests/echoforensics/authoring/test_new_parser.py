from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from echoforensics.authoring.new_parser import KINDS, begin

ROOT = Path(__file__).parents[3]
#: Tests of what all parsers and definitions have in common: a new one must pass them without a change to them.
COMMON = (
    "tests/parsers/definition/test_every_definition.py", "tests/parsers/definition/test_schema.py",
    "tests/parsers/test_registry.py", "tests/echoforensics/authoring/test_pages.py",
)  # fmt: skip


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "echoforensics", "parsers", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def _in(checkout: Path, module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *map(str, arguments)]
    environment = {"PYTHONPATH": str(checkout), "PATH": os.environ["PATH"]}
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def _copy(checkout: Path, *names: str) -> None:
    for name in names:
        if (ROOT / name).is_dir():
            # With what Python has compiled: to compile all of it again takes longer than the rest of the test.
            shutil.copytree(ROOT / name, checkout / name, dirs_exist_ok=True)
        else:
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the parsers, and of the tests only what theirs share."""
    _copy(tmp_path, "parsers", "tests/conftest.py", "tests/parsers/conftest.py", "setup.cfg", "pyproject.toml")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_begun_passes_as_it_is(checkout: Path, kind: str) -> None:
    source, sample, readme, test, *reader = begin(checkout, "made_for_this_test", kind)
    assert source.name == ("made_for_this_test.py" if kind == "log" else "made_for_this_test.yaml")
    assert sample.parent == readme.parent == test.parent / "fixtures/made_for_this_test"
    assert "$" not in readme.read_text() + sample.read_text() + test.read_text()
    ran = _in(checkout, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", checkout, test)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [path.name for path in reader] == (["made_for_this_test.py"] if kind == "log_lines" else [])
    code = [path for path in (source, test, *reader) if path.suffix == ".py"]
    for command in (("check",), ("format", "--check")):
        checked = _in(checkout, "ruff", *command, "--no-cache", *code)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_parser_of_each_kind_needs_no_other_change(checkout: Path) -> None:
    _copy(checkout, "echoforensics", "chain_of_custody", *COMMON)
    *others, last = KINDS
    for kind in others:
        assert len(begin(checkout, f"sample_{kind}", kind)) == (5 if kind == "log_lines" else 4)
    _copy(checkout, "docs/artefacts")
    written = begin(checkout, f"sample_{last}", last)
    pages = {f"sample_{kind}.md" for kind in KINDS if kind != "tamper"}
    assert {path.name for path in written[4:]} == {"README.md", *pages}
    chosen = "sample_ or test_pages or says_what"
    ran = _in(checkout, "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", checkout, "-k", chosen, *COMMON)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count(".") > len(KINDS)


def test_it_never_overwrites(checkout: Path) -> None:
    again = ("made_for_this_test", "--new", "--into", str(checkout))
    first = _run(*again)
    assert first.returncode == 0, first.stderr
    assert f"{checkout}/parsers/definitions/api/made_for_this_test.yaml" in first.stdout.splitlines()
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    refused = _run(*again)
    assert refused.returncode == 2
    assert "already exists" in refused.stderr
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["Kitchen", "--new"], "a name is lower-case words joined by _"),
        (["../x", "--new"], "a name is lower-case words joined by _"),
        (["alexa_devices", "--new"], "there is a parser 'alexa_devices' already"),
        (["--new"], "--new needs a NAME"),
        (["made_for_this_test", "--new"], "is not a checkout of the project"),
        (["made_for_this_test", "--new", "--kind", "log"], "is not a checkout of the project"),
    ],
)
def test_what_is_refused(tmp_path: Path, arguments: list[str], expected: str) -> None:
    done = _run(*arguments, "--into", str(tmp_path))
    assert done.returncode == 2
    assert expected in done.stderr
    assert list(tmp_path.iterdir()) == []
