"""``--json`` of commands that say what they did: one value, and all that the text says."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def case(demo: Path, tmp_path: Path) -> Path:
    shutil.copytree(demo / "case", tmp_path / "case")
    for name in ("examiner.pem", "examiner.pem.passphrase"):
        shutil.copyfile(demo / name, tmp_path / name)
    return tmp_path / "case"


def test_a_bundle(run: Run, case: Path, tmp_path: Path) -> None:
    done = run("bundle", case, "-o", "hand-over", "--key", "examiner.pem", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    checked = json.loads(run("verify", "hand-over", "--json").stdout)
    assert (found["bundle"], found["request"], found["not_recorded"]) == ("hand-over", "hand-over.tsq", "")
    assert (found["head"], found["fingerprint"]) == (checked["head"], checked["fingerprint"])
    assert (found["left_out"], found["failures"], found["timestamps"]) == (0, [], [])
    assert run("bundle", "hand-over", "--attach", "hand-over.tsq", "--json").returncode == 2


def test_hand_overs(run: Run, case: Path) -> None:
    assert json.loads(run("custody", case, "--json").stdout) == {"hand_overs": []}
    assert run("custody", case, "--to", "The Defence", "--purpose", "trial", "--key", "examiner.pem").returncode == 0
    (given,) = json.loads(run("custody", case, "--json").stdout)["hand_overs"]
    assert (given["to"], given["purpose"], given["from"]) == ("The Defence", "trial", "Demo Examiner")
    assert given["signed_by"] == {"giver": given["giver_key"], "receiver": None}
    refused = run("custody", case, "--json", "--to", "Another")
    assert (refused.returncode, "--json shows the hand-overs" in refused.stderr) == (2, True)


def test_the_state_of_plaso(run: Run) -> None:
    found = json.loads(run("plaso", "status", "--json").stdout)
    assert set(found) == {"plaso", "tested", "supported", "hook"}
    assert isinstance(found["hook"]["installed"], bool)
