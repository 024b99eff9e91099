"""No command gives a row of a case that is altered or interrupted, unless it is asked to; then all of it says so."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from echoforensics.cli.main import cli
from echoforensics.errors import UnverifiedCaseError

#: Each command, with what it needs; CASE and OUT are put in their places.
COMMANDS = {
    "timeline": ("timeline", "CASE"),
    "timeline to a file": ("timeline", "CASE", "-o", "OUT.csv"),
    "timeline as a plot": ("timeline", "CASE", "--plot", "OUT.svg"),
    "interactions": ("interactions", "CASE"),
    "gaps": ("interactions", "CASE", "--gaps"),
    "trace": ("trace", "CASE", "3"),
    "trace of an interaction": ("trace", "CASE", "IN-1"),
    "report": ("report", "CASE", "-o", "OUT"),
    "compare": ("compare", "CASE", "CASE"),
    "renumber": ("renumber", "CASE", "CASE"),
}


@pytest.fixture(params=["altered", "interrupted"])
def case(request: pytest.FixtureRequest, copy_of_sealed: Path, cut_ledger: Callable[[Path, int], None]) -> Path:
    if request.param == "altered":
        with (copy_of_sealed / "case.db").open("ab") as stream:
            stream.write(b"x")
    else:
        lines = (copy_of_sealed / "custody.jsonl").read_bytes().splitlines()
        cut_ledger(copy_of_sealed, len(lines) - 1)
    return copy_of_sealed


def _arguments(name: str, case: Path, tmp_path: Path) -> list[str]:
    return [word.replace("CASE", str(case)).replace("OUT", str(tmp_path / "out")) for word in COMMANDS[name]]


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_is_given_without_a_word(name: str, case: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, _arguments(name, case, tmp_path))
    assert isinstance(done.exception, UnverifiedCaseError)
    assert "--unverified" in str(done.exception)
    assert "EF-" not in done.output
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_an_interaction_says_so_once(form: str, case: Path) -> None:
    done = CliRunner().invoke(cli, ["interactions", str(case), "-f", form, "--unverified"])
    assert done.exit_code == 0, done.output
    assert "[UNVERIFIED] " in done.stdout
    assert "[UNVERIFIED] [UNVERIFIED]" not in done.stdout


@pytest.mark.parametrize("form", ["csv", "jsonl", "body", "tln", "l2tcsv"])
def test_every_row_of_every_format_says_so(form: str, case: Path) -> None:
    done = CliRunner().invoke(cli, ["timeline", str(case), "-f", form, "--unverified"])
    assert done.exit_code == 0, done.output
    lines = [line for line in done.stdout.splitlines() if "recording" in line.lower() or "alexa" in line.lower()]
    rows = [line for line in lines if not line.startswith(("exhibit,", "date,", "Time|"))]
    assert len(rows) > 10
    assert not [row for row in rows if "[UNVERIFIED]" not in row]
    assert done.stderr.startswith("UNVERIFIED: the ")


def test_pages_interactions_and_gaps_say_so(case: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    for name in ("report", "interactions", "gaps", "trace", "timeline to a file"):
        done = runner.invoke(cli, [*_arguments(name, case, tmp_path), "--unverified"])
        assert done.exit_code == 0, (name, done.output)
    for name in ("index.html", "about.html", "recordings.html"):
        page = (tmp_path / "out" / name).read_text()
        assert "<title>[UNVERIFIED] Echo evidence report" in page
        assert "UNVERIFIED: the " in page
    assert (tmp_path / "out" / "README.txt").read_text().startswith("UNVERIFIED: the ")
    assert json.loads((tmp_path / "out.csv.about.json").read_text())["unverified"].startswith("the ")
    assert (tmp_path / "out.csv.sha256").read_text().startswith("# UNVERIFIED: the ")
    lines = runner.invoke(cli, ["interactions", str(case), "--unverified", "-f", "jsonl"]).stdout.splitlines()
    assert lines
    assert all(json.loads(line)["sentence"].startswith("[UNVERIFIED] ") for line in lines)
    assert not any("[UNVERIFIED] [UNVERIFIED]" in line for line in lines)


def test_the_exit_code_is_that_of_what_is_not_verified(case: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "echoforensics", "timeline", case], capture_output=True, text=True, check=False,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
