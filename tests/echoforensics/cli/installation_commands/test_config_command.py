"""``echoforensics config``, and what commands take from it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def configured(run: Run, tmp_path: Path) -> Run:
    """Runs the command where an agency, an examiner and a zone are set."""
    (tmp_path / "config.toml").write_text('agency = "A Lab"\nexaminer = "Zoë"\ntimezone = "Europe/Berlin"\n')

    def run_it(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, ECHOFORENSICS_CONFIG=str(tmp_path / "config.toml"), **environment)

    return run_it


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "wake.json").write_text('{"wakeWords": []}')
    return folder


def _begun(case: Path) -> list[dict[str, Any]]:
    entries = [json.loads(line)["entry"] for line in (case / "custody.jsonl").read_text().splitlines()]
    return [entry for entry in entries if "arguments" in entry["detail"]]


def test_it_shows_where_each_value_comes_from(run: Run, tmp_path: Path) -> None:
    nothing = run("config", "show")
    assert nothing.returncode == 0
    assert "there is no such file; `config init` makes it" in nothing.stdout
    made = run("config", "init", "--agency", "A Lab", "--timezone", "Asia/Seoul")
    assert made.stdout == f"wrote {tmp_path}/.config/echoforensics/config.toml\n"
    shown = json.loads(run("config", "show", "--json", ECHOFORENSICS_KEY="other.pem").stdout)
    file = f"{tmp_path}/.config/echoforensics/config.toml"
    assert shown == {
        "file": file,
        "found": True,
        "settings": {
            "agency": {"value": "A Lab", "from": file},
            "examiner": {"value": None, "from": "not set"},
            "key": {"value": "other.pem", "from": "$ECHOFORENSICS_KEY"},
            "timezone": {"value": "Asia/Seoul", "from": file},
        },
    }
    again = run("config", "init")
    assert (again.returncode, again.stderr.endswith("already exists; name another file\n")) == (2, True)
    wrong = run("config", "init", "--timezone", "Mars/Base")
    assert (wrong.returncode, "there is no time zone" in wrong.stderr) == (2, True)


def test_what_is_set_is_in_the_ledger_as_an_option_is(configured: Run, source: Path, tmp_path: Path) -> None:
    done = configured("extract", source, "-c", "case", "--unsigned", "--agency", "Another")
    assert done.returncode == 0, done.stderr
    (begun,) = _begun(tmp_path / "case")
    detail = begun["detail"]
    assert (detail["examiner"], detail["agency"], detail["timezone"]) == ("Zoë", "Another", "Europe/Berlin")
    assert detail["arguments"][-6:] == ["--agency", "Another", "--examiner", "Zoë", "--timezone", "Europe/Berlin"]
    assert begun["actor"] == "Zoë"


def test_a_case_that_was_begun_keeps_what_it_is_of(configured: Run, run: Run, source: Path, tmp_path: Path) -> None:
    run("extract", source, "-c", "case", "--unsigned", "--examiner", "Zoë", "--agency", "Another")
    more = tmp_path / "more"
    more.mkdir()
    (more / "x.txt").write_text("x")
    done = configured("extract", more, "-c", "case", "--unsigned")
    assert done.returncode == 0, done.stderr
    detail = _begun(tmp_path / "case")[-1]["detail"]
    assert (detail["examiner"], detail["agency"], detail["timezone"]) == ("Zoë", "", "")


def test_a_wrong_file_stops_commands_and_not_their_help(run: Run, source: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('agncy = "x"')
    for arguments in (("extract", source, "-c", "case"), ("config", "show"), ("key", "show")):
        done = run(*arguments, ECHOFORENSICS_CONFIG="bad.toml")
        assert (done.returncode, done.stderr) == (
            2,
            "echoforensics: bad.toml: no such setting: 'agncy'; did you mean agency?\n",
        )
    assert not (tmp_path / "case").exists()
    assert run("extract", "--help", ECHOFORENSICS_CONFIG="bad.toml").returncode == 0


def test_the_key_that_is_set_signs(run: Run, source: Path, tmp_path: Path) -> None:
    secret = {"ECHOFORENSICS_PASSPHRASE": "secret"}
    assert run("key", "create", "lab.pem", **secret).returncode == 0
    (tmp_path / "config.toml").write_text('key = "lab.pem"\n')
    shown = json.loads(
        run("key", "show", "--json", ECHOFORENSICS_CONFIG=str(tmp_path / "config.toml"), **secret).stdout
    )
    assert shown["key"] == str(tmp_path / "lab.pem")
    done = run("extract", source, "-c", "case", ECHOFORENSICS_CONFIG=str(tmp_path / "config.toml"), **secret)
    assert done.returncode == 0, done.stderr
    assert f'"keyid":"{shown["fingerprint"]}"' in (tmp_path / "case" / "custody.jsonl").read_text()
