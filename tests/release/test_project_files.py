"""What lies beside the code for those who build, report or contribute: it names what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from echoforensics.version import __version__

ROOT = Path(__file__).resolve().parents[2]
_INSTRUCTION = re.compile(r"^([A-Z]+) +(.*)$", re.MULTILINE)


def _dockerfile() -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [(found[1], found[2]) for found in _INSTRUCTION.finditer(text.replace("\\\n", " "))]


def test_the_image_is_slim_and_runs_without_rights() -> None:
    instructions = _dockerfile()
    assert [value for name, value in instructions if name == "FROM"] == [
        "python:3.13-slim-bookworm AS build",
        "python:3.13-slim-bookworm",
    ]
    final = instructions[max(number for number, (name, _) in enumerate(instructions) if name == "FROM") :]
    names = [name for name, _ in final]
    assert names.index("USER") < names.index("ENTRYPOINT")
    assert dict(final)["USER"] == "10001"
    assert dict(final)["ENTRYPOINT"] == '["echoforensics"]'
    assert {name for name, _ in instructions} <= {
        "FROM", "RUN", "WORKDIR", "COPY", "ENV", "USER", "VOLUME", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    for name, value in instructions:
        if name == "RUN" and "apt-get install" in value:
            assert "--no-install-recommends" in value
        for script in re.findall(r"\.ci/\S+\.py", value):
            assert (ROOT / script).is_file()


def test_the_image_gets_what_running_needs_with_hashes() -> None:
    done = subprocess.run(
        [sys.executable, ".ci/release/runtime_requirements.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    names = set(re.findall(r"^([\w.-]+)==", done.stdout, re.MULTILINE))
    assert {"click", "plaso", "pytsk3", "pyarrow", "cryptography"} <= names
    assert not names & {"pytest", "mypy", "starlette", "dask", "sphinx", "ctranslate2"}
    for block in re.split(r"^(?=[\w.-]+==)", done.stdout, flags=re.MULTILINE)[1:]:
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_settings_of_the_forge_are_read_as_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict)


def test_ci_runs_the_command_of_everybody() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    supported = re.findall(r"Python :: (3\.\d+)$", (ROOT / "setup.cfg").read_text(encoding="utf-8"), re.MULTILINE)
    # One package after another: Ubuntu lacks some of those that Debian has, and the tests that use them are skipped.
    assert any(step.get("run") == "sudo .ci/system-packages test" for step in job["steps"])
    assert job["strategy"]["matrix"]["python"] == supported


def test_hooks_check_what_make_lint_checks() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for hook in settings["repos"][0]["hooks"]]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    linted = re.search(r"^lint: setup\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert linted
    for command in re.findall(r"\$\(BIN\)/(\w+(?: (?:check|format))?)", linted[1]):
        assert any(entry.startswith(f".venv/bin/{command}") for entry in entries)
    for path in re.findall(r"tests/\S+\.py", " ".join(entries)):
        assert (ROOT / path).is_file()


def test_the_text_of_a_tag_is_the_section_of_the_changelog() -> None:
    program = [sys.executable, ".ci/release/tag_text.py"]
    done = subprocess.run([*program, "Unreleased"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("echoforensics Unreleased\n\n")
    assert not re.search(r"^#", done.stdout, re.MULTILINE)
    missing = subprocess.run([*program, "99.0.0"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (missing.returncode, missing.stderr) == (1, "CHANGELOG.md has no section [99.0.0]\n")


def test_a_version_is_written_into_every_package(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "set_version.py").write_bytes((ROOT / ".ci" / "set_version.py").read_bytes())
    files = ("echoforensics/version.py", "parsers/__init__.py", "chain_of_custody/__init__.py")
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for version, code in (("9.8.7", 0), ("nine", 1)):
        done = subprocess.run([sys.executable, str(tmp_path / ".ci" / "set_version.py"), version], check=False)
        assert done.returncode == code
    for name in files:
        assert '__version__ = "9.8.7"\n' in (tmp_path / name).read_text()
        assert f'__version__ = "{__version__}"\n' in (ROOT / name).read_text()
